"""The part of the card that is about `semantic-space`."""

from cs25 import AtLeast, Claim, Demo

__all__ = ["DEMO"]

DEMO = Demo(
    "semantic-space",
    run="cs25_intro.semantic_space.regularities:semantic_space",
    figure="cs25_intro.semantic_space.figure:draw",
    summary="Words as points: parallel steps, analogies, and what two dimensions keep of them",
    measures={
        "parallel": (
            "mean cosine between the offsets of two pairs of a relation, minus that with the second "
            "words shuffled among the pairs; mean over relations, in the worse of the two spaces"
        ),
        "plane_parallel": "the same in the plane of the first two principal components",
        "gain": (
            "analogies solved by c + b - a, minus those that the word nearest to c solves; the "
            "question's words are no candidates; worse of the two spaces"
        ),
        "literal": "analogies in which, of all words, the nearest to c + b - a is the right one; "
        "worse of the two spaces",
        "stays": "analogies in which, of all words, the nearest to c + b - a is c; "
        "smaller of the two spaces",
        "solved_tokens": "analogies solved without the question's words, SmolLM2's embeddings",
        "solved_texts": "the same, MiniLM's activations",
        "nearest_tokens": "analogies that the word nearest to c solves, SmolLM2's embeddings",
        "nearest_texts": "the same, MiniLM's activations",
        "share_tokens": (
            "share of the variance of a relation's words that the plane of their first two "
            "principal components holds, SmolLM2's embeddings"
        ),
        "share_texts": "the same, MiniLM's activations",
        "concentration_tokens": "share_tokens minus chance_tokens",
        "concentration_texts": "share_texts minus chance_texts",
        "kept_tokens": (
            "share of the mean offset's squared length that lies in that plane, SmolLM2's embeddings"
        ),
        "kept_texts": "the same, MiniLM's activations",
        "chance_tokens": "share_tokens of as many random words",
        "chance_texts": "share_texts of as many random words",
        "commonness": (
            "rank correlation of the first principal component of all SmolLM2's embeddings with "
            "the order in which its tokens were made, which is nearly that of their frequency"
        ),
        "vocabulary": "words among which answers are looked for",
    },
    presets={"smoke": {"pairs": 6, "vocabulary": 1000}},
    control="shuffled",
    models=("smollm2-135m", "minilm"),
    claims=(
        Claim(
            "parallel-offsets",
            "The space of embeddings and activations has regularities: the steps from a word to its "
            "partner go more alike than its class and its partner's class explain",
            metric="parallel",
            holds=AtLeast(0.1),
        ),
        Claim(
            "even-in-two-dimensions",
            "The regularities can be seen even when a relation's words are reduced to two dimensions",
            metric="plane_parallel",
            holds=AtLeast(0.1),
        ),
        Claim(
            "analogies-by-adding",
            "a is to b as c is to d: adding the step from a to b leads from c to d, where taking "
            "the nearest word to c would not",
            metric="gain",
            holds=AtLeast(0.1),
        ),
        Claim(
            "analogies-taken-literally",
            "Taken at its word, king - man + woman = queen: of all words, those of the question "
            "included, the right one is the nearest, for most analogies",
            metric="literal",
            holds=AtLeast(0.5),
        ),
        Claim(
            "a-plane-holds-embeddings",
            "Why two dimensions will do, for embeddings: the words of a relation differ along few "
            "directions, and a plane holds at least five points more of their variance than of as "
            "many random words'",
            metric="concentration_tokens",
            holds=AtLeast(0.05),
        ),
        Claim(
            "a-plane-holds-activations",
            "The same of activations: a plane holds at least five points more of the variance of a "
            "relation's words than of as many random words'",
            metric="concentration_texts",
            holds=AtLeast(0.05),
        ),
    ),
    # A nearest word may turn on the last digit.
    tolerance=1e-3,
)
