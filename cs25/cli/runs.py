"""``cs25 runs``: past runs on this machine: list, show, compare, clear."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from cs25.cli.options import (
    common_options,
    complete_lecture,
    console,
    json_option,
    notice,
    print_json,
)
from cs25.errors import UnknownNameError, UsageError
from cs25.history import PastRun, clear, find_past_run, past_runs
from cs25.store import Store

__all__ = ["command"]

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def complete_run(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete the id of a past run, newest first."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(run.id, help=f"{run.about['lecture']} {run.about['demo']}, {_when(run)}")
        for run in past_runs(Store())
        if run.id.startswith(incomplete)
    ]


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
def command(ctx: click.Context, /) -> None:
    """Past runs: list, show, compare, clear."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_runs)


@command.command("list")
@click.argument("lecture", required=False, shell_complete=complete_lecture)
@json_option
@common_options
def list_runs(lecture: str | None = None, json: bool = False) -> None:
    """Past runs, newest first."""
    runs = past_runs(Store(), lecture)
    if lecture is not None and not runs:
        _check_known(lecture)
    if json:
        print_json({"runs": [_document(run) for run in runs]})
        return
    from rich.table import Table

    out = console()
    if not runs:
        out.print("No run is kept.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("run", "demo", "preset", "seeds", "when"):
        table.add_column(name, no_wrap=name in ("run", "when"))
    for run in runs:
        about = run.about
        changed = " ".join(f"{name}={value}" for name, value in about["given"].items())
        preset = f"{about['preset']} {changed}" + (" control" if about["control"] else "")
        seeds = ",".join(map(str, about["seeds"])) or "exact"
        demo = f"{about['lecture']} {about['demo']}"
        table.add_row(run.id, demo, preset.strip(), seeds, _when(run))
    out.print(table)


@command.command()
@click.argument("run", shell_complete=complete_run)
@json_option
@common_options
def show(run: str, json: bool) -> None:
    """Show a past run: its numbers, figure and provenance."""
    from cs25.render.provenance import manifest_view
    from cs25.render.terminal import run_view

    found = find_past_run(Store(), run)
    document, manifest = _shown(found)
    if json:
        print_json({"runs": [document]})
        return
    out = console()
    out.print(run_view(document))
    out.print(manifest_view(manifest))


@command.command()
@click.argument("first", shell_complete=complete_run)
@click.argument("second", shell_complete=complete_run)
@json_option
@common_options
def diff(first: str, second: str, json: bool) -> None:
    """Say what differs between two runs: the inputs first, then the numbers."""
    from cs25.manifest import differences
    from cs25.verdict import pool_result

    store = Store()
    runs = [find_past_run(store, name) for name in (first, second)]
    entries = [run.entries(store) for run in runs]
    for run, found in zip(runs, entries, strict=True):
        if not found:
            raise UsageError(f"the results of run {run.id} are gone: run it again")
    compared = (
        "lecture",
        "demo",
        "parameters",
        "seed",
        "code",
        "data",
        "models",
        "versions",
        "threads",
    )
    old, new = ({k: found[0].manifest.get(k) for k in compared} for found in entries)
    old["seeds"], new["seeds"] = (run.about["seeds"] for run in runs)
    inputs = differences(old, new)
    pooled = [
        pool_result([entry.result for entry in found], exact=not run.about["seeds"])
        for run, found in zip(runs, entries, strict=True)
    ]
    names = dict.fromkeys([*pooled[0], *pooled[1]])
    numbers = {n: tuple(p[n].value if n in p else None for p in pooled) for n in names}
    if json:
        print_json({"inputs": inputs, "measures": {n: list(v) for n, v in numbers.items()}})
        return
    for line in inputs or ["the inputs are the same"]:
        click.echo(line)
    for name, (before, after) in numbers.items():
        click.echo(f"{name}: {_number(before)} -> {_change(before, after)}")


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return _number(after)
    return "same" if before == after else f"{after:g} ({after - before:+.3g})"


@command.command("clear")
@click.option("--older-than", metavar="AGE", help="Only what is older, for example 30d or 12h.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common_options
def clear_runs(older_than: str | None, yes: bool) -> None:
    """Remove stored results, runs and trained models."""
    age_s = _age_s(older_than) if older_than else 0.0
    store = Store()
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("`clear` asks before it removes anything", remedy="Add --yes.")
        if not click.confirm(f"Remove what {store.root} keeps?", err=True):
            click.echo("nothing is removed")
            return
    removed, freed = clear(store, older_than_s=age_s)
    click.echo(f"removed {removed} folders, {freed / 1e6:.1f} MB")


def _age_s(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text)
    if match is None:
        raise UsageError(f"--older-than is {text!r}, expected a number with s, m, h, d or w")
    return float(match[1]) * _UNITS_S[match[2]]


def _when(run: PastRun) -> str:
    return str(run.about["when"]).replace("T", " ").removesuffix("+00:00")


def _check_known(lecture: str) -> None:
    """Check that a lecture without past runs is at least installed.

    Raises:
        UnknownNameError: it is not.
    """
    from cs25.plugins import find_plugins

    installed = [ep.name for ep in find_plugins()]
    if lecture not in installed:
        ran = [run.about["lecture"] for run in past_runs(Store())]
        known = tuple(dict.fromkeys([*installed, *ran]))
        raise UnknownNameError("lecture", lecture, known, remedy="`cs25 list` shows them all.")


def _document(run: PastRun) -> dict[str, Any]:
    names = ("lecture", "demo", "preset", "given", "parameters", "control", "seeds", "when")
    return {"id": run.id, **{name: run.about[name] for name in names}}


def _shown(run: PastRun) -> tuple[Any, dict[str, Any]]:
    """Return a past run as the document of a run, judged by the claims as they stand now."""
    from cs25.api import find_demo
    from cs25.plugins import load_plugin
    from cs25.recorded import usable_bundle
    from cs25.render.document import run_document
    from cs25.runner import recall

    plugin = load_plugin(run.about["lecture"])
    demo = find_demo(plugin.card(), run.about["demo"])
    recalled = recall(plugin, demo, run, Store())
    bundle = usable_bundle(plugin, demo, notice)
    return run_document(recalled, plugin, demo, bundle), dict(recalled.manifest)
