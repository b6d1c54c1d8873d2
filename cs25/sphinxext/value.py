"""The role ``{value}``: a measured number inside a sentence."""

from __future__ import annotations

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from cs25.card import DEFAULT_PRESET
from cs25.errors import UnknownNameError
from cs25.render.numerals import quantity
from cs25.sphinxext.course import course_of
from cs25.sphinxext.elements import stale
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.typeset import typeset

__all__ = ["ValueRole"]

logger = logging.getLogger(__name__)


class ValueRole(SphinxRole):
    """``{value}`lecture.demo.measure```: the recorded number with its unit, and a mark if stale."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number."""
        demo, _, measure = self.text.strip().rpartition(".")
        if "." not in demo:
            return self._unknown(f"found {self.text!r}, expected lecture.demo.measure")
        try:
            experiment = course_of(self.env).experiment(demo)
        except UnknownNameError as error:
            return self._unknown(error.message)
        depend(self.env, experiment.name)
        recording = experiment.recordings.get(DEFAULT_PRESET)
        if recording is None:
            return self._unknown(f"nothing is recorded of {experiment.name}")
        pooled = recording.pooled()
        if measure not in pooled:
            unknown = UnknownNameError(f"measure of {experiment.name}", measure, tuple(pooled))
            return self._unknown(unknown.message)
        text = typeset(quantity(pooled[measure].value, pooled[measure].unit))
        marks = stale(experiment.stale[DEFAULT_PRESET])
        return [nodes.inline("", text, classes=["cs25-value"]), *marks], []

    def _unknown(self, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        logger.warning("value: %s", message, location=self.get_location(), type="cs25")
        shown = nodes.inline("", f"[no value: {self.text}]", classes=["cs25-trouble"])
        return [shown], []
