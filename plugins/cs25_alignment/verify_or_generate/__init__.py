"""The card of `verify-or-generate`."""

from cs25 import AtLeast, Claim, Demo, Published

__all__ = ["DEMO"]

_TASKS = {"subset_sum": "subset sum", "sudoku": "sudoku", "colouring": "three-colouring"}
_WRITTEN = (
    "share of problems that the generator solves when it has learned as long as the verifier "
    "needs to score a right answer above a near miss 90 % of the time, "
)

DEMO = Demo(
    "verify-or-generate",
    run="cs25_alignment.verify_or_generate.contest:verify_or_generate",
    figure="cs25_alignment.verify_or_generate.figure:draw",
    title="Verify or generate",
    summary="Checking an answer against writing one: two networks of one shape, on three tasks",
    measures={
        "auc_where_hard": (
            "chance that the verifier scores a right answer above a near miss, in the end: the "
            "least of the tasks of whose problems the generator solves at most half"
        ),
        "gain_over_majority": (
            "problems solved by the sample that the verifier likes best, minus those solved by a "
            "majority vote over the same samples, in the task where that is least"
        ),
        "hard_tasks": "tasks of whose problems the generator solves at most half",
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
            "Evaluation is easier than generation: where a network learns to solve at most half of "
            "the problems, one of the same shape and training tells right answers from near misses "
            "90 % of the time",
            metric="auc_where_hard",
            holds=AtLeast(0.9),
        ),
        Claim(
            "a-verifier-chooses-better-than-a-vote",
            "So a generator gains from a verifier: of 16 answers it chooses better than a majority vote "
            "does, by 5 points or more in each task",
            metric="gain_over_majority",
            holds=AtLeast(0.05),
            paper=Published(
                30,
                "times the model's size is what a verifier is worth: 6B with one, 175B without",
                "Cobbe et al. 2021, GSM8K",
            ),
        ),
    ),
    # a sample of a network in float32 may differ, and all that follows it
    tolerance=0.05,
)
