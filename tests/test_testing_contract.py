"""The contract: a good lecture keeps it, and every way to break it is found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cs25.plugins import load_plugin
from cs25.recorded import Bundle, Recording, bundle_path, write_bundle
from cs25.result import Measure, Result
from cs25.testing import card_rules, notes_rule, parameter_rule, record_rules, run_rules, wheel_rule
from cs25.testing.contract import RULES
from cs25.testing.rule import Rule
from cs25.testing.subject import Subject

CARD = """
from cs25 import AtLeast, Claim, Demo, Lecture, hookimpl

cs25_api = 1

@hookimpl
def cs25_lecture():
    return Lecture(id="sample", title="A sample", notes="notes.md", tests="sample_lecture.tests",
        demos=(Demo("coin", run="sample_lecture.coin:toss", summary="Toss",
            measures={"heads": "share"}, presets={"smoke": {"tosses": 5}}, control="edge",
            claims=(Claim("fair", "It is fair", metric="heads", holds=AtLeast(0.3)),)),))
"""

COIN = '''
import random
from typing import Annotated, Literal
from annotated_types import Interval
from cs25 import Measure, Result

def toss(*, tosses: Annotated[int, Interval(ge=1, le=9)] = 9,
         control: Literal["none", "edge"] = "none", seed: int = 0) -> Result:
    """Toss.

    Args:
        tosses: how often.
        control: "edge" lets it stand.
    """
    rng = random.Random(seed)
    heads = sum(rng.random() < 0.5 for _ in range(tosses)) / tosses
    return Result({"heads": Measure(0.0 if control == "edge" else heads)})
'''

NOTES = """# Coins

{value}`sample.coin.heads` of all.

```{demo} sample.coin
```

```{note}
:::{claim} sample.fair
:::
```
"""


@pytest.fixture
def sample(shelf):
    """A lecture that keeps the contract, to be broken in one way at a time."""
    shelf.install("sample_lecture/", CARD, lecture="sample", distribution="sample-lecture")
    shelf.write("sample_lecture/coin.py", COIN)
    shelf.write("sample_lecture/notes.md", NOTES)
    shelf.write("sample_lecture/tests/__init__.py", "")
    return shelf


def found(rule: Rule) -> list[str]:
    """Return what a rule finds in the sample as it is on disk now."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "sample_lecture"]:
        del sys.modules[name]
    with Subject(load_plugin("sample")) as subject:
        return [fault.found for fault in rule.apply(subject).faults]


def test_rules_have_names_of_their_own_and_sentences():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_a_lecture_that_keeps_the_contract_passes_with_what_is_still_to_do_as_notes(cs25, sample):
    said = cs25("check", "sample", "--json")
    assert said.code == 0, said.out
    contract = json.loads(said.out)["contract"]
    assert contract["lecture"] == "sample"
    assert [rule["rule"] for rule in contract["rules"]] == [rule.id for rule in RULES]
    noted = {rule["rule"]: rule["findings"] for rule in contract["rules"] if rule["findings"]}
    assert noted.keys() == {"recorded", "wheel"}  # nothing is recorded, and pip installed nothing
    assert noted["recorded"][0]["level"] == "note"
    assert noted["recorded"][0]["found"] == "coin (default): not recorded"
    assert "`cs25 record sample coin`" in noted["recorded"][0]["remedy"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('tests="sample_lecture.tests",', "", "the card names no tests"),
        ("sample_lecture.tests", "sample_lecture.test", "no module sample_lecture.test,"),
        ('notes="notes.md",', "", "the card names no notes"),
        ("notes.md", "note.md", "has no file 'note.md'"),
        ('"notes.md"', '("notes.md", "more.md")', "has no file 'more.md'"),
    ],
)
def test_a_card_that_lacks_something_is_told(sample, old, new, message):
    assert found(card_rules.card_is_whole) == []
    sample.write("sample_lecture/__init__.py", CARD.replace(old, new))
    (fault,) = found(card_rules.card_is_whole)
    assert message in fault


def test_a_failure_is_printed_with_rule_finding_and_remedy(cs25, sample):
    sample.write(
        "sample_lecture/__init__.py", CARD.replace('presets={"smoke": {"tosses": 5}},', "")
    )
    said = cs25("check", "sample")
    assert said.code == 1
    assert "✘ failed  runs" in said.out
    assert "coin has no preset 'smoke'" in said.out
    assert "Name parameters with which it ends within seconds" in said.out
    assert "✔ passed  card" in said.out
    assert said.out.endswith("sample: 13 passed, 2 noted, 1 failed\n")


