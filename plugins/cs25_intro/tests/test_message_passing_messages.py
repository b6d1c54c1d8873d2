"""The loop over edges, and the round that does the same for many graphs at once."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cs25 import seeded
from cs25_intro.message_passing.graph import Edge, edges, random_graphs
from cs25_intro.message_passing.messages import gather, weigh
from cs25_intro.message_passing.round import Round


def vectors(seed: int, n: int, d_head: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    query, key, value = torch.randn(3, n, d_head, generator=draw, dtype=dtype)
    return query, key, value


def attend(query: Tensor, key: Tensor, value: Tensor, links: list[Edge]) -> Tensor:
    return gather(weigh(query, key, links), value, links)


# Rounding: float32 has steps of 1.2e-7 at 1 and float64 of 2.2e-16; sums here have up to 9 terms.
@pytest.mark.parametrize(("dtype", "gap"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@given(
    seed=st.integers(0, 2**31), n=st.integers(1, 9), d_head=st.integers(1, 20),
    share=st.floats(0, 1),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_the_loop_is_attention_with_the_graph_as_mask(
    dtype: torch.dtype, gap: float, seed: int, n: int, d_head: int, share: float
) -> None:
    query, key, value = vectors(seed, n, d_head, dtype)
    # Self-edges and nodes without senders are among them.
    hears = torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < share
    theirs = F.scaled_dot_product_attention(query, key, value, attn_mask=hears)
    assert float((attend(query, key, value, edges(hears)) - theirs).abs().max()) < gap


def test_weights_are_those_of_the_scores_over_the_root_of_d_head() -> None:
    # Node 0 hears 1 and 2 with scores of 4 ln 3 and 0 before the division by sqrt(16) = 4.
    query, key = torch.zeros(3, 16), torch.zeros(3, 16)
    query[0, 0], key[1, 0] = 4.0, math.log(3)
    links = [(1, 0), (2, 0), (0, 2)]
    assert weigh(query, key, links).tolist() == pytest.approx([0.75, 0.25, 1.0])


def test_a_message_goes_from_sender_to_receiver() -> None:
    query, key, value = vectors(0, 3, 4, torch.float32)
    received = attend(query, key, value, [(0, 2)])
    assert torch.equal(received[2], value[0])


def test_a_node_without_senders_receives_nothing() -> None:
    query, key, value = vectors(0, 4, 4, torch.float32)
    links = [(0, 2), (1, 2), (3, 0)]
    received = attend(query, key, value, links)
    assert (received[[1, 3]] == 0).all()
    assert (received[[0, 2]] != 0).all()
    assert (attend(query, key, value, []) == 0).all()


def test_a_high_score_does_not_overflow() -> None:
    query, key = torch.full((3, 1), 1e3), torch.tensor([[0.0], [1.0], [-1.0]])
    assert weigh(query, key, [(1, 0), (2, 0)]).tolist() == [1.0, 0.0]


@given(seed=st.integers(0, 2**31), order=st.permutations(range(7)))
@settings(deadline=None, max_examples=40)
def test_permuting_the_nodes_permutes_what_they_receive(seed: int, order: list[int]) -> None:
    query, key, value = vectors(seed, 7, 5, torch.float64)
    (hears,) = random_graphs(1, n_nodes=7, mean_degree=2, draw=torch.Generator().manual_seed(seed))
    moved = attend(query[order], key[order], value[order], edges(hears[order][:, order]))
    # Rounding: the senders of a node come in another order.
    assert float((moved - attend(query, key, value, edges(hears))[order]).abs().max()) < 1e-12


@pytest.mark.parametrize("d_k", [4, 64])
def test_scaling_gives_scores_of_normal_vectors_a_variance_of_one(d_k: int) -> None:
    n = 3000
    query, key, _ = vectors(d_k, 3 * n, d_k, torch.float64)
    # Nodes from 0 to n - 1 hear two others each.
    links = [(sender + i, i) for i in range(n) for sender in (n, 2 * n)]
    dot = torch.stack([query[i] @ key[j] for j, i in links])
    # Standard error of a variance: about sqrt((2 + 6 / d_k) / 2n), here 0.024 at most.
    assert float(dot.var()) / d_k == pytest.approx(1, abs=0.1)
    first, second = weigh(query, key, links).log().unflatten(0, (n, 2)).unbind(1)
    # log(w_1 / w_2) is the difference of two scores, which share the query but not the sign.
    assert float((first - second).var()) == pytest.approx(2, abs=0.25)


@pytest.mark.parametrize("average", [False, True])
def test_a_round_talks_then_computes(average: bool) -> None:
    with seeded(0):
        layer = Round(8, average=average).double().requires_grad_(False)
    draw = torch.Generator().manual_seed(1)
    hears = random_graphs(3, n_nodes=6, mean_degree=1, draw=draw)
    nodes = torch.randn(3, 6, 8, generator=draw, dtype=torch.float64)
    for mine, graph, after in zip(nodes, hears, layer(nodes, hears), strict=True):
        talked = mine + attend(*layer.speak(mine), edges(graph))
        # Rounding, through a softmax, two matrix products and a GELU.
        assert float((talked + layer.compute(talked) - after).abs().max()) < 1e-12
    assert (~hears.any(-1)).any(), "expected a node without senders"


def test_nobody_asks_in_an_average() -> None:
    with seeded(0):
        layer = Round(8, average=True)
        query, key, _ = layer.speak(torch.randn(4, 8))
    assert weigh(query, key, [(1, 0), (2, 0), (3, 0), (0, 1)]).tolist() == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 1]
    )


def test_random_graphs_have_their_mean_degree_and_no_edge_to_oneself() -> None:
    draw = torch.Generator().manual_seed(0)
    hears = random_graphs(2000, n_nodes=10, mean_degree=3, draw=draw)
    assert not hears.diagonal(dim1=1, dim2=2).any()
    # Of 20,000 nodes with 9 chances of 1/3: standard error sqrt(9 * 2/9 / 20000) = 0.01.
    assert float(hears.sum(-1).float().mean()) == pytest.approx(3, abs=0.05)
