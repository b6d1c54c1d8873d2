"""Figures of a book: drawn once, light and dark, kept between builds, and shown on pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from sphinx import addnodes

from cs25.digest import code_digests, digest_of
from cs25.manifest import installed_version
from cs25.render.schema import FigureJson
from cs25.sphinxext.sources import Sources

__all__ = ["Pictures", "drawn", "framed", "names_of", "shown"]

#: Where the pictures of one figure lie below ``lectures/``, by theme.
Pictures = Mapping[str, str]

THEMES = ("light", "dark")


def names_of(lecture: str, stem: str, *, kind: str = "svg") -> Pictures:
    """Return where the pictures of a figure lie.

    Args:
        lecture: whose they are.
        stem: says all there is: the pictures of all lectures end up in one folder, and two of one
            name would be told apart by the order in which their pages happen to be read.
        kind: how their names end.
    """
    return {theme: f"{lecture}/figures/{stem}.{theme}.{kind}" for theme in THEMES}


def drawn(
    names: Pictures,
    inputs: Any,
    save: Callable[[Path], list[FigureJson]],
    sources: Sources,
) -> tuple[str, dict[str, bytes]]:
    """Return the description and the pictures of a figure, as they were kept or drawn anew.

    Args:
        names: where the pictures lie.
        inputs: plain data, in which everything stands that the figure is drawn from and by, but
            for what draws all figures.
        save: draws it into a folder.
        sources: what the last build made.
    """
    key, first = _key(inputs), names[THEMES[0]]
    note = sources.notes.get(first, {})
    kept = {name: content for name in names.values() if (content := sources.kept(name))}
    if note.get("inputs") == key and len(kept) == len(names):
        alt = str(note["alt"])
    else:
        with TemporaryDirectory() as folder:
            figures = save(Path(folder))
            kept = {names[f["theme"]]: Path(f["path"]).read_bytes() for f in figures}
        alt = figures[0]["alt"]
    sources.note(first, {"inputs": key, "alt": alt})
    return alt, kept


def framed(
    names: Pictures, *below: nodes.Node, alt: str, classes: Sequence[str] = ()
) -> nodes.figure:
    """Return a figure as it stands on a page.

    Args:
        names: where its pictures lie.
        below: its caption, and what else there is to it.
        alt: what it shows, for those who do not see it.
        classes: more of them, for a style sheet.
    """
    images = shown(names, alt=alt)
    for image in images:
        image["width"] = "100%"  # one that is scaled leads to the file: on a phone, to enlarge it
    light, dark = (nodes.container("", image, classes=image["classes"]) for image in images)
    all_classes = ["cs25-figure", *classes]
    return nodes.figure("", light, html_only(dark), *below, classes=all_classes)


def shown(names: Pictures, *, alt: str) -> list[nodes.image]:
    """Return the light picture and the dark one: a style sheet shows one of them."""
    return [
        nodes.image("", uri=f"/lectures/{name}", alt=alt, classes=[f"only-{theme}"])
        for theme, name in names.items()
    ]


def html_only(node: nodes.Node) -> addnodes.only:
    """Return a node that other builders leave out: they know no dark pages."""
    return addnodes.only("", node, expr="html")


def _key(inputs: Any) -> str:
    renderers = code_digests("cs25.render.animation:save_animation")  # imports what draws figures
    return digest_of([inputs, renderers, installed_version("matplotlib")])
