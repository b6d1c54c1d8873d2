"""The book's sources, wherever cs25 is installed, and a build of them in the user's cache.

Nothing is written where the sources lie: an installed package may be read-only, and a checkout is
the author's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

from cs25.errors import BookError, Cs25Error, DestinationError
from cs25.sphinxext.mount import MARKER
from cs25.sphinxext.sources import Sources
from cs25.store import Store

__all__ = ["book_folder", "build_book"]

_COPIED = ".copied.json"


def book_folder(store: Store) -> Path:
    """Return where the book is built if nobody says where."""
    return store.path("book", "html")


def build_book(
    out: Path,
    store: Store,
    *,
    strict: bool,
    status: TextIO | None,
    warning: TextIO,
    notice: Callable[[str], None] = lambda _: None,
) -> None:
    """Build the book of all installed lectures.

    Args:
        out: the folder of the pages.
        store: keeps the working copy and what was read, so that the next build is quick.
        strict: a warning, or a lecture in a bad state, is an error; everything is read anew.
        status: where progress goes; None for nowhere.
        warning: where warnings go.
        notice: told, in a line, that another build has to end first.

    Raises:
        BookError: it cannot be built, or not without warnings if ``strict``.
        PluginError: a lecture is in a bad state, and ``strict``.
        DestinationError: a folder cannot be written.
    """
    with _turn(store, notice):
        code = _build(out, store, strict=strict, status=status, warning=warning)
    if code:
        raise BookError(
            "the book was built with warnings (above), and --strict allows none",
            remedy=f"It is in {out} all the same.",
        )


@contextmanager
def _turn(store: Store, notice: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other process builds: all of them share the working copy."""
    path = store.path("book", "lock")
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            notice("another build of the course reference is under way: waiting for its end")
            lock.acquire()
    except OSError as error:
        raise DestinationError(
            f"the cache {store.root} cannot be written ({error.strerror or error})",
            remedy="Name another folder with CS25_CACHE_DIR; the book's working copy lies there.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _build(out: Path, store: Store, *, strict: bool, status: TextIO | None, warning: TextIO) -> int:
    """Run Sphinx; return whether it warned, and warnings are errors."""
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
    return app.statuscode


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
