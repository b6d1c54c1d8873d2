"""The pretrained models that a demo needs: what they are, and what fetching them takes."""

from __future__ import annotations

from collections.abc import Mapping

from docutils import nodes

from cs25.card import ModelSource
from cs25.sphinxext.tables import Cell, Content, table

__all__ = ["models_of"]

_HEADS = (
    "model",
    "on the Hugging Face hub",
    "licence",
    Cell("from the package index", is_number=True),
)


def models_of(models: Mapping[str, ModelSource | None]) -> list[nodes.Node]:
    """Return a table of the models, and how they come.

    Args:
        models: by name; None for one that nobody offers here.
    """
    fetched = nodes.paragraph("", "The first run fetches what is not on your machine; ")
    command = f"cs25 models fetch {next(iter(models))}"
    fetched += [nodes.literal("", command), nodes.Text(" does it beforehand.")]
    return [table(_HEADS, [_line(name, source) for name, source in models.items()]), fetched]


def _line(name: str, source: ModelSource | None) -> list[Cell | Content]:
    if source is None:
        return [nodes.literal("", name), "unknown: nobody offers it", "–", _size("–")]
    licence: Content = source.licence or "–"
    if source.terms:
        link = nodes.reference("", source.licence or "terms", refuri=source.terms)
        licence = nodes.paragraph("", "", link)  # alone, docutils would take it for a block
    size = f"{source.n_bytes / 1e6:,.0f} MB" if source.n_bytes else "–"
    return [nodes.literal("", name), source.hub, licence, _size(size)]


def _size(text: str) -> Cell:
    return Cell(text, is_number=True)
