"""MyST notes in the terminal."""

import io

import pytest
from rich.console import Console

from cs25.errors import PluginError
from cs25.render.figure import Drawing
from cs25.render.notes import drawings_in, render_notes

CLAIM = {
    "statement": "Loss improves predictably",
    "criterion": "error at most 0.2",
    "measured": 0.0871,
    "low": 0.0523,
    "high": 0.1219,
    "verdict": "supported",
    "origin": "recorded",
    "seeds": [100, 101, 102],
    "paper": None,
}


SKETCH = {
    "title": "",
    "axes": [
        {
            "title": "Eras of attention",
            "x": {"label": "year", "scale": "linear", "low": 2014.0, "high": 2022.0, "ticks": None},
            "y": {"label": "", "scale": "linear", "low": 0.0, "high": 1.0, "ticks": None},
            "series": [],
            "lines": [],
            "texts": [{"x": 2018.0, "y": 0.5, "text": "GPT", "align": "left"}],
            "left_out": 0,
        }
    ],
}


def drawing(target):
    if target != "plug.timeline:draw":
        raise PluginError(f"there is no {target}")
    return Drawing(SKETCH, "2018: GPT\n2020: GPT-3")


def shown(text, width=80):
    notes = render_notes(
        text,
        claims={"emergence.loss": CLAIM, "emergence.other": {**CLAIM, "verdict": "untested"}},
        demos={"emergence.scaling-law": {"summary": "Loss against size"}},
        values={"emergence.scaling-law.exponent": "0.40 [0.39, 0.41]"}.get,
        drawings=drawing,
    )
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(notes)
    return console.file.getvalue()


def flat(text, **options):
    return " ".join(shown(text, **options).replace("│", " ").split())


def test_formulas_are_unicode():
    assert flat(r"loss $L = E + A/N^{\alpha}$ falls") == "loss L = E + A/N^α falls"
    assert flat("$$\nx_i^2\n$$") == "xᵢ²"
    assert flat("$$x_1$$ (eq)") == "x₁"
    assert flat("```{math}\n:label: e\n\\frac{a+b}{2}\n```") == "(a+b)/2"
    assert flat("\\begin{align}\na &= b\\\\\nc &= d\n\\end{align}") == "a = b c = d"
    assert flat("costs $5 and $6") == "costs $5 and $6"
    assert "`$x$`" not in shown("`$x_1$`")
    assert flat("`$x_1$`") == "$x_1$"  # code is not a formula


@pytest.mark.parametrize("fence", ["```", ":::"])
@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("{note}", "Note"),
        ("{tip}", "Tip"),
        ("{warning}", "Warning"),
        ("{seealso}", "See also"),
        ("{admonition} Calcium and DNA", "Calcium and DNA"),
        ("{exercise} Turn it", "Exercise: Turn it"),
    ],
)
def test_an_admonition_is_a_titled_box(fence, opening, title):
    text = shown(f"{fence}{opening}\n:class: tip\n\nWith **bold** and $x_1$.\n{fence}")
    lines = text.splitlines()
    assert lines[0].startswith(f"╭─ {title} ─")
    assert lines[1].split() == ["│", "With", "bold", "and", "x₁.", "│"]
    assert lines[2].startswith("╰─")
    assert "class" not in text


def test_admonitions_nest():
    text = shown("::::{note}\nouter\n\n:::{warning}\ninner\n:::\n::::\n\nafter")
    assert "│ ╭─ Warning" in text
    assert "│ │ inner" in text
    assert text.splitlines()[-1].strip() == "after"
    assert "│ ╭─ Tip" in shown("````{note}\n```{tip}\nx\n```\n````")


def test_a_box_within_a_list_stays_in_the_list():
    lines = shown("- one\n\n  :::{tip}\n  inside\n  :::\n").splitlines()
    assert any(line.startswith("   ╭─ Tip") for line in lines)


def test_a_link_shows_its_words_and_its_address():
    text = flat("[Kaplan](https://arxiv.org/abs/2001.08361) and <https://x.org> and [up](#top)")
    assert text == "Kaplan (https://arxiv.org/abs/2001.08361) and https://x.org and up"


def test_tables_lists_and_code():
    table = "| symbol | unit |\n|:--|--:|\n| $N$ | 1 |\n| $E_0$ | nats [x] |\n"
    assert flat(table).replace("─", "").split() == ["symbol", "unit", "N", "1", "E₀", "nats", "[x]"]
    assert flat("- a\n- b\n  1. c\n") == "• a • b 1 c"
    assert "    x = [1]  # [bold]" in shown("```python\nx = [1]  # [bold]\n```")
    assert "    ls" in shown("```{code-block} console\n:linenos:\nls\n```")
    assert "linenos" not in shown("```{code-block} console\n:linenos:\nls\n```")


