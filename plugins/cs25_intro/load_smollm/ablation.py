"""Load-smollm: SmolLM2's weights in our own decoder, and what each part of it is worth.

Source: Ben Allal et al. 2025 (arXiv 2502.02737) for the model, a Llama of 135 million parameters;
Touvron et al. 2023 (arXiv 2302.13971), section 2.2, for its parts.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from annotated_types import Interval, MinLen
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.lm import load
from cs25.nn import IGNORE, Decoder, from_llama, generate, n_params
from cs25_intro.load_smollm.parts import PARTS, averages, without
from cs25_intro.load_smollm.passages import N_ASIDE, N_PASSAGES, draw_passages, padded

__all__ = ["load_smollm"]

#: Tokens of each continuation in the table.
N_NEW = 12

#: What float32 leaves open of a mean loss, in nats.
ROUNDING = 1e-4


def load_smollm(
    *,
    passages: Annotated[int, Interval(ge=3, le=N_PASSAGES - N_ASIDE)] = 10,
    prompt: Annotated[str, MinLen(1)] = "The capital of France is",
    control: Literal["none", "untrained"] = "none",
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Result:
    """Load SmolLM2's weights into our decoder and switch off one part after the other.

    Args:
        passages: held-out texts of some 110 tokens each, on which the loss is measured.
        prompt: what the model continues in the table, with all of its parts and without each.
        control: "untrained" has the same shape and random weights.
        seed: draws the passages, and the control's weights.
    """
    pretrained = load("smollm2-135m")
    model = from_llama(pretrained.network)
    read, aside = (
        pretrained.tokenizer(texts)["input_ids"] for texts in draw_passages(passages, seed=seed)
    )
    tokens, targets = padded(read, fill=0, ignore=IGNORE)
    with torch.inference_mode():
        difference = (model(tokens[:1]) - pretrained.network(tokens[:1]).logits).abs().max()
    if control == "untrained":
        model = Decoder(model.config, seed=seed)

    begun = torch.tensor([pretrained.tokenizer(prompt)["input_ids"]])

    def tried() -> tuple[Float[np.ndarray, " text"], str]:
        new = generate(model, begun, N_NEW, temperature=0)
        text = pretrained.tokenizer.decode(new[0], skip_special_tokens=True)
        return _losses(model, tokens, targets), " ".join(text.split()) or "(nothing)"

    losses, texts_written = {}, {}
    shortest = min(map(len, aside))
    held = averages(model, torch.tensor([ids[:shortest] for ids in aside]))
    with tqdm(total=1 + len(PARTS), desc="switching off") as bar:
        whole, written = tried()
        bar.update()
        for part in PARTS:
            with without(model, part, held):
                losses[part.name], texts_written[part.name] = tried()
            bar.update()

    guess = float(np.log(model.config.d_vocab))
    rises = {name: Measure.mean_of(loss - whole, "nats/token") for name, loss in losses.items()}
    measures = {
        "smallest_rise": min(rises.values(), key=lambda rise: rise.value),
        "loss": Measure.mean_of(whole, "nats/token"),
        "uniform_loss": Measure(guess, "nats/token"),
        "worse_than_a_guess": Measure(
            sum(float(loss.mean()) > guess + ROUNDING for loss in losses.values()), "parts"
        ),
        "logit_difference": Measure(float(difference), "logits"),
        "n_params": Measure(n_params(model), "parameters"),
    }
    rows = [
        (
            part.name, part.instead, rises[part.name].value, rises[part.name].low,
            rises[part.name].high, texts_written[part.name],
        )
        for part in PARTS
    ]  # fmt: skip
    columns = ("without", "instead", "rise_nats", "rise_low", "rise_high", "continues")
    return Result(
        measures,
        tables=(
            Table("parts", columns, tuple(rows)),
            Table("whole", ("prompt", "continues"), ((prompt, written),)),
        ),
    )


@torch.inference_mode()
def _losses(model: Decoder, tokens: Tensor, targets: Tensor) -> Float[np.ndarray, " text"]:
    """Return the mean loss of each text, in nats a token.

    Where numbers have grown beyond float32 there is no prediction. It counts as a guess among all
    tokens.
    """
    logits = model(tokens)
    logits = logits.where(logits.isfinite().all(dim=-1, keepdim=True), 0.0)
    losses = cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction="none"
    ).view_as(targets)
    return (losses.sum(dim=1) / (targets != IGNORE).sum(dim=1)).numpy()
