"""What a page depends on: small files that change exactly when what is shown changes.

Sphinx reads a page again if a file it depends on is newer than the page. A result's JSON and the
code it is compared with would do, were they one file and always there; so each demo, each lecture
and the course get a file of their own, beside the doctrees, that holds the digest of what they
show. An edit that changes nothing visible reads nothing again.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.environment import BuildEnvironment

from cs25.destination import write_whole
from cs25.digest import digest_of
from cs25.sphinxext.course import Course

__all__ = ["depend", "write_fingerprints"]

COURSE = "course"


def write_fingerprints(doctrees: Path, course: Course) -> None:
    """Write the digests of what can be shown, where they have changed."""
    shown = {chapter.plugin.id: chapter.facts() for chapter in course.chapters}
    digests = {COURSE: digest_of(shown), **{name: digest_of(it) for name, it in shown.items()}}
    digests |= {e.name: digest_of(e.facts()) for e in course.experiments}
    for name, digest in digests.items():
        path = _path(doctrees, name)
        if not path.is_file() or path.read_text(encoding="utf-8") != digest:
            write_whole(path, digest)


def depend(env: BuildEnvironment, name: str = COURSE) -> None:
    """Let the page that is being read depend on a demo, a lecture, or the whole course."""
    env.note_dependency(_path(Path(env.doctreedir), name))


def _path(doctrees: Path, name: str) -> Path:
    # No lecture can be called "course" in this folder's sense: theirs carry a prefix.
    return doctrees / "cs25" / (name if name == COURSE else f"of-{name}")
