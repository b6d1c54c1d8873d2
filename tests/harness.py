"""One of lm-evaluation-harness's tasks, run by it and by us on the same items and model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lm_eval.tasks
import yaml
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM

from cs25.lm import LanguageModel

__all__ = ["asked", "run_harness"]

ITEMS = Path(__file__).parent / "data" / "science.jsonl"


def task(n_shots: int) -> dict[str, Any]:
    """Return the harness's own `arc_easy`, with our items in place of the hub's.

    The first items are the examples of all: what the task draws anew for each question.
    """
    file = Path(lm_eval.tasks.__file__).parent / "arc" / "arc_easy.yaml"
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name in ("tag", "dataset_name", "training_split", "validation_split"):
        del found[name]
    return {
        **found,
        "task": "science",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(ITEMS)}},
        "fewshot_split": "test",
        "num_fewshot": n_shots,
        "fewshot_config": {"sampler": "first_n"},
    }


def run_harness(
    model: LanguageModel, n_shots: int, *, n_items: int | None = None, batch_size: int = 8
) -> dict[str, Any]:
    """Return what the harness finds; ``samples`` has the requests and what the model said."""
    wrapped = HFLM(
        pretrained=model.network, tokenizer=model.tokenizer, batch_size=batch_size, device="cpu"
    )
    found: dict[str, Any] = simple_evaluate(
        model=wrapped,
        tasks=[task(n_shots)],
        limit=n_items,
        bootstrap_iters=0,
        verbosity="ERROR",
        log_samples=True,
    )
    samples = sorted(found["samples"]["science"], key=lambda sample: sample["doc_id"])
    return {**found["results"]["science"], "samples": samples}


def asked(found: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Return the prompts and continuations that the harness made of the items."""
    arguments = [sample["arguments"] for sample in found["samples"]]
    prompts = [requests[0][0] for requests in arguments]
    return prompts, [[continuation for _, continuation in requests] for requests in arguments]
