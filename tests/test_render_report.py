"""One HTML file: whole, safe, and readable by machines that read to people."""

import base64
import re
from html.parser import HTMLParser

import pytest

from cs25.render.report import command, render_report

EVIL = "</script><script>alert('x')</script><img src=x onerror=alert(1)> & \"quoted\""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
VOID = {"meta", "img", "source", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page into tags and text, and checks that tags are closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def run(folder=None, **more):
    figures = []
    if folder is not None:
        for theme in ("light", "dark"):
            (folder / f"{theme}.svg").write_text(SVG.replace("svg>", f"svg><!-- {theme} -->", 1))
            path = str(folder / f"{theme}.svg")
            figures.append({"path": path, "alt": "Loss <falls>", "theme": theme})
    claim = {
        "id": "c",
        "statement": "Loss falls",
        "criterion": "error at most 0.2",
        "measured": 0.0871,
        "low": 0.0523,
        "high": 0.1219,
        "met": True,
        "verdict": "supported",
        "paper": {"value": 0.076, "what": "exponent", "source": "Kaplan et al. 2020"},
    }
    error = {"value": 0.0871, "unit": "nats", "low": 0.0523, "high": 0.1219, "n": 3}
    return {
        "lecture": "emergence",
        "demo": "scaling-law",
        "state": "done",
        "summary": "Loss against size",
        "changed": {"steps": 9},
        "parameters": {"steps": 9},
        "seeds": [0, 1, 2],
        "duration_s": 38.2,
        "measures": {"error": {**error, "per_seed": [], "meaning": "of the fit"}},
        "tables": [{"name": "models", "columns": ["n", "kind"], "rows": [[10_000, "a"]]}],
        "figures": figures,
        "claims": [claim],
        "manifest": {"versions": {"torch": "2.13.0"}, "threads": 2},
        **more,
    }


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    failed = {"lecture": "emergence", "demo": "mirage", "state": "failed", "error": "it broke"}
    return Page(render_report([run(folder), failed], title="Emergence"))


def test_numbers_verdicts_and_provenance_are_on_the_page(page):
    for words in (
        "emergence · scaling-law",
        "seeds 0, 1, 2 · 38.2 s",
        "cs25 run emergence scaling-law --steps 9 --seeds 3",
        "✔ supported Loss falls",
        "measured 0.087 [0.052, 0.122]",
        "published 0.076 exponent (Kaplan et al. 2020)",
        "10,000",
        "versions.torch 2.13.0",
        "failed : it broke",
        "✔ 1 supported",
    ):
        assert words in page.text


def test_a_column_with_nothing_in_it_is_left_out(page):
    assert "95 % interval unit seeds meaning" in page.text
    exact = {"value": 2.0, "unit": "", "low": 2.0, "high": 2.0, "n": 1, "per_seed": [2.0]}
    bare = Page(render_report([run(measures={"exact": exact})], title="t"))
    assert "measure value unit meaning exact 2" in bare.text


def test_nothing_is_fetched(page):
    addresses = [a.get(key) for _, a in page.tags for key in ("src", "srcset", "href") if key in a]
    assert all(re.match(r"data:|#", address) for address in addresses)
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'")
    assert not page.all("script")
    assert not page.all("link")


def test_the_figure_follows_the_readers_colour_scheme(page):
    (source,), (image,) = page.all("source"), page.all("img")
    assert source["media"] == "(prefers-color-scheme: dark)"
    assert image["alt"] == "Loss <falls>"
    for address, theme in ((source["srcset"], b"dark"), (image["src"], b"light")):
        assert b"<!-- " + theme in base64.b64decode(address.split(",")[1])


def test_an_animation_is_folded_and_needs_no_file(tmp_path):
    animations = []
    for theme in ("light", "dark"):
        path = tmp_path / f"{theme}.gif"
        path.write_bytes(b"GIF89a" + theme.encode())
        animations.append({"path": str(path), "alt": "Three tosses", "theme": theme})
    page = Page(render_report([run(animations=animations)], title="t"))
    assert "Watch an episode" in page.text
    (source,), (image,) = page.all("source"), page.all("img")
    assert image["alt"] == "Three tosses"
    for address, theme in ((source["srcset"], b"dark"), (image["src"], b"light")):
        kind, _, content = address.partition(";base64,")
        assert (kind, base64.b64decode(content)) == ("data:image/gif", b"GIF89a" + theme)
    (tmp_path / "dark.gif").unlink()
    gone = Page(render_report([run(animations=animations)], title="t"))
    assert "Watch an episode" not in gone.text


def test_the_page_can_be_read_aloud(page):
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("title") == [{}]
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert all(cell.get("scope") in ("row", "col") for cell in page.all("th"))
    names = {a["id"] for _, a in page.tags if "id" in a}
    assert {a["aria-labelledby"] for a in page.all("section")} <= names
    assert {a["href"][1:] for a in page.all("a")} <= names


def test_what_a_lecture_says_is_text():
    evil = run(
        summary=EVIL,
        text=EVIL,
        demo=EVIL,
        changed={"name": EVIL},
        tables=[{"name": EVIL, "columns": [EVIL], "rows": [[EVIL]]}],
        manifest={EVIL: EVIL},
        figures=[{"path": f"/nowhere/{EVIL}", "alt": EVIL, "theme": "light"}],
    )
    evil["claims"] = [{**evil["claims"][0], "statement": EVIL, "criterion": EVIL, "note": EVIL}]
    page = Page(render_report([evil], title=EVIL))
    assert not page.all("script")
    assert not page.all("img")
    assert page.text.count("alert('x')") >= 12


def test_a_figure_that_was_deleted_is_named(tmp_path):
    one = run(tmp_path)
    (tmp_path / "dark.svg").unlink()
    page = Page(render_report([one], title="t"))
    assert not page.all("img")
    assert str(tmp_path / "light.svg") in page.text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "cs25 run l d"),
        ({"preset": "full", "seeds": [7]}, "cs25 run l d --preset full --seed 7"),
        ({"changed": {"widths": [8, 16]}}, "cs25 run l d --widths 8,16"),
        ({"changed": {"control": "shuffled"}}, "cs25 run l d --control"),
        ({"changed": {"tied": False}}, "cs25 run l d --no-tied"),
        ({"changed": {"text": "a; b"}}, "cs25 run l d --text 'a; b'"),
    ],
)
def test_the_command_repeats_the_run(more, expected):
    assert command({"lecture": "l", "demo": "d", **more}) == expected
