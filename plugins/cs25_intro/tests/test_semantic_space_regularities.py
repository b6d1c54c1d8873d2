"""What `semantic-space` finds among points that were planted."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from jaxtyping import Float

from cs25 import Result
from cs25.errors import ParameterError
from cs25_intro import cs25_lecture
from cs25_intro.semantic_space import regularities as module
from cs25_intro.semantic_space.figure import draw
from cs25_intro.semantic_space.relations import RELATIONS, all_pairs

DEMO = next(demo for demo in cs25_lecture().demos if demo.id == "semantic-space")
DIM = 300


def planted() -> dict[str, Float[np.ndarray, " dim"]]:
    """Give each word a topic, and each relation a step that leads from topic to topic.

    Beside each first word lies a decoy, nearer than its partner.
    """
    generator = np.random.default_rng(0)

    def vector(length: float) -> Float[np.ndarray, " dim"]:
        return generator.normal(size=DIM) * length / DIM**0.5

    steps = {name: vector(0.8) for name in RELATIONS}
    edges = [(step, pair) for name, step in steps.items() for pair in all_pairs()[name]]
    points: dict[str, Float[np.ndarray, " dim"]] = {}
    while left := [(step, pair) for step, pair in edges if not set(pair) <= set(points)]:
        for step, (first, second) in left:
            if first in points and second not in points:
                points[second] = points[first] + step
            elif second in points and first not in points:
                points[first] = points[second] - step
        if left == [(step, pair) for step, pair in edges if not set(pair) <= set(points)]:
            points[left[0][1].first] = vector(1)
    for _, (first, _) in edges:
        points[f"zq{first.lower()}"] = points[first] + vector(0.3)
    return points


POINTS = planted()
WORDS = sorted(POINTS)
#: Another space: the same points, turned.
TURN = np.linalg.qr(np.random.default_rng(1).normal(size=(DIM, DIM)))[0]


def run(
    monkeypatch: pytest.MonkeyPatch, *, texts_are_noise: bool = False, **options: object
) -> Result:
    table = torch.tensor(np.array([POINTS[word] for word in WORDS]) + 3)
    vocab = {f"Ġ{word}": number for number, word in enumerate(WORDS)}
    noise = np.random.default_rng(2)

    def embed(texts: Sequence[str]) -> Float[np.ndarray, "text dim"]:
        if texts_are_noise:
            return noise.normal(size=(len(texts), DIM))
        return np.array([POINTS[text] for text in texts]) @ TURN

    model = SimpleNamespace(
        network=SimpleNamespace(get_input_embeddings=lambda: SimpleNamespace(weight=table)),
        tokenizer=SimpleNamespace(get_vocab=lambda: vocab),
    )
    encoder = SimpleNamespace(
        embed=embed,
        tokenizer=SimpleNamespace(get_vocab=lambda: {word.lower(): 0 for word in WORDS}),
    )
    monkeypatch.setattr(module, "load", lambda name: model)
    monkeypatch.setattr(module, "load_encoder", lambda name: encoder)
    return module.semantic_space(**{"pairs": 12, "vocabulary": 1000, **options})  # type: ignore[arg-type]


def values(result: Result) -> dict[str, float]:
    return {name: measure.value for name, measure in result.measures.items()}


def test_planted_steps_are_found_in_both_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch)
    found = values(result)
    assert set(found) == set(DEMO.measures)
    assert found["vocabulary"] == len(WORDS)
    # Scaling to length one leaves a trace of the topics in an offset, so not 1.
    assert found["parallel"] > 0.5
    assert found["plane_parallel"] > 0.2
    assert found["literal"] > 0.95
    assert found["solved_tokens"] == found["solved_texts"] == 1
    assert found["nearest_tokens"] == found["nearest_texts"] < 0.1
    assert found["gain"] == pytest.approx(1 - found["nearest_tokens"])
    assert found["stays"] < 0.05
    # The step is what all pairs share, so it is in the plane, and the plane holds more for it.
    assert found["kept_tokens"] > 0.7
    assert found["concentration_tokens"] == pytest.approx(
        found["share_tokens"] - found["chance_tokens"]
    )
    assert found["concentration_tokens"] > 0.02
    # A rotation and another origin change nothing.
    for name in ("share", "kept", "solved", "concentration"):
        assert found[f"{name}_tokens"] == pytest.approx(found[f"{name}_texts"], abs=0.01)


def test_a_claim_on_both_spaces_is_decided_by_the_worse_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = run(monkeypatch, texts_are_noise=True)
    found = values(result)
    assert found["solved_tokens"] == 1
    for name in ("parallel", "plane_parallel", "gain", "literal"):
        assert found[name] == pytest.approx(0, abs=0.06)
    measure = result.measures["parallel"]
    assert measure.low is not None
    assert measure.high is not None
    assert measure.low < measure.value < measure.high
    assert found["concentration_texts"] == pytest.approx(0, abs=0.01)


def test_no_claim_holds_where_points_are_dealt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, control="shuffled")
    for claim in DEMO.claims:
        (name,) = claim.metrics
        measure = result.measures[name]
        assert measure.value == pytest.approx(0, abs=0.06)
        assert measure.low is not None
        assert not claim.holds.contains(measure.low)
    # The points are the same, so what is asked of all of them at once is the same.
    assert values(result)["chance_tokens"] == pytest.approx(
        values(run(monkeypatch))["chance_tokens"], abs=0.01
    )


def test_an_analogy_of_one_s_own_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, analogy=("france", "Paris", "italy"))
    table = result.table("analogy")
    assert [row[0] for row in table.rows] == ["tokens"] * 5 + ["texts"] * 5
    assert table.column("rank") == (1, 2, 3, 4, 5) * 2
    assert table.rows[0][2] == table.rows[0][4] == table.rows[5][4] == "Rome"
    others = set(table.column("of_others"))
    assert not others & {"France", "Paris", "Italy"}
    assert result.text.startswith("France is to Paris as Italy is to … Rome (embeddings), Rome")


def test_words_of_one_s_own_are_drawn_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    table = run(monkeypatch, words=("dog", "dogs", "cat", "cats", "man", "men")).table("plane")
    assert [row[:3] for row in table.rows[:3]] == [
        ("tokens", "dog", "dogs"), ("tokens", "cat", "cats"), ("tokens", "man", "men")
    ]  # fmt: skip
    points = np.array([row[3:7] for row in table.rows[:3]], dtype=float)
    assert points.reshape(-1, 2).mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert (points[:, 2:] - points[:, :2]).mean(axis=0).min() >= 0  # the mean step: up, and right
    assert min(table.column("alike")) > 0.5
    shown = run(monkeypatch, show="gender").table("plane")
    assert len(shown.rows) == 2 * 12
    assert {tuple(row[1:3]) for row in shown.rows} <= set(all_pairs()["gender"])


@pytest.mark.parametrize("words", [("dog", "dogs"), ("dog", "dogs", "cat"), ("dog",) * 4])
def test_words_that_make_no_pairs_are_refused(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with pytest.raises(ParameterError, match=r"'words': found 'dog.*two pairs or more"):
        run(monkeypatch, words=words)


def test_a_word_without_a_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="'analogy': found 'heirloom', expected words that"):
        run(monkeypatch, analogy=("man", "woman", "heirloom"))


def test_the_first_component_tells_common_words_from_rare_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert values(run(monkeypatch))["commonness"] < 0.9
    far = np.zeros(DIM)
    far[0] = 1
    for number, word in enumerate(WORDS):
        monkeypatch.setitem(POINTS, word, POINTS[word] + 5 * far * number / len(WORDS))
    # Scaling bends the line, but keeps the order.
    assert values(run(monkeypatch))["commonness"] > 0.9


def test_the_figure_states_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    result, control = run(monkeypatch), run(monkeypatch, control="shuffled")
    nearest = 100 * values(result)["nearest_tokens"]
    figure = draw([result, result], [control])
    title = figure.get_suptitle().replace("\n", " ")
    assert "c + b − a leads to d in 100 % of analogies" in title
    assert f"the word nearest to c in {nearest:.0f} %" in title
    assert title in figure.get_label()
    assert "Control, points dealt out at random" in figure.get_label()
    offsets, analogies, shares, *planes = figure.axes
    assert [axes.get_title().split(":")[0] for axes in planes] == [
        "SmolLM2's embeddings", "MiniLM's activations"
    ]  # fmt: skip
    assert [tick.get_text() for tick in offsets.get_yticklabels()] == list(RELATIONS)
    own = next(line for line in offsets.lines if line.get_label() == "SmolLM2's embeddings")
    assert list(own.get_xdata()) == list(result.table("relations").column("alike")[:8])
    assert len(analogies.containers) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "SmolLM2's embeddings", "MiniLM's activations", "control: points dealt out at random",
        "as many random words",
    ]  # fmt: skip
    assert any(line.get_linestyle() == "--" for line in shares.lines)
    drawn = {text.get_text() for text in planes[0].texts}
    assert "Control" not in draw([result], []).get_label()
    pair = result.table("plane").rows[0][1:3]
    assert set(pair) <= drawn
