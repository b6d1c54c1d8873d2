"""``cs25 run``: one demo, or all of a lecture's, with the demo's own parameters as options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cs25.api import find_demo
from cs25.card import DEFAULT_PRESET, Demo
from cs25.cli.demo_options import DemoCommand
from cs25.cli.options import (
    common_options,
    complete_demo,
    complete_lecture,
    complete_preset,
    console,
    is_quiet,
    json_option,
    named_plugin,
    notice,
    offered_models,
    print_json,
    wants_traceback,
)
from cs25.destination import check_destination, write_whole
from cs25.errors import Cs25Error, DestinationError, PluginError, UsageError
from cs25.plugins import Plugin
from cs25.store import Store

if TYPE_CHECKING:
    from cs25.render.schema import RunJson
    from cs25.runner import Plan, Run

__all__ = ["command"]


@dataclass(frozen=True)
class Settings:
    """What was asked of every demo alike."""

    preset: str
    seed: int
    seeds: int
    control: bool
    threads: int | None
    offline: bool


@click.command(cls=DemoCommand)
@click.argument("lecture", shell_complete=complete_lecture)
@click.argument("demo", required=False, shell_complete=complete_demo)
@click.option(
    "--preset",
    default=DEFAULT_PRESET,
    show_default=True,
    shell_complete=complete_preset,
    help="A named set of parameters.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="The first seed."
)
@click.option(
    "--seeds", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many seeds."
)
@click.option(
    "--control", is_flag=True, help="Put the negative control in place of the real thing."
)
@click.option("--fresh", is_flag=True, help="Run even what is stored.")
@click.option(
    "--threads", type=click.IntRange(1, 1024), help="Threads; all usable ones if left out."
)
@click.option(
    "--offline", is_flag=True, envvar=("CS25_OFFLINE", "CS25_RUN_OFFLINE"), help="Fetch nothing."
)
@click.option("--report", type=click.Path(path_type=Path), help="Where to write the HTML report.")
@click.option(
    "--open",
    "open_report",
    is_flag=True,
    envvar="CS25_RUN_OPEN",
    help="Open the report in a browser.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 if a claim is contradicted.")
@click.option("--tables", is_flag=True, help="Print the tables of numbers, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would run, and about how long.")
@json_option
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    lecture: str,
    demo: str | None,
    preset: str,
    seed: int,
    seeds: int,
    control: bool,
    fresh: bool,
    threads: int | None,
    offline: bool,
    report: Path | None,
    open_report: bool,
    strict: bool,
    tables: bool,
    dry_run: bool,
    json: bool,
    **demo_options: Any,
) -> None:
    """Run one demo, or all of a lecture's.

    Name a demo to see its own options: cs25 run LECTURE DEMO --help
    """
    if report is not None:
        check_destination(report)
    plugin = named_plugin(lecture)
    store = Store()
    settings = Settings(preset, seed, seeds, control, threads, offline)
    given = DemoCommand.given(demo_options)
    demos = (find_demo(plugin.card(), demo),) if demo else plugin.card().demos
    plans = _plans(plugin, demos, settings, given, store, one=demo is not None)
    if dry_run:
        _print_plans(plans, store, fresh, offline)
        return
    documents = []
    for document in _documents(plans, plugin, store, fresh):
        documents.append(document)
        if not json:
            _print_run(document, tables=tables)
    path = _write_report(documents, plugin, report, demo, store)
    if json:
        print_json({"runs": documents})
    else:
        _print_end(documents, path)
    if open_report and path is not None:
        click.launch(path.as_uri())
    ctx.exit(_exit_code(documents, strict=strict))


def _plans(
    plugin: Plugin,
    demos: Sequence[Demo],
    settings: Settings,
    given: Mapping[str, Any],
    store: Store,
    *,
    one: bool,
) -> list[Plan | Run]:
    """Plan every demo before any runs; one that cannot be planned is a run that ended already.

    Raises:
        Cs25Error: a demo that was named cannot be planned, or none of a lecture's can.
    """
    from cs25.runner import Run, plan

    plans: list[Plan | Run] = []
    errors: list[Cs25Error] = []
    for demo in demos:
        try:
            plans.append(plan(plugin, demo, given=given, store=store, **vars(settings)))
        except (UsageError, PluginError) as error:
            if one:
                raise
            errors.append(error)
            state: Any = "skipped" if isinstance(error, UsageError) else "failed"
            plans.append(
                Run(plugin.id, demo.id, state, {}, settings.preset, (), error=error.message)
            )
    if errors and len(errors) == len(demos) and all(isinstance(e, UsageError) for e in errors):
        raise errors[0]
    return plans


def _documents(
    plans: Sequence[Plan | Run], plugin: Plugin, store: Store, fresh: bool
) -> Iterator[RunJson]:
    """Run the plans one after the other, saying on standard error how far it is."""
    from cs25.needs import Porter
    from cs25.recorded import usable_bundle
    from cs25.render.document import run_document
    from cs25.runner import Run, execute

    porter = Porter()
    for number, planned in enumerate(plans, start=1):
        if isinstance(planned, Run):
            run = planned
            demo = find_demo(plugin.card(), run.demo)
        else:
            demo = planned.demo
            place = f"[{number}/{len(plans)}] " if len(plans) > 1 else ""
            run = execute(
                planned,
                store=store,
                fresh=fresh,
                notice=notice,
                starting=partial(_say_what_starts, place, planned, store),
                progress=not is_quiet(),
                porter=porter,
            )
        bundle = usable_bundle(plugin, demo, notice)
        if run.traceback and wants_traceback():
            click.echo(run.traceback, err=True)
        yield run_document(run, plugin, demo, bundle)


def _say_what_starts(place: str, plan: Plan, store: Store, missing: int) -> None:
    from cs25.cost import expected_s
    from cs25.render.numerals import duration

    if is_quiet():
        return
    seconds = expected_s(plan, store, missing)
    about = f", about {duration(seconds)}" if seconds else ""
    many = f"{len(plan.seeds)} seeds" if len(plan.seeds) > 1 else ""
    seeds = many or ("exact" if plan.exact else f"seed {plan.seeds[0]}")
    click.echo(f"{place}{plan.plugin.id} {plan.demo.id}: {seeds}{about}", err=True)


def _print_plans(plans: Sequence[Plan | Run], store: Store, fresh: bool, offline: bool) -> None:
    from cs25.cost import expected_s, stored_seeds
    from cs25.render.numerals import duration
    from cs25.runner import Run

    wanted: list[str] = []
    for planned in plans:
        if isinstance(planned, Run):
            click.echo(f"{planned.lecture} {planned.demo}: {planned.state}: {planned.error}")
            continue
        missing = len(planned.seeds) - (0 if fresh else stored_seeds(planned, store))
        seconds = expected_s(planned, store, missing)
        about = (
            f"about {duration(seconds)}" if seconds else "not run before, so nothing tells how long"
        )
        settings = " ".join(f"{name}={value}" for name, value in planned.parameters.items())
        click.echo(
            f"{planned.plugin.id} {planned.demo.id}: "
            + (f"{missing} to run, {about}" if missing else "stored")
            + (f"\n  {settings}" if settings else "")
        )
        if missing and planned.models:
            wanted += planned.models
            click.echo(f"  with {', '.join(planned.models)}")
    if wanted:
        _print_models(wanted, offline)


def _print_models(names: Sequence[str], offline: bool) -> None:
    """Say which models are here, and what would be fetched before the first run that needs it."""
    from cs25.lm.supply.inventory import about, look_up, standing
    from cs25.lm.supply.terms import has_accepted

    for item in look_up(names, offered_models()):
        fate = ""
        if item.state != "here" and item.source is not None:
            if offline:
                fate = ", and nothing may be fetched"
            elif not has_accepted(item.source):
                fate = (
                    f", and its terms are not accepted: `cs25 models fetch {item.name}` names them"
                )
            else:
                fate = f", would be fetched: {about(item.source)}"
        click.echo(f"{item.name}: {standing(item)}{fate}")


def _print_run(document: RunJson, *, tables: bool) -> None:
    from cs25.render.terminal import run_view

    out = console()
    out.print(run_view(document, tables=tables))
    out.print()


def _print_end(documents: Sequence[RunJson], report: Path | None) -> None:
    from cs25.render.verdicts import verdict_summary, verdict_table

    out = console()
    if len(documents) > 1:
        out.print(verdict_table(documents))
        out.print()
        out.print(verdict_summary(documents))
    if report is not None:
        out.print(f"report  {report}", soft_wrap=True)


def _write_report(
    documents: Sequence[RunJson], plugin: Plugin, path: Path | None, demo: str | None, store: Store
) -> Path | None:
    """Write the report where it was asked for, else into the store."""
    from cs25.render.report import render_report

    asked = path is not None
    name = f"{plugin.id}-{demo}.html" if demo else f"{plugin.id}.html"
    path = path or store.path("reports", name)
    try:
        write_whole(path, render_report(documents, title=plugin.card().title))
    except OSError as error:
        if asked:
            raise DestinationError(f"{path} cannot be written: {error.strerror}") from error
        notice(f"the report is not kept: {path} cannot be written ({error.strerror})")
        return None
    return path


def _exit_code(documents: Sequence[RunJson], *, strict: bool) -> int:
    states = {document["state"] for document in documents}
    if "failed" in states:
        return 1
    if "skipped" in states:
        return 4
    verdicts = {claim["verdict"] for document in documents for claim in document["claims"]}
    return 1 if strict and "contradicted" in verdicts else 0
