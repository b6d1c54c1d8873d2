"""The random graph against its exact solution and networkx."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import lambertw

from cs25_emergence.random_graph import giant_share, giant_share_sd, largest_shares


@pytest.mark.parametrize("c", [1.1, 1.5, 2.0, 3.0, 10.0])
def test_giant_share_has_its_closed_form(c: float) -> None:
    # S = 1 - exp(-cS)  <=>  S = 1 + W(-c exp(-c)) / c on the principal branch.
    assert giant_share(c) == pytest.approx(1 + lambertw(-c * np.exp(-c)).real / c, abs=1e-9)


def test_giant_share_is_zero_up_to_the_critical_point() -> None:
    assert [giant_share(c) for c in (0.0, 0.5, 1.0)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("heap", [None, 30])
def test_largest_shares_agree_with_networkx(heap: int | None) -> None:
    nx = pytest.importorskip("networkx", reason="an independent implementation; extra 'dev'")
    nodes, degrees = 500, np.array([0.4, 0.9, 1.0, 1.3, 2.0])
    ours = list(largest_shares(degrees, nodes=nodes, rng=np.random.default_rng(3), heap=heap))

    rng = np.random.default_rng(3)
    links = rng.integers(0, nodes, (2, int(degrees[-1] * nodes / 2)), dtype=np.int32)
    if heap:
        inside = rng.integers(0, heap, links.shape[1], dtype=np.int32)
        links[1] = np.minimum(links[0] // heap * heap + inside, nodes - 1)
    theirs = []
    for degree in degrees:
        graph = nx.Graph()
        graph.add_nodes_from(range(nodes))
        graph.add_edges_from(links[:, : int(degree * nodes / 2)].T.tolist())
        theirs.append(max(map(len, nx.connected_components(graph))) / nodes)
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_components_stay_within_their_heap() -> None:
    shares = largest_shares(
        np.arange(0.1, 3, 0.1), nodes=1_050, rng=np.random.default_rng(0), heap=100
    )
    assert max(shares) <= 100 / 1_050


def test_spread_of_the_giant_component_is_the_one_stated() -> None:
    rng, nodes, c = np.random.default_rng(0), 10_000, 1.5
    shares = [next(iter(largest_shares(np.array([c]), nodes=nodes, rng=rng))) for _ in range(400)]
    # The standard deviation of 400 draws is known to 1 / sqrt(800) = 3.5 %; three of those.
    assert np.std(shares) == pytest.approx(giant_share_sd(c, nodes), rel=0.11)
