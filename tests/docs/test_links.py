"""No link of the book is dead, and nothing that a page loads comes from a network."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

#: What a browser fetches by itself, by tag.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Links(HTMLParser):
    """Collects what a page links to, what it loads, and the places it offers."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors = {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        self.links += [values[name] for name in ("href", "src") if name in values]
        if LOADED.get(tag) in values:
            self.loaded.append(values[LOADED[tag]])


@pytest.fixture(scope="module")
def pages(book: Path) -> dict[Path, Links]:
    found = {path: Links(path) for path in sorted(book.rglob("*.html"))}
    assert book / "index.html" in found
    return found


def test_every_link_within_the_book_has_a_target(pages, book):
    dead = []
    for page, found in pages.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            there = target in pages and unquote(parts.fragment) in pages[target].anchors
            if not (there if target.suffix == ".html" else target.is_file()):
                dead.append(f"{page.relative_to(book)}: {link}")
    assert dead == []


def test_nothing_is_loaded_from_a_network(pages):
    foreign = {link for found in pages.values() for link in found.loaded if urlsplit(link).netloc}
    assert foreign == set()


def test_every_page_can_be_reached_from_the_first(pages, book):
    seen, waiting = set(), [book / "index.html"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in pages[page].links:
            target = (page.parent / unquote(urlsplit(link).path)).resolve()
            if not urlsplit(link).scheme and target in pages:
                waiting.append(target)
    overview = book / "_modules" / "index.html"  # of all sources; Sphinx links each by itself
    assert set(pages) - seen - {overview} == set()
