"""A stream of random numbers for compiled code, of which a seed fixes every one.

Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
(SplitMix64); Lemire 2019 (arXiv 1805.10941) for numbers below a bound.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt64

from cs25_games.boards.compiled import compiled

__all__ = ["Stream", "draw_below", "new_stream"]

#: The state, changed by each draw.
Stream = UInt64[np.ndarray, "1"]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = (np.uint64(n) for n in (27, 30, 31, 32))


def new_stream(*seed: int) -> Stream:
    """Return a stream of its own for each seed, or each tuple of them.

    Args:
        seed: not negative.
    """
    return np.random.SeedSequence(seed).generate_state(1, np.uint64)


@compiled
def draw_below(stream: Stream, n: int) -> int:
    """Draw a whole number from 0 to n - 1, for n up to 2^32.

    Each has its share up to n / 2^32: the upper half of 64 bits is scaled, and none is refused.
    """
    stream[0] += _GAMMA
    z = stream[0]
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    z ^= z >> _31
    return int(((z >> _32) * np.uint64(n)) >> _32)
