"""Attention, blocks and stacks against torch's own, and the laws they obey."""

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it
from torch import nn

from cs25.errors import ParameterError
from cs25.nn import (
    Attention,
    Block,
    Decoder,
    Encoder,
    EncoderDecoder,
    GatedMLP,
    TransformerConfig,
    explicit_attention,
    sinusoids,
)
from cs25.nn.attention import KVCache, fused_attention
from cs25.nn.rotary import rotate, rotation

# Sums of some tens of float32 terms of order one, each rounded to 6e-8 of itself.
CLOSE = {"rtol": 1e-5, "atol": 2e-6}

KINDS = pytest.mark.parametrize("attention", ["explicit", "fused"])


def _config(**changes) -> TransformerConfig:
    sizes = {"d_vocab": 13, "d_model": 24, "n_layers": 2, "n_heads": 3, "n_ctx": 10}
    return TransformerConfig(**(sizes | changes))


def _tokens(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(13, shape, generator=torch.Generator().manual_seed(seed))


def _normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("attend", [explicit_attention, fused_attention])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("n_query", "causal"), [(7, True), (7, False), (2, True)])
def test_attention_agrees_with_torch(attend, masked, n_query, causal):
    batch, n_heads, n_key, d_head = 4, 3, 7, 5
    query = _normal(batch, n_heads, n_query, d_head, seed=1)
    key, value = (_normal(batch, n_heads, n_key, d_head, seed=s) for s in (2, 3))
    seen = torch.ones(n_query, n_key, dtype=torch.bool)
    if causal:  # the last query stands at the last key
        seen = torch.tensor(
            [[k <= q + n_key - n_query for k in range(n_key)] for q in range(n_query)]
        )
    mask = None
    if masked:
        mask = torch.rand(batch, 1, 1, n_key, generator=torch.Generator().manual_seed(4)) < 0.7
        mask[..., 0] = True  # every query sees something
        seen = seen & mask
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
    heads = (x.flatten(0, 1) for x in (query, key, value))
    found = attend(*heads, n_heads=n_heads, causal=causal, mask=mask)
    torch.testing.assert_close(found.unflatten(0, (batch, n_heads)), expected, **CLOSE)


@KINDS
def test_self_attention_agrees_with_multihead_attention(attention):
    config = _config(attention=attention)
    ours = Attention(config, causal=False)
    theirs = nn.MultiheadAttention(24, 3, bias=False, batch_first=True)
    theirs.in_proj_weight.data = ours.query_key_value.weight.data
    theirs.out_proj.weight.data = ours.out.weight.data
    x = _normal(2, 6, 24)
    torch.testing.assert_close(ours(x), theirs(x, x, x)[0], **CLOSE)


def test_cross_attention_agrees_with_multihead_attention():
    ours = Attention(_config(), cross=True)
    theirs = nn.MultiheadAttention(24, 3, bias=False, batch_first=True)
    theirs.in_proj_weight.data = ours.query_key_value.weight.data
    theirs.out_proj.weight.data = ours.out.weight.data
    x, memory = _normal(2, 6, 24), _normal(2, 9, 24, seed=1)
    seen = torch.arange(9) < torch.tensor([[9], [4]])
    torch.testing.assert_close(
        ours(x, memory=memory, mask=seen[:, None, None]),
        theirs(x, memory, memory, key_padding_mask=~seen)[0],
        **CLOSE,
    )


