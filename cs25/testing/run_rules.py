"""Rules that two trials of every demo decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cs25.card import Demo
from cs25.errors import ResultError
from cs25.recorded import read_bundle
from cs25.result import Result
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import SMOKE, Subject
from cs25.testing.trial import Trial
from cs25.testing.wordless import wordless

__all__ = [
    "demos_run",
    "figures_draw",
    "generators_are_left_alone",
    "measures_are_there",
    "network_is_not_needed",
    "results_survive_json",
    "seeds_repeat",
]


@rule("runs", f"Every demo has a preset {SMOKE!r} and runs with it.")
def demos_run(subject: Subject) -> Iterator[Fault]:
    for demo in subject.card.demos:
        if demo not in subject.smoking:
            yield Fault(
                f"{demo.id} has no preset {SMOKE!r}",
                "Name parameters with which it ends within seconds: "
                f'Demo(..., presets={{"{SMOKE}": {{...}}}}).',
            )
    for demo, first, second in _trials(subject):
        failed = next((trial for trial in (first, second) if trial.result is None), None)
        if failed is not None:
            remedy = failed.remedy or _shown(subject, demo)
            yield Fault(f"{demo.id}: {failed.error}", remedy, is_note=failed.is_missing)


@rule("repeats", "Equal seeds give equal results, whatever ran before.")
def seeds_repeat(subject: Subject) -> Iterator[Fault]:
    for demo, first, second in _trials(subject):
        if first.result is None or second.result is None or first.result == second.result:
            continue
        yield Fault(
            f"{demo.id}: seed 0 gave {_difference(first.result, second.result)}",
            "Draw everything random from the seed, and go through a set in sorted order.",
        )


@rule("json", "Every result survives the way through JSON.")
def results_survive_json(subject: Subject) -> Iterator[Fault]:
    for demo, _, result in _results(subject):
        try:
            same = Result.from_json(result).to_json() == result
            wrong = "" if same else "it reads back otherwise"
        except ResultError as error:
            wrong = error.message
        if wrong:
            yield Fault(f"{demo.id}: {wrong}", "Return plain numbers and texts.")


@rule("draws", "Every figure draws, with words for those who cannot see it.")
def figures_draw(subject: Subject) -> Iterator[Fault]:
    for demo, first, _ in _results(subject):
        if demo.figure is None and demo.animation is None:
            continue
        if first.error:
            yield Fault(f"{demo.id}: {first.error}", first.remedy or _shown(subject, demo))
        for figure in first.figures if not first.error else ():
            if figure["theme"] == "light":
                yield from wordless(demo.id, figure["alt"])


@rule("measures", "Every claim's metric is in the result; every number's meaning in the card.")
def measures_are_there(subject: Subject) -> Iterator[Fault]:
    for demo, _, result in _results(subject):
        measured = {*result["measures"], *_recorded(subject, demo)}
        there_is = ", ".join(sorted(measured)) or "none"
        for claim in demo.claims:
            for metric in claim.metrics:
                if metric not in measured:
                    yield Fault(
                        f"{demo.id}: claim {claim.id!r} is decided by {metric!r}, "
                        f"which the result does not have (there is: {there_is})",
                        "Return it as a measure, or mend the claim's metric.",
                    )
        for name in sorted(measured - set(demo.measures)) if demo.measures else ():
            yield Fault(
                f"{demo.id}: the card does not say what {name!r} means",
                f'Say it in the card: measures={{..., "{name}": "what it is"}}.',
            )


@rule("generators", "Every demo leaves the global random generators as it found them.")
def generators_are_left_alone(subject: Subject) -> Iterator[Fault]:
    for demo, first, second in _trials(subject):
        for name in dict.fromkeys((*first.changed, *second.changed)):
            yield Fault(
                f"{demo.id}: the global generator of {name} is changed",
                "Use a generator of your own, or the block `with cs25.seeded(seed):`.",
            )


@rule("offline", "No demo uses the network.")
def network_is_not_needed(subject: Subject) -> Iterator[Fault]:
    for demo, first, second in _trials(subject):
        for host in dict.fromkeys((*first.connections, *second.connections)):
            yield Fault(
                f"{demo.id}: it asked for {host}",
                "Ship the data in the package, or make it in the demo.",
            )


def _trials(subject: Subject) -> Iterator[tuple[Demo, Trial, Trial]]:
    for demo in subject.smoking:
        yield (demo, *subject.trials[demo.id])


def _shown(subject: Subject, demo: Demo) -> str:
    again = f"cs25 run {subject.card.id} {demo.id} --preset {SMOKE} --fresh --traceback"
    return f"`{again}` shows where."


def _results(subject: Subject) -> Iterator[tuple[Demo, Trial, Mapping[str, Any]]]:
    """Yield the demos that gave a result, each with its first trial."""
    for demo, first, _ in _trials(subject):
        if first.result is not None:
            yield demo, first, first.result


def _recorded(subject: Subject, demo: Demo) -> set[str]:
    # A number may exist only where there is something to measure, which a smoke run need not have.
    bundle = read_bundle(subject.plugin, demo)
    recordings = bundle.recordings.values() if bundle else ()
    return {name for r in recordings for result in r.results for name in result.measures}


def _difference(first: object, second: object) -> str:
    """Return where two results differ, with both values."""
    one, other = _leaves(first), _leaves(second)
    for place in {**one, **other}:
        if one.get(place) != other.get(place):
            return f"{place} = {one.get(place)!r}, then {other.get(place)!r}"
    return "other columns or rows"


def _leaves(value: object, place: str = "") -> dict[str, object]:
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = {str(number): item for number, item in enumerate(value)}.items()
    else:
        return {place: value}
    found: dict[str, object] = {}
    for name, item in items:
        found |= _leaves(item, f"{place}.{name}" if place else str(name))
    return found
