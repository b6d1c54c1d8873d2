"""The figure of `pikl`: how human against how strong, in each game, and by samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25_games.pikl.games import GAMES
from cs25_games.pikl.trial import ALLOWANCE

__all__ = ["draw"]

_TITLES = {"rock-paper-scissors": "Rock-paper-scissors", "blotto": "Blotto"}
_LINES = {
    "pikl": ("C0", "o-", "piKL, by λ"),
    "bolder": ("C2", "^-", "bolder imitation, no planning"),
}
#: What is less human than this is not drawn.
_LEAST_HUMAN = -0.12


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw a panel for each game, and one for how much of people's play was seen."""
    figure = Figure(figsize=(10.5, 7.6), layout="constrained")
    panels = figure.subplots(2, 2).flat
    for axes, game in zip(panels, GAMES, strict=False):
        _draw_game(axes, game.name, results, control)
    _draw_samples(figure.axes[-1], results, control)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    finding = _finding(results)
    figure.suptitle(finding)
    figure.set_label(_description(finding, results, control))
    return figure


def _draw_game(axes: Axes, game: str, results: Sequence[Result], control: Sequence[Result]) -> None:
    seen = [0.0]  # an axis would count what lies to the left of it, too
    for policy, (colour, style, label) in _LINES.items():
        likelihood, score = _sweep(results, game, policy)
        seen += score[likelihood >= _LEAST_HUMAN].tolist()
        axes.plot(likelihood, score, style, color=colour, label=label, ms=4)
    if control:
        likelihood, score = _sweep(control, game, "pikl")
        seen += score[likelihood >= _LEAST_HUMAN].tolist()
        axes.plot(likelihood, score, "x--", color="C3", label="control: scrambled payoffs", ms=4)
    axes.plot(0, 0, "*", color="C1", ms=13, label="imitation", ls="none")
    suffix = game.replace("-", "_")
    kept = Measure.over_seeds(results, f"likelihood_kept_{suffix}")
    gain = Measure.over_seeds(results, f"score_gain_{suffix}")
    axes.errorbar(
        kept.value, gain.value, xerr=kept.margin, yerr=gain.margin, fmt="D", color="C5",
        ms=8, mfc="none", mew=1.8, label="λ chosen on other moves",
    )  # fmt: skip
    axes.axvline(-ALLOWANCE, color="C7", ls=":", lw=1.2)
    axes.set(
        xlim=(_LEAST_HUMAN, 0.012),
        ylim=(min(seen) - 0.01, max(seen) + 0.01),
        xticks=(-0.1, -0.05, 0),
        xlabel="Likelihood over imitation's (nats a move)",
        ylabel="Score over imitation's (points)",
    )
    axes.set_title(
        f"{_TITLES.get(game, game.capitalize())}: {gain.value:+.3f} points, {kept.value:+.3f} nats",
        fontsize="medium",
    )


def _draw_samples(axes: Axes, results: Sequence[Result], control: Sequence[Result]) -> None:
    for runs, style in ((results, ("C0", "o-")), (control, ("C3", "x--"))):
        if runs:
            sizes, gains = _by_samples(runs)
            means = [Measure.mean_of(column) for column in gains.T.tolist()]
            axes.errorbar(
                sizes, [mean.value for mean in means], yerr=[mean.margin for mean in means],
                fmt=style[1], color=style[0],
            )  # fmt: skip
    axes.axhline(0, color="C1", lw=1.2)
    axes.set(
        xscale="log",
        xlabel="Moves of people that imitation saw",
        ylabel="Likelihood gain (nats a move)",
    )
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    few, *_, many = _by_samples(results)[1].mean(axis=0)
    axes.set_title(
        f"By samples: {few:+.3f} nats ({sizes[0]:,}), {many:+.3f} ({sizes[-1]:,})",
        fontsize="medium",
    )


def _sweep(
    results: Sequence[Result], game: str, policy: str
) -> tuple[Float[np.ndarray, " weight"], Float[np.ndarray, " weight"]]:
    """Return likelihood and score of each policy of a sweep, in the mean over seeds."""
    table = results[0].table("sweep")
    chosen = np.array([row[:2] == (game, policy) for row in table.rows])
    likelihood, score = (
        np.mean([result.table("sweep").column(name) for result in results], axis=0)[chosen]
        for name in ("likelihood", "score")
    )
    return likelihood, score


def _by_samples(
    results: Sequence[Result],
) -> tuple[list[int], Float[np.ndarray, "seed size"]]:
    """Return sizes, and the gain in likelihood in the mean over games."""
    table = results[0].table("samples")
    samples = np.array(table.column("samples"))
    sizes = sorted(set(samples.tolist()))
    gains = np.array([result.table("samples").column("likelihood_gain") for result in results])
    return sizes, np.stack([gains[:, samples == size].mean(axis=1) for size in sizes], axis=1)


def _finding(results: Sequence[Result]) -> str:
    score = Measure.over_seeds(results, "score_gain").value
    kept = Measure.over_seeds(results, "likelihood_kept").value
    than = "more" if score > 0 else "less"
    return (
        f"With people, piKL scores {abs(score):.3f} points a move {than} than imitation,\n"
        f"and gives what they do {100 * np.exp(kept):.1f}\N{NO-BREAK SPACE}% of the probability"
    )


def _description(finding: str, results: Sequence[Result], control: Sequence[Result]) -> str:
    games = "; ".join(
        f"{game.name} {Measure.over_seeds(results, f'score_gain_{suffix}').value:+.3f} points and "
        f"{Measure.over_seeds(results, f'likelihood_kept_{suffix}').value:+.3f} nats"
        for game in GAMES
        for suffix in (game.name.replace("-", "_"),)
    )
    sizes, gains = _by_samples(results)
    by_size = ", ".join(
        f"{gain:+.3f} nats with {size:,} moves"
        for size, gain in zip(sizes, gains.mean(axis=0), strict=True)
    )
    text = (
        f"{finding.replace(chr(10), ' ')}. One panel for each of three games: the score with "
        "people against the likelihood of what people do, both over imitation's, for piKL with "
        f"many lambdas. At the lambda that was chosen on other moves: {games}. Imitation made "
        f"bolder without planning gains {Measure.over_seeds(results, 'bolder_gain').value:+.3f} points. Last "
        f"panel: the gain in likelihood by how many moves of people were cloned: {by_size}."
    )
    if control:
        text += (
            " In the control, where planning has the payoffs of other actions, it gains "
            f"{Measure.over_seeds(control, 'score_gain').value:+.3f} points."
        )
    return text
