"""A notebook for a demo: the run of the command line, with every parameter open to change.

The same card gives the same bytes: cells are named by what they do, and hold no output and no date.
"""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cs25.card import DEFAULT_PRESET, Demo, Lecture
from cs25.cost import seed_cost_s
from cs25.parameters import Signature
from cs25.recorded import Recording
from cs25.render.numerals import duration

__all__ = ["PRESET_CELL", "notebook"]

#: The name of the cell that holds nothing but the preset.
PRESET_CELL = "preset"

_SEEDS = """\
    seed=0,  # the first seed
    seeds=1,  # how many, one after the other: from three on, their spread gives the interval
"""

_MEASURES = '''\
from IPython.display import SVG, Markdown, display


def table(columns, rows):
    """Show rows under the names of their columns."""
    lines = [columns, ["---"] * len(columns), *rows]
    texts = [[f"{c:.4g}" if isinstance(c, float) else str(c) for c in line] for line in lines]
    texts = [[text.replace("|", "\\\\|") for text in line] for line in texts]
    display(Markdown("\\n".join("| " + " | ".join(line) + " |" for line in texts)))


def shown(number):
    """Return a number over all seeds, with its interval and unit."""
    if number is None:
        return "not measured"
    interval = "" if number.low is None else f" [{number.low:.4g}, {number.high:.4g}]"
    return f"{number.value:.4g}{interval} {number.unit}"


demo = next(demo for demo in cs25.lecture(run.lecture).demos if demo.id == run.demo)
table(
    ["measure", "value", "meaning"],
    [
        (f"`{name}`", shown(number), demo.measures.get(name, ""))
        for name, number in run.measures.items()
    ],
)'''

_TABLES = """\
for found in run.results[0].tables:
    display(Markdown(f"**{found.name}**"))
    table(found.columns, found.rows)"""

_CLAIMS = """\
def published(paper):
    return f"{paper.value:.4g} {paper.what} ({paper.source})" if paper else ""


table(
    ["claim", "criterion", "measured", "published", "verdict"],
    [
        (
            found.claim.statement,
            f"`{found.claim.criterion}`",
            shown(found.measured),
            published(found.claim.paper),
            ": ".join(filter(None, (found.verdict, found.note))),
        )
        for found in run.claims
    ],
)"""

_FIGURE = """\
for figure in run.figures:
    if figure.theme == "light":
        display(SVG(filename=figure.path))
        print(figure.alt)"""


def notebook(
    lecture: Lecture, demo: Demo, signature: Signature, recording: Recording | None = None
) -> str:
    """Return the notebook of a demo, as the text of an ``.ipynb`` file.

    Args:
        lecture: the card the demo belongs to.
        demo: the demo.
        signature: its parameters.
        recording: what is recorded with the default parameters: it tells how long a run takes.
    """
    cells = [
        new_markdown_cell(_title(lecture, demo, recording), id="title"),
        new_markdown_cell(_parameters(demo, signature), id="parameters"),
        new_code_cell(_preset(demo), id=PRESET_CELL),
        new_code_cell(_run(lecture, demo, signature), id="run"),
        new_markdown_cell("## What was measured", id="measures-title"),
        new_code_cell(_MEASURES, id="measures"),
        new_code_cell(_TABLES, id="tables"),
    ]
    if demo.claims:
        cells += [
            new_markdown_cell(_ABOUT_CLAIMS, id="claims-title"),
            new_code_cell(_CLAIMS, id="claims"),
        ]
    if demo.figure:
        cells += [
            new_markdown_cell("## The figure", id="figure-title"),
            new_code_cell(_FIGURE, id="figure"),
        ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = new_notebook(cells=cells, metadata=metadata)
    return str(nbformat.writes(whole)) + "\n"


_ABOUT_CLAIMS = """\
## What it says about the lecture

Each criterion was fixed before the first result. A verdict rests on the interval over three seeds
or more, and on the parameters that the criterion was fixed for; with fewer seeds, or with other
parameters, the last column only says whether the criterion was met."""


def _title(lecture: Lecture, demo: Demo, recording: Recording | None) -> str:
    lines = [f"# {lecture.title}: {demo.id}", "", f"{demo.summary}.", ""]
    lines += [
        f"The cells below do what `cs25 run {lecture.id} {demo.id}` does: run them from top to "
        "bottom. Results are kept, so a run that was made before is shown at once."
    ]
    if recording is not None:
        seconds = max(seed_cost_s(seed) for seed in recording.manifest["seeds"])
        lines[-1] += f" A new one takes about {duration(seconds)} with the default parameters."
    if demo.models:
        names = " and ".join(f"`{name}`" for name in demo.models)
        kind = "pretrained models" if len(demo.models) > 1 else "pretrained model"
        lines += ["", f"It needs the {kind} {names}. What is not on your machine is fetched first."]
    return "\n".join(lines)


def _parameters(demo: Demo, signature: Signature) -> str:
    lines = ["## Parameters", ""]
    if signature.parameters:
        lines += ["| parameter | default | what it takes | what it does |", "|---|---|---|---|"]
    for p in signature.parameters:
        cells = (f"`{p.name}`", f"`{p.default!r}`", p.type.describe(), p.help)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", "A preset sets several of them at once:", ""]
    lines.append(f'- `"{DEFAULT_PRESET}"` leaves all of them as they are.')
    for name, settings in demo.presets.items():
        given = ", ".join(f"`{key}={value!r}`" for key, value in settings.items())
        lines.append(f'- `"{name}"` sets {given}.')
    if signature.parameters:
        lines += ["", "To set one of them yourself, take the `#` away before its line."]
    return "\n".join(lines)


def _preset(demo: Demo) -> str:
    others = ", ".join(f'"{name}"' for name in demo.presets)
    return f'preset = "{DEFAULT_PRESET}"' + (f"  # or {others}" if others else "")


def _run(lecture: Lecture, demo: Demo, signature: Signature) -> str:
    lines = ["import cs25", "", "run = cs25.run(", f'    "{lecture.id}",', f'    "{demo.id}",']
    lines.append("    preset=preset,")
    if signature.takes_seed:
        lines += _SEEDS.splitlines()
    lines += [f"    # {p.name}={p.default!r},  # {p.type.describe()}" for p in signature.parameters]
    return "\n".join([*lines, ")"])
