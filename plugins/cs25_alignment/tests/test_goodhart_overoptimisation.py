"""Pressure on a proxy, frontiers with known answers, proxies, the demo and its figure."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.verdict import judge
from cs25_alignment.goodhart import DEMO
from cs25_alignment.goodhart.best_of_n import BestOfN
from cs25_alignment.goodhart.figure import draw
from cs25_alignment.goodhart.frontier import (
    Frontier,
    best_of_n_frontier,
    explained,
    tilted_frontier,
)
from cs25_alignment.goodhart.overoptimisation import optimise_proxies
from cs25_alignment.goodhart.pressure import beta_for, favourites
from cs25_alignment.goodhart.proxies import Wanted, held_out, survey, train_proxy, wanted
from cs25_alignment.goodhart.summary import Optimised, measures
from cs25_alignment.world.exact import expected, kl, objective, tilted
from cs25_alignment.world.language import split


def tables(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    log_ref = torch.randn(3, 200, generator=generator, dtype=torch.double).log_softmax(-1)
    return log_ref, torch.randn(3, 200, generator=generator, dtype=torch.double)


def test_beta_is_found_for_a_distance() -> None:
    log_ref, proxy = tables()
    for nats in (0.01, 1.0, 3.0):
        beta = beta_for(log_ref, proxy, nats)
        assert kl(tilted(log_ref, proxy, beta), log_ref) == pytest.approx(nats, rel=1e-3)


def test_no_policy_has_more_of_the_proxy_at_the_distance() -> None:
    # Best-of-n is another policy at that distance; near by there is none with a higher objective.
    log_ref, proxy = tables()
    other = BestOfN(log_ref, proxy).policy(16)
    beta = beta_for(log_ref, proxy, kl(other, log_ref))
    best = tilted(log_ref, proxy, beta)
    assert expected(best, proxy) > expected(other, proxy)
    highest = objective(best, log_ref, proxy, beta)
    for seed in range(5):
        nearby = (best + 0.05 * tables(seed + 1)[1]).log_softmax(-1)
        assert objective(nearby, log_ref, proxy, beta) < highest


def test_favourites_are_the_limit_of_ever_more_pressure() -> None:
    log_ref, proxy = tables()
    proxy[:, 7] = proxy[:, 9] = 5.0  # two that are liked most
    limit = favourites(log_ref, proxy).exp()
    np.testing.assert_allclose(limit, tilted(log_ref, proxy, 1e-4).exp(), atol=1e-12)
    assert limit[:, [7, 9]].sum(1).tolist() == pytest.approx([1, 1, 1])


#: Gold rises and falls on the first prompt, rises on the second.
FRONTIER = Frontier(
    np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 1.5]),
    np.array([[0.0, 0.0], [3.0, 1.0], [1.0, 1.95]]),
)  # fmt: skip


def test_what_a_frontier_has_lost() -> None:
    assert FRONTIER.gold.tolist() == pytest.approx([0, 2, 1.475])
    assert (FRONTIER.peak, FRONTIER.worse) == (1, 0.5)
    assert FRONTIER.loss == pytest.approx(0.525)
    nearly = replace(FRONTIER, gold_by_prompt=np.array([[0.0, 0], [3.0, 1.0], [2.95, 0.95]]))
    assert nearly.worse == 0
    assert nearly.loss == pytest.approx(0.05)


@pytest.mark.parametrize("form", ["linear", "log"])
def test_the_papers_forms_explain_what_they_made(form: str) -> None:
    nats = np.linspace(0, 9, 20)
    d = np.sqrt(nats[1:])
    bend = d if form == "linear" else np.log(d)
    gold = np.append(0, d * (2 - 0.9 * bend))
    frontier = Frontier(nats, nats, nats, gold[:, None])
    assert explained(frontier, form) == pytest.approx(1)  # type: ignore[arg-type]
    other = "log" if form == "linear" else "linear"
    assert explained(frontier, other) < 0.999  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world() -> Wanted:
    return wanted(3)


def test_comparisons_are_of_prompts_that_nothing_is_optimised_on(world: Wanted) -> None:
    trained, tested = (set(rows.tolist()) for rows in split(3))
    rankings = survey(world, 500)
    assert rankings.n_comparisons == 500
    assert set(rankings.prompt.tolist()) == trained
    assert torch.equal(held_out(world).gold, world.gold[sorted(tested)])


def test_a_bag_of_symbols_is_optimised_too_far_and_gold_is_not(world: Wanted) -> None:
    asked = held_out(world)
    proxy = train_proxy(world, "bag", survey(world, 2000), epochs=1)
    assert (proxy.n_weights, proxy.comparisons) == (10, 2000)
    mean = (asked.log_ref.exp() * proxy.rewards).sum(-1)
    np.testing.assert_allclose(mean, 0, atol=1e-9)
    numbers = [2**doubling for doubling in range(15)]
    for rewards, too_far in ((proxy.rewards, True), (asked.gold, False)):
        bon = best_of_n_frontier(asked.log_ref, rewards, asked.gold, numbers)
        rl = tilted_frontier(
            asked.log_ref, rewards, asked.gold, furthest=float(bon.kl[-1]), points=8
        )
        for frontier in (bon, rl):
            assert (np.diff(frontier.proxy) > 0).all()
            assert (frontier.loss > 0.2) is too_far
        assert rl.kl[-1] == pytest.approx(bon.kl[-1], rel=1e-3)
        np.testing.assert_allclose(rl.strength[:-2] / rl.strength[2:], 2)


def optimised(size: str, comparisons: int, fall: float) -> Optimised:
    gold = np.array([0.0, 1.0, 2.0, 2.0 - fall])
    nats = np.array([0.0, 1.0, 2.0, 3.0])
    frontier = Frontier(nats, nats, nats * 2, np.stack([gold, gold], axis=1))
    milder = replace(
        frontier, gold_by_prompt=np.add(frontier.gold_by_prompt, [[0], [0], [0], [0.1]])
    )
    return Optimised(size, 5, comparisons, frontier, milder, fall, 4.0, gold)


def test_measures_by_hand() -> None:
    falls = {("bag", 10): 0.6, ("bag", 20): 0.4, ("small", 10): 0.5, ("small", 20): 0.3,
             ("large", 10): 0.4, ("large", 20): 0.2}  # fmt: skip
    found = measures([optimised(*which, fall) for which, fall in falls.items()])
    values = {name: measure.value for name, measure in found.items()}
    expected_ = {
        "loss_weak": 0.4, "loss_smallest": 0.3, "loss_largest": 0.2, "proxy_rise": 2,
        "kept_few": 1.6 / 4, "kept_many": 1.8 / 4, "loss_bon_bag": 0.5, "loss_rl_bag": 0.4,
        "kept_bag": 1.5 / 4, "favourites_small": 0.4, "worse_bag": 1,
    }  # fmt: skip
    assert {name: values[name] for name in expected_} == pytest.approx(expected_)


SMALL = {"worlds": 1, "comparisons": (20, 40), "doublings": 5, "epochs": 1}


@pytest.fixture(scope="module")
def result() -> Result:
    return optimise_proxies(seed=1, **SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return optimise_proxies(seed=1, control="gold", **SMALL)


def test_under_the_control_nothing_is_lost_and_no_claim_holds(
    result: Result, control: Result
) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}
    assert not any(judge(claim, [control], exact=False).met for claim in DEMO.claims)
    for name, measure in control.measures.items():
        if name.startswith(("loss", "worse", "proxy_rise")):
            assert measure.value == pytest.approx(0, abs=1e-9)
        if name.startswith("kept"):
            assert measure.value == pytest.approx(1)


def test_tables_have_a_curve_of_each_proxy_by_each_method(result: Result) -> None:
    curves = result.table("curves")
    assert len(curves.rows) == 3 * 2 * (6 + 18)
    first = [row for row in curves.rows if row[:3] == ("bag", 20, "bon")]
    assert [row[3] for row in first] == [1, 2, 4, 8, 16, 32]
    assert first[0][4:] == pytest.approx((0, 0, 0), abs=1e-9)
    weights = [row[1] for row in result.table("proxies").rows]
    assert weights == sorted(weights)
    samples = [row[3] for row in result.table("samples").rows if row[:2] == ("bag", 20)]
    # 14 prompts with 64 samples each of a gold reward with an sd of about 1.5
    assert samples == pytest.approx([row[6] for row in first], abs=0.6)


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    lost = result.measures["loss_weak"].value
    assert f"gold falls by {lost:.2f} or more" in figure.get_suptitle()
    assert "Where gold itself is optimised, it falls by 0.00" in figure.get_label()
    assert f"{100 * result.measures['kept_many'].value:.0f}\N{NO-BREAK SPACE}% of" in (
        figure.get_label()
    )
    assert draw([control], []).get_suptitle().startswith("The weakest proxy rises by 0.00")
