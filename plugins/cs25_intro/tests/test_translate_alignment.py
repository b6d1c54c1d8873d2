"""The weights that are read off are those that attention used."""

from __future__ import annotations

import torch

from cs25.nn import EncoderDecoder, TransformerConfig
from cs25_intro.translate.alignment import cross_attention

CONFIG = TransformerConfig(d_vocab=9, d_model=16, n_layers=2, n_heads=4, n_ctx=8)


def test_weights_give_what_each_head_gathers_and_nothing_stays_changed() -> None:
    model = EncoderDecoder(CONFIG, CONFIG, seed=0).eval()
    source, so_far = torch.tensor([3, 1, 4, 1, 5]), torch.tensor([0, 2, 6])
    before = model(source[None], so_far[None])
    weights = cross_attention(model, source, so_far)
    assert weights.shape == (2, 4, 3, 5)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 4, 3))
    assert torch.equal(model(source[None], so_far[None]), before)

    # The first layer's, worked out from its input and the formula alone.
    block, memory = model.decoder.blocks[0], model.encoder(source[None])
    x = model.decoder.embedding(so_far[None])
    x = block.cross_norm(x + block.attention(block.attention_norm(x)))[0]
    to_query, to_key, _ = block.cross.query_key_value.weight.view(3, 4, 4, 16)
    for head in range(4):
        query, key = x @ to_query[head].T, memory[0] @ to_key[head].T
        expected = (query @ key.T / 2).softmax(dim=-1)  # sqrt(d_head) is 2
        torch.testing.assert_close(weights[0, head], expected)
