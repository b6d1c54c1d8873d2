"""Tries every demo twice, in two processes that share nothing but the seed.

The processes hash texts differently and take the demos in opposite orders, each with an empty
store. So numbers that depend on the order of a set, or on what ran before, differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs25.card import Demo
from cs25.child import child_environment, end_child
from cs25.data_files import watched
from cs25.errors import Cs25Error
from cs25.lm.supply.shelf import models_folder
from cs25.manifest import usable_threads
from cs25.runner import plan, request_of
from cs25.testing.subject import SMOKE, Subject

__all__ = ["Trial", "try_twice"]

SEED = 0


@dataclass(frozen=True)
class Trial:
    """What one try of a demo left.

    Args:
        result: the result as it crossed to us, in JSON; None if there is none.
        error: what went wrong, in a line; empty if nothing did.
        remedy: what to do about it, if the error says so.
        is_missing: what went wrong is that the machine lacks something, a model say.
        figures: the figures and animations drawn, each with its alternative text.
        connections: what the demo tried to reach over the network.
        changed: the global random generators that it left changed.
        loaded: the pretrained models that it loaded, folders of its own aside.
        in_memory: those that demos before it in the same process had loaded.
    """

    result: Mapping[str, Any] | None
    error: str = ""
    remedy: str = ""
    is_missing: bool = False
    figures: tuple[Mapping[str, Any], ...] = ()
    connections: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    in_memory: tuple[str, ...] = ()


def try_twice(subject: Subject) -> Mapping[str, tuple[Trial, Trial]]:
    """Return two trials of every demo that has the preset ``smoke``, by the demo's id.

    The first one draws the figure and the animation, too.
    """
    first = _try(subject, subject.smoking, number=1, draws=True)
    # A tenth of the time would go into the same figures again.
    second = _try(subject, subject.smoking[::-1], number=2, draws=False)
    return {demo.id: (first[demo.id], second[demo.id]) for demo in subject.smoking}


def _try(subject: Subject, demos: Sequence[Demo], *, number: int, draws: bool) -> dict[str, Trial]:
    place = subject.folder / f"trial-{number}"
    environment = child_environment(usable_threads(), offline=True, progress=False)
    environment["PYTHONHASHSEED"] = str(number)
    environment["CS25_MODELS_DIR"] = str(models_folder())  # by default they lie in the store
    environment["CS25_CACHE_DIR"] = str(place / "store")
    environment |= watched(place / "read.jsonl", None)
    trials, folders = {}, {}
    for demo in demos:
        try:
            planned = plan(subject.plugin, demo, preset=SMOKE, seed=SEED, store=subject.store)
        except Cs25Error as error:
            remedy = error.remedy or f"Mend {demo.run}, or what the card says of it."
            trials[demo.id] = Trial(None, error.message, remedy)
            continue
        folders[demo.id] = place / demo.id
        folders[demo.id].mkdir(parents=True)
        request = request_of(planned)
        if not draws:
            request |= {"figure": None, "animation": None}
        _write(folders[demo.id] / "request.json", request)
    waiting = list(folders.values())
    while waiting:
        code = _run(waiting, environment)
        waiting = [folder for folder in waiting if not (folder / "ended.json").exists()]
        if waiting:  # the process ended in the middle of one: the others get another process
            _write(waiting[0] / "ended.json", {"crash": f"its process ended with exit code {code}"})
            waiting = waiting[1:]
    return trials | {name: _read(folder) for name, folder in folders.items()}


def _run(folders: Sequence[Path], environment: Mapping[str, str]) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "cs25.testing.trial_process", *map(str, folders)],
        stdin=subprocess.PIPE,  # its end tells the process that we are gone
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a failed demo's error is read from its folder
        env=dict(environment),
        process_group=0 if sys.platform != "win32" else None,
    )
    try:
        return process.wait()
    except BaseException:
        end_child(process)
        raise
    finally:
        assert process.stdin is not None
        process.stdin.close()


def _read(folder: Path) -> Trial:
    about = _load(folder / "ended.json") or {}
    error = _load(folder / "error.json")
    seeds = list(folder.glob("seed-*.json"))
    drawn = _load(folder / "drawn.json")
    result = _load(seeds[0]) if seeds else None
    drawing = "its figure cannot be drawn: " if (folder / "drawing.json").exists() else ""
    return Trial(
        result=result["result"] if result else None,
        error=about.get("crash", "") or (drawing + error["message"] if error else ""),
        remedy=error["remedy"] if error else "",
        is_missing=bool(error and error["exit_code"] == 4),
        figures=(*drawn["figures"], *drawn["animations"]) if drawn else (),
        connections=tuple(about.get("connections", ())),
        changed=tuple(about.get("changed", ())),
        loaded=tuple(about.get("loaded", ())),
        in_memory=tuple(about.get("in_memory", ())),
    )


def _load(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
