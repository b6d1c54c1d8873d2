"""The demo of the critical point: its claims, its control, its figure."""

from __future__ import annotations

import numpy as np

from cs25.verdict import judge
from cs25_emergence import cs25_lecture
from cs25_emergence.critical_mass import critical_mass, draw

SMALL = {"nodes": 200_000, "graphs": 2, "chains": 20_000}
DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "critical-mass")


def test_the_threshold_is_at_one_and_the_control_has_none() -> None:
    real = [critical_mass(**SMALL, seed=seed) for seed in range(3)]
    control = [critical_mass(**SMALL, seed=seed, control="scattered") for seed in range(3)]
    for claim in DEMO.claims:
        assert judge(claim, real).verdict == "supported", claim.id
        assert judge(claim, control).verdict != "supported", claim.id
        assert judge(claim, control[:1]).verdict != "supported", claim.id
    assert "onset" not in control[0].measures


def test_a_seed_gives_the_same_numbers_and_leaves_global_chance_alone() -> None:
    state = np.random.get_state()[1].tolist()  # type: ignore[union-attr]
    first, again, other = (critical_mass(**SMALL, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert first.measures != other.measures
    assert np.random.get_state()[1].tolist() == state  # type: ignore[union-attr]


def test_measures_are_those_of_the_card() -> None:
    assert set(critical_mass(**SMALL).measures) == set(DEMO.measures)


def test_figure_states_what_was_found() -> None:
    results = [critical_mass(**SMALL, seed=seed) for seed in range(2)]
    control = critical_mass(**SMALL, control="scattered")
    figure = draw(results, [control])
    onset = np.mean([result.measures["onset"].value for result in results])
    assert f"mean degree {onset:.2f}" in figure.get_suptitle()
    assert "control" in str(figure.get_label())
    assert draw([control], []).get_suptitle() == "No component ever holds 1 % of the graph"
