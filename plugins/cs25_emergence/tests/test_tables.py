"""Tables in prompts: what a guess is worth, and what the examples say."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
import torch

from cs25.nn import IGNORE
from cs25_emergence.tables import Tables, ask, batches, split_tables

N = 4


def every_table(rows: Tables) -> list[tuple[int, ...]]:
    n = rows.shape[1]
    return [tuple((row + shift).remainder(n).tolist()) for row in rows for shift in range(n)]


def test_a_table_is_taught_or_held_out() -> None:
    taught, held_out = (every_table(side) for side in split_tables(N, seed=0))
    assert sorted(taught + held_out) == sorted(permutations(range(N)))
    assert len(held_out) == 4 * round(6 / 4)  # a quarter of the 3! = 6 rows; each stands for 4
    assert len(split_tables(8, seed=0)[1]) == 5040 / 4
    assert set(every_table(split_tables(5, seed=1)[1])) != set(
        every_table(split_tables(5, seed=0)[1])
    )


@pytest.mark.parametrize("side", [0, 1])
def test_a_guess_is_right_exactly_once_in_n_whatever_it_knows_but_the_pairs(side: int) -> None:
    """Count every prompt there is: every table, every order of its examples, every question."""
    by_labels, by_inputs, by_set = Counter(), Counter(), Counter()
    for table in every_table(split_tables(N, seed=0)[side]):
        for order in permutations(range(N)):
            labels = tuple(table[i] for i in order)
            for asked in range(N):
                by_labels[labels, table[asked]] += 1
                by_inputs[order, asked, table[asked]] += 1
                by_set[frozenset(labels), asked, table[asked]] += 1
    for seen in (by_labels, by_inputs, by_set):
        # Whatever was seen, each of the N labels is the answer equally often.
        asked_of = Counter(key[:-1] for key in seen.elements())
        assert all(count == asked_of[key[:-1]] / N for key, count in seen.items())


def copied(tokens: torch.Tensor, examples: int) -> torch.Tensor:
    """Answer each query with what stands behind the same input among the examples."""
    shown, labels = tokens[:, : 2 * examples : 2], tokens[:, 1 : 2 * examples : 2]
    queried = tokens[:, 2 * examples :]
    return labels.gather(1, (shown[:, None] == queried[..., None]).int().argmax(dim=2))


def test_an_oracle_that_copies_from_the_examples_is_always_right() -> None:
    _, held_out = split_tables(8, seed=0)
    draw = torch.Generator().manual_seed(0)
    tokens, answers = ask(held_out, prompts=500, examples=8, queries=3, draw=draw)
    assert (copied(tokens, 8) == answers).all()
    # All inputs and all labels are shown, each once; labels are tokens of their own.
    everything = torch.arange(8).expand(500, 8)
    assert (tokens[:, :16:2].sort(dim=1).values == everything).all()
    assert (tokens[:, 1:16:2].sort(dim=1).values == 8 + everything).all()
    # The tables shown are held out.
    table = torch.zeros(500, 8, dtype=torch.long).scatter_(1, tokens[:, :16:2], tokens[:, 1:16:2])
    assert {tuple(row) for row in (table - 8).tolist()} <= set(every_table(held_out))


def test_the_training_teaches_taught_tables_with_two_to_all_examples() -> None:
    taught, _ = split_tables(5, seed=0)
    allowed, lengths = set(every_table(taught)), set()
    supply = batches(taught, batch=64, queries=3, seed=0)
    for _ in range(40):
        tokens, targets = next(supply)
        examples = (tokens.shape[1] - 3) // 2
        lengths.add(examples)
        assert (targets[:, : 2 * examples] == IGNORE).all()
        assert (copied(tokens, examples) == targets[:, 2 * examples :]).all()
        if examples == 5:
            table = torch.zeros(64, 5, dtype=torch.long)
            table.scatter_(1, tokens[:, :10:2], tokens[:, 1:10:2])
            assert {tuple(row) for row in (table - 5).tolist()} <= allowed
    assert lengths == {2, 3, 4, 5}


def test_shuffled_answers_have_nothing_to_do_with_the_examples() -> None:
    taught, _ = split_tables(8, seed=0)
    right, asked = 0, 0
    supply = batches(taught, batch=256, queries=8, seed=0, shuffled=True)
    for _ in range(20):
        tokens, targets = next(supply)
        examples = (tokens.shape[1] - 8) // 2
        if examples == 8:
            right += int((copied(tokens, 8) == targets[:, 16:]).sum())
            asked += 256 * 8
    assert asked > 2000
    # Queries of one prompt share its table, so 256 prompts of a batch: four standard errors of
    # 0.33 / sqrt(256) are 0.08.
    assert right / asked == pytest.approx(1 / 8, abs=0.08)
