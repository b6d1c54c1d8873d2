"""Hooks, names, commands, options, exit codes, errors and variables are documented as they are."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sphinx.util.inventory import InventoryFile

import cs25
import cs25.nn
from cs25 import errors, hookspecs
from cs25.cli import cli, program
from cs25.plugins import State
from cs25.testing.contract import RULES

ROOT = Path(__file__).parents[2]
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("cs25_"))


@pytest.fixture(scope="session")
def documented(book):
    """The names that the book documents, by kind."""
    inventory = InventoryFile.loads((book / "objects.inv").read_bytes(), uri="").data
    return {kind: set(names) for kind, names in inventory.items()}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_with_its_true_signature(name, page):
    signature = str(inspect.signature(getattr(hookspecs, name)))
    plain = signature.replace("'", "").replace("->", "→")
    shown = page(f"reference/hooks/{name}").signature(f"cs25.hookspecs.{name}")
    assert shown == f"cs25.hookspecs.{name}{plain}"


def test_the_table_of_hooks_has_them_all(page):
    rows = page("reference/hooks/index").table("what-each-hook-is-for")
    assert sorted(row[0].removesuffix("()") for row in rows) == HOOKS


@pytest.mark.parametrize("module", [cs25, cs25.nn], ids=lambda module: module.__name__)
def test_every_public_name_is_documented(module, documented):
    names = {name for kind, found in documented.items() if kind.startswith("py:") for name in found}
    assert {f"{module.__name__}.{name}" for name in module.__all__} - names == set()


def commands() -> Iterator[tuple[list[str], click.Command]]:
    def below(path: list[str], command: click.Command) -> Iterator[tuple[list[str], click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=path[-1])
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from below([*path, name], found)

    return below(["cs25"], cli)


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*found, id=" ".join(found[0])) for found in commands()]
)
def test_a_command_is_documented_with_all_its_options(path, command, page):
    section = page("reference/command-line").soup.find("section", id="-".join(path))
    for inner in section.find_all("section", recursive=False):
        inner.extract()  # a command of its own
    shown = {name.get_text() for name in section.select("dl.option dt .sig-name")}
    parameters = [p for p in command.get_params(click.Context(command)) if "--help" not in p.opts]
    options = [p for p in parameters if isinstance(p, click.Option)]
    arguments = {p.human_readable_name for p in parameters if isinstance(p, click.Argument)}
    assert shown == {name for option in options for name in option.opts} | arguments
    words = plain(section.get_text())
    assert plain((command.help or "").split("\n\n")[0]) in words
    assert [option.opts for option in options if plain(option.help or "?") not in words] == []


def plain(text: str) -> str:
    """Return text without the line breaks and the curled quotes that a page gives it."""
    return " ".join(text.replace("’", "'").split())


def test_every_command_with_json_has_a_document(page):
    rows = page("reference/json").table("json")
    shown = {" ".join(word for word in row[0].split()[:-1] if word.islower()) for row in rows}
    there = {
        " ".join(path)
        for path, command in commands()
        if any("--json" in option.opts for option in command.params)
    }
    assert shown == there


def test_the_directives_and_roles_for_notes_are_those_there_are(page):
    setup = (ROOT / "cs25" / "sphinxext" / "__init__.py").read_text(encoding="utf-8")
    there = set(re.findall(r"app\.add_(?:directive|role)\(\"([\w-]+)\"", setup))
    rows = page("guides/writing").table("the-course-s-own-directives-and-roles")
    shown = {match[1] for row in rows if (match := re.match(r"\{([\w-]+)\}", row[0]))}
    assert shown == there - {"lecture-header", "lecture-module"}  # on mounted pages only


def test_exit_codes_are_those_of_the_program_and_of_its_errors(page):
    rows = page("reference/exit-codes").table("exit-codes")
    shown = {int(row[0]) for row in rows}
    in_the_program = {int(code) for code in re.findall(r"^(\d+) ", program.__doc__ or "", re.M)}
    assert shown == in_the_program
    assert {getattr(errors, name).exit_code for name in errors.__all__} <= shown


def test_errors_are_documented_with_what_they_are(page):
    rows = page("reference/errors").table("errors")
    shown = {row[0]: (row[1], int(row[2])) for row in rows}
    there = {
        name: (builtin_of(getattr(errors, name)).__name__, getattr(errors, name).exit_code)
        for name in errors.__all__
    }
    assert shown == there
    assert all(row[3] and row[4] for row in rows)


def builtin_of(kind: type) -> type:
    """Return the built-in that an error specialises: its own, else its parent's."""
    own = [base for base in kind.__bases__ if base.__module__ == "builtins"]
    return own[0] if own else builtin_of(kind.__bases__[0])


def test_the_tree_of_errors_is_that_of_the_code(page):
    drawn = page("reference/errors").soup.find("pre").get_text()
    names = re.compile(r"([│├└─ ]*)(\w+Error)(?: \((\w+)\))?")
    in_the_code = (errors.__doc__ or "").partition("::")[2].partition("A message")[0]
    code = [(len(margin), name, base) for margin, name, base in names.findall(in_the_code)]
    shown = [(len(margin) + 4, name, base) for margin, name, base in names.findall(drawn)]
    assert shown == code


def test_states_of_a_lecture_are_those_there_are(page):
    rows = page("reference/errors").table("states-of-a-lecture")
    assert [row[0] for row in rows] == [state.value for state in State]


def test_every_environment_variable_that_is_read_is_documented(page):
    ours = set()
    for path in (ROOT / "cs25").rglob("*.py"):
        ours |= set(re.findall(r"\"(CS25_[A-Z]+(?:_DIR)?)\"", path.read_text(encoding="utf-8")))
    shown = {row[0] for row in page("reference/environment").table("environment-variables")}
    assert shown == ours | {"NO_COLOR"}


def test_the_variables_of_options_do_what_the_options_do(page, parse, monkeypatch):
    def parsed(words: list[str]) -> dict[str, object]:
        return parse(words, is_whole=False).params

    rows = page("reference/environment").table("options")
    assert len(rows) > 3
    for line, assignment in rows:
        words = line.split()[1:]
        first = next(number for number, word in enumerate(words) if word.startswith("--"))
        name, _, value = assignment.partition("=")
        by_option, by_default = parsed(words), parsed(words[:first])
        monkeypatch.setenv(name, value)
        assert by_default != parsed(words[:first]) == by_option


def test_the_rules_of_the_contract_are_those_there_are(page):
    rows = page("guides/authoring").table("the-contract")
    plain = str.maketrans("‘’", "''")  # the book sets quotation marks
    shown = [(rule, sentence.translate(plain)) for rule, sentence in rows]
    assert shown == [(rule.id, rule.sentence) for rule in RULES]


def test_the_files_of_the_tutorial_have_their_true_names(page):
    """Markdown takes the underscores of ``__init__`` for bold, unless it is told that it is code."""
    example = ROOT / "docs" / "tutorial" / "example"
    captions = page("tutorial/first-lecture").soup.select(".code-block-caption .caption-text")
    shown = {caption.get_text().partition(",")[0] for caption in captions}
    there = (path for path in example.rglob("*.*") if path.suffix != ".pyc" and path.stat().st_size)
    assert shown == {path.relative_to(example).as_posix() for path in there}
