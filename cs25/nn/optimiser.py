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

    Args:
        model: its parameters become views of the buffers; their values stay.
        betas: decay rates of the two moments.
        weight_decay: of matrices and embeddings; vectors (biases, norms) have none.
    """

    def __init__(
        self, model: nn.Module, *, betas: tuple[float, float] = (0.9, 0.95), weight_decay: float
    ) -> None:
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.decayed = [parameter for parameter in trained if parameter.ndim >= 2]
        self.others = [parameter for parameter in trained if parameter.ndim < 2]
        groups = [(self.decayed, weight_decay), (self.others, 0.0)]
        self._buffers = [_flatten(group) for group, _ in groups if group]
        self._adamw = torch.optim.AdamW(
            [
                {"params": [buffer], "weight_decay": decay}
                for buffer, decay in zip(
                    self._buffers, [decay for group, decay in groups if group], strict=True
                )
            ],
            lr=0.0,
            betas=betas,
            fused=True,
        )

    def step(self, loss: Tensor, *, lr: float, clip: float = math.inf) -> None:
        """Move the weights down the gradient of ``loss``.

        Args:
            loss: a scalar.
            lr: learning rate of this step.
            clip: largest norm of the whole gradient.
        """
        groups = [group for group in (self.decayed, self.others) if group]
        weights = [parameter for group in groups for parameter in group]
        gradients = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
        start = 0
        for buffer, group in zip(self._buffers, groups, strict=True):
            part = gradients[start : start + len(group)]
            buffer.grad = torch.cat([gradient.reshape(-1) for gradient in part])
            start += len(group)
        if math.isfinite(clip):
            self._clip(clip)
        for group_options in self._adamw.param_groups:
            group_options["lr"] = lr
        self._adamw.step()

    def _clip(self, clip: float) -> None:
        gradients = [buffer.grad for buffer in self._buffers if buffer.grad is not None]
        norm = math.sqrt(sum(float(gradient.dot(gradient)) for gradient in gradients))
        if norm > clip:
            for gradient in gradients:
                gradient.mul_(clip / norm)


def _flatten(parameters: Sequence[nn.Parameter]) -> Tensor:
    buffer = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
    for parameter, part in zip(
        parameters, torch.split(buffer, [p.numel() for p in parameters]), strict=True
    ):
        parameter.data = part.view_as(parameter)
    return buffer.requires_grad_()
