"""Texts as tokens: exact boundaries between a prompt and what continues it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cs25.errors import UsageError

__all__ = ["Continuation", "encode", "joined"]


@dataclass(frozen=True)
class Continuation:
    """What continues a prompt, as tokens.

    Args:
        ids: token ids of the prompt and of what continues it, tokenised together.
        start: index of the first token that holds a character of the continuation.
    """

    ids: tuple[int, ...]
    start: int


def encode(tokenizer: Any, text: str) -> list[int]:
    """Return the token ids of a text that a model continues.

    A model whose texts begin with a special token gets one, unless the text has it already. An
    empty text becomes that token or, where there is none, the one that ends texts: something has
    to be continued. A model that was trained to chat may know that token as the mark of a turn.
    """
    ids, _ = _tokens(tokenizer, text)
    return ids or [_first(tokenizer)]


def joined(tokenizer: Any, prompt: str, continuation: str) -> Continuation:
    """Tokenise a prompt and its continuation together.

    A token that holds characters of both belongs to the continuation, as the space between two
    words does where the prompt ends with it.
    """
    ids, ends = _tokens(tokenizer, prompt + continuation)
    start = next((i for i, end in enumerate(ends) if end > len(prompt)), len(ids))
    if start == 0:  # nothing predicts the first token
        ids, start = [_first(tokenizer), *ids], 1
    return Continuation(tuple(ids), start)


def _tokens(tokenizer: Any, text: str) -> tuple[list[int], list[int]]:
    """Return token ids and the place in the text where each ends, 0 for a special token."""
    found = tokenizer(
        text, add_special_tokens=not _begins(tokenizer, text), return_offsets_mapping=True
    )
    ids, ends = list(found.input_ids), [end for _, end in found.offset_mapping]
    while len(ids) > 1 and ends[-1] == 0:  # a special token that closes the text: it is to go on
        ids.pop()
        ends.pop()
    return ids, ends


def _begins(tokenizer: Any, text: str) -> bool:
    return bool(tokenizer.bos_token) and text.startswith(tokenizer.bos_token)


def _first(tokenizer: Any) -> int:
    for token in (tokenizer.bos_token_id, tokenizer.eos_token_id):
        if token is not None:
            return int(token)
    raise UsageError(
        "an empty prompt cannot be continued: the model has no token that begins or ends a text",
        remedy="Give it a prompt of at least one character.",
    )
