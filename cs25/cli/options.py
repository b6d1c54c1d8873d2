"""Options, arguments and consoles that several commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cs25.card import DEFAULT_PRESET

if TYPE_CHECKING:
    from cs25.card import Demo, ModelSource
    from cs25.plugins import Plugin

__all__ = [
    "ReaderGone",
    "common_options",
    "complete_demo",
    "complete_lecture",
    "complete_preset",
    "console",
    "demos_on_the_line",
    "is_quiet",
    "json_option",
    "named_plugin",
    "notice",
    "offered_models",
    "print_json",
    "usable_plugins",
    "wants_traceback",
]

F = TypeVar("F", bound=Callable[..., Any])


def common_options(function: F) -> F:
    """Add the options that every command takes, wherever they stand on the line."""
    quiet = click.option(
        "--quiet",
        "-q",
        is_flag=True,
        expose_value=False,
        callback=_remember("quiet"),
        help="No progress and no remarks.",
    )
    trace = click.option(
        "--traceback",
        is_flag=True,
        expose_value=False,
        callback=_remember("traceback"),
        help="Show more of an error.",
    )
    return quiet(trace(function))


def _remember(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def callback(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            ctx.find_root().meta[f"cs25.{name}"] = True

    return callback


def is_quiet() -> bool:
    """Whether ``--quiet`` stands anywhere on the line."""
    return bool(click.get_current_context().find_root().meta.get("cs25.quiet"))


def wants_traceback() -> bool:
    """Whether ``--traceback`` stands anywhere on the line."""
    return bool(click.get_current_context().find_root().meta.get("cs25.traceback"))


def notice(line: str) -> None:
    """Say something that no result depends on, on standard error, once for each command."""
    said: set[str] = click.get_current_context().find_root().meta.setdefault("cs25.said", set())
    if line not in said and not is_quiet():
        click.echo(f"cs25: {line}", err=True)
    said.add(line)


def named_plugin(name: str) -> Plugin:
    """Load the lecture that a command names; say so if its card imports something heavy."""
    from cs25.plugins import load_plugin

    plugin = load_plugin(name)
    if plugin.reason:
        notice(f"{plugin.id} is heavy: {plugin.reason}")
    return plugin


def usable_plugins() -> list[Plugin]:
    """Load all lectures, and name those that are left out."""
    from cs25.plugins import State, load_plugins

    plugins = load_plugins()
    for plugin in plugins:
        if plugin.state not in (State.READY, State.DISABLED):
            notice(f"{plugin.id} is left out, it is {plugin.state}: {plugin.reason}")
    return [plugin for plugin in plugins if plugin.state is State.READY]


def offered_models() -> tuple[tuple[ModelSource, str], ...]:
    """Return the models that have a short name, each with the distribution that offers it.

    What plugins offer in vain is mentioned.
    """
    from cs25.lm.supply.catalogue import known_models
    from cs25.plugins import ready

    offered = known_models(ready())
    for problem in offered.problems:
        notice(problem)
    return offered.items


json_option = click.option("--json", is_flag=True, help="Print JSON.")


def print_json(document: Mapping[str, Any]) -> None:
    """Print a document of the versioned schema on standard output."""
    click.echo(json.dumps({"schema": 1, **document}, indent=2, ensure_ascii=False, allow_nan=False))


class ReaderGone(Exception):  # noqa: N818  # not an error: the reader has what it wanted
    """Standard output is a pipe that nobody reads any more.

    Not a BrokenPipeError, for which click and rich both end the program with 1.
    """


def console() -> Any:
    """Return a rich console on standard output, as wide as the terminal.

    What is piped carries no padding; on a terminal it may carry a colour.
    """
    from rich.console import Console

    from cs25.render.padding import UnpaddedLines

    class OutputConsole(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGone

    out = OutputConsole(file=sys.stdout, highlight=False)
    if not out.is_terminal:
        out.push_render_hook(UnpaddedLines())
    return out


def complete_lecture(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete a lecture's name; imports cards only."""
    from click.shell_completion import CompletionItem

    from cs25.plugins import ready

    return [
        CompletionItem(plugin.id, help=plugin.card().title)
        for plugin in ready()
        if plugin.id.startswith(incomplete)
    ]


def demos_on_the_line(ctx: click.Context) -> list[Demo]:
    """Return the demo that a line to complete names, or all of its lecture's; cards only."""
    from cs25.plugins import ready

    # Of a line that ends in an option without its value, click leaves the arguments unparsed.
    words = [ctx.params.get("lecture"), ctx.params.get("demo")]
    lecture, demo = words if words[0] else [*ctx.args, None, None][:2]
    return [
        found
        for plugin in ready()
        if plugin.id == lecture
        for found in plugin.card().demos
        if demo in (None, found.id)
    ]


def complete_preset(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete a preset of the demo, or of any of the lecture's if none is named."""
    from click.shell_completion import CompletionItem

    presets = [name for demo in demos_on_the_line(ctx) for name in demo.presets]
    names = dict.fromkeys([DEFAULT_PRESET, *presets])
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_demo(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete the name of a demo of the lecture that was named before."""
    from click.shell_completion import CompletionItem

    from cs25.plugins import ready

    named = ctx.params.get("lecture")
    return [
        CompletionItem(demo.id, help=demo.summary)
        for plugin in ready()
        if plugin.id == named
        for demo in plugin.card().demos
        if demo.id.startswith(incomplete)
    ]
