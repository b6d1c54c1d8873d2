"""The book's sources, wherever cs25 is installed, and a build of them in the user's cache.

Nothing is written where the sources lie: an installed package may be read-only, and a checkout is
the author's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from cs25.errors import BookError, Cs25Error
from cs25.sphinxext.mount import MARKER
from cs25.sphinxext.sources import Sources
from cs25.store import Store

__all__ = ["book_folder", "build_book"]

_COPIED = ".copied.json"


def book_folder(store: Store) -> Path:
    """Return where the book is built if nobody says where."""
    return store.path("book", "html")


def build_book(
    out: Path, store: Store, *, strict: bool, status: TextIO | None, warning: TextIO
) -> None:
    """Build the book of all installed lectures.

    Args:
        out: the folder of the pages.
        store: keeps the working copy and what was read, so that the next build is quick.
        strict: a warning, or a lecture in a bad state, is an error; everything is read anew.
        status: where progress goes; None for nowhere.
        warning: where warnings go.

    Raises:
        BookError: it cannot be built, or not without warnings if ``strict``.
        PluginError: a lecture is in a bad state, and ``strict``.
        DestinationError: a folder cannot be written.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    folder = working_copy(store)
    if not warning.isatty() or os.environ.get("NO_COLOR"):
        nocolor()
    try:
        with patch_docutils(folder), docutils_namespace():
            app = Sphinx(
                folder,
                folder,
                out,
                store.path("book", "doctrees"),
                "html",
                confoverrides={"cs25_strict": True} if strict else {},
                freshenv=strict,  # what is read from the last time warns of nothing
                status=status,
                warning=warning,
                warningiserror=strict,
            )
            app.build()
    except SphinxError as error:
        if isinstance(error.__cause__, Cs25Error):
            raise error.__cause__ from error
        raise BookError(f"the book cannot be built: {error.category}: {_told(error)}") from error
    if app.statuscode:
        raise BookError(
            "the book was built with warnings (above), and --strict allows none",
            remedy=f"It is in {out} all the same.",
        )


def working_copy(store: Store) -> Path:
    """Copy the sources into the cache, as far as they have changed; return the copied folder.

    Raises:
        BookError: this installation carries none.
        DestinationError: the cache cannot be written.
    """
    sources = _sources()
    mounted = Sources(sources / "lectures", MARKER).names  # by a build in a checkout
    skipped = {sources / "lectures" / name for name in (*mounted, MARKER)}
    files = {
        f"docs/{path.relative_to(sources).as_posix()}": path.read_bytes()
        for path in sorted(sources.rglob("*"))
        if path.is_file() and path not in skipped and not _is_made(path.relative_to(sources))
    }
    # Beside the folder in a checkout and in a wheel: its page includes it from there.
    files["CHANGELOG.md"] = (sources.parent / "CHANGELOG.md").read_bytes()
    root = store.path("book", "source")
    Sources(root, _COPIED).write(files)
    return root / "docs"


def _sources() -> Path:
    """Return the folder of the sources: of a wheel within the package, else of the checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "_book", package.parent / "docs"):
        if (folder / "conf.py").is_file():
            return folder
    raise BookError(
        f"{package} carries no book, expected a folder _book in it",
        remedy="Install cs25 from its wheel, or from a whole checkout.",
    )


def _is_made(path: Path) -> bool:
    """Whether a file is what another build or Python left there."""
    return bool({"_build", "__pycache__"} & set(path.parts))


def _told(error: Exception) -> str:
    """Return the first and the last line of a message, which may hold a traceback between."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(dict.fromkeys((lines[0], lines[-1]))) if lines else "no message"
