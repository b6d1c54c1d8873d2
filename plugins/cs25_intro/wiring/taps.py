"""Taps: where a signal of a running model is read, and nudged without being changed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cs25.nn import Attention

__all__ = ["Tap", "tap_heads", "tap_input", "tap_memory", "tap_output"]


class Tap:
    """A signal as the model last computed it, and the nudge that was added to it.

    The nudge is zero, so the model computes what it always does; but it has a gradient, which
    tells what would follow if the signal were another. The model's own code runs, not a copy.
    """

    def __init__(self) -> None:
        self.signal = torch.empty(0)
        self.nudge = torch.empty(0)

    def __call__(self, signal: Tensor) -> Tensor:
        self.signal = signal
        # One nudge for all calls: in a model that comes by again, what is computed last would
        # follow from what was nudged first.
        if self.nudge.shape != signal.shape:
            self.nudge = torch.zeros_like(signal, requires_grad=True)
        return signal + self.nudge


def tap_output(module: nn.Module) -> Tap:
    """Tap what a module returns."""
    tap = Tap()
    module.register_forward_hook(lambda _module, _args, output: tap(output))
    return tap


def tap_input(module: nn.Module) -> Tap:
    """Tap a module's first argument."""
    tap = Tap()
    module.register_forward_pre_hook(lambda _module, args: (tap(args[0]), *args[1:]))
    return tap


def tap_memory(module: nn.Module) -> Tap:
    """Tap the memory that one cross-attention looks at; other layers' stays as it is."""
    tap = Tap()

    def tapped(_module: nn.Module, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return args, {**kwargs, "memory": tap(kwargs["memory"])}

    module.register_forward_pre_hook(tapped, with_kwargs=True)
    return tap


def tap_heads(attention: Attention) -> Tap:
    """Tap what the heads of an attention work with: one row for each, of all its numbers.

    A row holds the head's queries, then its keys, then its values, at all positions. They are
    tapped after they were computed, and before any head has gathered anything.

    Args:
        attention: for one sequence; each head has keys and values of its own.
    """
    tap = Tap()
    attend = attention.attend

    def tapped(
        query: Tensor, key: Tensor, value: Tensor, *, n_heads: int, causal: bool, mask: Any = None
    ) -> Tensor:
        vectors = (query, key, value)
        rows = tap(torch.cat([x.flatten(1) for x in vectors], dim=1)[None])[0]
        parts = torch.split(rows, [x[0].numel() for x in vectors], dim=1)
        query, key, value = (part.view_as(x) for part, x in zip(parts, vectors, strict=True))
        return attend(query, key, value, n_heads=n_heads, causal=causal, mask=mask)

    attention.attend = tapped
    return tap
