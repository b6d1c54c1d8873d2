"""Batches made in a thread of their own, while the model learns from the ones before."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

import torch

__all__ = ["prefetch", "spare_depth"]

T = TypeVar("T")


def prefetch(items: Iterable[T], *, depth: int = 2) -> Generator[T, None, None]:
    """Yield ``items`` in their order, made up to ``depth`` ahead of their use.

    Args:
        items: anything to iterate over; it is only touched from one other thread.
        depth: how many may wait; 0 makes each when it is asked for.

    An exception raised while making an item is raised where that item is asked for. Closing the
    iterator ends the thread.
    """
    if depth == 0:
        yield from items
        return
    waiting: queue.Queue[T | _End] = queue.Queue(maxsize=depth)
    stop = threading.Event()
    maker = threading.Thread(
        target=_make, args=(items, waiting, stop), name="prefetch", daemon=True
    )
    maker.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        while not waiting.empty():  # a maker that waits for room sees `stop` once there is some
            waiting.get_nowait()
        maker.join()


def spare_depth() -> int:
    """Return how many batches to make ahead: 2 where a core is free for it, else 0.

    Where torch's threads already fill every core, one more takes a core from one of them for a
    moment, and all others wait for that one: a step of a small model then takes up to twice as
    long.
    """
    if hasattr(os, "sched_getaffinity"):
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    return 2 if n_cores > torch.get_num_threads() else 0


class _End:
    """What the maker says last: there is no more, or what went wrong."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _make(items: Iterable[T], waiting: queue.Queue[T | _End], stop: threading.Event) -> None:
    end = _End()
    try:
        for item in items:
            waiting.put(item)
            if stop.is_set():
                return
    except BaseException as error:
        end = _End(error)
    waiting.put(end)
