"""The contract: every rule, in the order in which an author wants to hear of them."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis.configuration import set_hypothesis_home_dir

from cs25.plugins import Plugin
from cs25.testing.card_rules import card_is_light, card_is_whole, parameters_have_help
from cs25.testing.models_rule import models_are_named
from cs25.testing.notes_rule import notes_resolve
from cs25.testing.parameter_rule import parameters_take_what_they_declare
from cs25.testing.record_rules import claims_are_recorded, control_supports_no_claim
from cs25.testing.rule import Outcome, Rule
from cs25.testing.run_rules import (
    demos_run,
    figures_draw,
    generators_are_left_alone,
    measures_are_there,
    network_is_not_needed,
    results_survive_json,
    seeds_repeat,
)
from cs25.testing.subject import Subject
from cs25.testing.wheel_rule import wheel_is_complete

__all__ = ["RULES", "examine"]

RULES: tuple[Rule, ...] = (
    card_is_whole,
    card_is_light,
    notes_resolve,
    parameters_have_help,
    parameters_take_what_they_declare,
    demos_run,
    seeds_repeat,
    results_survive_json,
    figures_draw,
    measures_are_there,
    models_are_named,
    generators_are_left_alone,
    network_is_not_needed,
    claims_are_recorded,
    control_supports_no_claim,
    wheel_is_complete,
)


def examine(plugin: Plugin) -> Iterator[Outcome]:
    """Hold a lecture against every rule."""
    with Subject(plugin) as subject:
        # It would leave a folder of its own wherever the author stands.
        set_hypothesis_home_dir(subject.folder / "hypothesis")
        try:
            for rule in RULES:
                yield rule.apply(subject)
        finally:
            set_hypothesis_home_dir(None)
