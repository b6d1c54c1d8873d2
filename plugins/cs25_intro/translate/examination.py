"""An examination: numbers that training never showed, early in the training and at its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
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
        ``n_params``, and for each direction, its name before each: ``greedy`` and ``beam``, the
        tokens written; ``nats`` and ``n_tokens`` of the right translation, its stop included;
        ``attention`` while it writes the number that is shown. What was found early has ``early``
        before its name; where training ended sooner, it is missing.
    """
    model = Translator(recipe.config, seed=recipe.seed)
    found = {"n_params": np.array(n_params(model))}

    def ask(asked: Examination, *, prefix: str) -> None:
        for direction in DIRECTIONS:
            for name, values in _translations(model, asked, direction, progress).items():
                found[f"{direction}_{prefix}{name}"] = values

    def on_step(step: int) -> None:
        if step == examination.early:
            ask(replace(examination, alpha=0.0), prefix="early_")

    train_translator(model, recipe, progress=progress, on_step=on_step)
    ask(examination, prefix="")
    for direction in DIRECTIONS:
        found[f"{direction}_attention"] = _attention(model, examination.shown, direction)
    return found


def _translations(
    model: Translator,
    examination: Examination,
    direction: Direction,
    progress: Callable[[int], None],
) -> dict[str, np.ndarray]:
    def parts() -> Iterable[dict[str, torch.Tensor]]:
        for start in range(0, len(examination.numbers), _AT_ONCE):
            yield _ask(model, examination, direction, slice(start, start + _AT_ONCE))
            progress(1)

    answers = list(parts())
    return {name: torch.cat([part[name] for part in answers]).numpy() for name in answers[0]}


def _ask(
    model: Translator, examination: Examination, direction: Direction, part: slice
) -> dict[str, torch.Tensor]:
    numbers = examination.numbers[part]
    source, so_far, target = tensors([pair(int(number), direction) for number in numbers])
    with torch.inference_mode():
        logits = model(source, so_far)
    nats = F.cross_entropy(logits.mT, target, ignore_index=IGNORE, reduction="none")
    found = {"nats": nats.sum(dim=1), "n_tokens": (target != IGNORE).sum(dim=1)}
    for name, width, alpha in (
        ("greedy", 1, 0.0),
        ("beam", examination.width, examination.alpha),
    ):
        found[name] = model.translate(source, width=width, alpha=alpha).tokens[:, 0]
    return found


def _attention(
    model: Translator, number: int, direction: Direction
) -> Float[np.ndarray, "written read"]:
    """Return where the last layer looks while it writes the right translation, mean over heads."""
    source, so_far, _ = tensors([pair(number, direction)])
    return cross_attention(model.network, source[0], so_far[0])[-1].mean(dim=0).numpy()
