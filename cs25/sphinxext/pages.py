"""The sources of a lecture's pages: its notes, and around them what every lecture has."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

from cs25.sphinxext.course import Chapter, Experiment
from cs25.sphinxext.modules import public_modules

__all__ = ["pages_of"]


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
        inner.append("claims")
        yield f"{id}/claims.md", f"# Claims of {id}\n\n{_directive('claims-table', id)}"
    modules = public_modules(chapter.plugin)
    for module in modules:
        yield f"{id}/api/{module}.md", _module_page(module)
    if modules:
        inner.append("api/index")
        # A sidebar is narrow: there the package goes without saying.
        package = f"{chapter.plugin.package}."
        entries = [f"{module.removeprefix(package)} <{module}>" for module in modules]
        yield f"{id}/api/index.md", f"# Modules of {id}\n\n{_toctree(entries)}"
    yield f"{id}/index.md", _notes_page(chapter) + "\n" + _toctree(inner, hidden=True)


def _notes_page(chapter: Chapter) -> str:
    """Return the notes with the lecture's header below their headline."""
    header = _directive("lecture-header", chapter.plugin.id)
    text = chapter.notes
    lines = text.splitlines(keepends=True)
    end = _end_of_headline(text)
    if end is None:
        return f"# {_escaped(chapter.title)}\n\n{header}\n{text}\n"
    return "".join([*lines[:end], "\n", header, "\n", *lines[end:]])


def _end_of_headline(text: str) -> int | None:
    """Return the line after the notes' own headline; None if they begin on a lower level."""
    for token in MarkdownIt().use(front_matter_plugin).parse(text):
        if token.type == "heading_open" and token.map:
            return token.map[1] if token.tag == "h1" else None
    return None


def _demo_page(experiment: Experiment) -> str:
    return f"# {experiment.title}\n\n```{{demo}} {experiment.name}\n:full:\n```\n"


def _module_page(module: str) -> str:
    return f"# `{module}`\n\n```{{eval-rst}}\n.. lecture-module:: {module}\n```\n"


def _toctree(names: list[str], *, hidden: bool = False) -> str:
    options = ":hidden:\n" if hidden else ""
    return "```{toctree}\n" + options + "\n" + "\n".join(names) + "\n```\n"


def _directive(name: str, argument: str) -> str:
    return f"```{{{name}}} {argument}\n```\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>$~|#" else c for c in " ".join(text.split()))
