"""The program: the group of commands, and its end.

This module is the one place where errors become messages and exit codes:

====  ==========================================================================================
0     done; also when the reader of a pipe has gone away
1     a demo failed, a test failed, ``record --check`` found something stale, ``doctor`` found an
      error, the course reference cannot be built, or ``--strict`` and a claim is contradicted
2     what was typed cannot be done
3     the lecture is broken, invalid or incompatible
4     something is missing that the demo needs
130   interrupted
====  ==========================================================================================
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from cs25.cli.group import LazyGroup
from cs25.cli.options import ReaderGone, common_options
from cs25.errors import Cs25Error

__all__ = ["cli", "main"]

#: Where to look when something else than a `Cs25Error` reaches the user.
ISSUE_HINT = "This is a fault of cs25: please report it with the output of --traceback."


def _name_files(ctx: click.Context, parameter: click.Parameter, paths: Sequence[Path]) -> None:
    if paths:
        from cs25.single_file import files_named

        ctx.with_resource(files_named(paths))


@click.group(
    cls=LazyGroup,
    context_settings={
        "auto_envvar_prefix": "CS25",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(package_name="cs25", message="cs25 %(version)s")
@click.option(
    "--plugin",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    is_eager=True,  # before --help, which shows the commands of plugins
    expose_value=False,
    callback=_name_files,
    help="A lecture's file, found without being installed; may be repeated.",
)
@common_options
def cli() -> None:
    """Notes you can run: a companion to Stanford's CS25 lectures.

    Every statement of a lecture that can be tried is a claim, decided by a real experiment.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    wants_traceback = "--traceback" in words or os.environ.get("CS25_TRACEBACK", "") not in (
        "",
        "0",
    )
    if sys.stdout is None:  # closed by whoever started us, who wants nothing of it
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # as long as the program runs
    try:
        code = cli.main(args=words, prog_name="cs25", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except Cs25Error as error:
        return _fail(str(error), error.exit_code, wants_traceback)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return _fail(error.format_message() + _hint(error), error.exit_code, wants_traceback)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted; what had ended is kept", 130, show_traceback=False)
    except (BrokenPipeError, ReaderGone):
        _give_up_stdout()  # the reader has what it wanted
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            return _fail(f"{type(error).__name__}: {error}\n{ISSUE_HINT}", 1, wants_traceback)
        _give_up_stdout()
        return _fail("what was to be printed cannot be written: no space left", 1, wants_traceback)
    except Exception as error:
        return _fail(f"{type(error).__name__}: {error}\n{ISSUE_HINT}", 1, wants_traceback)


def _hint(error: click.ClickException) -> str:
    """Return where to look after something was typed that cannot be."""
    if error.exit_code != 2:
        return ""
    if isinstance(error, click.NoSuchOption) and error.option_name == "--plugin":
        return "\n`--plugin` stands before the command: `cs25 --plugin FILE list`."
    context = getattr(error, "ctx", None)  # usage errors have one
    return f"\n`{context.command_path if context else 'cs25'} --help` shows what there is."


def _give_up_stdout() -> None:
    """Let what is still to be written go nowhere: Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int, show_traceback: bool) -> int:
    if show_traceback:
        traceback.print_exc()
    print(f"cs25: {message}", file=sys.stderr)
    return code
