"""The card of `counting`."""

from cs25 import AtLeast, AtMost, Claim, Demo

__all__ = ["DEMO"]

DEMO = Demo(
    "counting",
    run="cs25_intro.counting.contest:counting",
    figure="cs25_intro.counting.figure:draw",
    summary="Counts of what stands after what, against a transformer that read the same text",
    measures={
        "lead": (
            "bits a character of the best n-gram minus those of the transformer, on the same "
            "held-out characters; above 0 if the transformer predicts better"
        ),
        "ngram_bits": "bits that a held-out character costs under the best n-gram",
        "transformer_bits": "the same under the transformer",
        "unigram_bits": "the same where only how frequent each character is is known",
        "lead_unseen": "lead where the longest context was never counted in training",
        "lead_seen": "lead where it was",
        "lead_scarce": "lead with the least text to learn from, a sixteenth of it by default",
        "lead_growth": "lead with all the text, minus lead_scarce",
        "best_order": "the n of the best n-gram, chosen on the validation text",
        "unseen_share": "share of held-out characters whose longest context was never counted",
        "training_characters": "text that both learned from",
        "n_params": "weights of the transformer, shared ones counted once",
        "training_flops": "cost of training the transformers",
        "repeated_share": "share of held-out passages of 40 characters that stand in training, too",
    },
    presets={
        "smoke": {"amounts": 2, "steps": 20, "n_heads": 1, "n_layers": 1},
        "full": {"n_heads": 6, "n_layers": 4, "steps": 8000},
    },
    control="shuffled",
    claims=(
        Claim(
            "network-beats-counts",
            "Counting occurrences is the old approach: a transformer that reads the same text "
            "predicts held-out text better than the best n-gram of up to nine characters",
            metric="lead",
            holds=AtLeast(0.02),
            scale_note=(
                "Here both learn from less than 300,000 characters, and the transformer trains "
                "for about a minute."
            ),
        ),
        Claim(
            "counting-wins-where-text-is-scarce",
            "Neural language models are trained on large amounts of text: with a sixteenth of "
            "this one, counting is the better way",
            metric="lead_scarce",
            holds=AtMost(-0.1),
        ),
        Claim(
            "network-needs-text",
            "The transformer makes more of added text than counting does: its lead is larger, or "
            "its lag smaller, with 16 times as much",
            metric="lead_growth",
            holds=AtLeast(0.1),
        ),
    ),
    # Training adds up rounding.
    tolerance=1e-2,
)
