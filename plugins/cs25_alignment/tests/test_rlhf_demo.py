"""The arms, their measures, and the figure."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cs25 import Measure, ParameterError, Result
from cs25.verdict import judge
from cs25_alignment.preferences.comparisons import compare
from cs25_alignment.rlhf import DEMO
from cs25_alignment.rlhf.arms import misdealt_scores
from cs25_alignment.rlhf.figure import draw
from cs25_alignment.rlhf.human_feedback import learn_from_feedback
from cs25_alignment.rlhf.stages import Sizes, optimise_by_comparisons, pre_train
from cs25_alignment.world import exact
from cs25_alignment.world.corpus import Corpus
from cs25_alignment.world.language import prompts
from cs25_alignment.world.policy import log_probs

SMALL = {
    "comparisons": 4000, "iterations": 3, "pretraining": 30, "tuning": 40, "d_model": 8,
    "reward": "bag",
}  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Result:
    return learn_from_feedback(seed=1, betas=(1.0, 0.5), **SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return learn_from_feedback(seed=1, betas=(1.0,), start="sft", control="misdealt", **SMALL)


def test_measures_are_those_of_the_card(result: Result, control: Result) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}


def test_measures_are_those_of_the_table(result: Result) -> None:
    measures = {name: measure.value for name, measure in result.measures.items()}
    arms = {row[:3]: row[3:] for row in result.table("arms").rows}
    along = result.table("frontier").rows
    # J* - J_ref from the frontier: the best policy for the first price is one of its points.
    (best,) = [reward - beta * far for beta, far, reward in along if beta == 1.0]
    far, reward, *_ = arms["asked", "ppo", 1.0]
    assert measures["optimality"] == pytest.approx((reward - far) / best)
    assert measures["optimality_dearest"] == measures["optimality"]  # 1 is the dearer of the two
    assert measures["ppo_divergence"] == far
    assert measures["best_divergence"] == pytest.approx(
        next(far for beta, far, _ in along if beta == 1.0)
    )
    assert measures["to_best"] == pytest.approx(best - (reward - far))  # over beta, which is 1
    far, reward, *_ = arms["held out", "ppo", 1.0]
    assert measures["optimality_held_out"] < 1
    assert measures["ppo_over_base"] == arms["held out", "ppo", 1.0][3]
    assert measures["sft_over_base"] == arms["held out", "sft", None][3]
    assert arms["asked", "base", None][:2] == pytest.approx((0, 0), abs=1e-9)
    # The gap is that of the worse of the two prices, read off the frontier drawn.
    divergences, rewards = np.array(along)[:, 1:].T
    gaps = []
    for beta in (1.0, 0.5):
        far, reward, *_ = arms["asked", "ppo", beta]
        gaps.append(1 - reward / np.interp(np.sqrt(far), np.sqrt(divergences), rewards))
    assert measures["frontier_gap"] == pytest.approx(max(gaps), abs=0.02)


def test_feedback_about_other_responses_teaches_nothing(control: Result) -> None:
    for claim in DEMO.claims:
        assert not judge(claim, [control], exact=False).met
    assert control.measures["sft_over_base"].value == pytest.approx(0.5, abs=0.05)
    assert control.measures["ppo_over_base"].value == pytest.approx(0.5, abs=0.05)
    assert control.measures["dpo_over_sft"].value == pytest.approx(0.5, abs=0.05)


def test_real_feedback_is_learned_from(result: Result) -> None:
    measures = result.measures
    assert measures["sft_over_base"].value > 0.53
    assert 0 < measures["optimality"].value < 1


def test_dpo_learns_the_gold_reward_from_comparisons() -> None:
    # As many comparisons as there are wanted, about a reward that the first symbol decides.
    sizes = replace(Sizes(d_model=16, pretrain_steps=60), dpo_steps=150)
    sizes = replace(sizes, ppo=replace(sizes.ppo, beta=1.0))
    corpus, rows = Corpus(0), torch.arange(8)
    base = pre_train(corpus, sizes, seed=0)
    log_ref = log_probs(base, prompts()[rows])
    gold = torch.zeros(8, 8, 4096).double()
    gold[:, 3] = 2.0
    gold = gold.flatten(1)
    preferred = compare(log_ref, gold, rows, n=20_000, generator=torch.Generator().manual_seed(0))
    policy = optimise_by_comparisons(base, preferred, sizes, seed=0)
    best = exact.tilted(log_ref, gold, 1.0)
    assert exact.kl(log_ref, best) > 0.25
    assert exact.kl(log_probs(policy, prompts()[rows]), best) < 0.12


def test_misdealt_scores_are_those_of_the_batch() -> None:
    dealt = misdealt_scores(lambda text: text[:, 0].float(), torch.Generator().manual_seed(0))
    text = torch.arange(100)[:, None].expand(-1, 7)
    found = dealt(text)
    assert sorted(found.tolist()) == list(range(100))
    assert float((found == text[:, 0]).float().mean()) < 0.1


def test_arms_start_where_they_are_told_to(result: Result, control: Result) -> None:
    for found, start, other in ((result, "base", "sft"), (control, "sft", "base")):
        divergence = {row[:2]: row[3] for row in found.table("arms").rows}
        assert divergence["asked", start] == pytest.approx(0, abs=1e-9)
        assert divergence["asked", other] > 1e-4


def test_a_price_is_named_once() -> None:
    with pytest.raises(ParameterError, match="prices that differ"):
        learn_from_feedback(betas=(1.0, 1.0))


def test_heads_part_the_width() -> None:
    with pytest.raises(ParameterError, match="a multiple of 4"):
        learn_from_feedback(d_model=10)


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    shares = {
        name: f"{100 * m.value:.0f}\N{NO-BREAK SPACE}%" for name, m in result.measures.items()
    }
    assert f"PPO reaches {shares['optimality']}" in figure.get_suptitle()
    assert f"to the base model in {shares['sft_over_base']}" in figure.get_suptitle()
    assert "In the control" in figure.get_label()
    worse = {**result.measures, "optimality": Measure(-0.2, "share")}
    assert "-20" in draw([replace(result, measures=worse)], []).get_suptitle()
