"""A fleet: many small models trained at once, one process and one thread each.

The operations of a small model are too short to be shared between threads, so the cores are
filled with models instead. Each job runs on one thread whatever the size of the fleet: the
numbers do not depend on how many workers there are.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

import torch
from tqdm.auto import tqdm

from cs25.errors import DemoError, ParameterError
from cs25.memory import note_helpers
from cs25.nn.worker import Arrays, work

__all__ = ["Job", "run_fleet"]


@dataclass(frozen=True)
class Job:
    """One piece of work for a fleet.

    Args:
        target: "module:function". The function takes ``kwargs`` and ``progress`` by keyword and
            returns a dict of arrays; it calls ``progress(n)`` for every n steps done.
        kwargs: picklable.
        n_steps: how many steps it will report.
        cost_per_step: relative to other jobs, for example parameters times tokens; the longest
            jobs start first, and the bar moves by cost.
    """

    target: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    n_steps: int = 1
    cost_per_step: float = 1.0

    def __post_init__(self) -> None:
        module, _, name = self.target.partition(":")
        if not module or not name or module == "__main__":
            raise ParameterError(
                parameter="target",
                found=self.target,
                expected='"module:function" of a module that other processes can import',
            )

    @property
    def cost(self) -> float:
        """Cost of the whole job."""
        return self.n_steps * self.cost_per_step


def run_fleet(
    jobs: Sequence[Job], *, n_workers: int | None = None, desc: str = "training"
) -> list[Arrays]:
    """Run all jobs and return what each of them returned, in the order of ``jobs``.

    Args:
        jobs: they run in other processes, so their functions must be importable; the global
            random generators are seeded with 0 before each.
        n_workers: processes, at least 1; by default as many as torch has threads here.
        desc: what the progress bar says.

    Raises:
        DemoError: a job raised or its process died; the others are ended.
    """
    if n_workers is None:
        n_workers = torch.get_num_threads()
    if n_workers < 1:
        raise ParameterError(parameter="n_workers", found=n_workers, expected="at least 1")
    # Longest first: a long job that starts last would leave the other cores idle.
    todo = iter(sorted(range(len(jobs)), key=lambda i: (-jobs[i].cost, i)))
    results: dict[int, Arrays] = {}
    with _bar(jobs, desc) as bar, _fleet(min(n_workers, len(jobs))) as workers:
        busy = {worker.pipe: worker for worker in workers if worker.take(jobs, todo)}
        while busy:
            ready = wait(list(busy), timeout=0.5)
            if not ready:
                bar.refresh()  # the clock moves even while no job reports
            for pipe in ready:
                worker = busy[pipe]  # type: ignore[index]  # Windows' wait also takes handles
                kind, content = worker.hear(jobs)
                if kind == "steps":
                    bar.update(content * jobs[worker.job].cost_per_step)
                else:
                    results[worker.job] = content
                    if not worker.take(jobs, todo):
                        del busy[worker.pipe]
        note_helpers([worker.peak_mib for worker in workers])
    return [results[i] for i in range(len(jobs))]


@dataclass
class _Worker:
    """The caller's end of one process."""

    process: BaseProcess
    pipe: Connection
    job: int = -1
    peak_mib: float | None = None

    def take(self, jobs: Sequence[Job], todo: Iterator[int]) -> bool:
        """Start the next job; False if there is none."""
        self.job = next(todo, -1)
        if self.job < 0:
            return False
        job = jobs[self.job]
        self.pipe.send((job.target, dict(job.kwargs)))
        return True

    def hear(self, jobs: Sequence[Job]) -> tuple[str, Any]:
        """Return what the process says: ("steps", n) or ("result", arrays)."""
        target = jobs[self.job].target
        try:
            kind, content = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(timeout=5)
            raise DemoError(
                f"job {self.job} ({target}): its process died with {_cause(self.process.exitcode)}"
            ) from None
        if kind == "result":
            content, self.peak_mib = content
        elif kind == "error":
            message, trace = content
            error = DemoError(f"job {self.job} ({target}): {message}")
            error.add_note(trace)
            raise error
        return kind, content


def _cause(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        return f"{name} (out of memory?)" if name == "SIGKILL" else name
    return f"exit code {exitcode}"


def _bar(jobs: Sequence[Job], desc: str) -> Any:
    return tqdm(
        total=sum(job.cost for job in jobs),
        desc=desc,
        bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}",
    )


@contextlib.contextmanager
def _fleet(n_workers: int) -> Iterator[list[_Worker]]:
    workers: list[_Worker] = []
    try:
        with _without_main():
            workers.extend(_start() for _ in range(n_workers))
        yield workers
    finally:  # also on KeyboardInterrupt: nothing outlives the call
        for worker in workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join(timeout=5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def _start() -> _Worker:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:  # torch is then imported once, not once for each worker
        context.set_forkserver_preload(["torch", "numpy", "cs25.nn.worker"])
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there,), daemon=True)  # type: ignore[attr-defined]
    process.start()
    there.close()
    return _Worker(process, here)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Hide the caller's main module while processes start.

    They would import it again, and a script that has no ``if __name__ == "__main__"`` would run
    a second time in each of them.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
