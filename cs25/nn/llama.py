"""Weights of a pretrained Llama, in our decoder: the same few ideas, put together.

Where a name of ours differs from transformers', the table below says so; query, key and value, and
gate and up, lie one below the other in one matrix here.

Source: Touvron et al. 2023 (arXiv 2302.13971), section 2.2; SmolLM2 is a Llama with 9 heads of
queries that share 3 of keys and values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from cs25.nn.config import TransformerConfig
from cs25.nn.decoder import Decoder

__all__ = ["from_llama", "llama_config"]

#: Names of the parts of a block: ours, and those of transformers that are stacked in it.
BLOCK: Mapping[str, Sequence[str]] = {
    "attention_norm": ["input_layernorm"],
    "attention.query_key_value": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "attention.out": ["self_attn.o_proj"],
    "mlp_norm": ["post_attention_layernorm"],
    "mlp.gate_up": ["mlp.gate_proj", "mlp.up_proj"],
    "mlp.down": ["mlp.down_proj"],
}


def from_llama(network: Any) -> Decoder:
    """Return our decoder with the weights of one of transformers' Llama models.

    Args:
        network: a ``LlamaForCausalLM``, for example `cs25.lm.load("smollm2-135m").network`. In
            float32 the two share what memory they can: train a copy.

    Raises:
        ValueError: it is another architecture, or has a part that our decoder does not have.
    """
    with torch.device("meta"):  # sizes without numbers: initial weights would be thrown away
        model = Decoder(llama_config(network.config))
    theirs = dict(network.state_dict())
    if "lm_head.weight" not in theirs:
        raise ValueError(
            f"from_llama: {type(network).__name__} has no lm_head, expected a LlamaForCausalLM"
        )
    ours = {
        "embedding.token.weight": theirs.pop("model.embed_tokens.weight"),
        "norm.weight": theirs.pop("model.norm.weight"),
        "unembedding.weight": theirs.pop("lm_head.weight"),
    }
    for layer in range(model.config.n_layers):
        for name, parts in BLOCK.items():
            stacked = [theirs.pop(f"model.layers.{layer}.{part}.weight") for part in parts]
            ours[f"blocks.{layer}.{name}.weight"] = torch.cat(stacked)
    if theirs:
        raise ValueError(f"from_llama: the model has {next(iter(theirs))}, our decoder has not")
    model.load_state_dict({name: w.detach().float() for name, w in ours.items()}, assign=True)
    if model.config.tied:
        model.unembedding.weight = model.embedding.token.weight
    return model.eval()


def llama_config(config: Any) -> TransformerConfig:
    """Return our names for the sizes of a ``LlamaConfig``.

    Raises:
        ValueError: it describes something that our decoder does not do.
    """
    # Other architectures have other fields: nothing else is looked at before this is known.
    _expect("model_type", getattr(config, "model_type", None), "llama")
    d_head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rope = config.rope_parameters
    _expect("hidden_act", config.hidden_act, "silu")
    _expect("attention_bias", config.attention_bias, False)
    _expect("mlp_bias", config.mlp_bias, False)
    _expect("rope_type", rope["rope_type"], "default")
    _expect("head_dim", d_head, config.hidden_size // config.num_attention_heads)
    return TransformerConfig(
        d_vocab=config.vocab_size,
        d_model=config.hidden_size,
        n_layers=config.num_hidden_layers,
        n_heads=config.num_attention_heads,
        n_kv_heads=config.num_key_value_heads,
        n_ctx=config.max_position_embeddings,
        mlp="swiglu",
        mlp_ratio=config.intermediate_size / config.hidden_size,
        norm="rms",
        norm_eps=config.rms_norm_eps,
        positions="rotary",
        rotary_base=rope["rope_theta"],
        tied=config.tie_word_embeddings,
    )


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise ValueError(f"from_llama: {what} is {found!r}, expected {expected!r}")
