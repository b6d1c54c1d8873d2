"""Quantised weights, turned once into safetensors: ``python -m cs25.lm.supply.gguf FILE FOLDER``.

A GGUF file takes transformers a quarter of a minute to read each time; what it becomes here loads
in half a second. It runs in a process of its own, because it needs several times the model's
memory, which would otherwise be counted as the demo's.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from cs25.errors import RequirementError

__all__ = ["convert"]

_UPGRADE = "`python -m pip install --upgrade transformers gguf accelerate` may help."


def convert(file: Path, into: Path) -> None:
    """Turn a GGUF file into a folder with float32 safetensors, configuration and tokenizer.

    Args:
        file: the quantised weights.
        into: an existing folder.

    Raises:
        OSError: there is too little space.
        RequirementError: transformers cannot read the file.
    """
    if _unquantised_bytes(file) > shutil.disk_usage(into).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    command = [sys.executable, "-P", "-m", "cs25.lm.supply.gguf", str(file), str(into)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "HF_HUB_OFFLINE": "1",  # all that is needed is in the file
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == 0:
        return
    if "No space left" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        raise _unreadable(file, f"the process was ended by {name}", "It may need more memory.")
    last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
    raise _unreadable(file, last[0], _UPGRADE)


def _unquantised_bytes(file: Path) -> int:
    from gguf import GGUFReader

    try:
        return sum(4 * int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
    except (ValueError, IndexError, KeyError) as error:
        raise _unreadable(file, str(error) or type(error).__name__, _UPGRADE) from error


def _unreadable(file: Path, reason: str, remedy: str) -> RequirementError:
    return RequirementError(
        f"{file.name} could not be turned into safetensors: {reason}", remedy=remedy
    )


def _main(file: Path, into: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    _restore_pre_tokenizer(tokenizer, file)
    tokenizer.save_pretrained(into)
    model: Any = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32
    )
    # The weights are plain numbers now, but the model still says that it is quantised.
    model.is_quantized = False
    model.hf_quantizer = None
    del model.config.quantization_config
    model.config._name_or_path = ""
    model.save_pretrained(into)


def _restore_pre_tokenizer(tokenizer: Any, file: Path) -> None:
    """Split text before the merges as the model's own tokenizer does.

    transformers gives every byte-level vocabulary GPT-2's way of splitting. SmolLM sets each digit
    apart first, so that "a   1" has three spaces in one token; llama.cpp knows it as "smollm".
    """
    from gguf import GGUFReader
    from tokenizers.pre_tokenizers import ByteLevel, Digits
    from tokenizers.pre_tokenizers import Sequence as InTurn

    field = GGUFReader(file).get_field("tokenizer.ggml.pre")
    if field is not None and field.contents() == "smollm":
        splits = InTurn([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
        tokenizer.backend_tokenizer.pre_tokenizer = splits


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
