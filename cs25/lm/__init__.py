"""Pretrained language models: where they come from, scoring, generation, embedding.

>>> from cs25.lm import load
>>> model = load("smollm2-135m")  # doctest: +SKIP
>>> model.score(["The capital of France is"], [[" Paris", " London"]])  # doctest: +SKIP

`import cs25.lm` imports no torch and no transformers: names are looked up when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cs25.lm.causal import Completion as Completion
    from cs25.lm.causal import LanguageModel as LanguageModel
    from cs25.lm.encoder import Pooling as Pooling
    from cs25.lm.encoder import TextEncoder as TextEncoder
    from cs25.lm.loading import load as load
    from cs25.lm.loading import load_encoder as load_encoder
    from cs25.lm.scoring import Score as Score

_HOME = {
    "Completion": "cs25.lm.causal",
    "LanguageModel": "cs25.lm.causal",
    "Pooling": "cs25.lm.encoder",
    "Score": "cs25.lm.scoring",
    "TextEncoder": "cs25.lm.encoder",
    "load": "cs25.lm.loading",
    "load_encoder": "cs25.lm.loading",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cs25.lm' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
