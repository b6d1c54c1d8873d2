"""Notes (MyST Markdown) in the terminal, with the numbers and verdicts of recorded results.

rich lays Markdown out; what MyST adds is taught to it here: admonitions, formulas, roles, and the
course's own ``{demo}``, ``{claim}`` and ``{value}``. A directive nobody knows shows its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
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
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from cs25.render.maths import block_maths, maths
from cs25.render.terminal import claim_view

__all__ = ["Lookups", "Notes", "render_notes"]

_STYLES = {
    "markdown.h1": "bold",
    "markdown.h2": "bold #2E8BC9",
    "markdown.h3": "bold",
    "markdown.h4": "italic",
    "markdown.code": "#C064A0",
    "markdown.link_url": "underline #2E8BC9",
    "markdown.block_quote": "italic",
    "markdown.item.bullet": "#2E8BC9",
    "markdown.item.number": "#2E8BC9",
    "markdown.table.border": "dim",
    "markdown.table.header": "bold",
}
_ACCENT, _GOOD, _CARE, _BAD, _QUIET = "#2E8BC9", "#129A72", "#A07C00", "#D9690F", "#808080"

_ADMONITIONS = {
    "note": _ACCENT, "seealso": _ACCENT, "important": _ACCENT, "admonition": _ACCENT,
    "tip": _GOOD, "hint": _GOOD, "exercise": _GOOD, "solution": _GOOD,
    "warning": _CARE, "attention": _CARE, "caution": _CARE,
    "danger": _BAD, "error": _BAD, "dropdown": _QUIET, "topic": _QUIET, "sidebar": _QUIET,
}  # fmt: skip
_CODE = ("code", "code-block", "code-cell", "sourcecode", "literalinclude", "prompt")
_SILENT = ("toctree", "contents", "bibliography", "raw", "index", "tableofcontents")
_PICTURES = ("figure", "image")

_OPTIONS = re.compile(
    r"\A(?:---\n.*?\n---[ \t]*(?:\n|\Z)|(?:[ \t]*:[\w-]+:[^\n]*(?:\n|\Z))+)", re.S
)
_INFO = re.compile(r"\s*\{([^}\s]+)\}\s*(.*)", re.S)
_TARGETED = re.compile(r"(.*?)\s*<([^<>]*)>\s*", re.S)


@dataclass(frozen=True)
class Lookups:
    """What notes may show.

    Args:
        claims: claims by ``lecture.claim``, as in ``cs25 claims --json``.
        demos: demos by ``lecture.demo``, each with at least a ``summary``.
        values: the recorded number named ``lecture.demo.measure``, as text; None if unknown.
    """

    claims: Mapping[str, Mapping[str, Any]]
    demos: Mapping[str, Mapping[str, Any]]
    values: Callable[[str], str | None]


def render_notes(
    text: str,
    *,
    claims: Mapping[str, Mapping[str, Any]],
    demos: Mapping[str, Mapping[str, Any]],
    values: Callable[[str], str | None],
) -> RenderableType:
    """Return notes as something rich can print; see `Lookups` for the arguments."""
    return Notes(text, Lookups(claims, demos, values))


class _Formula(MarkdownElement):
    """A displayed formula, in the middle of the line."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Formula:
        return cls(token.content)

    def __init__(self, tex: str) -> None:
        self.tex = tex

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in block_maths(self.tex):
            yield Padding(Text(line, style="bold", overflow="fold"), (0, 0, 0, 4))


class _Title(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, Any]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from super().__rich_console__(console, options)
        if self.tag == "h1":
            yield Rule(style="dim")


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
            yield from _code(self.info.split(" ")[0], self.content)
            return
        name, argument = found[1].lower(), found[2].strip()
        body = _OPTIONS.sub("", self.content, count=1).strip("\n")
        yield from _directive(name, argument, body, self.lookups)


class Notes(Markdown):
    """Markdown with what MyST and the course add to it."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Title,
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


def _directive(name: str, argument: str, body: str, lookups: Lookups) -> Iterator[RenderableType]:
    if name == "demo":
        yield _demo(argument, body, lookups)
    elif name == "claim":
        yield _claim(argument, lookups)
    elif name == "math":
        yield _Formula("\n".join(filter(None, (argument, body))))
    elif name in _CODE:
        yield from _code(argument, body)
    elif name in _PICTURES:
        yield Text(f"[picture: {argument}]", style="dim")
        yield Notes(body, lookups)
    elif name in _ADMONITIONS:
        yield _admonition(name, argument, body, lookups)
    elif name not in _SILENT:
        if argument:
            yield Text(argument, style="bold")
        yield Notes(body, lookups)


def _code(lexer: str, content: str) -> Iterator[RenderableType]:
    # The terminal's own colours on its own background: a theme would assume one of them.
    code = content.rstrip()
    syntax = Syntax(
        code, lexer or "text", theme="ansi_dark", word_wrap=True, background_color="default"
    )
    yield Padding(syntax, (0, 0, 0, 4))


def _admonition(name: str, argument: str, body: str, lookups: Lookups) -> Panel:
    words = argument if name in ("admonition", "dropdown", "topic", "sidebar") else ""
    title = words or (name.capitalize() if name != "seealso" else "See also")
    if argument and not words:  # {note} may carry its first words on its own line
        body = f"{argument}\n\n{body}" if name not in ("exercise", "solution") else body
        title = title if name not in ("exercise", "solution") else f"{title}: {argument}"
    return _panel(Notes(body, lookups), title, _ADMONITIONS[name])


def _demo(name: str, body: str, lookups: Lookups) -> Panel:
    demo = lookups.demos.get(name)
    lecture, _, own = name.partition(".")
    lines: list[RenderableType] = []
    if demo is None:
        lines.append(Text(f"There is no demo {name!r} here.", style=_BAD))
    elif summary := demo.get("summary"):
        lines.append(Text(str(summary)))
    if body:
        lines.append(Notes(body, lookups))
    if demo is not None:
        lines.append(Text(f"cs25 run {lecture} {own}", style="bold"))
    return _panel(Group(*lines), "Run it", _ACCENT)


def _claim(name: str, lookups: Lookups) -> RenderableType:
    claim = lookups.claims.get(name)
    if claim is None:
        return Text(f"There is no claim {name!r} here.", style=_BAD)
    return _panel(claim_view(claim), "Claim", _QUIET)


def _panel(content: RenderableType, title: str, colour: str) -> Panel:
    heading = Text(title, style=f"bold {colour}")
    return Panel(content, title=heading, title_align="left", border_style=colour, box=box.ROUNDED)
