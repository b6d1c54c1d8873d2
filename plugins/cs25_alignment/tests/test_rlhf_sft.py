"""Demonstrations, and learning to write as they do."""

import pytest
import torch

from cs25.nn import Decoder, TransformerConfig
from cs25_alignment.rlhf.rollouts import response_log_probs
from cs25_alignment.rlhf.sft import demonstrate, imitate


def test_a_demonstration_is_the_best_of_its_attempts() -> None:
    policy = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]]).double()
    gold = torch.tensor([[0.0, 3.0, 1.0, 2.0], [1.0, 0.0, 2.0, 3.0]])
    asked, best = demonstrate(
        policy.log(), gold, torch.tensor([1, 0]), each=20_000, attempts=4,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    for row in (0, 1):
        found = best[asked == row].bincount(minlength=4) / 20_000
        # The best of four is no better than some response if all four are not.
        order = gold[row].argsort()
        below = policy[row, order].cumsum(0) ** 4
        expected = torch.empty(4).double()
        expected[order] = below.diff(prepend=torch.zeros(1))
        assert float((found - expected).abs().max()) < 0.015  # four standard errors


def test_where_all_is_alike_a_demonstration_is_any_attempt() -> None:
    policy = torch.tensor([[0.1, 0.2, 0.3, 0.4]]).double()
    _, found = demonstrate(
        policy.log(), torch.zeros(1, 4), torch.tensor([0]), each=20_000, attempts=4,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    torch.testing.assert_close(found.bincount() / 20_000, policy[0].float(), atol=0.015, rtol=0)


def test_imitation_learns_the_shares_of_the_demonstrations() -> None:
    # Asked 0 1, three of four say 2 2 and one says 0 0: the loss is least at 3/4.
    policy = Decoder(TransformerConfig(d_vocab=3, d_model=8, n_layers=1, n_heads=1, n_ctx=4))
    prompts = torch.tensor([[0, 1]]).expand(4, -1)
    answers = torch.tensor([[2, 2], [2, 2], [2, 2], [0, 0]])
    imitate(policy, prompts, answers, n_steps=120, batch=64, lr=1e-2, seed=0)
    with torch.no_grad():
        said = response_log_probs(policy, prompts, answers).sum(-1).exp()
        after_0 = policy(torch.tensor([[0]]))[0, -1].softmax(-1)
    assert said.tolist() == pytest.approx([0.75, 0.75, 0.75, 0.25], abs=0.05)
    # Nobody taught it that 1 follows on 0 in a prompt.
    assert float(after_0[1]) < 0.5
