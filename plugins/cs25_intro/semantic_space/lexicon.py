"""Words that two models with different tokens have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cs25.errors import ParameterError

__all__ = ["Lexicon", "shared_lexicon"]

#: A token that is a space and two letters or more. Byte-level tokenizers write the space as Ġ.
_WORD = re.compile(r"Ġ([A-Za-z]{2,})")


@dataclass(frozen=True)
class Lexicon:
    """Words that both models hold in one piece.

    Args:
        tokens: the language model's token of each spelling.
        spellings: those of each word in lower case; the plainest comes first.
    """

    tokens: Mapping[str, int]
    spellings: Mapping[str, tuple[str, ...]]

    def find(self, words: Sequence[str], *, parameter: str) -> list[str]:
        """Return the spelling of each word: as typed where there is such a token.

        Args:
            words: as somebody typed them.
            parameter: where, for the message.

        Raises:
            ParameterError: a word is not in the lexicon.
        """
        found = []
        for word in words:
            known = self.spellings.get(word.lower(), ())
            if not known:
                raise ParameterError(
                    parameter=parameter,
                    found=word,
                    expected="words that are one token for SmolLM2 and one for MiniLM "
                    "(common words are: king, Paris, bigger)",
                )
            found.append(word if word in known else known[0])
        return found

    def sample(self, n: int, needed: Sequence[str], *, draw: np.random.Generator) -> list[str]:
        """Return the needed spellings, each once, and other words up to ``n`` in all.

        No other word differs from a needed one by capitals alone.

        Args:
            n: how many; fewer if there are not so many, more if more are needed.
            needed: spellings.
            draw: draws the others.
        """
        first = list(dict.fromkeys(needed))
        taken = {word.lower() for word in first}
        others = [known[0] for word, known in self.spellings.items() if word not in taken]
        n_others = min(max(0, n - len(first)), len(others))
        return first + [others[i] for i in draw.permutation(len(others))[:n_others]]


def shared_lexicon(model: Mapping[str, int], encoder: Mapping[str, int]) -> Lexicon:
    """Return the words that are one token of a language model and one of an encoder.

    Args:
        model: its tokens (byte-level, so that a word is a token that begins with a space) with
            their numbers.
        encoder: its tokens (in lower case).

    >>> lexicon = shared_lexicon({"Ġking": 7, "ĠKing": 5, "Ġque": 3, "king": 1}, {"king": 0})
    >>> lexicon.spellings
    {'king': ('king', 'King')}
    """
    words = sorted(
        (number, match[1]) for token, number in model.items() if (match := _WORD.fullmatch(token))
    )
    tokens = {word: number for number, word in words if word.lower() in encoder}
    spellings: dict[str, list[str]] = {}
    for word in tokens:
        spellings.setdefault(word.lower(), []).append(word)
    # "king" before "King" before "KING"; what is a name has no token in lower case.
    return Lexicon(
        tokens, {word: tuple(sorted(known, reverse=True)) for word, known in spellings.items()}
    )
