"""The peer: a plain training loop in the style of nanoGPT, on a CPU, without compilation.

Its own model (tied embedding, fused attention, no biases, no dropout), batches cut from one long
array on the critical path, AdamW with two groups, clipping, and a learning rate set at each step.
As in nanoGPT, AdamW is fused on a GPU only.
"""

import math
import time

import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.c_attn = nn.Linear(d_model, 3 * d_model, bias=False)
        self.c_proj = nn.Linear(d_model, d_model, bias=False)

    def forward(self, x):
        batch, n_pos, d_model = x.shape
        heads = (
            part.view(batch, n_pos, self.n_heads, d_model // self.n_heads).transpose(1, 2)
            for part in self.c_attn(x).split(d_model, dim=2)
        )
        y = F.scaled_dot_product_attention(*heads, is_causal=True)
        return self.c_proj(y.transpose(1, 2).contiguous().view(batch, n_pos, d_model))


class Layer(nn.Module):
    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(d_model, bias=False)
        self.attn = SelfAttention(d_model, n_heads)
        self.ln_2 = nn.LayerNorm(d_model, bias=False)
        self.c_fc = nn.Linear(d_model, 4 * d_model, bias=False)
        self.c_proj = nn.Linear(4 * d_model, d_model, bias=False)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.c_proj(F.gelu(self.c_fc(self.ln_2(x))))


class PlainGPT(nn.Module):
    def __init__(self, d_vocab: int, d_model: int, n_layers: int, n_heads: int, n_ctx: int) -> None:
        super().__init__()
        self.wte = nn.Embedding(d_vocab, d_model)
        self.wpe = nn.Embedding(n_ctx, d_model)
        self.h = nn.ModuleList(Layer(d_model, n_heads) for _ in range(n_layers))
        self.ln_f = nn.LayerNorm(d_model, bias=False)
        self.lm_head = nn.Linear(d_model, d_vocab, bias=False)
        self.lm_head.weight = self.wte.weight
        for parameter in self.parameters():
            if parameter.ndim >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for layer in self.h:
            x = layer(x)
        logits = self.lm_head(self.ln_f(x))
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


def train_plain(model, data, *, n_steps, batch, n_pos, lr=1e-3, n_warmup=10) -> float:
    """Train as nanoGPT's train.py does, and return the seconds it took."""
    groups = [
        {"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))
    start = time.perf_counter()
    for step in range(n_steps):
        starts = torch.randint(len(data) - n_pos - 1, (batch,)).tolist()
        x = torch.stack([data[i : i + n_pos] for i in starts])
        y = torch.stack([data[i + 1 : i + 1 + n_pos] for i in starts])
        rate = lr * min(1, (step + 1) / n_warmup) * (1 + math.cos(math.pi * step / n_steps)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = model(x, y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return time.perf_counter() - start
