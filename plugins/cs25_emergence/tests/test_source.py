"""The source: its entropy rate is what the fitted floor of the scaling law is judged against."""

import math

import numpy as np
import pytest

from cs25_emergence.source import RankedSource, draw_source, shuffle_words


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def transition_matrix(source: RankedSource) -> np.ndarray:
    """The chain over contexts (a, b), written out one entry at a time."""
    n = source.d_vocab
    matrix = np.zeros((n * n, n * n))
    for a in range(n):
        for b in range(n):
            for rank in range(n):
                word = source.ranking[a * n + b, rank]
                matrix[a * n + b, b * n + word] += source.rank_probs[rank]
    return matrix


def stationary(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eig(matrix.T)
    first = np.real(vectors[:, np.argmax(np.real(values))])
    return first / first.sum()


@pytest.mark.parametrize("d_vocab", [2, 3, 10, 64])
def test_entropy_rate_has_its_closed_form(d_vocab) -> None:
    # Sum of k 2^-k up to V - 1, and (V - 1) 2^-(V-1) for the last rank: 2 - 2^(2-V) bits. For
    # three words: 1/2, 1/4, 1/4, which is 1.5 bits.
    source = draw_source(rng(), d_vocab=d_vocab)
    bits = source.entropy_rate_nats / math.log(2)
    assert bits == pytest.approx(2 - 2.0 ** (2 - d_vocab), abs=1e-13)


def test_entropy_rate_agrees_with_the_chain_written_out() -> None:
    source = draw_source(rng(1), d_vocab=5)
    matrix = transition_matrix(source)
    safe = np.where(matrix > 0, matrix, 1.0)
    brute = -(stationary(matrix)[:, None] * matrix * np.log(safe)).sum()
    assert source.entropy_rate_nats == pytest.approx(brute, abs=1e-12)


def test_context_probs_are_the_eigenvector_of_the_chain() -> None:
    source = draw_source(rng(2), d_vocab=5)
    np.testing.assert_allclose(
        source.context_probs, stationary(transition_matrix(source)), atol=1e-11
    )


def test_a_long_text_costs_its_true_predictor_the_entropy_rate() -> None:
    source = draw_source(rng(3), d_vocab=16)
    words = source.sample(4_000, 52, rng(4))
    probs = source.next_probs_after(words[:, :-1])
    cost = -np.log(np.take_along_axis(probs, words[:, 2:, None], axis=-1))
    # The cost of each word is independent of the others (it is that of its rank), so the standard
    # error of the mean is exact; four of them are missed once in 16,000 texts.
    standard_error = cost.std() / math.sqrt(cost.size)
    assert cost.mean() == pytest.approx(source.entropy_rate_nats, abs=4 * standard_error)


@pytest.mark.parametrize("pos", [0, 20])
def test_sample_is_stationary_from_its_first_word(pos) -> None:
    source = draw_source(rng(5), d_vocab=6)
    words = source.sample(100_000, 23, rng(6))
    context = words[:, pos] * 6 + words[:, pos + 1]
    share = np.bincount(context, minlength=36) / len(words)
    standard_error = np.sqrt(source.context_probs / len(words))
    assert (np.abs(share - source.context_probs) < 5 * standard_error).all()


def test_every_context_orders_all_words() -> None:
    source = draw_source(rng(7), d_vocab=9)
    assert (np.sort(source.ranking, axis=1) == np.arange(9)).all()
    np.testing.assert_allclose(source.next_probs.sum(axis=1), 1.0)


def test_first_places_go_by_popularity() -> None:
    # Plackett-Luce: word j is first with probability j^-1 / (1 + 1/2 + ... + 1/64).
    source = draw_source(rng(8), d_vocab=64, popularity_exponent=1.0)
    first = np.bincount(source.ranking[:, 0], minlength=64) / 64**2
    popularity = 1 / np.arange(1, 65)
    expected = popularity / popularity.sum()
    assert (np.abs(first - expected) < 5 * np.sqrt(expected / 64**2)).all()


def test_word_entropy_is_that_of_the_words_of_a_text() -> None:
    source = draw_source(rng(9), d_vocab=12)
    words = source.sample(20_000, 20, rng(10))
    share = np.bincount(words.ravel(), minlength=12) / words.size
    # 400,000 words, not independent: their entropy is known to about 0.003 nats.
    assert source.word_entropy_nats == pytest.approx(-(share * np.log(share)).sum(), abs=0.01)
    assert source.word_entropy_nats > source.entropy_rate_nats + 0.1


def test_shuffled_text_keeps_its_words_and_loses_their_order() -> None:
    source = draw_source(rng(11), d_vocab=16)
    words = source.sample(5_000, 30, rng(12))
    shuffled = shuffle_words(words, rng(13))
    assert (np.bincount(shuffled.ravel()) == np.bincount(words.ravel())).all()

    def information(text: np.ndarray) -> float:
        """Mutual information of two words and the next, in nats."""
        context = text[:, :-2] * 16 + text[:, 1:-1]
        joint = np.zeros((256, 16))
        np.add.at(joint, (context.ravel(), text[:, 2:].ravel()), 1)
        joint /= joint.sum()
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
        seen = joint > 0
        return float((joint[seen] * np.log(joint[seen] / apart[seen])).sum())

    # By chance alone it is about (256 - 1)(16 - 1) / (2 * 140,000) = 0.014 nats.
    assert information(shuffled) < 0.03
    assert information(words) > 0.5


def test_another_seed_draws_another_language() -> None:
    first, second = draw_source(rng(0), d_vocab=8), draw_source(rng(1), d_vocab=8)
    assert (first.ranking != second.ranking).any()
