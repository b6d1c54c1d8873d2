"""``cs25 info``: everything a lecture's card says of it, or of one demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from cs25.api import find_demo
from cs25.card import Claim, Demo, Lecture
from cs25.cli.options import (
    common_options,
    complete_demo,
    complete_lecture,
    console,
    json_option,
    named_plugin,
    offered_models,
    print_json,
)
from cs25.parameters import Signature
from cs25.plugins import Plugin
from cs25.store import Store

if TYPE_CHECKING:
    from cs25.lm.supply.inventory import Item

__all__ = ["command"]


@click.command()
@click.argument("lecture", shell_complete=complete_lecture)
@click.argument("demo", required=False, shell_complete=complete_demo)
@json_option
@common_options
def command(lecture: str, demo: str | None, json: bool) -> None:
    """Everything a lecture's card says of it, or of one demo."""
    from cs25.signatures import signature_of

    plugin = named_plugin(lecture)
    card = plugin.card()
    if demo is None:
        if json:
            print_json({"lecture": _lecture_document(plugin, card)})
        else:
            _print_lecture(plugin, card)
        return
    found = find_demo(card, demo)
    signature = signature_of(found, Store())
    if json:
        print_json({"demo": {"lecture": card.id, **_demo_document(found, signature)}})
    else:
        _print_demo(card, found, signature)


def _lecture_document(plugin: Plugin, card: Lecture) -> dict[str, Any]:
    return {
        "id": card.id,
        "order": card.order,
        "title": card.title,
        "speaker": card.speaker,
        "affiliation": card.affiliation,
        "summary": card.summary,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "notes": next(iter(card.notes_files), None),
        "notes_files": card.notes_files,
        "tests": card.tests,
        "readings": [vars(reading) for reading in card.readings],
        "demos": [_demo_document(demo, None) for demo in card.demos],
    }


def _demo_document(demo: Demo, signature: Signature | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": demo.id,
        "title": demo.title,
        "summary": demo.summary,
        "run": demo.run,
        "figure": demo.figure,
        "animation": demo.animation,
        "measures": dict(demo.measures),
        "presets": {name: dict(values) for name, values in demo.presets.items()},
        "control": demo.control,
        "models": [item.to_json() for item in _models(demo.models)],
        "claims": [_claim_document(claim) for claim in demo.claims],
    }
    if signature is not None:
        document["takes_seed"] = signature.takes_seed
        document["parameters"] = [
            {
                "name": parameter.name,
                "option": parameter.option,
                "kind": parameter.type.kind,
                "expected": parameter.type.describe(),
                "default": parameter.default,
                "help": parameter.help,
            }
            for parameter in signature.parameters
        ]
    return document


def _claim_document(claim: Claim) -> dict[str, Any]:
    from cs25.render.document import paper_document

    return {
        "id": claim.id,
        "statement": claim.statement,
        "criterion": claim.criterion,
        "preset": claim.preset,
        "paper": paper_document(claim),
        "scale_note": claim.scale_note,
    }


def _print_lecture(plugin: Plugin, card: Lecture) -> None:
    from rich.text import Text

    out = console()
    by = ", ".join(part for part in (card.speaker, card.affiliation) if part)
    out.print(Text(card.title, style="bold"))
    for line in (by, f"{card.id}, from {plugin.distribution} {plugin.version}"):
        if line:
            out.print(Text(line, style="dim"))
    if card.summary:
        out.print(Text(f"\n{card.summary}"))
    if len(card.notes_files) > 1:
        commands = (f"cs25 notes {card.id} {n + 1}" for n in range(len(card.notes_files)))
        _print_section(out, "Notes", zip(commands, card.notes_files, strict=True))
    if card.demos:
        _print_section(out, "Demos", ((demo.id, demo.summary) for demo in card.demos))
    named = tuple(dict.fromkeys(name for demo in card.demos for name in demo.models))
    if named:
        _print_section(out, "Models", (_told(item, card.demos) for item in _models(named)))
    if card.readings:
        rows = ((r.cite, Text(f"{r.title}\n{r.url}")) for r in card.readings)
        _print_section(out, "Readings", rows)
    out.print(f"\nMore of a demo: [bold]cs25 info {card.id} DEMO[/]")


def _print_demo(card: Lecture, demo: Demo, signature: Signature) -> None:
    from rich.text import Text

    from cs25.render.numerals import number

    out = console()
    out.print(Text.assemble((f"{card.id} {demo.id}", "bold"), f"\n{demo.summary}"))
    out.print(Text(f"\ncs25 run {card.id} {demo.id}", style="bold cyan"))
    parameters = (
        (p.option, Text(f"{p.help}\n{p.type.describe()}; default {p.default}"))
        for p in signature.parameters
    )
    if signature.parameters:
        _print_section(out, "Parameters", parameters)
    if not signature.takes_seed:
        out.print("\nIt takes no seed: its numbers are exact.")
    presets = ((name, _assignments(values)) for name, values in demo.presets.items())
    _print_section(out, "Presets", iter((("default", "the defaults above"), *presets)))
    if demo.control:
        out.print(Text(f"\nControl: {demo.control}, with --control"))
    if demo.models:
        _print_section(out, "Models", (_told(item) for item in _models(demo.models)))
    if demo.measures:
        _print_section(out, "Measures", iter(demo.measures.items()))
    for claim in demo.claims:
        out.print(Text(f"\nClaim {claim.id}", style="bold"))
        out.print(Text(claim.statement))
        preset = f", with preset {claim.preset}" if claim.preset != "default" else ""
        out.print(Text(f"Holds if {claim.criterion}{preset}."))
        if claim.paper:
            paper = claim.paper
            out.print(Text(f"Published: {number(paper.value)}, {paper.what} ({paper.source})"))
        if claim.scale_note:
            out.print(Text(f"Scale: {claim.scale_note}"))


def _models(names: Sequence[str]) -> Sequence[Item]:
    """Return how the models stand that a card names; no plugin is asked if it names none."""
    from cs25.lm.supply.inventory import look_up

    return look_up(names, offered_models()) if names else ()


def _told(item: Item, demos: Sequence[Demo] = ()) -> tuple[str, str]:
    """Return a row of a section: a model, what it is, how it stands, and which demos need it."""
    from cs25.lm.supply.inventory import about, standing

    lines = [about(item.source)] if item.source else []
    fetched = "; fetched when it is first needed" if item.state == "not here" else ""
    users = ", ".join(demo.id for demo in demos if item.name in demo.models)
    return item.name, "\n".join(
        [*lines, standing(item) + fetched, *[f"needed by {users}"] * bool(users)]
    )


def _print_section(out: Any, title: str, rows: Iterator[tuple[str, Any]]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, content in rows:
        table.add_row(name, content if isinstance(content, Text) else Text(content))
    out.print(Text(f"\n{title}", style="bold"))
    out.print(Padding(table, (0, 0, 0, 2)))


def _assignments(values: Any) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())
