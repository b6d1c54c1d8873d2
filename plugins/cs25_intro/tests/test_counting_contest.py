"""The transformer's side, the comparison, and the demo as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import stdtrit

from cs25 import Measure, Result
from cs25.nn import Decoder
from cs25_intro.counting import DEMO
from cs25_intro.counting.comparison import BLOCK, mean_over
from cs25_intro.counting.contest import counting
from cs25_intro.counting.figure import draw
from cs25_intro.counting.kneser_ney import KneserNey
from cs25_intro.counting.network import N_BEFORE, N_CTX, bits, config, learn, write
from cs25_intro.counting.scores import Scores, compare
from cs25_intro.counting.topics import Split, encode

TEXT = encode("the cat sat on the mat, and the rat sat on the cat that sat on the hat. " * 8)
SHAPE = config(n_heads=1, n_layers=1)


def test_a_network_that_knows_nothing_needs_seven_bits() -> None:
    model = Decoder(SHAPE)
    torch.nn.init.zeros_(model.embedding.token.weight)  # tied: all logits are zero
    found = bits(model, TEXT)
    assert found == pytest.approx(np.full(len(found), 7.0))  # log2 of 128 characters
    assert len(TEXT) - N_BEFORE - N_CTX < len(found) <= len(TEXT) - N_BEFORE


def test_each_character_is_judged_once_after_what_stands_before_it() -> None:
    model = Decoder(SHAPE, seed=1)
    found = bits(model, TEXT)
    ids = torch.from_numpy(TEXT.astype(np.int64))
    for place in (N_BEFORE, N_BEFORE + 1, 63, 64, 95, 96, 200):
        first = (place - N_BEFORE) // (N_CTX - N_BEFORE) * (N_CTX - N_BEFORE)
        with torch.no_grad():
            logits = model(ids[None, first:place])[0, -1]
        expected = -torch.log_softmax(logits.double(), dim=0)[ids[place]] / np.log(2)
        assert found[place - N_BEFORE] == pytest.approx(float(expected), abs=1e-4)  # float32


def test_the_weights_that_are_kept_did_best_on_the_validation_text() -> None:
    # The validation text has the same characters in random order: soon, what is learned misleads.
    model, other = Decoder(SHAPE), np.random.default_rng(0).permutation(TEXT)
    checks = learn(model, TEXT, other, steps=60, seed=0, progress=lambda n: None)
    assert list(checks) == list(range(6, 61, 6))
    # In training another library may multiply matrices, with another rounding.
    assert bits(model, other).mean() == pytest.approx(min(checks.values()), abs=1e-4)
    assert min(checks.values()) < list(checks.values())[-1] - 0.5


def test_the_network_learns_and_writes_what_it_learned() -> None:
    model = Decoder(SHAPE)
    learn(model, TEXT, TEXT, steps=120, seed=0, progress=lambda n: None)
    assert bits(model, TEXT).mean() < 2
    written = bytes(write(model, encode("\n" * 9 + "the "), 200, seed=0)).decode()
    assert sum(word in "the cat sat on mat, and rat that hat." for word in written.split()) > 20


def test_a_mean_and_its_interval_over_blocks() -> None:
    values = np.repeat([1.0, 2.0, 6.0], BLOCK)
    found = mean_over(values)
    half = stdtrit(2, 0.975) * np.std([1, 2, 6], ddof=1) / 3**0.5
    assert found == Measure(3.0, "bits/character", 3 - half, 3 + half)
    assert mean_over(values[:BLOCK]) is None


def test_a_mean_over_chosen_characters_weighs_blocks_by_how_many_they_have() -> None:
    values = np.concatenate([np.repeat([1.0, 5.0], BLOCK // 2), np.full(BLOCK, 4.0)])
    chosen = np.repeat([True, False, True, True], BLOCK // 2)
    found = mean_over(values, chosen)
    assert found is not None
    assert found.value == pytest.approx(3.0)
    # The blocks move the mean by (256 - 3 * 256) / 384 and (2048 - 3 * 512) / 384: -4/3 and 4/3, a
    # standard error of 4/3; Student's t with one degree of freedom is 12.706.
    assert found.high == pytest.approx(3 + 12.706 * 4 / 3, abs=1e-3)
    assert mean_over(values, np.arange(2 * BLOCK) < BLOCK) is None


def test_both_models_are_asked_about_the_same_characters() -> None:
    held_out = encode(
        "a rat that sat on a mat and a cat on a hat, the cat on the rat and a bat; " * 2
    )
    counts = KneserNey(TEXT, order=3)
    n = 40
    learned = {
        "bits": np.full(n, 3.0), "check_step": np.array([5, 10]), "check_bits": np.array([2.0, 3.0])
    }  # fmt: skip
    found = compare(counts, Split(TEXT, held_out, held_out), learned)
    for j in range(n):
        before, char = held_out[: N_BEFORE + j], held_out[N_BEFORE + j]
        expected = -np.log2(counts.next_probs(before)[:, char])
        assert found.counted[:, j] == pytest.approx(expected)
        context = bytes(before[-2:])
        assert found.unseen[j] == (context not in bytes(TEXT))
    assert found.best_step == 5
    assert found.lead == pytest.approx(found.counted[found.best_order - 1] - 3.0)


def test_the_order_is_chosen_on_the_validation_text() -> None:
    scores = Scores(
        n_training=9,
        validation_bits=np.array([3.0, 1.0, 2.0]),
        counted=np.array([[3.0], [2.5], [1.0]]),
        learned=np.array([2.0]),
        known=np.array([1]),
        best_step=1,
    )
    assert scores.best_order == 2
    assert scores.lead.tolist() == [0.5]
    assert scores.unseen.tolist() == [True]
    assert replace(scores, known=np.array([2])).unseen.tolist() == [False]


@pytest.fixture(scope="module")
def result() -> Result:
    return counting(order=3, amounts=2, n_heads=1, n_layers=1, steps=20, prompt="For ", seed=0)


def test_the_demo_measures_what_its_card_says(result: Result) -> None:
    assert set(result.measures) == set(DEMO.measures)
    value = {name: measure.value for name, measure in result.measures.items()}
    assert value["lead"] == pytest.approx(value["ngram_bits"] - value["transformer_bits"])
    unseen = value["unseen_share"]
    assert value["lead"] == pytest.approx(
        unseen * value["lead_unseen"] + (1 - unseen) * value["lead_seen"]
    )
    least, most = result.table("amounts").column("lead")
    assert value["lead_scarce"] == pytest.approx(least)
    assert value["lead_growth"] == pytest.approx(most - least)
    assert 1.5 < value["ngram_bits"] < value["unigram_bits"] < 5.5
    assert 4 * result.table("amounts").column("training_characters")[0] == pytest.approx(
        value["training_characters"], abs=4
    )
    shares = result.table("contexts").column("share")
    assert sum(shares) == pytest.approx(1)
    assert sum(shares[:-1]) == pytest.approx(value["unseen_share"])
    assert [row[0] for row in result.table("written").rows] == [
        "1-gram", "2-gram", "3-gram", "transformer"
    ]  # fmt: skip


def test_the_figure_says_what_the_numbers_say(result: Result) -> None:
    figure = draw([result], [])
    value = {name: measure.value for name, measure in result.measures.items()}
    assert f"counting needs {value['ngram_bits']:.2f} bits" in figure.get_suptitle()
    assert f"a transformer {value['transformer_bits']:.2f}" in figure.get_suptitle()
    assert draw([result] * 3, [result]).get_label().startswith(figure.get_suptitle())
