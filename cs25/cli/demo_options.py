"""A command whose options include the parameters of the demo that its arguments name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cs25.card import Demo
from cs25.errors import Cs25Error, ParameterError, UsageError
from cs25.parameters import Parameter, Signature

__all__ = ["DemoCommand"]

#: Keeps a demo's parameter apart from an option of the command that has the same name.
PREFIX = "demo__"
_META = "cs25.demo"


class DemoCommand(click.Command):
    """A command with the arguments LECTURE and DEMO, and the demo's parameters as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Learn which demo is named, then parse with its options."""
        lecture, demo = self._named(ctx, args)
        if lecture and demo:
            ctx.meta[_META] = _learn(lecture, demo, keep_quiet=ctx.resilient_parsing)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if lecture is None or demo is not None or error.option_name == "--plugin":
                raise
            raise UsageError(
                error.format_message(),
                remedy="An option of a demo needs the demo's name: "
                f"`cs25 run {lecture} DEMO {error.option_name} ...`.",
            ) from None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters and the demo's."""
        return [*super().get_params(ctx), *self._demo_params(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the demo's options apart from the command's."""
        ours = self._demo_params(ctx)
        with formatter.section("Options"):
            formatter.write_dl(_help_records(ctx, super().get_params(ctx)))
        if ours:
            demo = ctx.meta[_META][0]
            with formatter.section(f"Options of {demo.id}"):
                formatter.write_dl(_help_records(ctx, ours))
            presets = ", ".join(("default", *demo.presets))
            formatter.write_paragraph()
            formatter.write_text(f"Presets: {presets}. Control: {demo.control or 'none'}.")

    @staticmethod
    def given(options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the demo's parameters that stand on the line, by their own names."""
        return {
            name.removeprefix(PREFIX): value for name, value in options.items() if value is not None
        }

    def _demo_params(self, ctx: click.Context) -> list[click.Parameter]:
        found: tuple[Demo, Signature] | None = ctx.meta.get(_META)
        if found is None:
            return []
        # `--control` is the command's own flag: it stands for the value the card names.
        return [_option(p) for p in found[1].parameters if p.name != "control"]

    def _named(self, ctx: click.Context, args: list[str]) -> tuple[str | None, str | None]:
        """Find LECTURE and DEMO before the options are known that may stand among them."""
        takes_value = {
            name: not option.is_flag
            for option in super().get_params(ctx)
            if isinstance(option, click.Option)
            for name in option.opts
        }
        names: list[str] = []
        words = iter(args)
        for word in words:
            name, equals, _ = word.partition("=")
            if not word.startswith("-"):
                names.append(word)
            elif name not in takes_value:
                break  # a demo's option, which stands after the demo's name
            elif takes_value[name] and not equals:
                next(words, None)
        lecture, demo = [*names, None, None][:2]
        return lecture, demo


def _help_records(
    ctx: click.Context, parameters: Sequence[click.Parameter]
) -> list[tuple[str, str]]:
    options = (parameter for parameter in parameters if isinstance(parameter, click.Option))
    return [record for option in options if (record := option.get_help_record(ctx)) is not None]


class _Value(click.ParamType[Any]):
    """A demo's parameter as click sees it."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = parameter.type.kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.parameter.parse(value)
        except ParameterError as error:
            self.fail(f"{error.found!r} is not {error.expected}", param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        from click.shell_completion import CompletionItem

        choices = [str(choice) for choice in self.parameter.type.choices]
        return [CompletionItem(choice) for choice in choices if choice.startswith(incomplete)]


def _option(parameter: Parameter) -> click.Option:
    default = parameter.default
    shown = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    help_text = f"{parameter.help or 'No help.'} [{parameter.type.describe()}; default: {shown}]"
    name, variable = PREFIX + parameter.name, f"CS25_RUN_{parameter.name.upper()}"
    if parameter.type.kind == "bool":
        declaration = f"{parameter.option}/--no-{parameter.option.removeprefix('--')}"
        return click.Option([declaration, name], default=None, envvar=variable, help=help_text)
    metavar = {"int": "INTEGER", "float": "NUMBER", "str": "TEXT", "tuple": "A,B,..."}
    return click.Option(
        [parameter.option, name],
        type=_Value(parameter),
        default=None,
        envvar=variable,
        metavar=metavar.get(parameter.type.kind, "CHOICE"),
        help=help_text,
    )


def _learn(lecture: str, demo: str, *, keep_quiet: bool) -> tuple[Demo, Signature] | None:
    """Return the demo and its parameters; for completion, only what is known without an import."""
    from cs25.api import find_demo
    from cs25.cli.options import named_plugin
    from cs25.plugins import load_plugin
    from cs25.signatures import known_signature, signature_of
    from cs25.store import Store

    try:
        plugin = load_plugin(lecture) if keep_quiet else named_plugin(lecture)
        found = find_demo(plugin.card(), demo)
        signature = known_signature(found, Store()) if keep_quiet else signature_of(found, Store())
    except Cs25Error:
        if keep_quiet:
            return None
        raise
    return (found, signature) if signature else None
