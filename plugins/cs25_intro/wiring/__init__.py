"""The card of `wiring`."""

from cs25 import AtMost, Claim, Demo

__all__ = ["DEMO"]

DEMO = Demo(
    "wiring",
    run="cs25_intro.wiring.influence:wiring",
    figure="cs25_intro.wiring.figure:draw",
    summary="Who hears whom in an encoder-decoder, read off the derivatives of a random one",
    measures={
        "wrong_encoder": (
            "pairs of positions of the encoder of which one does not hear the other, from end to "
            "end and in each layer's attention"
        ),
        "wrong_decoder": (
            "the same of the decoder: pairs in which a position hears a later one, or does not "
            "hear itself or an earlier one"
        ),
        "wrong_cross": (
            "the same of a position of the decoder and one of the encoder's output: pairs in which "
            "it does not hear it"
        ),
        "wrong_heads": (
            "pairs of heads of which one hears another beside it or after it, or does not hear "
            "itself or one before it"
        ),
        "edges": "pairs that were looked at, in all four graphs",
        "future_change": "largest change of a logit when every token behind it is another",
        "cache_gap": (
            "largest difference between logits computed all at once and token by token, with the "
            "keys and values of the past kept; to four decimals, where rounding does not show"
        ),
    },
    presets={"smoke": {"source": 3, "target": 3, "layers": 2, "heads": 2}},
    control="miswired",
    claims=(
        Claim(
            "encoder-hears-everyone",
            "The encoder is fully connected: every position hears every position",
            metric="wrong_encoder",
            holds=AtMost(0),
        ),
        Claim(
            "decoder-hears-the-past",
            "The decoder goes from left to right: a position hears itself and what stands before "
            "it, and nothing else",
            metric="wrong_decoder",
            holds=AtMost(0),
        ),
        Claim(
            "decoder-hears-the-encoder",
            "Cross-attention goes from every position of the decoder to every position of the "
            "encoder",
            metric="wrong_cross",
            holds=AtMost(0),
        ),
        Claim(
            "heads-in-parallel-layers-in-series",
            "Heads work in parallel and layers in series: a head hears all heads before it and "
            "none beside it",
            metric="wrong_heads",
            holds=AtMost(0),
        ),
        Claim(
            "the-future-changes-nothing",
            "So nothing that is written later changes what was said before",
            metric="future_change",
            holds=AtMost(0),
        ),
        Claim(
            "the-past-can-be-kept",
            "So a decoder can keep the keys and values of the past, and need not compute it again",
            metric="cache_gap",
            holds=AtMost(0),
        ),
    ),
)