def test_a_broken_lecture_is_not_examined(cs25, shelf):
    shelf.install("sample_lecture", "raise OSError('no')", lecture="sample")
    said = cs25("check", "sample")
    assert said.code == 3
    assert "lecture 'sample' is broken: OSError: no" in said.err
    assert said.out == ""


def test_a_heavy_card_is_seen_in_a_fresh_interpreter(sample):
    assert found(card_rules.card_is_light) == []
    sample.write("sample_lecture/__init__.py", f"import numpy\n{CARD}")
    assert found(card_rules.card_is_light) == ["sample_lecture imports numpy"]


def test_a_parameter_without_help_is_named(sample):
    sample.write("sample_lecture/coin.py", COIN.replace("        tosses: how often.\n", ""))
    assert found(card_rules.parameters_have_help) == ["coin: parameter 'tosses' has no help"]


def test_a_demo_that_cannot_be_read_hides_no_other(sample):
    bad = 'Demo("bad", run="sample_lecture.coin:bad", summary="Bad", measures={"x": "x"})'
    card = CARD.replace("demos=(Demo", f"demos=({bad}, Demo")
    sample.write("sample_lecture/__init__.py", card)
    code = COIN.replace("        tosses: how often.\n", "") + "\ndef bad(*, n=1): ...\n"
    sample.write("sample_lecture/coin.py", code)
    told = found(card_rules.parameters_have_help)
    assert told == [
        "bad: sample_lecture.coin:bad: parameter 'n' has no annotation, "
        "expected a type, for example int",
        "coin: parameter 'tosses' has no help",
    ]
    assert found(parameter_rule.parameters_take_what_they_declare) == []


def test_tests_are_proposed_by_a_name_that_they_can_have(shelf):
    card = CARD.replace('"sample"', '"alone"').replace('tests="sample_lecture.tests",', "")
    shelf.install("alone", card)
    with Subject(load_plugin("alone")) as subject:
        *_, last = card_rules.card_is_whole.apply(subject).faults
    assert last.remedy == 'Write some, and name them: tests="test_alone".'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{demo} sample.coin", "{demo} sample.cion", "{demo} 'sample.cion' in notes.md does not"),
        ("sample.fair", "sample.fare", "did you mean 'sample.fair'?"),
        ("sample.coin.heads", "coin.heads", "{value} 'coin.heads' in notes.md does not"),
        ("sample.coin\n```", "sample.coin", "line 5 of notes.md does not end"),
        ("{demo}", "{dmo}", "{dmo} in line 5 of notes.md does not exist; did you mean 'demo'?"),
        ("{demo} sample", "{drawings} sample", "{drawings} in line 5 of notes.md does not exist"),
        (":::{claim}", ":::{claims}", "{claims} in line 9 of notes.md does not exist"),
        ("{value}", "{valeu}", "{valeu} in line 3 of notes.md does not exist"),
        (
            "```{demo} sample.coin\n```",
            "{demo}`sample.coin`",
            "{demo} in line 5 of notes.md is a d",
        ),
        (
            "{demo} sample.coin\n",
            "{value}\nsample.coin.heads\n",
            "{value} in line 5 of notes.md is",
        ),
        ("# Coins", "# Coins\n![A coin](coin.png)", "line 2 of notes.md shows coin.png, which"),
        (
            "# Coins",
            "# Coins\n```{image} coin.png\n```",
            "line 2 of notes.md shows coin.png, which",
        ),
    ],
)
def test_what_the_notes_name_exists(sample, old, new, message):
    assert found(notes_rule.notes_resolve) == []
    sample.write("sample_lecture/notes.md", NOTES.replace(old, new))
    assert any(message in fault for fault in found(notes_rule.notes_resolve))


@pytest.fixture
def two_parts(sample):
    """The sample, with notes of two parts."""
    card = CARD.replace('notes="notes.md"', 'notes=("notes.md", "more.md")')
    sample.write("sample_lecture/__init__.py", card)
    sample.write("sample_lecture/more.md", "# More\n")
    return sample


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("{value}`sample.coin.haeds`", "{value} 'sample.coin.haeds' in more.md does not exist"),
        ("```{claim} sample.unfair\n```", "{claim} 'sample.unfair' in more.md does not exist"),
        ("```{dmo} sample.coin\n```", "{dmo} in line 3 of more.md does not exist; did you"),
        ("![A coin](coin.png)", "line 3 of more.md shows coin.png, which is not there"),
        ("```{note}\nOpen.", "the block that begins in line 3 of more.md does not end"),
        ("```{drawing} picture\n```", "the notes ask for the drawing 'picture', expected"),
    ],
)
def test_every_part_of_the_notes_is_looked_into(two_parts, markup, message):
    assert found(notes_rule.notes_resolve) == []
    two_parts.write("sample_lecture/more.md", f"# More\n\n{markup}\n")
    (fault,) = found(notes_rule.notes_resolve)
    assert fault.startswith(message)


