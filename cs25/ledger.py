"""The ledger: every claim with the number that decides it, and where that number comes from.

A recorded result stands before one from this machine, even if it is stale: it is marked so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cs25.card import DEFAULT_PRESET, Claim, Demo
from cs25.history import PastRun, past_runs
from cs25.plugins import Plugin
from cs25.recorded import Bundle, settings_of, stale_reasons, usable_bundle
from cs25.store import Store
from cs25.verdict import Judgement, Pooled, Verdict, judge

__all__ = ["Row", "ledger", "recorded_measures", "recorded_row"]

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """A claim of the ledger.

    Args:
        lecture: the lecture's id.
        demo: the demo that decides it.
        claim: the claim.
        verdict: how it came out.
        origin: ``recorded``, ``run`` (the latest on this machine) or ``none``.
        measured: the number its criterion looks at.
        seeds: the seeds it was measured on.
        stale: why the recorded result is no longer current; empty if it is.
        note: why the verdict is inconclusive, where that needs saying.
    """

    lecture: str
    demo: str
    claim: Claim
    verdict: Verdict = "untested"
    origin: str = "none"
    measured: Pooled | None = None
    seeds: tuple[int, ...] = ()
    stale: tuple[str, ...] = ()
    note: str = ""


def ledger(plugin: Plugin, store: Store, *, notice: Notice = warnings.warn) -> Iterator[Row]:
    """Yield a row for every claim of a lecture.

    Args:
        plugin: the lecture's plugin, loaded.
        store: where past runs are kept.
        notice: told of recorded results that cannot be read, which decide nothing.
    """
    for demo in plugin.card().demos:
        bundle = usable_bundle(plugin, demo, notice) if demo.claims else None
        runs = past_runs(store, plugin.id, demo.id) if demo.claims else []
        for claim in demo.claims:
            yield (
                recorded_row(plugin, demo, claim, bundle)
                or _row_of_run(plugin, demo, claim, runs, store)
                or Row(plugin.id, demo.id, claim)
            )


def recorded_row(plugin: Plugin, demo: Demo, claim: Claim, bundle: Bundle | None) -> Row | None:
    """Return the row of a claim from its recorded result; None if there is none."""
    recording = bundle.recordings.get(claim.preset) if bundle else None
    if bundle is None or recording is None:
        return None
    judgement = judge(claim, recording.results, exact=recording.exact)
    stale = stale_reasons(plugin, demo, claim.preset, recording)
    if claim.id in bundle.changed_criteria(demo):
        stale.append("criterion changed after recording")
    return _row(plugin, demo, judgement, "recorded", recording.seeds, tuple(stale))


def recorded_measures(
    plugin: Plugin, demo_id: str, *, notice: Notice = warnings.warn
) -> dict[str, Pooled]:
    """Return the recorded measures of a demo with its default parameters, pooled over seeds."""
    demo = next((demo for demo in plugin.card().demos if demo.id == demo_id), None)
    bundle = usable_bundle(plugin, demo, notice) if demo else None
    recording = bundle.recordings.get(DEFAULT_PRESET) if bundle else None
    return recording.pooled() if recording else {}


def _row_of_run(
    plugin: Plugin, demo: Demo, claim: Claim, runs: list[PastRun], store: Store
) -> Row | None:
    """Return the row of a claim from the latest run with the claim's own parameters."""
    for run in runs:
        if run.about["control"] or not _is_settled(run.about, demo, claim):
            continue
        results = [entry.result for entry in run.entries(store)]
        if len(results) != len(run.about["keys"]):
            continue  # some of its seeds are gone: fewer would not be the run it names
        seeds = tuple(run.about["seeds"])
        judgement = judge(claim, results, exact=not seeds)
        return _row(plugin, demo, judgement, "run", seeds)
    return None


def _row(
    plugin: Plugin,
    demo: Demo,
    judgement: Judgement,
    origin: str,
    seeds: tuple[int, ...],
    stale: tuple[str, ...] = (),
) -> Row:
    return Row(
        plugin.id,
        demo.id,
        judgement.claim,
        verdict=judgement.verdict or "inconclusive",
        origin=origin,
        measured=judgement.measured,
        seeds=seeds,
        stale=stale,
        note=judgement.note,
    )


def _is_settled(about: Mapping[str, object], demo: Demo, claim: Claim) -> bool:
    """Whether a run's parameters are those of the claim's preset, nothing on top."""
    settled = about["settings"] == settings_of(demo, claim.preset)
    return about["preset"] == claim.preset and settled and not about["given"]
