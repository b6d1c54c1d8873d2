"""What the README shows is what is tested."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
README = HERE.parent / "README.md"


@pytest.mark.parametrize(
    ("language", "file"), [("toml", "pyproject.toml"), ("python", "cs25_pi.py")]
)
def test_the_outsiders_two_files_are_shown_as_they_are_installed(language, file):
    shown = re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == [(HERE / "outsider" / file).read_text(encoding="utf-8")]


def test_every_command_shown_is_one_that_there_is(cs25):
    text = README.read_text(encoding="utf-8")
    commands = set(re.findall(r"^\$ (?:.*&& )?cs25 (\w+)", text, re.MULTILINE))
    assert {"list", "notes", "run", "info", "claims", "doctor"} <= commands
    for name in commands:
        assert cs25(name, "--help").code == 0


def test_the_picture_is_there():
    (picture,) = re.findall(r"!\[.*?\]\((.*?)\)", README.read_text(encoding="utf-8"))
    assert (HERE.parent / picture).read_text(encoding="utf-8").startswith("<svg")
