"""The numbers of the comparison: how much is repeated, how likely it is, how open the choice was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from cs25 import Measure, Table
from cs25_intro.decoding.reading import Reading
from cs25_intro.decoding.repetition import repeated
from cs25_intro.decoding.writing import Texts

__all__ = ["distributions", "measures", "temperatures", "written"]

Values = Float[np.ndarray, " prompt"]


def measures(texts: Mapping[str, Texts]) -> dict[str, Measure]:
    """Return what the claims rest on: differences within each prompt, and what they are made of.

    Args:
        texts: what each strategy wrote, and "people".
    """
    again = {name: _repeated(own) for name, own in texts.items()}
    surprise = {name: _surprise(own) for name, own in texts.items()}
    return {
        "greedy_excess": Measure.mean_of(again["greedy"] - again["top-p"], "share"),
        "beam_excess": Measure.mean_of(again["beam"] - again["top-p"], "share"),
        "cooling": Measure.mean_of(surprise["ancestral"] - surprise["temperature"], "nats/token"),
        "human_gap": Measure.mean_of(surprise["people"] - surprise["beam"], "nats/token"),
        **{
            f"repeated_{name.replace('-', '_')}": Measure.mean_of(again[name], "share", least=0)
            for name in ("people", "top-p", "greedy", "beam")
        },
        **{
            f"surprise_{name}": Measure.mean_of(surprise[name], "nats/token", least=0)
            for name in ("people", "ancestral", "temperature", "greedy", "beam")
        },
    }


def written(texts: Mapping[str, Texts], settings: Mapping[str, str]) -> Table:
    """Return repetition and surprise of each strategy's texts, with intervals over prompts."""
    rows = []
    for name, own in texts.items():
        again = Measure.mean_of(_repeated(own), "share", least=0)
        surprise = Measure.mean_of(_surprise(own), "nats/token", least=0)
        rows.append(
            (
                name, settings.get(name, ""), again.value, again.low, again.high,
                surprise.value, surprise.low, surprise.high,
            )
        )  # fmt: skip
    columns = (
        "strategy", "setting", "repeated", "repeated_low", "repeated_high",
        "surprise", "surprise_low", "surprise_high",
    )  # fmt: skip
    return Table("written", columns, tuple(rows))


def distributions(names: Sequence[str], reading: Reading) -> Table:
    """Return how open the choice of the next token is under each strategy.

    Args:
        names: of the first strategies that read.
        reading: entropies and candidates at places where a person wrote the next token.
    """
    rows = [
        (name, reading.entropy[i].mean(), *np.quantile(reading.candidates[i], (0.1, 0.5, 0.9)))
        for i, name in enumerate(names)
    ]
    columns = ("strategy", "entropy", "candidates_10", "candidates_median", "candidates_90")
    return Table("distributions", columns, tuple(rows))


def temperatures(at: Sequence[float], reading: Reading) -> Table:
    """Return the entropy at each temperature: mean and quartiles over the same places.

    Args:
        at: temperatures of the last strategies that read.
        reading: as above.
    """
    entropies = reading.entropy[-len(at) :]
    rows = [
        (t, own.mean(), *np.quantile(own, (0.25, 0.75)))
        for t, own in zip(at, entropies, strict=True)
    ]
    return Table(
        "temperatures", ("temperature", "entropy", "quarter", "three_quarters"), tuple(rows)
    )


def _repeated(texts: Texts) -> Values:
    return np.array([repeated(tokens) for tokens in texts.tokens.tolist()])


def _surprise(texts: Texts) -> Values:
    """Return -log p a token, mean over each text."""
    return -texts.log_probs.double().mean(dim=-1).numpy()
