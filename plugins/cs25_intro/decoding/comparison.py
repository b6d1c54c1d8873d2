"""Decoding strategies compared: what each of them writes to the same beginnings.

Source: Holtzman et al. 2020 (arXiv 1904.09751): the likeliest text is not the best one; Welleck et
al. 2020 (arXiv 1908.04319) for the measure of repetition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

import torch
from annotated_types import Interval
from jaxtyping import Int
from torch import Tensor
from tqdm.auto import tqdm

from cs25 import Result, Table
from cs25.errors import ParameterError
from cs25.lm import LanguageModel, load
from cs25.nn import from_llama
from cs25_intro.decoding import strategies
from cs25_intro.decoding.continuations import continue_all
from cs25_intro.decoding.reading import read
from cs25_intro.decoding.report import distributions, measures, temperatures, written
from cs25_intro.decoding.small_sources import small_sources
from cs25_intro.decoding.strategies import Strategy
from cs25_intro.decoding.writing import Texts
from cs25_intro.load_smollm.passages import N_ASIDE, N_PASSAGES, draw_passages

__all__ = ["decoding"]

#: Tokens of each passage that are given: about its first sentence.
N_PROMPT = 16

#: The most tokens that are written: no passage goes on for fewer.
MOST_NEW = 80

#: Of what follows a prompt, the distribution at every so many places is looked at.
EVERY = 8

#: At these the entropy is measured.
TEMPERATURES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)


def decoding(
    *,
    passages: Annotated[int, Interval(ge=3, le=N_PASSAGES - N_ASIDE)] = 12,
    n_tokens: Annotated[int, Interval(ge=8, le=MOST_NEW)] = MOST_NEW,
    prompt: str = "",
    temperature: Annotated[float, Interval(ge=0, le=10)] = 0.7,
    top_k: Annotated[int, Interval(ge=1)] = 40,
    top_p: Annotated[float, Interval(gt=0, le=1)] = 0.9,
    typical_p: Annotated[float, Interval(gt=0, le=1)] = 0.95,
    beam_width: Annotated[int, Interval(ge=1, le=16)] = 4,
    control: Literal["none", "ancestral"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Let SmolLM2 continue the same beginnings with every decoding strategy.

    Args:
        passages: held-out texts whose first 16 tokens are continued.
        n_tokens: tokens of each continuation.
        prompt: a text of your own, to see how each strategy goes on with it; without one you see
            the first passage continued.
        temperature: below 1 sharpens the model's distributions, above 1 flattens them; 0 is greedy.
        top_k: how many of the likeliest tokens top-k sampling draws from.
        top_p: probability that the nucleus holds.
        typical_p: probability that the typical tokens hold.
        beam_width: beginnings that beam search keeps.
        control: "ancestral" draws from the model as it is, under every strategy's name.
        seed: draws the passages, the tokens, and the small sources.
    """
    named: dict[str, Strategy] = {
        "ancestral": strategies.ancestral,
        "typical": partial(strategies.typical, p=typical_p),
        "top-p": partial(strategies.top_p, p=top_p),
        "top-k": partial(strategies.top_k, k=top_k),
        "temperature": partial(strategies.temperature, t=temperature),
        "greedy": strategies.greedy,
    }
    settings = {
        "typical": f"p = {typical_p:g}",
        "top-p": f"p = {top_p:g}",
        "top-k": f"k = {top_k}",
        "temperature": f"t = {temperature:g}",
        "beam": f"width {beam_width}",
    }
    known, known_tables = small_sources(named, top_k=top_k, beam_width=beam_width, seed=seed)
    width: int | None = beam_width
    if control == "ancestral":
        named, width = dict.fromkeys([*named, "beam"], strategies.ancestral), None
        settings = {}

    pretrained = load("smollm2-135m")
    model = from_llama(pretrained.network)
    never = pretrained.tokenizer.all_special_ids
    people = _tokens(pretrained, draw_passages(passages, seed=seed)[0])[:, : N_PROMPT + n_tokens]
    begun = people[:, :N_PROMPT]
    own_prompt = _tokens(pretrained, [prompt]) if prompt else begun[:1]
    if own_prompt.shape[1] + n_tokens > model.config.n_ctx:
        raise ParameterError(
            parameter="prompt",
            found=f"{own_prompt.shape[1]} tokens",
            expected=f"at most {model.config.n_ctx - n_tokens} tokens",
        )
    heated = [partial(strategies.temperature, t=t) for t in TEMPERATURES]
    reading = read(
        model, people, [*named.values(), *heated], n_prompt=N_PROMPT, every=EVERY, never=never
    )
    generator = torch.Generator().manual_seed(seed)
    n_texts = (len(begun) + bool(prompt)) * (len(named) + (width or 0))
    with tqdm(total=n_texts * n_tokens, desc="writing") as bar:

        def continued(prompts: Int[Tensor, "prompt pos"]) -> dict[str, Texts]:
            return continue_all(
                model, prompts, named, beam_width=width, n_new=n_tokens, never=never,
                generator=generator, progress=bar.update,
            )  # fmt: skip

        written_on = continued(begun)
        shown = continued(own_prompt) if prompt else {}
    texts = {"people": Texts(people[:, N_PROMPT:], reading.log_probs), **written_on}
    return Result(
        {**measures(texts), **known},
        tables=(
            _shown(pretrained, shown or texts, settings),
            written(texts, settings),
            distributions([*named], reading),
            temperatures(TEMPERATURES, reading),
            *known_tables,
        ),
        text=f"The prompt is: {prompt or pretrained.tokenizer.decode(begun[0])}",
    )


def _tokens(model: LanguageModel, written: list[str]) -> Int[Tensor, "text pos"]:
    """Return the token ids of texts, cut to one length."""
    ids = model.tokenizer(written)["input_ids"]
    return torch.tensor([own[: min(map(len, ids))] for own in ids])


def _shown(model: LanguageModel, texts: Mapping[str, Texts], settings: Mapping[str, str]) -> Table:
    """Return how each strategy goes on with the first prompt."""
    rows = tuple(
        (name, settings.get(name, ""), " ".join(model.tokenizer.decode(own.tokens[0]).split()))
        for name, own in texts.items()
    )
    return Table("texts", ("strategy", "setting", "continues"), rows)
