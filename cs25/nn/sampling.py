"""Sampling: many sequences at once, one token at a time, nothing computed twice."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cs25.nn.attention import Mask
from cs25.nn.decoder import Decoder

__all__ = ["generate", "sample"]


@torch.inference_mode()
def generate(
    model: Decoder,
    prompts: Int[Tensor, "batch pos"],
    n_new: int,
    *,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
    stop: int | None = None,
    memory: Float[Tensor, "batch memory d_model"] | None = None,
    memory_mask: Mask | None = None,
) -> Int[Tensor, "batch new"]:
    """Continue every prompt.

    Args:
        model: a decoder.
        prompts: all of one length.
        n_new: tokens to add, so that prompt and answer fit into n_ctx.
        temperature: 0 takes the likeliest token, 1 samples from the model.
        generator: draws the samples; needed unless the temperature is 0.
        stop: once a sequence has this token, it has nothing else.
        memory: what cross-attention looks at.
        memory_mask: True where the memory may be seen.

    Returns:
        The new tokens only, always ``n_new`` of them.
    """
    n_ctx = model.config.n_ctx
    if prompts.shape[1] + n_new > n_ctx:
        raise ValueError(
            f"generate: {prompts.shape[1]} + {n_new} tokens, expected at most n_ctx ({n_ctx})"
        )
    cache = model.new_cache(
        n_ctx=prompts.shape[1] + n_new, n_memory=0 if memory is None else memory.shape[1]
    )
    new = prompts.new_full((len(prompts), n_new), -1 if stop is None else stop)
    done = torch.zeros(len(prompts), dtype=torch.bool)
    tokens = prompts
    for i in range(n_new):
        hidden = model.hidden(tokens, memory=memory, memory_mask=memory_mask, cache=cache)
        logits = model.unembedding(hidden[:, -1])  # the prompt's other logits are never needed
        token = sample(logits, temperature=temperature, generator=generator)
        if stop is not None:
            token = token.masked_fill(done, stop)
            done |= token == stop
            if done.all():
                break
        new[:, i] = token
        tokens = token[:, None]
    return new


def sample(
    logits: Float[Tensor, "batch d_vocab"],
    *,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Int[Tensor, " batch"]:
    """Draw one token from each row of logits.

    Args:
        logits: unnormalised.
        temperature: 0 takes the likeliest, 1 samples from softmax(logits).
        generator: needed unless the temperature is 0.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    if temperature < 0:
        raise ValueError(f"sample: temperature is {temperature}, expected 0 or more")
    if generator is None:
        raise ValueError("sample: generator is None, expected a torch.Generator of your own")
    # The Gumbel trick in its exponential form: argmax of p / E, with E exponential, has law p.
    probs = (logits / temperature).softmax(dim=-1)
    noise = torch.empty_like(probs).exponential_(generator=generator)
    return (probs / noise).argmax(dim=-1)
