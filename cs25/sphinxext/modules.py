"""The modules of a lecture's package, documented by autodoc."""

from __future__ import annotations

import ast
import contextlib
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.util.docutils import SphinxDirective

from cs25.plugins import Plugin
from cs25.sources import source_file
from cs25.sphinxext.trouble import notice_box

__all__ = ["LectureModuleDirective", "is_foreign_type", "public_modules", "summary_of"]


def public_modules(plugin: Plugin) -> list[str]:
    """Return the names of a lecture's modules, without its tests and what is private.

    Nothing is imported: one module that cannot be must not hide the others.
    """
    if plugin.folder is None or not plugin.is_package:
        return [plugin.package]
    return [plugin.package, *_below(plugin.folder, plugin.package)]


def summary_of(module: str) -> str:
    """Return the first paragraph of a module's docstring, read without importing it."""
    path = source_file(module)
    try:
        docstring = ast.get_docstring(ast.parse(path.read_bytes())) if path else None
    except (OSError, SyntaxError, ValueError):  # its own page says what is wrong
        return ""
    return (docstring or "").partition("\n\n")[0]


class LectureModuleDirective(SphinxDirective):
    """``.. lecture-module:: name``: what a module documents, or why it cannot be imported."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the module's documentation."""
        name = self.arguments[0]
        path = source_file(name)
        if path is not None:
            self.env.note_dependency(path)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                module = import_module(name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a lecture may not end the build
            return [notice_box(f"It cannot be imported: {type(error).__name__}: {error}")]
        options = f"   :members:\n   :exclude-members: {', '.join(_offered_again(module))}\n"
        return self.parse_text_to_nodes(f".. automodule:: {name}\n{options}")


def _offered_again(module: ModuleType) -> list[str]:
    """Return the names a module passes on: they are documented where they are defined."""
    names = getattr(module, "__all__", ())
    home = {name: getattr(getattr(module, name, None), "__module__", None) for name in names}
    return [name for name, defined in home.items() if defined not in (None, module.__name__)]


def is_foreign_type(app: Sphinx, domain: Domain | None, node: Any) -> bool | None:
    """Let a name in a lecture's signatures stand as text where nothing documents it.

    A lecture may use any library, and few publish an inventory that this book could carry.
    """
    is_python = domain is not None and domain.name == "py"
    place = str(node.get("refdoc", ""))
    return True if is_python and place.startswith("lectures/") and "/api/" in place else None


def _below(folder: Path, package: str) -> list[str]:
    found: list[str] = []
    for module in iter_modules([str(folder)]):
        if not module.name.startswith("_") and module.name != "tests":
            found.append(f"{package}.{module.name}")
            if module.ispkg:
                found += _below(folder / module.name, found[-1])
    return found
