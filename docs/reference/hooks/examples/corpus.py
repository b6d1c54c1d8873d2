"""A lecture that needs a corpus, and says so in `cs25 doctor` if there is none."""

import os
from collections.abc import Sequence
from pathlib import Path

from cs25 import Finding, Lecture, hookimpl


@hookimpl
def cs25_lecture() -> Lecture:
    return Lecture(id="corpus", title="Learning from texts of one's own")


@hookimpl
def cs25_health() -> Sequence[Finding]:
    folder = os.environ.get("CORPUS")
    if not folder:
        return [Finding("corpus", "warning", "none is named", "Set CORPUS to a folder of texts.")]
    texts = sorted(Path(folder).glob("*.txt"))
    if not texts:
        remedy = "Put texts into it, their names ending in .txt."
        return [Finding("corpus", "warning", f"{folder} holds no texts", remedy)]
    return [Finding("corpus", "ok", f"texts in {folder}: {len(texts)}")]
