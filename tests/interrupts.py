"""Ctrl-C in tests, wherever they were started."""

import signal


def heed() -> None:
    """Let a new process heed Ctrl-C: for ``preexec_fn`` of ``subprocess.Popen``.

    What a shell starts in the background ignores it, and so do all processes below.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
