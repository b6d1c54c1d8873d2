"""The random graph, and the giant component that appears in it at one link end per node.

Below that mean degree the graph is dust; above it one component holds a share S of all nodes, with
S = 1 - exp(-c S). Following links from a node is a chain reaction with a Poisson number of
successors, and S is the probability that it never ends.

Source: Erdős and Rényi (1960), "On the evolution of random graphs".
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cs25_emergence.branching import extinction_probability, poisson

__all__ = ["giant_share", "giant_share_sd", "largest_shares"]


def giant_share(mean_degree: float) -> float:
    """Return the largest root S of S = 1 - exp(-c S): the giant component's share of all nodes.

    Args:
        mean_degree: c, link ends per node.

    >>> round(giant_share(2.0), 6)
    0.796812
    """
    return 1.0 - extinction_probability(poisson(mean_degree), mean=mean_degree)


def giant_share_sd(mean_degree: float, nodes: int) -> float:
    """Return the standard deviation of the giant component's share over graphs of one size.

    With the number of links free it is sqrt(S (1 - S) / n) / (1 - c (1 - S)) (Stepanov 1970); here
    it is fixed, which takes away the part 2 c S (1 - S) of the variance.

    Args:
        mean_degree: c, above 1.
        nodes: n.
    """
    share = giant_share(mean_degree)
    spread = share * (1.0 - share)
    fixed_links = 1.0 - 2.0 * mean_degree * spread
    slope = 1.0 - mean_degree * (1.0 - share)
    return float(np.sqrt(spread * fixed_links / nodes) / slope)


def largest_shares(
    mean_degrees: Float[np.ndarray, " degree"],
    *,
    nodes: int,
    rng: np.random.Generator,
    heap: int | None = None,
) -> Iterator[float]:
    """Yield the share of all nodes in the largest component while links are added.

    A component that has formed is shrunk to one node before the next links come, so that the work
    falls as the graph grows together.

    Args:
        mean_degrees: where to look, in ascending order; c stands for c n / 2 links.
        nodes: nodes n of the graph.
        rng: the source of chance.
        heap: if given, both ends of a link lie in the same run of this many nodes.
    """
    n_links = int(mean_degrees[-1] * nodes / 2)
    links: Int[np.ndarray, "end link"] = rng.integers(0, nodes, (2, n_links), dtype=np.int32)
    if heap:
        inside = rng.integers(0, heap, n_links, dtype=np.int32)
        links[1] = np.minimum(links[0] // heap * heap + inside, nodes - 1)
    component: Int[np.ndarray, " node"] = np.arange(nodes, dtype=np.int32)
    size: Float[np.ndarray, " component"] = np.ones(nodes)
    done = 0
    for mean_degree in mean_degrees:
        upto = int(mean_degree * nodes / 2)
        ends = component[links[:, done:upto]]
        graph = coo_array((np.ones(upto - done, np.int8), tuple(ends)), shape=2 * size.shape)
        n_components, merged = connected_components(graph, directed=False)
        size = np.bincount(merged, weights=size, minlength=n_components)
        component = merged[component]
        done = upto
        yield float(size.max()) / nodes
