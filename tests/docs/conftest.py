"""The course reference, built once for all tests of it; `--book DIR` takes one that is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from bs4 import BeautifulSoup, Tag

from cs25.cli import cli

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--book", type=Path, help="the built HTML, instead of building it")


@pytest.fixture(scope="session")
def parse():
    """Parse a line of cs25, its own name left out, without running it."""

    def parsed(words: list[str], *, is_whole: bool = True) -> click.Context:
        """Return the context of the last command on the line.

        Args:
            words: the line.
            is_whole: whether an argument that is missing is an error.
        """
        context = click.Context(cli, info_name="cs25", auto_envvar_prefix="CS25")
        command: click.Command = cli
        while isinstance(command, click.Group):
            found = command.get_command(context, words[0])
            assert found is not None, words[0]
            name, command, words = words[0], found, words[1:]
            is_group = isinstance(command, click.Group)
            context = command.make_context(
                name,
                [] if is_group else words,
                parent=context,
                resilient_parsing=is_group or not is_whole,
            )
        return context

    return parsed


@pytest.fixture(scope="session")
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the HTML, built as `sphinx-build -W -n` does."""
    given: Path | None = request.config.getoption("--book", default=None)
    if given is not None:
        assert (given / "index.html").is_file(), f"no book in {given}"
        return given.resolve()
    folder = tmp_path_factory.mktemp("book")
    # A copy, because the lectures' pages are written beside the sources.
    shutil.copytree(DOCS, folder / "docs", ignore=_mounted)
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    path = os.pathsep.join(part for part in sys.path if part)
    environment = {**os.environ, "PYTHONPATH": path, "CS25_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q", "docs", "html"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def _mounted(folder: str, names: list[str]) -> list[str]:
    """Name what an earlier build in the checkout has left behind."""
    if Path(folder) == DOCS / "lectures":
        return [name for name in names if name != "index.md"]
    return ["_build"] if Path(folder) == DOCS else []


@dataclass(frozen=True)
class Page:
    """A page of the book."""

    soup: BeautifulSoup

    def table(self, heading: str, number: int = 0) -> list[list[str]]:
        """Return the text of the cells of a table below a heading, without its head."""
        found = self.soup.find("section", id=heading)
        assert isinstance(found, Tag), heading
        body = found.find_all("table")[number].find("tbody")
        return [[_text(cell) for cell in row.find_all("td")] for row in body.find_all("tr")]

    def signature(self, name: str) -> str:
        """Return the signature of a documented name, as it is shown."""
        term = self.soup.find("dt", id=name)
        assert isinstance(term, Tag), name
        for link in term.select("a.headerlink, a:has(.viewcode-link), .viewcode-link"):
            link.decompose()
        return _text(term)


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


@pytest.fixture(scope="session")
def page(book: Path):
    """Read a page of the book, by its name without suffix."""

    def read(name: str) -> Page:
        text = (book / f"{name}.html").read_text(encoding="utf-8")
        return Page(BeautifulSoup(text, "html.parser"))

    return read
