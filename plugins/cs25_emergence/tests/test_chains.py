"""Chains: the formats, the loss that treats them alike, the accuracy of a chain."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cs25.nn import IGNORE, Decoder, TransformerConfig, train
from cs25_emergence.chains import (
    FORMATS,
    batches,
    chain_accuracy,
    completion,
    d_vocab,
    prompt,
    sequence_loss,
)
from cs25_emergence.family import answers
from cs25_emergence.group import cyclic

DIGITS = cyclic(10)
TERMS = torch.tensor([[3, 9, 4], [5, 5, 5]])


def test_formats_write_the_same_answer_with_and_without_its_steps() -> None:
    # 3, 3 + 9 = 12, 12 + 4 = 16; 5, 10, 15: all mod 10.
    assert completion(DIGITS, TERMS, "step").tolist() == [[3, 2, 6], [5, 0, 5]]
    assert completion(DIGITS, TERMS, "direct").tolist() == [[6], [5]]
    filler = completion(DIGITS, TERMS, "filler")
    assert filler[:, -1].tolist() == [6, 5]
    assert (filler[:, :-1] >= 10).all()  # no filler is a digit
    assert len(filler[:, :-1].unique()) == 1


def test_prompts_differ_in_the_format_token_only() -> None:
    asked = [prompt(DIGITS, TERMS, form) for form in FORMATS]
    assert len({one[0, 0].item() for one in asked}) == len(FORMATS)
    assert all(torch.equal(one[:, 1:], asked[0][:, 1:]) for one in asked)


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_batch_holds_every_format_equally_often_and_learns_answers_only(shuffled: bool) -> None:
    inputs, targets = next(batches(DIGITS, n_terms=4, batch=50, seed=0, shuffled=shuffled))
    assert [(inputs[:, 0] == prompt(DIGITS, TERMS, form)[0, 0]).sum() for form in FORMATS] == [
        50
    ] * 3
    learned = (targets != IGNORE).sum(dim=1).view(3, 50)
    assert learned.tolist() == [[1] * 50, [4] * 50, [1] * 50]
    assert (targets[targets != IGNORE] < 10).all()


def test_targets_are_the_sums_of_their_own_terms_unless_shuffled() -> None:
    def right(shuffled: bool) -> float:
        inputs, targets = next(batches(DIGITS, n_terms=4, batch=400, seed=0, shuffled=shuffled))
        last = (targets != IGNORE).long() * torch.arange(1, targets.shape[1] + 1)
        answer = targets.gather(1, last.argmax(dim=1, keepdim=True))[:, 0]
        return (answer == inputs[:, 1:5].sum(dim=1) % 10).float().mean().item()

    assert right(shuffled=False) == 1.0
    # Chance is 0.1; 1200 rows put five standard errors at 0.043.
    assert right(shuffled=True) == pytest.approx(0.1, abs=0.045)


def test_the_model_never_reads_what_it_is_to_write() -> None:
    inputs, targets = next(batches(DIGITS, n_terms=3, batch=20, seed=1))
    step = slice(20, 40)
    # The input at a position is the target one position before: the next token is never given.
    assert torch.equal(inputs[step, 5:], targets[step, 4:-1])


def test_sequence_loss_weighs_sequences_and_not_tokens() -> None:
    # One row with one target of probability 1/2, one with four of probability 1: the mean over
    # rows is log(2) / 2, over tokens it would be log(2) / 5.
    logits = torch.full((2, 4, 2), -50.0)
    logits[..., 0] = 50.0
    logits[0, 3] = 0.0
    targets = torch.tensor([[IGNORE, IGNORE, IGNORE, 0], [0, 0, 0, 0]])
    assert sequence_loss(logits, targets).item() == pytest.approx(np.log(2) / 2)


@pytest.mark.parametrize("q", [0.0, 0.1, 0.37, 0.5, 0.9, 0.999, 1.0])
@pytest.mark.parametrize("n_terms", [1, 2, 5, 12])
@pytest.mark.parametrize("order", [2, 3, 10, 12])
def test_chain_accuracy_is_a_power_of_the_transition_matrix(
    q: float, n_terms: int, order: int
) -> None:
    # The error of a sum (mod m) walks over m states: it stays put with probability q and moves
    # to each other state with (1 - q) / (m - 1). Right at the end is the entry (0, 0).
    transition = np.full((order, order), (1 - q) / (order - 1))
    np.fill_diagonal(transition, q)
    exact = np.linalg.matrix_power(transition, n_terms)[0, 0]
    assert chain_accuracy([q] * n_terms, order=order) == pytest.approx(exact, abs=1e-12)


def test_chain_accuracy_of_known_cases() -> None:
    # Mod 10 with q = 0.91, T = 3: (9.1 - 1) / 9 = 0.9, so 0.1 + 0.9 · 0.9³ = 0.7561.
    assert chain_accuracy([0.91] * 3, order=10) == pytest.approx(0.7561)
    # Binary steps: (1 + (2 q - 1)^T) / 2 with q = 0.75, T = 2: (1 + 0.25) / 2.
    assert chain_accuracy([0.75] * 2, order=2) == pytest.approx(0.625)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("margin", [0.001, 0.01])
@pytest.mark.parametrize("n_terms", [1, 2, 5, 12])
def test_a_chain_beats_a_direct_answer_once_q_exceeds_the_root_of_p(
    p: float, margin: float, n_terms: int
) -> None:
    q = min(1.0, p ** (1 / n_terms) + margin)
    assert chain_accuracy([q] * n_terms, order=10) > p


def test_a_chain_may_beat_a_direct_answer_below_the_root_of_p() -> None:
    # p = 0.1 asks for q = 0.68 at six terms; but with q = 0.5 a wrong sum comes back often enough:
    # 0.1 + 0.9 (4/9)^6 = 0.1069.
    assert 0.5 < 0.1 ** (1 / 6)
    assert chain_accuracy([0.5] * 6, order=10) == pytest.approx(0.1069, abs=1e-4)


def test_chain_accuracy_multiplies_unequal_steps() -> None:
    # Two steps: both right, or a wrong one that the second error happens to undo (1 in 9).
    q, r = 0.8, 0.6
    assert chain_accuracy([q, r], order=10) == pytest.approx(q * r + (1 - q) * (1 - r) / 9)


def test_generated_chains_are_as_right_as_their_teacher_forced_steps_predict() -> None:
    model = Decoder(TransformerConfig(d_vocab(DIGITS), 24, n_layers=2, n_heads=2, n_ctx=8), seed=0)
    data = batches(DIGITS, n_terms=3, batch=32, seed=0)
    train(model, data, n_steps=250, lr=1e-2, loss=sequence_loss)
    terms = torch.randint(10, (2000, 3), generator=torch.Generator().manual_seed(1))
    said = answers(model, DIGITS, terms)
    sums = completion(DIGITS, terms, "step").numpy()
    steps = (said["log_probs"].argmax(axis=-1) == sums).mean(axis=0)
    measured = (said["step"][:, -1] == sums[:, -1]).mean()
    assert 0.15 < steps.mean() < 0.999  # neither guessing nor perfect: the test says something
    # Errors are neither independent nor uniform; 0.05 is far below the 0.2 and more that a
    # wrong exponent would make.
    assert measured == pytest.approx(chain_accuracy(steps, order=10), abs=0.05)
