"""The files that notes refer to: pictures, data to download, code to include."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from cs25.sphinxext.course import Chapter

__all__ = ["assets_of"]

_DIRECTIVE = re.compile(r"\s*\{(figure|image|include|literalinclude|csv-table)\}\s*(\S+)")
_DOWNLOAD = re.compile(r"(?:.*<)?([^<>]+)>?")


def assets_of(chapter: Chapter) -> Iterator[tuple[str, bytes]]:
    """Yield the files below a lecture's package that its notes refer to.

    Returns:
        Name below ``lectures/``, as the notes refer to it from there, and content.
    """
    pages = [page.path for page in chapter.notes]
    for page in chapter.notes:
        for name in sorted(set(_references(page.text))):
            parts = PurePosixPath(name).parts
            is_below = ":" not in name and ".." not in parts and parts[:1] != ("/",)
            path = page.path.parent / name if page.path and is_below else None
            if path and path.is_file() and path not in pages:
                yield f"{chapter.plugin.id}/{name}", path.read_bytes()


def _references(text: str) -> Iterator[str]:
    parser = MarkdownIt().use(colon_fence_plugin).use(front_matter_plugin).use(myst_role_plugin)
    yield from _in(parser.parse(text))


def _in(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            yield unquote(str(token.attrs["src"]))
        elif token.type == "link_open":
            yield unquote(str(token.attrs["href"])).partition("#")[0]
        elif token.type == "myst_role" and token.meta["name"] == "download":
            if found := _DOWNLOAD.fullmatch(token.content.strip()):
                yield found[1].strip()
        elif token.type in ("fence", "colon_fence"):
            if found := _DIRECTIVE.match(token.info):
                yield found[2]
            if token.info.strip().startswith("{"):  # a directive's content may be notes again
                yield from _references(token.content)
        if token.children:
            yield from _in(token.children)
