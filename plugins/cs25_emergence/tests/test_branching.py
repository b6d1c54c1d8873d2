"""Branching processes against their closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from cs25_emergence.branching import (
    extinction_probability,
    fission,
    poisson,
    surviving_shares,
)


@pytest.mark.parametrize("p", [0.51, 0.55, 0.7, 0.95, 1.0])
def test_extinction_with_two_neutrons_is_the_odds_against_a_split(p: float) -> None:
    # q = 1 - p + p q^2 has the roots 1 and (1 - p) / p.
    assert extinction_probability(fission(2 * p, 2), mean=2 * p) == pytest.approx(
        (1 - p) / p, abs=1e-9
    )


@pytest.mark.parametrize("p", [0.35, 0.4, 0.6, 0.9, 1.0])
def test_extinction_with_three_neutrons_solves_the_quadratic_left_of_the_cubic(p: float) -> None:
    # q = 1 - p + p q^3, divided by (q - 1): q^2 + q + 1 - 1/p = 0.
    root = (np.sqrt(4 / p - 3) - 1) / 2
    assert extinction_probability(fission(3 * p, 3), mean=3 * p) == pytest.approx(root, abs=1e-9)


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.0])
def test_extinction_is_certain_up_to_one_successor(mean: float) -> None:
    assert extinction_probability(poisson(mean), mean=mean) == 1.0


@pytest.mark.parametrize("neutrons", [2, 3])
def test_simulated_chains_last_as_often_as_the_generating_function_says(neutrons: int) -> None:
    multiplications = (0.8, 1.2, 1.6)
    chains = 40_000
    shares = surviving_shares(
        multiplications, chains=chains, neutrons=neutrons, rng=np.random.default_rng(0)
    )
    exact = [1 - extinction_probability(fission(k, neutrons), mean=k) for k in multiplications]
    # Four binomial standard errors at the worst share, 1/2.
    assert shares == pytest.approx(exact, abs=4 * 0.5 / np.sqrt(chains))
    assert shares[0] == 0.0


def test_a_certain_split_never_dies() -> None:
    shares = surviving_shares([2.0], chains=10, neutrons=2, rng=np.random.default_rng(0))
    assert shares.tolist() == [1.0]


def test_chains_that_run_out_of_nuclei_die_however_fast_they_grow() -> None:
    # 100 nuclei set free 200 neutrons at most: never a thousand at once.
    shares = surviving_shares(
        [1.5, 2.0], chains=500, neutrons=2, rng=np.random.default_rng(0), nuclei=100
    )
    assert shares.tolist() == [0.0, 0.0]


def test_plenty_of_nuclei_are_as_good_as_no_limit() -> None:
    shares = surviving_shares(
        [1.5], chains=20_000, neutrons=2, rng=np.random.default_rng(0), nuclei=10**9
    )
    # Extinction (1 - p) / p with p = 3/4; four standard errors.
    assert shares == pytest.approx([2 / 3], abs=4 * np.sqrt(2 / 9 / 20_000))
