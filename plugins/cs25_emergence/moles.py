"""A mole of operations: what the pre-training of a large language model adds up to.

A mole is 6.022e23 of anything. The lecture's joke is that the number a chemistry class cannot
picture is about the number of floating-point operations that go into one large model. Here those
of GPT-3 are counted, product by product, on its real shape; those of other models follow from
their parameters and tokens by a rule that the same counter checks.

Source: Wei et al. 2022a (arXiv 2206.07682), table 1, for the abilities on the axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from inspect import signature
from typing import Annotated, Literal

from annotated_types import Interval
from matplotlib.figure import Figure
from tqdm.auto import tqdm

from cs25 import Measure, Result, Table
from cs25.nn import TransformerConfig, n_params_non_embedding
from cs25_emergence.flops import (
    counted_flops_per_token,
    rule_of_six,
    rule_with_attention_per_token,
)
from cs25_emergence.published import ABILITIES, MODELS
from cs25_emergence.scaling import scaling_law
from cs25_emergence.sweep import Run, size_sweep

__all__ = ["AVOGADRO", "draw", "moles"]

#: Particles in a mole; exact since 2019 (BIPM, the SI brochure).
AVOGADRO = 6.02214076e23

#: Widths at which the rule is checked: from the lecture's own models to a large one.
WIDTHS = tuple(2**i for i in range(4, 14))

#: Brown et al. 2020 (arXiv 2005.14165), table 2.1 and section 2.1; the vocabulary is GPT-2's. Its
#: layers alternate between dense and banded attention; all are counted as dense here.
GPT_3 = TransformerConfig(
    d_vocab=50_257, d_model=12_288, n_layers=96, n_heads=96, n_ctx=2_048, attention="explicit"
)

#: Brown et al. 2020, table D.1.
GPT_3_TOKENS = 300e9

#: Models that the figure has room to name, and where the end of the name stands, in points.
NAMED = {
    "Cerebras-GPT 111M": (-5, 4),
    "SmolLM2-135M": (-5, 4),
    "GPT-3 175B": (-6, 2),
    "Llama 3.1 405B": (18, -16),
}

#: Tokens of the control, about two pages of text.
PAGES = 1_000


def moles(
    *,
    n_layers: Annotated[int, Interval(ge=1, le=48)] = 4,
    n_ctx: Annotated[int, Interval(ge=8, le=8192)] = 128,
    d_vocab: Annotated[int, Interval(ge=2, le=300_000)] = 64,
    control: Literal["none", "inference"] = "none",
) -> Result:
    """Count the operations of training, on small decoders and on GPT-3's shape.

    Args:
        n_layers: layers of the decoders whose width is varied.
        n_ctx: their sequence length, in tokens; the longer, the more attention costs.
        d_vocab: their vocabulary; the larger, the more the unembedding costs.
        control: "inference" counts what it takes to read 1,000 tokens with a finished model, a
            forward pass, in place of its training.
    """
    training = control == "none"
    configs = [
        TransformerConfig(
            d_vocab=d_vocab, d_model=d_model, n_layers=n_layers, n_heads=d_model // 8,
            n_ctx=n_ctx, attention="explicit",
        )
        for d_model in WIDTHS
    ]  # fmt: skip
    rows = []
    for config in tqdm([*configs, GPT_3], "counting"):
        counted = counted_flops_per_token(config, backward=training)
        six = rule_of_six(n_params_non_embedding(config), 1)
        rows.append((config.d_model, n_params_non_embedding(config), counted, counted / six,
                     rule_with_attention_per_token(config) / six))  # fmt: skip
    *family, gpt_3 = rows
    ratios = [counted / rule for *_, counted, rule in rows]
    gpt_3_flops = gpt_3[2] * (GPT_3_TOKENS if training else PAGES)
    own = _own_models(training=training)
    columns = ("d_model", "n_params", "flops_per_token", "over_6nd", "rule_over_6nd")
    return Result(
        measures={
            "count_over_rule": Measure(max(ratios, key=lambda ratio: abs(ratio - 1.0))),
            "gap_narrow": Measure(100 * (family[0][3] - 1), "% of 6ND"),
            "gap_wide": Measure(100 * (family[-1][3] - 1), "% of 6ND"),
            "gpt_3_flops": Measure(gpt_3_flops, "FLOPs"),
            "gpt_3_moles": Measure(gpt_3_flops / AVOGADRO, "mol"),
            "own_moles": Measure(max(own.column("moles")), "mol"),
            "abilities_near": Measure(100 * _near_a_mole(), "%"),
        },
        tables=(
            Table("widths", columns, tuple(family)),
            Table("gpt_3", columns, (gpt_3,)),
            _models(training=training),
            own,
            Table(
                "abilities",
                ("ability", "n_params", "flops", "moles", "model", "prompting"),
                tuple(
                    (a.name, a.n_params, a.flops, a.flops / AVOGADRO, a.model, a.prompting)
                    for a in ABILITIES
                ),
            ),
        ),
    )


def _models(*, training: bool) -> Table:
    """Return the published models, smallest training first."""
    rows = []
    for model in sorted(MODELS, key=lambda model: rule_of_six(model.n_params, model.n_tokens)):
        flops = _flops(model.n_params, model.n_tokens, training=training)
        by_makers = model.flops if training else None
        rows.append((model.name, model.n_params, model.n_tokens, flops, flops / AVOGADRO,
                     by_makers, model.source))  # fmt: skip
    columns = ("model", "n_params", "n_tokens", "flops", "moles", "flops_by_makers", "source")
    return Table("models", columns, tuple(rows))


def _own_models(*, training: bool) -> Table:
    """Return the models that this lecture trains."""
    rows = []
    for run in _family():
        flops = _flops(run.n_params, run.n_tokens, training=training)
        rows.append((run.d_model, run.n_params, run.n_tokens, flops, flops / AVOGADRO))
    return Table("own_models", ("d_model", "n_params", "n_tokens", "flops", "moles"), tuple(rows))


def _family() -> list[Run]:
    """Return the sizes that `scaling-law` trains with its own defaults."""
    default = {name: p.default for name, p in signature(scaling_law).parameters.items()}
    return size_sweep(default["sizes"], largest=default["largest"], n_steps=default["steps"])


def _flops(n_params: float, n_tokens: float, *, training: bool) -> float:
    # Reading a token takes the forward third of what training on it takes.
    return rule_of_six(n_params, n_tokens) if training else rule_of_six(n_params, PAGES) / 3


def _near_a_mole() -> float:
    """Return the share of abilities that appear within a factor of ten of a mole."""
    near = [abs(math.log10(ability.flops / AVOGADRO)) <= 1.0 for ability in ABILITIES]
    return sum(near) / len(near)


def draw(results: Sequence[Result], control: Sequence[Result]) -> Figure:
    """Draw models and abilities on an axis of operations, and the gap to 6ND by width."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    result = results[0]
    series = [("models", result, "o", "C0", "models: 6 x parameters x tokens"),
              ("abilities", result, "x", "C1", "first seen: abilities of Wei et al. 2022"),
              ("own_models", result, "D", "C3", "trained in this lecture"),
              *(("models", other, "^", "C2", f"control: reading {PAGES:,} tokens")
                for other in control[:1])]  # fmt: skip
    for table, source, marker, colour, label in series:
        rows = source.table(table)
        left.plot(rows.column("flops"), rows.column("n_params"), marker, color=colour, label=label)
    left.axvline(AVOGADRO, ls="--", lw=1, color="0.5", label="one mole")
    left.set(xscale="log", yscale="log", xlabel="Floating-point operations",
             ylabel="Parameters")  # fmt: skip
    left.legend(fontsize="small", loc="lower right")
    models = result.table("models")
    for name, flops, n_params in zip(
        *(models.column(column) for column in ("model", "flops", "n_params")), strict=True
    ):
        if name in NAMED:
            left.annotate(name, (flops, n_params), xytext=NAMED[name], textcoords="offset points",
                          ha="right", fontsize="x-small")  # fmt: skip

    widths, gpt_3 = result.table("widths"), result.table("gpt_3")
    right.plot(widths.column("d_model"), widths.column("rule_over_6nd"), color="C0",
               label="6ND + attention")  # fmt: skip
    right.plot(widths.column("d_model"), widths.column("over_6nd"), "o", color="C1",
               label="counted")  # fmt: skip
    right.plot(gpt_3.column("d_model"), gpt_3.column("over_6nd"), "s", color="C3",
               label="counted, GPT-3's shape")  # fmt: skip
    for other in control[:1]:
        rows = other.table("widths")
        right.plot(rows.column("d_model"), rows.column("over_6nd"), "^", color="C2",
                   label="control: forward pass only")  # fmt: skip
    right.axhline(1.0, ls="--", lw=1, color="0.5")
    right.set(xscale="log", xlabel="Width d_model", ylabel="Operations / 6ND", ylim=(0, None))
    right.legend(fontsize="small")
    amount = result.measures["gpt_3_moles"].value
    off = abs(result.measures["count_over_rule"].value - 1)
    title = (
        f"GPT-3: {amount:.2g} mol of operations; our count is within {100 * off:.2g} % "
        "of 6ND + attention"
    )
    figure.suptitle(title)
    figure.set_label(
        f"{title}. Left, parameters of published models against the operations of their training, "
        "with the abilities of the paper at the size where they were first seen and a line at one "
        "mole. Right, counted operations over 6ND against width: attention weighs on narrow models."
    )
    return figure
