"""Recorded results and the ledger: what was recorded, whether it is current, and what it decides."""

import dataclasses
import json
from pathlib import Path

import pytest

from cs25 import AtLeast, Claim, Demo, Greater, Measure, Result, StoreError, Table
from cs25.digest import code_digests, file_digest
from cs25.entries import Entry, keep_entry
from cs25.history import keep_past_run, run_folder
from cs25.ledger import ledger, recorded_measures
from cs25.plugins import load_plugin
from cs25.recorded import (
    Bundle,
    Recording,
    bundle_path,
    load_bundle,
    read_bundle,
    stale_reasons,
    write_bundle,
)
from cs25.recording import bundle_with, held_under_control, presets_to_record, staleness
from cs25.store import Store

TOSS, DRAW = "bench_lecture.coin:toss", "bench_lecture.coin:draw"
SEEDS = (100, 101, 102, 103, 104)


@pytest.fixture
def plugin(bench):
    return load_plugin("bench")


@pytest.fixture
def coin(plugin):
    return plugin.card().demos[0]


def heads(*shares: float) -> tuple[Result, ...]:
    return tuple(
        Result(
            {"heads": Measure(share, "share"), "tails": Measure(1 - share, "share")},
            tables=(Table("tosses", ("seed", "heads"), ((0, share),)),),
        )
        for share in shares
    )


def recording(shares=(0.5, 0.5, 0.52, 0.48, 0.5), control=(0.0,), **changes) -> Recording:
    fields = {
        "settings": {},
        "parameters": {"tosses": 100, "control": "none"},
        "seeds": SEEDS[: len(shares)],
        "results": heads(*shares),
        "control": heads(*control),
        "manifest": {"code": code_digests(TOSS, drawing=DRAW), "data": {}, "duration_s": 1.5},
    }
    return Recording(**{**fields, **changes})


def bundle(demo: Demo, **recordings: Recording) -> Bundle:
    criteria = {claim.id: claim.criterion for claim in demo.claims}
    return Bundle("bench", demo.id, criteria, recordings)


def keep(plugin, demo, made: Bundle) -> Path:
    path = bundle_path(plugin, demo)
    write_bundle(path, made)
    return path


def rows(plugin) -> dict:
    return {row.claim.id: row for row in ledger(plugin, Store())}


def test_a_bundle_comes_back_unchanged_and_in_the_same_bytes(plugin, coin):
    made = bundle(coin, default=recording(), long=recording(settings={"tosses": 500}))
    path = keep(plugin, coin, made)
    assert path == plugin.folder / "results" / "coin.json"
    assert read_bundle(plugin, coin) == made
    first = path.read_bytes()
    write_bundle(path, load_bundle(path))
    assert path.read_bytes() == first
    assert b"\r" not in first


def test_a_bundle_can_be_read_in_a_diff(plugin, coin):
    text = keep(plugin, coin, bundle(coin, default=recording())).read_text()
    lines = [line.strip().rstrip(",") for line in text.splitlines()]
    assert '"seeds": [100, 101, 102, 103, 104]' in lines
    assert '"value": 0.52' in lines
    assert text.endswith("}\n")


def test_no_file_is_no_bundle(plugin, coin):
    assert read_bundle(plugin, coin) is None


def damaged(data):
    """Yield a text for each way in which a bundle can be damaged."""
    yield "empty", ""
    yield "cut", json.dumps(data)[:-20]
    yield "list", "[]"
    yield "nested", "[" * 100_000

    def other(**changes):
        return json.dumps({**data, **changes})

    def default(**changes):
        return other(recordings={"default": {**data["recordings"]["default"], **changes}})

    yield "schema", other(schema=2)
    yield "no recordings", json.dumps({k: v for k, v in data.items() if k != "recordings"})
    yield "recordings", other(recordings=[])
    yield "results", default(results=[])
    yield "fewer", default(seeds=[100])
    yield "nan", default(results=[{"measures": {"x": {"value": float("nan")}}}])
    yield "manifest", default(manifest={})


