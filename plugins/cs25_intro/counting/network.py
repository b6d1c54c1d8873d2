"""A small transformer that learns the same text and is asked about the same characters.

Source: Vaswani et al. 2017; Touvron et al. 2023 (arXiv 2302.13971), section 2.2, for its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import cross_entropy

from cs25.nn import Decoder, TransformerConfig, sample, train
from cs25_intro.counting.ngrams import N_CHARS

__all__ = ["N_BEFORE", "N_CTX", "TOKENS_A_STEP", "bits", "config", "learn", "write"]

#: Characters that the network sees at once.
N_CTX = 64

#: No character is judged with fewer before it.
N_BEFORE = 32

#: Windows in a step of training.
BATCH = 16

TOKENS_A_STEP = BATCH * N_CTX

#: Peak learning rate.
LR = 5e-3

#: How often the validation text is looked at.
N_CHECKS = 10

#: Width of a head.
D_HEAD = 24

_AT_ONCE = 256  # windows


def config(*, n_heads: int, n_layers: int) -> TransformerConfig:
    """Return the shape: Llama's parts, the embedding shared with the unembedding."""
    return TransformerConfig(
        d_vocab=N_CHARS,
        d_model=D_HEAD * n_heads,
        n_layers=n_layers,
        n_heads=n_heads,
        n_ctx=N_CTX,
        mlp="swiglu",
        mlp_ratio=8 / 3,
        norm="rms",
        positions="rotary",
        tied=True,
    )


def learn(
    model: Decoder,
    training: UInt8[np.ndarray, " pos"],
    validation: UInt8[np.ndarray, " pos"],
    *,
    steps: int,
    seed: int,
    progress: Callable[[int], object],
) -> dict[int, float]:
    """Train a model in place, and keep the weights that do best on the validation text.

    Where text is scarce, a network soon knows it by heart, and gets worse on any other.

    Returns:
        How well the validation text was predicted after which step, in bits a character.
    """
    found: dict[int, float] = {}
    best: Mapping[str, Tensor] = {}
    every = max(1, steps // N_CHECKS)

    def check(step: int) -> None:
        nonlocal best
        if step % every and step != steps:
            return
        found[step] = float(bits(model.eval(), validation).mean())
        model.train()
        if found[step] == min(found.values()):
            best = {name: weight.clone() for name, weight in model.state_dict().items()}

    train(
        model, _windows(training, seed=seed), n_steps=steps, lr=LR, progress=progress,
        on_step=check, prefetch_depth=0,  # a batch is a slice: a thread would only get in the way
    )  # fmt: skip
    model.load_state_dict(best)
    return found


@torch.inference_mode()
def bits(model: Decoder, text: UInt8[np.ndarray, " pos"]) -> Float[np.ndarray, " judged"]:
    """Return the bits that each character costs, from number `N_BEFORE` of the text on.

    -log2 p(character | those before it), of which the network sees at least `N_BEFORE`: windows
    overlap, and only the later part of each is judged. The last few characters, which fill no
    window, are not.
    """
    windows = torch.from_numpy(text.astype(np.int64)).unfold(0, N_CTX, N_CTX - N_BEFORE)
    costs = [
        cross_entropy(
            model(some[:, :-1])[:, N_BEFORE - 1 :].flatten(0, 1),
            some[:, N_BEFORE:].flatten(),
            reduction="none",
        )
        for some in (windows[i : i + _AT_ONCE] for i in range(0, len(windows), _AT_ONCE))
    ]
    return np.asarray(torch.cat(costs).double() / np.log(2))


@torch.inference_mode()
def write(
    model: Decoder, prompt: UInt8[np.ndarray, " pos"], n_new: int, *, seed: int
) -> UInt8[np.ndarray, " new"]:
    """Continue a text, one character after another, each drawn from what the model predicts."""
    draw = torch.Generator().manual_seed(seed)
    ids = torch.from_numpy(prompt.astype(np.int64))[None]
    for _ in range(n_new):
        logits = model(ids[:, -N_CTX:])[:, -1]
        ids = torch.cat((ids, sample(logits, generator=draw)[None]), dim=1)
    return ids[0, len(prompt) :].numpy().astype(np.uint8)


def _windows(text: UInt8[np.ndarray, " pos"], *, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield windows from random places, and the character that follows each place in them."""
    ids = torch.from_numpy(text.astype(np.int64)).unfold(0, N_CTX + 1, 1)
    draw = torch.Generator().manual_seed(seed)
    while True:
        taken = ids[torch.randint(len(ids), (BATCH,), generator=draw)]
        yield taken[:, :-1], taken[:, 1:]
