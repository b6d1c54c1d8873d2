"""What both sides of the benchmark train: a family of small decoders on one long text."""

import numpy as np
import torch

from cs25.nn import Decoder, Job, TransformerConfig, train, training_flops

WIDTHS = (8, 16, 32, 64)
BATCH, N_POS, D_VOCAB = 64, 64, 32


def config(d_model: int, *, n_pos: int = N_POS, n_heads: int = 2) -> TransformerConfig:
    return TransformerConfig(
        d_vocab=D_VOCAB, d_model=d_model, n_layers=2, n_heads=n_heads, n_ctx=n_pos, tied=True
    )


def text() -> torch.Tensor:
    return torch.randint(D_VOCAB, (1_000_000,), generator=torch.Generator().manual_seed(0))


def windows(data: torch.Tensor, *, batch: int, n_pos: int):
    """Cut random windows from the text, a whole batch at once."""
    draw = torch.Generator().manual_seed(1)
    offsets = torch.arange(n_pos + 1)
    while True:
        starts = torch.randint(len(data) - n_pos - 1, (batch, 1), generator=draw)
        tokens = data[starts + offsets]
        yield tokens[:, :-1], tokens[:, 1:]


def train_member(*, d_model: int, n_steps: int, progress) -> dict[str, np.ndarray]:
    """Train one member of the family in a fleet's worker."""
    model = Decoder(config(d_model))
    log = train(
        model, windows(text(), batch=BATCH, n_pos=N_POS), n_steps=n_steps, progress=progress
    )
    return {"loss": log.loss}


def jobs(n_steps: int) -> list[Job]:
    flops = {d: training_flops(config(d), n_tokens=BATCH * N_POS, n_pos=N_POS) for d in WIDTHS}
    return [
        Job(
            "family:train_member",
            {"d_model": d_model, "n_steps": n_steps},
            n_steps=n_steps,
            # Below some 30 MFLOP a step the number of operations decides, not their size.
            cost_per_step=flops[d_model] + 3e8,
        )
        for d_model in WIDTHS
    ]
