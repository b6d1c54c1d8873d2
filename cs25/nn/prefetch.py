"""Batches made in a thread of their own, while the model learns from the ones before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

__all__ = ["prefetch"]

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
