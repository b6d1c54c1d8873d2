"""How a demo is run: its command line, its parameters, its presets and its control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docutils import nodes

from cs25.card import DEFAULT_PRESET, Demo
from cs25.parameters import Signature
from cs25.sphinxext.course import Experiment
from cs25.sphinxext.tables import Content, table

__all__ = ["command_block", "control_text", "parameter_table", "preset_table", "settings_text"]


def command_block(experiment: Experiment) -> nodes.literal_block:
    """Return the command that runs the demo, to be copied."""
    text = _command(experiment)
    return nodes.literal_block(text, text, language="shell")


def parameter_table(signature: Signature) -> nodes.Node:
    """Return the parameters as their function's signature has them."""
    if not signature.parameters:
        return nodes.paragraph("", "It takes no parameters.")
    lines: list[list[Content]] = [
        [
            nodes.literal("", parameter.option),
            nodes.literal("", _spelt(parameter.default)),
            parameter.type.describe(),
            parameter.help,
        ]
        for parameter in signature.parameters
    ]
    return table(["option", "default", "takes", "what it is"], lines, "cs25-parameters")


def preset_table(experiment: Experiment) -> nodes.table:
    """Return the presets with the command that runs each."""
    presets = {DEFAULT_PRESET: {}, **experiment.demo.presets}
    lines: list[list[Content]] = []
    for name, settings in presets.items():
        command = _command(experiment, "" if name == DEFAULT_PRESET else f" --preset {name}")
        changes = settings_text(settings) or "the defaults above"
        lines.append([nodes.literal("", name), changes, nodes.literal("", command)])
    return table(["preset", "sets", "command"], lines, "cs25-parameters")


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return what parameters are set to, as it would be typed."""
    return ", ".join(f"{name} = {_spelt(value)}" for name, value in settings.items())


def control_text(experiment: Experiment) -> nodes.paragraph:
    """Say how the real thing is taken away, and what must follow."""
    demo: Demo = experiment.demo
    command = _command(experiment, " --control")
    return nodes.paragraph(
        "",
        "",
        nodes.literal("", command),
        nodes.Text(" sets "),
        nodes.literal("", f"control = {demo.control}"),
        nodes.Text(", which takes the real thing away. No claim may then be supported."),
    )


def _command(experiment: Experiment, options: str = "") -> str:
    return f"cs25 run {experiment.plugin.id} {experiment.demo.id}{options}"


def _spelt(value: object) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
