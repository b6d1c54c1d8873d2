"""Output without the blanks that only pad its lines: they would be copied and piped along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.segment import Segment

__all__ = ["Unpadded", "UnpaddedLines"]


class Unpadded:
    """Something that rich prints, its lines ending where their text ends."""

    def __init__(self, content: RenderableType) -> None:
        self.content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Print the lines of the content."""
        for line in Segment.split_lines(console.render(self.content, options)):
            yield from _without_blanks(line)
            yield Segment.line()


class UnpaddedLines(RenderHook):
    """A hook of a console that takes the padding off whatever is printed."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return what is to be printed in place of ``renderables``."""
        return [Unpadded(renderable) for renderable in renderables]


def _without_blanks(line: Sequence[Segment]) -> Iterator[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    yield from kept[:-1]
    if kept:
        text, style, control = kept[-1]
        yield Segment(text.rstrip(), style, control)
