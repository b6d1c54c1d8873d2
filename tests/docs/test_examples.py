"""Every example in Python or TOML that the book shows works, and so does every doctest."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import tomllib
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest
from models import model_at_hand

import cs25
from cs25.plugins import ready

DOCS = Path(__file__).parents[2] / "docs"
FENCES = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)

PAGES = {
    str(path.relative_to(DOCS)): FENCES.findall(path.read_text(encoding="utf-8"))
    for path in sorted(DOCS.rglob("*.md"))
    if len(path.relative_to(DOCS).parts) < 3 or path.parent.name == "hooks"
}


def modules(package: ModuleType) -> list[str]:
    """Return a package's modules, without its tests."""
    below = pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}.")
    names = [module.name for module in below if "tests" not in module.name.split(".")]
    return [package.__name__, *(name for name in names if not name.endswith("__main__"))]


CODE = [
    *modules(cs25),
    *(name for plugin in ready() for name in modules(importlib.import_module(plugin.package))),
]


def with_language(*languages: str) -> list[str]:
    return [page for page, blocks in PAGES.items() if {kind for kind, _ in blocks} & {*languages}]


@pytest.mark.parametrize("page", with_language("pycon"))
def test_the_dialogues_of_a_page_say_what_python_says(page):
    blocks = "\n".join(block for kind, block in PAGES[page] if kind == "pycon")
    test = doctest.DocTestParser().get_doctest(blocks, {}, page, page, 0)
    assert test.examples
    report: list[str] = []
    with model_at_hand("smollm2-135m") if "smollm2" in blocks else nullcontext():
        doctest.DocTestRunner().run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", with_language("python"))
def test_the_python_of_a_page_runs(page):
    for kind, block in PAGES[page]:
        if kind == "python":
            exec(compile(block, page, "exec"), {})


@pytest.mark.parametrize("page", with_language("toml"))
def test_the_toml_of_a_page_is_toml(page):
    for kind, block in PAGES[page]:
        if kind == "toml":
            assert tomllib.loads(block)


@pytest.mark.parametrize("name", CODE)
def test_the_doctests_of_a_module_pass(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
