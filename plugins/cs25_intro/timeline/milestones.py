"""The milestones that the lecture's timeline names, dated.

A date is that of the first public paper or announcement, and the source says it: an arXiv number
begins with year and month. Journals of the 1990s are dated by year.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MILESTONES", "Milestone"]

_ARXIV = "https://arxiv.org/abs/"


@dataclass(frozen=True)
class Milestone:
    """Something that was new.

    Args:
        era: which part of the timeline it belongs to.
        year: of its first publication.
        month: the same, 1 to 12; None where only the year is known.
        name: what it is called.
        what: what was new, in a few words.
        cite: the source of the date.
        url: where that is found.
        paper: arXiv number of the paper, where an announcement came before or after it.
    """

    era: str
    year: int
    month: int | None
    name: str
    what: str
    cite: str
    url: str
    paper: str = ""

    @property
    def arxiv(self) -> str:
        """The arXiv number that dates it; empty if something else does."""
        return self.url.removeprefix(_ARXIV) if self.url.startswith(_ARXIV) else ""


def _preprint(
    era: str, year: int, month: int, name: str, what: str, authors: str, number: str
) -> Milestone:
    return Milestone(era, year, month, name, what, f"{authors} {year}", _ARXIV + number)


_RECURRENT = "Recurrent networks"
_SEQUENCES = "Sequence to sequence, and attention"
_TRANSFORMER = "Transformers for language"
_FIELDS = "Transformers for other fields"
_GENERATIVE = "Generation: pictures, actions, code"
_NOW = "The lecture's present"

#: In the order of their dates.
MILESTONES: tuple[Milestone, ...] = (
    Milestone(
        _RECURRENT, 1990, None, "Elman network", "a state that is fed back",
        "Elman 1990", "https://doi.org/10.1207/s15516709cog1402_1",
    ),
    Milestone(
        _RECURRENT, 1997, None, "LSTM", "gates let a memory last",
        "Hochreiter and Schmidhuber 1997", "https://doi.org/10.1162/neco.1997.9.8.1735",
    ),
    _preprint(
        _SEQUENCES, 2014, 6, "GRU", "fewer gates; encoder and decoder", "Cho et al.", "1406.1078"
    ),
    _preprint(
        _SEQUENCES, 2014, 9, "Attention", "a translator looks back at its source",
        "Bahdanau et al.", "1409.0473",
    ),
    _preprint(
        _SEQUENCES, 2014, 9, "seq2seq", "a sentence in one vector, and out",
        "Sutskever et al.", "1409.3215",
    ),
    _preprint(
        _TRANSFORMER, 2017, 6, "Transformer", "attention is all you need",
        "Vaswani et al.", "1706.03762",
    ),
    Milestone(
        _TRANSFORMER, 2018, 6, "GPT", "learn to go on, then fine-tune",
        "OpenAI, 11 June 2018", "https://openai.com/index/language-unsupervised/",
    ),
    _preprint(
        _TRANSFORMER, 2018, 10, "BERT", "fill in words from both sides",
        "Devlin et al.", "1810.04805",
    ),
    Milestone(
        _TRANSFORMER, 2019, 2, "GPT-2", "tasks without fine-tuning",
        "OpenAI, 14 February 2019", "https://openai.com/index/better-language-models/",
    ),
    _preprint(
        _TRANSFORMER, 2020, 5, "GPT-3", "a task is learned from the prompt",
        "Brown et al.", "2005.14165",
    ),
    _preprint(
        _FIELDS, 2020, 10, "Vision transformer", "a picture as patches",
        "Dosovitskiy et al.", "2010.11929",
    ),
    Milestone(
        _FIELDS, 2020, 11, "AlphaFold 2", "the shapes of proteins",
        "DeepMind, 30 November 2020",
        "https://deepmind.google/blog/"
        "alphafold-a-solution-to-a-50-year-old-grand-challenge-in-biology/",
    ),
    Milestone(
        _GENERATIVE, 2021, 1, "DALL-E", "pictures from words",
        "OpenAI, 5 January 2021", "https://openai.com/index/dall-e/", "2102.12092",
    ),
    _preprint(
        _GENERATIVE, 2021, 6, "Decision transformer", "actions as a sequence",
        "Chen et al.", "2106.01345",
    ),
    _preprint(
        _GENERATIVE, 2021, 7, "Codex", "programs from descriptions", "Chen et al.", "2107.03374"
    ),
    Milestone(
        _NOW, 2022, 8, "Stable Diffusion", "pictures, with open weights",
        "Stability AI, 22 August 2022",
        "https://stability.ai/news/stable-diffusion-public-release", "2112.10752",
    ),
    Milestone(
        _NOW, 2022, 9, "Whisper", "speech to text",
        "OpenAI, 21 September 2022", "https://openai.com/index/whisper/", "2212.04356",
    ),
    Milestone(
        _NOW, 2022, 11, "ChatGPT", "a language model to talk with",
        "OpenAI, 30 November 2022", "https://openai.com/index/chatgpt/",
    ),
    _preprint(
        _NOW, 2022, 12, "RT-1", "a robot's camera in, its motion out",
        "Brohan et al.", "2212.06817",
    ),
)  # fmt: skip
