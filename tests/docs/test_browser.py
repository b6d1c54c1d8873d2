"""The course reference in a browser: from the file system, on a desktop and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from cs25.plugins import ready

LECTURE = next(plugin.card() for plugin in ready() if plugin.distribution == "cs25")
DEMO = f"lectures/{LECTURE.id}/demos/{LECTURE.demos[0].id}"
PAGES = (
    "index",
    f"lectures/{LECTURE.id}/index",
    DEMO,
    f"lectures/{LECTURE.id}/api/index",
    "claims",
    "gallery",
    "running-times",
    "reference/command-line",
    "search",
)
DESKTOP, PHONE = 1280, 390

#: A browser without a sandbox, a graphics card or anything that it does on its own account.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@dataclass
class Opened:
    """A page of the book, and everything that went wrong or left the file system."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        message = "no chromium is installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, book: Path):
    """Open a page of the book by its name without suffix; what follows is a part of its address."""
    contexts = []

    def opened(
        name: str,
        rest: str = "",
        *,
        width: int = DESKTOP,
        scheme: str = "light",
        script: bool = True,
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(context)
        found = Opened(context.new_page())
        page = found.page
        page.on("console", lambda m: m.type == "error" and found.errors.append(m.text))
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("requestfailed", lambda request: found.errors.append(f"no {request.url}"))
        page.goto((book / f"{name}.html").as_uri() + rest)
        return found

    yield opened
    for context in contexts:
        context.close()


def is_too_wide(page: Page) -> bool:
    """Whether the page, or the theme's own frame for its text, has to be moved sideways."""
    frames = page.locator("html, .content")
    return bool(frames.evaluate_all("all => all.some(e => e.scrollWidth > e.clientWidth)"))


def findings(page: Page) -> list[str]:
    """Return what axe finds serious or worse, each with the first element it concerns."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{finding['id']}: {finding['nodes'][0]['html'][:200]} ({len(finding['nodes'])} in all)"
        for finding in found
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_and_accessible(visit, name, width, scheme):
    opened = visit(name, width=width, scheme=scheme)
    assert opened.requests
    assert opened.errors == []
    assert opened.outside == []
    assert not is_too_wide(opened.page)
    assert findings(opened.page) == []


def test_no_page_leaves_the_file_system_or_is_wider_than_a_phone(visit, book):
    names = [path.relative_to(book).with_suffix("").as_posix() for path in book.rglob("*.html")]
    assert len(names) > 20
    opened = visit("index", width=PHONE)
    too_wide = []
    for name in names:
        opened.page.goto((book / f"{name}.html").as_uri())
        if is_too_wide(opened.page):
            too_wide.append(name)
    assert too_wide == []
    assert opened.errors == []
    assert opened.outside == []


def test_the_page_of_results_can_be_asked_from(visit):
    opened = visit("search", width=PHONE)
    field_ = opened.page.get_by_label("find")
    field_.fill(LECTURE.demos[0].id)
    field_.press("Enter")
    opened.page.wait_for_selector("ul.search li a")
    assert opened.page.get_by_label("find").count() == 0
    assert opened.errors == []


def test_measures_are_not_wider_than_a_phone(visit):
    wrappers = visit(DEMO, width=PHONE).page.locator(".table-wrapper:has(> table.cs25-measures)")
    widths = wrappers.evaluate_all("all => all.map(e => [e.scrollWidth, e.clientWidth])")
    assert widths
    assert all(content <= frame for content, frame in widths)


def test_a_printed_page_is_light_and_without_navigation(visit):
    page = visit(DEMO, scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("figure img.only-light").first.is_visible()
    assert not page.locator("figure img.only-dark").first.is_visible()
    assert not page.locator(".sidebar-drawer").is_visible()
    color = page.locator("article .cs25-summary").first.evaluate("p => getComputedStyle(p).color")
    assert max(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")) < 90
    # Its rows stand as close as on the screen: text keeps no line breaks of its source.
    cell = page.locator("table.cs25-measures td").first
    assert cell.evaluate("cell => getComputedStyle(cell).whiteSpace") == "normal"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_is_drawn_for_the_readers_colours(visit, scheme):
    page = visit(DEMO, scheme=scheme).page
    other = "dark" if scheme == "light" else "light"
    assert page.locator(f"figure img.only-{scheme}").first.is_visible()
    assert not page.locator(f"figure img.only-{other}").first.is_visible()
    drawn = page.locator(f"figure img.only-{scheme}").first
    assert drawn.evaluate("image => image.naturalWidth") > 0
    assert drawn.get_attribute("alt")


def test_formulas_are_laid_out(visit):
    page = visit(f"lectures/{LECTURE.id}/index").page
    heights = page.locator("math").evaluate_all("all => all.map(m => m.clientHeight)")
    assert heights
    assert min(heights) > 5


@pytest.fixture
def ledger(visit) -> Page:
    return visit("claims").page


def rows(page: Page) -> Locator:
    return page.locator("table.cs25-ledger tbody tr:visible")


def count(page: Page) -> str:
    return page.locator(".cs25-count").inner_text()


def test_the_filter_leaves_the_claims_that_have_all_words_and_counts_them(ledger):
    n_claims = rows(ledger).count()
    assert count(ledger) == f"{n_claims} of {n_claims} claims"
    ledger.get_by_label("find").fill("MODEL loss")
    left = [row.lower() for row in rows(ledger).all_inner_texts()]
    assert 0 < len(left) < n_claims
    assert all("model" in row and "loss" in row for row in left)
    assert count(ledger) == f"{len(left)} of {n_claims} claims"
    assert ledger.locator(".cs25-count").get_attribute("role") == "status"
    ledger.get_by_role("button", name="show all").click()
    expect(rows(ledger)).to_have_count(n_claims)  # the page shows them after the click has ended


def test_the_filter_by_verdict_stays_when_the_page_is_read_again(ledger):
    n_claims = rows(ledger).count()
    ledger.get_by_label("verdict").select_option("inconclusive")
    left = rows(ledger).count()
    assert 0 < left < n_claims
    ledger.reload()
    assert rows(ledger).count() == left
    verdicts = rows(ledger).evaluate_all("rows => rows.map(row => row.dataset.verdict)")
    assert set(verdicts) == {"inconclusive"}


def numbers(page: Page, column: int) -> list[float | None]:
    """Return what the rows are sorted by, in the order they stand."""
    cells = page.locator(f"table.cs25-ledger tbody td:nth-child({column + 1})")
    sort = cells.evaluate_all("cells => cells.map(cell => cell.dataset.sort ?? null)")
    return [None if value is None else float(value) for value in sort]


@pytest.mark.parametrize("name", ["measured", "published"])
def test_a_click_on_a_heading_sorts_by_number_and_another_one_turns_it_round(ledger, name):
    headings = ledger.locator("table.cs25-ledger th")
    column = [text.split()[0] for text in headings.all_inner_texts()].index(name)
    heading = headings.nth(column)
    before = [number for number in numbers(ledger, column) if number is not None]
    assert before != sorted(before)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    n_known = len(before)  # what has no number comes last, whichever way round
    assert numbers(ledger, column)[:n_known] == sorted(before)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert numbers(ledger, column)[:n_known] == sorted(before, reverse=True)


def test_the_ledger_is_complete_without_a_script(visit):
    with_script = rows(visit("claims").page).count()
    page = visit("claims", script=False).page
    assert rows(page).count() == with_script
    assert page.locator("form.cs25-filter").count() == 0


def test_the_search_finds_a_word_of_the_notes(visit):
    opened = visit("index")
    field_ = opened.page.get_by_role("textbox", name="Search").first
    field_.fill(LECTURE.demos[0].id)
    field_.press("Enter")
    opened.page.wait_for_selector("ul.search li a")
    targets = opened.page.locator("ul.search li a").evaluate_all("all => all.map(a => a.href)")
    assert any(f"/lectures/{LECTURE.id}/" in target for target in targets)
    assert opened.errors == []
    assert opened.outside == []
