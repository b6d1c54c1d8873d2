"""Every field of the JSON is documented, and nothing else is."""

from __future__ import annotations

import json
import typing

import pytest

from cs25.render import schema
from cs25.result import TableJson
from cs25.testing import contract

DEMO = ("emergence", "critical-mass")

#: The heading of each documented object, and its type.
TYPES = {
    "run": schema.RunJson,
    "measure": schema.MeasureJson,
    "table": TableJson,
    "figure": schema.FigureJson,
    "claim": schema.ClaimJson,
    "published-number": schema.PaperJson,
    "recorded-verdict": schema.RecordedJson,
    "ledger-row": schema.LedgerJson,
}


@pytest.fixture
def fields(page):
    """Read the documented fields of an object."""

    def read(heading: str) -> set[str]:
        rows = page("reference/json").table(heading)
        assert all(row[2] for row in rows), heading
        return {name for row in rows for name in row[0].split(", ")}

    return read


@pytest.fixture
def printed(cs25):
    """Read what a command prints as JSON."""

    def run(*words: str) -> dict:
        said = cs25(*words, "--json")
        assert said.code == 0, said.err
        document = json.loads(said.out)
        assert document.pop("schema") == 1
        return document

    return run


@pytest.mark.parametrize("heading", TYPES)
def test_the_fields_of_a_type_are_documented(heading, fields):
    assert fields(heading) == set(typing.get_type_hints(TYPES[heading]))


def test_every_type_of_the_schema_is_documented():
    assert {kind.__name__ for kind in TYPES.values()} == set(schema.__all__) | {"LedgerJson"}


def test_the_fields_of_a_listed_lecture_are_documented(fields, printed):
    document = printed("list")
    assert set(document) == {"lectures"}
    assert set(document["lectures"][0]) == fields("lecture")


def test_the_fields_of_a_card_and_a_demo_are_documented(fields, printed):
    card = printed("info", DEMO[0])["lecture"]
    as_in_a_list = {"id", "order", "title", "speaker", "affiliation", "summary"}
    shared = as_in_a_list | {"distribution", "version"}
    assert shared <= fields("card")
    assert set(card) == fields("card")
    demo = printed("info", *DEMO)["demo"]
    assert set(demo) == fields("demo")
    assert set(card["demos"][0]) == fields("demo") - {"lecture", "parameters", "takes_seed"}
    assert set(demo["parameters"][0]) == fields("parameter")
    claim = ("id", "statement", "criterion", "preset", "paper", "scale_note")
    assert tuple(demo["claims"][0]) == claim
    assert set(card["readings"][0]) == {"cite", "title", "url"}


def test_the_fields_of_runs_are_documented(fields, printed):
    run = printed("run", *DEMO, "--preset", "smoke")["runs"][0]
    assert set(run) == fields("run") - {"path"}  # the report's own
    assert set(run["manifest"]) == fields("manifest")
    assert set(run["manifest"]["seeds"][0]) == {
        "seed", "key", "duration_s", "peak_memory_mib", "reused_s",
    }  # fmt: skip
    (past,) = printed("runs", "list")["runs"]
    assert set(past) == fields("past-run")
    assert set(printed("runs", "show", past["id"])["runs"][0]) == fields("run") - {"path"}
    assert set(printed("runs", "diff", past["id"], past["id"])) == fields("difference")


def test_the_fields_of_a_finding_are_documented(fields, printed):
    assert set(printed("doctor")["findings"][0]) == fields("finding")


def test_the_fields_of_a_model_are_documented(fields, printed):
    document = printed("models", "list")
    assert set(document) == {"models"}
    assert set(document["models"][0]) == fields("model")


def test_the_fields_of_the_contract_are_documented(fields, printed, monkeypatch):
    # One rule shows the shape; the whole contract would run every demo.
    monkeypatch.setattr(contract, "RULES", contract.RULES[:1])
    found = printed("check", DEMO[0])["contract"]
    assert set(found) == fields("contract")
    assert set(found["rules"][0]) == fields("rule")
