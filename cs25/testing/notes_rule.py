"""The notes, laid out as `cs25 notes` does it, with a watch on everything they ask for."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from rich.console import Console

from cs25.card import Lecture
from cs25.drawings import load_drawing
from cs25.errors import Cs25Error
from cs25.ledger import Row, recorded_measures
from cs25.notes import Part, read_notes
from cs25.render.document import row_document
from cs25.render.figure import Drawing, draw_sketch
from cs25.render.notes import Lookups, Notes
from cs25.suggest import did_you_mean
from cs25.testing.rule import Fault, rule
from cs25.testing.subject import Subject
from cs25.testing.wordless import wordless

__all__ = ["notes_resolve"]

_DIRECTIVES = ("demo", "claim", "drawing", "claims-table", "lectures", "gallery", "running-times")
_ROLES = ("value",)
#: The name of a directive, behind the fence that begins it, or of a role, before its content.
_MARKED = re.compile(r"(?:^[ >]*(?P<fence>`{3,}|~{3,}|:{3,}))?\{(?P<name>[\w-]+)\}(?(fence)|(?=`))")
_LEDGER = re.compile(r"^[ >]*(?:`{3,}|~{3,}|:{3,})\{claims-table\}[ \t]*(?P<lecture>\S*)")
_PICTURE = re.compile(
    r"!\[[^\]]*\]\((?P<marked>[^)\s]+)|^[ >]*(?:`{3,}|:{3,})\{(?:figure|image)\}\s*(?P<fenced>\S+)"
)


@rule(
    "notes",
    "The notes parse and show every demo and claim, every {demo}, {claim} and {value} in them "
    "exists, and every {drawing} draws.",
)
def notes_resolve(subject: Subject) -> Iterator[Fault]:
    parts = read_notes(subject.plugin)
    if not parts:
        return  # said by the rule of the card
    shown: set[tuple[str, str]] = set()
    faults = (fault for part in parts for fault in _faults(part, subject, shown))
    yield from dict.fromkeys(faults)
    yield from _not_shown(subject.card, shown)


def _faults(part: Part, subject: Subject, shown: set[tuple[str, str]]) -> Iterator[Fault]:
    """Find what is wrong in one part; put down what it shows, by kind and name."""
    asked: list[tuple[str, str, tuple[str, ...]]] = []
    faults: list[Fault] = []
    notes = Notes(part.text, _lookups(subject, lambda *what: asked.append(what), faults.append))
    Console(file=io.StringIO(), width=88).print(notes)
    shown.update((kind, name) for kind, name, _ in asked)
    for kind, name, known in asked:
        if name in known:
            continue
        there_is = ", ".join(known) or "none"
        found = f"{{{kind}}} {name!r} in {part.path.name} does not exist (there is: {there_is})"
        yield Fault(found + did_you_mean(name, known), "Mend the name: `lecture.name` in full.")
    yield from faults
    yield from _misspelt(part)
    yield from _without_picture(part)
    yield from _unclosed(part, notes)
    if any(found["lecture"] in ("", subject.card.id) for _, found in _found(_LEDGER, part)):
        shown.update(("claim", f"{subject.card.id}.{claim.id}") for claim in subject.card.claims)


def _not_shown(card: Lecture, shown: set[tuple[str, str]]) -> Iterator[Fault]:
    for kind, records in (("demo", card.demos), ("claim", card.claims)):
        names = [f"{card.id}.{record.id}" for record in records]
        if hidden := [name for name in names if (kind, name) not in shown]:
            yield Fault(
                f"the notes do not show {{{kind}}} {', '.join(hidden)}",
                f"Put it where they tell of it, in a fence: {{{kind}}} {hidden[0]}.",
                is_note=True,
            )


class _Watched(dict[str, Mapping[str, Any]]):
    """A mapping that tells which keys are looked up."""

    def __init__(self, items: Mapping[str, Mapping[str, Any]], tell: Callable[[str], None]) -> None:
        super().__init__(items)
        self.tell = tell

    def get(self, key: str, default: Any = None) -> Any:
        self.tell(key)
        return super().get(key, default)


def _lookups(
    subject: Subject,
    ask: Callable[[str, str, tuple[str, ...]], None],
    tell: Callable[[Fault], None],
) -> Lookups:
    card = subject.card
    demos = {f"{card.id}.{demo.id}": {"summary": demo.summary} for demo in card.demos}
    claims = {
        f"{card.id}.{claim.id}": row_document(Row(card.id, demo.id, claim))
        for demo in card.demos
        for claim in demo.claims
    }
    numbers = tuple(
        f"{card.id}.{demo.id}.{measure}"
        for demo in card.demos
        for measure in (recorded_measures(subject.plugin, demo.id) or demo.measures)
    )

    def value(name: str) -> str | None:
        ask("value", name, numbers)
        return None

    def drawing(target: str) -> Drawing:
        try:
            drawn = draw_sketch(load_drawing(target))
        except Cs25Error as error:
            tell(Fault(error.message, error.remedy or "Mend it, or what the notes ask for."))
            raise
        for fault in wordless(target, drawn.alt):
            tell(fault)
        return drawn

    return Lookups(
        claims=_Watched(claims, lambda name: ask("claim", name, tuple(claims))),
        demos=_Watched(demos, lambda name: ask("demo", name, tuple(demos))),
        values=value,
        drawings=drawing,
    )


def _misspelt(part: Part) -> Iterator[Fault]:
    """Find names that are nearly ours; Sphinx and its extensions have any number of others."""
    for line, found in _found(_MARKED, part):
        fence, name = found["fence"], found["name"]
        ours, others = (_DIRECTIVES, _ROLES) if fence else (_ROLES, _DIRECTIVES)
        near = get_close_matches(name, ours, n=1, cutoff=0.75)
        where = f"{{{name}}} in line {line} of {part.path.name}"
        if name in others:
            kind = "a role" if fence else "a directive"
            remedy = "in a sentence: {value}`lecture.demo.measure`" if fence else "in a fence"
            yield Fault(f"{where} is {kind}", f"It stands {remedy}.")
        elif near and name not in ours:
            yield Fault(f"{where} does not exist{did_you_mean(name, ours)}", "Mend the name.")


def _without_picture(part: Part) -> Iterator[Fault]:
    for line, found in _found(_PICTURE, part):
        path = found["marked"] or found["fenced"]
        if "://" not in path and not (part.path.parent / path).is_file():
            yield Fault(
                f"line {line} of {part.path.name} shows {path}, which is not there",
                "Put it beside the notes, or mend its path, which begins there.",
            )


def _found(pattern: re.Pattern[str], part: Part) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(part.text.splitlines(), start=1):
        for found in pattern.finditer(line):
            yield number, found


def _unclosed(part: Part, notes: Notes) -> Iterator[Fault]:
    lines = part.text.splitlines()
    for token in notes.parsed:
        if token.type == "fence" and token.map is not None:
            first, end = token.map
            is_open = end - first < 2 or not lines[end - 1].lstrip(" >").startswith(token.markup)
            # A block that does not end takes the next one's beginning for its content.
            inner = [line for line in token.content.splitlines() if line.startswith(token.markup)]
            if is_open or inner:
                yield Fault(
                    f"the block that begins in line {first + 1} of {part.path.name} does not end",
                    f"Close it with {token.markup} in a line of its own.",
                )
