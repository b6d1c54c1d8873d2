"""The store: whole or not at all, damage found, and two writers at once are no trouble."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs25 import Measure, Result, StoreError
from cs25.entries import Entry, find_entry, keep_entry, why_not_stored
from cs25.history import clear, find_past_run, keep_past_run, past_runs, place_aside, run_folder
from cs25.store import ABANDONED_S, Store, cache_folder, read_sealed, seal


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def files(store: Store) -> set[str]:
    return {str(p.relative_to(store.root)) for p in store.root.rglob("*") if p.is_file()}


def full_disk(*_args, **_more):
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(*_args, **_more):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_what_is_written_reads_back(store):
    folder = store.path("results", "toys", "growth", "key")
    store.write(folder, {"a": {"x": [1, 2.5, None, "é"]}, "b": {}}, lambda f: (f / "c").touch())
    assert store.read(folder, "a") == {"x": [1, 2.5, None, "é"]}
    assert store.read(folder, "b") == {}
    assert store.read(folder, "d") is None
    assert files(store) == {f"results/toys/growth/key/{name}" for name in ("a.json", "b.json", "c")}


def test_nothing_is_made_before_something_is_written(store):
    assert store.read(store.path("results"), "a") is None
    assert list(store.folders("results")) == []
    store.remove(store.path("results"))
    assert files(store) == set()


def test_the_folder_is_the_one_that_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CS25_CACHE_DIR", str(tmp_path / "here"))
    assert Store().root == tmp_path / "here"
    monkeypatch.setenv("CS25_CACHE_DIR", "~/there")
    assert cache_folder() == Path.home() / "there"
    monkeypatch.setenv("CS25_CACHE_DIR", "")
    assert cache_folder().name == "cs25"
    assert cache_folder().is_absolute()


def test_a_folder_is_replaced_as_a_whole(store):
    folder = store.path("x")
    store.write(folder, {"a": {"n": 1}}, lambda f: (f / "left").touch())
    store.write(folder, {"b": {"n": 2}})
    assert files(store) == {"x/b.json"}


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError()]
)
def test_a_fill_that_raises_leaves_nothing_and_keeps_what_was_there(store, error, before):
    folder = store.path("x")
    if before:
        store.write(folder, {"a": {"n": 1}})

    def fill(new: Path) -> None:
        (new / "half").write_text("half")
        raise error

    with pytest.raises(type(error)):
        store.write(folder, {"a": {"n": 2}}, fill)
    assert files(store) == ({"x/a.json"} if before else set())
    assert store.read(folder, "a") == ({"n": 1} if before else None)


@pytest.mark.parametrize(
    ("method", "error"),
    [("mkdir", read_only), ("write_text", full_disk), ("rename", read_only)],
)
def test_a_store_that_cannot_be_written_keeps_what_was_there(store, monkeypatch, method, error):
    folder = store.path("x")
    store.write(folder, {"a": {"n": 1}})
    with monkeypatch.context() as patch:
        patch.setattr(Path, method, error)
        with pytest.raises(OSError, match=r"denied|No space"):
            store.write(folder, {"a": {"n": 2}})
    assert store.read(folder, "a") == {"n": 1}
    assert files(store) == {"x/a.json"}


def test_a_rename_that_fails_puts_back_what_was_moved_aside(store, monkeypatch):
    folder = store.path("x")
    store.write(folder, {"a": {"n": 1}})
    rename = Path.rename

    def once(path, target):
        if target == folder:
            monkeypatch.setattr(Path, "rename", rename)
            full_disk()
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(OSError, match="No space"):
        store.write(folder, {"a": {"n": 2}})
    assert store.read(folder, "a") == {"n": 1}
    assert files(store) == {"x/a.json"}


def test_a_root_that_is_a_file_is_an_error_and_reads_as_empty(tmp_path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file")
    assert store.read(store.path("x"), "a") is None
    assert list(store.folders("x")) == []
    with pytest.raises(OSError, match=r"."):
        store.write(store.path("x"), {"a": {}})


def test_writers_of_one_folder_do_not_meet(store):
    folder = store.path("x")
    start, errors = threading.Barrier(8), []

    def write(number: int) -> None:
        start.wait()
        try:
            for turn in range(25):
                store.write(folder, {"a": {"n": number, "turn": turn}})
                found = store.read(folder, "a")
                assert found is None or set(found) == {"n", "turn"}
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert files(store) == {"x/a.json"}
    assert store.read(folder, "a")["turn"] <= 24


def test_two_processes_write_one_folder(store):
    code = (
        "import sys; from pathlib import Path; from cs25.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for turn in range(50): store.write(store.path('x'), {'a': {'turn': turn}})\n"
    )
    command = [sys.executable, "-c", code, str(store.root)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, b"")
    assert files(store) == {"x/a.json"}
    assert set(store.read(store.path("x"), "a")) == {"turn"}


def test_what_was_abandoned_is_swept_and_what_is_being_written_is_not(store):
    old, new = store.path("tmp", "old"), store.path("tmp", "new")
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "half").touch()
    then = time.time() - ABANDONED_S - 60
    os.utime(old, (then, then))
    store.write(store.path("x"), {"a": {}})
    assert files(store) == {"tmp/new/half", "x/a.json"}


def test_folders_come_sorted_and_files_are_none(store):
    for name in ("b", "a"):
        store.write(store.path("x", name), {"d": {}})
    store.path("x", "c").touch()
    assert [folder.name for folder in store.folders("x")] == ["a", "b"]


DOCUMENT = {"measures": {"x": 0.1, "y": 12345}, "text": "some text", "list": [1, None, True]}


@given(place=st.integers(0, len(seal(DOCUMENT)) - 1), bit=st.integers(0, 7))
@settings(max_examples=200)
def test_a_flipped_bit_is_found_or_changes_nothing(place, bit, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "flipped.json"
    data = bytearray(seal(DOCUMENT).encode())
    data[place] ^= 1 << bit
    path.write_bytes(data)
    try:
        found = read_sealed(path)
    except StoreError:
        return
    assert found == DOCUMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "3",
        "{}",
        "not JSON",
        '{"document": {}}',
        '{"sha256": 3, "document": {}}',
        '{"sha256": "0", "document": {"x": NaN}}',
        seal(DOCUMENT)[:-10],
        seal(DOCUMENT).replace("12345", "12346"),
        seal(DOCUMENT).replace("document", "documents"),
        seal({"x": 1}).replace('{"x": 1}', "[]"),
        "[" * 100_000,
        "\udcff",
    ],
)
def test_damage_is_an_error_with_the_place(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(StoreError, match=r"a\.json is damaged"):
        read_sealed(path)


def test_a_list_is_no_document_even_with_its_digest(tmp_path):
    (tmp_path / "a.json").write_text(seal([1]))
    with pytest.raises(StoreError, match="damaged"):
        read_sealed(tmp_path / "a.json")


def test_a_file_that_cannot_be_read_is_an_error_of_the_store(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(StoreError, match=r"a\.json cannot be read \(Is a directory\)"):
        read_sealed(tmp_path / "a.json")


def test_what_json_cannot_hold_is_not_written(store):
    with pytest.raises(ValueError, match="JSON"):
        store.write(store.path("x"), {"a": {"n": float("nan")}})
    assert files(store) == set()


# Entries: the stored result of one seed.

INPUTS = {
    "lecture": "toys",
    "demo": "growth",
    "parameters": {"steps": 3},
    "seed": 0,
    "code": {"toys.growth": "abc"},
    "versions": {"numpy": "2.0"},
    "threads": 2,
}


def entry(inputs, value=1.0, data=None) -> Entry:
    document = {
        "result": Result({"x": Measure(value)}).to_json(),
        "data": data or {},
        "models": {},
        "artefacts": [],
        "duration_s": 0.5,
        "peak_memory_mib": None,
    }
    return Entry.made(inputs, document, {"started": "today"})


def lookup(store, inputs, package=None):
    told = []
    return find_entry(store, inputs, package, told.append), told


def test_an_entry_is_found_by_all_of_its_inputs(store):
    keep_entry(store, entry(INPUTS))
    found, told = lookup(store, INPUTS)
    assert found.result.measures["x"].value == 1.0
    assert found.manifest["started"] == "today"
    assert told == []
    for name, other in [("seed", 1), ("threads", 1), ("code", {"toys.growth": "abd"})]:
        assert lookup(store, {**INPUTS, name: other}) == (None, [])


def test_a_damaged_entry_is_told_and_not_used(store):
    keep_entry(store, entry(INPUTS))
    path = next(store.root.rglob("entry.json"))
    path.write_text(path.read_text().replace("1.0", "2.0", 1))
    found, (line,) = lookup(store, INPUTS)
    assert found is None
    assert "damaged and is computed again" in line
    keep_entry(store, entry(INPUTS))
    assert lookup(store, INPUTS)[0] is not None


def test_an_entry_of_another_form_is_told_and_not_used(store):
    keep_entry(store, entry(INPUTS))
    folder = next(store.root.rglob("entry.json")).parent
    for document in (
        {},
        {"result": {}, "manifest": {}},
        {"result": entry(INPUTS).result.to_json()},
    ):
        store.write(folder, {"entry": document})
        found, told = lookup(store, INPUTS)
        assert found is None
        assert len(told) == 1


def test_an_entry_whose_data_changed_is_not_used(store, tmp_path):
    (tmp_path / "data.csv").write_text("abc")
    keep_entry(store, entry(INPUTS, data={"data.csv": "ba7816bf8f01cfea4141"}))  # FIPS 180-2
    assert lookup(store, INPUTS, tmp_path)[0] is not None
    (tmp_path / "data.csv").write_text("abd")
    assert lookup(store, INPUTS, tmp_path) == (None, [])
    assert why_not_stored(store, INPUTS, tmp_path) == ["file data.csv changed"]
    (tmp_path / "data.csv").unlink()
    assert lookup(store, INPUTS, tmp_path) == (None, [])


def test_a_run_again_says_why(store):
    assert why_not_stored(store, INPUTS, None) is None
    keep_entry(store, entry(INPUTS))
    changed = {**INPUTS, "code": {"toys.growth": "abd"}, "versions": {"numpy": "2.1"}}
    assert why_not_stored(store, changed, None) == [
        "code of toys.growth changed",
        "versions numpy was 2.0, is 2.1",
    ]
    assert why_not_stored(store, {**INPUTS, "seed": 1}, None) is None
    assert why_not_stored(store, {**INPUTS, "parameters": {"steps": 4}}, None) is None


# Past runs, with their figures.


def keep(store, key="k1", when="2026-01-01T00:00:00+00:00", lecture="toys", demo="growth"):
    drawn = store.root.parent / "drawn"
    drawn.mkdir(exist_ok=True)
    (drawn / "a.svg").write_text("<svg/>")
    manifest = entry(INPUTS).manifest
    about = {
        "lecture": lecture,
        "demo": demo,
        "keys": [manifest["key"]],
        "when": when,
        "figures": [{"path": "a.svg", "alt": "A line", "theme": "light"}],
    }
    return keep_past_run(store, run_folder(store, lecture, demo, key), about, drawn)


def test_past_runs_come_newest_first(store):
    keep(store, "k1", "2026-01-02T00:00:00+00:00")
    keep(store, "k2", "2026-01-03T00:00:00+00:00")
    keep(store, "k3", "2026-01-01T00:00:00+00:00", demo="decay")
    assert [run.id for run in past_runs(store)] == ["k2", "k1", "k3"]
    assert [run.id for run in past_runs(store, "toys", "decay")] == ["k3"]
    assert past_runs(store, "others") == []


@pytest.mark.parametrize("order", [("k1", "k2"), ("k2", "k1")])
def test_of_two_runs_within_a_second_the_later_one_is_the_newest(store, order):
    for number, key in enumerate(order):
        folder = keep(store, key).folder
        os.utime(folder, ns=(10**9, 10**9 + number))
    assert [run.id for run in past_runs(store)] == list(reversed(order))


def test_a_run_has_its_results_and_figures(store):
    keep_entry(store, entry(INPUTS))
    run = keep(store)
    assert [e.result.measures["x"].value for e in run.entries(store)] == [1.0]
    (figure,) = run.figures()
    assert Path(figure["path"]).read_text() == "<svg/>"
    shutil.rmtree(store.path("results"))
    assert run.entries(store) == []


def test_a_run_that_lost_its_figure_or_is_damaged_is_no_run(store):
    run = keep(store)
    Path(run.figures()[0]["path"]).unlink()
    assert past_runs(store) == []
    run = keep(store)
    (run.folder / "run.json").write_text("{}")
    assert past_runs(store) == []


def test_a_run_is_found_by_the_head_of_its_key(store):
    from cs25 import UnknownNameError

    keep(store, "abc1")
    keep(store, "abd2")
    assert find_past_run(store, "abc").id == "abc1"
    for name in ("ab", "x", ""):
        with pytest.raises(UnknownNameError, match=r"abc1, abd2|abd2, abc1"):
            find_past_run(store, name)


def test_figures_are_put_aside_where_the_store_cannot_be_written(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    run = place_aside({"figures": [{"path": "a.svg", "alt": "", "theme": "light"}]}, tmp_path)
    assert Path(run.figures()[0]["path"]).read_text() == "<svg/>"
    assert run.folder.name.startswith("cs25-figures-")
    shutil.rmtree(run.folder)


def test_clearing_removes_what_is_old_and_counts_it(store):
    keep_entry(store, entry(INPUTS))
    keep(store)
    store.write(store.path("artefacts", "toys.f", "key"), {"about": {}})
    store.write(store.path("signatures", "key"), {"signature": {}})
    assert clear(store, older_than_s=3600) == (0, 0)
    size = sum(p.stat().st_size for p in store.root.rglob("*") if p.is_file())
    assert clear(store) == (4, size)
    assert files(store) == set()
    assert json.loads(json.dumps(clear(store))) == [0, 0]
