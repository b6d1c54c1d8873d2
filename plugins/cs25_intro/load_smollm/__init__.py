"""The card of `load-smollm`."""

from cs25 import AtLeast, Claim, Demo

DEMO = Demo(
    "load-smollm",
    title="Load SmolLM",
    run="cs25_intro.load_smollm.ablation:load_smollm",
    figure="cs25_intro.load_smollm.figure:draw",
    summary="A real language model runs in our own decoder, and misses every part taken from it",
    measures={
        "smallest_rise": "loss without the part that is missed least, minus that of the whole model",
        "loss": "loss of the whole model on the held-out passages",
        "uniform_loss": "loss of a guess among all tokens",
        "worse_than_a_guess": "parts without which the loss is above that of a guess",
        "logit_difference": (
            "largest distance between our decoder's logits and those of transformers, on a passage"
        ),
        "n_params": "weights of the model, tied ones counted once",
    },
    presets={
        "smoke": {"passages": 3},
        "full": {"passages": 20},
    },
    control="untrained",
    models=("smollm2-135m",),
    claims=(
        Claim(
            "every-part-matters",
            "It is one architecture, the same few ideas put together, and every one of them matters",
            metric="smallest_rise",
            holds=AtLeast(0.1),
        ),
    ),
)
