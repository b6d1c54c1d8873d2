"""What `few-shot` makes of answers that are known, and how its family is built."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.nn import Decoder, Job, n_params
from cs25_emergence import cs25_lecture, few_shot_family
from cs25_emergence import few_shot as module
from cs25_emergence.few_shot_family import QUERIES, shallow_twin, train_family, train_one
from cs25_emergence.few_shot_figure import draw
from cs25_emergence.tables import ask, split_tables

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "few-shot")


def right(*shares: float) -> np.ndarray:
    """1000 answers of each size, of which exactly this share is right."""
    return np.array([np.arange(1000) < round(1000 * share) for share in shares])


def run(monkeypatch: pytest.MonkeyPatch, deep: list[float], shallow: list[float]) -> Result:
    def family(**_: object) -> dict[int, dict[str, np.ndarray]]:
        return {
            depth: {
                "n_params": np.array([100, 400, 1_600, 6_400]) + depth,
                "right": right(*shares),
                "taught_right": right(*shares[:-1], min(1.0, shares[-1] + 0.05)),
                "loss": 2 * (1 - np.array(shares)),
            }
            for depth, shares in ((2, deep), (1, shallow))
        }

    monkeypatch.setattr(module, "train_family", family)
    return module.few_shot()


FLAT = [0.125, 0.13, 0.12, 0.125]


def test_measures_are_those_of_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, [0.13, 0.105, 0.5, 0.925], [0.125, 0.145, 0.115, 0.12])
    values = {name: measure.value for name, measure in result.measures.items()}
    assert values == pytest.approx(
        {
            "largest_above_chance": 0.8,
            "smallest_above_chance": -0.02,  # further from chance than 0.005
            "one_layer_above_chance": 0.02,
            "onset_low": 402,
            "onset_high": 1_602,
            "taught_gap": 0.05,
        }
    )
    largest = result.measures["largest_above_chance"]
    # Wilson's interval of 925 in 1000 is 0.907 to 0.940.
    assert (largest.low, largest.high) == pytest.approx((0.782, 0.815), abs=0.001)
    assert result.table("layers_2").column("accuracy") == (0.13, 0.105, 0.5, 0.925)
    assert result.table("layers_1").column("n_params")[-1] == 6_401


def test_where_nothing_is_learned_size_and_depth_explain_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert set(run(monkeypatch, FLAT, FLAT).measures) == {"largest_above_chance", "taught_gap"}


def test_a_size_that_learns_too_early_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, [0.125, 0.9, 0.125, 0.9], FLAT)
    assert result.measures["smallest_above_chance"].value == pytest.approx(0.775)
    assert result.measures["onset_low"].value == 102
    assert result.measures["onset_high"].value == 6_402


def test_the_card_names_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(run(monkeypatch, [0.125, 0.13, 0.5, 0.9], FLAT).measures) == set(DEMO.measures)


def test_figure_states_the_finding_and_shows_chance_and_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = run(monkeypatch, [0.125, 0.125, 0.5, 0.9], FLAT)
    flat = run(monkeypatch, FLAT, FLAT)
    figure = draw([good, good], [flat])
    axes = figure.axes[0]
    title = axes.get_title()
    assert "90 % at 6,402" in title
    assert "one layer 12 % at 6,401" in title
    assert "between 402 and 1,602 parameters" in figure.get_label()
    assert title.replace("\n", " ") in figure.get_label()
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["chance: one in 8"].get_ydata()[0] == pytest.approx(0.125)
    assert any(label.startswith("control") for label in lines)
    assert "begin to learn" not in draw([flat], []).get_label()


@pytest.mark.parametrize("width", [2, 4, 8, 16, 32])
def test_a_twin_has_at_least_as_many_parameters_and_as_many_heads(width: int) -> None:
    deep, shallow = (
        Decoder(few_shot_family._config(d_model, depth, 8))
        for d_model, depth in ((width, 2), (shallow_twin(width, 8), 1))
    )
    assert n_params(shallow) >= n_params(deep)
    heads = [sum(block.attention.heads[0] for block in m.blocks) for m in (deep, shallow)]
    assert heads == [2, 2]


def member(seed: int, *, shuffled: bool = False, steps: int = 15) -> dict[str, np.ndarray]:
    tables = split_tables(4, seed=0)
    draw = torch.Generator().manual_seed(1)
    taught, held_out = (
        torch.cat(ask(side, prompts=300, examples=4, queries=1, draw=draw), dim=1)
        for side in tables
    )
    return train_one(
        d_model=16, depth=2, n_labels=4, taught=taught, held_out=held_out, table_seed=0,
        steps=steps, batch=32, shuffled=shuffled, seed=seed, progress=lambda n: None,
    )  # fmt: skip


def test_a_member_is_the_same_again_for_its_seed_and_another_for_another() -> None:
    first, again, other = member(0), member(0), member(1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert first["loss"] != other["loss"]


def test_two_layers_learn_short_tables_from_examples_but_not_from_others_answers() -> None:
    assert member(0, steps=250)["right"].mean() > 0.9
    # Chance is 0.25; 300 questions put four standard errors at 0.1.
    assert member(0, steps=250, shuffled=True)["right"].mean() == pytest.approx(0.25, abs=0.1)


def test_a_family_puts_every_answer_beside_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    def fleet(jobs: Sequence[Job], desc: str) -> list[dict[str, np.ndarray]]:
        return [
            {
                "n_params": np.array(job.kwargs["d_model"]),
                "right": job.kwargs["held_out"].numpy(),
                "taught_right": job.kwargs["taught"].numpy(),
                "loss": np.array(float(job.kwargs["depth"])),
            }
            for job in jobs
        ]

    monkeypatch.setattr(few_shot_family, "run_fleet", fleet)
    made = train_family(
        widths=[4, 32], n_labels=4, steps=1, batch=2, questions=7, replicas=2,
        shuffled=False, seed=0,
    )  # fmt: skip
    assert made[2]["n_params"].tolist() == [4, 32]
    assert made[1]["n_params"].tolist() == [shallow_twin(4, 4), shallow_twin(32, 4)]
    assert made[1]["loss"].tolist() == [1, 1]
    # Two narrow models share the questions, one wide model answers all; the same for both depths.
    for name in ("right", "taught_right"):
        assert (made[2][name][0] == made[2][name][1]).all()
        assert (made[2][name] == made[1][name]).all()
    assert (made[2]["right"] != made[2]["taught_right"]).any()
    assert made[2]["right"].shape == (2, 7, 2 * 4 + 2)  # eight of examples, question, answer
    assert QUERIES == 8
