"""A translator: an encoder-decoder of 2017 in small, trained as it was.

One model learns both directions. Digits and words are different tokens, so a source says by itself
which way it is to be translated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jaxtyping import Float, Int
from torch import Tensor, nn

from cs25.nn import EncoderDecoder, TransformerConfig, train
from cs25_intro.translate import warm_up
from cs25_intro.translate.averaging import WeightAverage, last_checkpoints
from cs25_intro.translate.beam_search import Hypotheses, beam_search
from cs25_intro.translate.corpus import LONGEST, batches, split
from cs25_intro.translate.label_smoothing import smoothed_loss
from cs25_intro.translate.vocabulary import PAD, START, STOP

__all__ = ["Recipe", "Translator", "train_translator"]

#: Checkpoints whose weights are averaged, a fortieth of the training apart.
_N_AVERAGED = 5


@dataclass(frozen=True)
class Recipe:
    """How a translator is made.

    Args:
        config: its size.
        lengths: how many words a taught number may have, from 2 on.
        smoothing: share of each label that is spread over all tokens.
        warmup: steps for which the learning rate rises.
        steps: optimiser steps.
        batch: pairs in a step.
        shuffled: teach each source the translation of another.
        seed: seeds the division of the numbers, the weights and the batches.
    """

    config: TransformerConfig
    lengths: tuple[int, ...]
    smoothing: float
    warmup: int
    steps: int
    batch: int
    shuffled: bool
    seed: int


class Translator(nn.Module):
    """An encoder-decoder that knows which tokens are padding."""

    def __init__(self, config: TransformerConfig, *, seed: int) -> None:
        super().__init__()
        self.network = EncoderDecoder(config, config, seed=seed)

    def forward(
        self, source: Int[Tensor, "batch source"], so_far: Int[Tensor, "batch pos"]
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next token at every position."""
        return self.network(source, so_far, seen=source != PAD)  # type: ignore[no-any-return]

    def translate(
        self, source: Int[Tensor, "batch source"], *, width: int, alpha: float
    ) -> Hypotheses:
        """Search for translations, with a beam of this width and this length penalty."""
        return beam_search(
            self.network, source, seen=source != PAD, start=START, stop=STOP, n_new=LONGEST + 1,
            width=width, alpha=alpha,
        )  # fmt: skip


def train_translator(
    model: Translator,
    recipe: Recipe,
    *,
    progress: Callable[[int], object],
    on_step: Callable[[int], object] | None = None,
) -> None:
    """Train a new translator with the paper's schedule, optimiser, labels and averaging.

    Args:
        model: of the recipe's size.
        recipe: how.
        progress: called with 1 after each step.
        on_step: called after each step with the number of steps done.
    """
    taught = split(recipe.lengths, seed=recipe.seed).taught
    average = WeightAverage(model)
    counted = last_checkpoints(recipe.steps, n=_N_AVERAGED, every=max(1, recipe.steps // 40))

    def after(step: int) -> None:
        if step in counted:
            average.add()
        if on_step is not None:
            on_step(step)

    train(
        model,
        batches(taught, batch=recipe.batch, seed=recipe.seed, shuffled=recipe.shuffled),
        n_steps=recipe.steps,
        lr=warm_up.peak(d_model=recipe.config.d_model, warmup=recipe.warmup),
        schedule=partial(warm_up.share_of_peak, warmup=recipe.warmup),
        loss=partial(smoothed_loss, smoothing=recipe.smoothing),
        betas=(0.9, 0.98),  # section 5.3
        weight_decay=0.0,
        clip=math.inf,
        progress=progress,
        on_step=after,
    )
    average.apply()
