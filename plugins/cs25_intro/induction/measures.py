"""What the demo measures, from the exams of a training and from knock-outs of heads."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from cs25 import Measure
from cs25_intro.induction.development import Development
from cs25_intro.induction.transition import Transition, transition

__all__ = ["Scores", "best_head", "measures"]

#: The in-context score without each head in turn.
Scores = Float[np.ndarray, "layer head"]

#: A rise of less is not put a date to: nats; share of a head's attention.
_LEAST, _LEAST_MATCHING = 0.3, 0.1


def measures(studied: Development, one_layer: Development, without: Scores) -> dict[str, Measure]:
    """Return what came of a training, and when; what did not come has no date.

    Args:
        studied: of the network with two layers or more; in the control, of the one with one layer.
        one_layer: of the network with one layer.
        without: the scores of the first after training, without each head in turn.
    """
    found = {
        "in_context_score": Measure(studied.in_context_score[-1], "nats"),
        "one_layer_score": Measure(one_layer.in_context_score.max(), "nats"),
        "previous_token": Measure(studied.previous_token[-1, 0].max(), "share"),
    }
    # Below 0 context does harm, as it may in a network with random weights: that is no skill yet.
    skill = np.maximum(studied.in_context_score, 0)
    window = transition(studied.step, skill, least=_LEAST)
    if window is None:
        return found
    found |= {
        "start": Measure(window.start, "steps"),
        "end": Measure(window.end, "steps"),
        "rise_doublings": Measure(window.doublings, "doublings"),
    }
    words = transition(studied.step, -studied.word_loss, least=_LEAST)
    if words is not None:
        found["word_doublings"] = Measure(words.doublings, "doublings")
    if len(without) > 1:
        found |= _of_heads(studied, window, without)
    return found


def best_head(studied: Development) -> tuple[int, int]:
    """Return layer and head, behind the first layer, whose prefix matching ends highest."""
    last = studied.prefix_matching[-1]
    behind = min(1, len(last) - 1)  # a network of one layer has no other
    layer, head = np.unravel_index(last[behind:].argmax(), last[behind:].shape)
    return int(layer) + behind, int(head)


def _of_heads(studied: Development, window: Transition, without: Scores) -> dict[str, Measure]:
    """Return what the head does that looks for what followed, when it came, and what it is worth."""
    layer, head = best_head(studied)
    matching = studied.prefix_matching[:, layer, head]
    previous = studied.previous_token[:, 0, studied.previous_token[-1, 0].argmax()]
    kept = without / studied.in_context_score[-1]
    found = {
        "prefix_matching": Measure(matching[-1], "share"),
        "matching_at_start": Measure(np.interp(window.start, studied.step, matching), "share"),
        "previous_at_start": Measure(np.interp(window.start, studied.step, previous), "share"),
        "kept_without_head": Measure(kept[layer, head], "share"),
        "kept_without_other": Measure(np.delete(kept[layer], head).mean(), "share"),
        "kept_without_first": Measure(kept[0].min(), "share"),
    }
    appeared = transition(studied.step, matching, least=_LEAST_MATCHING)
    if appeared is not None:
        place = (appeared.middle - window.start) / (window.end - window.start)
        found["head_step"] = Measure(appeared.middle, "steps")
        found["head_place"] = Measure(place)
    return found
