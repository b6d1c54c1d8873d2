"""Freed memory is kept for the next step instead of going back to the system.

Every step of a training run frees what the next one asks for. By default glibc returns such large
pieces to the kernel, which hands them out again page by page and cleared: thousands of page
faults in each step.
"""

from __future__ import annotations

import ctypes
import platform
from functools import cache

__all__ = ["keep_freed_memory"]

# malloc.h of glibc
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_GIB, _MIB = 2**30, 2**20


@cache
def keep_freed_memory() -> bool:
    """Tell the C library of this process to keep up to a GiB of freed memory.

    Returns:
        Whether it took effect; only glibc (most of Linux) can be told.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    settings = ((_M_TRIM_THRESHOLD, _GIB), (_M_MMAP_THRESHOLD, _GIB), (_M_TOP_PAD, 64 * _MIB))
    return all(mallopt(name, value) for name, value in settings)
