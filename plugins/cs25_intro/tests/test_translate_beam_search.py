"""Beam search against every translation there is, and against greedy decoding."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from cs25.nn import EncoderDecoder, TransformerConfig, generate
from cs25_intro.translate.beam_search import beam_search, length_penalty

START, STOP, N_NEW = 0, 1, 4
CONFIG = TransformerConfig(d_vocab=4, d_model=16, n_layers=2, n_heads=2, n_ctx=5)

SOURCE = torch.tensor([[2, 3, 1, 0], [3, 1, 0, 0], [2, 2, 2, 1]])
SEEN = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]]).bool()


Written = tuple[int, ...]


def network(seed: int) -> EncoderDecoder:
    model = EncoderDecoder(CONFIG, CONFIG, seed=seed).eval()
    with torch.no_grad():  # far from uniform, so that likely beginnings have unlikely ends
        model.decoder.unembedding.weight.mul_(1.5)
    return model


def every_translation() -> list[Written]:
    """Those that stop within the limit, and those that reach it."""
    tokens = [token for token in range(CONFIG.d_vocab) if token != STOP]
    return [
        (*written, STOP) if length < N_NEW else written
        for length in range(N_NEW + 1)
        for written in itertools.product(tokens, repeat=length)
    ]


def log_probs(model: EncoderDecoder, row: int) -> dict[Written, float]:
    """Score all beginnings of one source that there are: no cache, no padding, no search."""
    everything = torch.cartesian_prod(*[torch.arange(CONFIG.d_vocab)] * N_NEW)
    so_far = torch.cat([torch.full((len(everything), 1), START), everything[:, :-1]], dim=1)
    source = SOURCE[row : row + 1][:, SEEN[row]].expand(len(everything), -1)
    with torch.inference_mode():
        each = model(source, so_far).log_softmax(-1).gather(2, everything.unsqueeze(-1))
    total = each.squeeze(-1).cumsum(dim=1)
    return {
        tuple(tokens[:length]): score[length - 1]
        for tokens, score in zip(everything.tolist(), total.tolist(), strict=True)
        for length in range(1, N_NEW + 1)
    }


def stripped(tokens: Tensor) -> Written:
    numbers = tokens.tolist()
    return tuple(numbers[: numbers.index(STOP) + 1] if STOP in numbers else numbers)


def search(model: EncoderDecoder, *, width: int, alpha: float):  # type: ignore[no-untyped-def]
    return beam_search(
        model, SOURCE, seen=SEEN, start=START, stop=STOP, n_new=N_NEW, width=width, alpha=alpha
    )


@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_beam_wide_enough_ranks_all_translations(seed: int, alpha: float) -> None:
    model, translations = network(seed), every_translation()
    assert len(translations) == 1 + 3 + 9 + 27 + 81
    found = search(model, width=len(translations), alpha=alpha)
    for row in range(len(SOURCE)):
        scored = log_probs(model, row)
        ranked = sorted(
            translations, key=lambda w: -scored[w] / length_penalty(len(w), alpha=alpha)
        )
        # Single precision may swap neighbours that are as good; the first three are far apart.
        assert [stripped(tokens) for tokens in found.tokens[row, :3]] == ranked[:3]
        assert found.log_probs[row, :3].tolist() == pytest.approx(
            [scored[w] for w in ranked[:3]], abs=1e-4
        )
        assert found.log_probs[row].exp().sum().item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_one_is_greedy(seed: int) -> None:
    model = network(seed)
    mask = SEEN[:, None, None, :]
    with torch.inference_mode():
        memory = model.encoder(SOURCE, seen=SEEN)
    greedy = generate(
        model.decoder, torch.full((3, 1), START), N_NEW, temperature=0, stop=STOP,
        memory=memory, memory_mask=mask,
    )  # fmt: skip
    found = search(model, width=1, alpha=0.0)
    assert torch.equal(found.tokens[:, 0], greedy)
    for row in range(3):
        assert found.log_probs[row, 0].item() == pytest.approx(
            log_probs(model, row)[stripped(greedy[row])], abs=1e-5
        )


@pytest.mark.parametrize("width", [2, 3, 5])
def test_a_narrow_beam_gives_what_it_writes_its_true_score(width: int) -> None:
    # The caches follow their beginnings: a wrong row would give another log-probability.
    model = network(7)
    found = search(model, width=width, alpha=0.6)
    scored = [log_probs(model, row) for row in range(3)]
    for row, rank in itertools.product(range(3), range(width)):
        written = stripped(found.tokens[row, rank])
        expected = scored[row][written]
        assert found.log_probs[row, rank].item() == pytest.approx(expected, abs=1e-5)
        assert found.scores[row, rank].item() == pytest.approx(
            expected / length_penalty(len(written), alpha=0.6), abs=1e-5
        )
    assert (found.scores.diff(dim=1) <= 0).all()
    assert all(len({stripped(t) for t in found.tokens[row]}) == width for row in range(3))


def searched_one_by_one(scored: dict[Written, float], *, width: int, alpha: float) -> list[Written]:
    """The same search over a list of one source's beginnings, up to the longest there are."""
    beginnings: list[Written] = [()]
    finished: list[Written] = []
    for length in range(1, N_NEW + 1):
        longer = [(*written, token) for written in beginnings for token in range(CONFIG.d_vocab)]
        longer.sort(key=lambda written: -scored[written])
        finished += [w for w in longer[:width] if w[-1] == STOP or length == N_NEW]
        beginnings = [w for w in longer if w[-1] != STOP][:width]
    return sorted(finished, key=lambda w: -scored[w] / length_penalty(len(w), alpha=alpha))


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_search_finds_what_one_over_a_list_finds(seed: int, width: int) -> None:
    model = network(seed)
    found = search(model, width=width, alpha=0.6)
    for row in range(3):
        expected = searched_one_by_one(log_probs(model, row), width=width, alpha=0.6)
        assert [stripped(tokens) for tokens in found.tokens[row]] == expected[:width]


def test_a_source_is_translated_as_if_it_were_alone() -> None:
    model = network(2)
    together = search(model, width=3, alpha=0.6)
    for row in range(3):
        alone = beam_search(
            model, SOURCE[row : row + 1], seen=SEEN[row : row + 1], start=START, stop=STOP,
            n_new=N_NEW, width=3, alpha=0.6,
        )  # fmt: skip
        assert torch.equal(alone.tokens[0], together.tokens[row])


def test_the_length_penalty_is_that_of_wu_et_al() -> None:
    # ((5 + 11) / 6)^0.6 = (8/3)^0.6 = exp(0.6 · 0.980829) = 1.80128.
    assert length_penalty(11, alpha=0.6) == pytest.approx(1.80128, abs=1e-5)
