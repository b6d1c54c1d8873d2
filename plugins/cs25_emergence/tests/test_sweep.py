"""The runs of the scaling law, and how they are scored."""

import dataclasses

import numpy as np
import pytest
import torch

from cs25 import nn
from cs25.nn import Decoder, n_params
from cs25_emergence import sweep
from cs25_emergence.source import draw_source
from cs25_emergence.sweep import D_VOCAB, N_CTX, Run, data_sweep, exact_loss, size_sweep, train_run

SHORT = Run(d_model=8, batch=64, n_steps=40)


def train(run=SHORT, *, seed=0, shuffled=False) -> float:
    found = train_run(
        run=dataclasses.asdict(run), shuffled=shuffled, seed=seed, progress=lambda _: None
    )
    return float(found["loss"])


class Oracle(torch.nn.Module):
    """Knows the source."""

    def __init__(self, source):
        super().__init__()
        self.log_probs = torch.from_numpy(np.log(source.next_probs))
        self.d_vocab = source.d_vocab

    def forward(self, tokens):
        before = torch.cat([torch.zeros_like(tokens[:, :1]), tokens[:, :-1]], dim=1)
        return self.log_probs[before * self.d_vocab + tokens]


class Uniform(torch.nn.Module):
    """Knows nothing."""

    def forward(self, tokens):
        return torch.zeros(*tokens.shape, 16)


@pytest.fixture(scope="module")
def source():
    return draw_source(np.random.default_rng(0), d_vocab=16)


def test_the_true_predictor_loses_the_entropy_rate(source) -> None:
    words = source.sample(50, 12, np.random.default_rng(1))
    np.testing.assert_allclose(
        exact_loss(Oracle(source), source, words), source.entropy_rate_nats, atol=1e-12
    )


def test_the_uniform_predictor_loses_log_of_the_vocabulary(source) -> None:
    words = source.sample(50, 12, np.random.default_rng(1))
    np.testing.assert_allclose(exact_loss(Uniform(), source, words), np.log(16), atol=1e-6)


def test_exact_loss_is_the_mean_of_the_sampled_loss(source) -> None:
    config = dataclasses.replace(Run(8, 1, 1).config, d_vocab=16)
    model = Decoder(config, seed=0)
    words = source.sample(5_000, N_CTX + 1, np.random.default_rng(2))
    with torch.no_grad():
        log_q = torch.log_softmax(model(torch.from_numpy(words[:, :-1])), dim=-1).numpy()
    sampled = -np.take_along_axis(log_q, words[:, 1:, None], axis=-1)[:, 1:, 0].mean(axis=1)
    exact = exact_loss(model, source, words)
    standard_error = sampled.std() / 5_000**0.5
    assert exact.mean() == pytest.approx(float(sampled.mean()), abs=4 * float(standard_error))
    assert exact.std() < 0.7 * sampled.std()  # why the exact sum is taken


@pytest.mark.parametrize("d_model", [8, 48, 80])
def test_parameters_are_twelve_squares_of_the_width_and_three_norms(d_model) -> None:
    run = Run(d_model, 128, 100)
    assert run.n_params == 12 * d_model**2 + 3 * d_model
    embeddings = 2 * D_VOCAB * d_model  # in and out; rotary positions have no weights
    assert n_params(Decoder(run.config)) == run.n_params + embeddings


def test_sizes_span_the_family_and_differ() -> None:
    widths = [run.d_model for run in size_sweep(6, largest=96, n_steps=1)]
    assert widths == [12, 16, 24, 40, 64, 96]
    crowded = [run.d_model for run in size_sweep(8, largest=64, n_steps=1)]
    assert crowded == [12, 16, 24, 32, 40, 48, 56, 64]


def test_data_sweep_ends_with_the_longest_run_and_is_even_in_the_log() -> None:
    longest = Run(48, 128, 1200)
    runs = data_sweep(longest, 5, share=1 / 16)
    assert runs[-1] == longest
    steps = np.diff(np.log([run.n_tokens for run in runs]))
    np.testing.assert_allclose(steps, np.log(2), atol=0.02)  # batches and steps are whole numbers


def test_tokens_are_the_targets_of_all_steps() -> None:
    assert Run(8, 32, 10).n_tokens == 32 * 10 * 15  # the first word is only a context


def test_training_is_decided_by_its_seed() -> None:
    assert train() == train()
    assert train() != train(seed=1)


def test_nothing_is_learned_from_shuffled_words() -> None:
    longer = dataclasses.replace(SHORT, d_model=16, n_steps=200)
    assert train(longer) < train(longer, shuffled=True) - 0.3


def test_the_learning_rate_of_every_run_decays_within_its_own_steps(monkeypatch) -> None:
    # A schedule planned for the longest run would leave the short ones worse: the Kaplan bias.
    logs = []
    monkeypatch.setattr(sweep, "train", lambda *a, **k: logs.append(nn.train(*a, **k)))
    runs = data_sweep(SHORT, 3, share=0.1)
    for run in runs:
        train(run)
    assert [len(log.lr) for log in logs] == [run.n_steps for run in runs]
    for run, log in zip(runs, logs, strict=True):
        assert max(log.lr) == pytest.approx(run.lr, rel=0.05)
        assert log.lr[-1] < 0.1 * run.lr
