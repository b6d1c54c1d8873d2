"""Jacobians, taps and graphs: what `wiring` is measured with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn

from cs25.nn import EncoderDecoder, TransformerConfig, explicit_attention
from cs25_intro.wiring.decoding import cached_logits, future_change
from cs25_intro.wiring.graphs import everyone, head_names, in_series, the_past, wrong_edges
from cs25_intro.wiring.jacobian import between_heads, between_positions, jacobians
from cs25_intro.wiring.layers import attentions
from cs25_intro.wiring.miswired import let_heads_talk, miswire
from cs25_intro.wiring.norms import measure
from cs25_intro.wiring.taps import tap_heads, tap_input, tap_memory, tap_output

CONFIG = TransformerConfig(d_vocab=11, d_model=8, n_layers=2, n_heads=2, n_ctx=6)
READ, WRITTEN = torch.tensor([[1, 5, 2, 9]]), torch.tensor([[3, 3, 7, 0, 10]])


@pytest.fixture
def model() -> EncoderDecoder:
    return EncoderDecoder(CONFIG, CONFIG, seed=1).requires_grad_(False)


def test_the_jacobian_of_a_linear_map_is_its_matrix() -> None:
    draw = torch.Generator().manual_seed(0)
    mix, project = torch.randn(3, 2, generator=draw), torch.randn(4, 5, generator=draw)
    x, unused = torch.zeros(1, 2, 4, requires_grad=True), torch.zeros(1, 1, 1, requires_grad=True)
    steps: list[int] = []
    found, nothing = jacobians(mix @ x @ project, [x, unused], progress=steps.append)
    assert torch.equal(found, torch.einsum("op,iw->owpi", mix, project))
    assert nothing.shape == (3, 5, 1, 1)
    assert not nothing.any()
    assert steps == [15]
    # The norm of a Kronecker product is the product of the norms.
    assert torch.allclose(
        between_positions(found), (mix.abs() * project.norm()).double(), rtol=1e-6
    )


def test_norms_between_heads_are_those_of_their_blocks() -> None:
    jacobian = torch.zeros(2, 6, 2, 9)  # three heads of two numbers hear two heads
    jacobian[1, 4, 0, 7] = 3.0
    jacobian[0, 5, 0, 2] = 4.0
    jacobian[0, 0, 1, 3] = 1e-30  # whose square float32 cannot hold
    tiny = pytest.approx(1e-30, rel=1e-6, abs=0)
    assert between_heads(jacobian, d_head=2).tolist() == [[0, tiny], [0, 0], [5, 0]]


def test_taps_change_nothing_and_read_what_passes(model: EncoderDecoder) -> None:
    logits = model(READ, WRITTEN)
    block = model.decoder.blocks[0]
    before, after = tap_input(block), tap_output(block)
    assert torch.equal(model(READ, WRITTEN), logits)
    assert torch.equal(before.signal, model.decoder.embedding(WRITTEN))
    assert after.signal.shape == (1, 5, 8)


@pytest.mark.parametrize("attention", ["explicit", "fused"])
def test_a_tap_of_heads_changes_nothing_and_has_a_row_for_each(attention: Any) -> None:
    config = replace(CONFIG, attention=attention)
    model = EncoderDecoder(config, config, seed=1).requires_grad_(False)
    logits = model(READ, WRITTEN)
    cross = attentions(model.decoder, "cross")[0]
    tap, x, memory = tap_heads(cross), tap_input(cross), tap_memory(cross)
    assert torch.equal(model(READ, WRITTEN), logits)
    query, key, value = torch.split(cross.query_key_value.weight, CONFIG.d_model)
    for head, row in enumerate(tap.signal[0]):
        of_head = slice(head * CONFIG.d_head, (head + 1) * CONFIG.d_head)
        parts = (x.signal @ query[of_head].T, *(memory.signal @ w[of_head].T for w in (key, value)))
        # Rounding, of sums of 8 numbers of about 1.
        assert torch.allclose(row, torch.cat([part.flatten() for part in parts]), atol=1e-5)


@pytest.mark.parametrize("control", [False, True])
def test_an_edge_is_there_if_and_only_if_another_token_is_heard(
    model: EncoderDecoder, control: bool
) -> None:
    """Derivatives against the plainest experiment: change a token, see which numbers move."""
    if control:
        miswire(model)

    def moved(output: Tensor, other: Tensor) -> list[bool]:
        return (output != other).any(dim=-1)[0].tolist()

    encoded, logits = model.encoder(READ), model(READ, WRITTEN)
    of_encoder, of_decoder, of_memory = [], [], []
    for i in range(READ.shape[1]):
        other = READ.clone()
        other[0, i] += 1
        of_encoder.append(moved(encoded, model.encoder(other)))
        memory = encoded.clone()
        memory[0, i] += torch.linspace(-1, 1, 8)
        of_memory.append(moved(logits, model.decoder(WRITTEN, memory=memory)))
    for i in range(WRITTEN.shape[1]):
        other = WRITTEN.clone()
        other[0, i] = (other[0, i] + 1) % 11
        of_decoder.append(moved(logits, model(READ, other)))
    norms = measure(model, READ, WRITTEN)
    for name, found in (("encoder", of_encoder), ("decoder", of_decoder), ("cross", of_memory)):
        # One row for each token that was changed: a column of the graph.
        assert (norms.whole[name] > 0).T.tolist() == found, name


@pytest.mark.parametrize("positions", ["learned", "rotary"])
@pytest.mark.parametrize("attention", ["explicit", "fused"])
def test_all_graphs_are_those_of_the_lecture(positions: str, attention: str) -> None:
    config = TransformerConfig(
        d_vocab=11, d_model=8, n_layers=2, n_heads=2, n_ctx=6,
        positions=positions, attention=attention,  # type: ignore[arg-type]  # both are choices
    )  # fmt: skip
    norms = measure(EncoderDecoder(config, config), READ, WRITTEN)
    graphs = {"encoder": everyone(4, 4), "decoder": the_past(5), "cross": everyone(5, 4)}
    for name, graph in graphs.items():
        for norm in (norms.whole[name], *norms.layers[name]):
            assert torch.equal(norm > 0, graph), name
    assert torch.equal(norms.heads > 0, in_series(2, 2))


def test_a_leak_that_no_mask_shows_is_found(model: EncoderDecoder) -> None:
    def listen_ahead(_module: nn.Module, _args: object, output: Tensor) -> Tensor:
        return output + torch.cat((output[:, 1:], torch.zeros_like(output[:, :1])), dim=1)

    model.decoder.blocks[1].mlp.register_forward_hook(listen_ahead)
    norms = measure(model, READ, WRITTEN)
    for norm in norms.layers["decoder"]:
        assert torch.equal(norm > 0, the_past(5))
    found = norms.whole["decoder"] > 0
    assert torch.equal(found, everyone(5, 5).tril(1))
    assert wrong_edges(found, the_past(5)) == 4
    change = future_change(model, READ, WRITTEN, draw=torch.Generator().manual_seed(0))
    assert change > 0.01


def test_a_leak_at_one_place_is_found_by_one_of_the_cuts(model: EncoderDecoder) -> None:
    def first_hears_second(_module: nn.Module, _args: object, output: Tensor) -> Tensor:
        return torch.cat((output[:, :1] + output[:, 1:2], output[:, 1:]), dim=1)

    model.decoder.blocks[1].mlp.register_forward_hook(first_hears_second)
    assert future_change(model, READ, WRITTEN, draw=torch.Generator().manual_seed(0)) > 0.01


def test_graphs_of_layers_in_series_compose(model: EncoderDecoder) -> None:
    window = the_past(5).triu(-1)  # oneself and the one before

    def attend(*vectors: Tensor, n_heads: int, causal: bool, mask: None) -> Tensor:
        return explicit_attention(*vectors, n_heads=n_heads, causal=False, mask=window[None, None])

    for attention in attentions(model.decoder, "attention"):
        attention.attend = partial(attend)
    norms = measure(model, READ, WRITTEN)
    for norm in norms.layers["decoder"]:
        assert torch.equal(norm > 0, window)
    assert torch.equal(norms.whole["decoder"] > 0, window.float() @ window.float() > 0)


def test_a_head_that_writes_nothing_is_heard_by_none(model: EncoderDecoder) -> None:
    first = attentions(model.encoder, "attention")[0]
    first.out.weight[:, CONFIG.d_head :] = 0.0  # the second head's columns
    expected = in_series(2, 2)
    expected[:, 1] = False
    expected[1, 1] = True  # it still gathers what its own values are
    assert torch.equal(measure(model, READ, WRITTEN).heads > 0, expected)


@pytest.mark.parametrize("attention", ["explicit", "fused"])
@pytest.mark.parametrize("place", [("encoder", "attention", 1), ("decoder", "cross", 0)])
def test_heads_that_hear_one_beside_them_are_found(
    attention: Any, place: tuple[str, Literal["attention", "cross"], int]
) -> None:
    config = replace(CONFIG, d_model=12, n_heads=3, attention=attention)
    model = EncoderDecoder(config, config, seed=1).requires_grad_(False)
    stack, kind, layer = place
    let_heads_talk(attentions(getattr(model, stack), kind)[layer])
    expected = in_series(2, 3)
    first = head_names(2, 3).index({"encoder": "encoder 2.1", "decoder": "cross 1.1"}[stack])
    for head in range(3):
        expected[first + head, first + (head - 1) % 3] = True
    assert torch.equal(measure(model, READ, WRITTEN).heads > 0, expected)


@pytest.mark.parametrize("part", range(3))
def test_a_head_that_takes_one_of_its_three_vectors_from_another_is_found(
    model: EncoderDecoder, part: int
) -> None:
    attention = attentions(model.encoder, "attention")[0]
    attend = attention.attend

    def borrow(*vectors: Tensor, **options: Any) -> Tensor:
        mixed = list(vectors)
        mixed[part] = mixed[part] + mixed[part].flip(0)
        return attend(*mixed, **options)

    attention.attend = partial(borrow)
    expected = in_series(2, 2)
    expected[:2, :2] = True
    assert torch.equal(measure(model, READ, WRITTEN).heads > 0, expected)


def test_a_layer_that_is_heard_backwards_is_found(model: EncoderDecoder) -> None:
    first, second = model.encoder.blocks
    again = first.forward
    second.register_forward_hook(lambda _module, _args, output: again(output))
    heads = measure(model, READ, WRITTEN).heads > 0
    # The first layer's heads, when they come again, hear the second's and those beside them.
    expected = in_series(2, 2)
    expected[:2, :4] = True
    assert torch.equal(heads, expected)


def test_each_head_writes_a_part_of_its_own_and_the_parts_add_up(model: EncoderDecoder) -> None:
    attention = attentions(model.decoder, "attention")[0]
    x = torch.randn(1, 5, 8, generator=torch.Generator().manual_seed(0))
    whole = attention(x)
    matrix = attention.out.weight.clone()
    parts = []
    for columns in (slice(0, 4), slice(4, 8)):
        attention.out.weight.zero_()
        attention.out.weight[:, columns] = matrix[:, columns]
        parts.append(attention(x))
    assert torch.allclose(sum(parts, torch.zeros(())), whole, atol=1e-6)  # float32, numbers of 1


def test_heads_in_series_hear_themselves_and_what_is_before_them() -> None:
    # Encoder 1 and 2; self 1, cross 1, self 2, cross 2: rows hear columns.
    assert in_series(2, 1).int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1, 0],
        [1, 1, 1, 1, 1, 1],
    ]
    # Two heads each: those of encoder and self hear themselves only, those of cross all but the
    # other one.
    alone = torch.eye(6, dtype=torch.int)
    assert in_series(1, 2)[:4].int().tolist() == alone[:4].tolist()
    assert in_series(1, 2)[4:].int().tolist() == [[1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 1]]


def test_new_tokens_change_no_earlier_logit_and_the_past_can_be_kept(
    model: EncoderDecoder,
) -> None:
    logits = model(READ, WRITTEN)
    draw = torch.Generator().manual_seed(0)
    assert future_change(model, READ, WRITTEN, draw=draw) == 0
    assert torch.allclose(cached_logits(model, READ, WRITTEN), logits, atol=1e-5)  # rounding


def test_a_decoder_that_hears_the_future_can_keep_nothing(model: EncoderDecoder) -> None:
    miswire(model)
    kept = cached_logits(model, READ, WRITTEN)
    assert not torch.allclose(kept, model(READ, WRITTEN), atol=0.1)
    assert future_change(model, READ, WRITTEN, draw=torch.Generator().manual_seed(0)) > 0.1
