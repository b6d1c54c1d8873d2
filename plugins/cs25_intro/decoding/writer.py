"""Writers: what has been written so far, many texts side by side, and what may come next.

Strategies need no more of a language model than this, so the same code decodes a transformer and a
source so small that all of its texts can be listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn import Decoder

__all__ = ["TransformerWriter", "Writer"]


class Writer(Protocol):
    """Texts that grow, one in each row."""

    @property
    def log_probs(self) -> Float[Tensor, "row d_vocab"]:
        """How likely each token is to come next, in nats."""

    def add(self, tokens: Int[Tensor, " row"]) -> None:
        """Write one more token in each row."""

    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Go on with these rows only, in this order; one that is named twice becomes two."""


class TransformerWriter:
    """Texts that a transformer goes on with. Keys and values of the past are kept.

    Args:
        model: a decoder.
        prompts: all of one length.
        n_new: the most tokens that will be added.
        never: tokens that are not written; the others share their probability.
    """

    def __init__(
        self,
        model: Decoder,
        prompts: Int[Tensor, "row pos"],
        *,
        n_new: int,
        never: Sequence[int] = (),
    ) -> None:
        self.model = model
        self.never = list(never)
        self.cache = model.new_cache(n_ctx=prompts.shape[1] + n_new)
        self._log_probs = self._read(prompts)

    @property
    def log_probs(self) -> Float[Tensor, "row d_vocab"]:
        """How likely each token is to come next, in nats."""
        return self._log_probs

    def add(self, tokens: Int[Tensor, " row"]) -> None:
        """Write one more token in each row."""
        self._log_probs = self._read(tokens[:, None])

    @torch.inference_mode()
    def keep(self, rows: Int[Tensor, " kept"]) -> None:
        """Go on with these rows only, in this order."""
        for block in self.cache:
            block.own.keep(rows, n_rows=len(self._log_probs))
        self._log_probs = self._log_probs[rows]

    @torch.inference_mode()
    def _read(self, tokens: Int[Tensor, "row pos"]) -> Float[Tensor, "row d_vocab"]:
        hidden = self.model.hidden(tokens, cache=self.cache)
        logits = self.model.unembedding(hidden[:, -1])  # nobody asks about the others
        logits[:, self.never] = -torch.inf
        return logits.log_softmax(dim=-1)  # type: ignore[no-any-return]
