"""One process of a fleet: it does the jobs it is sent, on one thread, and reports its progress."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np
import torch

from cs25.memory import own_peak_mib
from cs25.seeding import seeded

__all__ = ["Arrays", "Progress", "work"]

#: What a job returns.
Arrays = dict[str, np.ndarray]
#: What a job calls with the number of steps done since the last call.
Progress = Callable[[int], None]

_REPORT_EVERY_S = 0.1  # a bar is looked at, not integrated


def work(pipe: Connection) -> None:
    """Run jobs until the caller's end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what Ctrl-C ends
    threading.Thread(target=_end_with_caller, daemon=True).start()
    torch.set_num_threads(1)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            target, kwargs = pipe.recv()
            try:
                pipe.send(("result", (_run(target, kwargs, pipe), own_peak_mib())))
            except (BrokenPipeError, ConnectionResetError):
                raise
            except BaseException as error:
                message = f"{type(error).__name__}: {error}"
                pipe.send(("error", (message, traceback.format_exc())))


def _end_with_caller() -> None:
    """End this process when the caller's dies, whatever its job is doing."""
    caller = multiprocessing.parent_process()
    if caller is not None:
        wait([caller.sentinel])
        os._exit(1)


def _run(target: str, kwargs: Mapping[str, Any], pipe: Connection) -> Arrays:
    module, _, name = target.partition(":")
    function = getattr(import_module(module), name)
    report = _Report(pipe)
    with seeded(0):
        arrays = function(**kwargs, progress=report)
    report.flush()
    return {key: np.asarray(value) for key, value in arrays.items()}


class _Report:
    """A job's progress, sent to the caller a few times a second."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe, self.steps, self.sent_s = pipe, 0, time.monotonic()

    def __call__(self, n_steps: int) -> None:
        self.steps += n_steps
        if time.monotonic() - self.sent_s > _REPORT_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Send what has not been sent."""
        self.pipe.send(("steps", self.steps))
        self.steps, self.sent_s = 0, time.monotonic()
