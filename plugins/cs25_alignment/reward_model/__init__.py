"""The card of `reward-model`."""

from cs25 import AtLeast, AtMost, Claim, Demo, Published, Within

__all__ = ["DEMO"]

DEMO = Demo(
    "reward-model",
    run="cs25_alignment.reward_model.learning:learn_from_comparisons",
    figure="cs25_alignment.reward_model.figure:draw",
    title="Reward model",
    summary="A reward learned from comparisons, where the true one is known, and on sentences",
    measures={
        "shortfall": (
            "accuracy that the network lacks to the best judge there is: bayes_accuracy minus accuracy"
        ),
        "rank_correlation": (
            "Spearman's, of the network's reward with gold, over all responses to a held-out prompt"
        ),
        "slope": (
            "log-odds of people's preferences for each unit of the network's reward, on held-out "
            "prompts: 1 is calibrated, below 1 too sure of itself"
        ),
        "accuracy": (
            "share of comparisons in which the network picks what somebody prefers, expected over "
            "all pairs of responses to held-out prompts"
        ),
        "bayes_accuracy": "the same of a judge who knows the gold reward",
        "bag_accuracy": "the same of a linear reward that counts symbols",
        "bag_rank_correlation": "rank_correlation of that linear reward",
        "text_accuracy": (
            "share of an English request's six pairs that a linear reward over MiniLM's vectors "
            "gets right if it has not seen the request, mean over requests"
        ),
        "text_floor": "lower end of the 95 % interval of text_accuracy over requests",
        "text_by_length": "the same as text_accuracy of a reward that knows only lengths",
        "text_shuffled": "the same as text_accuracy if all rankings are dealt at random",
    },
    presets={"smoke": {"comparisons": 300, "points": 1, "held_out": 2, "folds": 2}},
    control="shuffled",
    models=("minilm",),
    claims=(
        Claim(
            "comparisons-teach-a-reward",
            "Comparisons are enough to train a reward model: from 20,000 of them it learns to judge "
            "new prompts almost as well as anybody could, within 2 points of accuracy",
            metric="shortfall",
            holds=AtMost(0.02),
            paper=Published(
                0.696,
                "accuracy, not the shortfall, on people whose comparisons it was not trained on; on those it was, 0.724",
                "Ouyang et al. 2022 (InstructGPT), reward model of 6B parameters",
            ),
        ),
        Claim(
            "it-ranks-as-gold-does",
            "It puts the responses to a new prompt into nearly the right order",
            metric="rank_correlation",
            holds=AtLeast(0.95),
        ),
        Claim(
            "it-knows-how-sure-to-be",
            "A difference of its rewards is the log-odds of being preferred",
            metric="slope",
            holds=Within(0.9, 1.1),
        ),
        Claim(
            "comparisons-of-sentences",
            "The same loss learns from ranked sentences: on new requests it agrees with the ranking "
            "more often than a coin, by two points at least for all we can tell from fifty",
            metric="text_floor",
            holds=AtLeast(0.52),
        ),
    ),
)