def test_damage_is_an_error_with_the_place_and_a_remedy(plugin, coin):
    path = keep(plugin, coin, bundle(coin, default=recording()))
    for name, text in damaged(json.loads(path.read_text())):
        path.write_text(text)
        with pytest.raises(StoreError, match=r"coin\.json") as caught:
            read_bundle(plugin, coin)
        assert name == "schema" or "cs25 record" in caught.value.remedy, name
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        read_bundle(plugin, coin)


def test_a_recording_is_current_until_code_parameters_or_data_change(plugin, coin, bench):
    (plugin.folder / "data.csv").write_text("abc")
    data = {"data.csv": file_digest(plugin.folder / "data.csv")}
    now = recording()
    now = dataclasses.replace(now, manifest={**now.manifest, "data": data})
    assert stale_reasons(plugin, coin, "default", now) == []

    (plugin.folder / "data.csv").write_text("abd")
    assert stale_reasons(plugin, coin, "default", now) == ["file data.csv changed"]
    (plugin.folder / "data.csv").write_text("abc")

    path = plugin.folder / "coin.py"
    code = path.read_text()
    bench.write("bench_lecture/coin.py", code.replace("= 100", "= 200"))
    assert stale_reasons(plugin, coin, "default", now) == ["code of bench_lecture.coin changed"]
    bench.write("bench_lecture/coin.py", code.replace('"Heads"', '"Tails"'))
    assert stale_reasons(plugin, coin, "default", now) == []  # the figure only
    bench.write("bench_lecture/coin.py", "def toss(:")
    assert stale_reasons(plugin, coin, "default", now)[0].startswith("its code cannot be read")
    bench.write("bench_lecture/coin.py", code)


def test_a_recording_is_stale_once_its_preset_changed(plugin, coin):
    long = recording(settings={"tosses": 500})
    assert stale_reasons(plugin, coin, "long", long) == []
    shorter = recording(settings={"tosses": 400})
    assert stale_reasons(plugin, coin, "long", shorter) == ["parameters tosses was 400, is 500"]
    assert stale_reasons(plugin, coin, "gone", long) == ["preset gone is gone"]


@pytest.mark.parametrize("name", ["threads", "versions", "processor"])
def test_versions_threads_and_machines_make_nothing_stale(plugin, coin, name):
    there = recording()
    there = dataclasses.replace(there, manifest={**there.manifest, name: "of another machine"})
    assert stale_reasons(plugin, coin, "default", there) == []


def test_a_changed_criterion_shows(plugin, coin):
    made = bundle(coin, default=recording())
    assert made.changed_criteria(coin) == []

    def changed(**fields):
        first = dataclasses.replace(coin.claims[0], **fields)
        return dataclasses.replace(coin, claims=(first, *coin.claims[1:]))

    nearly = AtLeast(coin.claims[0].holds.threshold + 1e-9)
    assert made.changed_criteria(changed(holds=nearly)) == ["fair"]
    assert made.changed_criteria(changed(metric="tails")) == ["fair"]
    assert made.changed_criteria(changed(holds=Greater("heads", "tails"), metric=None)) == ["fair"]
    assert made.changed_criteria(changed(id="new")) == ["new"]
    assert made.changed_criteria(changed(statement="Other words", scale_note="Small.")) == []


def test_staleness_names_every_preset_that_claims_were_fixed_for(plugin, coin):
    assert presets_to_record(coin) == ["default", "long"]
    assert dict(staleness(plugin, coin)) == {"default": ["not recorded"], "long": ["not recorded"]}
    long = recording(settings={"tosses": 500})
    made = bundle(coin, default=recording(), long=long)
    keep(plugin, coin, made)
    assert dict(staleness(plugin, coin)) == {}
    keep(plugin, coin, dataclasses.replace(made, criteria={**made.criteria, "long": "heads 1"}))
    assert dict(staleness(plugin, coin)) == {"long": ["criterion of long changed after recording"]}


