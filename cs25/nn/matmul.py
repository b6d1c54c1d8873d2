"""Which library multiplies matrices: the fastest that still gives float32 results.

On a processor with AVX-512 that is not Intel's, torch's default library (MKL) uses half of its
vector units, and oneDNN, which torch also carries, all of them. torch asks oneDNN for a float32
product only where reduced precision is allowed; whether anything is then reduced depends on the
processor, so it is tried once, and kept only if nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

__all__ = ["fast_matmul"]


@contextmanager
def fast_matmul() -> Iterator[None]:
    """Multiply float32 matrices with oneDNN in this block, where it rounds no more than float32."""
    before = torch.get_float32_matmul_precision()
    if _onednn_keeps_float32():
        torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@cache
def _onednn_keeps_float32() -> bool:
    """Whether a product that may be rounded to bfloat16 is as exact as float32 on this machine."""
    n = 128
    draw = torch.Generator().manual_seed(0)
    a, b = torch.rand(n, n, generator=draw), torch.rand(n, n, generator=draw)
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        product = a @ b
    finally:
        torch.set_float32_matmul_precision(before)
    # All terms are positive, so no cancellation: float32 errs by at most n * 2**-24 = 8e-6 here,
    # bfloat16 inputs (8 bits) by some 1e-3.
    exact = a.double() @ b.double()
    return bool(((product - exact).abs() / exact).max() < n * 2**-24)
