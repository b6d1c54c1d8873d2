"""Notes (MyST Markdown) in the terminal, with the numbers and verdicts of recorded results.

rich lays Markdown out; what MyST adds is taught to it here: admonitions, formulas, roles, and the
course's own ``{demo}``, ``{claim}``, ``{value}`` and ``{drawing}``. A directive nobody knows shows
its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement, TableElement
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from cs25.render.directives import CODE, Lookups, code, directive, formula
from cs25.render.figure import Drawing
from cs25.render.maths import maths
from cs25.render.palette import ACCENT, TERMINAL

__all__ = ["Lookups", "Notes", "drawings_in", "render_notes"]

_STYLES = {
    "markdown.h1": "bold",
    "markdown.h2": f"bold {ACCENT}",
    "markdown.h3": "bold",
    "markdown.h4": "italic",
    "markdown.code": TERMINAL[3],
    "markdown.link_url": f"underline {ACCENT}",
    "markdown.block_quote": "italic",
    "markdown.item.bullet": ACCENT,
    "markdown.item.number": ACCENT,
    "markdown.table.header": "bold",
}
_OPTIONS = re.compile(
    r"\A(?:---\n.*?\n---[ \t]*(?:\n|\Z)|(?:[ \t]*:[\w-]+:[^\n]*(?:\n|\Z))+)", re.S
)
_OPTION = re.compile(r"^[ \t]*:?([\w-]+):", re.M)
_INFO = re.compile(r"\s*\{([^}\s]+)\}\s*(.*)", re.S)
_TARGETED = re.compile(r"(.*?)\s*<([^<>]*)>\s*", re.S)


def render_notes(
    text: str,
    *,
    claims: Mapping[str, Mapping[str, Any]],
    demos: Mapping[str, Mapping[str, Any]],
    values: Callable[[str], str | None],
    drawings: Callable[[str], Drawing],
) -> RenderableType:
    """Return notes as something rich can print; see `Lookups` for the arguments."""
    return Notes(text, Lookups(claims, demos, values, drawings))


def drawings_in(text: str) -> tuple[str, ...]:
    """Return the targets of the drawings that notes ask for, in their order, each once."""
    targets: dict[str, None] = {}
    for token in _parser().parse(text):
        if token.type in ("fence", "colon_fence") and (found := _INFO.match(token.info)):
            name, argument = found[1].lower(), found[2].strip()
            if name == "drawing":
                targets[argument] = None
            if name not in CODE:  # what stands in a box is Markdown, too
                targets |= dict.fromkeys(drawings_in(token.content))
    return tuple(targets)


class _Formula(MarkdownElement):
    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Formula:
        return cls(token.content)

    def __init__(self, tex: str) -> None:
        self.tex = tex

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from formula(self.tex)


class _Title(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, Any]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from super().__rich_console__(console, options)
        if self.tag == "h1":
            yield Rule(style="dim")
        elif self.tag == "h2":
            yield Text("─" * min(self.text.cell_len, options.max_width), style="dim")


class _Grid(TableElement):
    """A table without the blank rows that rich puts around it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
        header = self.header.row.cells if self.header and self.header.row else []
        for cell in header:
            heading = cell.content.copy()
            heading.stylize("markdown.table.header")
            table.add_column(heading, justify=cell.justify, overflow="fold")
        for row in self.body.rows if self.body else ():
            table.add_row(*(cell.content for cell in row.cells))
        yield table


class _Fence(MarkdownElement):
    """A fence of backticks or colons: a directive, or code."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Fence:
        assert isinstance(markdown, Notes)
        return cls(token.info, token.content, markdown.lookups)

    def __init__(self, info: str, content: str, lookups: Lookups) -> None:
        self.info, self.content, self.lookups = info, content, lookups

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found = _INFO.match(self.info)
        if not found:
            yield from code(self.info.split(" ")[0], self.content)
            return
        name, argument = found[1].lower(), found[2].strip()
        given = _OPTIONS.match(self.content)
        body = self.content[given.end() if given else 0 :].strip("\n")
        yield from directive(
            name,
            argument,
            body,
            self.lookups,
            lambda text: Notes(text, self.lookups),
            options=_OPTION.findall(given[0]) if given else (),
        )


class Notes(Markdown):
    """Markdown with what MyST and the course add to it."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Title,
        "table_open": _Grid,
        "fence": _Fence,
        "math_block": _Formula,
        "math_block_label": _Formula,
        "amsmath": _Formula,
    }

    def __init__(self, markup: str, lookups: Lookups) -> None:
        super().__init__("", code_theme="ansi_dark", hyperlinks=True)
        self.markup = markup
        self.lookups = lookups
        self.parsed = [t for t in _parser().parse(markup) if t.type not in _UNSHOWN]
        for token in self.parsed:
            if token.type == "colon_fence":
                token.type = "fence"  # rich would take it for code within a line
            if token.children:
                token.children = list(self._inline(token.children))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the notes out in the course's own colours."""
        with console.use_theme(Theme(_STYLES)):
            yield from super().__rich_console__(console, options)

    def _inline(self, tokens: Iterable[Token]) -> Iterator[Token]:
        """Turn formulas, roles and links into what rich knows."""
        href, shown = "", ""
        for token in tokens:
            if token.type.startswith("math_inline"):
                token = _text(maths(token.content))
            elif token.type == "image":
                token = _text(f"[picture: {token.content or token.attrs.get('src', '')}]")
            elif token.type == "myst_role":
                yield from self._role(token)
                continue
            if token.type == "link_open":
                href, shown = str(token.attrs.get("href", "")), ""
            shown += token.content
            yield token
            if token.type == "link_close" and href.startswith("http") and shown != href:
                yield _text(f" ({href})")

    def _role(self, token: Token) -> Iterator[Token]:
        name, content = str(token.meta["name"]), token.content.strip("`").strip()
        if name == "value":
            value = self.lookups.values(content)
            words = value if value is not None else f"[no value: {content}]"
            yield from (Token("strong_open", "strong", 1), _text(words))
            yield Token("strong_close", "strong", -1)
        elif name == "math":
            yield _text(maths(content))
        elif name in ("code", "command", "kbd", "file"):
            yield Token("code_inline", "code", 0, content=content)
        else:  # a reference or something unknown: its words
            targeted = _TARGETED.fullmatch(content)
            yield _text(targeted[1] if targeted and targeted[1] else content.strip("<>"))


_UNSHOWN = ("front_matter", "myst_target", "myst_line_comment", "myst_block_break")


def _parser() -> MarkdownIt:
    parser = MarkdownIt().enable(["strikethrough", "table"])
    for plugin in (colon_fence_plugin, front_matter_plugin, myst_block_plugin, myst_role_plugin):
        parser.use(plugin)
    parser.use(amsmath_plugin)
    return parser.use(dollarmath_plugin, allow_space=False, double_inline=True)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