def test_every_demo_and_claim_is_shown_in_some_part_of_the_notes(two_parts):
    demo, claim = "```{demo} sample.coin\n```\n", "```{claim} sample.fair\n```\n"
    hidden = [f"the notes do not show {{{name}}}" for name in ("demo", "claim")]
    hidden = [f"{hidden[0]} sample.coin", f"{hidden[1]} sample.fair"]
    for texts, faults in (
        (("", ""), hidden),
        ((demo, ""), hidden[1:]),
        (("", claim), hidden[:1]),
        ((demo, claim), []),
        (("", claim + demo), []),
        ((demo, "```{claims-table}\n```\n"), []),
        ((demo, "```{claims-table} sample\n```\n"), []),
        ((demo, "```{claims-table} other\n```\n"), hidden[1:]),
    ):
        for name, text in zip(("notes", "more"), texts, strict=True):
            two_parts.write(f"sample_lecture/{name}.md", f"# Coins\n\n{text}")
        assert found(notes_rule.notes_resolve) == faults


def test_what_the_notes_do_not_show_is_no_failure(cs25, sample):
    sample.write("sample_lecture/notes.md", "# Coins\n")
    with Subject(load_plugin("sample")) as subject:
        assert notes_rule.notes_resolve.apply(subject).state == "noted"


PICTURE = """
def draw():
    from matplotlib.figure import Figure
    figure = Figure()
    figure.set_label("A coin")
    return figure
"""


FILM = """
def film(results):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.set_label("A coin")
    return [figure]
"""


def test_an_animation_is_made_and_described(sample):
    animated = CARD.replace(
        'control="edge",', 'control="edge", animation="sample_lecture.film:film",'
    )
    sample.write("sample_lecture/__init__.py", animated)
    for code, faults in (
        (FILM, []),
        (
            FILM.replace('figure.set_label("A coin")', ""),
            ["coin: its figure has no alternative text"],
        ),
        (
            FILM.replace("[figure]", "[]"),
            [
                "coin: its figure cannot be drawn: sample_lecture.film.film: made no picture, "
                "expected one or more"
            ],
        ),
    ):
        sample.write("sample_lecture/film.py", code)
        assert found(run_rules.figures_draw) == faults


def test_every_drawing_of_the_notes_draws_and_has_words(sample):
    sample.write(
        "sample_lecture/notes.md", NOTES + "```{drawing} sample_lecture.picture:draw\n```\n"
    )
    assert found(notes_rule.notes_resolve) == [
        "sample_lecture.picture cannot be imported: ModuleNotFoundError: "
        "No module named 'sample_lecture.picture'"
    ]
    for code, faults in (
        (PICTURE, []),
        (
            PICTURE.replace("draw", "sketch"),
            ["sample_lecture.picture has no function 'draw', which the notes ask for"],
        ),
        (
            PICTURE.replace("figure.set_label", "figure.nonsense"),
            [
                "sample_lecture.picture.draw: drawing the figure failed: "
                "AttributeError: 'Figure' object has no attribute 'nonsense'"
            ],
        ),
        (
            PICTURE.replace("return figure", "return 1"),
            ["sample_lecture.picture.draw: returned int, expected a matplotlib.figure.Figure"],
        ),
        (
            PICTURE.replace('figure.set_label("A coin")', ""),
            ["sample_lecture.picture:draw: its figure has no alternative text"],
        ),
    ):
        sample.write("sample_lecture/picture.py", code)
        assert found(notes_rule.notes_resolve) == faults


def test_a_drawing_is_named_by_module_and_function(sample):
    sample.write("sample_lecture/notes.md", NOTES + "```{drawing} picture\n```\n")
    assert found(notes_rule.notes_resolve) == [
        "the notes ask for the drawing 'picture', expected package.module:function"
    ]


def test_what_other_extensions_and_the_web_offer_is_left_alone(sample):
    sample.write("sample_lecture/coin.png", "")
    more = "![A](coin.png) ![B](https://example.org/b.png)\n\n```{table} T\n```\n\n{py:func}`cs25.run`\n"
    sample.write("sample_lecture/notes.md", NOTES + more)
    assert found(notes_rule.notes_resolve) == []


