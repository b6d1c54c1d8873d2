"""The tutorial, followed to the letter in a fresh environment: every file written, every line run."""

import json
import os
import re
import shlex
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs" / "tutorial"
PAGE = (DOCS / "first-lecture.md").read_text(encoding="utf-8")
DISTRIBUTION = "cs25-scaled-attention"
PACKAGE = "cs25_scaled_attention"
BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"^:([\w-]+): [\"`]*(.*?)\"?\n", re.MULTILINE)


def steps() -> Iterator[tuple[str, str]]:
    """Yield what the page asks for: the name of a file and a piece of it, or "$" and a line."""
    for kind, argument, body in BLOCK.findall(PAGE):
        options = dict(OPTION.findall(body))
        if kind == "console":
            yield from (("$", line) for line in re.findall(r"^\$ (.*)", body, re.MULTILINE))
        elif kind == "{code-block}":
            yield options["caption"], OPTION.sub("", body).lstrip()
        elif kind == "{literalinclude}":
            text = (DOCS / argument).read_text(encoding="utf-8")
            yield options["caption"], piece(text, options)


def piece(text: str, options: dict[str, str]) -> str:
    if "pyobject" in options:
        found = re.search(rf"^def {options['pyobject']}\(.*?(?=^def |\Z)", text, re.DOTALL | re.M)
        assert found is not None
        return found[0]
    return text.partition(options.get("end-before", "\0"))[0]


class Newcomer:
    """Somebody in an empty folder who does what the page says."""

    def __init__(self, desk: Path, environment) -> None:
        self.desk = desk
        self.environment = environment

    def write(self, name: str, text: str) -> None:
        name, _, continued = name.partition("`")
        with (self.desk / DISTRIBUTION / name).open("a" if continued else "w") as file:
            file.write(text)

    def type(self, line: str) -> str:
        words = shlex.split(line)
        if words[0] in ("mkdir", "touch"):
            subprocess.run(words, cwd=self.desk, check=True)
            return ""
        if line.startswith("python -m pip install -e"):
            return self.install_for_editing()
        if line.startswith("python -m pip wheel"):
            words[4:4] = ["--no-build-isolation", "--no-index", "--no-cache-dir", "--quiet"]
        if line == "cs25 docs open":
            return ""  # a browser is nothing for a test
        # The course's own lecture takes most of the time; `tests/docs` builds the book with it.
        variables = {"CS25_DISABLE": "emergence"} if words[1] == "docs" else {}
        said = self.environment.run(*words, cwd=self.desk, **variables)
        assert said.returncode == 0, (line, said.stdout, said.stderr)
        return said.stdout

    def install_for_editing(self) -> str:
        """Leave what -e leaves: the entry point is installed, the code stays where it is."""
        self.environment.install(self.desk / DISTRIBUTION)
        base = {"base": str(self.environment.folder)}
        site = Path(sysconfig.get_path("purelib", vars=base))
        (site / PACKAGE).rename(self.desk / "unused")
        (site / f"{PACKAGE}.pth").write_text(f"{self.desk / DISTRIBUTION}\n", encoding="utf-8")
        return ""


@pytest.fixture(scope="module")
def followed(environment, tmp_path_factory):
    """What each line of the page printed, and the newcomer's folder at the end."""
    newcomer = Newcomer(tmp_path_factory.mktemp("newcomer"), environment)
    printed = {}
    for name, text in steps():
        if name == "$":
            printed[text] = newcomer.type(text)
        else:
            newcomer.write(name, text)
    return printed, newcomer.desk


def test_the_files_of_the_page_are_those_of_the_example(followed):
    _, desk = followed
    shown = [path.relative_to(DOCS / "example") for path in (DOCS / "example").rglob("*.*")]
    shown = [path for path in shown if path.suffix != ".pyc"]
    assert len(shown) == 6
    for path in shown:
        written = (desk / DISTRIBUTION / path).read_text(encoding="utf-8")
        assert written == (DOCS / "example" / path).read_text(encoding="utf-8"), path


def test_each_line_does_what_the_page_says_of_it(followed):
    printed, desk = followed
    assert "Why attention divides by its" in printed["cs25 list"]  # width, on the next line
    run = "cs25 run scaled-attention saturation"
    assert printed[run].count("~ inconclusive") == 2
    assert printed[f"{run} --seeds 3"].count("✔ supported") == 2
    assert printed[f"{run} --control"].count("criterion missed") == 2
    assert printed[f"{run} --d-head 64"].count("no verdict") == 2
    notes = printed["cs25 notes scaled-attention"]
    assert notes.count("[no value") == notes.count("supported") == 2
    assert "4 passed" in printed["cs25 test scaled-attention"]
    checked = printed["cs25 check scaled-attention"]
    assert "15 passed, 1 noted" in checked
    assert "! noted   recorded" in checked
    assert "every recorded result is current" in printed["cs25 record scaled-attention --check"]
    assert printed["cs25 claims scaled-attention"].count("✔ supported") == 2
    results = desk / DISTRIBUTION / PACKAGE / "results"
    assert [path.name for path in results.iterdir()] == ["saturation.json"]


def test_the_book_has_the_lectures_pages_with_its_numbers(followed):
    printed, _ = followed
    pages = Path(printed["cs25 docs build"].strip()).parent / "lectures" / "scaled-attention"
    notes = (pages / "index.html").read_text(encoding="utf-8")
    assert "Why attention divides by the root of its width" in notes
    assert notes.count("supported") >= 2
    assert "no value" not in notes
    assert (pages / "demos" / "saturation.html").is_file()


def test_the_published_wheel_is_all_that_a_reader_needs(followed, environment):
    _, desk = followed
    (wheel,) = (desk / "dist").iterdir()
    environment.install(wheel)
    (desk / DISTRIBUTION).rename(desk / "away")
    said = environment.run("cs25", "check", "scaled-attention", "--json", cwd=desk)
    rules = json.loads(said.stdout)["contract"]["rules"]
    assert {rule["state"] for rule in rules} == {"passed"}
    where = environment.run(
        "python", "-c", f"import cs25, {PACKAGE} as a; print(cs25.__file__, a.__file__)", cwd=desk
    ).stdout
    assert where.count(f"{environment.folder}{os.sep}") == 2  # nothing comes from this checkout
