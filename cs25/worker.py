"""The fresh process in which a demo runs: ``python -m cs25.worker FOLDER``.

The runner leaves ``request.json`` in a folder and reads what appears there: ``seed-N.json`` as
each seed ends, ``figure/`` once the figure is drawn, ``error.json`` where something went wrong.
Nothing is ever pickled. Standard output is not ours: it belongs to the runner's JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from cs25.artefacts import collect_artefacts
from cs25.data_files import files_read, models_used
from cs25.errors import Cs25Error, DemoError
from cs25.lm.supply.fetch import spent_s
from cs25.memory import peak_mib
from cs25.result import Result

__all__ = ["main"]


def main(folder: Path) -> int:
    """Run the request in ``folder``; return the exit code."""
    _die_with_the_runner()
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            results = _run_seeds(request, folder)
            _draw(request, results, folder)
    except KeyboardInterrupt:
        return 130
    except BaseException as error:  # whatever a demo does is a failed demo, not a failed command
        _write(folder / "error.json", _describe(error, request["run"]))
        return 1
    return 0


def _run_seeds(request: dict[str, Any], folder: Path) -> list[Result]:
    """Run the seeds that are not stored yet; return the results of all, in order."""
    results = {seed: Result.from_json(data) for seed, data in request["stored"]}
    missing = [seed for seed in request["seeds"] if seed not in results]
    if missing:
        function = _load(request["run"])
        package = request["package"]
        parameters = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in request["parameters"].items()
        }
        for seed in missing:
            given = parameters if seed is None else {**parameters, "seed": seed}
            with collect_artefacts() as artefacts:
                start, fetching_s = time.perf_counter(), spent_s()
                result = function(**given)
                # A model's way to this machine is no cost of the experiment.
                duration_s = time.perf_counter() - start - (spent_s() - fetching_s)
            if not isinstance(result, Result):
                raise DemoError(
                    f"{request['run']} returned {type(result).__name__}, expected cs25.Result"
                )
            results[seed] = result
            _write(
                folder / f"seed-{seed}.json",
                {
                    "result": result.to_json(),
                    "duration_s": duration_s,
                    "peak_memory_mib": peak_mib(),
                    "data": files_read(Path(package)) if package else {},
                    "models": models_used(),
                    "artefacts": [artefact.to_json() for artefact in artefacts],
                },
            )
    return [results[seed] for seed in request["seeds"]]


def _draw(request: dict[str, Any], results: Sequence[Result], folder: Path) -> None:
    """Draw the figure and the animation, if the demo has them, and say what there is."""
    drawn: dict[str, list[Any]] = {"figures": [], "animations": []}
    place = folder / "figure"
    place.mkdir()
    if request["figure"] or request["animation"]:
        _write(folder / "drawing.json", {})  # tells a drawing that fails from a demo that does
    if request["figure"]:
        from cs25.render.figure import save_figures

        control = [Result.from_json(data) for data in request["control"]]
        drawn["figures"] += save_figures(_load(request["figure"]), results, control, place)
    if request["animation"]:
        from cs25.render.animation import save_animation

        drawn["animations"] += save_animation(_load(request["animation"]), results, place)
    named = {
        kind: [{**file, "path": Path(file["path"]).name} for file in files]
        for kind, files in drawn.items()
    }
    _write(folder / "drawn.json", named)


def _load(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    try:
        found: Callable[..., Any] | None = getattr(import_module(module), name, None)
    except Cs25Error:
        raise
    except Exception as error:
        raise DemoError(f"{module} cannot be imported: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise DemoError(f"{module} has no function {name!r}")
    return found


def _describe(error: BaseException, target: str) -> dict[str, Any]:
    """Return what the runner says of an error: ours as it is, another with its place."""
    text = "".join(traceback.format_exception(error))
    if isinstance(error, Cs25Error):
        return {
            "message": error.message,
            "remedy": error.remedy,
            "exit_code": error.exit_code,
            "traceback": text,
        }
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    lines = str(error).strip().splitlines()
    where = f"{Path(last.filename).name}:{last.lineno}"
    message = f"{target} raised {type(error).__name__}: {lines[0] if lines else ''} ({where})"
    return {"message": message, "remedy": "", "exit_code": 1, "traceback": text}


def _write(path: Path, document: dict[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    temporary.replace(path)


def _die_with_the_runner() -> None:
    """End this process, and what it started, when the runner's end of standard input closes."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):  # sys.stdin would hold a lock that blocks a normal exit
                pass
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
