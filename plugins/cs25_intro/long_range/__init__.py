"""Long-range: how far back a recurrent network can look, and how far a transformer."""

from cs25 import AtLeast, Claim, Demo

__all__ = ["DEMO"]

DEMO = Demo(
    "long-range",
    run="cs25_intro.long_range.reach:long_range",
    figure="cs25_intro.long_range.figure:draw",
    summary="Copying and recall at growing distance: recurrent networks against a transformer",
    measures={
        "worst_rnn_short": (
            "right answers at the shortest distance, of whichever recurrent network and task has "
            "the fewest"
        ),
        "reach_rnn_copying": (
            "longest distance at which any recurrent network has 0.9 of the copy right; 0 if none"
        ),
        "reach_transformer_copying": (
            "longest distance up to which the transformer has 0.9 of the copy right at all; 0 if "
            "not even at the shortest"
        ),
        "reach_ratio_copying": "the transformer's over the recurrent networks'; missing where theirs is 0",
        "reach_rnn_recall": "the same for recall: recurrent networks",
        "reach_transformer_recall": "the same for recall: the transformer",
        "reach_ratio_recall": "the same for recall: the ratio",
        "margin_copying": (
            "the lesser of what the transformer has above 0.9 at its worst distance, and what the "
            "best recurrent network lacks of 0.9 beyond a quarter of the longest: if it is not "
            "negative the transformer reaches four times as far. At most 0.1; missing where no "
            "recurrent network is tried beyond that quarter"
        ),
        "margin_recall": "the same for recall",
        "gradient_slope_rnn": (
            "change of the logarithm of the gradient's norm for each token of distance, before "
            "training: RNN"
        ),
        "gradient_slope_gru": "the same: GRU",
        "gradient_slope_lstm": "the same: LSTM",
        "gradient_slope_transformer": "the same: transformer",
        "gradient_slope_rnn_torch": "the same with torch's own initial weights: RNN",
        "gradient_slope_gru_torch": "the same: GRU",
        "gradient_slope_lstm_torch": "the same: LSTM",
    },
    presets={
        "smoke": {"distances": (2, 4), "steps": 40, "tokens": 128},
        "full": {"distances": (4, 8, 16, 32, 64), "steps": 2000, "rates": "sweep"},
    },
    control="shuffled",
    claims=(
        Claim(
            "rnns-hold-short-distances",
            "Recurrent networks encode history well: each learns both tasks at a short distance",
            metric="worst_rnn_short",
            holds=AtLeast(0.99),
        ),
        Claim(
            "rnns-fail-to-copy-from-afar",
            "They fail on long sequences: a transformer of their size, trained on as many tokens, "
            "copies from four times as far as the best of them",
            metric="margin_copying",
            holds=AtLeast(0),
        ),
        Claim(
            "rnns-fail-to-recall-from-afar",
            "They fail on long sequences: a transformer of their size, trained on as many tokens, "
            "recalls from four times as far as the best of them",
            metric="margin_recall",
            holds=AtLeast(0),
        ),
    ),
)
