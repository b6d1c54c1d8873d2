"""AdamW over two flat buffers instead of one tensor for each weight.

A small model's step is dominated by the number of operations, not by their size. All weights
that decay lie in one buffer and all others in a second; the parameters of the model are views
of them. Clipping is then one norm and the step is two operations, however many layers there are.

Source: Loshchilov & Hutter 2019 (arXiv 1711.05101).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["FlatAdamW"]


class FlatAdamW:
    """The optimiser of one training run; it lays out the model's parameters anew.

    It takes the steps of `torch.optim.AdamW(fused=True)`, without importing what that imports:
    torch's compiler, over a second in every process.

    Args:
        model: its parameters become views of the buffers; their values stay.
        betas: decay rates of the two moments.
        weight_decay: of matrices and embeddings; vectors (biases, norms) have none.
        eps: what keeps the division defined.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        weight_decay: float,
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
    ) -> None:
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.decayed = [parameter for parameter in trained if parameter.ndim >= 2]
        self.others = [parameter for parameter in trained if parameter.ndim < 2]
        groups = [(self.decayed, weight_decay), (self.others, 0.0)]
        self._groups = [_Group(parameters, decay) for parameters, decay in groups if parameters]
        self._betas, self._eps = betas, eps

    def step(self, loss: Tensor, *, lr: float, clip: float = math.inf) -> None:
        """Move the weights down the gradient of ``loss``.

        Args:
            loss: a scalar.
            lr: learning rate of this step.
            clip: largest norm of the whole gradient.
        """
        weights = [parameter for group in self._groups for parameter in group.parameters]
        parts = iter(torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True))
        gradients = [
            torch.cat([next(parts).reshape(-1) for _ in group.parameters]) for group in self._groups
        ]
        if math.isfinite(clip):
            _clip(gradients, clip)
        for group, gradient in zip(self._groups, gradients, strict=True):
            group.n_steps += 1
            torch._fused_adamw_(
                [group.weights],
                [gradient],
                [group.mean],
                [group.mean_square],
                [],
                [group.n_steps],
                lr=lr,
                beta1=self._betas[0],
                beta2=self._betas[1],
                weight_decay=group.decay,
                eps=self._eps,
                amsgrad=False,
                maximize=False,
            )


class _Group:
    """Parameters of one weight decay, in one buffer, with the moments of their gradient."""

    def __init__(self, parameters: Sequence[nn.Parameter], decay: float) -> None:
        self.parameters, self.decay = parameters, decay
        self.weights = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        parts = torch.split(self.weights, [parameter.numel() for parameter in parameters])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.data = part.view_as(parameter)
        self.mean = torch.zeros_like(self.weights)
        self.mean_square = torch.zeros_like(self.weights)
        self.n_steps = torch.zeros(())


def _clip(gradients: Sequence[Tensor], clip: float) -> None:
    norm = math.sqrt(sum(float(gradient.dot(gradient)) for gradient in gradients))
    if norm > clip:
        for gradient in gradients:
            gradient.mul_(clip / norm)
