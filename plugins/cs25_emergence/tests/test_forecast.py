"""What `forecast` makes of planted families: smooth and sudden, and of nothing learned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cs25 import Result
from cs25_emergence import cs25_lecture
from cs25_emergence import forecast as module
from cs25_emergence.chains import d_vocab
from cs25_emergence.forecast_figure import draw
from cs25_emergence.group import cyclic
from cs25_emergence.skills import FIRST_STEP, frequencies

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "forecast")
BASE, N_TERMS, QUESTIONS = 10, 6, 1000
SIZE = np.logspace(2, 6, 12)
STEP = np.unique(np.geomspace(FIRST_STEP, 10_000, 60).round())


def chains(loss: np.ndarray, exact: np.ndarray) -> dict[str, np.ndarray]:
    """Chains of which exactly this share is right, and of exactly this loss."""
    terms = np.random.default_rng(0).integers(BASE, size=(QUESTIONS, N_TERMS))
    sums = terms.cumsum(axis=1) % BASE
    step = np.repeat(sums[None], len(loss), axis=0)
    for i, share in enumerate(exact):
        step[i, round(share * QUESTIONS) :, 0] += 1
    log_probs = np.full((*step.shape, d_vocab(cyclic(BASE))), -50.0)
    right = np.broadcast_to(sums, step.shape)[..., None]
    np.put_along_axis(log_probs, right, -loss[:, None, None, None], axis=-1)
    return {"terms": terms, "n_params": SIZE, "step": step, "log_probs": log_probs}


def learning(onset: np.ndarray, *, decades: float) -> dict[str, np.ndarray]:
    """Skills that are learned in a straight line over this many decades of steps."""
    progress = ((np.log10(STEP)[:, None] - np.log10(onset)) / decades).clip(0, 1)
    left = 1 - np.stack([progress, progress])
    return {"step": STEP, "loss": left * math.log(2), "accuracy": 1 - left / 2}


SMOOTH = 2.3 * (SIZE / SIZE[0]) ** -0.4
SUDDEN = np.where(SIZE > 1e4, 0.95, 0.0)
# The k-th skill comes when it has been asked for often enough: at step 60 k^1.4.
ONSET = 60 * np.arange(1, 33) ** 1.4


def run(
    monkeypatch: pytest.MonkeyPatch,
    loss: np.ndarray = SMOOTH,
    exact: np.ndarray = SUDDEN,
    onset: np.ndarray = ONSET,
    decades: float = 0.5,
) -> Result:
    monkeypatch.setattr(module, "family", lambda **_: chains(loss, exact))
    monkeypatch.setattr(module, "train_networks", lambda **_: learning(onset, decades=decades))
    return module.forecast(skills=len(onset))


@pytest.fixture
def emergent(monkeypatch: pytest.MonkeyPatch) -> Result:
    return run(monkeypatch)


def nothing(monkeypatch: pytest.MonkeyPatch) -> Result:
    flat = np.full(len(SIZE), 2.3)
    return run(monkeypatch, loss=flat, exact=np.zeros(len(SIZE)), onset=np.full(32, 1e6))


def test_a_power_law_is_foretold_and_a_step_is_not(emergent: Result) -> None:
    values = {name: measure.value for name, measure in emergent.measures.items()}
    assert values["loss_miss"] < 0.002
    # No curve through six zeros sees 0.95 coming.
    assert values["exact_miss"] == pytest.approx(0.95, abs=0.01)
    assert values["exact_excess"] == values["exact_miss"] - 2 * values["loss_miss"]
    assert values["exact_seen"] == pytest.approx(0.0, abs=1e-5)
    table = emergent.table("chains")
    assert table.column("exact_foretold")[:6] == (None,) * 6
    assert None not in table.column("exact_foretold")[6:]


def test_an_exact_match_that_has_begun_to_rise_can_be_foretold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rising = 1 / (1 + np.exp(-(np.log10(SIZE) - 3.5) / 0.3))
    values = run(monkeypatch, exact=rising).measures
    assert values["exact_miss"].value < 0.01
    assert values["exact_law_miss"].value > 0.1  # for want of the right curve only
    assert values["exact_seen"].value == pytest.approx(rising[5], abs=0.001)


def test_skills_are_as_wide_as_they_were_planted(emergent: Result) -> None:
    values = {name: measure.value for name, measure in emergent.measures.items()}
    # From 10 to 90 % of 0.5 decades; the exams are 0.05 decades apart.
    assert values["skill_width"] == pytest.approx(0.4, abs=0.02)
    assert values["sharp_share"] == 1.0  # a quarter of three decades is 0.75
    # 90 % are reached 0.45 decades after the onset: by 10,000 steps if that was by 3,548.
    assert values["learned"] == pytest.approx(np.mean(ONSET <= 3548))
    assert values["mean_width"] > 2 * values["skill_width"]


def test_the_mean_of_many_skills_is_foretold_and_those_to_come_are_not(emergent: Result) -> None:
    values = {name: measure.value for name, measure in emergent.measures.items()}
    # Not a law to the end: the 32nd skill is the last, and skills begin one by one.
    assert values["mean_law_miss"] < 0.05
    assert values["mean_rival_miss"] > values["mean_law_miss"] + 0.02
    assert values["skill_miss"] > 2 * values["mean_miss"]
    assert values["skill_loss_miss"] == pytest.approx(values["skill_miss"])  # equal as planted
    assert values["skill_excess"] == values["skill_miss"] - 2 * values["mean_miss"]
    mean = np.array(emergent.table("skills").column("mean_left"))
    share = frequencies(32) @ ((np.log10(10_000) - np.log10(ONSET)) / 0.5).clip(0, 1)
    assert mean[-1] == pytest.approx(1 - share)
    # The first half, in decades, of the way from a tenth learned to the end is fitted.
    first = STEP[mean <= 0.9][0]
    foretold = emergent.table("skills").column("mean_foretold")
    start = STEP[[value is not None for value in foretold]][0]
    assert start == STEP[math.sqrt(first * 10_000) < STEP][0]
    onset_ahead = ONSET * 10**0.05  # a tenth of 0.5 decades later it has begun
    before = STEP[start > STEP][-1]
    ahead = ONSET[onset_ahead > before]
    assert values["skills_ahead"] == 2 * len(ahead)  # the two networks are planted alike
    # Flat so far, most are foretold to stay so; some in their first tenth are caught by a line.
    learned = ((np.log10(STEP[start <= STEP])[:, None] - np.log10(ahead)) / 0.5).clip(0, 1)
    assert learned.mean() / 2 < values["skill_miss"] < learned.mean()


def test_slow_skills_are_not_sharp(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = run(monkeypatch, onset=ONSET / 10, decades=1.2)
    assert slow.measures["sharp_share"].value == 0.0
    assert slow.measures["skill_width"].value == pytest.approx(0.96, abs=0.02)


def test_where_nothing_is_learned_nothing_is_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    measures = nothing(monkeypatch).measures
    assert set(measures) == {"learned"}
    assert measures["learned"].value == 0


def test_the_card_names_every_measure(emergent: Result) -> None:
    assert set(emergent.measures) == set(DEMO.measures)


def test_figure_states_both_findings(monkeypatch: pytest.MonkeyPatch, emergent: Result) -> None:
    figure = draw([emergent, emergent], [nothing(monkeypatch)])
    chains_title, skills_title = (axes.get_title() for axes in figure.axes)
    assert "to 0.950 by exact match, to 0.000 by loss" in chains_title
    assert f"not begun to {emergent.measures['skill_miss'].value:.3f}" in skills_title
    assert chains_title.replace("\n", " ") in figure.get_label()
    for axes in figure.axes:
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert any(label.startswith("control") for label in labels)
    empty = draw([nothing(monkeypatch)], [])
    assert [axes.get_title() for axes in empty.axes] == [
        "Chains: nothing to foretell",
        "Skills: nothing to foretell",
    ]
