"""The words of `semantic-space`: its pairs, those two models share, and where they lie."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cs25.errors import ParameterError
from cs25.lm import LanguageModel, TextEncoder
from cs25_intro.prompt_programs.tasks import TASKS, entries
from cs25_intro.semantic_space.lexicon import shared_lexicon
from cs25_intro.semantic_space.relations import N_PAIRS, RELATIONS, all_pairs, draw_pairs
from cs25_intro.semantic_space.space import centred, spaces_of

MODEL = {"Ġking": 9, "ĠKing": 5, "ĠParis": 7, "Ġque": 2, "queen": 3, "Ġx": 1, "Ġcan't": 4}
ENCODER = {"king": 0, "paris": 1, "queen": 2, "x": 3, "[CLS]": 4, "##que": 5}


def adverb(adjective: str) -> str:
    if adjective.endswith("y"):
        return adjective[:-1] + "ily"
    return adjective[:-1] + "y" if adjective.endswith("le") else adjective + "ly"


def test_each_relation_has_thirty_pairs_and_no_word_twice() -> None:
    pairs = all_pairs()
    assert tuple(pairs) == RELATIONS
    for some in pairs.values():
        assert len(some) == N_PAIRS
        assert len({word for pair in some for word in pair}) == 2 * N_PAIRS


@pytest.mark.parametrize("name", ["capital", "opposite", "comparative", "plural", "past"])
def test_pairs_agree_with_the_tables_of_another_demo(name: str) -> None:
    answers = {entry.word: entry.accepted for entry in entries(TASKS[name])}  # type: ignore[index]
    both = [pair for pair in all_pairs()[name] if pair.first in answers]  # type: ignore[index]
    assert len(both) >= 5
    assert [pair for pair in both if pair.second not in answers[pair.first]] == []


def test_adverbs_and_agents_follow_the_rules_of_spelling() -> None:
    pairs = all_pairs()
    assert [pair for pair in pairs["adverb"] if pair.second != adverb(pair.first)] == []
    for verb, agent in pairs["agent"]:
        assert agent[-2:] in ("er", "or")
        assert agent[:-2] in (verb, verb + verb[-1], verb.removesuffix("e"))


def test_pairs_are_drawn_without_repetition_and_by_the_generator_alone() -> None:
    some = draw_pairs(5, draw=np.random.default_rng(3))
    assert all(len(set(pairs)) == 5 for pairs in some.values())
    assert all(set(pairs) <= set(all_pairs()[name]) for name, pairs in some.items())
    assert some == draw_pairs(5, draw=np.random.default_rng(3))
    assert some != draw_pairs(5, draw=np.random.default_rng(4))


def test_a_shared_word_is_one_token_of_both() -> None:
    lexicon = shared_lexicon(MODEL, ENCODER)
    # "que" is none of the encoder's, "queen" begins no word of the model's, "x" is one letter.
    assert lexicon.tokens == {"king": 9, "King": 5, "Paris": 7}
    assert lexicon.spellings == {"king": ("king", "King"), "paris": ("Paris",)}


def test_words_are_found_as_typed_or_else_as_they_are_spelt() -> None:
    lexicon = shared_lexicon(MODEL, ENCODER)
    typed = ["king", "King", "KING", "paris", "Paris"]
    assert lexicon.find(typed, parameter="words") == ["king", "King", "king", "Paris", "Paris"]


@pytest.mark.parametrize("word", ["", "queen", "que", "king queen", " "])
def test_a_word_that_is_no_token_is_refused(word: str) -> None:
    lexicon = shared_lexicon(MODEL, ENCODER)
    with pytest.raises(ParameterError, match=f"'analogy': found '{word}', expected words that are"):
        lexicon.find(["king", word], parameter="analogy")


def test_a_sample_holds_what_is_needed_and_no_other_spelling_of_it() -> None:
    model = {f"Ġ{w}": i for i, w in enumerate(["king", "King", "aa", "bb", "cc", "dd", "Dd"])}
    lexicon = shared_lexicon(model, dict.fromkeys(["king", "aa", "bb", "cc", "dd"], 0))
    draw = np.random.default_rng(0)
    assert lexicon.sample(2, ["King", "King"], draw=draw)[0] == "King"
    assert len(lexicon.sample(3, ["King"], draw=draw)) == 3
    everything = lexicon.sample(100, ["King"], draw=draw)
    assert sorted(everything) == ["King", "aa", "bb", "cc", "dd"]
    assert lexicon.sample(1, ["aa", "bb"], draw=draw) == ["aa", "bb"]


def test_points_are_directions_from_the_mean() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 8)) + 10
    points = centred(vectors)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    assert abs(points.mean(axis=0)).max() < 0.1
    assert centred(3 * vectors - 7) == pytest.approx(points)


def test_spaces_hold_a_word_s_own_row_and_shuffled_ones_another_s() -> None:
    lexicon = shared_lexicon({f"Ġw{c}": i for i, c in enumerate("abcdefgh")},
                             {f"w{c}": 0 for c in "abcdefgh"})  # fmt: skip
    words = [f"w{c}" for c in "hgfedcba"]
    table = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    network = SimpleNamespace(get_input_embeddings=lambda: SimpleNamespace(weight=table))
    model = SimpleNamespace(network=network)
    encoder = SimpleNamespace(embed=lambda texts: np.array([[ord(t[1]), 1.0] for t in texts]) ** 2)

    def of(shuffled: bool, seed: int = 0):  # type: ignore[no-untyped-def]
        draw = np.random.default_rng(seed)
        return spaces_of(words, lexicon, model, encoder, shuffled=shuffled, draw=draw)  # type: ignore[arg-type]

    plain = of(False)
    assert plain["tokens"].vectors == pytest.approx(centred(table.double().numpy()[::-1]))
    assert plain["tokens"].rows(["wa", "wh"]).tolist() == [7, 0]
    # "h" has the largest number, so it lies on the other side of the mean than "a".
    assert plain["texts"].vectors[:, 0].tolist() == [1, 1, 1, 1, -1, -1, -1, -1]
    dealt = of(True)["tokens"].vectors
    assert sorted(map(tuple, dealt)) == sorted(map(tuple, plain["tokens"].vectors))
    assert not np.array_equal(dealt, plain["tokens"].vectors)


def test_all_pairs_are_single_tokens_of_the_real_models(
    smollm2: LanguageModel, minilm: TextEncoder
) -> None:
    lexicon = shared_lexicon(smollm2.tokenizer.get_vocab(), minilm.tokenizer.get_vocab())
    words = [word for some in all_pairs().values() for pair in some for word in pair]
    assert lexicon.find(words, parameter="words") == words
    ids = smollm2.tokenizer([f" {word}" for word in words])["input_ids"]
    assert [token for (token,) in ids] == [lexicon.tokens[word] for word in words]
    assert all(len(tokens) == 3 for tokens in minilm.tokenizer(words)["input_ids"])


def test_an_offset_is_a_difference_of_log_odds_in_the_real_model(smollm2: LanguageModel) -> None:
    # What the notes say of the "why": embeddings are tied, so log p(b) - log p(a) = h . (b - a).
    tokens = smollm2.tokenizer
    (paris,), (france,) = tokens([" Paris", " France"])["input_ids"]
    text = tokens("She moved to", return_tensors="pt")
    with torch.inference_mode():
        log_probs = smollm2.network(**text).logits[0, -1].double().log_softmax(dim=-1)
        state = smollm2.network.model(**text).last_hidden_state[0, -1]
    table = smollm2.network.get_input_embeddings().weight
    offset = (table[paris] - table[france]) @ state
    assert float(offset) == pytest.approx(float(log_probs[paris] - log_probs[france]), abs=1e-4)
