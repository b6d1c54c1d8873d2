"""The course from Python: for notebooks and scripts."""

from __future__ import annotations

import sys
from typing import Any

from cs25.card import DEFAULT_PRESET, Demo, Lecture
from cs25.errors import DemoError, RequirementError, UnknownNameError
from cs25.plugins import load_plugin, ready
from cs25.runner import Run, execute, plan

__all__ = ["find_demo", "lecture", "lectures", "run"]


def lectures() -> list[Lecture]:
    """Return the cards of all lectures that can be used, in the course's order."""
    return [plugin.card() for plugin in ready()]


def lecture(id: str) -> Lecture:  # noqa: A002  # the field's own name in every record
    """Return the card of one lecture.

    Raises:
        UnknownNameError: no distribution offers it.
        StateError: it is there and cannot be used.
    """
    return load_plugin(id).card()


def find_demo(card: Lecture, name: str) -> Demo:
    """Return a demo of a lecture.

    Raises:
        UnknownNameError: the lecture has no such demo.
    """
    for demo in card.demos:
        if demo.id == name:
            return demo
    known = tuple(demo.id for demo in card.demos)
    remedy = f"`cs25 list {card.id}` shows them all."
    raise UnknownNameError(f"demo of {card.id}", name, known, remedy=remedy)


def run(
    lecture: str,
    demo: str,
    *,
    preset: str = DEFAULT_PRESET,
    seed: int = 0,
    seeds: int = 1,
    threads: int | None = None,
    offline: bool = False,
    fresh: bool = False,
    **parameters: Any,
) -> Run:
    """Run a demo, or answer from the store, as `cs25 run` does.

    Args:
        lecture: its id.
        demo: its id.
        preset: the named parameters to start from.
        seed: the first seed.
        seeds: how many seeds, one after the other.
        threads: threads for the numerical libraries; all usable ones if None.
        offline: nothing may be fetched.
        fresh: run even what is stored.
        parameters: the demo's own, on top of the preset.

    Returns:
        The run, with results, pooled measures, judgements and figures.

    Raises:
        UnknownNameError: a name that does not exist.
        ParameterError: a value its parameter does not take.
        RequirementError: a model or an extra is missing.
        DemoError: the demo failed; the message says how.
    """
    plugin = load_plugin(lecture)
    prepared = plan(
        plugin,
        find_demo(plugin.card(), demo),
        preset=preset,
        given=parameters,
        seed=seed,
        seeds=seeds,
        threads=threads,
        offline=offline,
    )
    ended = execute(prepared, fresh=fresh, notice=lambda line: print(line, file=sys.stderr))
    if ended.state == "skipped":
        raise RequirementError(ended.error or "")
    if ended.state != "done":
        raise DemoError(f"{lecture} {demo}: {ended.error}")
    return ended
