"""The template of a lecture's distribution, and what fills it.

Every file of ``template/`` ends in ``.j2`` and is filled by jinja2; the folder ``package`` takes
the package's name, and two names get the dot that would hide them here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from cs25.errors import DestinationError, UsageError

__all__ = ["Scaffold", "plan_scaffold"]

_TEMPLATE = Path(__file__).parent / "template"
_DOTTED = {"gitignore": ".gitignore", "github": ".github"}
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: Longer names break the lines of the template, and are tedious to type.
LONGEST = 30


@dataclass(frozen=True)
class Scaffold:
    """A distribution that is about to be made.

    Args:
        folder: where it goes; it does not exist yet.
        files: the text of each file, by its path below the folder.
    """

    folder: Path
    files: Mapping[PurePosixPath, str]

    def write(self) -> None:
        """Make the distribution.

        Raises:
            DestinationError: it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True)
            try:
                for path, text in self.files.items():
                    target = self.folder / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8", newline="\n")
            except BaseException:
                shutil.rmtree(self.folder, ignore_errors=True)  # half of it would be in the way
                raise
        except OSError as error:
            raise DestinationError(
                f"{self.folder} cannot be written: {error.strerror or error}"
            ) from error


def plan_scaffold(name: str, into: Path, *, taken: Mapping[str, str]) -> Scaffold:
    """Fill the template; nothing is written yet.

    Args:
        name: the lecture's id.
        into: the folder in which the distribution's folder goes.
        taken: ids of the lectures there are, with the distributions that offer them.

    Raises:
        UsageError: the name cannot be a lecture's.
        DestinationError: the folder is there already.
    """
    _check_name(name, taken)
    distribution = f"cs25-{name}"
    folder = into / distribution
    if folder.exists() or folder.is_symlink():
        raise DestinationError(
            f"{folder} is there already, and nothing is overwritten",
            remedy="Choose another name, or another place with `--into DIR`.",
        )
    package = distribution.replace("-", "_")
    facts = {
        "name": name,
        "title": name.replace("-", " ").capitalize(),
        "distribution": distribution,
        "package": package,
        "cs25": version("cs25"),
        "year": datetime.now(UTC).year,
    }
    return Scaffold(folder, _fill(facts, package))


def _check_name(name: str, taken: Mapping[str, str]) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"{name!r} cannot be a lecture's name, "
            f"expected one like 'my-lecture' (a-z, 0-9, hyphens; at most {LONGEST} characters)",
            remedy=_nearest(name),
        )
    if name.startswith("cs25"):
        raise UsageError(
            f"{name!r} begins with 'cs25', which the distribution's name does by itself",
            remedy=f"Try `cs25 new {name.removeprefix('cs25').lstrip('-') or 'my-lecture'}`.",
        )
    if name in taken:
        raise UsageError(
            f"there is a lecture {name!r} already, from {taken[name]}",
            remedy="Two of one name would be in conflict: choose another.",
        )


def _nearest(name: str) -> str:
    """Return what to try in place of a name; nothing if no letter of it can stay."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-").removeprefix("cs25-")
    mended = plain[:LONGEST].rstrip("-")
    return f"Try `cs25 new {mended}`." if _NAME.fullmatch(mended) else ""


def _fill(facts: Mapping[str, object], package: str) -> dict[PurePosixPath, str]:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATE),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    files = {}
    for name in sorted(environment.list_templates(extensions=["j2"])):
        parts = PurePosixPath(name.removesuffix(".j2")).parts
        path = PurePosixPath(*(_DOTTED.get(p, package if p == "package" else p) for p in parts))
        files[path] = environment.get_template(name).render(facts)
    return files
