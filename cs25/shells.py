"""The shells that completion is offered for, and what each needs to hear."""

from __future__ import annotations

from pathlib import Path

__all__ = ["LINES", "is_installed"]

#: What each shell's start-up file has to say, and which file that is.
LINES = {
    "bash": ('eval "$(_CS25_COMPLETE=bash_source cs25)"', "~/.bashrc"),
    "zsh": ('eval "$(_CS25_COMPLETE=zsh_source cs25)"', "~/.zshrc"),
    "fish": ("_CS25_COMPLETE=fish_source cs25 | source", "~/.config/fish/completions/cs25.fish"),
}


def is_installed(shell: str) -> bool:
    """Whether a shell's start-up file asks for completion."""
    file = Path(LINES[shell][1]).expanduser()
    return file.is_file() and "_CS25_COMPLETE" in file.read_text(errors="replace")
