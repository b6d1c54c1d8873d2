"""Published sizes: how large language models were, and at what size abilities were first seen.

Every number is as its source prints it; nothing is estimated here. Where a source gives its own
count of operations it is kept beside the 6 N D that follows from parameters and tokens, because
the two need not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ABILITIES", "MODELS", "Ability", "LanguageModel"]


@dataclass(frozen=True)
class LanguageModel:
    """A language model whose parameters and training tokens are published.

    Args:
        name: its name.
        year: of publication.
        n_params: parameters N.
        n_tokens: training tokens D.
        source: where N and D are printed.
        flops: training operations as the makers count them, or None.
        flops_source: where that count is printed.
    """

    name: str
    year: int
    n_params: float
    n_tokens: float
    source: str
    flops: float | None = None
    flops_source: str = ""


@dataclass(frozen=True)
class Ability:
    """An ability, and the smallest training at which it was seen above chance.

    Args:
        name: the task or the prompting technique.
        flops: training operations of that model.
        n_params: its parameters.
        model: its family.
        prompting: "few-shot" or "augmented" (a technique that small models do not profit from).
    """

    name: str
    flops: float
    n_params: float
    model: str
    prompting: str


_GPT_3 = "arXiv 2005.14165, table D.1"
_CHINCHILLA = "arXiv 2203.15556, table 1"
_LLAMA = "arXiv 2302.13971, table 2"
_LLAMA_3 = "arXiv 2407.21783, section 1"
_CEREBRAS = "Cerebras-GPT model card"

#: In the order of their publication.
MODELS = (
    LanguageModel("GPT-3 175B", 2020, 174.6e9, 300e9, _GPT_3, 3.14e23, _GPT_3),
    LanguageModel("Jurassic-1", 2021, 178e9, 300e9, _CHINCHILLA),
    LanguageModel("Gopher 280B", 2021, 280e9, 300e9, _CHINCHILLA),
    LanguageModel(
        "LaMDA 137B", 2022, 137e9, 168e9, _CHINCHILLA,
        3.55e23, "arXiv 2201.08239, section 10: from hardware and time",
    ),
    LanguageModel("MT-NLG 530B", 2022, 530e9, 270e9, _CHINCHILLA),
    LanguageModel("Chinchilla 70B", 2022, 70e9, 1.4e12, _CHINCHILLA),
    LanguageModel(
        "PaLM 540B", 2022, 540e9, 780e9, "arXiv 2204.02311", 2.5e24, "arXiv 2206.07682, table 1"
    ),
    LanguageModel("LLaMA 7B", 2023, 6.7e9, 1.0e12, _LLAMA),
    LanguageModel("LLaMA 65B", 2023, 65.2e9, 1.4e12, _LLAMA),
    LanguageModel("Cerebras-GPT 111M", 2023, 111e6, 2.22e9, _CEREBRAS, 2.5e18, _CEREBRAS),
    LanguageModel("Cerebras-GPT 13B", 2023, 13e9, 2.57e11, _CEREBRAS, 2.1e22, _CEREBRAS),
    LanguageModel("Llama 3.1 405B", 2024, 405e9, 15.6e12, _LLAMA_3, 3.8e25, _LLAMA_3),
    LanguageModel("SmolLM2-135M", 2024, 135e6, 2e12, "SmolLM2-135M model card"),
)  # fmt: skip

#: Wei et al. 2022a (arXiv 2206.07682), table 1, without its row "many BIG-Bench tasks", which has
#: no number.
ABILITIES = (
    Ability("addition and subtraction, 3 digits", 2.3e22, 13e9, "GPT-3", "few-shot"),
    Ability("addition and subtraction, 4-5 digits", 3.1e23, 175e9, "GPT-3", "few-shot"),
    Ability("MMLU, average of 57 topics", 3.1e23, 175e9, "GPT-3", "few-shot"),
    Ability("toxicity (CivilComments)", 1.3e22, 7.1e9, "Gopher", "few-shot"),
    Ability("truthfulness (TruthfulQA)", 5.0e23, 280e9, "Gopher", "few-shot"),
    Ability("MMLU, 26 topics", 5.0e23, 280e9, "Gopher", "few-shot"),
    Ability("grounded conceptual mappings", 3.1e23, 175e9, "GPT-3", "few-shot"),
    Ability("MMLU, 30 topics", 5.0e23, 70e9, "Chinchilla", "few-shot"),
    Ability("word in context (WiC)", 2.5e24, 540e9, "PaLM", "few-shot"),
    Ability("instruction following", 1.3e23, 68e9, "FLAN", "augmented"),
    Ability("scratchpad, 8-digit addition", 8.9e19, 40e6, "LaMDA", "augmented"),
    Ability("fact checking with an open book", 1.3e22, 7.1e9, "Gopher", "augmented"),
    Ability("chain of thought, word problems", 1.3e23, 68e9, "LaMDA", "augmented"),
    Ability("chain of thought, StrategyQA", 2.9e23, 62e9, "PaLM", "augmented"),
    Ability("differentiable search index", 3.3e22, 11e9, "T5", "augmented"),
    Ability("self-consistency", 1.3e23, 68e9, "LaMDA", "augmented"),
    Ability("explanations in the prompt", 5.0e23, 280e9, "Gopher", "augmented"),
    Ability("least-to-most prompting", 3.1e23, 175e9, "GPT-3", "augmented"),
    Ability("zero-shot chain of thought", 3.1e23, 175e9, "GPT-3", "augmented"),
    Ability("calibration through P(True)", 2.6e23, 52e9, "Anthropic", "augmented"),
    Ability("multilingual chain of thought", 2.9e23, 62e9, "PaLM", "augmented"),
    Ability("ask me anything prompting", 1.4e22, 6e9, "EleutherAI", "augmented"),
)
