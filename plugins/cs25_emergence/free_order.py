"""Running sums mod 10 whose terms may be added in any order: one question, many valid chains.

::

    3 9 4 =  b 9 a 2 c 6      the second term, then the first, then the third
    3 9 4 =  a 3 b 2 c 6      the order as written

A letter says which term is added next, a digit is the sum so far. With six terms there are 720
chains to one answer. Some addition facts (a sum so far and a term) are never taught: which of
them a chain needs depends on its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from cs25.nn import IGNORE

__all__ = ["BASE", "Order", "answer_of", "batches", "chain", "d_vocab", "gaps", "prompt"]

BASE = 10
_EQUALS = BASE
_FIRST_LETTER = BASE + 1

#: "any": every order is as likely; "written": terms are added from left to right.
Order = Literal["any", "written"]


def d_vocab(n_terms: int) -> int:
    """Return the number of tokens: the digits, ``=``, and a letter for each term."""
    return _FIRST_LETTER + n_terms


def prompt(terms: Int[Tensor, "batch term"]) -> Int[Tensor, "batch pos"]:
    """Write questions: the terms and ``=``."""
    return torch.cat([terms, terms.new_full((len(terms), 1), _EQUALS)], dim=1)


def chain(
    terms: Int[Tensor, "batch term"], order: Int[Tensor, "batch term"]
) -> Int[Tensor, "batch new"]:
    """Write the chain that adds the terms in this order; 2 n_terms tokens.

    >>> chain(torch.tensor([[3, 9, 4]]), torch.tensor([[1, 0, 2]]))
    tensor([[12,  9, 11,  2, 13,  6]])
    """
    sums = terms.gather(1, order).cumsum(dim=1) % BASE
    return torch.stack([order + _FIRST_LETTER, sums], dim=2).flatten(1)


def answer_of(chains: Int[Tensor, "batch new"]) -> Int[Tensor, " batch"]:
    """Return what chains end with; whatever is no digit is an answer too, a wrong one."""
    return chains[:, -1]


def gaps(share: float, *, seed: int) -> Bool[Tensor, "sum term"]:
    """Draw the addition facts that are never taught.

    Args:
        share: of the 100 facts, 0 to 1; rounded to whole facts.
        seed: draws which.
    """
    draw = torch.Generator().manual_seed(seed)
    untaught = torch.zeros(BASE * BASE, dtype=torch.bool)
    untaught[torch.randperm(BASE * BASE, generator=draw)[: round(share * BASE * BASE)]] = True
    return untaught.view(BASE, BASE)


def batches(
    *,
    n_terms: int,
    batch: int,
    order: Order,
    untaught: Bool[Tensor, "sum term"],
    seed: int,
    shuffled: bool = False,
) -> Iterator[tuple[Int[Tensor, "row pos"], Int[Tensor, "row pos"]]]:
    """Yield inputs and targets without end.

    Args:
        n_terms: terms to add, at least 2.
        batch: questions in a batch.
        order: which chains are shown.
        untaught: facts whose sum is no target, though it may be read.
        seed: draws questions and orders.
        shuffled: chains belong to other questions.
    """
    draw = torch.Generator().manual_seed(seed)
    while True:
        terms = torch.randint(BASE, (batch, n_terms), generator=draw)
        solved = torch.randint(BASE, (batch, n_terms), generator=draw) if shuffled else terms
        orders = _orders(batch, n_terms, order, draw)
        said = chain(solved, orders)
        hidden = _uses(solved, orders, untaught)
        targets = said.clone()
        targets[:, 3::2] = targets[:, 3::2].masked_fill(hidden, IGNORE)
        asked = torch.full((batch, n_terms), IGNORE)
        yield torch.cat([prompt(terms), said[:, :-1]], dim=1), torch.cat([asked, targets], dim=1)


def _orders(batch: int, n_terms: int, order: Order, draw: torch.Generator) -> Tensor:
    if order == "written":
        return torch.arange(n_terms).expand(batch, n_terms)
    return torch.rand(batch, n_terms, generator=draw).argsort(dim=1)


def _uses(terms: Tensor, orders: Tensor, untaught: Tensor) -> Tensor:
    """Tell which steps after the first use an untaught fact; shape (batch, term - 1)."""
    added = terms.gather(1, orders)
    before = added.cumsum(dim=1) % BASE
    return untaught[before[:, :-1], added[:, 1:]]
