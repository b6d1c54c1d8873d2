"""The search index as a full build writes it, whichever pages a build has written.

Sphinx makes it from the last one and from the pages that are written again. It does not read the
last one's index entries back, so those of all other pages are lost, and it keeps words that are on
no page any more. Both are set right here, from what the environment knows of every page.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.index_entries import split_index_msg

from cs25.destination import write_whole

__all__ = ["complete_search_index"]


def complete_search_index(app: Sphinx, failure: Exception | None) -> None:
    """Write the search index anew, complete, once Sphinx has written its own."""
    builder = app.builder
    if failure is not None or not isinstance(builder, StandaloneHTMLBuilder):
        return
    if not builder.search or not builder.indexer_dumps_unicode:  # none, or not in JSON
        return
    path = builder.outdir / builder.searchindex_filename
    with path.open(encoding="utf-8") as file:
        index: dict[str, Any] = builder.indexer_format.load(file)
    index["indexentries"] = _entries(app.env, index["docnames"])
    for kind in ("terms", "titleterms"):
        index[kind] = {word: places for word, places in index[kind].items() if places != []}
    write_whole(path, builder.indexer_format.dumps(index))


def _entries(env: BuildEnvironment, docnames: list[str]) -> dict[str, list[tuple[int, str, bool]]]:
    """Return where each entry of the general index leads to: page, place, is it the main one."""
    found: dict[str, list[tuple[int, str, bool]]] = {}
    entries = env.domains.index_domain.entries
    for number, docname in enumerate(docnames):
        places = {
            (word, place, main)
            for kind, text, place, main, _ in entries.get(docname, ())
            for word in split_index_msg(kind, text)
        }
        for word, place, main in sorted(places):
            found.setdefault(word.lower(), []).append((number, place, main == "main"))
    return found
