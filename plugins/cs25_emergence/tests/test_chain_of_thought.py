"""What `chain-of-thought` makes of answers that are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.nn import Job
from cs25_emergence import chain_of_thought as module
from cs25_emergence import cs25_lecture
from cs25_emergence import family as family_module
from cs25_emergence.chain_of_thought_figure import draw
from cs25_emergence.chains import d_vocab
from cs25_emergence.family import train_one
from cs25_emergence.group import Group, group

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "chain-of-thought")
BOTH = ("sums", "permutations")
N_PARAMS = np.array([500, 2_000, 8_000, 32_000])


def outputs(
    elements: Group, *, step: list[float], direct: list[float], filler: list[float]
) -> dict[str, np.ndarray]:
    """Answers to 1000 questions that are right exactly this often, size by size."""
    terms = elements.random_terms(1000, 4, torch.Generator().manual_seed(0))
    products = elements.partial_products(terms).numpy()

    def answered(share: float, right: np.ndarray) -> np.ndarray:
        wrong = (right + 1) % elements.order
        return np.where(np.arange(1000) < round(1000 * share), right, wrong)

    chains = np.repeat(products[None], 4, axis=0)
    log_probs = np.log(np.full((*chains.shape, d_vocab(elements)), 1e-9))
    np.put_along_axis(log_probs, chains[..., None], 0.0, axis=-1)
    chains[:, :, -1] = [answered(share, products[:, -1]) for share in step]
    return {
        "terms": terms.numpy(),
        "n_params": N_PARAMS,
        "replica": np.zeros((4, 1000), dtype=int),
        "direct": np.array([answered(share, products[:, -1]) for share in direct]),
        "filler": np.array([answered(share, products[:, -1]) for share in filler]),
        "step": chains,
        "log_probs": log_probs,
    }


def run(
    monkeypatch: pytest.MonkeyPatch, tasks: tuple[str, ...] = ("sums",), **shares: list[float]
) -> Result:
    monkeypatch.setattr(module, "family", lambda *, task, **_: outputs(group(task), **shares))
    return module.chain_of_thought(tasks=tasks)  # type: ignore[arg-type]


def test_gains_shares_and_crossover_are_those_of_the_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = run(
        monkeypatch,
        step=[0.11, 0.12, 0.6, 0.9],
        direct=[0.1, 0.1, 0.1, 0.1],
        filler=[0.1, 0.1, 0.1, 0.14],
    )
    values = {name: measure.value for name, measure in result.measures.items()}
    assert values["gain_largest"] == pytest.approx(0.8)
    assert values["gain_smallest"] == pytest.approx(0.01)
    assert values["smallest_share"] == pytest.approx(0.01 / 0.8)
    assert values["filler_share"] == pytest.approx(0.04 / 0.8)
    assert (values["crossover_low"], values["crossover_high"]) == (2_000, 8_000)
    # Teacher-forced steps are all right here, so the closed form says 1 for every size.
    assert values["step_accuracy"] == 1.0
    assert values["closed_form_gap"] == pytest.approx(1 - 0.11)
    assert result.table("accuracy").column("step") == (0.11, 0.12, 0.6, 0.9)


def test_without_a_gain_no_share_of_it_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = [0.1] * 4
    result = run(monkeypatch, step=flat, direct=flat, filler=flat)
    assert result.measures["gain_largest"].value == 0
    assert not {"smallest_share", "filler_share", "crossover_high"} & set(result.measures)


def test_a_gain_that_comes_and_goes_does_not_start_the_crossover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = run(monkeypatch, step=[0.1, 0.9, 0.1, 0.9], direct=[0.1] * 4, filler=[0.1] * 4)
    values = {name: measure.value for name, measure in result.measures.items()}
    assert (values["crossover_low"], values["crossover_high"]) == (500, 32_000)


def test_prediction_averages_over_models_and_not_over_their_steps() -> None:
    # One model is perfect, the other guesses: half of their chains are right for sure and half
    # one time in ten. Averaged steps of 0.55 would say 0.1 + 0.9 · 0.5² = 0.325.
    step_right = np.zeros((20, 2), dtype=bool)
    step_right[:10] = True
    step_right[[10, 11], [0, 1]] = True  # each step of the second model: one in ten
    replica = np.repeat([0, 1], 10)
    assert module._predicted(step_right, replica, order=10) == pytest.approx(0.55)


def test_the_card_names_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, BOTH, step=[0.1, 0.1, 0.5, 0.9], direct=[0.1] * 4, filler=[0.1] * 4)
    assert set(result.measures) == set(DEMO.measures)


def test_each_task_is_measured_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    curve = {"step": [0.1, 0.1, 0.5, 0.9], "direct": [0.1] * 4, "filler": [0.1] * 4}
    sums = run(monkeypatch, **curve)
    both = run(monkeypatch, BOTH, **curve)
    assert {name: both.measures[name] for name in sums.measures} == sums.measures
    assert both.measures["s5_gain_largest"].value == pytest.approx(0.8)
    assert both.table("s5_accuracy").column("step") == (0.1, 0.1, 0.5, 0.9)
    # Teacher-forced steps are all right here, so the closed form says 1 for every size.
    assert both.measures["s5_closed_form_gap"].value == pytest.approx(0.9)
    assert "s5_gain_largest" not in sums.measures


def test_figure_states_the_finding_and_shows_the_control(monkeypatch: pytest.MonkeyPatch) -> None:
    good = run(monkeypatch, step=[0.1, 0.1, 0.5, 0.9], direct=[0.1] * 4, filler=[0.1] * 4)
    flat = run(monkeypatch, step=[0.1] * 4, direct=[0.1] * 4, filler=[0.1] * 4)
    figure = draw([good], [flat])
    title = figure.axes[0].get_title()
    assert "0 points at 500" in title
    assert "80 at 32,000" in title
    assert "between 2,000 and 8,000" in title
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert any("control" in label for label in labels)
    assert title.replace("\n", " ") in figure.get_label()
    # Several seeds draw a band instead; without a control nothing is said of it.
    assert "control" not in draw([good, flat], []).get_label()


def test_figure_has_a_panel_for_each_task(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, BOTH, step=[0.1, 0.1, 0.5, 0.9], direct=[0.1] * 4, filler=[0.1] * 4)
    figure = draw([result], [])
    titles = [axes.get_title() for axes in figure.axes]
    assert [title.partition(":")[0] for title in titles] == [
        "Sums mod 10",
        "Permutations of five things",
    ]
    # Chance is one of the elements of the group: 1/10 and 1/120.
    chances = [axes.lines[-1].get_ydata()[0] for axes in figure.axes]
    assert chances == [pytest.approx(1 / 10), pytest.approx(1 / 120)]


def test_a_member_is_the_same_again_for_its_seed_and_another_for_another() -> None:
    terms = torch.randint(10, (20, 3), generator=torch.Generator().manual_seed(0))
    steps: list[int] = []

    def member(seed: int, *, shuffled: bool = False) -> dict[str, np.ndarray]:
        return train_one(
            task="sums",
            d_model=8,
            terms=terms,
            steps=15,
            batch=8,
            shuffled=shuffled,
            seed=seed,
            progress=steps.append,
        )

    first, again, other = member(0), member(0), member(1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["log_probs"], other["log_probs"])
    assert not np.array_equal(first["log_probs"], member(0, shuffled=True)["log_probs"])
    assert sum(steps) == 4 * 15
    assert np.exp(first["log_probs"]).sum(axis=-1) == pytest.approx(1.0, abs=1e-5)


def test_a_family_stacks_its_members_in_the_order_of_their_widths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fleet(jobs: Sequence[Job], desc: str) -> list[dict[str, np.ndarray]]:
        return [
            {"n_params": np.array(job.kwargs["d_model"]), "direct": job.kwargs["terms"].numpy()}
            for job in jobs
        ]

    monkeypatch.setattr(family_module, "run_fleet", fleet)
    made = family_module.family(
        task="permutations",
        widths=[4, 112],
        n_terms=3,
        steps=1,
        batch=1,
        questions=7,
        replicas=2,
        shuffled=False,
        seed=0,
    )
    assert made["n_params"].tolist() == [4, 112]
    # Two narrow models share the questions, one wide model answers all: in the same order.
    assert made["replica"].tolist() == [[0, 0, 0, 0, 1, 1, 1], [0] * 7]
    assert (made["direct"] == made["terms"]).all()
