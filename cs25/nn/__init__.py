"""The shared transformer toolkit: small enough to read in one sitting, fast on a laptop."""

from cs25.nn.attention import Attention, KVCache, explicit_attention
from cs25.nn.block import MLP, Block
from cs25.nn.config import TransformerConfig
from cs25.nn.decoder import Decoder
from cs25.nn.encoder import Encoder
from cs25.nn.encoder_decoder import EncoderDecoder
from cs25.nn.fleet import Job, run_fleet
from cs25.nn.sampling import generate, sample
from cs25.nn.schedule import lr_factor
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
    "Job",
    "KVCache",
    "TrainingLog",
    "TransformerConfig",
    "explicit_attention",
    "generate",
    "lr_factor",
    "n_params",
    "n_params_non_embedding",
    "next_token_loss",
    "run_fleet",
    "sample",
    "train",
    "training_flops",
]
