"""Critical mass: a quantity grows smoothly, and at one point something new is there.

Links are thrown between a million nodes. Below one link end per node on average the graph is dust;
above it one component holds a share S of all nodes, with S = 1 - exp(-c S). A chain reaction turns
at the same point for the same reason: its neutrons have one successor on average.

Source: Erdős and Rényi (1960), "On the evolution of random graphs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_emergence.branching import extinction_probability, fission, poisson, surviving_shares

__all__ = ["critical_mass", "draw", "giant_share", "giant_share_sd", "largest_shares"]

#: Mean degrees at which the graph is looked at.
DEGREES = np.round(np.arange(0.1, 3.001, 0.05), 2)

#: Mean numbers of successors of a neutron at which chains are run.
MULTIPLICATIONS = np.array([0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8])

#: Up to this mean degree the graph counts as below its critical point ...
BELOW = 0.9

#: ... and from this one on as above it, where the share is compared with its exact value. In
#: between, a million nodes are too few to tell.
ABOVE = 1.1

#: The share of all nodes from which a component is called giant.
GIANT = 0.01

#: Standard errors to either side of a 95 % interval.
Z_95 = 1.96

#: Nodes, or nuclei, in one heap of the control.
HEAP = 100


def critical_mass(
    *,
    nodes: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 1_000_000,
    chains: Annotated[int, Interval(ge=100, le=1_000_000)] = 100_000,
    neutrons: Annotated[int, Interval(ge=2, le=5)] = 2,
    control: Literal["none", "scattered"] = "none",
    seed: int = 0,
) -> Result:
    """Grow a random graph link by link, and start chain reactions, through their critical point.

    Args:
        nodes: nodes of the graph.
        chains: chain reactions to start for each multiplication factor.
        neutrons: neutrons set free by one split nucleus.
        control: "scattered" deals the same amount out in heaps of 100: a link stays within its
            heap, and a chain can split 100 nuclei at most. As much of everything, but never enough
            in one place.
        seed: seeds the links and the chains.
    """
    rng = np.random.default_rng(seed)
    heap = HEAP if control == "scattered" else None
    exact = np.array([giant_share(c) for c in DEGREES])
    shares = np.fromiter(
        tqdm(largest_shares(DEGREES, nodes=nodes, rng=rng, heap=heap), "graph", len(DEGREES)),
        dtype=np.float64,
    )
    lasting = surviving_shares(
        tqdm(MULTIPLICATIONS, "chains"), chains=chains, neutrons=neutrons, rng=rng, nuclei=heap
    )
    lasting_exact = np.array(
        [1.0 - extinction_probability(fission(k, neutrons), mean=k) for k in MULTIPLICATIONS]
    )
    above = DEGREES >= ABOVE
    share_sd = np.array([giant_share_sd(c, nodes) for c in DEGREES[above]])
    measures = {
        "largest_below": Measure(shares[DEGREES <= BELOW].max(), "share of nodes"),
        "deviation_above": _worst(shares[above] - exact[above], share_sd),
        "chain_deviation": _worst(
            lasting - lasting_exact, np.sqrt(lasting_exact * (1 - lasting_exact) / chains)
        ),
    }
    onset = _crossing(DEGREES, shares, GIANT)
    if onset is not None:
        measures["onset"] = Measure(onset, "link ends per node")
    return Result(
        measures=measures,
        tables=(
            Table(
                "graph",
                ("mean_degree", "largest_share", "exact"),
                tuple(zip(DEGREES, shares, exact, strict=True)),
            ),
            Table(
                "chains",
                ("multiplication", "lasting_share", "exact"),
                tuple(zip(MULTIPLICATIONS, lasting, lasting_exact, strict=True)),
            ),
        ),
    )


def giant_share(mean_degree: float) -> float:
    """Return the largest root S of S = 1 - exp(-c S): the giant component's share of all nodes.

    Following links from a node is a chain reaction with a Poisson number of successors; the node
    is in the giant component if that chain never ends.

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


def _worst(
    deviation: Float[np.ndarray, " point"], standard_error: Float[np.ndarray, " point"]
) -> Measure:
    """Return the largest absolute deviation, with the interval that chance alone leaves open."""
    size, half = np.abs(deviation), Z_95 * standard_error
    low = max(0.0, float((size - half).max()))
    return Measure(size.max(), "share", low=low, high=(size + half).max())


def _crossing(x: np.ndarray, y: np.ndarray, level: float) -> float | None:
    """Return where y first rises through a level, linearly between grid points, or None."""
    reached = np.flatnonzero(y >= level)
    if not reached.size or reached[0] == 0:
        return None
    i = reached[0]
    return float(x[i - 1] + (level - y[i - 1]) / (y[i] - y[i - 1]) * (x[i] - x[i - 1]))


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw the giant component and the lasting chains against their exact shares."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    panels = (
        ("graph", "mean_degree", "largest_share", "Mean degree c (link ends per node)",
         "Largest component (share of nodes)", "exact: S = 1 - exp(-cS)"),
        ("chains", "multiplication", "lasting_share", "Successors of a neutron k",
         "Chains that last (share)", "exact: 1 - extinction"),
    )  # fmt: skip
    for axes, (table, x_name, y_name, x_label, y_label, exact) in zip(
        figure.subplots(1, 2), panels, strict=True
    ):
        x = results[0].table(table).column(x_name)
        y = np.array([result.table(table).column(y_name) for result in results])
        axes.plot(x, results[0].table(table).column("exact"), color="C0", label=exact)
        spread = np.abs([y.min(axis=0), y.max(axis=0)] - y.mean(axis=0))
        seeds = f" (range over {len(y)} seeds)" if len(y) > 1 else ""
        axes.errorbar(
            x, y.mean(axis=0), spread, fmt="o", ms=3, color="C1", label="measured" + seeds
        )
        for other in control[:1]:
            shares = other.table(table).column(y_name)
            axes.plot(x, shares, "x", ms=4, color="C2", label=f"control: heaps of {HEAP}")
        axes.axvline(1.0, ls=":", lw=1, color="C7")
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.legend(fontsize="small")
    title = _finding(results)
    figure.suptitle(title)
    figure.set_label(
        f"{title}. Left, the share of nodes in the largest component against the mean degree; "
        "right, the share of chain reactions that last against the successors of a neutron; "
        "lines are exact, points measured."
        + (f" In the control, heaps of {HEAP}, both stay near zero." if control else "")
    )
    return figure


def _finding(results: Sequence[Result]) -> str:
    onsets = [r.measures["onset"].value for r in results if "onset" in r.measures]
    if not onsets:
        return "No component ever holds 1 % of the graph"
    gap = max(r.measures["deviation_above"].value for r in results)
    return (
        f"A giant component sets in at mean degree {np.mean(onsets):.2f} "
        f"and follows theory within {gap:.2g}"
    )
