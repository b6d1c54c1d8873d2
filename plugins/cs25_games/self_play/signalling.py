"""A signalling game: a language of a few words that two players must come to agree on.

The first sees which of n things is meant, each as likely as the others, and sends one of n
signals. The second hears the signal and names a thing. Both win 1 if it is the one that is meant.

Source: Lewis 1969, "Convention".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from cs25_games.matrix_games import Policies
from cs25_games.self_play.learners import Learner

__all__ = ["learn_to_talk", "understood"]


def learn_to_talk(
    n: int,
    populations: int,
    *,
    learner: Callable[[Policies], Learner],
    iterations: int,
    draw: np.random.Generator,
    progress: Callable[[], object] = lambda: None,
) -> tuple[
    Float[np.ndarray, "population thing signal"], Float[np.ndarray, "population signal thing"]
]:
    """Let pairs of players learn from each other, each pair on its own.

    Args:
        n: things to talk about, and signals.
        populations: pairs.
        learner: who learns, from a first policy.
        iterations: of learning.
        draw: draws first policies.
        progress: called after each iteration.

    Returns:
        The policies of speakers and of listeners in the end.
    """
    speaker, listener = (learner(draw.dirichlet(np.ones(n), (populations, n))) for _ in range(2))
    for _ in range(iterations):
        says, hears = speaker.policy, listener.policy
        # A signal is worth to the speaker what the listener makes of it, and each thing is meant
        # in one case of n. Player and partner learn from the same iteration.
        speaker.observe(hears.swapaxes(1, 2) / n)
        listener.observe(says.swapaxes(1, 2) / n)
        progress()
    return speaker.policy, listener.policy


def understood(
    speakers: Float[np.ndarray, "speaker thing signal"],
    listeners: Float[np.ndarray, "listener signal thing"],
) -> Float[np.ndarray, "speaker listener"]:
    """Return how often each listener understands each speaker.

    >>> one_word_each = np.eye(3)[None]
    >>> understood(one_word_each, one_word_each)
    array([[1.]])
    """
    return np.asarray(np.einsum("its,jst->ij", speakers, listeners) / speakers.shape[1])