@pytest.mark.parametrize("attend", [explicit_attention, fused_attention])
@pytest.mark.parametrize("n_kv_heads", [1, 2])
@pytest.mark.parametrize(("n_query", "causal"), [(7, True), (7, False), (2, True), (1, True)])
def test_heads_that_share_keys_agree_with_keys_repeated(attend, n_kv_heads, n_query, causal):
    batch, n_heads, n_key, d_head = 3, 4, 7, 5
    query = _normal(batch, n_heads, n_query, d_head, seed=1)
    key, value = (_normal(batch, n_kv_heads, n_key, d_head, seed=s) for s in (2, 3))
    mask = torch.rand(batch, n_heads, 1, n_key, generator=torch.Generator().manual_seed(4)) < 0.7
    mask[..., 0] = True  # every query sees something
    repeated = (x.repeat_interleave(n_heads // n_kv_heads, dim=1) for x in (key, value))
    expected = attend(
        query.flatten(0, 1),
        *(x.flatten(0, 1) for x in repeated),
        n_heads=n_heads,
        causal=causal,
        mask=mask,
    )
    heads = (x.flatten(0, 1) for x in (query, key, value))
    found = attend(*heads, n_heads=n_heads, causal=causal, mask=mask)
    torch.testing.assert_close(found, expected, **CLOSE)


def _copy_block(ours: Block, theirs: nn.TransformerEncoderLayer) -> None:
    theirs.norm1.weight.data = ours.attention_norm.weight.data
    theirs.self_attn.in_proj_weight.data = ours.attention.query_key_value.weight.data
    theirs.self_attn.out_proj.weight.data = ours.attention.out.weight.data
    theirs.norm2.weight.data = ours.mlp_norm.weight.data
    theirs.linear1.weight.data = ours.mlp.up.weight.data
    theirs.linear2.weight.data = ours.mlp.down.weight.data


def _torch_layer(*, norm_first: bool) -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        24,
        3,
        96,
        dropout=0.0,
        activation="gelu",
        batch_first=True,
        norm_first=norm_first,
        bias=False,
    )


@pytest.mark.parametrize("norm_first", [True, False])
def test_encoder_agrees_with_torch_on_padded_sequences(norm_first):
    encoder = Encoder(_config(norm_first=norm_first), seed=3)
    for block in encoder.blocks:  # norms of ones would hide a norm in the wrong place
        block.attention_norm.weight.data = 1 + _normal(24, seed=5) / 2
        block.mlp_norm.weight.data = 1 + _normal(24, seed=6) / 2
    layers = [_torch_layer(norm_first=norm_first) for _ in encoder.blocks]
    for block, layer in zip(encoder.blocks, layers, strict=True):
        _copy_block(block, layer)
    tokens = _tokens(2, 8)
    seen = torch.arange(8) < torch.tensor([[8], [5]])
    x = encoder.embedding.token(tokens) + encoder.embedding.position.weight[:8]
    for layer in layers:
        x = layer(x, src_key_padding_mask=~seen)
    expected = encoder.norm(x) if norm_first else x  # with the norm last, none is left to do
    found = encoder(tokens, seen=seen)
    torch.testing.assert_close(found[seen], expected[seen], **CLOSE)


@pytest.mark.parametrize("norm_first", [True, False])
def test_a_block_with_cross_attention_agrees_with_torch(norm_first):
    ours = Block(_config(norm_first=norm_first), cross=True)
    theirs = nn.TransformerDecoderLayer(
        24, 3, 96, dropout=0.0, activation="gelu", batch_first=True, norm_first=norm_first,
        bias=False,
    )  # fmt: skip
    for i, name in enumerate(("attention_norm", "cross_norm", "mlp_norm")):
        getattr(ours, name).weight.data = 1 + _normal(24, seed=5 + i) / 2
    theirs.norm1.weight.data = ours.attention_norm.weight.data
    theirs.norm2.weight.data = ours.cross_norm.weight.data
    theirs.norm3.weight.data = ours.mlp_norm.weight.data
    for own, other in ((ours.attention, theirs.self_attn), (ours.cross, theirs.multihead_attn)):
        other.in_proj_weight.data = own.query_key_value.weight.data
        other.out_proj.weight.data = own.out.weight.data
    theirs.linear1.weight.data = ours.mlp.up.weight.data
    theirs.linear2.weight.data = ours.mlp.down.weight.data
    x, memory = _normal(2, 6, 24), _normal(2, 9, 24, seed=1)
    later = torch.ones(6, 6, dtype=torch.bool).triu(1)
    expected = theirs(x, memory, tgt_mask=later)
    torch.testing.assert_close(ours(x, memory=memory), expected, **CLOSE)


def test_a_gate_multiplies_every_hidden_unit():
    ours = GatedMLP(_config(d_model=2, n_heads=1, mlp_ratio=1))
    ours.gate_up.weight.data = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 3.0], [2.0, 0.0]])
    ours.down.weight.data = torch.eye(2)
    # x = (1, 2): gates SiLU(1) and SiLU(2), hidden units 3 x 2 and 2 x 1; SiLU(z) = z / (1 + e^-z)
    expected = [6 / (1 + math.exp(-1)), 2 * 2 / (1 + math.exp(-2))]
    found = ours(torch.tensor([[[1.0, 2.0]]]))
    torch.testing.assert_close(found, torch.tensor([[expected]]), **CLOSE)


