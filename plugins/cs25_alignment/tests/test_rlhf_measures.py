"""What `rlhf` measures, on arms whose measures are known."""

from __future__ import annotations

import pytest
import torch

from cs25_alignment.rlhf.arms import Arms
from cs25_alignment.rlhf.human_feedback import _optimality, _win_rates
from cs25_alignment.world import exact

#: Three responses to one prompt; the first is what is wanted least.
GOLD = torch.tensor([[0.0, 1.0, 2.0]]).double()
LEARNED = torch.tensor([[0.0, 2.0, 1.0]]).double()


def policy(*shares: float) -> torch.Tensor:
    return torch.tensor([shares]).double().log()


def arms(**other: object) -> Arms:
    base = policy(0.5, 0.25, 0.25)
    best = exact.tilted(base, LEARNED, 0.5)
    given = {
        "base": base, "sft": policy(0.2, 0.4, 0.4), "dpo": policy(0.1, 0.1, 0.8),
        "ppo": {0.5: best, 2.0: base}, "ref": base, "reward": LEARNED, "gold": GOLD,
        "corpus": policy(0.6, 0.2, 0.2),
    }  # fmt: skip
    return Arms(**(given | other))  # type: ignore[arg-type]


def test_win_rates_are_of_the_first_over_the_second() -> None:
    only = {
        name: policy(*(float(i == place) for i in range(3))) for place, name in enumerate("abc")
    }
    found = _win_rates(
        arms(base=only["a"], sft=only["b"], dpo=only["c"], ppo={0.5: only["b"], 2.0: only["a"]}),
        0.5,
    )
    assert {name: measure.value for name, measure in found.items()} == {
        "sft_over_base": 1.0,
        "ppo_over_sft": 0.5,
        "ppo_over_base": 1.0,
        "dpo_over_sft": 1.0,
        "ppo_over_dpo": 0.0,
    }


def test_the_best_policy_has_gained_all_and_the_reference_nothing() -> None:
    here = arms()
    # On the prompts held out PPO has not moved at all.
    elsewhere = arms(ppo={0.5: here.ref, 2.0: here.ref})
    found = {name: m.value for name, m in _optimality(here, elsewhere, 0.5).items()}
    assert found["optimality"] == pytest.approx(1)
    assert found["optimality_dearest"] == pytest.approx(0)  # the reference, for a price of 2
    assert found["optimality_held_out"] == pytest.approx(0)
    assert found["to_best"] == pytest.approx(0, abs=1e-12)
    assert found["frontier_gap"] == pytest.approx(0, abs=1e-3)
    far = exact.kl(here.ppo[0.5], here.ref)
    assert found["ppo_divergence"] == found["best_divergence"] == pytest.approx(far)
    assert found["sft_divergence"] == exact.kl(here.sft, here.ref)
    assert found["dpo_divergence"] == exact.kl(here.dpo, here.ref)
    # By gold, the policy that is best by the learned reward is not, and DPO's is better.
    for arm, name in ((here.ppo[0.5], "ppo_gold"), (here.dpo, "dpo_gold")):
        gained = exact.objective(arm, here.ref, GOLD, 0.5) - exact.expected(here.ref, GOLD)
        to_gain = exact.optimal_value(here.ref, GOLD, 0.5) - exact.expected(here.ref, GOLD)
        assert found[name] == pytest.approx(gained / to_gain)
    assert found["dpo_gold"] > found["ppo_gold"]


def test_text_that_the_policy_gives_less_costs_more() -> None:
    here = arms()
    found = _optimality(here, here, 0.5)["text_loss"].value
    text = here.corpus.exp()
    assert found == pytest.approx(float((text * (here.base - here.ppo[0.5])).sum()))
    assert found > 0


def test_a_policy_beside_the_frontier_does_without_a_share() -> None:
    here = arms()
    beside = policy(0.25, 0.25, 0.5)  # goes for the wrong response
    found = _optimality(arms(ppo={0.5: beside, 2.0: beside}), here, 0.5)["frontier_gap"].value
    far, start = exact.kl(beside, here.ref), exact.expected(here.ref, LEARNED)
    # The most reward for that divergence, by a search over all tilted policies
    best = max(
        exact.expected(tilted, LEARNED) - start
        for beta in torch.logspace(-2, 3, 4000).tolist()
        if exact.kl(tilted := exact.tilted(here.ref, LEARNED, beta), here.ref) <= far
    )
    assert found == pytest.approx(1 - (exact.expected(beside, LEARNED) - start) / best, abs=0.01)
    assert found > 0.2
