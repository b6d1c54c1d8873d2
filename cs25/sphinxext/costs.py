"""``{running-times}``: what every experiment took when it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cs25.cost import seed_cost_s
from cs25.render.numerals import duration, memory
from cs25.sphinxext.course import Experiment, course_of
from cs25.sphinxext.elements import stale
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.links import link
from cs25.sphinxext.tables import Cell, Content, table

__all__ = ["RunningTimesDirective"]

_HEADS: tuple[str | Cell, ...] = (
    "lecture",
    "demo",
    "preset",
    Cell("median", is_number=True),
    Cell("longest", is_number=True),
    Cell("memory", is_number=True),
    Cell("threads", is_number=True),
    "processor",
)


class RunningTimesDirective(SphinxDirective):
    """A row for each recording: median and longest time of a seed, and peak memory."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        depend(self.env)
        lines = [
            line
            for experiment in course_of(self.env).experiments
            for preset, recording in experiment.recordings.items()
            if (line := self._line(experiment, preset, recording.manifest))
        ]
        if not lines:
            return [nodes.paragraph("", "Nothing is recorded.")]
        return [table(_HEADS, lines, "cs25-costs", "sortable")]

    def _line(
        self, experiment: Experiment, preset: str, manifest: Mapping[str, Any]
    ) -> list[Cell | Content]:
        seeds = manifest.get("seeds") or ()
        if not seeds:
            return []
        times = [seed_cost_s(seed) for seed in seeds]
        peak = max(float(seed["peak_memory_mib"]) for seed in seeds)
        name = link(self.env, experiment.docname, experiment.demo.id)
        return [
            experiment.plugin.id,
            [name, *stale(experiment.stale[preset])],
            preset,
            _time(median(times)),
            _time(max(times)),
            Cell(memory(peak), sort=peak, is_number=True),
            Cell(str(manifest.get("threads", "")), is_number=True),
            str(manifest.get("processor", "")),
        ]


def _time(seconds: float) -> Cell:
    return Cell(duration(seconds), sort=seconds, is_number=True)
