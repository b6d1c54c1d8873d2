"""Generation: the cache changes no token, and samples follow the model's law."""

import pytest
import torch

from cs25.nn import Decoder, EncoderDecoder, TransformerConfig, generate, sample

CONFIG = TransformerConfig(d_vocab=7, d_model=16, n_layers=2, n_heads=2, n_ctx=12)


def _draw(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _prompts(seed: int = 0) -> torch.Tensor:
    return torch.randint(7, (20, 4), generator=_draw(seed))


def test_greedy_generation_equals_full_recomputation():
    model = Decoder(CONFIG)
    tokens = _prompts()
    for _ in range(8):
        tokens = torch.cat([tokens, model(tokens)[:, -1:].argmax(dim=-1)], dim=1)
    assert torch.equal(generate(model, _prompts(), 8, temperature=0.0), tokens[:, 4:])


def test_encoder_decoder_generation_equals_full_recomputation():
    model = EncoderDecoder(CONFIG, CONFIG)
    source = _prompts(1)
    seen = torch.arange(4) < torch.randint(1, 5, (20, 1), generator=_draw())
    tokens = _prompts()[:, :1]
    for _ in range(8):
        logits = model(source, tokens, seen=seen)
        tokens = torch.cat([tokens, logits[:, -1:].argmax(dim=-1)], dim=1)
    new = generate(
        model.decoder,
        tokens[:, :1],
        8,
        temperature=0.0,
        memory=model.encoder(source, seen=seen),
        memory_mask=seen[:, None, None],
    )
    assert torch.equal(new, tokens[:, 1:])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_follow_the_softmax(temperature):
    logits = torch.tensor([0.0, 1.0, 2.0, -1.0])
    n = 40_000
    tokens = sample(logits.expand(n, 4), temperature=temperature, generator=_draw(3))
    shares = torch.bincount(tokens, minlength=4) / n
    # Four standard errors of a share of at most one half.
    expected = (logits / temperature).softmax(dim=0)
    torch.testing.assert_close(shares, expected, rtol=0, atol=4 * 0.5 / n**0.5)


def test_a_generator_decides_the_samples():
    model = Decoder(CONFIG)
    first = generate(model, _prompts(), 8, generator=_draw(1))
    assert torch.equal(first, generate(model, _prompts(), 8, generator=_draw(1)))
    assert not torch.equal(first, generate(model, _prompts(), 8, generator=_draw(2)))


def test_nothing_follows_the_stop_token():
    new = generate(Decoder(CONFIG), _prompts(), 8, generator=_draw(), stop=3)
    free = generate(Decoder(CONFIG), _prompts(), 8, generator=_draw())
    assert (free == 3).any(dim=1).sum() >= 5  # or the test would see nothing
    for row, free_row in zip(new.tolist(), free.tolist(), strict=True):
        if 3 in row:
            end = row.index(3)
            assert row[end:] == [3] * (8 - end)
            assert row[:end] == free_row[:end]


def test_generation_needs_a_generator_and_room():
    model = Decoder(CONFIG)
    with pytest.raises(ValueError, match="generator is None"):
        generate(model, _prompts(), 2)
    with pytest.raises(ValueError, match=r"4 \+ 9 tokens, expected at most n_ctx \(12\)"):
        generate(model, _prompts(), 9, temperature=0.0)
    with pytest.raises(ValueError, match="temperature is -1"):
        generate(model, _prompts(), 2, temperature=-1.0, generator=_draw())
