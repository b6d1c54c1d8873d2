"""Skills in one network: frequent ones first, and nothing to be had from coin flips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from cs25.nn import Job
from cs25_emergence import skills as module
from cs25_emergence.skills import FIRST_STEP, frequencies, train_network, train_networks


def trained(*, steps: int = 400, shuffled: bool = False, seed: int = 0) -> dict[str, np.ndarray]:
    return train_network(
        n_skills=8, n_bits=6, steps=steps, shuffled=shuffled, seed=seed, progress=lambda n: None
    )


def test_frequencies_fall_as_the_power_of_the_source() -> None:
    frequency = frequencies(32)
    assert frequency.sum() == pytest.approx(1)
    # k^-1.4: the sixteenth is asked for 2^-5.6 times as often as the first.
    assert frequency[15] / frequency[0] == pytest.approx(2**-5.6)


def test_frequent_skills_are_learned_first_and_coin_flips_never() -> None:
    found = trained()
    assert found["step"][[0, -1]].tolist() == [FIRST_STEP, 400]
    assert found["loss"].shape == found["accuracy"].shape == (len(found["step"]), 8)
    assert found["accuracy"][-1, 0] > 0.99
    half_way = (found["loss"] < np.log(2) / 2).argmax(axis=0)
    learned = found["loss"][-1] < np.log(2) / 2
    assert half_way[0] == half_way[learned].min()
    # 500 questions put four standard errors of chance at 0.09.
    assert abs(trained(shuffled=True)["accuracy"][-1] - 0.5).max() < 0.1


def test_no_two_skills_look_at_the_same_bits() -> None:
    bits_of = module._bits_of_skills(20, 6, torch.Generator().manual_seed(0))  # of 6·5·4/6 = 20
    assert len({tuple(bits) for bits in bits_of.tolist()}) == 20
    assert all(len(set(bits)) == 3 for bits in bits_of.tolist())


def test_a_network_is_the_same_again_for_its_seed_and_another_for_another() -> None:
    first, again, other = (trained(steps=20, seed=seed) for seed in (0, 0, 1))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["loss"], other["loss"])


def test_networks_are_stacked_and_have_seeds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def fleet(jobs: Sequence[Job], desc: str) -> list[dict[str, np.ndarray]]:
        seeds = [job.kwargs["seed"] for job in jobs]
        assert len(set(seeds)) == len(seeds)
        return [
            {"step": np.array([10, 20]), "loss": np.full((2, 4), i), "accuracy": np.zeros((2, 4))}
            for i in range(len(jobs))
        ]

    monkeypatch.setattr(module, "run_fleet", fleet)
    made = train_networks(n_skills=4, n_bits=6, steps=20, networks=3, shuffled=False, seed=1)
    assert made["step"].tolist() == [10, 20]
    assert made["loss"][:, 0, 0].tolist() == [0, 1, 2]
