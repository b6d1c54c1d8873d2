"""Two transformers of one shape: one writes answers, the other says whether an answer is right.

Both read the problem and then the answer. At each token of the answer, the generator learns the
next token of a right one, and the verifier the verdict on the whole: two more tokens of the same
vocabulary are "no" and "yes". So even their numbers of weights and of targets are equal.

Source: Cobbe et al. 2021 (arXiv 2110.14168), section 4.1 and appendix D, for verdicts at each token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from cs25.nn import IGNORE, Decoder, TransformerConfig, generate, train
from cs25_alignment.verify_or_generate.task import Answers, Problems, Task

__all__ = ["config", "fit_generator", "fit_verifier", "sampled", "scores"]


def config(task: Task, *, width: int, layers: int) -> TransformerConfig:
    """Return the shape of both networks.

    Args:
        task: gives vocabulary and length.
        width: d_model; each head has 16 of it.
        layers: blocks.
    """
    return TransformerConfig(
        d_vocab=task.d_vocab + 2,
        d_model=width,
        n_layers=layers,
        n_heads=width // 16,
        n_ctx=task.n_problem + task.n_answer,
    )


def fit_generator(
    net: Decoder,
    problems: Problems,
    answers: Answers,
    *,
    batch: int,
    lr: float,
    progress: Callable[[int], object],
) -> None:
    """Train a network to write right answers, in one pass over the rows."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    targets = tokens.roll(-1, dims=1)
    targets[:, : problems.shape[1] - 1] = IGNORE
    targets[:, -1] = IGNORE
    _fit(net, tokens, targets, batch=batch, lr=lr, progress=progress)


def fit_verifier(
    net: Decoder,
    problems: Problems,
    answers: Answers,
    right: Bool[np.ndarray, " row"],
    *,
    batch: int,
    lr: float,
    progress: Callable[[int], object],
) -> None:
    """Train a network to say at each token of an answer whether the whole is right."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    targets = torch.full_like(tokens, IGNORE)
    no, yes = _verdicts(net)
    verdict = torch.where(torch.from_numpy(right), yes, no)
    targets[:, problems.shape[1] :] = verdict[:, None]
    _fit(net, tokens, targets, batch=batch, lr=lr, progress=progress)


@torch.inference_mode()
def scores(net: Decoder, problems: Problems, answers: Answers) -> Float[np.ndarray, " row"]:
    """Return the verifier's log-odds that each answer is right, read at its last token."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    no, yes = _verdicts(net)
    last = torch.cat([net(part)[:, -1] for part in tokens.split(_ROWS)])
    return np.asarray((last[:, yes] - last[:, no]).numpy())


def sampled(
    net: Decoder, problems: Problems, n_answer: int, *, n: int, seed: int
) -> Int[np.ndarray, "row sample answer"]:
    """Return answers that the generator writes.

    Args:
        net: the generator.
        problems: one for each row.
        n_answer: tokens of an answer.
        n: samples at temperature 1 for each problem; 0 for the greedy answer alone.
        seed: draws them.
    """
    draw = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy(problems).repeat_interleave(max(n, 1), dim=0)
    written = [
        generate(net, part, n_answer, temperature=1.0 if n else 0.0, generator=draw)
        for part in rows.split(_ROWS)
    ]
    return torch.cat(written).unflatten(0, (len(problems), -1)).numpy()


#: Rows that go through a network at once.
_ROWS = 2000


def _verdicts(net: Decoder) -> tuple[int, int]:
    """Return the tokens "no" and "yes", the last two of the vocabulary."""
    return net.config.d_vocab - 2, net.config.d_vocab - 1


def _fit(
    net: Decoder,
    tokens: Tensor,
    targets: Tensor,
    *,
    batch: int,
    lr: float,
    progress: Callable[[int], object],
) -> None:
    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        yield from zip(tokens.split(batch), targets.split(batch), strict=True)

    train(net, batches(), n_steps=len(tokens) // batch, lr=lr, prefetch_depth=0, progress=progress)
