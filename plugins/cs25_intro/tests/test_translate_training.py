"""Schedule, smoothed loss and averaging, against values worked out by hand and against torch."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it

from cs25.nn import IGNORE
from cs25_intro.translate.averaging import WeightAverage, last_checkpoints
from cs25_intro.translate.label_smoothing import smoothed_loss
from cs25_intro.translate.warm_up import learning_rate, peak, share_of_peak


def test_the_paper_s_base_model_peaks_at_seven_ten_thousandths() -> None:
    # d_model 512 and 4000 steps: 1 / sqrt(512 · 4000) = 1 / 1431.08.
    assert learning_rate(4000, d_model=512, warmup=4000) == pytest.approx(1 / 1431.08, rel=1e-5)
    # A tenth of the way up; then, at four times the warm-up, half of the peak.
    assert learning_rate(400, d_model=512, warmup=4000) == pytest.approx(0.1 / 1431.08, rel=1e-5)
    assert learning_rate(16_000, d_model=512, warmup=4000) == pytest.approx(0.5 / 1431.08, rel=1e-5)


@pytest.mark.parametrize("warmup", [1, 7, 200])
def test_peak_times_share_is_the_rate(warmup: int) -> None:
    rates = [learning_rate(step, d_model=64, warmup=warmup) for step in range(1, 600)]
    shared = [peak(d_model=64, warmup=warmup) * share_of_peak(i, warmup=warmup) for i in range(599)]
    assert shared == pytest.approx(rates, rel=1e-12)
    assert max(range(599), key=rates.__getitem__) == warmup - 1


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
def test_the_smoothed_loss_is_torch_s(smoothing: float) -> None:
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(5, 7, 11, generator=draw, dtype=torch.float64)
    targets = torch.randint(11, (5, 7), generator=draw)
    targets[:, 4:] = IGNORE
    expected = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE, label_smoothing=smoothing
    )
    assert smoothed_loss(logits, targets, smoothing=smoothing).item() == pytest.approx(
        expected.item(), abs=1e-12
    )


def test_the_smoothed_loss_by_hand() -> None:
    # Two tokens of probability 3/4 and 1/4, the first is right and smoothing is 0.2: the target is
    # (0.9, 0.1), the loss 0.9 log(4/3) + 0.1 log 4.
    logits = torch.log(torch.tensor([[[0.75, 0.25]]]))
    loss = smoothed_loss(logits, torch.tensor([[0]]), smoothing=0.2)
    assert loss.item() == pytest.approx(0.9 * math.log(4 / 3) + 0.1 * math.log(4), rel=1e-6)


def test_no_model_beats_the_least_loss_and_one_reaches_it() -> None:
    # The best model gives each token what the smoothed target does, so its loss is their entropy:
    # 0.76 for the right one of five and 0.06 for each of the others.
    target = torch.full((1, 1, 5), 0.3 / 5, dtype=torch.float64)
    target[..., 2] += 0.7
    right = torch.tensor([[2]])
    least = -0.76 * math.log(0.76) - 4 * 0.06 * math.log(0.06)
    assert smoothed_loss(target.log(), right, smoothing=0.3).item() == pytest.approx(least)
    for sharper in (0.8, 1.25):
        worse = smoothed_loss(target.log() * sharper, right, smoothing=0.3).item()
        assert worse > least + 1e-3


def test_the_average_is_the_mean_of_each_weight() -> None:
    model = torch.nn.Linear(2, 2)
    average = WeightAverage(model)
    for value in (1.0, 2.0, 6.0):
        with torch.no_grad():
            model.weight.fill_(value)
            model.bias.fill_(-value)
        average.add()
    average.apply()
    assert (model.weight == 3).all()
    assert (model.bias == -3).all()


@pytest.mark.parametrize(("steps", "every"), [(1200, 30), (10, 1), (3, 1)])
def test_the_last_checkpoints_end_with_the_training(steps: int, every: int) -> None:
    counted = last_checkpoints(steps, n=5, every=every)
    assert counted[-1] == steps
    assert len(counted) == min(5, steps)
