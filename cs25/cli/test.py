"""``cs25 test``: a lecture's own tests, with pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import click

from cs25.cli.options import common_options, complete_lecture, named_plugin
from cs25.errors import UsageError

__all__ = ["command"]


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lecture", shell_complete=complete_lecture)
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
@common_options
@click.pass_context
def command(ctx: click.Context, /, *, lecture: str, pytest_arguments: tuple[str, ...]) -> None:
    """Run a lecture's own tests.

    Further arguments go to pytest, for example -k.
    """
    plugin = named_plugin(lecture)
    tests = plugin.card().tests
    if tests is None:
        raise UsageError(
            f"lecture {lecture!r} ships no tests", remedy="Its card may name them as tests=..."
        )
    # Nothing may be written beside the tests: they lie where the package is installed.
    plain = ("-p", "no:cacheprovider", "--pyargs", tests)
    command_line = [sys.executable, "-m", "pytest", *plain, *pytest_arguments]
    # From an empty folder: the settings and plugins of whatever project the user stands in are
    # not the lecture's.
    with tempfile.TemporaryDirectory(prefix="cs25-test-") as folder:
        path = os.pathsep.join(os.path.abspath(part) for part in sys.path if part)
        code = subprocess.call(command_line, cwd=folder, env={**os.environ, "PYTHONPATH": path})
    ctx.exit(1 if code else 0)  # pytest has codes of its own; a crash gives a negative one
