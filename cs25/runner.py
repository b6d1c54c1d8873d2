"""Runs a demo: parameters, seeds, a process of its own, the store, and the judgement.

`plan` checks everything that can be wrong before anything runs; `execute` answers from the store
or starts a worker, and stores each seed as it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from cs25.card import DEFAULT_PRESET, Claim, Demo
from cs25.child import Failure, run_child
from cs25.digest import code_digests, digest_of
from cs25.entries import Entry, find_entry, keep_entry, why_not_stored
from cs25.errors import Cs25Error, ParameterError, UnknownNameError, UsageError
from cs25.history import PastRun, keep_past_run, place_aside, read_past_run, run_folder
from cs25.manifest import inputs_of, key_of, listed, provenance, usable_threads
from cs25.needs import Porter, needed_models
from cs25.parameters import Signature
from cs25.plugins import Plugin
from cs25.recorded import settings_of, stale_reasons, usable_bundle
from cs25.result import Result
from cs25.signatures import signature_of
from cs25.store import Store
from cs25.verdict import Judgement, Pooled, judge, pool_result
from cs25.watchers import tell, watchers

__all__ = ["Figure", "Plan", "Run", "execute", "plan", "recall", "request_of"]

State = Literal["started", "done", "failed", "skipped"]
Notice = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """What is going to run, with everything resolved and checked."""

    plugin: Plugin
    demo: Demo
    signature: Signature
    preset: str
    parameters: Mapping[str, Any]
    given: Mapping[str, Any]
    seeds: tuple[int | None, ...]
    threads: int
    offline: bool = False

    @property
    def exact(self) -> bool:
        """Whether the demo takes no seed, so that its numbers have no spread."""
        return not self.signature.takes_seed

    @property
    def is_control(self) -> bool:
        """Whether the control stands in place of the real thing."""
        real = self.signature.default("control")
        return bool(self.parameters.get("control", real) != real)

    @property
    def models(self) -> tuple[str, ...]:
        """The pretrained models that the demo needs with these parameters."""
        return needed_models(self.demo, self.signature, self.parameters)

    def inputs(self, seed: int | None) -> dict[str, Any]:
        """Return everything that can change the result of one seed."""
        return inputs_of(
            lecture=self.plugin.id,
            demo=self.demo.id,
            run=self.demo.run,
            drawing=self.demo.figure,
            parameters=self.parameters,
            seed=seed,
            threads=self.threads,
        )

    def decides(self, claim: Claim) -> bool:
        """Whether the parameters are those that the claim's criterion was settled for."""
        return dict(self.parameters) == self.settled(claim.preset)

    @property
    def changed(self) -> dict[str, Any]:
        """The parameters that differ from those of the preset."""
        settled = self.settled(self.preset)
        return {name: value for name, value in self.parameters.items() if value != settled[name]}

    def settled(self, preset: str) -> dict[str, Any]:
        """Return the parameters a preset stands for."""
        return dict(self.signature.resolve(preset_of(self.demo, preset)))


@dataclass(frozen=True)
class Figure:
    """A figure, or an animation, on disk."""

    path: str
    alt: str
    theme: str


