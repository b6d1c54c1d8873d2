"""A lecture that brings a model: a larger sibling of the one that the course runs."""

from collections.abc import Sequence

from cs25 import Lecture, ModelSource, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(id="larger-models", title="Larger models")


@hookimpl
def cs25_models() -> Sequence[ModelSource]:
    return [
        ModelSource(
            "smollm2-360m",
            hub="HuggingFaceTB/SmolLM2-360M-Instruct",
            licence="Apache-2.0",
        )
    ]
