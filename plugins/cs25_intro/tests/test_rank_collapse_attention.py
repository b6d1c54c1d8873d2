"""Attention, MLP and norm on tokens taken apart, against torch and against fifty digits."""

from collections.abc import Callable

import mpmath
import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the ecosystem's own name for it

from cs25_intro.rank_collapse.attention import Attention, Hears, attend, draw_attention, scores
from cs25_intro.rank_collapse.layers import MLP, compute, draw_mlp, layer_norm
from cs25_intro.rank_collapse.one_layer import SIZES, one_layer
from cs25_intro.rank_collapse.tokens import Tokens, composite_norm, relative_residual, split

#: float64, through some matrix products and a softmax
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def _draw(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _tokens(*shape: int, size: float = 1.0) -> Tokens:
    """Tokens with a common row of size 1, and ``size`` apart."""
    x = torch.randn(*shape, generator=_draw(1), dtype=torch.float64)
    common = torch.randn(shape[0], shape[-1], generator=_draw(2), dtype=torch.float64)
    return Tokens(common, size * split(x).residual)


def _layer(n_draws: int = 2, *, d_model: int = 6, n_heads: int = 2, sharpness: float = 1.0):
    return draw_attention(
        n_draws, d_model=d_model, n_heads=n_heads, sharpness=sharpness, draw=_draw()
    )


def _by_torch(
    x: torch.Tensor, layer: Attention, *, causal: bool, key_bias: float = 0.0
) -> torch.Tensor:
    query, key, value = (x[:, None] @ w for w in (layer.query, layer.key, layer.value))
    gathered = F.scaled_dot_product_attention(
        query + layer.query_bias[:, :, None], key + key_bias, value, is_causal=causal
    )
    return gathered.transpose(1, 2).flatten(2) @ layer.out


@pytest.mark.parametrize("sharpness", [1.0, 8.0])
@pytest.mark.parametrize(("hears", "causal"), [("everyone", False), ("past", True)])
@pytest.mark.parametrize("size", [1e-3, 1.0, 30.0])
def test_attention_is_that_of_torch(
    hears: Hears, causal: bool, sharpness: float, size: float
) -> None:
    tokens, layer = _tokens(2, 5, 6, size=size), _layer(sharpness=sharpness)
    expected = _by_torch(tokens.joined(), layer, causal=causal)
    gathered = attend(tokens, layer, hears)
    torch.testing.assert_close(gathered.joined(), expected, **CLOSE)
    torch.testing.assert_close(gathered.residual, split(expected).residual, **CLOSE)


def test_a_bias_of_keys_changes_nothing() -> None:
    tokens, layer = _tokens(2, 5, 6), _layer()
    expected = _by_torch(tokens.joined(), layer, causal=False, key_bias=3.0)
    torch.testing.assert_close(attend(tokens, layer).joined(), expected, **CLOSE)


def test_a_neighbour_is_heard_whole() -> None:
    tokens, layer = _tokens(1, 4, 6), _layer(1)
    x = tokens.joined()[0]
    expected = [
        torch.cat([x[(i + 1 + h) % 4] @ layer.value[0, h] for h in range(2)]) @ layer.out[0]
        for i in range(4)
    ]
    found = attend(tokens, layer, "neighbour").joined()[0]
    torch.testing.assert_close(found, torch.stack(expected), **CLOSE)


def test_the_mlp_is_that_of_torch() -> None:
    tokens, mlp = _tokens(2, 5, 6), draw_mlp(2, d_model=6, draw=_draw())
    expected = (tokens.joined() @ mlp.hidden).relu() @ mlp.out
    torch.testing.assert_close(compute(tokens, mlp).joined(), expected, **CLOSE)


def test_the_norm_is_that_of_torch() -> None:
    tokens = _tokens(2, 5, 6)
    expected = F.layer_norm(tokens.joined(), (6,), eps=0.0)
    torch.testing.assert_close(layer_norm(tokens).joined(), expected, **CLOSE)


def _matrix(x: torch.Tensor) -> mpmath.matrix:
    return mpmath.matrix(x.tolist())


def _rows(x: mpmath.matrix) -> list[list[mpmath.mpf]]:
    return [[x[i, j] for j in range(x.cols)] for i in range(x.rows)]


def _exact_attention(x: mpmath.matrix, layer: Attention) -> mpmath.matrix:
    heads = []
    for h in range(layer.key.shape[1]):
        query, key, value = (x * _matrix(w[0, h]) for w in (layer.query, layer.key, layer.value))
        bias = layer.query_bias[0, h].tolist()
        rows = []
        for asked in _rows(query):
            e = [
                mpmath.exp(
                    mpmath.fdot([a + b for a, b in zip(asked, bias, strict=True)], offered)
                    / mpmath.sqrt(len(bias))
                )
                for offered in _rows(key)
            ]
            rows.append([w / mpmath.fsum(e) for w in e])
        heads.append(_rows(mpmath.matrix(rows) * value))
    side_by_side = [[v for row in rows for v in row] for rows in zip(*heads, strict=True)]
    return mpmath.matrix(side_by_side) * _matrix(layer.out[0])


def _exact_mlp(x: mpmath.matrix, mlp: MLP) -> mpmath.matrix:
    return (x * _matrix(mlp.hidden[0])).apply(lambda v: max(v, mpmath.mpf(0))) * _matrix(mlp.out[0])


def _exact_norm(x: mpmath.matrix) -> mpmath.matrix:
    rows = []
    for row in _rows(x):
        apart = [v - mpmath.fsum(row) / len(row) for v in row]
        sd = mpmath.sqrt(mpmath.fsum(v * v for v in apart) / len(row))
        rows.append([v / sd for v in apart])
    return mpmath.matrix(rows)


@pytest.mark.parametrize("size", [1.0, 1e-5, 1e-40])
@pytest.mark.parametrize("part", ["attention", "mlp", "norm"])
def test_a_residual_has_the_digits_that_200_digit_arithmetic_gives_it(
    part: str, size: float
) -> None:
    tokens = _tokens(1, 4, 6, size=size)
    layer, mlp = _layer(1), draw_mlp(1, d_model=6, draw=_draw(3))
    here: Callable[[Tokens], Tokens]
    exact: Callable[[mpmath.matrix], mpmath.matrix]
    here, exact = {
        "attention": (lambda x: attend(x, layer), lambda x: _exact_attention(x, layer)),
        "mlp": (lambda x: compute(x, mlp), lambda x: _exact_mlp(x, mlp)),
        "norm": (layer_norm, _exact_norm),
    }[part]
    with mpmath.workdps(200):  # a third power of 10^-40 is 120 digits behind the common row
        mean = tokens.mean[0].tolist()
        x = mpmath.matrix(
            [[mpmath.mpf(m) + mpmath.mpf(r) for m, r in zip(mean, row, strict=True)]
             for row in tokens.residual[0].tolist()]
        )  # fmt: skip
        out = _rows(exact(x))
        columns = [mpmath.fsum(column) / 4 for column in zip(*out, strict=True)]
        expected = [[float(v - m) for v, m in zip(row, columns, strict=True)] for row in out]
    found = here(tokens).residual[0]
    largest = float(found.abs().max())
    assert largest > 0
    error = float((found - torch.tensor(expected, dtype=torch.float64)).abs().max())
    assert error / largest < 1e-10


def test_one_layer_takes_residuals_to_the_third_power_whatever_the_mean() -> None:
    # a common row a hundred times as long, and a bias
    tokens, layer = _tokens(3, 8, 6), _layer(3)
    for scale in (0.0, 1.0, 100.0):
        small, smaller = (
            attend(Tokens(scale * tokens.mean, size * tokens.residual), layer).residual
            for size in (1e-20, 1e-21)
        )
        ratio = composite_norm(small) / composite_norm(smaller)
        torch.testing.assert_close(ratio, torch.full_like(ratio, 1e3), rtol=1e-6, atol=0)


def test_a_mask_leaves_the_first_power() -> None:
    tokens, layer = _tokens(3, 8, 6), _layer(3)
    small, smaller = (
        attend(Tokens(tokens.mean, size * tokens.residual), layer, "past").residual
        for size in (1e-20, 1e-21)
    )
    ratio = composite_norm(small) / composite_norm(smaller)
    torch.testing.assert_close(ratio, torch.full_like(ratio, 10.0), rtol=1e-6, atol=0)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_sharpness_is_the_standard_deviation_of_the_scores(sharpness: float) -> None:
    draw = _draw()
    layer = draw_attention(40, d_model=64, n_heads=4, sharpness=sharpness, draw=draw)
    tokens = split(torch.randn(40, 50, 64, generator=draw, dtype=torch.float64))
    shared, own = scores(tokens, layer)
    # 160 heads, whose squared sizes scatter by a third: 3 % in the mean variance, half in its root
    assert float((shared + own).var(dim=-1).mean().sqrt()) == pytest.approx(sharpness, rel=0.06)


def test_drawn_parts_keep_the_size_of_what_they_are_given() -> None:
    draw = _draw()
    x = split(torch.randn(50, 20, 64, generator=draw, dtype=torch.float64))
    mlp = draw_mlp(50, d_model=64, draw=draw)
    assert float(compute(x, mlp).joined().var()) == pytest.approx(1, rel=0.05)
    layer = draw_attention(50, d_model=64, n_heads=4, sharpness=1, draw=draw)
    heard = attend(x, layer, "neighbour")
    assert float(heard.joined().var()) == pytest.approx(1, rel=0.05)


def test_one_layer_is_given_each_size_and_attends() -> None:
    tokens, layer = _tokens(2, 5, 6), _layer()
    steps: list[None] = []
    given, gathered = one_layer(tokens, layer, "past", progress=lambda: steps.append(None))
    assert given.shape == gathered.shape == (2, len(SIZES))
    assert len(steps) == len(SIZES)
    # Where the residual hardly adds to the whole, its share is the size that was asked for.
    assert 10 ** given[:, 0] == pytest.approx(SIZES[0], rel=2e-2)
    x = tokens.mean[:, None] + 10 ** (-2.5) * tokens.residual * (
        composite_norm(tokens.mean[:, None].expand(2, 5, 6)) / composite_norm(tokens.residual)
    )[:, None, None]  # fmt: skip
    expected = relative_residual(split(_by_torch(x, layer, causal=True))).log10()
    torch.testing.assert_close(gathered[:, 0], expected)
