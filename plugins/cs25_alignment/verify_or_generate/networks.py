"""Two transformers of one shape: one writes answers, the other looks for faults in them.

Both read the problem, then the answer, and both give an answer a probability that is a product over
its tokens. The generator learns the next token of a right answer; the verifier learns, at each
token, whether it breaks a rule. Its verdicts "no" and "yes" are two more tokens of the vocabulary,
so that even the numbers of weights and of targets are equal.

Source: Lightman et al. 2023 (arXiv 2305.20050), section 2.6, for verdicts on each step and the
product of them as the score of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from cs25.nn import IGNORE, Decoder, TransformerConfig, generate, train
from cs25_alignment.verify_or_generate.task import Answers, CertificateTask, Problems

__all__ = ["config", "fit_generator", "fit_verifier", "scores", "write"]

_LEARNING_RATE = 5e-3

#: Rows that go through a network at once where nothing is learned.
_ROWS = 1000


def config(task: CertificateTask, *, width: int, layers: int) -> TransformerConfig:
    """Return the shape of both networks.

    Args:
        task: gives vocabulary and length.
        width: d_model, a multiple of 8, which is the width of a head.
        layers: blocks.
    """
    return TransformerConfig(
        d_vocab=task.d_vocab + 2,
        d_model=width,
        n_layers=layers,
        n_heads=width // 8,
        n_ctx=task.n_problem + task.n_answer,
    )


def fit_generator(
    net: Decoder,
    problems: Problems,
    answers: Answers,
    *,
    batch: int,
    on_step: Callable[[int], object],
) -> None:
    """Train a network to write right answers, in one pass over the rows."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    targets = tokens[:, 1:].clone()
    targets[:, : problems.shape[1] - 1] = IGNORE
    _fit(net, tokens[:, :-1], targets, batch=batch, on_step=on_step)


def fit_verifier(
    net: Decoder,
    problems: Problems,
    answers: Answers,
    faults: Bool[np.ndarray, "row answer"],
    *,
    batch: int,
    on_step: Callable[[int], object],
) -> None:
    """Train a network to say of each token of an answer whether it is a fault."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    targets = torch.full_like(tokens, IGNORE)
    no, yes = _verdicts(net)
    targets[:, problems.shape[1] :] = torch.where(torch.from_numpy(faults), yes, no)
    _fit(net, tokens, targets, batch=batch, on_step=on_step)


@torch.inference_mode()
def scores(net: Decoder, problems: Problems, answers: Answers) -> Float[np.ndarray, " row"]:
    """Return the verifier's log-probability that no token of an answer is a fault, in nats."""
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    no, _ = _verdicts(net)
    parts = [
        net(rows).log_softmax(dim=-1)[:, problems.shape[1] :, no].sum(dim=1)
        for rows in torch.split(tokens, _ROWS)
    ]
    return np.asarray(torch.cat(parts).numpy())


def write(
    net: Decoder, problems: Problems, *, samples: int, seed: int
) -> Int[np.ndarray, "problem sample answer"]:
    """Return answers that the generator writes.

    Args:
        net: the generator.
        problems: one for each row.
        samples: drawn for each problem; 0 for the one greedy answer.
        seed: draws them.
    """
    draw = torch.Generator().manual_seed(seed)
    rows = torch.from_numpy(problems).repeat_interleave(max(samples, 1), dim=0)
    n_answer = net.config.n_ctx - problems.shape[1]
    temperature = 1.0 if samples else 0.0
    parts = [
        generate(net, part, n_answer, temperature=temperature, generator=draw)
        for part in torch.split(rows, _ROWS)
    ]
    return np.asarray(torch.unflatten(torch.cat(parts), 0, (len(problems), -1)).numpy())


def _verdicts(net: Decoder) -> tuple[int, int]:
    """Return the tokens "no fault" and "fault", the last two of the vocabulary."""
    return net.config.d_vocab - 2, net.config.d_vocab - 1


def _fit(
    net: Decoder,
    tokens: Tensor,
    targets: Tensor,
    *,
    batch: int,
    on_step: Callable[[int], object],
) -> None:
    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        yield from zip(torch.split(tokens, batch), torch.split(targets, batch), strict=True)

    train(
        net, batches(), n_steps=len(tokens) // batch, lr=_LEARNING_RATE, prefetch_depth=0,
        on_step=on_step,
    )  # fmt: skip