def test_every_kind_of_parameter_takes_what_it_declares(sample):
    kinds = COIN.replace(
        "*, tosses",
        """*, rate: Annotated[float, Interval(gt=0, lt=1)] = 0.5, flag: bool = False,
         word: Annotated[str, MinLen(2), MaxLen(4)] = "abc", step: Literal[1, 2, "x"] = 1,
         sizes: Annotated[tuple[Annotated[int, Interval(ge=0)], ...], MinLen(1)] = (1,),
         pair: tuple[float, str] = (1.0, "a"), even: Annotated[int, MultipleOf(2)] = 2,
         free: int = 0, tosses""",
    ).replace("import Interval", "import Interval, MaxLen, MinLen, MultipleOf")
    sample.write("sample_lecture/coin.py", kinds)
    assert found(parameter_rule.parameters_take_what_they_declare) == []


@pytest.mark.parametrize(
    ("lies", "message"),
    [
        ({"ge": None}, "takes '0' as 0, which is beyond what it declares"),
        ({"le": 8}, "refuses 9, which it declares"),
        ({"kind": "float"}, "reads '1' as 1.0, not 1"),
    ],
)
def test_a_parser_that_reads_an_annotation_wrongly_is_found(sample, monkeypatch, lies, message):
    from cs25 import parameters

    read = parameters._read_type

    def misread(hint):
        right = read(hint)
        return right if right.kind != "int" or right.le is None else type(right)(
            **{**vars(right), **lies}
        )  # fmt: skip

    monkeypatch.setattr(parameters, "_read_type", misread)
    sample.write("sample_lecture/coin.py", COIN.replace("le=9)] = 9", "le=9)] = 5"))
    faults = found(parameter_rule.parameters_take_what_they_declare)
    assert any(message in fault for fault in faults), faults


WILD = '''
import os, random, socket
from cs25 import Measure, RequirementError, Result

def raises(*, seed: int = 0) -> Result:
    """Raise."""
    raise ValueError("no idea")

def crashes(*, seed: int = 0) -> Result:
    """End the process."""
    os._exit(9)

def lacks(*, seed: int = 0) -> Result:
    """Ask for what is not there."""
    raise RequirementError("model x is not here", remedy="Fetch it.")

def hashes(*, seed: int = 0) -> Result:
    """Let the order of a set decide."""
    return Result({"heads": Measure(list({"a", "b", "c", "d", "e", "f", "g"}).index("a"))})

def phones(*, seed: int = 0) -> Result:
    """Ask the network, and hide that it did not answer."""
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except OSError:
        pass
    socket.getaddrinfo("localhost", 80)
    return Result({"heads": Measure(1)})

def leaks(*, seed: int = 0) -> Result:
    """Use the global generator."""
    random.seed(seed)
    return Result({"tails": Measure(random.random())})

def mute(results, control):
    from matplotlib.figure import Figure
    figure = Figure()
    figure.add_subplot()
    return figure

def torn(results, control):
    raise KeyError("axes")
'''


def test_every_way_a_run_can_break_the_contract_is_found(sample):
    def demo(name: str, extra: str = "") -> str:
        return (
            f'Demo("{name}", run="sample_lecture.wild:{name}", summary="{name}", '
            f'measures={{"heads": "share"}}, presets={{"smoke": {{}}}}, {extra})'
        )

    claim = 'claims=(Claim("fair", "It is", metric="heads", holds=AtLeast(0)),)'
    demos = ", ".join(
        [
            demo("raises"),
            demo("crashes"),
            demo("lacks"),
            demo("hashes", 'figure="sample_lecture.wild:mute"'),
            demo("phones", 'figure="sample_lecture.wild:torn"'),
            demo("leaks", claim),
            'Demo("gone", run="sample_lecture.nowhere:f", summary="gone", presets={"smoke": {}})',
        ]
    )
    head = CARD.partition("demos=")[0]
    sample.write("sample_lecture/__init__.py", f"{head}demos=({demos},))\n")
    sample.write("sample_lecture/wild.py", WILD)
    with Subject(load_plugin("sample")) as subject:
        outcomes = {name: getattr(run_rules, name).apply(subject) for name in run_rules.__all__}
    told = {name: [fault.found for fault in o.faults] for name, o in outcomes.items()}
    assert told["demos_run"] == [
        "raises: sample_lecture.wild:raises raised ValueError: no idea (wild.py:7)",
        "crashes: its process ended with exit code 9",
        "lacks: model x is not here",
        "gone: sample_lecture.nowhere cannot be imported: ModuleNotFoundError: "
        "No module named 'sample_lecture.nowhere'",
    ]
    assert [fault.is_note for fault in outcomes["demos_run"].faults] == [False, False, True, False]
    (difference,) = told["seeds_repeat"]
    assert difference.startswith("hashes: seed 0 gave measures.heads.value = ")
    assert told["figures_draw"] == [
        "hashes: its figure has no alternative text",
        "phones: its figure cannot be drawn: sample_lecture.wild.torn: drawing the figure failed: "
        "KeyError: 'axes'",
    ]
    assert told["network_is_not_needed"] == ["phones: it asked for 192.0.2.1"]
    assert told["generators_are_left_alone"] == ["leaks: the global generator of random is changed"]
    assert told["measures_are_there"] == [
        "leaks: claim 'fair' is decided by 'heads', which the result does not have "
        "(there is: tails)",
        "leaks: the card does not say what 'tails' means",
    ]
    assert told["results_survive_json"] == []


