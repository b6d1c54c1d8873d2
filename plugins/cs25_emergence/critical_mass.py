"""Critical mass: a quantity grows smoothly, and at one point something new is there.

Links are thrown between a million nodes: at one link end per node on average a giant component
appears. A chain reaction turns at the same point for the same reason: each of its neutrons has one
successor on average. Both have exact solutions to be held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from annotated_types import Interval
from jaxtyping import Float
from matplotlib.figure import Figure
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25_emergence.branching import extinction_probability, fission, surviving_shares
from cs25_emergence.random_graph import giant_share, giant_share_sd, largest_shares

__all__ = ["critical_mass", "draw"]

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
    graphs: Annotated[int, Interval(ge=1, le=100)] = 3,
    chains: Annotated[int, Interval(ge=100, le=1_000_000)] = 100_000,
    neutrons: Annotated[int, Interval(ge=2, le=5)] = 2,
    control: Literal["none", "scattered"] = "none",
    seed: int = 0,
) -> Result:
    """Grow random graphs link by link, and start chain reactions, through their critical point.

    Args:
        nodes: nodes of each graph.
        graphs: how many graphs to grow; from two on, their spread gives the onset an interval.
        chains: chain reactions to start for each multiplication factor.
        neutrons: neutrons set free by one split nucleus.
        control: "scattered" deals the same amount out in heaps of 100: a link stays within its
            heap, and a chain can split 100 nuclei at most. As much of everything, but never enough
            in one place.
        seed: seeds the links and the chains.
    """
    rng = np.random.default_rng(seed)
    heap = HEAP if control == "scattered" else None
    shares = np.empty((graphs, len(DEGREES)))
    for graph in tqdm(range(graphs), "graphs"):
        shares[graph] = list(largest_shares(DEGREES, nodes=nodes, rng=rng, heap=heap))
    share = shares.mean(axis=0)
    share_exact = np.array([giant_share(c) for c in DEGREES])
    lasting = surviving_shares(
        tqdm(MULTIPLICATIONS, "chains"), chains=chains, neutrons=neutrons, rng=rng, nuclei=heap
    )
    lasting_exact = np.array(
        [1.0 - extinction_probability(fission(k, neutrons), mean=k) for k in MULTIPLICATIONS]
    )
    above = DEGREES >= ABOVE
    share_error = np.array([giant_share_sd(c, nodes) for c in DEGREES[above]]) / np.sqrt(graphs)
    # At exactly one successor every chain ends, but about one in `LASTING` reaches that many first.
    off = MULTIPLICATIONS != 1.0
    lasting_error = np.sqrt(lasting * (1 - lasting) / chains)[off]
    measures = {
        "largest_below": Measure(shares[:, DEGREES <= BELOW].max(), "share of nodes"),
        "deviation_above": _worst(share[above] - share_exact[above], share_error),
        "chain_deviation": _worst((lasting - lasting_exact)[off], lasting_error),
    }
    if (shares[:, -1] >= GIANT).all():
        onsets = [_crossing(DEGREES, grown, GIANT) for grown in shares]
        measures = {"onset": Measure.mean_of(onsets, "link ends per node"), **measures}
    return Result(
        measures=measures,
        tables=(
            Table(
                "graph",
                ("mean_degree", "largest_share", "exact"),
                tuple(zip(DEGREES, share, share_exact, strict=True)),
            ),
            Table(
                "chains",
                ("multiplication", "lasting_share", "exact"),
                tuple(zip(MULTIPLICATIONS, lasting, lasting_exact, strict=True)),
            ),
        ),
    )


def _worst(
    deviation: Float[np.ndarray, " point"], standard_error: Float[np.ndarray, " point"]
) -> Measure:
    """Return the largest absolute deviation, with the interval that chance alone leaves open."""
    size, half = np.abs(deviation), Z_95 * standard_error
    low = max(0.0, float((size - half).max()))
    return Measure(size.max(), "share", low=low, high=(size + half).max())


def _crossing(
    x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"], level: float
) -> float:
    """Return where y, which rises from below a level to above it, first crosses it."""
    i = max(1, int(np.argmax(y >= level)))
    return float(np.interp(level, y[i - 1 : i + 1], x[i - 1 : i + 1]))


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
        seeds = f", range of {len(y)} seeds" if len(y) > 1 else ""
        axes.errorbar(
            x, y.mean(axis=0), spread, fmt="o", ms=3, color="C1", label="measured" + seeds
        )
        for other in control[:1]:
            shares = other.table(table).column(y_name)
            axes.plot(x, shares, "x", ms=4, color="C2", label=f"control: heaps of {HEAP}")
        axes.axvline(1.0, ls=":", lw=1, color="0.5")
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.legend(fontsize="small", loc="upper left", handlelength=1.2)
    title = _finding(results)
    figure.suptitle(title)
    figure.set_label(
        f"{title}. Left, the share of nodes in the largest component against the mean degree; "
        "right, the share of chain reactions that last against the successors of a neutron; "
        "lines are exact, points measured." + "".join(f" {_reach(other)}" for other in control[:1])
    )
    return figure


def _reach(control: Result) -> str:
    component = max(control.table("graph").column("largest_share"))
    lasting = max(control.table("chains").column("lasting_share"))
    return (
        f"In the control, heaps of {HEAP}, the largest component reaches {component:.2g} and "
        f"{lasting:.2g} of the chains last."
    )


def _finding(results: Sequence[Result]) -> str:
    onsets = [r.measures["onset"].value for r in results if "onset" in r.measures]
    if not onsets:
        return "No component ever holds 1 % of the graph"
    gap = max(r.measures["deviation_above"].value for r in results)
    return (
        f"A giant component sets in at mean degree {np.mean(onsets):.2f} "
        f"and follows theory within {gap:.2g}"
    )
