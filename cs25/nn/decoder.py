"""The decoder: a causal language model, the shape of GPT and, with other parts, of Llama.

Source: Radford et al. 2019 (GPT-2) for the layout, without its biases and dropout; Touvron et al.
2023 (arXiv 2302.13971), section 2.2, for Llama's parts.
"""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn.attention import KVCache, Mask
from cs25.nn.block import Block, BlockCache
from cs25.nn.config import TransformerConfig
from cs25.nn.embedding import Embedding
from cs25.nn.initialisation import initialise
from cs25.nn.norm import norm
from cs25.nn.rotary import rotation_of
from cs25.seeding import seeded

__all__ = ["Decoder", "DecoderCache"]

#: One for each block; each knows how many positions it has seen.
DecoderCache = list[BlockCache]


class Decoder(nn.Module):
    """A stack of causal blocks between an embedding and an unembedding.

    Args:
        config: the sizes.
        seed: draws the initial weights; the global generators stay as they were.
        cross: every block also looks at a memory, as in an encoder-decoder.

    >>> import torch
    >>> model = Decoder(TransformerConfig(d_vocab=11, d_model=8, n_layers=1, n_heads=2))
    >>> model(torch.tensor([[1, 2, 3]])).shape
    torch.Size([1, 3, 11])
    """

    def __init__(self, config: TransformerConfig, *, seed: int = 0, cross: bool = False) -> None:
        super().__init__()
        self.config = config
        with seeded(seed):
            self.embedding = Embedding(config)
            self.blocks = nn.ModuleList(Block(config, cross=cross) for _ in range(config.n_layers))
            self.norm = norm(config) if config.norm_first else nn.Identity()
            self.unembedding = nn.Linear(config.d_model, config.d_vocab, bias=False)
            if config.tied:
                self.unembedding.weight = self.embedding.token.weight
            initialise(self, n_layers=config.n_layers)

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        *,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        memory_mask: Mask | None = None,
        cache: DecoderCache | None = None,
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next token at every position.

        Args:
            tokens: from 0 to d_vocab - 1; with a cache, the new ones only.
            memory: what cross-attention looks at.
            memory_mask: True where the memory may be seen.
            cache: made by `new_cache`; it is filled as a side effect.
        """
        x = self.hidden(tokens, memory=memory, memory_mask=memory_mask, cache=cache)
        return self.unembedding(x)  # type: ignore[no-any-return]

    def hidden(
        self,
        tokens: Int[Tensor, "batch pos"],
        *,
        memory: Float[Tensor, "batch memory d_model"] | None = None,
        memory_mask: Mask | None = None,
        cache: DecoderCache | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Return the normed residual stream that the unembedding reads."""
        start = cache[0].own.length if cache else 0
        x = self.embedding(tokens, start=start)
        turned = rotation_of(self.config, tokens, start=start)
        for i, block in enumerate(self.blocks):
            layer_cache = cache[i] if cache else None
            x = block(x, rotation=turned, memory=memory, memory_mask=memory_mask, cache=layer_cache)
        return self.norm(x)  # type: ignore[no-any-return]

    def new_cache(self, *, n_ctx: int | None = None, n_memory: int = 0) -> DecoderCache:
        """Return an empty cache for decoding one batch.

        Args:
            n_ctx: the most positions it has room for; by default all that the model takes.
            n_memory: length of the memory, for cross-attention.
        """
        n_own = self.config.n_ctx if n_ctx is None else n_ctx
        return [BlockCache(KVCache(n_own), KVCache(n_memory)) for _ in self.blocks]
