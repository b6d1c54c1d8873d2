"""What code a number depends on: a digest for each module that can change it.

Imports are followed through the demo's own package, `cs25.nn` and `cs25.lm` (but for where models
come from); nothing else of the core can change a number. Comments, docstrings, formatting and
whatever only draws the figure are dropped first: an edited sentence costs no new run, an edited
experiment always does.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cs25.errors import PluginError
from cs25.sources import source_file

__all__ = ["code_digests", "digest_of", "file_digest", "hash_of", "package_folder"]

#: Parts of the core that experiments are built from.
SHARED = ("cs25.nn", "cs25.lm")

#: What of them changes no number: where a model's files come from is in the manifest, by digest.
APART = ("cs25.lm.supply",)

#: How jobs of a fleet name their function.
TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

#: Hexadecimal digits kept of a digest: 80 bits, far beyond any chance of a collision here.
LENGTH = 20


def digest_of(data: Any) -> str:
    """Return the digest of plain data, the same for equal data in any order of keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hash_of(text.encode())


def hash_of(data: bytes) -> str:
    """Return the digest of bytes."""
    return hashlib.sha256(data).hexdigest()[:LENGTH]


def file_digest(path: Path) -> str:
    """Return the digest of a file's bytes."""
    return hash_of(path.read_bytes())


def code_digests(target: str, *, drawing: str | None = None) -> dict[str, str]:
    """Return the digest of every module that can change what ``target`` computes.

    Args:
        target: ``"package.module:function"``.
        drawing: the target of the demo's figure. It and what only it uses are left out.

    Returns:
        Digests by module name, sorted.

    Raises:
        ModuleNotFoundError: there is no source for the target's module.
        PluginError: a module is not Python.
    """
    start = target.partition(":")[0]
    own = start.partition(".")[0]
    drawing_module, _, drawing_name = (drawing or ":").partition(":")
    digests: dict[str, str] = {}
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module in digests:
            continue
        path = source_file(module)
        if path is None:
            raise ModuleNotFoundError(f"no source file for module {module!r}", name=module)
        only_drawing = drawing_name if module == drawing_module else ""
        digests[module], imported = _digest(module, path, path.read_bytes(), only_drawing, own)
        waiting += imported
    return dict(sorted(digests.items()))


@cache
def _digest(
    module: str, path: Path, source: bytes, drawing: str, own: str
) -> tuple[str, tuple[str, ...]]:
    """Return a module's digest and the modules of ours that it imports.

    The answer is kept, by the file's content: a lecture's demos share most of their modules, and
    parsing them anew for each would take longer than all else that a stored answer takes.
    """
    tree = _meaning(path, source, drawing, own)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    imported = tuple(name for name in _imports(tree, package, own) if _counts(name, own))
    return hash_of(json.dumps(_plain(tree)).encode()), imported


def package_folder(module: str) -> Path | None:
    """Return the folder of the package that a module belongs to; None for a single module."""
    path = source_file(module.partition(".")[0])
    return path.parent if path is not None and path.name == "__init__.py" else None


def _counts(module: str, own: str) -> bool:
    def within(*packages: str) -> bool:
        return any(module == name or module.startswith(name + ".") for name in packages)

    counts = within(own) or (within(*SHARED) and not within(*APART))
    return counts and source_file(module) is not None


def _meaning(path: Path, source: bytes, drawing: str, own: str) -> ast.Module:
    """Parse a file and drop what cannot change a number."""
    try:
        tree = ast.parse(source, filename=str(path))
    except SyntaxError as error:
        raise PluginError(f"{path}:{error.lineno} cannot be read: {error.msg}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.body = [statement for statement in node.body if not _is_docstring(statement)]
    tree.body = [node for node in tree.body if not _is_all(node)]
    if drawing:
        _drop_drawing(tree, drawing, own)
    return tree


def _is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a bare text: of a module, class or function, or of what it follows."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_all(node: ast.stmt) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in targets
    )


def _drop_drawing(tree: ast.Module, drawing: str, own: str) -> None:
    """Drop the figure's function, and private functions, constants and imports only it uses."""
    figure = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == drawing]
    private = {name: node for node in tree.body if (name := _private_name(node))}
    only_drawing = _reached(figure, private)
    rest = [n for n in tree.body if n not in figure and n not in only_drawing]
    if drawing in _names(rest):
        return  # the experiment calls it, too
    shared = _reached(rest, private)
    tree.body = [n for n in tree.body if n in rest or n in shared]
    used = _names(tree.body)
    for node in tree.body:
        # An import of one's own package may have an effect; a library's has none on our numbers.
        if isinstance(node, ast.ImportFrom):
            is_own = node.level > 0 or (node.module or "").partition(".")[0] == own
        elif isinstance(node, ast.Import):
            is_own = any(alias.name.partition(".")[0] == own for alias in node.names)
        else:
            continue
        if not is_own:
            node.names = [
                alias
                for alias in node.names
                if alias.name == "*" or (alias.asname or alias.name.partition(".")[0]) in used
            ]
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.Import | ast.ImportFrom) and not node.names)
    ]


def _private_name(node: ast.stmt) -> str:
    """Return the name that a statement gives a private function or a plain constant."""
    name = ""
    if isinstance(node, ast.FunctionDef):
        name = node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
        # What is called to make a constant may have an effect of its own.
        calls = any(isinstance(part, ast.Call) for part in ast.walk(node))
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and not calls:
            name = targets[0].id
    return name if name.startswith("_") and not name.startswith("__") else ""


def _reached(start: Sequence[ast.stmt], private: Mapping[str, ast.stmt]) -> list[ast.stmt]:
    """Return the private statements that ``start`` names, and those that they name in turn."""
    reached: list[ast.stmt] = []
    waiting = list(start)
    while waiting:
        for name in sorted(_names([waiting.pop()]) & private.keys()):
            if private[name] not in reached:
                reached.append(private[name])
                waiting.append(private[name])
    return reached


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return every name in use, functions named as ``"module:function"`` among them."""
    found = set()
    for part in (part for node in nodes for part in ast.walk(node)):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found.add(part.id)
        elif isinstance(part, ast.Constant) and TARGET.fullmatch(str(part.value)):
            found.add(str(part.value).partition(":")[2])
    return found


def _imports(tree: ast.Module, package: str, own: str) -> Iterator[str]:
    """Yield the modules of ours that a tree imports, or names as ``"module:function"``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if TARGET.fullmatch(node.value):
                yield node.value.partition(":")[0]
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            if module.partition(".")[0] not in (own, "cs25"):
                continue
            submodules = [f"{module}.{alias.name}" for alias in node.names]
            found = [name for name in submodules if source_file(name) is not None]
            yield from found
            if len(found) < len(submodules):
                yield module


def _plain(node: Any) -> Any:
    """Turn a tree into plain lists, leaving out empty fields, which differ between Pythons."""
    if isinstance(node, ast.AST):
        fields = [
            [name, _plain(value)]
            for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in ("ctx", "type_comment", "kind")
        ]
        return [type(node).__name__, *fields]
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if isinstance(node, str | int | bool) or node is None:
        return node
    return [type(node).__name__, repr(node)]  # a float, complex number, bytes or Ellipsis
