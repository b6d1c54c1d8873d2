"""A lecture that brings a command: ``cs25 readings`` lists what the lectures recommend."""

from collections.abc import Sequence

import click

import cs25
from cs25 import Command, Lecture, Reading, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(
        id="reading-list",
        title="What to read",
        readings=(
            Reading(
                "Vaswani et al. 2017",
                "Attention Is All You Need",
                "https://arxiv.org/abs/1706.03762",
            ),
        ),
    )


@hookimpl
def cs25_commands() -> Sequence[Command]:
    return [Command("readings", "reading_list:readings", "What the lectures recommend.")]


@click.command()
@click.argument("lecture", required=False)
def readings(lecture: str | None) -> None:
    """List what the lectures recommend, or one of them."""
    for card in [cs25.lecture(lecture)] if lecture else cs25.lectures():
        for reading in card.readings:
            click.echo(f"{reading.cite}: {reading.title}, {reading.url}")
