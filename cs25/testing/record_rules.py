"""Rules that the recorded results decide."""

from __future__ import annotations

from collections.abc import Iterator

from cs25.recorded import read_bundle
from cs25.recording import held_under_control, staleness
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import Subject

__all__ = ["claims_are_recorded", "control_supports_no_claim"]


@rule("recorded", "Every claim has a recorded result that is current.")
def claims_are_recorded(subject: Subject) -> Iterator[Fault]:
    # A note: an author checks long before the experiment is settled, and `cs25 record --check`
    # is there for those who want it strict.
    for demo in subject.card.demos:
        for preset, reasons in staleness(subject.plugin, demo) if demo.claims else ():
            yield Fault(
                f"{demo.id} ({preset}): {'; '.join(reasons)}",
                f"`cs25 record {subject.card.id} {demo.id}` makes it; a claim without one is untested.",
                is_note=True,
            )


@rule("control", "No claim is supported under the control, as recorded.")
def control_supports_no_claim(subject: Subject) -> Iterator[Fault]:
    for demo in subject.card.demos:
        bundle = read_bundle(subject.plugin, demo)
        for preset, recording in bundle.recordings.items() if bundle else ():
            if demo.control is not None and not recording.control:
                yield Fault(
                    f"{demo.id} ({preset}): recorded without its control {demo.control!r}",
                    f"`cs25 record {subject.card.id} {demo.id}` runs it, too.",
                )
            for claim in held_under_control(demo, preset, recording):
                yield Fault(
                    f"{demo.id} ({preset}): claim {claim!r} holds under the control, too",
                    "Its criterion proves nothing: find one that the control cannot meet.",
                )
