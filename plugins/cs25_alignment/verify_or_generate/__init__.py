"""The card of `verify-or-generate`."""

from cs25 import AtLeast, AtMost, Claim, Demo, Published

__all__ = ["DEMO"]

_TASKS = {"subset_sum": "subset sum", "sudoku": "sudoku", "colouring": "three-colouring"}
_WRITTEN = (
    "share of problems that the generator solves when it has learned as long as the verifier "
    "needs to score 90 % of right answers above near misses, "
)

DEMO = Demo(
    "verify-or-generate",
    run="cs25_alignment.verify_or_generate.contest:verify_or_generate",
    figure="cs25_alignment.verify_or_generate.figure:draw",
    title="Verify or generate",
    summary="Checking an answer is learned sooner than writing one, and a checker can choose",
    measures={
        "generation_when_verified": _WRITTEN + "in the task where it is highest",
        "gain_over_majority": (
            "problems solved by the sample that the verifier likes best, minus those solved by a "
            "majority vote over the same samples, in the task where that is least"
        ),
        **{f"generation_when_verified_{task}": _WRITTEN + name for task, name in _TASKS.items()},
        **{
            f"{measure}_{task}": f"{meaning}, {name}"
            for task, name in _TASKS.items()
            for measure, meaning in (
                (
                    "verifier_auc",
                    "chance that the verifier scores a right answer above a near miss, in the end",
                ),
                (
                    "generation",
                    "share of problems that the generator's greedy answer solves, in the end",
                ),
                ("one", "share of samples that are right"),
                ("majority", "share of problems that a majority vote over all samples solves"),
                ("best", "share that the sample solves which the verifier likes best"),
                ("any", "share where any sample is right: what a perfect choice would solve"),
                ("own_auc", "chance that the verifier scores a right sample above a wrong one"),
            )
        },
    },
    presets={
        "smoke": {"steps": 40, "problems": 40, "width": 32},
        "easy": {"numbers": 4, "blanks": 4, "vertices": 5, "edges": 5},
    },
    control="shuffled",
    claims=(
        Claim(
            "evaluation-is-easier-than-generation",
            "Evaluation is easier than generation: with the training that lets one network tell "
            "right answers from near misses 90 % of the time, the same network solves at most half "
            "of the problems",
            metric="generation_when_verified",
            holds=AtMost(0.5),
        ),
        Claim(
            "a-verifier-chooses-better-than-a-vote",
            "So a generator gains from a verifier: of 16 answers it chooses better than a majority "
            "vote",
            metric="gain_over_majority",
            holds=AtLeast(0.05),
            paper=Published(
                30,
                "times the model's size is what a verifier is worth: 6B with one, 175B without",
                "Cobbe et al. 2021, GSM8K",
            ),
        ),
    ),
    # the networks are in float32
    tolerance=1e-3,
)
