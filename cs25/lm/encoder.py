"""A pretrained encoder: texts as points, near each other where they mean alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from tqdm.auto import tqdm

from cs25.errors import UsageError

__all__ = ["Pooling", "TextEncoder", "read_pooling"]

#: Tokens in a batch, padding included.
TOKENS = 4096


@dataclass(frozen=True)
class Pooling:
    """How the vectors of a text's tokens become one.

    Args:
        mean: their mean; else that of the first token.
        unit: scale it to length one.
        max_tokens: longer texts are cut.
    """

    mean: bool = True
    unit: bool = True
    max_tokens: int = 512


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """An encoder of transformers that turns a text into a vector.

    Args:
        name: what it was loaded by.
        network: the model itself.
        tokenizer: its tokenizer.
        pooling: how it makes one vector of a text.
    """

    name: str
    network: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    pooling: Pooling = Pooling()

    @property
    def max_tokens(self) -> int:
        """The most tokens of a text that count."""
        positions = getattr(self.network.config, "max_position_embeddings", None)
        return min(self.pooling.max_tokens, positions or self.pooling.max_tokens)

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> Float[np.ndarray, "text d_model"]:
        """Return a vector for each text. It does not depend on the texts beside it.

        Args:
            texts: longer ones are cut, as the model was trained.

        Raises:
            TypeError: a text stands where a list of texts is expected.
            ValueError: the tokenizer makes no token of a text.

        Returns:
            float32. With vectors of length one, a scalar product is a cosine similarity.
        """
        if isinstance(texts, str):
            raise TypeError("embed: found a text, expected a list of texts")
        ids = [
            self.tokenizer(text, truncation=True, max_length=self.max_tokens).input_ids
            for text in texts
        ]
        empty = next((i for i, tokens in enumerate(ids) if not tokens), None)
        if empty is not None:
            raise ValueError(
                f"embed: text {empty} is {texts[empty]!r}, expected at least one token"
            )
        found = np.zeros((len(texts), self.network.config.hidden_size), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        with tqdm(total=len(ids), desc="embedding", leave=False, delay=1) as bar:
            while order:
                n = max(1, TOKENS // max(1, len(ids[order[0]])))
                batch, order = order[:n], order[n:]
                found[batch] = self._embed([ids[i] for i in batch]).numpy()
                bar.update(len(batch))
        return found

    def _embed(self, ids: Sequence[Sequence[int]]) -> Float[Tensor, "text d_model"]:
        longest = max(map(len, ids))
        tokens = torch.full((len(ids), longest), int(self.tokenizer.pad_token_id or 0))
        mask = torch.zeros_like(tokens)
        for row, text in enumerate(ids):
            tokens[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        hidden = self.network(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        if self.pooling.mean:
            weight = mask[..., None].float()
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1)
        else:
            pooled = hidden[:, 0]
        return torch.nn.functional.normalize(pooled, dim=-1) if self.pooling.unit else pooled


def read_pooling(folder: Path) -> Pooling:
    """Return what a folder in the layout of sentence-transformers says of pooling.

    Raises:
        UsageError: it pools in a way that is not known here.
    """
    modules = _read(folder / "modules.json") or []
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    unknown = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    pooling = next(
        (_read(folder / m["path"] / "config.json") for m in modules if "Pooling" in m["type"]), None
    ) or {"pooling_mode_mean_tokens": True}
    modes = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on]
    if unknown or modes not in (["pooling_mode_mean_tokens"], ["pooling_mode_cls_token"]):
        found = ", ".join(sorted(unknown) or modes) or "nothing"
        raise UsageError(
            f"{folder} pools by {found}, expected the mean of all tokens or the first token",
            remedy="Choose another encoder.",
        )
    settings = _read(folder / "sentence_bert_config.json") or {}
    return Pooling(
        mean="pooling_mode_mean_tokens" in modes,
        unit=not modules or "Normalize" in kinds,
        max_tokens=int(settings.get("max_seq_length") or Pooling.max_tokens),
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
