"""The sources of a lecture's pages: its notes, and around them what every lecture has."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

from cs25.sphinxext.course import Chapter, Experiment
from cs25.sphinxext.modules import public_modules, summary_of

__all__ = ["line_of_notes", "pages_of"]


def pages_of(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Yield the pages of a lecture: name below ``lectures/``, and Markdown."""
    id = chapter.plugin.id  # noqa: A001  # the field's own name in every record
    if not chapter.is_ready:
        yield f"{id}/index.md", f"# {id}\n\n{_directive('lecture-header', id)}"
        return
    inner = [f"demos/{experiment.demo.id}" for experiment in chapter.experiments]
    for experiment in chapter.experiments:
        yield f"{id}/demos/{experiment.demo.id}.md", _demo_page(experiment)
    if chapter.rows:
        inner.append("Claims <claims>")
        yield f"{id}/claims.md", f"# Claims of {id}\n\n{_directive('claims-table', id)}"
    modules = public_modules(chapter.plugin)
    for module in modules:
        yield f"{id}/api/{module}.md", _module_page(module)
    if modules:
        inner.append("Modules <api/index>")
        yield f"{id}/api/index.md", _modules_page(chapter, modules)
    yield f"{id}/index.md", _notes_page(chapter) + "\n" + _toctree(inner)


def line_of_notes(chapter: Chapter, line: int) -> int:
    """Return the line of a lecture's notes that stands on a line of its first page.

    Args:
        chapter: the lecture.
        line: of the page, from 1.
    """
    place, added = _added(chapter)
    return line if line <= place else max(line - added.count("\n"), place, 1)


def _notes_page(chapter: Chapter) -> str:
    """Return the notes with the lecture's header below their headline."""
    place, added = _added(chapter)
    lines = chapter.notes.splitlines(keepends=True)
    return "".join([*lines[:place], added, *lines[place:]])


def _added(chapter: Chapter) -> tuple[int, str]:
    """Return what the page has beyond the notes: after which of their lines, and the text."""
    header = f"\n{_directive('lecture-header', chapter.plugin.id)}\n"
    place = 0
    for token in MarkdownIt().use(front_matter_plugin).parse(chapter.notes):
        if token.type == "front_matter" and token.map:
            place = token.map[1]
        elif token.type == "heading_open" and token.map:
            if token.tag == "h1":
                return token.map[1], header
            break
    return place, f"# {_escaped(chapter.title)}\n{header}"


def _demo_page(experiment: Experiment) -> str:
    return f"# {experiment.title}\n\n```{{demo}} {experiment.name}\n:full:\n```\n"


def _modules_page(chapter: Chapter, modules: list[str]) -> str:
    """Return the list of a lecture's modules, each with what it is for."""
    package = f"{chapter.plugin.package}."  # it goes without saying: a sidebar is narrow
    names = {module: module.removeprefix(package) for module in modules}
    lines = []
    for module, name in names.items():
        what_for = _escaped(summary_of(module), but="`")
        lines.append(f"- [`{name}`]({module}.md)" + (f": {what_for}" if what_for else ""))
    entries = [f"{name} <{module}>" for module, name in names.items()]
    head = f"# Modules of {chapter.plugin.id}"
    return "\n".join([head, "", *lines, "", _toctree(entries)])


def _module_page(module: str) -> str:
    return f"# `{module}`\n\n```{{eval-rst}}\n.. lecture-module:: {module}\n```\n"


def _toctree(names: list[str]) -> str:
    """Return what puts pages into the sidebar, and nothing on the page."""
    return "```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"


def _directive(name: str, argument: str) -> str:
    return f"```{{{name}}} {argument}\n```\n"


def _escaped(text: str, *, but: str = "") -> str:
    """Return a line that Markdown leaves as it is, but for some of its signs."""
    signs = set("\\`*_{}[]<>$~|#") - set(but)
    return "".join(f"\\{c}" if c in signs else c for c in " ".join(text.split()))
