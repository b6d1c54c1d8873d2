"""What `mirage` makes of answers whose step accuracy is known at every size."""

from __future__ import annotations

import numpy as np
import pytest

from cs25 import Result
from cs25_emergence import cs25_lecture
from cs25_emergence import mirage as module
from cs25_emergence.chains import d_vocab
from cs25_emergence.group import cyclic

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "mirage")
BASE, D_VOCAB = 10, d_vocab(cyclic(10))
N_PARAMS = np.logspace(2, 6, 41).astype(int)


def chains(q: np.ndarray, *, n_terms: int = 8, n: int = 2000) -> dict[str, np.ndarray]:
    """Chains whose steps are right with probability q, and are given that probability."""
    draw = np.random.default_rng(0)
    terms = draw.integers(BASE, size=(n, n_terms))
    sums = terms.cumsum(axis=1) % BASE
    miss = draw.random((n, n_terms)) >= q[:, None, None]  # the same draws at every size
    rest = (1 - q) / (BASE - 1)
    probs = np.zeros((len(q), n, n_terms, D_VOCAB))
    probs[..., :BASE] = rest[:, None, None, None]
    index = np.broadcast_to(sums, miss.shape)[..., None]
    np.put_along_axis(probs, index, q[:, None, None, None], axis=-1)
    with np.errstate(divide="ignore"):
        log_probs = np.log(probs)
    return {
        "terms": terms,
        "n_params": N_PARAMS,
        "step": np.where(miss, (sums + 1) % BASE, sums),
        "log_probs": log_probs,
    }


def bits(p: np.ndarray, *, n: int = 4000) -> dict[str, np.ndarray]:
    """Networks of which a share p knows the parity and the others guess: all or nothing."""
    draw = np.random.default_rng(0)
    right = np.broadcast_to(draw.integers(2, size=(1, 100, n // 100)), (len(p), 100, n // 100))
    knows = (np.arange(100) < np.round(100 * p)[:, None])[..., None]
    sure = np.where(right == 1, 1 - 1e-6, 1e-6)
    even = np.where(knows, sure, 0.5 + 1e-6)
    return {
        "n_params": np.logspace(1, 4, len(p)),
        "right": right,
        "log_probs": np.log(np.stack([1 - even, even], axis=-1)),
    }


def run(monkeypatch: pytest.MonkeyPatch, q: np.ndarray, p: np.ndarray) -> Result:
    monkeypatch.setattr(module, "family", lambda **_: chains(q))
    monkeypatch.setattr(module, "parity_family", lambda **_: bits(p))
    return module.mirage()


RISING = np.linspace(0.1, 1.0, 41)
STEEP = 1 / (1 + np.exp(-np.linspace(-8, 8, len(module.PARITY_WIDTHS))))


def test_steady_steps_are_sharp_by_exact_match_only(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {n: m.value for n, m in run(monkeypatch, RISING, STEEP).measures.items()}
    # q rises by 0.9 over four decades. Exact match is q^8 (0.750 to 0.987, so 1.05 decades),
    # token accuracy q itself (0.8 of four); log q is 10 and 90 % of the way from log 0.1 to 0 at
    # 0.126 and 0.794, so 2.97 decades.
    assert values["chain_exact_match_width"] == pytest.approx(1.05, abs=0.1)
    assert values["chain_token_accuracy_width"] == pytest.approx(3.2, abs=0.05)
    assert values["chain_log_probability_width"] == pytest.approx(2.97, abs=0.05)
    assert values["chain_ratio"] == pytest.approx(1.05 / 2.97, abs=0.04)


def test_all_or_nothing_is_as_sharp_by_every_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {n: m.value for n, m in run(monkeypatch, RISING, STEEP).measures.items()}
    # Every score is the share that knows, up to its scale. Guesses are right by chance here, which
    # moves the exact match a little.
    assert values["parity_ratio"] == pytest.approx(1.0, abs=0.05)
    assert values["parity_brier_width"] == pytest.approx(
        values["parity_log_probability_width"], abs=0.01
    )


def test_where_nothing_rises_there_is_no_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = run(monkeypatch, np.full(41, 0.1), np.zeros(len(module.PARITY_WIDTHS)))
    assert not flat.measures


def test_the_card_names_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(run(monkeypatch, RISING, STEEP).measures) == set(DEMO.measures)


def test_figure_states_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    good = run(monkeypatch, RISING, STEEP)
    flat = run(monkeypatch, np.full(41, 0.1), np.zeros(len(module.PARITY_WIDTHS)))
    figure = module.draw([good, good], [flat])
    exact = good.measures["chain_exact_match_width"].value
    assert f"{exact:.2f} decades" in figure.get_suptitle()
    assert figure.get_suptitle() in figure.get_label()
    for axes in figure.axes:
        scores = [line for line in axes.lines if not line.get_label().startswith("control")]
        assert len(scores) == 5
        assert all(line.get_ydata()[[0, -1]].tolist() == [0, 1] for line in scores)
    empty = module.draw([flat], [])
    assert "No metric rises" in empty.get_suptitle()
    # Noise is not blown up to fill the figure.
    assert all(abs(line.get_ydata()).max() < 0.05 for axes in empty.axes for line in axes.lines)
