"""Makes recorded results, checks whether they are current, and stamps those that still hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cs25.card import DEFAULT_PRESET, Demo
from cs25.errors import DemoError, UsageError
from cs25.manifest import listed
from cs25.plugins import Plugin
from cs25.recorded import (
    CONTROL_SEED,
    RECORD_SEEDS,
    Bundle,
    Recording,
    bundle_path,
    read_bundle,
    settings_of,
    stale_reasons,
)
from cs25.result import Result
from cs25.runner import Run, execute, plan
from cs25.store import Store
from cs25.verdict import judge

__all__ = [
    "bundle_home",
    "held_under_control",
    "presets_to_record",
    "record",
    "staleness",
    "verify",
]

Notice = Callable[[str], None]


def presets_to_record(demo: Demo) -> list[str]:
    """Return the presets a bundle holds: the default, and those that claims were fixed for."""
    return list(dict.fromkeys((DEFAULT_PRESET, *(claim.preset for claim in demo.claims))))


def bundle_home(plugin: Plugin, demo: Demo, into: Path | None) -> Path:
    """Return the file a demo's bundle goes to.

    Raises:
        UsageError: the lecture is installed from a wheel, so it has no source tree to write to.
    """
    if into is not None:
        return into / plugin.id / f"{demo.id}.json"
    path = bundle_path(plugin, demo)
    if path is None or {"site-packages", "dist-packages"} & set(path.parts):
        raise UsageError(
            f"lecture {plugin.id!r} is not installed from its source tree ({plugin.folder})",
            remedy="Write elsewhere with `--into DIR`, or install it with `pip install -e`.",
        )
    return path


def record(
    plugin: Plugin,
    demo: Demo,
    preset: str,
    *,
    store: Store,
    fresh: bool,
    notice: Notice,
) -> Recording:
    """Run the recording seeds of a preset, and the control.

    Raises:
        DemoError: one of them failed.
    """
    run = _ended(_run(plugin, demo, preset, store, fresh, notice))
    control: tuple[Result, ...] = ()
    if demo.control is not None:
        controlled = _run(plugin, demo, preset, store, fresh, notice, control=True)
        control = _ended(controlled).results
    return Recording(
        settings=settings_of(demo, preset),
        parameters={name: listed(value) for name, value in run.parameters.items()},
        seeds=run.seeds,
        results=run.results,
        control=control,
        manifest=run.manifest,
    )


def held_under_control(demo: Demo, preset: str, recording: Recording) -> list[str]:
    """Return the claims that would be supported with the control in place of the real thing."""
    if not recording.control:
        return []
    return [
        claim.id
        for claim in demo.claims
        if claim.preset == preset and judge(claim, recording.control, exact=recording.exact).met
    ]


def staleness(plugin: Plugin, demo: Demo) -> Iterator[tuple[str, list[str]]]:
    """Yield each preset of a demo that is not current, with the reasons."""
    bundle = read_bundle(plugin, demo)
    for preset in presets_to_record(demo):
        recording = bundle.recordings.get(preset) if bundle else None
        if bundle is None or recording is None:
            yield preset, ["not recorded"]
            continue
        reasons = stale_reasons(plugin, demo, preset, recording)
        changed = set(bundle.changed_criteria(demo))
        reasons += [
            f"criterion of {claim.id} changed after recording"
            for claim in demo.claims
            if claim.id in changed and claim.preset == preset
        ]
        if reasons:
            yield preset, reasons


def verify(
    plugin: Plugin, demo: Demo, preset: str, *, store: Store, notice: Notice
) -> tuple[Recording | None, str]:
    """Run one seed of a stale recording again.

    Returns:
        The recording stamped current if the numbers agree within the demo's tolerance, else
        None; and what was found, in a line.

    Raises:
        DemoError: the run failed.
    """
    bundle = read_bundle(plugin, demo)
    recording = bundle.recordings.get(preset) if bundle else None
    if recording is None:
        return None, "not recorded"
    if settings_of(demo, preset) != dict(recording.settings):
        return None, "its parameters changed: record it anew"
    changed = set(bundle.changed_criteria(demo)) if bundle else set()
    if any(claim.id in changed for claim in demo.claims if claim.preset == preset):
        return None, "a criterion changed after recording: record it anew"
    run = _ended(_run(plugin, demo, preset, store, True, notice, seeds=1))
    if {name: listed(value) for name, value in run.parameters.items()} != recording.parameters:
        return None, "its parameters changed: record it anew"
    differing = _disagreement(recording.results[0], run.results[0], demo.tolerance)
    if differing:
        return None, differing
    current = {name: run.manifest[name] for name in ("code", "data", "models", "git", "cs25")}
    manifest = {**recording.manifest, **current, "verified": run.manifest["started"]}
    return replace(recording, manifest=manifest), "one seed gives the same numbers"


def _run(
    plugin: Plugin,
    demo: Demo,
    preset: str,
    store: Store,
    fresh: bool,
    notice: Notice,
    *,
    control: bool = False,
    seeds: int = len(RECORD_SEEDS),
) -> Run:
    prepared = plan(
        plugin,
        demo,
        preset=preset,
        seed=CONTROL_SEED if control else RECORD_SEEDS[0],
        seeds=1 if control else seeds,
        control=control,
        store=store,
    )
    return execute(prepared, store=store, fresh=fresh, notice=notice)


def _ended(run: Run) -> Run:
    if run.state != "done":
        raise DemoError(f"{run.lecture} {run.demo}: {run.error}")
    return run


def _disagreement(old: Result, new: Result, tolerance: float) -> str:
    """Return the first measure in which two results differ by more than the tolerance."""
    if set(old.measures) != set(new.measures):
        return "its measures changed: record it anew"
    for name, measure in old.measures.items():
        value = new.measures[name].value
        if not math.isclose(measure.value, value, rel_tol=tolerance, abs_tol=1e-12):
            return f"{name} was {measure.value:g}, is {value:g}: record it anew"
    return ""


def bundle_with(
    plugin: Plugin, demo: Demo, recordings: Mapping[str, Recording], old: Bundle | None
) -> Bundle:
    """Return a bundle with some recordings replaced, and their criteria as they stand now.

    A criterion of a recording that is kept stays as it was when that was made.
    """
    kept: dict[str, Any] = dict(old.recordings) if old else {}
    known = presets_to_record(demo)
    merged = {name: r for name, r in {**kept, **recordings}.items() if name in known}
    criteria = dict(old.criteria) if old else {}
    criteria |= {c.id: c.criterion for c in demo.claims if c.preset in recordings}
    criteria = {c.id: criteria[c.id] for c in demo.claims if c.id in criteria}
    return Bundle(plugin.id, demo.id, criteria, merged)
