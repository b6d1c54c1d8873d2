"""An examination: numbers that training never showed, early in the training and at its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from jaxtyping import Float, Int

from cs25.nn import IGNORE, n_params
from cs25_intro.translate.alignment import cross_attention
from cs25_intro.translate.corpus import DIRECTIONS, Direction, pair, tensors
from cs25_intro.translate.translator import Recipe, Translator, train_translator

__all__ = ["Examination", "examine", "n_parts"]

#: Sources that are translated together.
_AT_ONCE = 256


@dataclass(frozen=True)
class Examination:
    """What is asked, and how it is answered.

    Args:
        numbers: each is translated in both directions, by greedy decoding and by beam search.
        early: the step after which this happens for the first time; the second is at the end. Early
            both rank by probability alone, so the width of the beam is all that differs.
        shown: the number whose attention is kept.
        width: of the beam.
        alpha: exponent of the length penalty of the beam at the end.
    """

    numbers: Int[np.ndarray, " number"]
    early: int
    shown: int
    width: int
    alpha: float


def n_parts(examination: Examination) -> int:
    """Return how often `examine` reports progress for one examination."""
    return len(DIRECTIONS) * math.ceil(len(examination.numbers) / _AT_ONCE)


def examine(
    *, recipe: Recipe, examination: Examination, progress: Callable[[int], None]
) -> dict[str, np.ndarray]:
    """Train one translator and let it translate.

    Args:
        recipe: how it is made.
        examination: what it is asked.
        progress: called for each step and for each part of an examination.

    Returns:
        ``n_params``; ``attention`` while it writes the digits of the number that is shown; and for
        each direction, its name before each: ``greedy`` and ``beam``, the tokens written, with
        ``early`` before it what was written early (missing where training ended sooner); ``nats``
        and ``n_tokens`` of the right translation at the end, its stop included.
    """
    model = Translator(recipe.config, seed=recipe.seed)
    found = {"n_params": np.array(n_params(model))}

    def ask(asked: Examination, *, prefix: str) -> None:
        for direction in DIRECTIONS:
            for name, tokens in _translations(model, asked, direction, progress).items():
                found[f"{direction}_{prefix}{name}"] = tokens

    def on_step(step: int) -> None:
        if step == examination.early:
            ask(replace(examination, alpha=0.0), prefix="early_")

    train_translator(model, recipe, progress=progress, on_step=on_step)
    ask(examination, prefix="")
    for direction in DIRECTIONS:
        for name, values in _surprise(model, examination, direction).items():
            found[f"{direction}_{name}"] = values
    return found | {"attention": _attention(model, examination.shown)}


def _translations(
    model: Translator,
    examination: Examination,
    direction: Direction,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    """Return what is written, greedily and by beam: a row of tokens for each number."""
    ways = {"greedy": (1, 0.0), "beam": (examination.width, examination.alpha)}
    written: dict[str, list[torch.Tensor]] = {way: [] for way in ways}
    for source, _, _ in _parts(examination, direction):
        for way, (width, alpha) in ways.items():
            written[way].append(model.translate(source, width=width, alpha=alpha).tokens[:, 0])
        progress(1)
    return {way: torch.cat(parts).numpy() for way, parts in written.items()}


@torch.inference_mode()
def _surprise(
    model: Translator, examination: Examination, direction: Direction
) -> dict[str, np.ndarray]:
    """Return the nats of each right translation, and its tokens."""
    nats, n_tokens = [], []
    for source, so_far, target in _parts(examination, direction):
        logits = model(source, so_far)
        of_tokens = F.cross_entropy(logits.mT, target, ignore_index=IGNORE, reduction="none")
        nats.append(of_tokens.sum(dim=1))
        n_tokens.append((target != IGNORE).sum(dim=1))
    return {"nats": torch.cat(nats).numpy(), "n_tokens": torch.cat(n_tokens).numpy()}


def _parts(
    examination: Examination, direction: Direction
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Yield what `tensors` returns, for some numbers at a time."""
    for start in range(0, len(examination.numbers), _AT_ONCE):
        part = examination.numbers[start : start + _AT_ONCE]
        yield tensors([pair(int(number), direction) for number in part])


def _attention(model: Translator, number: int) -> Float[np.ndarray, "written read"]:
    """Return where the last layer looks while it writes the right digits, mean over heads."""
    source, so_far, _ = tensors([pair(number, "to_digits")])
    return cross_attention(model.network, source[0], so_far[0])[-1].mean(dim=0).numpy()
