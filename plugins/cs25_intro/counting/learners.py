"""The text of a seed, and a transformer for each amount of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import torch

from cs25 import cached
from cs25.nn import Decoder, Job, run_fleet
from cs25_intro.counting.network import bits, config, learn
from cs25_intro.counting.topics import (
    Split,
    python_topics,
    sections,
    shuffled,
    split,
    without_repeats,
)

__all__ = ["documents", "learn_share", "networks", "rebuilt", "text_of"]


@cache
def documents() -> tuple[str, ...]:
    """Return the sections of Python's reference, no passage of which stands in two."""
    return tuple(without_repeats(sections(python_topics())))


def text_of(*, share: float, shuffle: bool, seed: int) -> Split:
    """Return the text of one seed, with a share of what there is to learn from."""
    text = split(documents(), share=share, seed=seed)
    return shuffled(text, seed=seed) if shuffle else text


@cached
def networks(
    *,
    shares: Sequence[float],
    steps: Sequence[int],
    n_heads: int,
    n_layers: int,
    shuffle: bool,
    seed: int,
) -> dict[str, np.ndarray]:
    """Train a transformer on each share of the text, as many at once as there are threads.

    Returns:
        For share number i what `learn_share` returns, each name behind ``i.``.
    """
    shape = {"n_heads": n_heads, "n_layers": n_layers}
    jobs = [
        Job(
            "cs25_intro.counting.learners:learn_share",
            {"share": share, "steps": n, "shuffle": shuffle, "seed": seed, **shape},
            n_steps=n,
        )
        for share, n in zip(shares, steps, strict=True)
    ]
    return {
        f"{i}.{name}": array
        for i, arrays in enumerate(run_fleet(jobs, desc="transformers"))
        for name, array in arrays.items()
    }


def learn_share(
    *,
    share: float,
    steps: int,
    n_heads: int,
    n_layers: int,
    shuffle: bool,
    seed: int,
    progress: Callable[[int], object],
) -> dict[str, np.ndarray]:
    """Train one transformer: a job of a fleet.

    Returns:
        ``bits`` (judged,) on the held-out text; ``check_step`` and ``check_bits`` (check,) on the
        validation text; the weights, each name behind ``weight.``.
    """
    text = text_of(share=share, shuffle=shuffle, seed=seed)
    model = Decoder(config(n_heads=n_heads, n_layers=n_layers), seed=seed)
    checks = learn(model, text.training, text.validation, steps=steps, seed=seed, progress=progress)
    return {
        "bits": bits(model, text.held_out),
        "check_step": np.array(list(checks)),
        "check_bits": np.array(list(checks.values())),
        **{f"weight.{name}": weight.detach().numpy() for name, weight in model.named_parameters()},
    }


def rebuilt(learned: Mapping[str, np.ndarray], *, n_heads: int, n_layers: int) -> Decoder:
    """Return the transformer whose weights `learn_share` returned."""
    model = Decoder(config(n_heads=n_heads, n_layers=n_layers)).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(torch.from_numpy(learned[f"weight.{name}"]))
    return model
