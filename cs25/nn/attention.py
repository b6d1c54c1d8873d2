"""Multi-head attention: softmax(Q Kᵀ / sqrt(d_head)) V, with or without a cache of K and V.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2; Ainslie et al. 2023 (arXiv 2305.13245)
for heads of queries that share their keys and values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cs25.nn.config import TransformerConfig
from cs25.nn.rotary import Rotation, rotate

__all__ = ["Attention", "KVCache", "explicit_attention", "fused_attention"]

# Vectors of every head of every sequence; head h of sequence b is at b n_heads + h. Where there
# are fewer heads of keys, n_kv_heads, those of queries share them in their order.
Queries = Float[Tensor, "batch_head query d_head"]
Keys = Float[Tensor, "batch_kv key d_head"]
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
        keys: Float[Tensor, "batch_kv new d_head"],
        values: Float[Tensor, "batch_kv new d_head"],
    ) -> tuple[Keys, Keys]:
        """Add new positions and return all there are."""
        batch_kv, n_new, d_head = keys.shape
        if self.length == 0:
            # Room for all positions at once: growing by concatenation would copy them every step.
            self._keys = keys.new_empty(batch_kv, self.n_ctx, d_head)
            self._values = torch.empty_like(self._keys)
        self._keys[:, self.length : self.length + n_new] = keys
        self._values[:, self.length : self.length + n_new] = values
        self.length += n_new
        return self.view()

    def keep(self, rows: Int[Tensor, " kept"], *, n_rows: int) -> None:
        """Go on with these rows of the batch, in this order; one that is named twice becomes two.

        Args:
            rows: numbers of rows, from 0.
            n_rows: the size of the batch so far.
        """
        if self.length > 0:
            self._keys, self._values = (
                # A row's heads lie side by side.
                torch.unflatten(held, 0, (n_rows, -1))[rows].flatten(0, 1)
                for held in (self._keys, self._values)
            )

    def view(self) -> tuple[Keys, Keys]:
        """Return the keys and values held."""
        return self._keys[:, : self.length], self._values[:, : self.length]


class Attention(nn.Module):
    """Let every position gather values from the positions it may look at.

    Args:
        config: ``d_model``, ``n_heads``, ``n_kv_heads`` and ``attention`` are used.
        causal: a position sees itself and earlier ones only.
        cross: keys and values come from another sequence, the ``memory``.

    The weights of query, key and value lie in one matrix, in this order: one product instead of
    three. There are no biases.
    """

    def __init__(
        self, config: TransformerConfig, *, causal: bool = True, cross: bool = False
    ) -> None:
        super().__init__()
        self.heads, self.d_head = config.heads, config.d_head
        self.causal, self.cross = causal and not cross, cross
        self.attend = fused_attention if config.attention == "fused" else explicit_attention
        self.query_key_value = nn.Linear(
            config.d_model, sum(config.heads) * config.d_head, bias=False
        )
        self.out = nn.Linear(config.d_model, config.d_model, bias=False)

    def forward(
        self,
        x: Float[Tensor, "batch pos d_model"],
        *,
        rotation: Rotation | None = None,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        mask: Mask | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Attend from ``x`` to itself, or to ``memory`` in cross-attention.

        Args:
            x: the sequence that asks.
            rotation: angles of its positions, where they are rotary.
            memory: the sequence that answers; for cross-attention only.
            mask: which keys may be seen, beside the causal rule.
            cache: where keys and values of earlier positions are, and where these are added.
        """
        if self.cross:
            query, key, value = self._from_memory(x, memory, cache)
        else:
            query, key, value = self._from_self(x, rotation, cache)
        n_heads = self.heads[0]
        causal = self.causal and x.shape[1] > 1  # the newest position alone sees everything
        gathered = self.attend(query, key, value, n_heads=n_heads, causal=causal, mask=mask)
        gathered = torch.unflatten(gathered, 0, (-1, n_heads))
        return self.out(gathered.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _from_self(
        self, x: Tensor, rotation: Rotation | None, cache: KVCache | None
    ) -> tuple[Queries, Keys, Keys]:
        query, key, value = self._split(self.query_key_value(x), self.heads)
        if rotation is not None:
            query, key = rotate(query, rotation), rotate(key, rotation)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _from_memory(
        self, x: Tensor, memory: Tensor | None, cache: KVCache | None
    ) -> tuple[Queries, Keys, Keys]:
        n_queries, *n_others = self.heads
        parts = [n_queries * self.d_head, sum(n_others) * self.d_head]
        to_query, to_key_value = torch.split(self.query_key_value.weight, parts)
        (query,) = self._split(F.linear(x, to_query), [n_queries])
        if cache is not None and cache.length:  # the memory does not change while decoding
            return query, *cache.view()
        if memory is None:
            raise ValueError("cross-attention: memory is None, expected the sequence to look at")
        key, value = self._split(F.linear(memory, to_key_value), n_others)
        if cache is not None:
            key, value = cache.append(key, value)
        return query, key, value

    def _split(
        self, x: Float[Tensor, "batch pos width"], heads: Sequence[int]
    ) -> tuple[Tensor, ...]:
        """Cut vectors into heads, and bring each head's together for the batched products."""
        if len(set(heads)) == 1:  # one copy for all parts: a small model feels every operation
            parts = torch.unflatten(x, 2, (len(heads), heads[0], self.d_head))
            return torch.unbind(parts.permute(2, 0, 3, 1, 4).flatten(1, 2))
        by_head = torch.unflatten(x, 2, (-1, self.d_head)).transpose(1, 2)
        return tuple(part.flatten(0, 1) for part in torch.split(by_head, list(heads), dim=1))


def explicit_attention(
    query: Queries, key: Keys, value: Keys, *, n_heads: int, causal: bool, mask: Mask | None = None
) -> Queries:
    """Attention as the formula has it: two matrix products around a softmax.

    Args:
        query: what is asked, for each head.
        key: what is offered; ``batch_kv`` divides ``batch_head``.
        value: what is gathered, one for each key.
        n_heads: heads of queries of each sequence.
        causal: hide later keys; the last query is at the last key.
        mask: True where a query may look at a key.
    """
    (batch_head, n_query, d_head), (batch_kv, n_key, _) = query.shape, key.shape
    n_shared = batch_head // batch_kv
    hidden = query.new_zeros(())
    if causal:
        hidden = query.new_full((n_query, n_key), -torch.inf).triu(1 + n_key - n_query)
        if n_shared > 1:
            hidden = hidden.repeat(n_shared, 1)
    # Heads that share keys are so many more queries to them: no key is copied.
    shared = query.reshape(batch_kv, n_shared * n_query, d_head)
    # Scaled, multiplied and hidden in one operation.
    scores = torch.baddbmm(hidden, shared, key.mT, alpha=1 / math.sqrt(d_head))
    if mask is not None:
        by_head = scores.view(-1, n_heads, n_query, n_key)
        scores = by_head.masked_fill(~mask, -torch.inf).view_as(scores)
    return (scores.softmax(dim=-1) @ value).view_as(query)


def fused_attention(
    query: Queries, key: Keys, value: Keys, *, n_heads: int, causal: bool, mask: Mask | None = None
) -> Queries:
    """Attention as torch's one operation, which never stores all scores; arguments as above."""
    n_query, n_key = query.shape[1], key.shape[1]
    if causal and not (n_query == n_key and mask is None):
        seen = torch.ones(n_query, n_key, dtype=torch.bool, device=query.device)
        seen = seen.tril(diagonal=n_key - n_query)
        mask, causal = seen if mask is None else seen & mask, False
    batch = len(query) // n_heads
    query, key, value = (torch.unflatten(x, 0, (batch, -1)) for x in (query, key, value))
    gathered = F.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, is_causal=causal, enable_gqa=key.shape[1] < n_heads
    )
    return gathered.flatten(0, 1)