@dataclass(frozen=True)
class Run:
    """One run of a demo: what was asked, what came out, and where it comes from."""

    lecture: str
    demo: str
    state: State
    parameters: Mapping[str, Any]
    preset: str
    seeds: tuple[int, ...]
    changed: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    traceback: str = field(default="", repr=False)
    exit_code: int = 0
    cached: bool = False
    duration_s: float | None = None
    peak_memory_mib: float | None = None
    results: tuple[Result, ...] = ()
    measures: Mapping[str, Pooled] = field(default_factory=dict)
    claims: tuple[Judgement, ...] = ()
    figures: tuple[Figure, ...] = ()
    animations: tuple[Figure, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def preset_of(demo: Demo, name: str) -> dict[str, Any]:
    """Return the parameters that a preset sets.

    Raises:
        UnknownNameError: the demo has no such preset.
    """
    if name == DEFAULT_PRESET:
        return {}
    if name not in demo.presets:
        raise UnknownNameError("preset", name, (DEFAULT_PRESET, *demo.presets))
    return dict(demo.presets[name])


def plan(
    plugin: Plugin,
    demo: Demo,
    *,
    preset: str = DEFAULT_PRESET,
    given: Mapping[str, Any] | None = None,
    seed: int = 0,
    seeds: int = 1,
    control: bool = False,
    threads: int | None = None,
    offline: bool = False,
    store: Store | None = None,
) -> Plan:
    """Resolve and check everything, and run nothing.

    Args:
        plugin: the lecture's plugin, loaded.
        demo: the demo.
        preset: the named parameters to start from.
        given: parameters on top of the preset.
        seed: the first seed.
        seeds: how many seeds, one after the other.
        control: put the demo's control in place of the real thing.
        threads: threads for the numerical libraries; all usable ones if None.
        offline: nothing may be fetched.
        store: keeps the table of parameters.

    Raises:
        UsageError: a name or value that is not to be had.
        PluginError: the demo's module or signature cannot be used.
    """
    for name, number, least in (("seed", seed, 0), ("seeds", seeds, 1), ("threads", threads, 1)):
        if number is not None and number < least:
            raise ParameterError(parameter=name, found=number, expected=f"at least {least}")
    signature = signature_of(demo, store or Store())
    named = {**preset_of(demo, preset), **(given or {})}
    if control:
        if demo.control is None:
            raise UsageError(f"{plugin.id} {demo.id} has no control; its figure carries its own")
        named["control"] = demo.control
    return Plan(
        plugin=plugin,
        demo=demo,
        signature=signature,
        preset=preset,
        parameters=signature.resolve(named),
        given=dict(given or {}),
        seeds=tuple(range(seed, seed + seeds)) if signature.takes_seed else (None,),
        threads=threads or usable_threads(),
        offline=offline,
    )


def execute(
    plan: Plan,
    *,
    store: Store | None = None,
    fresh: bool = False,
    notice: Notice = lambda _: None,
    starting: Callable[[int], None] = lambda _: None,
    progress: bool = True,
    porter: Porter | None = None,
) -> Run:
    """Run a plan, or answer it from the store.

    Models that the card names come first. Without one of them the run is ``skipped``. A demo that
    fails gives a run in the state ``failed`` with the reason; it raises nothing.

    Args:
        plan: what to run.
        store: where results are kept.
        fresh: run even what is stored.
        notice: told, in a line, what the reader should know and no result depends on.
        starting: told how many seeds are not stored, before the first of them runs.
        progress: whether the demo may show how far it is.
        porter: brings the models; shared by the plans of one command.

    Raises:
        KeyboardInterrupt: after the demo's process has ended; seeds that had ended are stored.
        StateError: a lecture is in a bad state and ``CS25_STRICT=1`` is set.
    """
    store = store or Store()
    package = plan.plugin.folder
    inputs = {seed: plan.inputs(seed) for seed in plan.seeds}
    entries: dict[int | None, Entry] = {}
    if not fresh:
        for seed in plan.seeds:
            entry = find_entry(store, inputs[seed], package, notice)
            if entry is not None:
                entries[seed] = entry
    control = _recorded_control(plan, notice)
    keys = [key_of(inputs[seed]) for seed in plan.seeds]
    folder = run_folder(store, plan.plugin.id, plan.demo.id, _run_key(plan, keys, control))
    kept = None if fresh else read_past_run(store, folder)
    if kept is not None and len(entries) == len(plan.seeds):
        return _outcome(plan, entries, kept, cached=True)

    was_stored = len(entries) == len(plan.seeds)
    if not was_stored:
        starting(len(plan.seeds) - len(entries))
    if not fresh and not entries:
        reasons = why_not_stored(store, inputs[plan.seeds[0]], package)
        if reasons:
            notice("runs again: " + "; ".join(reasons))
    told = watchers(plan.plugin)
    tell(told, "cs25_run_started", _outcome(plan, {}, None), notice)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    about = {
        "preset": plan.preset,
        "given": {name: listed(value) for name, value in plan.given.items()},
        "started": started,
        **provenance(distribution=plan.plugin.distribution, folder=package),
    }
    past = {
        "lecture": plan.plugin.id,
        "demo": plan.demo.id,
        "preset": plan.preset,
        "settings": settings_of(plan.demo, plan.preset),
        "given": about["given"],
        "parameters": inputs[plan.seeds[0]]["parameters"],
        "control": plan.is_control,
        "seeds": [seed for seed in plan.seeds if seed is not None],
        "keys": keys,
        "when": started,
    }
    keeper = _Keeper(notice)

    def on_seed(seed: int | None, document: dict[str, Any]) -> None:
        entries[seed] = Entry.made(inputs[seed], document, about)
        keeper.keep(lambda: keep_entry(store, entries[seed]))

    def on_drawn(place: Path, drawn: dict[str, Any]) -> None:
        nonlocal kept
        whole = {**past, **drawn}
        kept = keeper.keep(lambda: keep_past_run(store, folder, whole, place))
        kept = kept or place_aside(whole, place)

    try:
        failure = None if was_stored else _fetch_models(plan, porter or Porter(), notice, progress)
        failure = failure or run_child(
            request_of(plan, entries, control),
            threads=plan.threads,
            offline=plan.offline,
            progress=progress,
            on_seed=on_seed,
            on_drawn=on_drawn,
        )
    except KeyboardInterrupt:
        ended = _outcome(plan, entries, None, Failure("interrupted", exit_code=130))
        tell(told, "cs25_run_finished", ended, notice)
        raise
    run = _outcome(plan, entries, kept, failure, cached=was_stored)
    tell(told, "cs25_run_finished", run, notice)
    return run


def _fetch_models(plan: Plan, porter: Porter, notice: Notice, progress: bool) -> Failure | None:
    """Bring what the demo needs; return why that cannot be, in which case it need not start."""
    try:
        porter.bring(plan.models, offline=plan.offline, notice=notice, progress=progress)
    except Cs25Error as error:
        return Failure(error.message, error.remedy, error.exit_code)
    return None


def recall(plugin: Plugin, demo: Demo, past: PastRun, store: Store) -> Run:
    """Return a run that was kept, judged by the claims as they stand now.

    Raises:
        UsageError: its parameters no longer exist, or its results are gone.
    """
    about = past.about
    signature = signature_of(demo, store)
    prepared = Plan(
        plugin=plugin,
        demo=demo,
        signature=signature,
        preset=about["preset"],
        parameters=signature.resolve(about["parameters"]),
        given=about["given"],
        seeds=tuple(about["seeds"]) or (None,),
        threads=usable_threads(),
    )
    entries = past.entries(store)
    if len(entries) != len(prepared.seeds):
        raise UsageError(f"the results of run {past.id} are gone: run it again")
    by_seed = dict(zip(prepared.seeds, entries, strict=True))
    return _outcome(prepared, by_seed, past, cached=True)


class _Keeper:
    """Writes to the store as long as that works; the first failure is mentioned, once."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        self.works = True

    def keep(self, write: Callable[[], T]) -> T | None:
        if self.works:
            try:
                return write()
            except OSError as error:
                self.works = False
                self.notice(f"the results are not kept: {error}")
        return None


def _recorded_control(plan: Plan, notice: Notice) -> tuple[Result, ...]:
    """Return the recorded results under the control, for the figure, if they are comparable.

    What other code has made may have other columns, which the figure of today cannot draw.
    """
    plugin, demo = plan.plugin, plan.demo
    bundle = usable_bundle(plugin, demo, notice)
    for preset, recording in bundle.recordings.items() if bundle else ():
        if recording.parameters == {n: listed(v) for n, v in plan.parameters.items()}:
            return () if stale_reasons(plugin, demo, preset, recording) else recording.control
    return ()


def _run_key(plan: Plan, keys: Sequence[str], control: Sequence[Result]) -> str:
    """Return the key of a run with its figure: all that the figure is drawn from and by."""
    drawing: dict[str, str] = {}
    if plan.demo.figure:
        drawing |= code_digests(plan.demo.figure)
        drawing |= code_digests("cs25.render.figure:save_figures")
    if plan.demo.animation:
        drawing |= code_digests(plan.demo.animation)
        drawing |= code_digests("cs25.render.animation:save_animation")
    return digest_of(
        {"keys": list(keys), "control": [result.to_json() for result in control], "code": drawing}
    )


def request_of(
    plan: Plan, entries: Mapping[int | None, Entry] | None = None, control: Sequence[Result] = ()
) -> dict[str, Any]:
    """Return what `cs25.worker` is asked to do."""
    return {
        "run": plan.demo.run,
        "figure": plan.demo.figure,
        "animation": plan.demo.animation,
        "parameters": {name: listed(value) for name, value in plan.parameters.items()},
        "seeds": list(plan.seeds),
        "stored": [[seed, entry.result.to_json()] for seed, entry in (entries or {}).items()],
        "control": [result.to_json() for result in control],
        "package": str(plan.plugin.folder) if plan.plugin.is_package else None,
    }


def _outcome(
    plan: Plan,
    entries: Mapping[int | None, Entry],
    past: PastRun | None,
    failure: Failure | None = None,
    *,
    cached: bool = False,
) -> Run:
    """Put together what is known of a run that has ended, or is about to start."""
    found = [entries[seed] for seed in plan.seeds if seed in entries]
    run = Run(
        lecture=plan.plugin.id,
        demo=plan.demo.id,
        state="done" if past else "started",
        parameters=dict(plan.parameters),
        preset=plan.preset,
        seeds=tuple(seed for seed in plan.seeds if seed is not None),
        changed=plan.changed,
        cached=cached,
    )
    if len(found) == len(plan.seeds):
        run = replace(run, **_findings(plan, found))
    if past is not None:
        run = replace(
            run,
            figures=tuple(Figure(**file) for file in past.figures()),
            animations=tuple(Figure(**file) for file in past.animations()),
        )
    if failure is not None:
        what = "its figure cannot be drawn: " if failure.drawing else ""
        error = what + failure.message + (f"\n{failure.remedy}" if failure.remedy else "")
        state: State = "skipped" if failure.exit_code == 4 else "failed"
        run = replace(run, state=state, error=error, exit_code=failure.exit_code)
        return replace(run, traceback=failure.traceback)
    missing = _missing_measure(plan, run)
    if missing:
        run = replace(run, state="failed", error=missing, exit_code=1)
    return run


def _findings(plan: Plan, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the fields of a run that its results settle."""
    results = tuple(entry.result for entry in entries)
    manifests = [entry.manifest for entry in entries]
    peaks = [m["peak_memory_mib"] for m in manifests if m["peak_memory_mib"] is not None]
    per_seed = [
        {
            **{name: manifest[name] for name in ("seed", "key", "duration_s", "peak_memory_mib")},
            # What it found made by an earlier run, another demo's perhaps, has its price, too.
            "reused_s": sum(a["duration_s"] for a in manifest["artefacts"] if a["reused"]),
        }
        for manifest in manifests
    ]
    return {
        "results": results,
        "measures": pool_result(results, exact=plan.exact),
        "claims": tuple(
            judge(claim, results, exact=plan.exact, decides=plan.decides(claim))
            for claim in plan.demo.claims
        ),
        "duration_s": sum(manifest["duration_s"] for manifest in manifests),
        "peak_memory_mib": max(peaks) if peaks else None,
        "manifest": {**manifests[0], "seeds": per_seed},
    }


def _missing_measure(plan: Plan, run: Run) -> str | None:
    """Return what is wrong if a claim names a measure that the demo does not have.

    A card that lists its measures was checked when it was loaded: there, a measure that is missing
    now does not exist for these results (a gain that never came has no size), which leaves its
    claim inconclusive.
    """
    if plan.demo.measures:
        return None
    for judgement in run.claims:
        claim = judgement.claim
        if judgement.measured is None and plan.decides(claim):
            missing = [name for name in claim.metrics if name not in run.measures]
            there_is = ", ".join(run.measures) or "none"
            return (
                f"claim {claim.id!r} is decided by {missing[0]!r}, "
                f"which the result does not have (there is: {there_is})"
            )
    return None