def test_a_claim_that_the_control_supports_is_named(sample):
    plugin = load_plugin("sample")
    (demo,) = plugin.card().demos
    path = bundle_path(plugin, demo)
    assert path is not None

    def record(*control: float) -> None:
        results = tuple(Result({"heads": Measure(value)}) for value in control)
        one = Result({"heads": Measure(0.5)})
        recording = Recording({}, {}, (100,), (one,), results, {"code": {}, "data": {}})
        write_bundle(path, Bundle("sample", "coin", {}, {"default": recording}))

    record(0.0)
    assert found(record_rules.control_supports_no_claim) == []
    record(0.4)
    (fault,) = found(record_rules.control_supports_no_claim)
    assert fault == "coin (default): claim 'fair' holds under the control, too"
    record()
    (fault,) = found(record_rules.control_supports_no_claim)
    assert fault == "coin (default): recorded without its control 'edge'"


def test_what_an_installed_distribution_lacks_is_named(sample):
    record = sample.folder / "sample_lecture-1.0.dist-info" / "RECORD"
    record.write_text("sample_lecture/__init__.py,,\nsample_lecture/notes.md,,\n", encoding="utf-8")
    assert found(wheel_rule.wheel_is_complete) == [
        "what is installed has no sample_lecture/tests, the tests"
    ]
    with record.open("a", encoding="utf-8") as file:
        file.write("sample_lecture/tests/__init__.py,,\n")
    assert found(wheel_rule.wheel_is_complete) == []
    card = CARD.replace('notes="notes.md"', 'notes=("notes.md", "more.md")')
    sample.write("sample_lecture/__init__.py", card)
    assert found(wheel_rule.wheel_is_complete) == [
        "what is installed has no sample_lecture/more.md, the notes"
    ]


def test_a_source_tree_is_built_and_looked_into(sample: object, shelf):
    pyproject = Path(__file__).parent / "outsider" / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").replace("cs25-pi", "Sample.Lecture")
    text = text.replace(
        'include = ["cs25_pi.py"]', 'packages = ["sample_lecture"]\nexclude = ["*.md"]'
    )
    shelf.write("pyproject.toml", text)
    (fault,) = found(wheel_rule.wheel_is_complete)
    assert fault.endswith(".whl has no sample_lecture/notes.md, the notes")
    shelf.write("pyproject.toml", text.replace('exclude = ["*.md"]', ""))
    assert found(wheel_rule.wheel_is_complete) == []


def test_the_pytest_plugin_makes_a_test_of_each_rule(sample, pytester_run):
    sample.write("sample_lecture/__init__.py", CARD.replace('tests="sample_lecture.tests",', ""))
    code, out = pytester_run(
        'pytest_plugins = ["cs25.testing"]',
        "def test_contract(contract):\n    contract('sample')\n",
    )
    assert code == 1
    assert f"1 failed, {len(RULES) - 3} passed, 2 skipped" in out
    assert "card: The card validates" in out
    assert "the card names no tests" in out
    assert "coin (default): not recorded" in out  # the reason of a skip


def test_the_pytest_plugin_leaves_other_tests_alone_and_imports_nothing_heavy(pytester_run):
    test = "import sys\ndef test_it():\n    assert not {'torch', 'hypothesis.strategies', 'rich'} & set(sys.modules)\n"
    code, out = pytester_run('pytest_plugins = ["cs25.testing"]', test)
    assert code == 0, out


@pytest.fixture
def pytester_run(tmp_path):
    """Run pytest as an author does, in a project of its own."""

    def run(conftest: str, test: str) -> tuple[int, str]:
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "conftest.py").write_text(conftest, encoding="utf-8")
        (folder / "test_it.py").write_text(test, encoding="utf-8")
        path = os.pathsep.join(filter(None, sys.path))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-rs", "-q", "-p", "no:cacheprovider"],
            cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run
