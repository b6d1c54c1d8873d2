"""The ranked requests that ship, and judges that are tested on requests they have not seen."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from cs25_alignment.reward_model.rankings import FAULTS, ranked_requests
from cs25_alignment.reward_model.sentences import (
    lengths,
    ranking_accuracy,
    unseen_rewards,
)

REQUESTS = ranked_requests()


def test_fifty_requests_with_four_responses_each() -> None:
    assert len(REQUESTS) == len({request.prompt for request in REQUESTS}) == 50
    for request in REQUESTS:
        texts = [response.text for response in request.responses]
        assert len(set(texts)) == len(texts) == 4
        assert all(text == text.strip() and text for text in (request.prompt, *texts))
    everywhere = [response.text for request in REQUESTS for response in request.responses]
    assert len(set(everywhere)) == 200


def test_the_order_of_faults_is_the_ranking() -> None:
    for request in REQUESTS:
        places = [FAULTS.index(response.fault) for response in request.responses]
        assert places[0] == 0
        assert places == sorted(set(places)), request.prompt
    seen = [response.fault for request in REQUESTS for response in request.responses]
    assert {*seen} == {*FAULTS}
    assert min(seen.count(fault) for fault in FAULTS) >= 6


def test_length_tells_nothing_and_rambling_is_long() -> None:
    longer = [
        len(better.text) > len(worse.text)
        for request in REQUESTS
        for better, worse in combinations(request.responses, 2)
    ]
    assert len(longer) == 300
    assert np.mean(longer) == pytest.approx(0.5, abs=0.02)
    for request in REQUESTS:
        best, *others = request.responses
        assert all(
            len(other.text) > 2 * len(best.text) for other in others if other.fault == "rambles"
        )


def test_conditions_that_can_be_counted_are_kept_by_the_best() -> None:
    best = {request.prompt: request.responses[0].text for request in REQUESTS}

    def starting(prompt: str) -> str:
        return next(text for request, text in best.items() if request.startswith(prompt))

    assert len(starting("What is the capital of Australia").split()) == 1
    assert len(starting("Write a birthday greeting").split()) <= 20
    assert len(re.findall(r"[.!?]", starting("Summarise in one sentence"))) == 1
    assert len(re.findall(r"[.!?]", starting("What is a variable"))) <= 2
    assert int(starting("What is 17 times 6")) == 17 * 6
    words = starting("Sort these words").split(", ")
    assert words == sorted(words)


def test_a_judge_sees_nothing_of_the_requests_it_judges() -> None:
    # Each request has a direction of its own. A judge who had seen it would be right.
    features = np.zeros((6, 2, 6))
    features[np.arange(6), 0, np.arange(6)] = 1
    part = np.arange(6) % 3
    assert (ranking_accuracy(unseen_rewards(features, part)) == 0.5).all()
    # What requests share is learned from the others, whichever order they are told.
    features = np.concatenate([features, np.ones((6, 2, 1)) * [[0.5], [-0.5]]], axis=2)
    assert (ranking_accuracy(unseen_rewards(features, part)) == 1).all()
    assert (ranking_accuracy(unseen_rewards(features[:, ::-1], part)) == 1).all()
    # One request in three is told the other way round, and is judged as the others were.
    features[part == 0] = features[part == 0, ::-1]
    assert ranking_accuracy(unseen_rewards(features, part))[part == 0] == pytest.approx([0, 0])


def test_length_is_counted_in_standard_deviations() -> None:
    found = lengths(REQUESTS)
    assert found.shape == (50, 4, 1)
    assert found.std() == pytest.approx(1)
    ratio = len(REQUESTS[0].responses[1].text) / len(REQUESTS[0].responses[0].text)
    assert found[0, 1, 0] / found[0, 0, 0] == pytest.approx(ratio)
