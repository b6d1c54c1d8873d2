"""The groups: their laws, and products that can be worked out by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from cs25_emergence.group import Group, cyclic, group, symmetric

GROUPS = [cyclic(10), symmetric(5)]


@pytest.mark.parametrize("one", GROUPS, ids=["sums", "permutations"])
def test_a_group_keeps_the_laws_of_groups(one: Group) -> None:
    numbers = torch.arange(one.order)
    assert torch.equal(one.table[0], numbers)  # 0 is the identity, from both sides
    assert torch.equal(one.table[:, 0], numbers)
    for line in (one.table, one.table.T):  # every element comes once in a row: there are inverses
        assert torch.equal(line.sort(dim=1).values, numbers.expand(one.order, -1))
    left = one.table[one.table]  # [a, b, c] is (ab)c
    right = one.table[numbers[:, None, None], one.table[None]]  # a(bc)
    assert torch.equal(left, right)


def test_orders_are_10_and_120_and_only_one_commutes() -> None:
    sums, rearrangements = group("sums"), group("permutations")
    assert (sums.order, rearrangements.order) == (10, 120)  # 5! = 120
    assert torch.equal(sums.table, sums.table.T)
    assert not torch.equal(rearrangements.table, rearrangements.table.T)


def test_a_permutation_is_followed_by_the_next() -> None:
    # Thing 0 goes to place 1, 1 to 0; then what is at place 1 goes to 2, and 2 to 1: thing 0 ends
    # at 2, thing 1 at 0, thing 2 at 1.
    elements = list(permutations(range(3)))
    first, then = elements.index((1, 0, 2)), elements.index((0, 2, 1))
    assert elements[symmetric(3).table[first, then]] == (2, 0, 1)


def test_the_ten_swaps_generate_all_rearrangements_of_five() -> None:
    one = symmetric(5)
    assert len(one.generators) == 10  # 5 choose 2
    assert (one.table[one.generators, one.generators] == 0).all()  # twice a swap is nothing
    reached = {0}
    for _ in range(4):  # a permutation of five is a product of at most four swaps
        reached |= {one.table[a, b].item() for a in reached for b in one.generators.tolist()}
    assert len(reached) == 120


def test_partial_products_of_digits_are_running_sums() -> None:
    terms = torch.randint(10, (50, 7), generator=torch.Generator().manual_seed(0))
    assert torch.equal(cyclic(10).partial_products(terms), terms.cumsum(dim=1) % 10)


def test_every_product_of_random_terms_is_equally_likely() -> None:
    one = symmetric(5)
    terms = one.random_terms(24_000, 6, torch.Generator().manual_seed(0))
    assert set(terms[:, 1:].unique().tolist()) == set(one.generators.tolist())
    counts = torch.bincount(one.partial_products(terms)[:, -1], minlength=120)
    # 200 each; chi-squared with 119 degrees of freedom stays below 170 in 99.8 % of draws.
    assert ((counts - 200) ** 2 / 200).sum() < 170