def test_sinusoids_are_the_formula_of_2017():
    table = sinusoids(50, 8)
    assert table.shape == (50, 8)
    for p, i in ((0, 0), (1, 0), (3, 2), (49, 3)):
        angle = p / 10_000 ** (2 * i / 8)
        assert table[p, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
        assert table[p, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


@pytest.mark.parametrize("k", [1, 7])
def test_a_later_sinusoid_is_a_rotation_of_an_earlier_one(k):
    table = sinusoids(40, 8).unflatten(1, (4, 2))  # pairs of sine and cosine
    angle = k / 10_000 ** (torch.arange(4) / 4)
    cos, sin = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -2)
    turned = torch.einsum("ixy,piy->pix", turn, table[:-k])
    torch.testing.assert_close(turned, table[k:], rtol=0, atol=1e-5)


def test_sinusoidal_positions_are_added_to_tokens_of_their_scale():
    embedding = Decoder(_config(positions="sinusoidal")).embedding
    tokens = _tokens(2, 4)
    expected = embedding.token(tokens) * math.sqrt(24) + sinusoids(10, 24)[3:7]
    torch.testing.assert_close(embedding(tokens, start=3), expected)
    assert "sinusoids" not in embedding.state_dict()  # it is no weight


@KINDS
@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary", "none"])
def test_later_tokens_change_no_earlier_logits(attention, positions):
    model = Decoder(_config(attention=attention, positions=positions))
    tokens, changed = _tokens(3, 10), _tokens(3, 10)
    changed[:, 6:] = (changed[:, 6:] + 1) % 13
    before, after = model(tokens), model(changed)
    assert torch.equal(before[:, :6], after[:, :6])
    assert (before[:, 6:] - after[:, 6:]).abs().amin(dim=(1, 2)).max() > 0


def test_encoder_sees_later_tokens():
    encoder = Encoder(_config())
    tokens, changed = _tokens(1, 8), _tokens(1, 8)
    changed[:, 7] = (changed[:, 7] + 1) % 13
    assert (encoder(tokens)[:, 0] - encoder(changed)[:, 0]).abs().max() > 1e-4


@KINDS
@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary", "none"])
def test_decoding_in_pieces_gives_the_logits_of_the_whole(attention, positions):
    model = Decoder(_config(attention=attention, positions=positions))
    tokens = _tokens(3, 10)
    cache = model.new_cache()
    pieces = [model(piece, cache=cache) for piece in tokens.split([4, 1, 3, 1, 1], dim=1)]
    torch.testing.assert_close(torch.cat(pieces, dim=1), model(tokens), **CLOSE)


def test_cache_keeps_what_it_was_given():
    cache = KVCache(n_ctx=4)
    first, second = _normal(2, 1, 3, seed=1), _normal(2, 2, 3, seed=2)
    cache.append(first, -first)
    keys, values = cache.append(second, -second)
    assert torch.equal(keys, torch.cat([first, second], dim=1))
    assert torch.equal(values, -keys)
    assert cache.length == 3


@pytest.mark.parametrize("n_kv_heads", [1, 2, 4])
def test_rows_that_are_kept_go_on_as_if_they_had_always_stood_there(n_kv_heads):
    model = Decoder(_config(n_heads=4, n_kv_heads=n_kv_heads))
    begun, rest = _tokens(3, 6).split([4, 2], dim=1)
    rows = torch.tensor([2, 0, 2, 1])
    cache = model.new_cache()
    for block in cache:
        block.own.keep(rows, n_rows=3)  # nothing yet, so nothing to keep
    model(begun, cache=cache)
    for block in cache:
        block.own.keep(rows, n_rows=3)
    whole = model(torch.cat([begun, rest], dim=1)[rows])
    torch.testing.assert_close(model(rest[rows], cache=cache), whole[:, 4:], **CLOSE)


def test_rotary_scores_depend_on_distance_only():
    query, key = _normal(1, 1, 8, seed=1), _normal(1, 1, 8, seed=2)

    def score(at_query: int, at_key: int) -> float:
        turned = [rotate(x, rotation(1, 8, start=p)) for x, p in ((query, at_query), (key, at_key))]
        return float((turned[0] * turned[1]).sum())

    assert score(5, 2) == pytest.approx(score(105, 102), abs=1e-4)  # cos of 1e2, in float32
    assert abs(score(5, 2) - score(6, 2)) > 1e-3


def test_encoder_decoder_reads_all_of_its_source_but_no_padding():
    model = EncoderDecoder(_config(), _config(d_vocab=7), seed=1)
    source, target = _tokens(2, 8), _tokens(2, 5, seed=1) % 7
    seen = torch.arange(8) < torch.tensor([[8], [5]])
    logits = model(source, target, seen=seen)
    assert logits.shape == (2, 5, 7)
    changed = source.clone()
    changed[:, 7] = (changed[:, 7] + 1) % 13
    again = model(changed, target, seen=seen)
    assert (logits[0] - again[0]).abs().min() > 0  # read by the first
    assert torch.equal(logits[1], again[1])  # padding of the second


def test_explicit_and_fused_models_agree():
    explicit, fused = (Decoder(_config(attention=kind), seed=2) for kind in ("explicit", "fused"))
    torch.testing.assert_close(explicit(_tokens(3, 10)), fused(_tokens(3, 10)), **CLOSE)


def test_a_seed_gives_the_weights_and_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    same, again, other = Decoder(_config(), seed=1), Decoder(_config(), seed=1), Decoder(_config())
    assert torch.equal(torch.rand(3), expected)
    tokens = _tokens(2, 5)
    assert torch.equal(same(tokens), again(tokens))
    assert not torch.equal(same(tokens), other(tokens))


@pytest.mark.parametrize("d_model", [8, 256])
def test_logits_start_at_one_scale_at_every_width(d_model):
    model = Decoder(_config(d_model=d_model, n_heads=2, n_layers=6))
    # The norm gives unit variance, the unembedding's rows have unit length: variance 1.
    assert model(_tokens(64, 10)).std().item() == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_heads": 5}, r"'n_heads': found 5, expected a divisor of d_model \(24\)"),
        ({"d_model": 0}, "'d_model': found 0, expected at least 1"),
        ({"n_kv_heads": 2}, r"'n_kv_heads': found 2, expected a divisor of n_heads \(3\)"),
        ({"n_kv_heads": 0}, "'n_kv_heads': found 0"),
        ({"d_model": 21, "positions": "sinusoidal"}, "'d_model': found 21, expected an even"),
        ({"n_heads": 8, "positions": "rotary"}, r"an even d_model / n_heads .* \(it is 3\)"),
    ],
)
def test_impossible_sizes_are_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        _config(**changes)


def test_a_sequence_longer_than_the_context_is_refused():
    with pytest.raises(ValueError, match=r"11 positions, expected at most n_ctx \(10\)"):
        Decoder(_config())(_tokens(1, 11))
