"""Jobs that the tests of a fleet give to its workers, importable from there."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from cs25.nn import Decoder, TransformerConfig, train


def counting(seed: int):
    """Sequences that count upwards mod 10 from a random digit."""
    draw = torch.Generator().manual_seed(seed)
    while True:
        first = torch.randint(10, (16, 1), generator=draw)
        tokens = (first + torch.arange(9)) % 10
        yield tokens[:, :-1], tokens[:, 1:]


def train_counting(*, width: int, n_steps: int, progress) -> dict[str, np.ndarray]:
    config = TransformerConfig(d_vocab=10, d_model=width, n_layers=1, n_heads=2, n_ctx=8)
    model = Decoder(config, seed=width)
    log = train(model, counting(seed=width), n_steps=n_steps, progress=progress)
    unseeded = torch.rand(2)  # a job that forgets its own generator is reproducible all the same
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    return {
        "loss": log.loss,
        "weights": weights.numpy(),
        "unseeded": unseeded.numpy(),
        "pid": np.array(os.getpid()),
        "threads": np.array(torch.get_num_threads()),
        "compiler": np.array("torch._dynamo" in sys.modules),
    }


def misbehave(*, how: str, note: str = "", progress) -> dict[str, np.ndarray]:
    if note:
        Path(note).write_text(str(os.getpid()))
    progress(1)
    if how == "raise":
        raise ValueError("the lecture's own message")
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exit":
        os._exit(7)
    while how == "hang":  # and say nothing
        time.sleep(0.05)
    while how == "sleep":
        time.sleep(0.05)
        progress(1)
    return {"pid": np.array(os.getpid())}
