"""The pretrained models that the card names, against those that the demos load."""

from __future__ import annotations

from collections.abc import Iterator

from cs25.card import Demo
from cs25.errors import UnknownNameError
from cs25.lm.supply.catalogue import source_of
from cs25.needs import needed_models
from cs25.recorded import read_bundle
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import SMOKE, Subject

__all__ = ["models_are_named"]


@rule("models", "The card names the pretrained models that each demo loads, and no others.")
def models_are_named(subject: Subject) -> Iterator[Fault]:
    unknown = set()
    for demo in subject.card.demos:
        for name in demo.models:
            try:
                source_of(name)
            except UnknownNameError as error:
                unknown.add(name)
                remedy = "Mend the name, or offer the model through the hook cs25_models."
                yield Fault(f"{demo.id}: {error.message}", remedy)
    for demo in subject.smoking:
        trials = subject.trials[demo.id]
        if any(trial.result is None for trial in trials):
            continue  # a model may be what it lacked; the rule of runs says so
        named = set(_named(subject, demo)) - unknown
        loaded = {name for trial in trials for name in trial.loaded}
        for name in sorted(loaded - named):
            yield Fault(
                f"{demo.id}: it loads {name!r}, which the card does not name",
                "Name it, so that readers know of it before it is fetched: "
                f"models={(*demo.models, name)}.",
            )
        # What a demo before it has loaded, it may have found in memory.
        seen = [{*trial.loaded, *trial.in_memory} for trial in trials]
        used = set.intersection(*seen) | _recorded(subject, demo)
        for name in sorted(named - used):
            yield Fault(
                f"{demo.id}: the card names {name!r}, which it does not load",
                "Take it out of models: it would be fetched in vain. What is loaded with other "
                "parameters only is fetched then.",
            )


def _named(subject: Subject, demo: Demo) -> tuple[str, ...]:
    """Return the models that the card names for a smoke run."""
    signature = subject.signature(demo)
    return needed_models(demo, signature, signature.resolve(demo.presets[SMOKE]))


def _recorded(subject: Subject, demo: Demo) -> set[str]:
    # A smoke run may go without a model that the whole experiment loads.
    bundle = read_bundle(subject.plugin, demo)
    recordings = bundle.recordings.values() if bundle else ()
    return {name for recording in recordings for name in recording.manifest.get("models", {})}
