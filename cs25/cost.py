"""About how long a run will take, from what it took before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs25.entries import find_entry
from cs25.history import past_runs
from cs25.manifest import listed
from cs25.recorded import usable_bundle
from cs25.runner import Plan
from cs25.store import Store

__all__ = ["expected_s", "seed_cost_s", "stored_seeds"]


def stored_seeds(plan: Plan, store: Store) -> int:
    """Return how many of the plan's seeds the store answers."""
    package = plan.plugin.folder
    found = [find_entry(store, plan.inputs(s), package, lambda _: None) for s in plan.seeds]
    return sum(entry is not None for entry in found)


def expected_s(plan: Plan, store: Store, n_seeds: int) -> float | None:
    """Return about how many seconds ``n_seeds`` seeds will take; None if nothing tells.

    The latest run on this machine with the same parameters tells best, else the recorded one.
    """
    parameters = {name: listed(value) for name, value in plan.parameters.items()}
    for run in past_runs(store, plan.plugin.id, plan.demo.id):
        if run.about["parameters"] == parameters:
            durations = [entry.manifest["duration_s"] for entry in run.entries(store)]
            if durations:
                return n_seeds * float(max(durations))
    bundle = usable_bundle(plan.plugin, plan.demo, lambda _: None)  # the run itself mentions it
    for recording in bundle.recordings.values() if bundle else ():
        if recording.parameters == parameters:
            return n_seeds * max(seed_cost_s(seed) for seed in recording.manifest["seeds"])
    return None


def seed_cost_s(seed: Mapping[str, Any]) -> float:
    """Return what one recorded seed costs where nothing has been made before, in seconds.

    Args:
        seed: an item of ``seeds`` in a recording's manifest.
    """
    return float(seed["duration_s"]) + float(seed.get("reused_s", 0.0))
