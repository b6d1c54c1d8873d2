"""The encoder-decoder: one sequence read as a whole, another written token by token.

Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.1.
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cs25.nn.config import TransformerConfig
from cs25.nn.decoder import Decoder
from cs25.nn.encoder import Encoder

__all__ = ["EncoderDecoder"]


class EncoderDecoder(nn.Module):
    """An encoder whose output is the memory of a decoder.

    Args:
        source: sizes of the encoder.
        target: sizes of the decoder; both have one ``d_model``.
        seed: draws the initial weights; the global generators stay as they were.

    To write a sequence: ``generate(model.decoder, prompts, n_new, memory=model.encoder(source))``.
    """

    def __init__(
        self, source: TransformerConfig, target: TransformerConfig, *, seed: int = 0
    ) -> None:
        super().__init__()
        if source.d_model != target.d_model:
            raise ValueError(
                f"encoder-decoder: d_model is {source.d_model} and {target.d_model}, "
                "expected one width"
            )
        self.encoder = Encoder(source, seed=seed)
        self.decoder = Decoder(target, seed=seed + 1, cross=True)

    def forward(
        self,
        source: Int[Tensor, "batch source"],
        target: Int[Tensor, "batch pos"],
        *,
        seen: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next target token at every position.

        Args:
            source: the sequence to read.
            target: the sequence written so far.
            seen: False where the source is padding.
        """
        memory = self.encoder(source, seen=seen)
        mask = None if seen is None else seen[:, None, None, :]
        return self.decoder(target, memory=memory, memory_mask=mask)  # type: ignore[no-any-return]
