"""The two networks, the demo and its figure."""

import numpy as np
import pytest
import torch

from cs25 import ParameterError, Result
from cs25.nn import Decoder
from cs25.verdict import judge
from cs25_alignment.verify_or_generate import DEMO
from cs25_alignment.verify_or_generate.contest import generation_when_verified, verify_or_generate
from cs25_alignment.verify_or_generate.duel import duel
from cs25_alignment.verify_or_generate.figure import draw
from cs25_alignment.verify_or_generate.networks import (
    config,
    fit_generator,
    fit_verifier,
    scores,
    write,
)
from cs25_alignment.verify_or_generate.subset_sum import SubsetSum
from cs25_alignment.verify_or_generate.task import accepts, near_misses

TASK = SubsetSum(2, largest=3)


@pytest.fixture(scope="module")
def learned() -> tuple[Decoder, Decoder]:
    """Both networks of a task that is small enough to learn it all."""
    draw = np.random.default_rng(0)
    problems, answers = TASK.draw(6400, draw)
    shape = config(TASK, width=32, layers=1)
    generator, verifier = Decoder(shape, seed=1), Decoder(shape, seed=2)
    fit_generator(generator, problems, answers, batch=32, on_step=lambda _: None)
    near = near_misses(TASK, problems, answers, draw)
    both = [np.concatenate(pair) for pair in zip((problems, answers), near, strict=True)]
    order = draw.permutation(len(both[0]))
    rows, written = (part[order] for part in both)
    fit_verifier(
        verifier, rows, written, TASK.faults(rows, written), batch=64, on_step=lambda _: None
    )
    return generator, verifier


def test_a_generator_learns_to_write_right_answers(learned: tuple[Decoder, Decoder]) -> None:
    problems, _ = TASK.draw(50, np.random.default_rng(3))
    (greedy,) = write(learned[0], problems, samples=0, seed=0).swapaxes(0, 1)
    assert accepts(TASK, problems, greedy).mean() > 0.9
    sampled = write(learned[0], problems, samples=5, seed=0)
    assert sampled.shape == (50, 5, 2)
    again = np.repeat(problems, 5, axis=0)
    assert accepts(TASK, again, np.concatenate(sampled)).mean() > 0.8


def test_a_verifier_learns_to_find_faults(learned: tuple[Decoder, Decoder]) -> None:
    draw = np.random.default_rng(4)
    problems, answers = TASK.draw(50, draw)
    right = scores(learned[1], problems, answers)
    near = scores(learned[1], *near_misses(TASK, problems, answers, draw))
    assert right.max() <= 0  # logarithms of probabilities
    assert (right > -0.7).mean() > 0.9
    assert (near < -0.7).mean() > 0.9


def test_a_score_is_the_sum_over_tokens_of_the_log_probability_of_no_fault() -> None:
    net = Decoder(config(TASK, width=8, layers=1), seed=5)
    problems, answers = TASK.draw(3, np.random.default_rng(5))
    tokens = torch.from_numpy(np.column_stack((problems, answers)))
    no_fault = net(tokens).log_softmax(-1)[:, :, TASK.d_vocab]
    expected = no_fault[:, 3] + no_fault[:, 4]  # the problem has three tokens, the answer two
    np.testing.assert_allclose(scores(net, problems, answers), expected.detach(), rtol=1e-5)


def test_both_networks_have_one_shape() -> None:
    seen: list[int] = []
    found = duel(
        task=SubsetSum(4), steps=4, checks=2, width=8, layers=1, problems=30, samples=3,
        shuffled=False, seed=0, progress=seen.append,
    )  # fmt: skip
    assert sum(seen) == 8  # four steps each
    assert found["step"].tolist() == [2, 4]
    assert found["auc"].shape == found["greedy"].shape == (2,)
    assert (found["best"] <= found["any"]).all()
    assert (found["majority"] <= found["any"]).all()
    assert found["one"].mean() <= found["any"].mean()


def test_the_first_check_at_which_a_verifier_is_good_enough() -> None:
    success = np.array([0.1, 0.3, 0.6])
    assert generation_when_verified(np.array([0.5, 0.9, 0.99]), success) == 0.3
    assert generation_when_verified(np.array([0.95, 0.8, 0.99]), success) == 0.1
    assert generation_when_verified(np.array([0.5, 0.6, 0.89]), success) is None


SMALL = {"numbers": 5, "blanks": 9, "vertices": 6, "edges": 7, "problems": 30, "samples": 4}


@pytest.fixture(scope="module")
def result() -> Result:
    return verify_or_generate(seed=0, steps=40, width=16, **SMALL)


@pytest.fixture(scope="module")
def control() -> Result:
    return verify_or_generate(seed=0, steps=40, width=16, control="shuffled", **SMALL)


def test_measures_are_those_of_the_card_and_of_the_tables(result: Result, control: Result) -> None:
    for one in (result, control):
        assert {*one.measures} <= {*DEMO.measures}
        value = {name: measure.value for name, measure in one.measures.items()}
        rows = {row[0]: row[1:] for row in one.table("choices").rows}
        assert list(rows) == ["subset sum", "sudoku", "three-colouring"]
        gains = []
        for suffix, shares in zip(
            ("subset_sum", "sudoku", "colouring"), rows.values(), strict=True
        ):
            names = [f"{choice}_{suffix}" for choice in ("one", "majority", "best", "any")]
            assert [value[name] for name in names] == pytest.approx(shares)
            gains.append(shares[2] - shares[1])
        assert value["gain_over_majority"] == pytest.approx(min(gains))
        tasks = ("subset_sum", "sudoku", "colouring")
        hard = [task for task in tasks if value[f"generation_{task}"] <= 0.5]
        assert value["hard_tasks"] == len(hard)
        assert value["auc_where_hard"] == min(value[f"verifier_auc_{task}"] for task in hard)


def test_a_verifier_of_shuffled_faults_supports_no_claim(control: Result) -> None:
    for claim in DEMO.claims:
        assert not judge(claim, [control]).met


def test_the_figure_says_what_the_numbers_say(result: Result, control: Result) -> None:
    figure = draw([result], [control])
    auc = 100 * result.measures["auc_where_hard"].value
    assert f"the verifier is right {auc:.0f}\N{NO-BREAK SPACE}%" in figure.get_suptitle()
    gain = 100 * result.measures["gain_over_majority"].value
    assert f"{abs(gain):.0f} points {'more' if gain > 0 else 'fewer'}" in figure.get_suptitle()
    assert "In the control" in figure.get_label()
    assert "control" not in draw([result], []).get_label()


def test_more_edges_than_three_colours_can_part() -> None:
    with pytest.raises(ParameterError, match="edges"):
        verify_or_generate(vertices=5, edges=9)
