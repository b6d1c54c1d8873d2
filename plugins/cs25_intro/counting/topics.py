"""Real text that every Python carries: its language reference, as `help("topics")` shows it.

The topics quote each other at length. A passage that stood in another section already is left out,
so that what is held out for a test has not been read in training.

Source: `pydoc_data.topics`, written by the Python Software Foundation and contributors, under the
PSF licence, version 2.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import UInt8

from cs25 import RequirementError

__all__ = [
    "Split",
    "decode",
    "encode",
    "origin",
    "passage_share",
    "python_topics",
    "sections",
    "shuffled",
    "split",
    "without_repeats",
]

#: Text as ASCII codes, which are the tokens of all models.
Text = UInt8[np.ndarray, " pos"]

#: Characters of a window. Two texts that share one share a passage.
WINDOW = 40

#: A paragraph goes if more than this share of its windows stood elsewhere already.
REPEATED = 0.25

#: Shares of the text, at least, that are held out and that settle sizes, orders and when to stop.
HELD_OUT, VALIDATION = 0.1, 0.1

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "..."})

_HEADING = re.compile(r'^(?=\S.*\n([*=\-~"^])\1{2,}$)', re.MULTILINE)


@dataclass(frozen=True)
class Split:
    """A text in three, by whole sections.

    Args:
        training: what models learn from.
        validation: what settles an order, or when to stop.
        held_out: what they are judged on.
    """

    training: Text
    validation: Text
    held_out: Text


def python_topics() -> list[str]:
    """Return the topics of Python's own help, shortest first.

    Raises:
        RequirementError: this Python came without them.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise RequirementError(
            f"the text of `counting` is part of Python, and missing from this one: {error}",
            remedy="Use a Python with its whole standard library, from python.org for example.",
        ) from error
    return sorted(topics.values(), key=lambda text: (len(text), text))


def sections(texts: Sequence[str]) -> list[str]:
    """Cut texts before each of their underlined headings."""
    found = []
    for text in texts:
        places = [0, *(match.start() for match in _HEADING.finditer(text)), len(text)]
        found += [text[start:end].strip() for start, end in pairwise(places)]
    return [section for section in found if section]


def without_repeats(sections: Sequence[str]) -> list[str]:
    """Leave out paragraphs of which most stood before, in any section."""
    seen: set[str] = set()
    kept = []
    for section in sections:
        paragraphs = []
        for paragraph in re.split(r"\n\s*\n", section):
            windows = _windows(paragraph)
            if sum(window in seen for window in windows) <= REPEATED * len(windows):
                paragraphs.append(paragraph)
            seen.update(windows)
        if paragraphs:
            kept.append("\n\n".join(paragraphs))
    return kept


def split(sections: Sequence[str], *, share: float, seed: int) -> Split:
    """Draw held-out and validation sections, and a share of the others for training.

    Every share has the same held-out and validation text, and a smaller one is the beginning of a
    larger one.

    Args:
        sections: of which none repeats another.
        share: of what is left for training, 0 to 1.
        seed: draws the order.
    """
    order = np.random.default_rng(seed).permutation(len(sections))
    drawn = [encode(sections[i] + "\n\n") for i in order]
    ends = np.cumsum([len(text) for text in drawn])
    first, second = (
        int(np.searchsorted(ends, part * ends[-1])) + 1
        for part in (HELD_OUT, HELD_OUT + VALIDATION)
    )
    held_out, validation, training = (
        np.concatenate(part) for part in (drawn[:first], drawn[first:second], drawn[second:])
    )
    return Split(training[: round(share * len(training))], validation, held_out)


def shuffled(text: Split, *, seed: int) -> Split:
    """Put the characters of each part in random order: how frequent each is, is all that is left."""
    draw = np.random.default_rng(seed)
    return Split(
        *(draw.permutation(part) for part in (text.training, text.validation, text.held_out))
    )


def passage_share(text: Text, training: Text) -> float:
    """Return the share of a text's passages of `WINDOW` characters that also stand in training."""
    known = set(_passages(training))
    return float(np.mean([passage in known for passage in _passages(text)]))


def encode(text: str) -> Text:
    """Return the codes of a text in ASCII; typographic quotes and dashes become plain ones.

    >>> bytes(encode("‘one’ – two"))
    b"'one' - two"
    """
    return np.frombuffer(text.translate(_PLAIN).encode("ascii", "replace"), dtype=np.uint8)


def origin(sections: Sequence[str]) -> str:
    """Say which text this is: another Python has a slightly other one."""
    text = encode("\n\n".join(sections))
    return (
        f"the language reference of Python {platform.python_version()} (pydoc_data.topics, PSF "
        f"licence 2), {len(sections)} sections of {len(text):,} characters in all, SHA-256 "
        f"{hashlib.sha256(bytes(text)).hexdigest()[:16]}"
    )


def decode(text: Text) -> str:
    """Return the text of ASCII codes."""
    return bytes(text).decode("ascii")


def _passages(text: Text) -> list[bytes]:
    whole = bytes(text)
    return [whole[i : i + WINDOW] for i in range(len(whole) - WINDOW + 1)]


def _windows(paragraph: str) -> list[str]:
    """Return every passage of `WINDOW` characters, or the whole of a shorter paragraph."""
    words = " ".join(paragraph.split())
    return [words[i : i + WINDOW] for i in range(max(1, len(words) - WINDOW + 1))]
