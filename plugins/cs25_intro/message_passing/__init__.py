"""The card of `message-passing`."""

from cs25 import AtLeast, Claim, Demo

__all__ = ["DEMO"]

DEMO = Demo(
    "message-passing",
    run="cs25_intro.message_passing.data_dependence:message_passing",
    figure="cs25_intro.message_passing.figure:draw",
    summary="Attention as messages along the edges of a graph, with weights that follow the data",
    measures={
        "weight_change": (
            "share of a node's weight that goes to other senders when all vectors are new; random "
            "parameters, nodes with two senders or more"
        ),
        "heard_share": (
            "exp(entropy) of a node's weights over the number of its senders: 1 if all are heard "
            "alike"
        ),
        "heard_share_unscaled": "the same without the division by the root of d_head",
        "isolated": "share of nodes that nobody sends to",
        "torch_gap": (
            "largest difference between what a node receives in our loop over the edges and in "
            "torch's attention with the graph as mask; to five decimals, where rounding does not "
            "show"
        ),
        "learned_change": "weight_change after learning to look up, between sets of questions",
        "looked_up": "share of questions to one sender, by name, that are answered right",
        "ceiling": "the best share that the average of all senders allows, in closed form",
        "lookup_skill": (
            "skill score of looked_up over ceiling: which share of the room above the ceiling is "
            "used, (looked_up - ceiling) / (1 - ceiling); 1 if all is answered right"
        ),
    },
    presets={"smoke": {"graphs": 5, "steps": 20}},
    control="average",
    claims=(
        Claim(
            "weights-follow-the-data",
            "The weights of attention depend on the data: when a layer has learned, new questions "
            "on the same graph, with the same parameters, send much of the weight elsewhere",
            metric="learned_change",
            holds=AtLeast(0.1),
        ),
        Claim(
            "asking-finds",
            "So a node can ask for what it looks for, and finds it more often than the average of "
            "all its senders allows: at least half of what that leaves wrong is right",
            metric="lookup_skill",
            holds=AtLeast(0.5),
        ),
    ),
    # Which answers are right after training may turn on the last digit.
    tolerance=1e-3,
)
