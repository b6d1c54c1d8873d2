"""The card of `turing`."""

from cs25 import AtMost, Claim, Demo, Greater, Within

__all__ = ["DEMO"]

DEMO = Demo(
    "turing",
    run="cs25_intro.turing.completeness:turing",
    figure="cs25_intro.turing.figure:draw",
    summary="Weights written by hand make a transformer run Turing machines; then without what it assumes",
    measures={
        "wrong_steps": (
            "tokens that are not those of a plain simulator, over all runs; those that are missing "
            "or too many count as well"
        ),
        "steps": "tokens that were compared: steps of the machines",
        "runs": "machines with an input each",
        "answered": (
            "share of problems (a number plus one, a sum, is it a palindrome?) with the right "
            "answer, after as many tokens as it takes; mean over the three kinds"
        ),
        "answered_at_once": "the same without intermediate tokens: in a single forward pass",
        "soft_steps": (
            "right steps with a softmax in place of hard attention, in the long run that goes "
            "wrong first"
        ),
        "rounded_steps": (
            "right steps with every number rounded to few significant bits, by default as many as "
            "half precision has, in the long run that goes wrong first"
        ),
        "sharpness_growth": (
            "how many times the right steps of the counter double when the softmax gets twice as "
            "sharp"
        ),
        "bit_growth": "how many times they double with one more bit",
        "bit_growth_long_tape": "the same for a machine that uses a new cell with every step",
        "n_weights": "numbers in the matrices of the decoder whose run is drawn",
    },
    presets={"smoke": {"steps": 64, "size": 2, "random": 3}},
    control="noise",
    claims=(
        Claim(
            "attention-runs-turing-machines",
            "Attention is Turing complete, under assumptions: with hard attention and exact numbers "
            "of any size, there are weights for every Turing machine that run it",
            metric="wrong_steps",
            holds=AtMost(0),
        ),
        Claim(
            "softmax-loses-the-cell",
            "It takes hard attention: with a softmax of a fixed temperature in its place, these "
            "weights go right for some steps, and wrong in a longer run",
            metric="soft_steps",
            holds=Within(10, 4095),
        ),
        Claim(
            "half-precision-loses-the-place",
            "It takes exact numbers: in half precision, these weights go right for some steps, and "
            "wrong in a longer run",
            metric="rounded_steps",
            holds=Within(10, 4095),
        ),
        Claim(
            "the-tape-is-the-text",
            "It takes intermediate tokens: these weights do one step of the machine a token, and "
            "cut off after the first they have few of the answers",
            holds=Greater("answered", "answered_at_once", margin=0.5),
        ),
    ),
)
