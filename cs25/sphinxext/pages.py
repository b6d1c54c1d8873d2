"""The sources of a lecture's pages: its notes, and around them what every lecture has."""

from __future__ import annotations

from collections.abc import Iterator

from cs25.sphinxext.course import Chapter, Experiment
from cs25.sphinxext.markdown import directive, escaped, toctree
from cs25.sphinxext.modules import public_modules, summary_of

__all__ = ["pages_of"]


def pages_of(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Yield the pages of a lecture: name below ``lectures/``, and Markdown."""
    id = chapter.plugin.id  # noqa: A001  # the field's own name in every record
    if not chapter.is_ready:
        yield f"{id}/index.md", f"# {id}\n\n{directive('lecture-header', id)}"
        return
    first, *others = chapter.notes
    inner = []
    for page in others:
        inner.append(page.docname.rpartition("/")[2])
        yield f"{page.docname.removeprefix('lectures/')}.md", page.markdown
    for experiment in chapter.experiments:
        inner.append(f"demos/{experiment.demo.id}")
        yield f"{id}/demos/{experiment.demo.id}.md", _demo_page(experiment)
    if chapter.rows:
        inner.append("Claims <claims>")
        yield f"{id}/claims.md", f"# Claims of {id}\n\n{directive('claims-table', id)}"
    modules = public_modules(chapter.plugin)
    for module in modules:
        yield f"{id}/api/{module}.md", _module_page(module)
    if modules:
        inner.append("Modules <api/index>")
        yield f"{id}/api/index.md", _modules_page(chapter, modules)
    yield f"{id}/index.md", first.markdown + "\n" + toctree(inner)


def _demo_page(experiment: Experiment) -> str:
    return f"# {experiment.title}\n\n```{{demo}} {experiment.name}\n:full:\n```\n"


def _modules_page(chapter: Chapter, modules: list[str]) -> str:
    """Return the list of a lecture's modules, each with what it is for."""
    package = f"{chapter.plugin.package}."  # it goes without saying: a sidebar is narrow
    names = {module: module.removeprefix(package) for module in modules}
    lines = []
    for module, name in names.items():
        what_for = escaped(summary_of(module), but="`")
        lines.append(f"- [`{name}`]({module}.md)" + (f": {what_for}" if what_for else ""))
    entries = [f"{name} <{module}>" for module, name in names.items()]
    head = f"# Modules of {chapter.plugin.id}"
    return "\n".join([head, "", *lines, "", toctree(entries)])


def _module_page(module: str) -> str:
    return f"# `{module}`\n\n```{{eval-rst}}\n.. lecture-module:: {module}\n```\n"
