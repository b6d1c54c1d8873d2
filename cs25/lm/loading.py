"""Loads a pretrained model by name: an alias, a Hugging Face id, or a local folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm

from cs25.data_files import note_model
from cs25.errors import RequirementError
from cs25.lm.causal import LanguageModel
from cs25.lm.encoder import TextEncoder, read_pooling
from cs25.lm.supply.fetch import obtain
from cs25.lm.supply.shelf import Held

__all__ = ["load", "load_encoder"]

#: Loaded models that are kept: seeds of a demo run one after another in one process.
KEPT = 3


def load(name: str, *, dtype: str = "float32") -> LanguageModel:
    """Load a causal language model; fetch it first if it is not on this machine.

    Args:
        name: an alias (``cs25 models`` lists them), a Hugging Face id, or a local folder.
        dtype: the type it computes in, float32 or bfloat16. The latter needs half the memory and
            rounds to three digits.

    Raises:
        UnknownNameError: there is no such alias, and it is no id or folder either.
        RequirementError: it is not here and cannot be fetched, or is no causal language model.
        ValueError: there is no such dtype here.
    """
    if dtype not in ("float32", "bfloat16"):
        raise ValueError(f"load: dtype is {dtype!r}, expected 'float32' or 'bfloat16'")
    held = _obtain(name)
    return _causal(name, held.folder, held.identity, dtype)


def load_encoder(name: str) -> TextEncoder:
    """Load a text encoder; fetch it first if it is not on this machine.

    Args:
        name: an alias (``cs25 models`` lists them), a Hugging Face id, or a local folder.

    Raises:
        UnknownNameError: there is no such alias, and it is no id or folder either.
        RequirementError: it is not here and cannot be fetched, or is no encoder.
    """
    held = _obtain(name)
    return _encoder(name, held.folder, held.identity)


def _obtain(name: str) -> Held:
    held = obtain(name, notice=lambda line: tqdm.write(f"cs25: {line}", file=sys.stderr))
    note_model(name, held.identity, held.source)
    return held


@lru_cache(maxsize=KEPT)
def _causal(name: str, folder: Path, identity: str, dtype: str) -> LanguageModel:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network = _network(AutoModelForCausalLM, name, folder, dtype=getattr(torch, dtype))
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return LanguageModel(name, network, tokenizer)


@lru_cache(maxsize=KEPT)
def _encoder(name: str, folder: Path, identity: str) -> TextEncoder:
    from transformers import AutoModel, AutoTokenizer

    network = _network(AutoModel, name, folder, dtype=torch.float32)
    if any(kind.endswith("ForCausalLM") for kind in network.config.architectures or ()):
        raise _unfit(name, AutoModel, "it is a causal language model")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return TextEncoder(name, network, tokenizer, read_pooling(folder))


def _network(kind: Any, name: str, folder: Path, *, dtype: torch.dtype) -> Any:
    """Load weights in evaluation mode. Never pickle, and never code that came with a model."""
    with _silence():
        try:
            network, found = kind.from_pretrained(
                folder,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
        except (ValueError, OSError, KeyError) as error:
            raise _unfit(name, kind, str(error).splitlines()[0]) from error
    # What is missing would be random numbers. A pooler of BERT's is not used here.
    missing = [key for key in found["missing_keys"] if not key.startswith("pooler.")]
    if missing:
        raise _unfit(name, kind, f"it holds no weights for {missing[0]}")
    return network.eval().requires_grad_(False)


def _unfit(name: str, kind: Any, why: str) -> RequirementError:
    return RequirementError(
        f"model {name!r} cannot be loaded by {kind.__name__}: {why}",
        remedy="`load` is for causal language models, `load_encoder` for encoders of texts.",
    )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep transformers from drawing bars and reporting what is checked here."""
    from transformers.utils import logging

    showed, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if showed:
            logging.enable_progress_bar()
