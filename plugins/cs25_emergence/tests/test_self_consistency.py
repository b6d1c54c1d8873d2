"""What `self-consistency` makes of samples that are known, and a real model's samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.nn import Job
from cs25_emergence import cs25_lecture
from cs25_emergence import self_consistency as module
from cs25_emergence.free_order import BASE

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "self-consistency")


def run(
    monkeypatch: pytest.MonkeyPatch, *, greedy: float, modal: float, guess: bool = False
) -> Result:
    """Greedy is right for the first share of questions; the last ``modal`` of them have the right
    answer in 60 % of samples, the others in 30 % beside 70 % for one wrong answer.
    """

    def fleet(jobs: Sequence[Job], desc: str) -> list[dict[str, np.ndarray]]:
        outputs = []
        for job in jobs:
            terms, n_samples = job.kwargs["terms"].numpy(), job.kwargs["samples"]
            draw = np.random.default_rng(n_samples)
            n = len(terms)
            right = terms.sum(axis=1) % BASE
            wrong = (right + 1) % BASE
            likely = np.where(np.arange(n) >= n - round(n * modal), 0.6, 0.3)
            hit = draw.random((n, n_samples)) < likely[:, None]
            samples = np.where(hit, right[:, None], wrong[:, None])
            if guess:
                samples = draw.integers(BASE, size=(n, n_samples))
            outputs.append(
                {
                    "n_params": np.array(job.kwargs["d_model"] ** 2),
                    "greedy": np.where(np.arange(n) < round(n * greedy), right, wrong),
                    "samples": samples,
                }
            )
        return outputs

    monkeypatch.setattr(module, "run_fleet", fleet)
    return module.self_consistency(questions=400)


def test_gain_and_limit_are_those_of_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, greedy=0.6, modal=0.8)
    values = {name: measure.value for name, measure in result.measures.items()}
    assert values["greedy"] == 0.6
    # 300 samples at 0.6 against 0.4: five standard errors apart, so the limit is the modal share.
    assert values["limit"] == pytest.approx(0.8, abs=0.01)
    # A majority of 40 at 0.6 is right nine times in ten, at 0.3 about once in two hundred.
    assert values["vote"] == pytest.approx(0.8 * 0.926 + 0.2 * 0.005, abs=0.04)
    assert values["vote_gain"] == pytest.approx(values["vote"] - 0.6)
    assert values["limit_gap"] == pytest.approx(values["limit"] - values["vote"])
    votes = [row for row in result.table("votes").rows if row[0] == "any"]
    assert [row[1] for row in votes] == list(module.VOTES)
    assert votes[0][2] == pytest.approx(0.8 * 0.6 + 0.2 * 0.3, abs=0.02)  # a vote of one


def test_questions_that_get_worse_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, greedy=0.6, modal=0.8)
    # The first 60 % are right by greedy; of these the first 20 % have a wrong modal answer.
    assert result.measures["worse"].value == pytest.approx(0.2 + 0.4 * 0.074, abs=0.04)
    worse = result.table("worse")
    assert len(worse.rows) == 10
    for terms, right, voted, share_right, share_voted in worse.rows:
        assert sum(map(int, terms.split())) % BASE == right != voted
        assert share_right + share_voted == pytest.approx(1.0)
    assert np.mean(worse.column("share_right")) < 0.5


def test_where_voting_gains_nothing_there_is_no_limit_to_be_near_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guesses = run(monkeypatch, greedy=0.1, modal=0.5, guess=True)
    assert abs(guesses.measures["vote_gain"].value) < 0.1
    assert "limit_gap" not in guesses.measures
    good = run(monkeypatch, greedy=0.9, modal=0.5)
    assert good.measures["vote_gain"].value < 0
    assert "limit_gap" not in good.measures


def test_the_card_names_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(run(monkeypatch, greedy=0.6, modal=0.8).measures) == set(DEMO.measures)


def test_figure_states_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, greedy=0.6, modal=0.8)
    control = run(monkeypatch, greedy=0.1, modal=0.5, guess=True)
    figure = module.draw([result, result], [control])
    gain = 100 * result.measures["vote_gain"].value
    assert f"by {gain:+.0f} points" in figure.axes[0].get_title()
    assert figure.axes[0].get_title() in figure.get_label()
    assert any("control" in line.get_label() for line in figure.axes[0].lines)


def test_a_model_learns_valid_orders_and_samples_them() -> None:
    terms = torch.randint(BASE, (60, 3), generator=torch.Generator().manual_seed(0))
    steps: list[int] = []
    outputs = module.sample_answers(
        d_model=24,
        order="any",
        samples=20,
        terms=terms,
        untaught=0.1,
        steps=300,
        batch=48,
        shuffled=False,
        seed=0,
        progress=steps.append,
    )
    right = (terms.sum(dim=1) % BASE).numpy()
    assert outputs["samples"].shape == (60, 20)
    assert (outputs["samples"] == right[:, None]).mean() > 0.3  # chance is 0.1
    assert (outputs["samples"] != outputs["samples"][:, :1]).any()
    assert sum(steps) == 300 + 1  # every training step, and one part of the samples
