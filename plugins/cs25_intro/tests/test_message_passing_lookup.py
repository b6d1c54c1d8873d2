"""The task of looking up, its closed form, and the measures of change."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch

from cs25 import seeded
from cs25.nn import IGNORE
from cs25_intro.message_passing import untrained as module
from cs25_intro.message_passing.change import (
    effective_senders,
    mean_of_choosers,
    total_variation,
    weight_matrix,
)
from cs25_intro.message_passing.graph import random_graphs
from cs25_intro.message_passing.lookup import LookUp, ask, batches, ceiling
from cs25_intro.message_passing.round import Round
from cs25_intro.message_passing.skill import skill_score
from cs25_intro.message_passing.untrained import over_graphs, untrained


def test_the_answer_is_the_bit_of_the_sender_that_is_asked_by_name() -> None:
    draw = torch.Generator().manual_seed(0)
    hears = random_graphs(50, n_nodes=7, mean_degree=2, draw=draw)
    held, same, answer = ask(hears, draw=draw)
    assert same is hears
    asked: set[int] = set()
    for graph, nodes, answers in zip(hears.tolist(), held.tolist(), answer.tolist(), strict=True):
        names = [name for name, _, _ in nodes]
        assert sorted(names) == list(range(7))
        for senders, (_, wanted, _), found in zip(graph, nodes, answers, strict=True):
            if not any(senders):
                assert found == IGNORE
                continue
            place = names.index(wanted)
            assert senders[place]
            assert found == nodes[place][2]
            asked.add(sum(senders[:place]))
    assert {0, 1, 2} <= asked, "expected others than the first sender to be asked, too"


@pytest.mark.parametrize("degree", range(1, 9))
def test_the_ceiling_is_that_of_all_patterns_of_bits(degree: int) -> None:
    patterns = list(product((0, 1), repeat=degree))
    best = sum(max(sum(bits), degree - sum(bits)) / degree for bits in patterns) / len(patterns)
    assert ceiling(degree) == pytest.approx(best)


def test_an_average_cannot_tell_two_inputs_apart_that_swap_their_bits() -> None:
    # Node 0 asks for name 1. Whether 1 or 2 holds the bit 1 is all that differs.
    hears = torch.zeros(1, 3, 3, dtype=torch.bool)
    hears[0, 0, 1:] = True
    held = torch.tensor([[[0, 1, 0], [1, 0, 1], [2, 0, 0]], [[0, 1, 0], [1, 0, 0], [2, 0, 1]]])
    for average in (True, False):
        with seeded(0):
            model = LookUp(3, 16, average=average)
        first, second = model(held, hears.expand(2, 3, 3))[:, 0]
        # Rounding only, or what weights that differ make of it.
        assert torch.allclose(first, second, atol=1e-6) == average


def test_batches_never_repeat() -> None:
    draw = torch.Generator().manual_seed(0)
    supply = batches(2, n_nodes=6, mean_degree=2, draw=draw)
    first, second = next(supply), next(supply)
    assert not torch.equal(first.held, second.held)
    assert not torch.equal(first.hears, second.hears)


def test_change_and_effective_senders_have_their_limits_for_many_senders() -> None:
    scores = torch.randn(2, 50, 20_000, generator=torch.Generator().manual_seed(0)).double()
    first, second = scores.softmax(dim=-1)
    # The Gini coefficient of exp(normal) is erf(1/2), and its entropy below that of equal weights
    # 1/2 nat; both are approached as 1 / senders.
    assert float(total_variation(first, second).mean()) == pytest.approx(math.erf(0.5), abs=0.005)
    share = effective_senders(first).mean() / 20_000
    assert float(share) == pytest.approx(math.exp(-0.5), abs=0.005)


def test_weights_of_a_round_are_put_where_the_edges_are() -> None:
    with seeded(0):
        layer, nodes = Round(8), torch.randn(3, 8)
    graph = torch.tensor([[False, True, True], [False, False, False], [True, False, False]])
    weights = weight_matrix(layer, nodes, graph)
    query, key, _ = layer.speak(nodes)
    scores = (query @ key.T / math.sqrt(8)).masked_fill(~graph, -torch.inf)
    expected = scores.softmax(dim=-1).nan_to_num(0.0)
    assert torch.allclose(weights, expected, atol=1e-6)
    # Endless sharpness leaves the sender with the highest score.
    sharp = weight_matrix(layer, nodes, graph, sharpness=1e6)
    assert sharp[0].tolist() == [float(i == int(scores[0].argmax())) for i in range(3)]


def test_a_node_with_one_sender_is_no_chooser() -> None:
    graph = torch.tensor([[False, True, True], [True, False, False], [False, False, False]])
    assert mean_of_choosers(torch.tensor([0.5, 9.0, torch.nan]), graph) == 0.5
    assert mean_of_choosers(torch.ones(3), torch.eye(3, dtype=torch.bool)) is None


def test_random_rounds_change_as_much_as_independent_normal_scores() -> None:
    draw = torch.Generator().manual_seed(0)
    hears = random_graphs(60, n_nodes=16, mean_degree=4, draw=draw)
    with seeded(0):
        rounds = [Round(64) for _ in hears]
    found = untrained(rounds, hears, draw=draw)
    rows = hears.flatten(0, 1).repeat(200, 1)
    scores = torch.randn(2, *rows.shape, generator=draw).masked_fill(~rows, -torch.inf)
    first, second = scores.softmax(dim=-1).nan_to_num(0.0)
    wanted = total_variation(first, second)[rows.sum(-1) >= 2].mean()
    measure = found["weight_change"]
    # Queries vary in length, so scores are not quite normal: a hundredth or two.
    assert measure.value == pytest.approx(float(wanted), abs=0.03)
    assert measure.low is not None
    assert measure.high is not None
    assert 0.01 < measure.high - measure.low < 0.05
    assert found["torch_gap"].value == 0


def test_a_mean_over_graphs_passes_over_those_with_nothing_to_measure() -> None:
    measure = over_graphs([0.2, None, 0.4])
    # Student's t with one degree of freedom is 12.706, the standard error 0.1.
    assert measure.value == pytest.approx(0.3)
    assert (measure.low, measure.high) == pytest.approx((0.3 - 1.2706, 0.3 + 1.2706), abs=1e-4)


def test_the_skill_score_of_known_answers_and_its_interval() -> None:
    # The second graph's second node has nothing to ask.
    right = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    reference = torch.tensor([[0.75, 0.5], [0.5, 0.0]])
    answered = torch.tensor([[True, True], [True, False]])
    found = skill_score(right, reference, answered)
    # Gains of -0.25 and 0.5, room of 0.75 and 0.5: 0.25 / 1.25. The linear parts are 0.2 plus
    # (-0.25 - 0.2 * 0.75) / 0.625 = -0.64, and 0.2 plus (0.5 - 0.2 * 0.5) / 0.625 = 0.64.
    assert found.value == pytest.approx(0.2)
    # Student's t with one degree of freedom is 12.706, the standard error 0.64.
    assert (found.low, found.high) == pytest.approx((0.2 - 8.132, 0.2 + 8.132), abs=1e-3)


def test_a_skill_is_one_if_all_is_right_and_zero_at_the_reference() -> None:
    reference, asked = torch.full((3, 4), 0.75), torch.ones(3, 4, dtype=torch.bool)
    perfect = skill_score(torch.ones(3, 4), reference, asked)
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    assert skill_score(torch.tensor([[1.0, 1, 1, 0]] * 3), reference, asked).value == 0


def test_a_loop_that_differs_from_torch_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "gather", lambda weight, value, links: torch.zeros_like(value))
    draw = torch.Generator().manual_seed(0)
    hears = random_graphs(5, n_nodes=6, mean_degree=2, draw=draw)
    with seeded(0):
        rounds = [Round(8) for _ in hears]
    assert untrained(rounds, hears, draw=draw)["torch_gap"].value > 0.1
