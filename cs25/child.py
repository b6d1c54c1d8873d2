"""Starts the process a demo runs in, hears from it, and ends it cleanly."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs25.data_files import watched

__all__ = ["Failure", "child_environment", "end_child", "run_child"]

#: How often finished seeds are looked for, in seconds.
POLL_S = 0.05
#: How long an interrupted process may take to end by itself, in seconds.
PATIENCE_S = 5.0

#: What sizes the thread pools of the numerical libraries; read when they are imported.
_THREAD_VARIABLES = ("CS25_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Failure:
    """Why a demo, or its figure, did not come to its end."""

    message: str
    remedy: str = ""
    exit_code: int = 1
    traceback: str = ""
    drawing: bool = False


def run_child(
    request: Mapping[str, Any],
    *,
    threads: int,
    offline: bool,
    progress: bool,
    on_seed: Callable[[int | None, dict[str, Any]], None],
    on_drawn: Callable[[Path, dict[str, Any]], None],
) -> Failure | None:
    """Run a request in a process of its own.

    Args:
        request: see `cs25.worker`.
        threads: size of the numerical libraries' thread pools.
        offline: whether the demo may fetch nothing.
        progress: whether it may show how far it is.
        on_seed: called with each seed and its document as soon as it has ended.
        on_drawn: called at the end with the folder of the figures and the list of them.

    Returns:
        None if all went well.

    Raises:
        KeyboardInterrupt: once the process has ended; finished seeds were handed over.
    """
    with tempfile.TemporaryDirectory(prefix="cs25-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        waiting = list(request["seeds"])

        def hand_over() -> None:
            for seed in list(waiting):
                path = folder / f"seed-{seed}.json"
                if path.exists():
                    waiting.remove(seed)
                    on_seed(seed, json.loads(path.read_text(encoding="utf-8")))

        process = subprocess.Popen(
            [sys.executable, "-m", "cs25.worker", name],
            stdin=subprocess.PIPE,  # never written to: its end tells the child that we are gone
            stdout=2,  # ours is for JSON, and a demo may start programs that print
            env={
                **child_environment(threads, offline, progress),
                **watched(folder / "read.jsonl", request["package"]),
            },
            process_group=0 if sys.platform != "win32" else None,
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(POLL_S)
                hand_over()
        except BaseException:
            end_child(process)
            hand_over()
            raise
        finally:
            assert process.stdin is not None
            process.stdin.close()
        hand_over()
        if (folder / "drawn.json").exists():
            drawn = json.loads((folder / "drawn.json").read_text(encoding="utf-8"))
            on_drawn(folder / "figure", drawn)
        return _failure(folder, process.returncode)


def _failure(folder: Path, code: int) -> Failure | None:
    if code == 0:
        return None
    drawing = (folder / "drawing.json").exists()
    if (folder / "error.json").exists():
        error = json.loads((folder / "error.json").read_text(encoding="utf-8"))
        return Failure(**error, drawing=drawing)
    if code < 0:
        name = signal.Signals(-code).name
        hint = "; the system may have run out of memory" if name == "SIGKILL" else ""
        return Failure(f"its process was ended by {name}{hint}", drawing=drawing)
    return Failure(f"its process ended with exit code {code}", drawing=drawing)


def child_environment(threads: int, offline: bool, progress: bool) -> dict[str, str]:
    """Return the environment of a process that runs demos: ours, and what it is told."""
    environment = {
        **os.environ,
        **{name: str(threads) for name in _THREAD_VARIABLES},
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    if offline:
        environment |= {"CS25_OFFLINE": "1", "HF_HUB_OFFLINE": "1"}
    if not progress:
        environment["TQDM_DISABLE"] = "1"
    if not sys.stderr.isatty():
        environment.setdefault("TQDM_MININTERVAL", "5")  # a log file needs no moving bar
    return environment


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process and all it started; after a while, kill what is left."""
    if sys.platform == "win32":
        process.kill()
        process.wait()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
