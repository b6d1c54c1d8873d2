"""Generation: many samples of many prompts side by side, each prompt read once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from cs25.errors import RequirementError

__all__ = ["Completion", "decode", "filtered"]

#: Samples that are decoded side by side. A step reads all weights, however many samples share it.
ROWS = 64

#: Tokens that are kept side by side, of all samples together: about a gigabyte for a small model.
TOKENS = 1 << 14

#: Below this temperature nothing but the likeliest token has a probability that can be told from 0.
COLD = 1e-6


@dataclass(frozen=True)
class Completion:
    """How a prompt goes on.

    Args:
        text: without the prompt, and without what ended it.
        n_tokens: how many tokens were drawn, the one that ended it included.
        log_prob: logarithm of their probability under the model as it is, at temperature 1 and
            among all tokens, in nats.
        finished: whether it ended by itself or at a stop text, and not at ``max_tokens``.
    """

    text: str
    n_tokens: int
    log_prob: float
    finished: bool


def decode(
    network: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    n: int,
    max_tokens: int,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    stop: tuple[str, ...],
    seed: int,
) -> list[list[Completion]]:
    """Continue each prompt n times; see `cs25.lm.LanguageModel.generate`."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))  # like lengths together
    answers: list[list[Completion]] = [[] for _ in prompts]
    with tqdm(total=len(prompts) * n, desc="generating", leave=False, delay=1) as bar:
        while order:
            # As long as the longest that may be in the batch: the next ones are hardly longer.
            rows = min(ROWS, max(1, TOKENS // (len(prompts[order[0]]) + max_tokens)))
            chosen, order = order[: max(1, rows // n)], order[max(1, rows // n) :]
            for first in range(0, n, rows):  # more than one part only where one prompt fills it
                samples = range(first, min(first + rows, n))
                batch = _Batch(network, tokenizer, [prompts[i] for i in chosen], len(samples), stop)
                noise = None
                if temperature > COLD:
                    own = [_noise(seed, prompts[i], j, max_tokens) for i in chosen for j in samples]
                    noise = torch.from_numpy(np.stack(own))
                batch.run(max_tokens, temperature, top_k, top_p, noise)
                for i, completions in zip(chosen, batch.completions(), strict=True):
                    answers[i] += completions
                bar.update(len(chosen) * len(samples))
    return answers


class _Batch:
    """Samples that are decoded together. Those that have ended leave the computation."""

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        prompts: Sequence[Sequence[int]],
        n: int,
        stop: tuple[str, ...],
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.n = n
        self.stop = stop
        self.prompts = prompts
        special = set(stop) & set(tokenizer.all_special_tokens)  # never part of a decoded text
        self.ends = _end_tokens(network, tokenizer) | set(
            tokenizer.convert_tokens_to_ids(sorted(special))
        )
        self.new: list[list[int]] = [[] for _ in range(len(prompts) * n)]
        self.log_probs = [0.0] * len(self.new)
        self.texts: list[str | None] = [None] * len(self.new)  # once it has ended

    @torch.inference_mode()
    def run(
        self,
        max_tokens: int,
        temperature: float,
        top_k: int | None,
        top_p: float | None,
        noise: Float[Tensor, "row token"] | None,
    ) -> None:
        """Decode until all have ended, or have ``max_tokens``.

        Args:
            max_tokens: the most tokens of a sample.
            temperature: divides the logits where something is drawn.
            top_k: see `filtered`.
            top_p: see `filtered`.
            noise: a random number in [0, 1) for each token; None takes the likeliest.
        """
        longest = max(map(len, self.prompts))
        # Padding stands on the left, so that what is last is last in every row.
        ids = torch.zeros(len(self.prompts), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, prompt in enumerate(self.prompts):
            ids[row, longest - len(prompt) :] = torch.tensor(prompt)
            mask[row, longest - len(prompt) :] = 1
        output = self.network(
            input_ids=ids,
            attention_mask=mask,
            position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0),
            logits_to_keep=1,
            use_cache=True,
        )
        cache = _repeatable(output, self.network)
        logits = output.logits[:, -1].float()
        if self.n > 1:
            cache.batch_repeat_interleave(self.n)
            logits = logits.repeat_interleave(self.n, dim=0)
            mask = mask.repeat_interleave(self.n, dim=0)
        rows = torch.arange(len(self.new))  # which sample each row of the computation is
        for step in range(max_tokens):
            log_probs = logits.log_softmax(dim=-1)
            if noise is None:
                token = logits.argmax(dim=-1)
            else:
                probs = filtered(logits, temperature=temperature, top_k=top_k, top_p=top_p)
                token = _draw(probs, noise[rows, step])
            chosen = log_probs.gather(1, token[:, None])[:, 0]
            going = torch.tensor(
                [
                    self._take(int(row), int(t), float(p))
                    for row, t, p in zip(rows, token, chosen, strict=True)
                ]
            )
            if not going.any() or step == max_tokens - 1:
                break
            if not going.all():
                keep = going.nonzero()[:, 0]
                cache.batch_select_indices(keep)
                rows, token, mask = rows[keep], token[keep], mask[keep]
            mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
            output = self.network(
                input_ids=token[:, None],
                attention_mask=mask,
                position_ids=mask.sum(dim=1, keepdim=True) - 1,
                past_key_values=cache,
                use_cache=True,
            )
            logits = output.logits[:, -1].float()

    def _take(self, row: int, token: int, log_prob: float) -> bool:
        """Add a token to a sample; return whether it goes on."""
        self.new[row].append(token)
        self.log_probs[row] += log_prob
        if token in self.ends:
            self.texts[row] = self._text(row, self.new[row][:-1])
        elif self.stop:
            text = self._text(row, self.new[row])
            at = min((i for i in map(text.find, self.stop) if i >= 0), default=-1)
            if at >= 0:
                self.texts[row] = text[:at]
        return self.texts[row] is None

    def _text(self, row: int, ids: Sequence[int]) -> str:
        # Some tokenizers drop the space a text begins with: a token of the prompt goes before.
        last = list(self.prompts[row // self.n][-1:])
        before = self.tokenizer.decode(last, skip_special_tokens=True)
        whole = self.tokenizer.decode([*last, *ids], skip_special_tokens=True)
        return str(whole[len(before) :])

    def completions(self) -> list[list[Completion]]:
        """Return what came out, prompt by prompt."""
        found = []
        for row, ids in enumerate(self.new):
            text = self.texts[row]
            found.append(
                Completion(
                    text=self._text(row, ids) if text is None else text,
                    n_tokens=len(ids),
                    log_prob=self.log_probs[row],
                    finished=text is not None,
                )
            )
        return [found[i : i + self.n] for i in range(0, len(found), self.n)]


def filtered(
    logits: Float[Tensor, "row d_vocab"],
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[Tensor, "row d_vocab"]:
    """Return the probabilities of the tokens that may be drawn; they sum to one in each row.

    Args:
        logits: of the model.
        temperature: divides them, above 0.
        top_k: keep this many likeliest tokens, and those as likely as the last of them.
        top_p: of those, keep the fewest likeliest whose probabilities reach this sum (Holtzman et
            al. 2020, The curious case of neural text degeneration, equation 2).
    """
    # Nothing overflows with the largest at 0, however low the temperature.
    logits = (logits - logits.max(dim=-1, keepdim=True).values) / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        least = logits.topk(top_k, dim=-1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    probs = logits.softmax(dim=-1)
    if top_p is not None and top_p < 1:
        ordered, index = probs.sort(dim=-1, descending=True)
        # A token stays if those before it have not reached the sum: the first always does.
        dropped = ordered.cumsum(dim=-1) - ordered >= top_p
        probs = probs.masked_fill(torch.zeros_like(dropped).scatter(1, index, dropped), 0.0)
        probs = probs / probs.sum(dim=-1, keepdim=True)
    return probs


def _draw(
    probs: Float[Tensor, "row d_vocab"], uniform: Float[Tensor, " row"]
) -> Int[Tensor, " row"]:
    """Draw a token from each row: the first whose cumulative probability exceeds the uniform."""
    cumulative = probs.double().cumsum(dim=-1)
    # Rounding may leave the sum below one, and a token of probability zero must never be drawn.
    aim = uniform[:, None] * cumulative[:, -1:]
    return torch.searchsorted(cumulative, aim, right=True)[:, 0]


def _noise(seed: int, prompt: Sequence[int], sample: int, n: int) -> Float[np.ndarray, " token"]:
    """Return a sample's own random numbers in [0, 1): the same whatever is drawn beside it."""
    digest = hashlib.sha256(np.asarray(prompt, dtype=np.int64).tobytes()).digest()
    own = int.from_bytes(digest[:8], "little")
    return np.random.default_rng([seed, own, sample]).random(n)


def _repeatable(output: Any, network: Any) -> Any:
    """Return the cache of keys and values that a prompt has left.

    Raises:
        RequirementError: the model keeps something else, which its samples could not share.
    """
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    cache = getattr(output, "past_key_values", None)
    if isinstance(cache, DynamicCache) and all(
        isinstance(layer, DynamicLayer) for layer in cache.layers
    ):
        return cache
    raise RequirementError(
        f"models of the kind {network.config.model_type!r} cannot generate here: they keep no keys "
        "and values of all tokens",
        remedy="Use `model.network.generate` of transformers, or another model.",
    )


def _end_tokens(network: Any, tokenizer: Any) -> set[int]:
    """Return the tokens that end a text, for the model or for its tokenizer."""
    ends = network.generation_config.eos_token_id if network.generation_config else None
    listed = [] if ends is None else [ends] if isinstance(ends, int) else list(ends)
    return {token for token in (*listed, tokenizer.eos_token_id) if token is not None}
