"""Peak memory of a demo: its own process, and the helpers it started."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["note_helpers", "own_peak_mib", "peak_mib"]

_helpers_mib = 0.0


def own_peak_mib() -> float | None:
    """Return the largest resident set of this process so far, in MiB; None if nothing tells.

    On Linux ``getrusage`` is no help: its figure starts with the memory of the process that this
    one was forked from.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024  # the kernel says kB and means KiB
    except OSError:
        pass
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def note_helpers(peaks_mib: list[float | None]) -> None:
    """Remember what processes that ran beside this one needed at the same time, in MiB."""
    global _helpers_mib
    _helpers_mib = max(_helpers_mib, sum(peak for peak in peaks_mib if peak is not None))


def peak_mib() -> float | None:
    """Return the peak of this process plus that of its helpers, in MiB.

    It is an upper bound: the peaks need not fall together, and libraries that processes share
    are counted in each.
    """
    own = own_peak_mib()
    return None if own is None else own + _helpers_mib
