"""Artefacts: made once for their arguments and code, and made again when anything is wrong."""

import importlib
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from cs25 import cached
from cs25.artefacts import ARRAYS, collect_artefacts
from cs25.store import Store

FAMILY = """
import numpy as np
from cs25 import cached
from toys.soil import quality

calls = []


@cached
def train(*, sizes=(1, 2), rate: float = 0.5, seed: int = 0):
    calls.append(sizes)
    return {"weights": np.arange(6.0).reshape(2, 3).T * rate * quality(), "size": len(sizes)}


@cached
def fail(*, seed=0):
    calls.append(seed)
    raise RuntimeError("diverged")


@cached
def give(*, what):
    return RETURNS[what]


RETURNS = {
    "nothing": {},
    "list": [1, 2],
    "text": {"a": np.array(["x"])},
    "object": {"a": None},
    "empty": {"a": np.zeros((0, 3))},
    "half": {"a": np.array([True]), "b": np.float16(0.5), "c": np.arange(3, dtype=">i4")},
}
"""


@pytest.fixture
def family(shelf):
    shelf.write("toys/__init__.py", "")
    shelf.write("toys/soil.py", "def quality():\n    return 1.0\n")
    shelf.write("toys/family.py", FAMILY)
    return importlib.import_module("toys.family")


def stored() -> list[Path]:
    return sorted(Store().root.glob("artefacts/*/*"))


def test_an_artefact_is_made_once_and_then_read(family):
    first = family.train()
    again = family.train(seed=0, sizes=(1, 2))  # the defaults, named: the same arguments
    assert family.calls == [(1, 2)]
    np.testing.assert_array_equal(first["weights"], np.arange(6.0).reshape(2, 3).T * 0.5)
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
        assert (first[name].shape, first[name].dtype) == (again[name].shape, again[name].dtype)
    assert first["size"].shape == ()
    assert [folder.parent.name for folder in stored()] == ["toys.family.train"]


def test_what_is_returned_can_be_changed_without_harm(family):
    family.train()["weights"][:] = 7.0
    again = family.train()["weights"]
    assert again.max() == 2.5
    again[:] = 7.0  # and what was read can be written to, as what was made
    assert family.train()["weights"].max() == 2.5


@pytest.mark.parametrize("changed", [{"seed": 1}, {"sizes": (1, 3)}, {"rate": 1.0}])
def test_other_arguments_are_another_artefact(family, changed):
    family.train()
    family.train(**changed)
    family.train(**changed)
    assert len(family.calls) == 2


def test_edited_code_makes_it_again_and_an_edited_comment_does_not(family, shelf):
    family.train()
    shelf.write("toys/family.py", FAMILY + "\n# a comment\n")
    family.train()
    assert len(family.calls) == 1
    shelf.write("toys/soil.py", "def quality():\n    return 2.0\n")
    family.train()
    assert len(family.calls) == 2


@pytest.mark.parametrize("threads", ["1", "7"])
def test_other_threads_are_another_artefact(family, monkeypatch, threads):
    family.train()
    monkeypatch.setenv("CS25_THREADS", threads)
    family.train()
    monkeypatch.delenv("CS25_THREADS")
    family.train()
    assert len(family.calls) == len(stored()) <= 2


def _truncate(folder: Path) -> None:
    path = folder / ARRAYS
    path.write_bytes(path.read_bytes()[:-8])


def _flip(folder: Path) -> None:
    data = bytearray((folder / ARRAYS).read_bytes())
    data[-1] ^= 1
    (folder / ARRAYS).write_bytes(data)


def _lose(folder: Path) -> None:
    (folder / ARRAYS).unlink()


def _scribble(folder: Path) -> None:
    (folder / "about.json").write_text("{}")


@pytest.mark.parametrize("damage", [_truncate, _flip, _lose, _scribble])
def test_a_damaged_artefact_is_made_again_with_a_warning(family, damage):
    first = family.train()
    damage(stored()[0])
    with pytest.warns(UserWarning, match="is damaged and is made again") as told:
        again = family.train()
    assert told[0].filename == __file__
    np.testing.assert_array_equal(first["weights"], again["weights"])
    family.train()
    assert len(family.calls) == 2


def test_a_store_that_cannot_be_written_warns_once_and_costs_no_result(family, cache):
    cache.write_text("a file where the folder should be")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            assert family.train()["size"] == 2
    assert len(family.calls) == 3
    assert len(told) == 1
    assert "cannot be written, so this will be made again: Not a directory" in str(told[0].message)


def test_a_full_disk_keeps_the_result_and_leaves_nothing(family, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="No space left on device"):
        assert family.train()["size"] == 2
    assert stored() == []
    assert list(Store().root.rglob("about.json")) == []


def test_a_function_that_fails_stores_nothing(family):
    for _ in range(2):
        with pytest.raises(RuntimeError, match="diverged"):
            family.fail()
    assert len(family.calls) == 2
    assert stored() == []


def test_costs_are_noted_by_whom_it_was_made_and_reused(family):
    with collect_artefacts() as made:
        family.train()
    with collect_artefacts() as reused:
        family.train()
        with collect_artefacts() as inner:
            family.train(seed=1)
    assert [artefact.reused for artefact in made + reused + inner] == [False, True, False]
    assert made[0].function == "toys.family:train"
    assert made[0].key == reused[0].key == stored()[0].name or stored()[1].name
    assert made[0].key != inner[0].key
    assert made[0].duration_s == reused[0].duration_s > 0
    assert set(made[0].to_json()) == {"function", "key", "duration_s", "reused"}


def test_arguments_have_names_and_are_plain(family):
    with pytest.raises(TypeError, match="positional"):
        family.train((1, 2))
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        family.train(size=3)
    for value in ({1, 2}, np.float32(1), float("nan"), b"x"):
        with pytest.raises(TypeError, match="JSON"):
            family.train(rate=value)
    assert family.calls == []


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("list", "returned list, expected arrays by name"),
        ("text", "returned what safetensors cannot hold"),
        ("object", "returned what safetensors cannot hold"),
    ],
)
def test_what_is_no_array_is_refused(family, what, message):
    with pytest.raises(TypeError, match=f"toys.family:give {message}"):
        family.give(what=what)
    assert stored() == []


@pytest.mark.parametrize("what", ["nothing", "empty", "half"])
def test_arrays_of_every_kind_come_back(family, what):
    returned = family.RETURNS[what]
    for arrays in (family.give(what=what), family.give(what=what)):
        assert list(arrays) == list(returned)
        for name, array in returned.items():
            np.testing.assert_array_equal(arrays[name], array)
            assert arrays[name].shape == array.shape


def test_tensors_become_arrays(family):
    torch = pytest.importorskip("torch")
    family.RETURNS["tensor"] = {"w": torch.ones(2, 3, requires_grad=True).T}
    assert family.give(what="tensor")["w"].tolist() == [[1.0, 1.0]] * 3


def test_only_a_function_of_a_module_can_be_cached(family):
    with pytest.raises(TypeError, match="expected a function of a module's file"):

        @cached
        def nested(*, x=1):
            return {}

    code = "import cs25\n@cs25.cached\ndef f(*, x=1): return {}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "TypeError: __main__:f cannot be cached" in done.stderr


def test_a_cached_function_keeps_its_name_and_signature(family):
    import inspect

    assert family.train.__name__ == "train"
    assert list(inspect.signature(family.train).parameters) == ["sizes", "rate", "seed"]
