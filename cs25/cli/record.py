"""``cs25 record``: makes the results a lecture ships, or checks whether they are current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cs25.api import find_demo
from cs25.card import Demo
from cs25.cli.options import (
    common_options,
    complete_demo,
    complete_lecture,
    demos_on_the_line,
    named_plugin,
    notice,
    usable_plugins,
)
from cs25.errors import StoreError, UnknownNameError, UsageError
from cs25.plugins import Plugin
from cs25.store import Store

if TYPE_CHECKING:
    from cs25.recorded import Bundle

__all__ = ["command"]


def complete_recorded(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete a preset that is recorded."""
    from click.shell_completion import CompletionItem

    from cs25.recording import presets_to_record

    demos = demos_on_the_line(ctx)
    names = dict.fromkeys(name for demo in demos for name in presets_to_record(demo))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command()
@click.argument("lecture", required=False, shell_complete=complete_lecture)
@click.argument("demo", required=False, shell_complete=complete_demo)
@click.option(
    "--preset",
    shell_complete=complete_recorded,
    help="Only this preset; what is recorded of others stays.",
)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Write below DIR.")
@click.option("--fresh", is_flag=True, help="Run even the seeds that are stored.")
@click.option("--check", is_flag=True, help="Say which results are stale, and why; run nothing.")
@click.option(
    "--verify", is_flag=True, help="Run one seed of what is stale; stamp it if it agrees."
)
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    lecture: str | None,
    demo: str | None,
    preset: str | None,
    into: Path | None,
    fresh: bool,
    check: bool,
    verify: bool,
) -> None:
    """Make the recorded results that a lecture ships.

    Runs seeds 100 to 104, on which nothing was tuned, and the negative control.
    """
    if check and verify:
        raise UsageError("--check runs nothing and --verify does: name one of them")
    plugins = [named_plugin(lecture)] if lecture else usable_plugins()
    chosen = [
        (plugin, found)
        for plugin in plugins
        for found in ((find_demo(plugin.card(), demo),) if demo else plugin.card().demos)
    ]
    if check:
        ctx.exit(1 if _check(chosen) else 0)
    if verify:
        ctx.exit(0 if _verify(chosen, into) else 1)
    for plugin, found in chosen:
        _record(plugin, found, preset, into, fresh)


def _check(chosen: list[tuple[Plugin, Demo]]) -> bool:
    """Print what is stale or cannot be read; return whether anything is."""
    found = [line for plugin, demo in chosen for line in _problems(plugin, demo)]
    click.echo("\n".join(found or ["every recorded result is current"]))
    return bool(found)


def _problems(plugin: Plugin, demo: Demo) -> Iterator[str]:
    from cs25.recording import staleness

    try:
        for preset, reasons in staleness(plugin, demo):
            yield f"{plugin.id} {demo.id} ({preset}): {'; '.join(reasons)}"
    except StoreError as error:
        yield _unreadable(plugin, demo, error)


def _unreadable(plugin: Plugin, demo: Demo, error: StoreError) -> str:
    return f"{plugin.id} {demo.id}: {error.message}. {error.remedy}"


def _verify(chosen: list[tuple[Plugin, Demo]], into: Path | None) -> bool:
    """Stamp what still agrees; return whether everything is current afterwards."""
    from cs25.recorded import read_bundle, write_bundle
    from cs25.recording import bundle_home, bundle_with, staleness, verify

    all_current = True
    for plugin, demo in chosen:
        try:
            stale = [preset for preset, _ in staleness(plugin, demo)]
        except StoreError as error:
            all_current = False
            click.echo(_unreadable(plugin, demo, error))
            continue
        for preset in stale:
            home = bundle_home(plugin, demo, into)
            recording, finding = verify(plugin, demo, preset, store=Store(), notice=notice)
            if recording is None:
                all_current = False
            else:
                old = _kept(home) or read_bundle(plugin, demo)
                write_bundle(home, bundle_with(plugin, demo, {preset: recording}, old))
            click.echo(f"{plugin.id} {demo.id} ({preset}): {finding}")
    return all_current


def _record(plugin: Plugin, demo: Demo, preset: str | None, into: Path | None, fresh: bool) -> None:
    from cs25.recorded import write_bundle
    from cs25.recording import (
        bundle_home,
        bundle_with,
        held_under_control,
        presets_to_record,
        record,
    )

    home = bundle_home(plugin, demo, into)
    presets = presets_to_record(demo)
    if preset is not None:
        if preset not in presets:
            raise UnknownNameError("recorded preset", preset, tuple(presets))
        presets = [preset]
    for name in presets:
        notice(f"records {plugin.id} {demo.id} ({name})")
        recording = record(plugin, demo, name, store=Store(), fresh=fresh, notice=notice)
        for claim in held_under_control(demo, name, recording):
            notice(f"claim {claim!r} holds under the control, too: its criterion proves nothing")
        # Presets take minutes each, so every one is written as soon as it is there.
        write_bundle(home, bundle_with(plugin, demo, {name: recording}, _kept(home)))
    click.echo(str(home))


def _kept(home: Path) -> Bundle | None:
    """Return what the file holds that is about to be written; one that is damaged is replaced."""
    from cs25.recorded import load_bundle

    try:
        return load_bundle(home)
    except StoreError as error:
        notice(f"{error.message}: it is replaced")
        return None
