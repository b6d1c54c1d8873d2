"""The command line. Each command is a module of this package, imported when it runs."""

# The program has a module of its own because `cs25.cli.list`, once imported, is a name in this
# one, where it would hide the builtin.
from cs25.cli.program import cli, main

__all__ = ["cli", "main"]
