"""What the machine can do at best, measured in the same run as what is compared with it."""

import time

import torch

from cs25.nn.allocator import keep_freed_memory
from cs25.nn.matmul import fast_matmul


def matrix_peak(dtype: torch.dtype) -> float:
    """Return the fastest rate of a square product, with the library that training uses."""
    keep_freed_memory()
    best = 0.0
    with fast_matmul():
        for n in (1024, 2048):
            a, b = (torch.randn(n, n).to(dtype) for _ in range(2))
            for _ in range(8):
                start = time.perf_counter()
                a @ b
                best = max(best, 2 * n**3 / (time.perf_counter() - start))
    return best
