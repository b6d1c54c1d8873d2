"""The skill score: which share of the room above a reference is used."""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor

from cs25 import Measure
from cs25_intro.message_passing.untrained import over_graphs

__all__ = ["skill_score"]


def skill_score(
    right: Float[Tensor, "graph node"],
    reference: Float[Tensor, "graph node"],
    answered: Bool[Tensor, "graph node"],
) -> Measure:
    """Return (right - reference) / (1 - reference), each a mean over all questions.

    0 for the reference's share of right answers, 1 for all of them, below 0 for fewer than the
    reference has. A plain difference could not pass 1 - reference, which changes with the graphs.

    The interval is Student's over graphs, of the ratio's linear part, as gain and room vary
    together: with graph g's sums, R + (gain_g - R room_g) / mean room. Its mean is R, the score.

    Args:
        right: 1 for a right answer, else 0.
        reference: the expected share of right answers without skill, 0 to 1; somewhere below 1.
        answered: where there is a question.

    Source: Wilks 2011, Statistical Methods in the Atmospheric Sciences, section 8.1.4, for the
    score; Cochran 1977, Sampling Techniques, chapter 2, for the variance of a ratio.
    """
    gain = ((right - reference) * answered).sum(dim=-1)
    room = ((1 - reference) * answered).sum(dim=-1)
    score = gain.sum() / room.sum()
    return over_graphs((score + (gain - score * room) / room.mean()).tolist())
