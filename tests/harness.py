"""One of lm-evaluation-harness's tasks, run by it and by us on the same items and model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import lm_eval.tasks
import yaml
from lm_eval import simple_evaluate
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from cs25.lm import LanguageModel

__all__ = ["ITEMS", "asked", "log_probs", "run_harness"]

ITEMS = Path(__file__).parent / "data" / "science.jsonl"


def task(n_shots: int) -> dict[str, Any]:
    """Return the harness's own `arc_easy`, with our items in place of the hub's.

    Every question is asked after the same examples, the first items. These come as questions, too,
    so how many are answered rightly means nothing.
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
    found: dict[str, Any] = simple_evaluate(
        model=_wrapped(model, batch_size),
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


def log_probs(
    model: LanguageModel,
    prompts: list[str],
    continuations: list[list[str]],
    *,
    batch_size: int = 8,
) -> tuple[list[float], float]:
    """Return the harness's log-probabilities, and the seconds it took for these alone."""
    requests = [
        Instance(request_type="loglikelihood", doc={}, arguments=(prompt, text), idx=i)
        for i, (prompt, texts) in enumerate(zip(prompts, continuations, strict=True))
        for text in texts
    ]
    wrapped = _wrapped(model, batch_size)
    start = time.perf_counter()
    found = wrapped.loglikelihood(requests, disable_tqdm=True)
    return [log_prob for log_prob, _ in found], time.perf_counter() - start


def _wrapped(model: LanguageModel, batch_size: int) -> HFLM:
    return HFLM(
        pretrained=model.network, tokenizer=model.tokenizer, batch_size=batch_size, device="cpu"
    )
