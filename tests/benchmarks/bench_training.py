"""Training speed, against a plain loop and against the machine. Run with ``tox -e bench``.

Never part of the default run. Each test measures both sides in one process and prints a table;
close other programs first. By hand: ``pytest tests/benchmarks/bench_training.py -s``.
"""

import itertools
import sys
import time
from pathlib import Path

import pytest
import torch

from cs25.nn import Decoder, n_params, run_fleet, train, training_flops

sys.path.insert(0, str(Path(__file__).parent))  # the workers of a fleet import their jobs by name

from family import BATCH, D_VOCAB, N_POS, WIDTHS, config, jobs, text, windows
from machine import matrix_peak
from plain_gpt import PlainGPT, train_plain

N_STEPS = 60


def _plain(d_model: int) -> PlainGPT:
    return PlainGPT(D_VOCAB, d_model, 2, 2, N_POS)


def test_a_family_of_small_models_against_a_plain_loop(benchmark, capsys):
    """Goal: at least 1.5 times the tokens per second of the plain loop, same shapes and threads."""
    data = text()
    n_tokens = N_STEPS * BATCH * N_POS
    for d_model in WIDTHS:  # the same models on both sides
        assert n_params(_plain(d_model)) == n_params(Decoder(config(d_model)))
        train_plain(_plain(d_model), data, n_steps=2, batch=BATCH, n_pos=N_POS)

    def plain() -> dict[int, float]:
        return {
            d_model: train_plain(_plain(d_model), data, n_steps=N_STEPS, batch=BATCH, n_pos=N_POS)
            for d_model in WIDTHS
        }

    def fleet() -> float:
        start = time.perf_counter()
        run_fleet(jobs(N_STEPS))
        return time.perf_counter() - start

    first_fleet_s = fleet()  # starts the processes: counted, in a row of its own
    rounds = [(plain(), fleet()) for _ in range(2)]  # in turn, so that both meet the same machine
    fleet_s = min(seconds for _, seconds in rounds)
    plain_s = {d_model: min(times[d_model] for times, _ in rounds) for d_model in WIDTHS}
    benchmark.pedantic(fleet, rounds=1)
    fleet_s = min(fleet_s, benchmark.stats.stats.min)
    total_s = sum(plain_s.values())
    benchmark.extra_info |= {"plain_s": total_s, "fleet_s": fleet_s, "ratio": total_s / fleet_s}
    with capsys.disabled():
        print(f"\n{N_STEPS} steps of {BATCH} x {N_POS} tokens, {torch.get_num_threads()} threads")
        for d_model, seconds in plain_s.items():
            print(f"  plain loop, width {d_model:3d}   {n_tokens / seconds:10,.0f} tokens/s")
        for name, seconds in (
            ("plain loop, all widths", total_s),
            ("fleet, first call", first_fleet_s),
            ("fleet", fleet_s),
        ):
            rate = len(WIDTHS) * n_tokens / seconds
            print(
                f"  {name:23s} {rate:10,.0f} tokens/s   {seconds:6.2f} s"
                f"   {total_s / seconds:5.2f} times the plain loop"
            )
    assert total_s / fleet_s >= 1.5


@pytest.mark.parametrize("d_model", WIDTHS)
def test_one_small_model_against_a_plain_loop(d_model, benchmark, capsys):
    """One model in one process: what the loop alone brings, without the fleet."""
    data, n_steps = text(), 40
    plain_s, ours_s = [], []

    def ours() -> None:
        model = Decoder(config(d_model))
        log = train(model, windows(data, batch=BATCH, n_pos=N_POS), n_steps=n_steps)
        ours_s.append(log.duration_s)

    for _ in range(3):
        plain_s.append(
            train_plain(_plain(d_model), data, n_steps=n_steps, batch=BATCH, n_pos=N_POS)
        )
        ours()
    benchmark.pedantic(ours, rounds=1)
    ratio = min(plain_s) / min(ours_s)
    benchmark.extra_info |= {"plain_s": min(plain_s), "ours_s": min(ours_s), "ratio": ratio}
    with capsys.disabled():
        per_step = [1e3 * min(seconds) / n_steps for seconds in (plain_s, ours_s)]
        print(
            f"\n  width {d_model}: plain {per_step[0]:.1f} ms a step, ours {per_step[1]:.1f} ms,"
            f" {ratio:.2f} times as fast"
        )


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("d_model", [256, 512])
def test_wide_models_against_the_matrix_peak(d_model, precision, benchmark, capsys):
    """Goal: at least half of the fastest square product of the same type in the same run.

    The rate is the matrix products' own, 6 N D and attention, over the whole time of a step.
    """
    batch, n_pos, n_steps = 16, 128, 8
    shape = config(d_model, n_pos=n_pos, n_heads=d_model // 64)
    flops = training_flops(shape, n_tokens=batch * n_pos, n_pos=n_pos)
    data = text()
    steps_s, peaks = [], []

    def ours() -> None:
        ticks = []
        train(
            Decoder(shape),
            windows(data, batch=batch, n_pos=n_pos),
            n_steps=n_steps,
            precision=precision,
            on_step=lambda _: ticks.append(time.perf_counter()),
        )
        steps_s.extend(b - a for a, b in itertools.pairwise(ticks))

    for _ in range(2):
        peaks.append(matrix_peak(getattr(torch, precision)))
        ours()
    benchmark.pedantic(ours, rounds=1)
    rate, peak = flops / min(steps_s), max(peaks)
    benchmark.extra_info |= {"flop_per_s": rate, "peak_flop_per_s": peak, "share": rate / peak}
    with capsys.disabled():
        print(
            f"\n  width {d_model}, {precision}: {rate / 1e9:.0f} GFLOP/s of {peak / 1e9:.0f},"
            f" {rate / peak:.2f} of the peak"
        )
    assert rate / peak >= 0.5
