"""The contract over every lecture that ships, and what is asked of those beyond it."""

import pytest

from cs25.plugins import ready
from cs25.recorded import RECORD_SEEDS, read_bundle
from cs25.recording import held_under_control, presets_to_record
from cs25.testing.contract import RULES
from cs25.testing.subject import Subject
from cs25.verdict import judge

LECTURES = [plugin for plugin in ready() if plugin.distribution == "cs25"]
DEMOS = [
    pytest.param(plugin, demo, id=f"{plugin.id}-{demo.id}")
    for plugin in LECTURES
    for demo in plugin.card().demos
]


def test_there_are_demos_to_look_at():
    assert len(DEMOS) >= 6


@pytest.fixture(scope="module", params=LECTURES, ids=lambda plugin: plugin.id)
def subject(request):
    with Subject(request.param) as subject:
        yield subject


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_lecture_keeps_the_contract(subject, rule):
    outcome = rule.apply(subject)
    assert [fault for fault in outcome.faults if not fault.is_note] == []


@pytest.mark.parametrize(("plugin", "demo"), DEMOS)
def test_every_claim_is_recorded_on_seeds_that_nothing_was_tuned_on(plugin, demo):
    bundle = read_bundle(plugin, demo)
    assert bundle is not None
    assert set(presets_to_record(demo)) <= set(bundle.recordings)
    for recording in bundle.recordings.values():
        assert recording.seeds in ((), RECORD_SEEDS)
    assert bundle.changed_criteria(demo) == []


@pytest.mark.parametrize(("plugin", "demo"), DEMOS)
def test_no_claim_is_supported_under_the_control(plugin, demo):
    bundle = read_bundle(plugin, demo)
    assert bundle is not None
    for preset, recording in bundle.recordings.items():
        assert demo.control is None or recording.control
        assert held_under_control(demo, preset, recording) == []
        for claim in demo.claims:
            if claim.preset == preset and recording.control:
                verdict = judge(claim, recording.control, exact=not recording.seeds).verdict
                assert verdict != "supported", claim.id


@pytest.mark.parametrize(("plugin", "demo"), DEMOS)
def test_every_demo_says_what_each_of_its_numbers_means(plugin, demo):
    bundle = read_bundle(plugin, demo)
    assert bundle is not None
    measured = {
        name
        for recording in bundle.recordings.values()
        for result in recording.results
        for name in result.measures
    }
    assert measured <= set(demo.measures)
