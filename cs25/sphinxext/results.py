"""What is recorded of a demo: for each preset its figure, its numbers and its tables."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from cs25.card import DEFAULT_PRESET
from cs25.recorded import Recording
from cs25.sphinxext.course import Experiment
from cs25.sphinxext.elements import stale
from cs25.sphinxext.figures import figure_of
from cs25.sphinxext.measures import measures_table, result_tables
from cs25.sphinxext.options import settings_text
from cs25.sphinxext.sections import Section
from cs25.sphinxext.typeset import seed_range

__all__ = ["results_of"]


def results_of(experiment: Experiment) -> Sequence[nodes.Node | Section]:
    """Return the recorded results, preset by preset; a way to make them if there are none.

    Returns:
        Nodes, and what stands under a headline of its own.
    """
    if not experiment.recordings:
        words = "Nothing is recorded yet, so its claims are untested. It is made by "
        command = nodes.literal("", f"cs25 record {experiment.plugin.id} {experiment.demo.id}")
        return [nodes.paragraph("", words, command, nodes.Text("."))]
    return [(f"Preset {preset}", _of(experiment, preset)) for preset in experiment.recordings]


def _of(experiment: Experiment, preset: str) -> list[nodes.Node]:
    recording, reasons = experiment.recordings[preset], experiment.stale[preset]
    line = nodes.paragraph("", "", *_conditions(preset, recording), classes=["cs25-seeds"])
    line += stale(reasons)
    shown: list[nodes.Node] = [line]
    if reasons:
        text = f"No longer current: {'; '.join(reasons)}. The code may now give other numbers."
        shown.append(nodes.warning("", nodes.paragraph("", text)))
    shown += figure_of(experiment, preset)
    shown.append(measures_table(experiment.demo, recording, full=True))
    return [*shown, *result_tables(recording)]


def _conditions(preset: str, recording: Recording) -> list[nodes.Node]:
    """Say on which seeds and with which parameters it was recorded."""
    seeds = f"on {seed_range(recording.seeds)}" if recording.seeds else "once, as it takes no seed"
    if preset == DEFAULT_PRESET or not recording.settings:
        return [nodes.Text(f"Recorded {seeds}, with every parameter at its default.")]
    return [
        nodes.Text(f"Recorded {seeds}, with "),
        nodes.literal("", settings_text(recording.settings)),
        nodes.Text(" and every other parameter at its default."),
    ]
