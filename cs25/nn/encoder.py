"""The encoder: every position sees every other, the shape of BERT.

Source: Devlin et al. 2018 (arXiv 1810.04805) for the use.
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cs25.nn.block import Block
from cs25.nn.config import TransformerConfig
from cs25.nn.embedding import Embedding
from cs25.nn.initialisation import initialise
from cs25.nn.norm import norm
from cs25.nn.rotary import rotation_of
from cs25.seeding import seeded

__all__ = ["Encoder"]


class Encoder(nn.Module):
    """A stack of blocks without a causal mask.

    Args:
        config: the sizes; ``tied`` has no meaning here.
        seed: draws the initial weights; the global generators stay as they were.
    """

    def __init__(self, config: TransformerConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        with seeded(seed):
            self.embedding = Embedding(config)
            self.blocks = nn.ModuleList(Block(config, causal=False) for _ in range(config.n_layers))
            self.norm = norm(config) if config.norm_first else nn.Identity()
            initialise(self, n_layers=config.n_layers)

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        *,
        seen: Bool[Tensor, "batch pos"] | None = None,
    ) -> Float[Tensor, "batch pos d_model"]:
        """Return one vector for each position.

        Args:
            tokens: from 0 to d_vocab - 1.
            seen: False where a token is padding that nobody may look at.
        """
        mask = None if seen is None else seen[:, None, None, :]
        x = self.embedding(tokens)
        rotation = rotation_of(self.config, tokens)
        for block in self.blocks:
            x = block(x, rotation=rotation, mask=mask)
        return self.norm(x)  # type: ignore[no-any-return]
