"""Files that a build puts into a folder in which others keep theirs.

A file is written only where its content differs, so that Sphinx reads again what has changed and
nothing else. A marker lists what we made: that alone is ever overwritten or removed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cs25.destination import write_whole
from cs25.digest import hash_of
from cs25.errors import DestinationError

__all__ = ["Sources"]


class Sources:
    """The files we made below a folder.

    Args:
        root: the folder; made when something is written.
        marker: the name of the file in it that lists them.
    """

    def __init__(self, root: Path, marker: str) -> None:
        self.root = root
        self._marker = root / marker
        self._made: dict[str, str] = {}
        self.notes: dict[str, Any] = {}
        self._new_notes: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # then we made nothing
            known = json.loads(self._marker.read_text(encoding="utf-8"))
            self._made, self.notes = dict(known["made"]), dict(known["notes"])

    @property
    def names(self) -> frozenset[str]:
        """The files we made."""
        return frozenset(self._made)

    def kept(self, name: str) -> bytes | None:
        """Return the content of a file if it is as we left it."""
        try:
            content = (self.root / name).read_bytes()
        except OSError:
            return None
        return content if self._made.get(name) == hash_of(content) else None

    def note(self, name: str, what: Any) -> None:
        """Keep something with the files until the next time."""
        self._new_notes[name] = what

    def write(self, files: Mapping[str, bytes]) -> None:
        """Make the folder hold these files, and none that we made before.

        Raises:
            DestinationError: the folder cannot be written, or a file of somebody else's is in
                the way.
        """
        for name, content in files.items():
            path = self.root / name
            if name not in self._made and path.is_file() and path.read_bytes() != content:
                raise DestinationError(
                    f"{path} is in the way: a build would write it, and did not make it",
                    remedy="Move it elsewhere, or delete it.",
                )
        try:
            # Listed before they are written: a build that is killed leaves nothing unlisted.
            new = {name: hash_of(content) for name, content in files.items()}
            self._list({**self._made, **new}, {**self.notes, **self._new_notes})
            for name, content in files.items():
                _write(self.root / name, content)
            for name in self._made.keys() - files.keys():
                self._remove(self.root / name)
            self._list(new, self._new_notes)
        except OSError as error:
            raise DestinationError(
                f"{self.root} cannot be written ({error.strerror or error})"
            ) from error
        self._made, self.notes = new, dict(self._new_notes)

    def _list(self, made: Mapping[str, str], notes: Mapping[str, Any]) -> None:
        text = json.dumps({"made": made, "notes": notes}, indent=1, sort_keys=True)
        _write(self._marker, text.encode())

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root:
                return
            try:
                folder.rmdir()
            except OSError:  # it holds something else
                return


def _write(path: Path, content: bytes) -> None:
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    write_whole(path, content)
