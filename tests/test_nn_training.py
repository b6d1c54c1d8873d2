"""The training loop: what it learns, when, at which rate, and again."""

import itertools
import math
import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from cs25.nn import IGNORE, Decoder, TransformerConfig, lr_factor, matmul, next_token_loss, train
from cs25.nn.matmul import fast_matmul
from cs25.nn.optimiser import FlatAdamW
from cs25.nn.prefetch import prefetch, spare_depth


@pytest.fixture(autouse=True)
def _one_thread():
    """Threads only wait for each other at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _model(seed: int = 0, **changes) -> Decoder:
    sizes = {"d_vocab": 11, "d_model": 16, "n_layers": 1, "n_heads": 2, "n_ctx": 12}
    return Decoder(TransformerConfig(**(sizes | changes)), seed=seed)


def _random_batches(seed: int):
    draw = torch.Generator().manual_seed(seed)
    while True:
        tokens = torch.randint(11, (8, 13), generator=draw)
        yield tokens[:, :-1], tokens[:, 1:]


def _weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_a_small_model_learns_a_fixed_batch_by_heart():
    batch = next(_random_batches(0))
    log = train(_model(d_model=32), [batch] * 150, n_steps=150, lr=1e-2, weight_decay=0.0)
    assert log.loss[0] > math.log(11) - 0.1  # it knows nothing yet
    # Only the first tokens of two sequences that start alike cannot be told apart.
    firsts = batch[0][:, 0].tolist()
    clashes = len(firsts) - len(set(firsts))
    assert log.loss[-1] < (clashes + 1) * 2 * math.log(2) / (8 * 12) + 0.05


def test_learning_rate_warms_up_and_ends_with_the_run():
    rates = [lr_factor(step, n_steps=100, warmup=0.1) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == 1.0
    # After 10 steps of warm-up 91 are left to a step that would have none: half-way lies between
    # steps 54 and 55, where the cosine is within pi / 182 of zero.
    assert rates[54] == pytest.approx(0.5, abs=math.pi / 182)
    assert rates[99] == pytest.approx((1 - math.cos(math.pi / 91)) / 2)  # one step before the end
    assert lr_factor(100, n_steps=100, warmup=0.1) == pytest.approx(0)
    assert lr_factor(100, n_steps=100, warmup=0.1, final=0.2) == pytest.approx(0.2)
    assert all(a > b for a, b in itertools.pairwise(rates[9:]))


def test_the_log_holds_the_rate_that_was_used():
    log = train(_model(), _random_batches(0), n_steps=10, lr=2e-3, warmup=0.5)
    np.testing.assert_allclose(log.lr[:5], [4e-4, 8e-4, 12e-4, 16e-4, 20e-4])
    assert log.loss.shape == log.lr.shape == (10,)


def test_a_schedule_of_ones_own_takes_the_place_of_the_usual_one():
    log = train(_model(), _random_batches(0), n_steps=4, lr=0.01, schedule=lambda s: 1 / (s + 1))
    np.testing.assert_allclose(log.lr, [0.01, 0.005, 0.01 / 3, 0.0025])
    assert log.duration_s > 0


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_seeds_give_the_same_weights(precision):
    def weights(model_seed: int, data_seed: int, depth: int) -> torch.Tensor:
        model = _model(model_seed)
        train(
            model, _random_batches(data_seed), n_steps=5, precision=precision, prefetch_depth=depth
        )
        return _weights(model)

    first = weights(0, 0, 2)
    assert torch.equal(first, weights(0, 0, 2))
    assert torch.equal(first, weights(0, 0, 0))  # the thread that makes batches changes nothing
    assert not torch.equal(first, weights(1, 0, 2))
    assert not torch.equal(first, weights(0, 1, 2))


def test_masked_targets_are_not_learned_from():
    logits = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[1, IGNORE, 2], [IGNORE, IGNORE, 4]])
    log_probs = logits.log_softmax(dim=-1)
    by_hand = -(log_probs[0, 0, 1] + log_probs[0, 2, 2] + log_probs[1, 2, 4]) / 3
    torch.testing.assert_close(next_token_loss(logits, targets), by_hand)


def test_flat_adamw_takes_the_steps_of_torch_adamw():
    ours, theirs = _model(), _model()
    flat = FlatAdamW(ours, betas=(0.9, 0.95), weight_decay=0.3)
    # The usual grouping: matrices and embeddings decay, norms do not.
    groups = [
        {"params": [p for p in theirs.parameters() if p.ndim >= 2], "weight_decay": 0.3},
        {"params": [p for p in theirs.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW(groups, betas=(0.9, 0.95))
    batches = _random_batches(0)
    for step in range(6):
        inputs, targets = next(batches)
        lr, clip = 1e-2 / (step + 1), 0.5
        flat.step(next_token_loss(ours(inputs), targets), lr=lr, clip=clip)
        for group in adamw.param_groups:
            group["lr"] = lr
        adamw.zero_grad()
        next_token_loss(theirs(inputs), targets).backward()
        norm = nn.utils.clip_grad_norm_(theirs.parameters(), clip)
        assert norm > clip  # or clipping would not be tested
        adamw.step()
    # Adam divides by the root of the second moment, which magnifies rounding where it is small.
    torch.testing.assert_close(_weights(ours), _weights(theirs), rtol=1e-3, atol=1e-5)


def test_only_matrices_and_embeddings_decay():
    model = _model()
    optimiser = FlatAdamW(model, weight_decay=0.1)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert {names[id(p)].split(".")[-2] for p in optimiser.others} == {
        "attention_norm", "mlp_norm", "norm",
    }  # fmt: skip
    assert len(optimiser.decayed) + len(optimiser.others) == len(names)


def test_tied_embeddings_stay_tied():
    model = _model(tied=True)
    train(model, _random_batches(0), n_steps=3)
    assert model.unembedding.weight is model.embedding.token.weight
    assert torch.equal(model.unembedding.weight, model.embedding.token.weight)


def test_bfloat16_learns_what_float32_learns():
    batch = next(_random_batches(0))
    logs = {
        precision: train(_model(), [batch] * 60, n_steps=60, lr=1e-2, precision=precision)
        for precision in ("float32", "bfloat16")
    }
    # bfloat16 has 8 bits: losses differ by some 2**-8 of themselves.
    np.testing.assert_allclose(logs["bfloat16"].loss, logs["float32"].loss, rtol=0.05)
    assert not np.array_equal(logs["bfloat16"].loss, logs["float32"].loss)


def test_progress_and_steps_are_reported():
    units, steps = [], []
    train(_model(), _random_batches(0), n_steps=4, progress=units.append, on_step=steps.append)
    assert units == [1, 1, 1, 1]
    assert steps == [1, 2, 3, 4]


def test_too_few_batches_are_an_error():
    with pytest.raises(ValueError, match="2 batches, expected one for each of 3 steps"):
        train(_model(), [next(_random_batches(0))] * 2, n_steps=3)


def test_a_loss_that_is_not_finite_is_an_error():
    with pytest.raises(FloatingPointError, match=r"the loss of step 0 is nan"):
        train(
            _model(), _random_batches(0), n_steps=2, loss=lambda logits, _: logits.sum() * math.nan
        )


def test_prefetch_keeps_order_and_hands_on_errors():
    def numbers():
        yield from range(5)
        raise RuntimeError("no more data")

    supply = prefetch(numbers(), depth=2)
    assert [next(supply) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="no more data"):
        next(supply)


def test_prefetch_works_ahead_and_its_thread_ends_with_it():
    made = []

    def numbers():
        for i in range(1000):
            made.append(i)
            yield i

    supply = prefetch(numbers(), depth=3)
    assert next(supply) == 0
    deadline = time.monotonic() + 5
    while len(made) < 4 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert len(made) >= 4  # one used, three waiting, before anyone asked for them
    supply.close()
    assert len(made) <= 6  # and not the whole thousand
    assert all(thread.name != "prefetch" for thread in threading.enumerate())


@pytest.mark.parametrize(("n_threads", "depth"), [(1, 2), (4, 0)])
def test_batches_are_made_ahead_where_a_core_is_free(n_threads, depth, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr("torch.get_num_threads", lambda: n_threads)
    assert spare_depth() == depth


def test_fast_matmul_is_as_exact_as_float32_and_leaves_no_trace():
    draw = torch.Generator().manual_seed(1)
    a, b = torch.rand(64, 300, generator=draw), torch.rand(300, 200, generator=draw)
    before = torch.get_float32_matmul_precision()
    with fast_matmul():
        product = a @ b
    assert torch.get_float32_matmul_precision() == before
    # Positive terms: n roundings of 2**-24 each at most.
    torch.testing.assert_close(product.double(), a.double() @ b.double(), rtol=300 / 2**24, atol=0)


def test_fast_matmul_does_nothing_on_a_processor_that_would_round(monkeypatch):
    exact = torch.Tensor.__matmul__

    def rounded(a, b):
        if a.dtype == torch.float32 and torch.get_float32_matmul_precision() == "medium":
            a, b = a.bfloat16().float(), b.bfloat16().float()
        return exact(a, b)

    monkeypatch.setattr(torch.Tensor, "__matmul__", rounded)
    keeps_float32 = matmul._onednn_keeps_float32.__wrapped__  # without the answer it remembers
    assert not keeps_float32()
    monkeypatch.setattr(matmul, "_onednn_keeps_float32", keeps_float32)
    before = torch.get_float32_matmul_precision()
    with fast_matmul():
        assert torch.get_float32_matmul_precision() == before
