"""Pictures in notes that belong to no demo: the function that draws one, and what it draws from.

Notes ask for one with the directive ``{drawing} package.module:function``. The function takes no
arguments and returns a matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from cs25.digest import TARGET, code_digests, file_digest, package_folder
from cs25.errors import PluginError
from cs25.signatures import import_target

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["drawing_inputs", "load_drawing"]

#: What lies in a lecture's package and is no data of a drawing: its code has digests of its own.
_NO_DATA = (".md", ".py", ".pyc")


def load_drawing(target: str) -> Callable[[], Figure]:
    """Return the function that draws a picture.

    Args:
        target: ``"package.module:function"``.

    Raises:
        PluginError: the target is written otherwise, or there is no such function.
    """
    _check(target)
    return cast("Callable[[], Figure]", import_target(target, wanted="which the notes ask for"))


def drawing_inputs(target: str) -> dict[str, str]:
    """Return the digests of all that can change a drawing: code, and data in its package.

    Args:
        target: ``"package.module:function"``; nothing is imported.

    Raises:
        ModuleNotFoundError: there is no source for its module.
        PluginError: the target is written otherwise, or a module is not Python.
    """
    _check(target)
    digests = code_digests(target)
    module = target.partition(":")[0]
    if folder := package_folder(module):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in _NO_DATA:
                digests[path.relative_to(folder).as_posix()] = file_digest(path)
    return digests


def _check(target: str) -> None:
    if not TARGET.fullmatch(target):
        raise PluginError(
            f"the notes ask for the drawing {target!r}, expected package.module:function"
        )
