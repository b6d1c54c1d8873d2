"""Chains in any order: all lead to the answer, and the untaught facts stay untaught."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from cs25.nn import IGNORE
from cs25_emergence.free_order import BASE, answer_of, batches, chain, gaps, prompt

NOTHING = gaps(0.0, seed=0)


def test_every_order_leads_to_the_answer() -> None:
    orders = torch.tensor(list(permutations(range(4))))
    terms = torch.tensor([[3, 9, 4, 7]]).expand(len(orders), 4)
    chains = chain(terms, orders)
    assert answer_of(chains).tolist() == [23 % BASE] * 24
    assert len(chains.unique(dim=0)) == 24


def test_gaps_are_as_many_as_asked_and_differ_between_seeds() -> None:
    assert gaps(0.1, seed=0).sum() == 10
    assert NOTHING.sum() == 0
    assert not torch.equal(gaps(0.1, seed=0), gaps(0.1, seed=1))


def test_batches_hold_valid_chains_shifted_by_one() -> None:
    inputs, targets = next(batches(n_terms=3, batch=50, order="any", untaught=NOTHING, seed=0))
    assert inputs.shape == targets.shape == (50, 3 + 1 + 6 - 1)
    assert (targets[:, :3] == IGNORE).all()
    terms, letters, sums = inputs[:, :3], targets[:, 3::2] - BASE - 1, targets[:, 4::2]
    assert torch.equal(inputs[:, :4], prompt(terms))
    assert torch.equal(letters.sort(dim=1).values, torch.arange(3).expand(50, 3))
    assert torch.equal(sums, terms.gather(1, letters).cumsum(dim=1) % BASE)
    assert len(letters.unique(dim=0)) == 6  # 50 draws of 6 orders miss one with odds 1 in 1,500


def test_written_order_is_from_left_to_right() -> None:
    _, targets = next(batches(n_terms=3, batch=5, order="written", untaught=NOTHING, seed=0))
    assert (targets[:, 3::2] - BASE - 1 == torch.arange(3)).all()


def test_an_untaught_fact_is_read_but_never_a_target() -> None:
    untaught = gaps(0.2, seed=3)
    inputs, targets = next(batches(n_terms=4, batch=300, order="any", untaught=untaught, seed=0))
    letters = targets[:, 4::2] - BASE - 1
    added = inputs[:, :4].gather(1, letters)
    sums = added.cumsum(dim=1) % BASE
    for step in range(1, 4):
        learned = targets[:, 5 + 2 * step]
        gap = untaught[sums[:, step - 1], added[:, step]]
        assert 0 < gap.sum() < len(gap)
        assert (learned[gap] == IGNORE).all()
        assert torch.equal(learned[~gap], sums[~gap, step])
    assert (targets[:, 5] != IGNORE).all()  # the first sum is a copy, not an addition


def test_shuffled_chains_end_anywhere() -> None:
    data = batches(n_terms=4, batch=1000, order="any", untaught=NOTHING, seed=0, shuffled=True)
    inputs, targets = next(data)
    right = (targets[:, -1] == inputs[:, :4].sum(dim=1) % BASE).float().mean().item()
    # Five standard errors of a share of 0.1 over 1000.
    assert right == pytest.approx(0.1, abs=0.048)
