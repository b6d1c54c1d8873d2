"""``cs25 new``: a lecture's distribution that works as it stands."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from cs25.cli.options import common_options

__all__ = ["command"]


@click.command()
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Make its folder in DIR.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be made; write nothing.")
@common_options
def command(name: str, into: Path, dry_run: bool) -> None:
    """Make a lecture of one's own.

    NAME is its id, for example my-lecture. The folder cs25-NAME gets a card, notes, an experiment
    with a claim and a control, tests, and all that a distribution needs.
    """
    from cs25.plugins import find_plugins
    from cs25.scaffold import plan_scaffold

    taken = {ep.name: ep.dist.name if ep.dist else ep.value for ep in find_plugins()}
    scaffold = plan_scaffold(name, into, taken=taken)
    if not dry_run:
        scaffold.write()
    for path in scaffold.files:
        click.echo(scaffold.folder / path)
    would = "would be made; nothing was written" if dry_run else "made"
    click.echo(f"\n{len(scaffold.files)} files {would}.", err=True)
    if not dry_run:
        click.echo(
            f"\nNext:\n  python -m pip install -e {quote(str(scaffold.folder))}\n  cs25 run {name} --seeds 3\n"
            f"  cs25 check {name}\n  cs25 record {name}    # until then its claims are untested",
            err=True,
        )