def test_headings_differ_without_colour():
    lines = shown("# One\n\n## Two\n\n### Three\n").splitlines()
    assert [line.strip() for line in lines if line.strip()] == [
        "One", "─" * 80, "Two", "─" * 3, "Three",
    ]  # fmt: skip


def test_a_demo_says_how_to_run_it():
    text = flat("```{demo} emergence.scaling-law\n```")
    assert "Run it" in text
    assert "Loss against size cs25 run emergence scaling-law" in text
    unknown = flat("```{demo} emergence.wrong\n```")
    assert "There is no demo 'emergence.wrong'" in unknown
    assert "cs25 run" not in unknown


def test_a_claim_shows_its_recorded_verdict():
    text = flat(":::{claim} emergence.loss\n:::")
    for words in (
        "✔ supported Loss improves predictably",
        "measured 0.087 [0.052, 0.122]",
        "criterion error at most 0.2",
        "recorded on seeds 100-102",
    ):
        assert words in text
    assert "· untested" in flat("```{claim} emergence.other\n```")
    assert flat("```{claim} emergence.wrong\n```") == "There is no claim 'emergence.wrong' here."


def test_a_value_is_the_recorded_number():
    text = "exponent {value}`emergence.scaling-law.exponent`, not {value}`nope`."
    assert flat(text) == "exponent 0.40 [0.39, 0.41], not [no value: nope]."


def test_a_drawing_is_sketched_above_its_caption():
    text = shown("```{drawing} plug.timeline:draw\nSince *1990*.\n```\n\nafter")
    places = [text.index(words) for words in ("Eras of attention", "GPT", "year", "Since 1990.")]
    assert places == sorted(places)
    assert text.splitlines()[-1].strip() == "after"


@pytest.mark.parametrize("option", [":described:", "---\ndescribed: true\n---"])
def test_a_drawing_is_described_if_its_author_asks_for_it(option):
    text = shown(f"```{{drawing}} plug.timeline:draw\n{option}\n\nSince *1990*.\n```")
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "2018: GPT", "2020: GPT-3", "Since 1990.",
    ]  # fmt: skip


def test_a_drawing_that_fails_costs_itself():
    text = flat("before\n\n```{drawing} plug.other:draw\nCaption.\n```\n\nafter")
    assert text == "before [no drawing: there is no plug.other:draw] Caption. after"


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("```{drawing} a.b:c\nCaption.\n```\n:::{drawing} d:e\n:::", ("a.b:c", "d:e")),
        ("````{note}\n:::{drawing} a:b\n:::\n````\n```{drawing} a:b\n```", ("a:b",)),
        ("- one\n\n  ```{drawing} a:b\n  ```\n> :::{drawing} c:d\n> :::", ("a:b", "c:d")),
        ("````markdown\n```{drawing} a:b\n```\n````", ()),
        ("````{code-block} markdown\n```{drawing} a:b\n```\n````", ()),
        ("{drawing}`a:b` and `{drawing} a:b`", ()),
    ],
)
def test_the_drawings_that_notes_ask_for_are_found(text, targets):
    assert drawings_in(text) == targets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ref}`the section <top>`", "the section"),
        ("{doc}`other`", "other"),
        ("{math}`x_1`", "x₁"),
        ("{nosuch}`words`", "words"),
        ("![a picture](x.png)", "[picture: a picture]"),
        ("(label)=\n# Title", "Title"),
        ("% a comment\ntext", "text"),
        ("---\ntitle: front\n---\ntext", "text"),
        ("```{toctree}\na\nb\n```\ntext", "text"),
    ],
)
def test_what_belongs_to_the_page_is_left_to_the_page(text, expected):
    assert flat(text).replace("─", "").strip() == expected


@pytest.mark.parametrize("fence", ["```", ":::"])
def test_an_unknown_directive_shows_its_content(fence):
    text = flat(f"{fence}{{wobble}} A title\n:option: x\n\ncontent with *words* [nats]\n{fence}")
    assert text == "A title content with words [nats]"


@pytest.mark.parametrize(
    "text",
    ["```{", "```{note", ":::{note}", "{value}`", "$$", "$", "```{claim}\n```", "```{demo}\n```",
     "```{math}\n```", "\\begin{align}", "|a|\n|-|", ":::\nx\n:::", "", "```{note}\n```"],
)  # fmt: skip
def test_no_notes_raise(text):
    assert isinstance(shown(text), str)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_the_terminal(width):
    text = "::::{note}\n```{claim} emergence.loss\n```\n::::\n\n" + "word " * 100
    assert max(map(len, shown(text, width=width).splitlines())) <= width
