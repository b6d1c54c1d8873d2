"""Decoding on sources whose texts can all be listed: samples and searches against the exact."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from jaxtyping import Float
from scipy.stats import chisquare
from torch import Tensor

from cs25_intro.decoding.beam_search import beam_search
from cs25_intro.decoding.exactness import chi_squared, counts, found_best, total_variation
from cs25_intro.decoding.markov import MarkovChains, MarkovWriter, all_texts, draw_chains
from cs25_intro.decoding.small_sources import small_sources
from cs25_intro.decoding.strategies import (
    Strategy,
    ancestral,
    greedy,
    temperature,
    top_k,
    top_p,
    typical,
)
from cs25_intro.decoding.writing import write

#: Greedy takes 0, the likelier beginning, but the likeliest text begins with 1.
TRAP = MarkovChains(
    first=torch.tensor([[0.6, 0.4]], dtype=torch.float64),
    after=torch.tensor([[[0.5, 0.5], [0.9, 0.1]]], dtype=torch.float64),
)

STRATEGIES: dict[str, Strategy] = {
    "ancestral": ancestral,
    "typical": partial(typical, p=0.8),
    "top-p": partial(top_p, p=0.7),
    "top-k": partial(top_k, k=2),
    "temperature": partial(temperature, t=0.5),
    "greedy": greedy,
}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def best(chains: MarkovChains, length: int) -> Float[Tensor, " chain"]:
    listed = all_texts(d_vocab=chains.first.shape[-1], length=length)
    return chains.log_probs(listed).amax(dim=1)


def test_probabilities_of_all_texts_by_hand() -> None:
    probs = TRAP.log_probs(all_texts(d_vocab=2, length=2)).exp()
    torch.testing.assert_close(probs, torch.tensor([[0.3, 0.3, 0.36, 0.04]], dtype=torch.float64))


@pytest.mark.parametrize("name", STRATEGIES)
def test_probabilities_under_a_strategy_sum_to_one(name: str) -> None:
    chains = draw_chains(3, d_vocab=4, generator=generator()).under(STRATEGIES[name])
    probs = chains.log_probs(all_texts(d_vocab=4, length=5)).exp()
    torch.testing.assert_close(probs.sum(dim=1), torch.ones(3, dtype=torch.float64))


def test_greedy_walks_into_the_trap_and_a_beam_does_not() -> None:
    drawn = write(MarkovWriter(TRAP), [greedy], n_new=2, generator=generator())
    assert drawn.tokens.tolist() == [[[0, 0]]]
    assert drawn.log_probs.sum().exp().item() == pytest.approx(0.3)
    one, two = (beam_search(MarkovWriter(TRAP), width=width, n_new=2) for width in (1, 2))
    assert one.tokens.tolist() == [[0, 0]]
    assert two.tokens.tolist() == [[1, 0]]
    assert two.log_probs.exp().tolist() == [pytest.approx([0.4, 0.9])]


def test_a_beam_of_one_is_greedy() -> None:
    chains = draw_chains(50, d_vocab=6, generator=generator(1))
    drawn = write(MarkovWriter(chains), [greedy], n_new=7, generator=generator())
    found = beam_search(MarkovWriter(chains), width=1, n_new=7)
    assert torch.equal(found.tokens, drawn.tokens[0])
    torch.testing.assert_close(found.log_probs, drawn.log_probs[0])


def test_a_full_beam_finds_the_likeliest_text() -> None:
    chains = draw_chains(50, d_vocab=4, generator=generator(2))
    found = beam_search(MarkovWriter(chains), width=4**3, n_new=4)
    torch.testing.assert_close(found.log_probs.sum(dim=1), best(chains, 4))
    listed = all_texts(d_vocab=4, length=4)
    assert torch.equal(found.tokens, listed[chains.log_probs(listed).argmax(dim=1)])


def test_a_beam_keeps_the_likeliest_beginnings() -> None:
    # Beginnings by brute force: prune to the width at every length, with no writer at all.
    chains = draw_chains(20, d_vocab=5, generator=generator(3))
    found = beam_search(MarkovWriter(chains), width=3, n_new=4)
    for c in range(20):
        beam = [((), 0.0)]
        for _ in range(4):
            grown = []
            for text, _total in beam:
                for token in range(5):
                    longer = torch.tensor([(*text, token)])
                    one = MarkovChains(chains.first[c : c + 1], chains.after[c : c + 1])
                    grown.append(((*text, token), one.log_probs(longer).item()))
            beam = sorted(grown, key=lambda entry: -entry[1])[:3]
        assert found.tokens[c].tolist() == list(beam[0][0])


def test_the_share_of_sources_that_are_solved() -> None:
    chains = draw_chains(40, d_vocab=4, generator=generator(4))
    shares = found_best(chains, length=4, widths=(1, 4**3))
    walked = beam_search(MarkovWriter(chains), width=1, n_new=4).log_probs.sum(dim=1)
    assert shares[0] == (walked >= best(chains, 4) - 1e-9).double().mean().item()
    assert 0.2 < shares[0] < 0.9
    assert shares[1] == 1


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_written_has_the_exact_distribution(name: str) -> None:
    strategy = STRATEGIES[name]
    chain = draw_chains(1, d_vocab=4, generator=generator(5))
    probs = chain.under(strategy).log_probs(all_texts(d_vocab=4, length=4))[0].exp()
    observed = counts(chain, strategy, length=4, n=20_000, generator=generator(6))
    assert observed.sum() == 20_000
    assert observed[probs == 0].sum() == 0
    deviation, freedom = chi_squared(observed, probs)
    # Six standard deviations of chi-squared, sqrt(2 freedom) each.
    assert deviation <= freedom + 6 * (2 * freedom) ** 0.5
    if name != "ancestral":  # and the model's own distribution is another one
        own = chain.log_probs(all_texts(d_vocab=4, length=4))[0].exp()
        assert total_variation(observed, own) > 0.1


def test_chi_squared_is_scipys() -> None:
    probs = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    observed = torch.tensor([13, 17, 32, 38])
    deviation, freedom = chi_squared(observed, probs)
    assert freedom == 3
    assert deviation == pytest.approx(chisquare(observed.numpy(), probs.numpy() * 100).statistic)


def test_rare_texts_are_counted_together() -> None:
    # Of 100, two texts are expected 2 and 3 times: one cell of 5, beside one of 95.
    probs = torch.tensor([0.95, 0.02, 0.03, 0.0], dtype=torch.float64)
    observed = torch.tensor([90, 10, 0, 0])
    assert chi_squared(observed, probs) == (pytest.approx(25 / 95 + 25 / 5), 1)


def test_total_variation_by_hand() -> None:
    probs = torch.tensor([0.5, 0.5, 0.0])
    assert total_variation(torch.tensor([5, 3, 2]), probs) == pytest.approx(0.2)


def test_drawn_chains_are_spread_over_the_simplex() -> None:
    # Dirichlet with parameters 1 and d tokens: mean 1/d, variance (d - 1) / (d² (d + 1)).
    probs = draw_chains(4000, d_vocab=4, generator=generator(7)).after
    torch.testing.assert_close(probs.sum(dim=-1), torch.ones(4000, 4, dtype=torch.float64))
    assert probs.mean(dim=(0, 1)).tolist() == pytest.approx([0.25] * 4, abs=0.01)
    assert probs.var(dim=(0, 1)).tolist() == pytest.approx([3 / 80] * 4, rel=0.1)


def test_small_sources_tell_right_from_wrong() -> None:
    measures, (source, search) = small_sources(STRATEGIES, top_k=40, beam_width=3, seed=0)
    assert 0.8 < measures["chi_squared"].value < 1.2
    assert search.column("beam_width") == (1, 2, 3, 4, 8, 16)
    found = search.column("finds_best")
    assert found[0] == measures["greedy_finds"].value
    assert found[2] == measures["beam_finds"].value
    assert found[0] < found[2] <= found[-1]
    rows = {row[0]: row[1:] for row in source.rows}
    assert rows["greedy"] == (1, 0.0, 0.0, 0, 0.0)
    assert rows["ancestral"][0] == 8**4
    assert rows["top-k"][0] == 3**4  # at most three of eight
    assert rows["temperature"][1] < rows["ancestral"][1]
