"""Multi-head attention: softmax(Q Kᵀ / sqrt(d_head)) V, with or without a cache of K and V.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Bool, Float
from torch import Tensor, nn

from cs25.nn.config import TransformerConfig
from cs25.nn.rotary import rotate

__all__ = ["Attention", "KVCache", "explicit_attention", "fused_attention"]

# Vectors of every head of every sequence; head h of sequence b is at b n_heads + h.
Queries = Float[Tensor, "batch_head query d_head"]
Keys = Float[Tensor, "batch_head key d_head"]
#: True where a query may look at a key; any axis of size 1 is broadcast.
Mask = Bool[Tensor, "#batch #head #query #key"]


class KVCache:
    """Keys and values of the positions one attention has already seen, for decoding.

    Args:
        n_ctx: the most positions it will hold.
    """

    def __init__(self, n_ctx: int) -> None:
        self.n_ctx = n_ctx
        self.length = 0
        self._keys = torch.empty(0)
        self._values = torch.empty(0)

    def append(
        self,
        keys: Float[Tensor, "batch_head new d_head"],
        values: Float[Tensor, "batch_head new d_head"],
    ) -> tuple[Keys, Keys]:
        """Add new positions and return all there are."""
        batch_head, n_new, d_head = keys.shape
        if self.length == 0:
            # Room for all positions at once: growing by concatenation would copy them every step.
            self._keys = keys.new_empty(batch_head, self.n_ctx, d_head)
            self._values = torch.empty_like(self._keys)
        self._keys[:, self.length : self.length + n_new] = keys
        self._values[:, self.length : self.length + n_new] = values
        self.length += n_new
        return self.view()

    def view(self) -> tuple[Keys, Keys]:
        """Return the keys and values held."""
        return self._keys[:, : self.length], self._values[:, : self.length]


class Attention(nn.Module):
    """Let every position gather values from the positions it may look at.

    Args:
        config: ``d_model``, ``n_heads``, ``positions`` and ``attention`` are used.
        causal: a position sees itself and earlier ones only.
        cross: keys and values come from another sequence, the ``memory``.

    The weights of query, key and value lie in one matrix, in this order: one product instead of
    three. There are no biases.
    """

    def __init__(
        self, config: TransformerConfig, *, causal: bool = True, cross: bool = False
    ) -> None:
        super().__init__()
        self.n_heads, self.d_head = config.n_heads, config.d_head
        self.causal, self.cross = causal and not cross, cross
        self.rotary = config.positions == "rotary" and not cross
        self.attend = fused_attention if config.attention == "fused" else explicit_attention
        self.query_key_value = nn.Linear(config.d_model, 3 * config.d_model, bias=False)
        self.out = nn.Linear(config.d_model, config.d_model, bias=False)

    def forward(
        self,
        x: Float[Tensor, "batch pos d_model"],
        *,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        mask: Mask | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Attend from ``x`` to itself, or to ``memory`` in cross-attention.

        Args:
            x: the sequence that asks.
            memory: the sequence that answers; for cross-attention only.
            mask: which keys may be seen, beside the causal rule.
            cache: where keys and values of earlier positions are, and where these are added.
        """
        if self.cross:
            query, key, value = self._from_memory(x, memory, cache)
        else:
            query, key, value = self._from_self(x, cache)
        causal = self.causal and x.shape[1] > 1  # the newest position alone sees everything
        gathered = self.attend(query, key, value, n_heads=self.n_heads, causal=causal, mask=mask)
        gathered = torch.unflatten(gathered, 0, (-1, self.n_heads))
        return self.out(gathered.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _from_self(self, x: Tensor, cache: KVCache | None) -> tuple[Queries, Keys, Keys]:
        query, key, value = self._split(self.query_key_value(x), 3)
        if self.rotary:
            start = cache.length if cache else 0
            query, key = rotate(query, start=start), rotate(key, start=start)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _from_memory(
        self, x: Tensor, memory: Tensor | None, cache: KVCache | None
    ) -> tuple[Queries, Keys, Keys]:
        d_model = self.n_heads * self.d_head
        to_query, to_key_value = torch.split(self.query_key_value.weight, [d_model, 2 * d_model])
        (query,) = self._split(F.linear(x, to_query), 1)
        if cache is not None and cache.length:  # the memory does not change while decoding
            return query, *cache.view()
        if memory is None:
            raise ValueError("cross-attention: memory is None, expected the sequence to look at")
        key, value = self._split(F.linear(memory, to_key_value), 2)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _split(self, x: Float[Tensor, "batch pos width"], parts: int) -> tuple[Tensor, ...]:
        batch, n_pos, _ = x.shape
        heads = x.view(batch, n_pos, parts, self.n_heads, self.d_head).permute(2, 0, 3, 1, 4)
        # One copy brings each head's vectors together, where the batched products want them.
        return heads.reshape(parts, batch * self.n_heads, n_pos, self.d_head).unbind()


def explicit_attention(
    query: Queries, key: Keys, value: Keys, *, n_heads: int, causal: bool, mask: Mask | None = None
) -> Queries:
    """Attention as the formula has it: two matrix products around a softmax.

    Args:
        query: what is asked, for each head.
        key: what is offered.
        value: what is gathered, one for each key.
        n_heads: heads of each sequence; only ``mask`` needs to know.
        causal: hide later keys; the last query is at the last key.
        mask: True where a query may look at a key.
    """
    n_query, n_key = query.shape[1], key.shape[1]
    hidden = query.new_zeros(())
    if causal:
        hidden = query.new_full((n_query, n_key), -torch.inf).triu(1 + n_key - n_query)
    # Scaled, multiplied and hidden in one operation.
    scores = torch.baddbmm(hidden, query, key.mT, alpha=1 / math.sqrt(query.shape[-1]))
    if mask is not None:
        by_head = torch.unflatten(scores, 0, (-1, n_heads))
        scores = by_head.masked_fill(~mask, -torch.inf).flatten(0, 1)
    return scores.softmax(dim=-1) @ value


def fused_attention(
    query: Queries, key: Keys, value: Keys, *, n_heads: int, causal: bool, mask: Mask | None = None
) -> Queries:
    """Attention as torch's one operation, which never stores all scores; arguments as above."""
    n_query, n_key = query.shape[1], key.shape[1]
    if causal and not (n_query == n_key and mask is None):
        seen = torch.ones(n_query, n_key, dtype=torch.bool, device=query.device)
        seen = seen.tril(diagonal=n_key - n_query)
        mask, causal = seen if mask is None else seen & mask, False
    query, key, value = (torch.unflatten(x, 0, (-1, n_heads)) for x in (query, key, value))
    gathered = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
    return gathered.flatten(0, 1)