def test_new_recordings_join_the_old_ones_and_only_theirs_have_the_criteria_of_now(plugin, coin):
    then = {"fair": "heads at least 0.9", "long": "heads at least 0.9", "gone": "heads 1"}
    old = dataclasses.replace(bundle(coin, default=recording(), dropped=recording()), criteria=then)
    new = recording((0.1, 0.1, 0.1))
    merged = bundle_with(plugin, coin, {"long": new}, old)
    assert merged.recordings == {"default": old.recordings["default"], "long": new}
    assert merged.criteria == {"fair": "heads at least 0.9", "long": "heads at least 0.3"}
    fresh = bundle_with(plugin, coin, {"default": new, "long": new}, old)
    assert fresh.criteria == {claim.id: claim.criterion for claim in coin.claims}


def test_under_the_control_no_claim_may_hold(coin):
    # On its edge a coin falls no heads: of the claims fixed for the default, "never" holds.
    assert held_under_control(coin, "default", recording(control=(0.0,))) == ["never"]
    assert held_under_control(coin, "default", recording(control=(0.5,))) == ["fair"]
    assert held_under_control(coin, "default", recording(control=(0.2,))) == []
    assert held_under_control(coin, "long", recording(control=(0.5,))) == ["long"]
    assert held_under_control(coin, "default", recording(control=())) == []


# The ledger.


def test_a_claim_with_nothing_behind_it_is_untested(plugin):
    found = rows(plugin)
    assert list(found) == ["fair", "never", "more", "long", "half"]
    assert {(row.verdict, row.origin, row.measured) for row in found.values()} == {
        ("untested", "none", None)
    }


def test_recorded_results_decide_the_claims_fixed_for_their_preset(plugin, coin):
    keep(plugin, coin, bundle(coin, default=recording()))
    found = rows(plugin)
    # Mean 0.5, s / sqrt(5) = 0.006325: 0.5 ± 0.0176, and 0 ± 0.035 for the differences.
    assert [found[name].verdict for name in ("fair", "never", "more", "long")] == [
        "supported", "contradicted", "contradicted", "untested",
    ]  # fmt: skip
    fair = found["fair"]
    assert (fair.origin, fair.seeds, fair.stale, fair.measured.n) == ("recorded", SEEDS, (), 5)
    assert recorded_measures(plugin, "coin")["heads"].value == pytest.approx(0.5)
    assert recorded_measures(plugin, "exact") == recorded_measures(plugin, "unknown") == {}


def test_an_exact_demo_decides_with_its_one_result(plugin):
    exact = plugin.card().demos[1]
    half = recording(
        seeds=(),
        results=(Result({"half": Measure(0.5)}),),
        control=(),
        manifest={"code": code_digests(exact.run), "data": {}},
    )
    keep(plugin, exact, bundle(exact, default=half))
    row = rows(plugin)["half"]
    assert (row.verdict, row.measured.low, row.measured.high, row.stale) == (
        "supported", 0.5, 0.5, (),
    )  # fmt: skip


def test_a_stale_recording_stands_and_is_marked(plugin, coin):
    old = recording(manifest={"code": {"bench_lecture.coin": "0"}, "data": {}})
    made = bundle(coin, default=old)
    keep(plugin, coin, dataclasses.replace(made, criteria={**made.criteria, "fair": "heads 1"}))
    keep_run(plugin, (0.1, 0.1, 0.1))
    found = rows(plugin)
    assert found["fair"].origin == "recorded"
    assert found["fair"].stale == (
        "code of bench_lecture.coin changed",
        "criterion changed after recording",
    )
    assert found["never"].stale == ("code of bench_lecture.coin changed",)


