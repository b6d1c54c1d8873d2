"""Recruiting against Gaussian selection, judges against what was planted, the demo, its figure."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from cs25 import DemoError, Result
from cs25.verdict import judge
from cs25_alignment.team_human import DEMO
from cs25_alignment.team_human.agents import Agents, draw_agents, planting_rate
from cs25_alignment.team_human.evaluation import ALL, planted, read_works
from cs25_alignment.team_human.figure import draw as draw_figure
from cs25_alignment.team_human.recruiting import recruit_players
from cs25_alignment.team_human.selection import alignment_gap, recruit


def agents(steps: int, n: int = 4000, alignment: float = 0.0) -> Agents:
    return Agents(np.zeros(n), np.full(n, alignment), np.full(n, steps))


def test_recruits_are_as_aligned_as_gaussian_selection_says() -> None:
    # Judges see alignment with an error of sd e, larger for one half; both face one bar b with
    # mean P(a + error > b) = q. Of a half, by the mean of a truncated normal:
    # E[a | recruited] = phi(t) / (1 - Phi(t)) / s, with s = sqrt(1 + e^2) and t = b / s.
    n, q, errors = 400_000, 0.1, np.array([0.5, 2.0])
    spread = np.sqrt(1 + errors**2)
    bar = brentq(lambda b: norm.sf(b / spread).mean() - q, 0, 10)
    expected = norm.pdf(bar / spread) / norm.sf(bar / spread) / spread

    draw = np.random.default_rng(0)
    half = np.arange(n) % 2
    alignment = draw.standard_normal(n)
    seen = alignment + errors[half] * draw.standard_normal(n)
    chosen = recruit(-seen, round(q * n), draw)
    for number in (0, 1):
        mine = half[chosen] == number
        # standard error of about 15,000 recruits with an sd below 1: 0.008
        assert alignment[chosen[mine]].mean() == pytest.approx(expected[number], abs=0.03)
        assert mine.mean() == pytest.approx(norm.sf(bar / spread)[number] / (2 * q), abs=0.01)
    gap = alignment_gap(alignment[chosen], half[chosen] == 1)
    assert gap is not None
    assert gap.low < expected[0] - expected[1] < gap.high


def test_equals_are_recruited_by_lot() -> None:
    chosen = recruit(np.repeat([2.0, 1.0, 3.0], 100), 150, np.random.default_rng(0))
    assert sorted(chosen[:100]) == list(range(100, 200))
    assert {*chosen[100:]} < {*range(100)}
    assert not np.array_equal(np.sort(chosen[100:]), np.arange(50))


@pytest.mark.parametrize(("steps", "limit", "share"), [(32, 8, 1 / 4), (8, 8, 1), (4, 8, 1)])
def test_one_flaw_is_found_as_often_as_its_step_is_read(
    steps: int, limit: int, share: float
) -> None:
    found = read_works(
        agents(steps), 50, limit=limit, flaws="one", slips=0, length=16,
        draw=np.random.default_rng(0),
    )  # fmt: skip
    rate = float(planting_rate(np.zeros(1))[0])
    assert rate == pytest.approx(1 / (1 + math.e))
    assert found.mean() / 50 == pytest.approx(rate * share, abs=0.005)  # 200,000 works: 0.001


def test_flaws_at_any_step_are_found_by_steps_read_not_by_length() -> None:
    rate = 1 / (1 + math.e)
    for steps in (16, 64):
        found = read_works(
            agents(steps), 50, limit=8, flaws="any-step", slips=0, length=16,
            draw=np.random.default_rng(0),
        )  # fmt: skip
        assert found.mean() / 50 == pytest.approx(1 - (1 - rate / 16) ** 8, abs=0.005)
        assert planted(agents(steps), flaws="any-step", length=16) == pytest.approx(
            rate * steps / 16
        )


def test_a_slip_is_in_as_many_works_of_any_length_and_is_taken_for_a_flaw() -> None:
    for steps in (1, 5, 100):
        found = read_works(
            agents(steps, alignment=50), 50, limit=ALL, flaws="one", slips=0.2, length=16,
            draw=np.random.default_rng(0),
        )  # fmt: skip
        assert found.mean() / 50 == pytest.approx(0.2, abs=0.005)


def test_agents_have_the_correlation_and_lengths_asked_for() -> None:
    drawn = draw_agents(
        50_000, correlation=-0.6, length=16, doublings=2, draw=np.random.default_rng(0)
    )
    assert np.corrcoef(drawn.capability, drawn.alignment)[0, 1] == pytest.approx(-0.6, abs=0.01)
    assert drawn.alignment.std() == pytest.approx(1, abs=0.02)
    able = drawn.capability > 1
    assert np.log2(drawn.steps[able] / 16) == pytest.approx(2 * drawn.capability[able], abs=0.02)


@pytest.fixture(scope="module")
def result() -> Result:
    return recruit_players(seed=1)


@pytest.fixture(scope="module")
def control() -> Result:
    return recruit_players(seed=1, control="whole")


def value(result: Result, name: str) -> float:
    return result.measures[name].value


def test_the_demo_decides_its_claims(result: Result, control: Result) -> None:
    assert {*result.measures} == {*control.measures} == {*DEMO.measures}
    for claim in DEMO.claims:
        assert judge(claim, [result], exact=False).met
        assert not judge(claim, [control], exact=False).met


def test_claims_fail_where_longer_works_are_evaluated_as_well_as_short_ones() -> None:
    # Flaws at any step, or works all of one length: no half is read worse than the other.
    for other in ({"flaws": "any-step"}, {"doublings": 0.0}):
        met = [
            judge(claim, [recruit_players(seed=1, **other)], exact=False).met
            for claim in DEMO.claims
        ]
        assert met[:2] == [False, False]


def test_measures_are_those_of_the_table(result: Result) -> None:
    rows = [row for row in result.table("recruits").rows if row[0] == "corrected"]
    _, groups, steps, shares, alignment = (np.array(c) for c in zip(*rows, strict=True))
    assert groups.tolist() == list(range(1, 9))
    assert (np.diff(steps) > 0).all()
    assert shares.sum() == pytest.approx(1)
    capable = groups > 4
    assert value(result, "capable_corrected") == pytest.approx(shares[capable].sum())
    low, high = (
        np.average(alignment[half].astype(float), weights=shares[half])
        for half in (~capable, capable)
    )
    assert value(result, "gap_corrected") == pytest.approx(low - high)


def test_a_corrected_score_favours_the_capable_less(result: Result, control: Result) -> None:
    # Where little was read, few flaws found stand for many. Where all was read, for themselves.
    assert value(result, "capable_corrected") < value(result, "capable_trial") - 0.1
    assert value(control, "capable_corrected") == pytest.approx(
        value(control, "capable_trial"), abs=0.02
    )


def test_audits_cost_what_they_read() -> None:
    # All works have 16 steps; a trial reads 8 of 20 for all, an audit 16 of 10 for a fifth.
    assert value(recruit_players(doublings=0.0), "audit_cost") == pytest.approx(
        (0.2 * 10 * 16) / (20 * 8)
    )


def test_a_half_without_recruits_is_said() -> None:
    with pytest.raises(DemoError, match=r"of the more capable half[^\n]*\n.*fewer doublings"):
        recruit_players(agents=1000, share=0.02, doublings=3.0)


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw_figure([result], [control])
    title = figure.get_suptitle()
    assert f"{value(result, 'gap_trial'):.2f} sd less aligned" in title
    assert f"after audits {value(result, 'harm_audited'):.2f}" in title
    assert f"difference is {value(control, 'gap_trial'):.2f} sd" in figure.get_label()
    reversed_ = recruit_players(seed=1, correlation=0.9)
    assert value(reversed_, "gap_trial") < 0
    assert "sd more aligned" in draw_figure([reversed_], []).get_suptitle()
