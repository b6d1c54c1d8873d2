"""What a reward model makes of comparisons, held against what it should have learned.

Sources: Stiennon et al. 2020 (arXiv 2009.01325), section 3.4; Ouyang et al. 2022 (arXiv
2203.02155), section 3.5.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple

import numpy as np
import torch
from annotated_types import Interval
from jaxtyping import Float
from scipy.stats import spearmanr
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.lm import load_encoder
from cs25_alignment.preferences.comparisons import Rankings, compare
from cs25_alignment.preferences.networks import Size, reward_model, reward_table
from cs25_alignment.preferences.training import n_steps, train_reward_model
from cs25_alignment.reward_model.judgement import (
    bayes_accuracy,
    calibration_slope,
    expected_accuracy,
)
from cs25_alignment.reward_model.sentences import Verdicts, judge_sentences
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.gold import Gold
from cs25_alignment.world.language import prompts, split

__all__ = ["learn_from_comparisons"]

#: The models of the learning curve; the claims are about the last.
_MODELS: tuple[Size, ...] = ("bag", "large")


def learn_from_comparisons(
    *,
    comparisons: Annotated[int, Interval(ge=100, le=1_000_000)] = 20_000,
    responses: Annotated[int, Interval(ge=2, le=9)] = 4,
    points: Annotated[int, Interval(ge=1, le=8)] = 4,
    held_out: Annotated[int, Interval(ge=1, le=55)] = 14,
    folds: Annotated[int, Interval(ge=2, le=50)] = 10,
    control: Literal["none", "shuffled"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Learn a reward from comparisons: where it is known, and on sentences, where it is not.

    Args:
        comparisons: that reward models learn from in the world of eight symbols.
        responses: that are ranked at a time there; of four there are six comparisons.
        points: of the learning curve, each with four times the comparisons of the one before.
        held_out: prompts of the 56 that nothing is learned from; rewards are judged on them.
        folds: parts of the fifty English requests; each is left out in turn.
        control: "shuffled" ranks by chance, in that world and in English.
        seed: draws the world, responses, labels, networks and parts.
    """
    every = prompts()
    log_ref, gold = Corpus(seed).log_probs(every), Gold(seed).table(every)
    learned_from, unseen = split(seed, held_out=held_out)
    shuffled = control == "shuffled"
    ranked = compare(
        log_ref, torch.zeros_like(gold) if shuffled else gold, learned_from,
        n=comparisons, k=responses, generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    parts = [_first(ranked, comparisons / 4**i) for i in reversed(range(points))]
    runs = [(part, name, reward_model(name, seed=seed)) for part in parts for name in _MODELS]
    exam = _Exam(gold[unseen].numpy(), log_ref[unseen].exp().numpy())
    marks = []
    with tqdm(total=sum(n_steps(model, part) for part, _, model in runs), desc="learning") as bar:
        for part, _, model in runs:
            train_reward_model(model, part, seed=seed, progress=bar.update)
            marks.append(exam.marks(reward_table(model, every[unseen]).numpy()))
    verdicts = judge_sentences(
        load_encoder("minilm"),
        folds=folds,
        shuffled=shuffled,
        draw=np.random.default_rng([seed, 3]),
    )
    return Result(
        _learned(dict(zip(_MODELS, marks[-len(_MODELS) :], strict=True)), exam.bayes)
        | _sentences(verdicts),
        tables=(
            Table(
                "learning",
                ("model", "comparisons", *Marks._fields),
                tuple(
                    (name, part.n_comparisons, *mark)
                    for (part, name, _), mark in zip(runs, marks, strict=True)
                ),
            ),
            Table("faults", ("fault", "pairs", "right", "by_length"), verdicts.faults),
        ),
    )


class Marks(NamedTuple):
    """How a reward does on prompts that it was not learned from; means over prompts.

    Args:
        accuracy: how often it picks the response that somebody prefers.
        rank_correlation: Spearman's, of all 32,768 responses with the gold reward.
        slope: of the log-odds of preferences over differences of reward.
    """

    accuracy: float
    rank_correlation: float
    slope: float


class _Exam:
    """What rewards are held against: gold rewards of held-out prompts, and who draws the pairs."""

    def __init__(
        self,
        gold: Float[np.ndarray, "prompt response"],
        probs: Float[np.ndarray, "prompt response"],
    ) -> None:
        self._gold, self._probs = gold, probs
        self.bayes = float(
            np.mean([bayes_accuracy(*both) for both in zip(gold, probs, strict=True)])
        )

    def marks(self, rewards: Float[np.ndarray, "prompt response"]) -> Marks:
        """Return how rewards do."""
        rows = list(zip(rewards, self._gold, self._probs, strict=True))
        return Marks(
            float(np.mean([expected_accuracy(*row) for row in rows])),
            float(np.mean([spearmanr(reward, gold).statistic for reward, gold, _ in rows])),
            calibration_slope(rewards, self._gold, self._probs),
        )


def _first(ranked: Rankings, comparisons: float) -> Rankings:
    """Return the first rankings, with about so many comparisons in all."""
    _, k = ranked.responses.shape
    n = math.ceil(comparisons / (k * (k - 1) / 2))
    return Rankings(ranked.prompt[:n], ranked.responses[:n])


def _learned(marks: dict[Size, Marks], bayes: float) -> dict[str, Measure]:
    bag, network = (marks[name] for name in _MODELS)
    return {
        "shortfall": Measure(bayes - network.accuracy, "share"),
        "rank_correlation": Measure(network.rank_correlation, "Spearman's rho"),
        "slope": Measure(network.slope, ""),
        "accuracy": Measure(network.accuracy, "share"),
        "bayes_accuracy": Measure(bayes, "share"),
        "bag_accuracy": Measure(bag.accuracy, "share"),
        "bag_rank_correlation": Measure(bag.rank_correlation, "Spearman's rho"),
    }


def _sentences(verdicts: Verdicts) -> dict[str, Measure]:
    accuracy = Measure.mean_of(verdicts.right, "share", least=0, most=1)
    assert accuracy.low is not None
    return {
        "text_accuracy": accuracy,
        "text_floor": Measure(accuracy.low, "share"),
        "text_by_length": Measure.mean_of(verdicts.by_length, "share", least=0, most=1),
        "text_shuffled": Measure.mean_of(verdicts.by_chance, "share", least=0, most=1),
    }