def keep_run(plugin, shares, *, when="2026-01-01", lose=0, **changes):
    store = Store()
    seeds = list(range(len(shares)))
    keys = []
    for seed, result in zip(seeds, heads(*shares), strict=True):
        inputs = {"lecture": "bench", "demo": "coin", "seed": seed, "when": when, **changes}
        found = {"data": {}, "models": {}, "artefacts": []}
        document = {**found, "duration_s": 1.0, "peak_memory_mib": None}
        entry = Entry.made(inputs, {**document, "result": result.to_json()}, {})
        keys.append(entry.manifest["key"])
        if seed >= lose:
            keep_entry(store, entry)
    about = {
        "lecture": "bench", "demo": "coin", "preset": "default", "settings": {}, "given": {},
        "control": False, "seeds": seeds, "keys": keys, "when": when, "figures": [],
    }  # fmt: skip
    drawn = store.root / "drawn"
    drawn.mkdir(parents=True, exist_ok=True)
    folder = run_folder(store, "bench", "coin", "run-" + "".join(keys)[:30])
    keep_past_run(store, folder, {**about, **changes}, drawn)


def test_the_latest_run_with_the_claims_own_parameters_decides_the_rest(plugin):
    keep_run(plugin, (0.5, 0.5, 0.5), when="2026-01-01")
    keep_run(plugin, (0.1, 0.1, 0.1), when="2026-01-02")
    keep_run(plugin, (0.5, 0.5, 0.5), when="2026-01-03", given={"tosses": 3})
    keep_run(plugin, (0.5, 0.5, 0.5), when="2026-01-04", control=True)
    keep_run(plugin, (0.5, 0.5, 0.5), when="2026-01-05", preset="smoke", settings={"tosses": 10})
    row = rows(plugin)["fair"]
    assert (row.origin, row.verdict, row.seeds) == ("run", "contradicted", (0, 1, 2))
    assert rows(plugin)["long"].origin == "none"


def test_a_run_of_a_preset_as_it_was_before_decides_nothing(plugin):
    keep_run(plugin, (0.5, 0.5, 0.5), preset="long", settings={"tosses": 400})
    assert rows(plugin)["long"].origin == "none"
    keep_run(plugin, (0.5, 0.5, 0.5), preset="long", settings={"tosses": 500})
    assert rows(plugin)["long"].verdict == "supported"


def test_a_run_on_one_seed_is_inconclusive_in_the_ledger(plugin):
    keep_run(plugin, (0.9,))
    row = rows(plugin)["fair"]
    assert (row.verdict, row.note) == ("inconclusive", "criterion met on one seed")


def test_a_run_that_lost_a_seed_does_not_decide(plugin):
    keep_run(plugin, (0.1, 0.1, 0.1, 0.1), when="2026-01-01")
    keep_run(plugin, (0.5, 0.5, 0.5, 0.5), when="2026-01-02", lose=1)
    row = rows(plugin)["fair"]
    assert (row.verdict, row.measured.n) == ("contradicted", 4)


def test_a_demo_without_claims_has_no_row(plugin, coin):
    card = dataclasses.replace(plugin.card(), demos=(dataclasses.replace(coin, claims=()),))
    assert list(ledger(dataclasses.replace(plugin, lecture=card), Store())) == []


def test_a_claim_may_name_a_measure_that_old_results_lack(plugin, coin):
    keep(plugin, coin, bundle(coin, default=recording()))
    claim = Claim("fair", "A coin is fair", metric="edges", holds=AtLeast(0.4))
    demo = dataclasses.replace(coin, measures={}, claims=(claim,))
    card = dataclasses.replace(plugin.card(), demos=(demo,))
    (row,) = ledger(dataclasses.replace(plugin, lecture=card), Store())
    assert (row.verdict, row.note) == (
        "inconclusive", "not measured: these results have no edges",
    )  # fmt: skip
    assert "criterion changed after recording" in row.stale
