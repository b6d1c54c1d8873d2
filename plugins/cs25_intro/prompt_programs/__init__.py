"""The part of the card that is about `prompt-programs`."""

from cs25 import AtLeast, Claim, Demo, Published

__all__ = ["DEMO"]

DEMO = Demo(
    "prompt-programs",
    run="cs25_intro.prompt_programs.few_shot:prompt_programs",
    figure="cs25_intro.prompt_programs.figure:draw",
    summary="One model, eight tasks: the examples in the prompt say which",
    measures={
        "slope": "what each example after the first adds to the accuracy, mean over tasks",
        "tasks_gaining": "tasks that gain 10 points or more from no example to the most",
        "lead": "accuracy with the most examples, minus that with as many of one other task",
        "accuracy_none": "accuracy without an example, mean over tasks",
        "accuracy_most": "accuracy with the most examples, mean over tasks",
        "gain": "accuracy_most minus accuracy_none",
        "wrong_gain": "the same gain if all examples are of one other task",
        "swapped_gain": "the same gain if the examples of the task show each other's answers",
        "told_gain": "gain of an instruction in words, without an example",
    },
    presets={
        "smoke": {"tasks": ("plural", "french"), "shots": (1, 2), "questions": 4},
        "full": {"shots": (1, 2, 4, 8, 16), "questions": 50},
    },
    control="mixed",
    models=("smollm2-135m",),
    claims=(
        Claim(
            "examples-program-the-model",
            "Examples in its prompt program a language model: from the first one on, the more "
            "there are, the better it does a task on average, and no weight changes",
            metric="slope",
            holds=AtLeast(0.01),
        ),
        Claim(
            "one-model-many-programs",
            "One set of weights runs many programs: most of eight tasks gain ten points or more "
            "from eight examples",
            metric="tasks_gaining",
            holds=AtLeast(5),
            paper=Published(
                2,
                "of 3 sets of open questions on which few-shot exceeds zero-shot by ten points",
                "Brown et al. 2020, table 3.3, GPT-3 175B",
            ),
        ),
        Claim(
            "the-program-decides",
            "It is the program that counts: eight examples of another task leave the model at "
            "least ten points worse",
            metric="lead",
            holds=AtLeast(0.1),
        ),
    ),
)
