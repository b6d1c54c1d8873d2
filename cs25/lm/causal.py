"""A pretrained language model: how likely is a text, and how does it go on?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import TemplateError

from cs25.lm.decoding import Completion, decode
from cs25.lm.scoring import Score, Scorer
from cs25.lm.tokens import encode, joined

__all__ = ["Completion", "LanguageModel"]


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A causal language model of transformers, with few verbs.

    Args:
        name: what it was loaded by.
        network: the model itself, to look inside: a ``PreTrainedModel`` in evaluation
            mode whose parameters take no gradient.
        tokenizer: its tokenizer.
    """

    name: str
    network: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    _scorer: Scorer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_scorer", Scorer(self.network))

    @property
    def n_ctx(self) -> int | None:
        """The most tokens it takes, prompt and answer together; None if nothing limits them."""
        config = self.network.config.get_text_config()
        limit = getattr(config, "max_position_embeddings", None)
        return None if limit is None else int(limit)

    def score(
        self, prompts: Sequence[str], continuations: Sequence[Sequence[str]]
    ) -> list[list[Score]]:
        """Return how likely each continuation of each prompt is.

        A prompt and its continuation are tokenised together; the continuation has every token that
        holds one of its characters. Long beginnings that prompts of one call share are computed
        once, so a call with many prompts is faster than many calls. The scores do not depend on
        what else is asked, up to rounding (about 1e-5 nats a token in float32).

        Args:
            prompts: an empty one stands for the token that begins texts or, where there is none,
                for the one that ends them. A model that was trained to chat may know that token
                as the mark of a turn.
            continuations: a list of texts for each prompt.

        Returns:
            A `Score` for each continuation, in the same order and nesting.

        Raises:
            TypeError: a text stands where a list of texts is expected.
            ValueError: there are not as many lists of continuations as prompts; or a text has more
                tokens than the model takes.
        """
        _check_list("score", "prompts", prompts)
        for texts in continuations:
            _check_list("score", "continuations", texts)
        if len(prompts) != len(continuations):
            raise ValueError(
                f"score: {len(prompts)} prompts and {len(continuations)} lists of continuations, "
                "expected one list for each prompt"
            )
        groups = [
            [joined(self.tokenizer, prompt, continuation) for continuation in texts]
            for prompt, texts in zip(prompts, continuations, strict=True)
        ]
        longest = max((len(s.ids) for group in groups for s in group), default=0)
        self._check_length("score", longest - 1)  # nothing follows the last token
        return self._scorer.score(groups)

    def generate(
        self,
        prompts: Sequence[str],
        *,
        n: int = 1,
        max_tokens: int = 64,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        stop: Sequence[str] = (),
        seed: int = 0,
    ) -> list[list[Completion]]:
        """Continue each prompt, n times.

        A prompt goes through the model once for all its samples. What is drawn for a prompt depends
        on the seed, the prompt and the number of the sample, and up to rounding not on the other
        prompts. So forty samples of a prompt are ``n=40``; the prompt given forty times would get
        the same completion forty times.

        Args:
            prompts: texts.
            n: samples of each.
            max_tokens: the most tokens to add.
            temperature: 0 takes the likeliest token; 1 samples from the model.
            top_k: sample among this many likeliest tokens only, and those as likely as the last.
            top_p: sample among the likeliest tokens that together have this probability, in (0, 1].
            stop: texts, or special tokens, at which a completion ends; they are left out of it.
            seed: seeds the samples.

        Returns:
            A list of completions for each prompt.

        Raises:
            ValueError: an option out of its range; or a prompt that, with ``max_tokens``, has more
                tokens than the model takes.
        """
        _check_list("generate", "prompts", prompts)
        for option, value, fits in (
            ("n", n, n >= 1),
            ("max_tokens", max_tokens, max_tokens >= 1),
            ("temperature", temperature, 0 <= temperature < math.inf),
            ("top_k", top_k, top_k is None or top_k >= 1),
            ("top_p", top_p, top_p is None or 0 < top_p <= 1),
            ("seed", seed, seed >= 0),
            ("stop", stop, not isinstance(stop, str) and all(stop)),
        ):
            if not fits:
                raise ValueError(f"generate: {option} is {value!r}, expected {_EXPECTED[option]}")
        ids = [encode(self.tokenizer, prompt) for prompt in prompts]
        self._check_length("generate", max(map(len, ids), default=0) + max_tokens - 1)
        return decode(
            self.network,
            self.tokenizer,
            ids,
            n=n,
            max_tokens=max_tokens,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            stop=tuple(stop),
            seed=seed,
        )

    def chat(
        self,
        question: str,
        *,
        system: str | None = None,
        examples: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Return the prompt that puts a question to a model that was trained to answer.

        Args:
            question: what the user says.
            system: what the model is told first; the model's own words if None.
            examples: questions with their answers, as if they had been said before.

        Raises:
            ValueError: the model has no form for a conversation, or none with these parts.
        """
        if not self.tokenizer.chat_template:
            raise ValueError(f"{self.name} was not trained to chat: it continues texts")
        turns = [] if system is None else [("system", system)]
        for asked, answered in examples:
            turns += [("user", asked), ("assistant", answered)]
        messages = [{"role": role, "content": text} for role, text in [*turns, ("user", question)]]
        try:
            return str(
                self.tokenizer.apply_chat_template(
                    messages, tokenize=False, add_generation_prompt=True
                )
            )
        except TemplateError as error:
            raise ValueError(f"{self.name} takes no such conversation: {error}") from error

    def _check_length(self, verb: str, n_tokens: int) -> None:
        if self.n_ctx is not None and n_tokens > self.n_ctx:
            raise ValueError(
                f"{verb}: {n_tokens} tokens, expected at most the {self.n_ctx} that {self.name} "
                "takes"
            )


_EXPECTED = {
    "n": "1 or more",
    "max_tokens": "1 or more",
    "temperature": "a number of 0 or more",
    "seed": "0 or more",
    "top_k": "1 or more, or None",
    "top_p": "a number above 0 and at most 1, or None",
    "stop": "texts that are not empty, in a list",
}


def _check_list(verb: str, what: str, texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise TypeError(f"{verb}: found a text, {texts[:20]!r}, expected a list of {what}")
