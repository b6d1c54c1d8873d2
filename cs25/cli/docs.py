"""``cs25 docs``: the course reference of all installed lectures, built and opened."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cs25.cli.options import common_options, is_quiet, notice
from cs25.destination import check_destination
from cs25.errors import DestinationError
from cs25.store import Store

__all__ = ["command"]


@click.group()
@common_options
def command() -> None:
    """Build the course reference of all installed lectures, or open it."""


@command.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the pages go; by default below the cache.",
)
@click.option("--strict", is_flag=True, help="A warning, or a broken lecture, is an error.")
@common_options
def build(out: Path | None, strict: bool) -> None:
    """Build the course reference; what is unchanged since the last time is kept."""
    click.echo(_built(out, strict=strict) / "index.html")


@command.command("open")
@common_options
def open_book() -> None:
    """Open the course reference in the browser; it is built first if there is none."""
    from cs25.sphinxext.book import book_folder

    page = book_folder(Store()) / "index.html"
    if not page.is_file():
        page = _built(None, strict=False) / "index.html"
    click.echo(page)
    if click.launch(page.as_uri()) != 0:
        notice("no browser could be started: open the file above in one")


def _built(out: Path | None, *, strict: bool) -> Path:
    from cs25.sphinxext.book import book_folder, build_book

    store = Store()
    folder = (out or book_folder(store)).absolute()
    if out is not None:
        _check_folder(folder)
    notice("the course reference is being built")
    # Sphinx draws its progress over itself; in a file it would be a thousand lines.
    visible = sys.stderr.isatty() and not is_quiet()
    build_book(
        folder,
        store,
        strict=strict,
        status=sys.stderr if visible else None,
        warning=sys.stderr,
        notice=notice,
    )
    return folder


def _check_folder(folder: Path) -> None:
    """Make sure that a folder is the book's to fill: empty, new, or filled by it before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_other = any(folder.iterdir()) and not (folder / ".buildinfo").is_file()
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror or error})"
        raise DestinationError(message) from error
    if is_other:
        raise DestinationError(
            f"{folder} holds other files, expected an empty folder or an earlier build",
            remedy="Name another one with --out.",
        )
    check_destination(folder / "index.html")
