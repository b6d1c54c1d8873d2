"""Our decoder with Llama's parts, against transformers' Llama. Run with ``tox -e bench``.

Both have the same configuration and the same weights, and agree on the logits. Never part of the
default run; close other programs first. By hand, without the tests' checks of shapes:
``pytest -o addopts=--import-mode=importlib tests/benchmarks/bench_decoder.py -s``.
"""

import itertools
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from cs25.nn import Decoder, from_llama, generate, train, training_flops

sys.path.insert(0, str(Path(__file__).parent))

from machine import matrix_peak
from plain_gpt import train_plain

BATCH, N_POS, D_VOCAB, N_STEPS = 16, 128, 1024, 6


def _llama(d_model: int, *, n_layers: int, d_vocab: int = D_VOCAB) -> LlamaForCausalLM:
    """Return a Llama with SmolLM2's proportions: heads of 64, three to a key, SwiGLU 8/3 wide."""
    n_kv_heads = d_model // 192
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=d_vocab,
        hidden_size=d_model,
        intermediate_size=d_model * 8 // 3,
        num_hidden_layers=n_layers,
        num_attention_heads=d_model // 64,
        num_key_value_heads=n_kv_heads if d_model % 192 == 0 else d_model // 128,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


class _Logits(nn.Module):
    """transformers' model as `train` calls one."""

    def __init__(self, network: LlamaForCausalLM) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens):
        return self.network(tokens, use_cache=False).logits


class _Loss(nn.Module):
    """The same as a plain loop calls one; it notes when each step begins."""

    def __init__(self, network: LlamaForCausalLM) -> None:
        super().__init__()
        self.network = network
        self.begun: list[float] = []

    def forward(self, tokens, targets):
        self.begun.append(time.perf_counter())
        logits = self.network(tokens, use_cache=False).logits
        return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _batches():
    draw = torch.Generator().manual_seed(0)
    while True:
        tokens = torch.randint(D_VOCAB, (BATCH, N_POS + 1), generator=draw)
        yield tokens[:, :-1], tokens[:, 1:]


def _fastest_step_s(model: nn.Module) -> float:
    ticks: list[float] = []
    train(model, _batches(), n_steps=N_STEPS, on_step=lambda _: ticks.append(time.perf_counter()))
    return _shortest(ticks)


def _fastest_plain_step_s(network: LlamaForCausalLM, data: torch.Tensor) -> float:
    model = _Loss(network)
    train_plain(model, data, n_steps=N_STEPS, batch=BATCH, n_pos=N_POS)
    return _shortest(model.begun)


def _shortest(ticks: list[float]) -> float:
    """Return the shortest time between two ticks; the first step, which allocates, is before."""
    return min(after - before for before, after in itertools.pairwise(ticks[1:]))


@pytest.mark.parametrize("d_model", [256, 512])
def test_training_against_llama_and_the_matrix_peak(d_model, benchmark, capsys):
    """Goals: as many tokens a second as transformers' Llama; half the peak at width 512."""
    network = _llama(d_model, n_layers=4)
    tokens = next(_batches())[0]
    shape = from_llama(network).config
    with torch.no_grad():
        torch.testing.assert_close(
            from_llama(network)(tokens), network(tokens).logits, rtol=1e-4, atol=1e-4
        )
    data = torch.randint(D_VOCAB, (100_000,), generator=torch.Generator().manual_seed(0))
    ours_s, same_loop_s, plain_loop_s, peaks = [], [], [], []

    def ours() -> None:
        ours_s.append(_fastest_step_s(Decoder(shape)))

    for _ in range(3):  # in turn, so that all meet the same machine
        peaks.append(matrix_peak(torch.float32))
        ours()
        same_loop_s.append(_fastest_step_s(_Logits(_llama(d_model, n_layers=4))))
        plain_loop_s.append(_fastest_plain_step_s(_llama(d_model, n_layers=4), data))
    n_tokens = BATCH * N_POS
    share = training_flops(shape, n_tokens=n_tokens, n_pos=N_POS) / min(ours_s) / max(peaks)
    rates = {
        "ours": n_tokens / min(ours_s),
        "Llama, our loop": n_tokens / min(same_loop_s),
        "Llama, plain loop": n_tokens / min(plain_loop_s),
    }
    benchmark.extra_info |= {**rates, "share_of_peak": share}
    benchmark.pedantic(ours, rounds=1)
    with capsys.disabled():
        print(f"\n  training, width {d_model}, {share:.2f} of the matrix peak")
        for name, rate in rates.items():
            print(f"    {name:18s} {rate:8,.0f} tokens/s")
    assert rates["ours"] >= max(rates["Llama, our loop"], rates["Llama, plain loop"])
    assert d_model < 512 or share >= 0.5


@pytest.mark.parametrize("batch", [1, 16])
def test_decoding_against_llama(batch, benchmark, capsys):
    """Goal: as many tokens a second as transformers' Llama, at the size of SmolLM2-135M."""
    network = _llama(576, n_layers=30, d_vocab=49_152)
    model = from_llama(network)
    prompts = torch.randint(49_152, (batch, 32), generator=torch.Generator().manual_seed(0))
    n_new, ours_s, theirs_s = 32, [], []

    def ours() -> None:
        start = time.perf_counter()
        generate(model, prompts, n_new, temperature=0)
        ours_s.append(time.perf_counter() - start)

    def theirs() -> None:
        start = time.perf_counter()
        network.generate(
            prompts,
            attention_mask=torch.ones_like(prompts),
            max_new_tokens=n_new,
            min_new_tokens=n_new,
            do_sample=False,
            pad_token_id=0,
        )
        theirs_s.append(time.perf_counter() - start)

    for _ in range(3):
        ours()
        theirs()
    rates = [batch * n_new / min(seconds) for seconds in (ours_s, theirs_s)]
    benchmark.extra_info |= {"ours": rates[0], "llama": rates[1]}
    benchmark.pedantic(ours, rounds=1)
    with capsys.disabled():
        print(f"\n  decoding, batch {batch}: ours {rates[0]:.0f} tokens/s, Llama {rates[1]:.0f}")
    assert rates[0] >= rates[1]
