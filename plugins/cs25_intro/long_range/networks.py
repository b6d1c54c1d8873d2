"""Four sequence models of one size: three that carry a state, and one that looks back.

The recurrent ones are torch's cells between an embedding and an unembedding. Their initial weights
are chosen for long sequences, not torch's own: orthogonal recurrent matrices, which neither shrink
nor stretch the state; small inputs, which leave tanh where it is nearly linear; and gates that
begin open to the past. With torch's own, or with large inputs, the simple network copies less far.

Source: Elman 1990 for the simple network; Cho et al. 2014 (arXiv 1406.1078) for the GRU;
Hochreiter & Schmidhuber 1997 for the LSTM; Saxe et al. 2014 (arXiv 1312.6120) for orthogonal
matrices; Gers et al. 2000 and Jozefowicz et al. 2015 for the bias of the forget gate.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25 import seeded
from cs25.nn import Decoder, TransformerConfig, n_params
from cs25_intro.long_range.tasks import D_VOCAB, LONGEST

__all__ = [
    "ARCHITECTURES",
    "RECURRENT",
    "Architecture",
    "Positions",
    "Recurrent",
    "build",
    "matched_width",
]

Architecture = Literal["rnn", "gru", "lstm", "transformer"]
RECURRENT: tuple[Architecture, ...] = ("rnn", "gru", "lstm")
ARCHITECTURES: tuple[Architecture, ...] = (*RECURRENT, "transformer")

#: How the transformer is told where a token stands; the order of a recurrent network is its own.
Positions = Literal["rotary", "learned", "sinusoidal"]

#: Two layers: the least that can find a value by the key before it.
TRANSFORMER = TransformerConfig(
    d_vocab=D_VOCAB,
    d_model=32,
    n_layers=2,
    n_heads=2,
    n_ctx=2 * max(LONGEST.values()),
    positions="rotary",
)

_CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

# Of 0.1, 0.3 and 1: with 1 the simple network does not learn to copy eight symbols.
_INPUT_GAIN = 0.3
_OPEN = 1.0  # bias of the gate that keeps the past; Jozefowicz et al. 2015


class Recurrent(nn.Module):
    """A recurrent network that reads tokens and gives logits, as `cs25.nn.Decoder` does.

    Args:
        cell: "rnn" (tanh), "gru" or "lstm".
        d_vocab: number of tokens.
        d_model: width of the embedding and of the state.
        seed: draws the initial weights; the global generators stay as they were.
        initial: "long" as this module says, "torch" as torch draws them.
    """

    def __init__(
        self,
        cell: str,
        *,
        d_vocab: int,
        d_model: int,
        seed: int = 0,
        initial: Literal["long", "torch"] = "long",
    ) -> None:
        super().__init__()
        with seeded(seed):
            self.embedding = nn.Embedding(d_vocab, d_model)
            self.cell = _CELLS[cell](d_model, d_model, batch_first=True)
            self.unembedding = nn.Linear(d_model, d_vocab, bias=False)
            if initial == "long":
                _initialise(self.cell)

    def forward(self, tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits at every position."""
        states, _ = self.cell(self.embedding(tokens))
        return self.unembedding(states)  # type: ignore[no-any-return]


@torch.no_grad()
def _initialise(cell: nn.RNNBase) -> None:
    weights = dict(cell.named_parameters())
    for recurrent in torch.split(weights["weight_hh_l0"], cell.hidden_size):  # gate by gate
        nn.init.orthogonal_(recurrent)
    for of_input in torch.split(weights["weight_ih_l0"], cell.hidden_size):
        nn.init.xavier_uniform_(of_input, gain=_INPUT_GAIN)
    weights["bias_ih_l0"].zero_()
    weights["bias_hh_l0"].zero_()
    if cell.mode != "RNN_TANH":
        # torch has input, forget, cell, output; and reset, update, new. The second one keeps the
        # past where it is 1, in both.
        weights["bias_ih_l0"][cell.hidden_size : 2 * cell.hidden_size] = _OPEN


def build(
    architecture: Architecture,
    *,
    seed: int,
    initial: Literal["long", "torch"] = "long",
    positions: Positions = "rotary",
    n_ctx: int = TRANSFORMER.n_ctx,
) -> nn.Module:
    """Return a network of about the size of the transformer with rotary positions.

    Args:
        architecture: which of the four.
        seed: draws the initial weights.
        initial: of a recurrent network, see `Recurrent`.
        positions: of the transformer. Learned ones are n_ctx * d_model parameters more.
        n_ctx: longest prompt of the transformer.
    """
    if architecture == "transformer":
        return Decoder(replace(TRANSFORMER, positions=positions, n_ctx=n_ctx), seed=seed)
    return Recurrent(
        architecture,
        d_vocab=D_VOCAB,
        d_model=matched_width(architecture),
        seed=seed,
        initial=initial,
    )


@cache
def matched_width(cell: str) -> int:
    """Return the width at which a recurrent network comes closest to the transformer's size.

    >>> [matched_width(cell) for cell in RECURRENT]
    [103, 62, 54]
    """
    wanted = n_params(Decoder(TRANSFORMER))
    miss = {
        width: abs(n_params(Recurrent(cell, d_vocab=D_VOCAB, d_model=width)) - wanted)
        for width in range(TRANSFORMER.d_model, 4 * TRANSFORMER.d_model)
    }
    return min(miss, key=miss.__getitem__)
