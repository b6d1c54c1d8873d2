"""Small models of transformers with random weights, and a tokenizer made on the spot.

Their numbers mean nothing, which is what is wanted: a method that is right for them is right for
any weights.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from cs25.lm import LanguageModel

D_VOCAB = 300

_SIZE = {
    "vocab_size": D_VOCAB,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 1,
}

#: Architectures that differ in what scoring has to get right: how positions are told (rotary,
#: learned, by slopes), and what may be seen (all, a window, a window in some layers).
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "llama": _SIZE,
    "gpt2": {
        "vocab_size": D_VOCAB,
        "n_embd": 32,
        "n_layer": 3,
        "n_head": 4,
        "n_positions": 512,
        "bos_token_id": 0,
        "eos_token_id": 1,
    },
    "gpt_neox": {**_SIZE, "rotary_pct": 0.5},
    "qwen2": _SIZE,
    "mistral": {**_SIZE, "sliding_window": 7},
    "gemma3_text": {
        **_SIZE,
        "sliding_window": 7,
        "layer_types": ["sliding_attention", "sliding_attention", "full_attention"],
    },
    "bloom": {"vocab_size": D_VOCAB, "hidden_size": 32, "n_layer": 2, "n_head": 4},
}


@cache
def network(architecture: str) -> Any:
    torch.manual_seed(0)
    config = AutoConfig.for_model(architecture, **ARCHITECTURES[architecture])
    made = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.dim() > 1:
                parameter.mul_(8)  # as initialised, all tokens would be about as likely
    return made.eval().requires_grad_(False)


@cache
def tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level tokenizer: two special tokens, all bytes, and a few dozen merges."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        ["the cat sat on the mat and the dog sat on the log, capital letters"] * 3,
        trainers.BpeTrainer(
            vocab_size=D_VOCAB,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>")


@cache
def model(architecture: str = "llama") -> LanguageModel:
    return LanguageModel(architecture, network(architecture), tokenizer())
