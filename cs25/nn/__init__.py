"""The shared transformer toolkit: small enough to read in one sitting, fast on a laptop."""

from cs25.nn.attention import Attention, KVCache, explicit_attention
from cs25.nn.block import Block
from cs25.nn.config import TransformerConfig
from cs25.nn.decoder import Decoder
from cs25.nn.encoder import Encoder
from cs25.nn.encoder_decoder import EncoderDecoder
from cs25.nn.fleet import Job, run_fleet
from cs25.nn.llama import from_llama
from cs25.nn.mlp import MLP, GatedMLP
from cs25.nn.rotary import Rotation, rotate, rotation
from cs25.nn.sampling import generate, sample
from cs25.nn.schedule import lr_factor
from cs25.nn.sinusoidal import sinusoids
from cs25.nn.size import n_params, n_params_non_embedding, training_flops
from cs25.nn.training import IGNORE, TrainingLog, next_token_loss, train

__all__ = [
    "IGNORE",
    "MLP",
    "Attention",
    "Block",
    "Decoder",
    "Encoder",
    "EncoderDecoder",
    "GatedMLP",
    "Job",
    "KVCache",
    "Rotation",
    "TrainingLog",
    "TransformerConfig",
    "explicit_attention",
    "from_llama",
    "generate",
    "lr_factor",
    "n_params",
    "n_params_non_embedding",
    "next_token_loss",
    "rotate",
    "rotation",
    "run_fleet",
    "sample",
    "sinusoids",
    "train",
    "training_flops",
]
