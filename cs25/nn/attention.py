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

__all__ = ["Attention", "KVCache", "explicit_attention"]

#: Queries, keys or values, split into heads.
Heads = Float[Tensor, "batch head pos d_head"]
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
        self._keys: Tensor | None = None
        self._values: Tensor | None = None

    def append(self, keys: Heads, values: Heads) -> tuple[Heads, Heads]:
        """Add new positions and return all there are."""
        if self._keys is None or self._values is None:
            batch, n_heads, _, d_head = keys.shape
            # Room for all positions at once: growing by concatenation would copy them every step.
            self._keys = keys.new_empty(batch, n_heads, self.n_ctx, d_head)
            self._values = torch.empty_like(self._keys)
        end = self.length + keys.shape[2]
        self._keys[:, :, self.length : end] = keys
        self._values[:, :, self.length : end] = values
        self.length = end
        return self.view()

    def view(self) -> tuple[Heads, Heads]:
        """Return the keys and values held; there must be some."""
        assert self._keys is not None and self._values is not None  # noqa: PT018
        return self._keys[:, :, : self.length], self._values[:, :, : self.length]


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
        self.attend = _fused_attention if config.attention == "fused" else explicit_attention
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
        causal = self.causal and query.shape[2] > 1  # the newest position alone sees everything
        gathered = self.attend(query, key, value, causal=causal, mask=mask)
        return self.out(gathered.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _from_self(self, x: Tensor, cache: KVCache | None) -> tuple[Heads, Heads, Heads]:
        qkv = self.query_key_value(x).unflatten(-1, (3, self.n_heads, self.d_head))
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind()  # each: batch head pos d_head
        if self.rotary:
            start = cache.length if cache else 0
            query, key = rotate(query, start=start), rotate(key, start=start)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _from_memory(
        self, x: Tensor, memory: Tensor | None, cache: KVCache | None
    ) -> tuple[Heads, Heads, Heads]:
        d_model = self.n_heads * self.d_head
        to_query, to_key_value = torch.split(self.query_key_value.weight, [d_model, 2 * d_model])
        query = torch.unflatten(F.linear(x, to_query), -1, (self.n_heads, self.d_head)).transpose(
            1, 2
        )
        if cache is not None and cache.length:  # the memory does not change while decoding
            return query, *cache.view()
        if memory is None:
            raise ValueError("cross-attention: memory is None, expected the sequence to look at")
        kv = torch.unflatten(F.linear(memory, to_key_value), -1, (2, self.n_heads, self.d_head))
        key, value = kv.permute(2, 0, 3, 1, 4).unbind()
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value


def explicit_attention(
    query: Heads, key: Heads, value: Heads, *, causal: bool, mask: Mask | None = None
) -> Heads:
    """Attention as the formula has it: two matrix products around a softmax.

    Args:
        query: (batch, head, query, d_head).
        key: (batch, head, key, d_head).
        value: (batch, head, key, d_head).
        causal: hide later keys; the last query is at the last key.
        mask: True where a query may look at a key.
    """
    scores = (query / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(~_causal_mask(query, key), -torch.inf)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(dim=-1) @ value


def _fused_attention(
    query: Heads, key: Heads, value: Heads, *, causal: bool, mask: Mask | None = None
) -> Heads:
    square = query.shape[2] == key.shape[2]
    if causal and not (square and mask is None):
        seen = _causal_mask(query, key)
        mask, causal = seen if mask is None else seen & mask, False
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)


def _causal_mask(query: Heads, key: Heads) -> Bool[Tensor, "query key"]:
    n_query, n_key = query.shape[2], key.shape[2]
    seen = torch.ones(n_query, n_key, dtype=torch.bool, device=query.device)
    return seen.tril(diagonal=n_key - n_query)
