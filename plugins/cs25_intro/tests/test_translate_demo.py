"""What `translate` makes of translations that are known, and what a real translator learns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from cs25 import Result
from cs25.nn import Job, TransformerConfig
from cs25.verdict import judge
from cs25_intro.translate import DEMO, examination, translation
from cs25_intro.translate.corpus import DIRECTIONS, Direction, pair, split
from cs25_intro.translate.examination import Examination, examine
from cs25_intro.translate.figure import draw
from cs25_intro.translate.gain import gain
from cs25_intro.translate.number_words import n_words
from cs25_intro.translate.translator import Recipe, Translator
from cs25_intro.translate.vocabulary import TOKENS, encode


def outcome(asked: Examination, **right: np.ndarray) -> dict[str, np.ndarray]:
    """Translations of which exactly these are right, by way of decoding.

    Args:
        asked: what is translated.
        right: whether each translation is, in rows for the directions.
    """
    found: dict[str, np.ndarray] = {"n_params": np.array(1000)}
    for i, direction in enumerate(DIRECTIONS):
        targets = [pair(int(number), direction)[1] for number in asked.numbers]
        for way, is_right in right.items():
            written = [t if r else t[:-1] for t, r in zip(targets, is_right[i], strict=True)]
            found[f"{direction}_{way}"] = encode(written).numpy()
        n_tokens = np.array([len(target) + 1 for target in targets])
        found[f"{direction}_n_tokens"] = n_tokens
        found[f"{direction}_nats"] = n_tokens * np.where(right["beam"][i], 0.1, 0.3)
    source, target = pair(asked.shown, "to_digits")
    found["attention"] = np.full((len(target) + 1, len(source) + 1), 0.01)
    found["attention"][:, 0] = 1 - 0.01 * len(source)
    return found


#: Of 20 numbers of a taught length, how many are wrong: to digits, to words.
WRONG = {"beam": (1, 3), "greedy": (2, 6), "early_beam": (4, 8), "early_greedy": (10, 12)}
WRONG_PLAIN = {"beam": (3, 5), "greedy": (0, 0), "early_beam": (5, 13), "early_greedy": (0, 0)}


def run(monkeypatch: pytest.MonkeyPatch, *, learned: bool = True) -> Result:
    """So many are wrong. By beam a quarter of the numbers of five words is right; of longer ones
    than all taught a half to digits, and all to words.
    """

    def fleet(jobs: Sequence[Job], desc: str) -> list[dict[str, np.ndarray]]:
        made = []
        for job in jobs:
            asked, recipe = job.kwargs["examination"], job.kwargs["recipe"]
            n, rank = n_words(asked.numbers), np.arange(len(asked.numbers)) % 20
            taught = np.isin(n, recipe.lengths)
            wrong = WRONG if recipe.smoothing else WRONG_PLAIN
            right = {
                way: np.array([taught & (rank >= k) & learned for k in of_ways])
                for way, of_ways in wrong.items()
            }
            if learned:
                right["beam"] |= (n == 5) & (rank % 4 == 0)
                right["beam"] |= (n > 7) & np.array([rank % 2 == 0, rank >= 0])
            made.append(outcome(asked, **right))
        return made

    monkeypatch.setattr(translation, "run_fleet", fleet)
    return translation.translate(tests=40, lengths=(3, 4, 6, 7))


def test_measures_are_those_of_the_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    # 40 numbers of each of the eight lengths from two words on. 2 and 5 are gaps.
    measures = run(monkeypatch).measures
    values = {name: measure.value for name, measure in measures.items()}
    # Every right translation costs 0.1 nats a token and every wrong one 0.3; one in 10 is wrong, or
    # two. The wrong ones need not be as long as the others.
    assert values.pop("perplexity") == pytest.approx(math.exp(0.9 * 0.1 + 0.1 * 0.3), rel=1e-2)
    assert values.pop("plain_perplexity") == pytest.approx(
        math.exp(0.8 * 0.1 + 0.2 * 0.3), rel=1e-2
    )
    assert values == pytest.approx(
        {
            "exact_match": 0.9,
            "to_digits": 0.95,
            "to_words": 0.85,
            "gap": 0.125,
            "longer": 0.75,
            "longer_to_digits": 0.5,
            "longer_to_words": 1.0,
            "beam_gain": 0.1,
            "smoothing_gain": 0.1,
            "early_beam": 0.7,
            "early_greedy": 0.45,
            "early_plain": 0.55,
            "early_beam_gain": 0.25,
            "early_smoothing_gain": 0.15,
            "n_params": 1000,
        }
    )
    # Wilson's interval of 152 in 160, one direction: the centre is (152 + z^2 / 2) / (160 + z^2).
    exact = measures["to_digits"]
    assert (exact.low, exact.high) == pytest.approx((0.9044, 0.9744), abs=1e-4)
    # Of the 320, 32 are right by beam only and none by greedy decoding only.
    half = 1.959964 * math.sqrt(33 - 32**2 / 322) / 322
    found = measures["beam_gain"]
    assert (found.low, found.high) == pytest.approx((32 / 322 - half, 32 / 322 + half), rel=1e-6)


def test_a_gain_is_that_over_the_same_translations() -> None:
    # Agresti and Min 2005, of 1600 pairs 150 are gained and 86 lost:
    # (64 ± 1.95996 sqrt(237 - 64² / 1602)) / 1602.
    right = np.array([True] * 944 + [True] * 150 + [False] * 86 + [False] * 420)
    baseline = np.array([True] * 944 + [False] * 150 + [True] * 86 + [False] * 420)
    half = 1.959964 * math.sqrt(237 - 64**2 / 1602) / 1602
    right, baseline = right.reshape(2, 800), baseline.reshape(2, 800)
    found = gain(right, baseline)
    assert found.value == 64 / 1600
    assert (found.low, found.high) == pytest.approx((64 / 1602 - half, 64 / 1602 + half))
    assert gain(baseline, right).value == -64 / 1600


def test_a_gain_of_nothing_still_has_a_width() -> None:
    same = np.ones((2, 25), dtype=bool)
    found = gain(same, same)
    # ± 1.95996 sqrt(1) / 52
    assert (found.low, found.value, found.high) == pytest.approx((-0.03769, 0, 0.03769), abs=1e-5)


def test_no_claim_holds_where_nothing_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = run(monkeypatch), run(monkeypatch, learned=False)
    of_answers = [name for name in bad.measures if not name.endswith(("perplexity", "params"))]
    assert all(bad.measures[name].value == 0 for name in of_answers)
    held = {claim.id: judge(claim, [good]).met for claim in DEMO.claims}
    assert held == {
        "numbers-are-translated": False,  # 0.9
        "beam-helps-the-unsure": True,
        "smoothing-improves-accuracy": True,
    }
    assert {judge(claim, [bad] * 3).verdict for claim in DEMO.claims} == {"contradicted"}


def test_the_card_names_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(run(monkeypatch).measures) == set(DEMO.measures)


def test_tables_show_each_length_and_right_and_wrong_translations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = run(monkeypatch)
    by_length = result.table("by_length")
    assert by_length.column("n_words") == tuple(range(2, 10))
    assert by_length.column("taught") == (False, True, True, False, True, True, False, False)
    assert by_length.column("to_words_greedy") == (0, 0.7, 0.7, 0, 0.7, 0.7, 0, 0)
    assert by_length.column("to_digits_plain") == (0, 0.85, 0.85, 0.25, 0.85, 0.85, 0.5, 0.5)
    for known, right, source, expected, written in result.table("examples").rows:
        spoken = source if source[0].isalpha() else expected
        assert (len(spoken.split()) in (3, 4, 6, 7)) == known
        assert (written == expected) == right
    wrong = [row[2] for row in result.table("examples").rows if not any(row[:2])]
    assert max(len(source.split()) for source in wrong) == 9  # the longest are shown
    kinds = {row[:2] for row in result.table("examples").rows}
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}


def test_figure_states_the_finding_and_shows_control_and_held_out_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, control = run(monkeypatch), run(monkeypatch, learned=False)
    figure = draw([good, good], [control])
    to_digits, to_words, heat_map = figure.axes
    title = figure.get_suptitle()
    assert "90 % right" in title
    assert "longer than any taught: 50 % to digits, 100 % to words" in title
    assert "45 % by greedy decoding, 70 % by beam" in title
    assert title.replace("\n", ". ") in figure.get_label()
    assert "no number of 2, 5, 8, 9 words was taught" in figure.get_label()
    assert "from 0.00 to 0.00" in figure.get_label()
    heights = {
        "beam search": (0.95, 0.85),
        "greedy decoding": (0.9, 0.7),
        "beam search, trained without label smoothing": (0.85, 0.75),
        "beam search, early (no length penalty)": (0.8, 0.6),
        "greedy decoding, early": (0.5, 0.4),
    }
    for i, axes in enumerate((to_digits, to_words)):
        lines = {line.get_label(): line for line in axes.lines}
        for label, height in heights.items():
            assert lines[label].get_ydata()[1] == pytest.approx(height[i])
        assert any(label.startswith("control") for label in lines)
    # The shown example puts all its weight on the first source token.
    assert set(heat_map.lines[0].get_xdata()) == {0}
    read = [tick.get_text() for tick in heat_map.get_xticklabels()]
    assert len(read) == 8
    assert read[-1] == "stop"
    assert "control" not in str([line.get_label() for line in draw([good], []).axes[0].lines])


LENGTHS = (2, 3, 4, 5, 6, 7)
ASKED = split(LENGTHS, seed=0).held_out[3][:20]


def translator(
    *, steps: int, shuffled: bool = False, smoothing: float = 0.1
) -> dict[str, np.ndarray]:
    config = TransformerConfig(
        len(TOKENS), 64, n_layers=2, n_heads=4, n_ctx=10, norm_first=False, positions="sinusoidal"
    )
    return examine(
        recipe=Recipe(config, LENGTHS, smoothing, 200, steps, 128, shuffled, seed=0),
        examination=Examination(ASKED, early=20, shown=int(ASKED[0]), width=3, alpha=0.6),
        progress=lambda n: None,
    )


@pytest.fixture(scope="module")
def trained() -> dict[str, np.ndarray]:
    return translator(steps=200)


def n_right(found: dict[str, np.ndarray], way: str) -> int:
    """Count right translations of 20 held-out numbers of three words, in both directions."""
    right = []
    for direction in DIRECTIONS:
        for number, written in zip(ASKED, found[f"{direction}_{way}"], strict=True):
            expected = encode([pair(int(number), direction)[1]])[0]
            right.append(torch.equal(torch.from_numpy(written)[: len(expected)], expected))
    assert len(right) == 40
    return sum(right)


def test_a_translator_learns_short_numbers_in_both_directions_but_not_from_others(
    trained: dict[str, np.ndarray],
) -> None:
    assert n_right(trained, "beam") >= 24
    assert n_right(trained, "early_beam") <= 4
    assert n_right(translator(steps=40, shuffled=True), "beam") <= 2


def test_a_translator_is_the_same_again_for_its_seed_and_another_without_smoothing() -> None:
    first, again, plain = (translator(steps=4, smoothing=share) for share in (0.1, 0.1, 0.0))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["to_words_nats"], plain["to_words_nats"])
    assert "to_words_early_beam" not in first  # training ended before


def test_early_the_width_is_all_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, float]] = []
    search = Translator.translate

    def translate(model: Translator, source: torch.Tensor, *, width: int, alpha: float):  # type: ignore[no-untyped-def]
        asked.append((width, alpha))
        return search(model, source, width=width, alpha=alpha)

    monkeypatch.setattr(Translator, "translate", translate)
    translator(steps=20)
    early, at_the_end = [(1, 0.0), (3, 0.0)], [(1, 0.0), (3, 0.6)]
    assert asked == 2 * early + 2 * at_the_end


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_model_that_knows_nothing_finds_every_token_alike_unlikely(direction: Direction) -> None:
    config = TransformerConfig(len(TOKENS), 8, n_layers=1, n_heads=2, n_ctx=10)
    model = Translator(config, seed=0)
    with torch.no_grad():
        model.network.decoder.unembedding.weight.zero_()
    asked = Examination(np.array([7, 40_302]), early=1, shown=7, width=2, alpha=0.6)
    found = examination._surprise(model, asked, direction)
    # The stop is one more token: seven / 7, and forty thousand three hundred two / 40302.
    assert found["n_tokens"].tolist() == [2, 6]
    assert found["nats"].tolist() == pytest.approx([2 * math.log(43), 6 * math.log(43)], rel=1e-5)
