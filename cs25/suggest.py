"""Did-you-mean: the nearest known name, for every message about an unknown one."""

from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest of ``known``, or nothing.

    >>> did_you_mean("emergance", ["intro", "emergence"])
    "; did you mean 'emergence'?"
    >>> did_you_mean("zebra", ["intro", "emergence"])
    ''
    """
    from difflib import get_close_matches  # only on the way to an error

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
