"""``{gallery}``: the figures of all experiments as tiles."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cs25.sphinxext.course import course_of
from cs25.sphinxext.elements import stale
from cs25.sphinxext.figures import tile_of
from cs25.sphinxext.fingerprints import depend
from cs25.sphinxext.links import link

__all__ = ["GalleryDirective"]


class GalleryDirective(SphinxDirective):
    """A tile for each figure that is recorded; it leads to the page of its demo."""

    def run(self) -> list[nodes.Node]:
        """Return the tiles, lecture by lecture."""
        depend(self.env)
        shown: list[nodes.Node] = []
        for chapter in course_of(self.env).chapters:
            tiles = nodes.bullet_list("", classes=["cs25-gallery"])
            for experiment in chapter.experiments:
                if experiment.preset not in experiment.figures:
                    continue
                picture = link(self.env, experiment.docname, *tile_of(experiment))
                name = link(self.env, experiment.docname, experiment.title)
                mark = stale(experiment.stale[experiment.preset])
                tiles += nodes.list_item(
                    "",
                    nodes.paragraph("", "", picture),
                    nodes.paragraph("", "", nodes.strong("", "", name), *mark),
                    nodes.paragraph("", experiment.demo.summary),
                    classes=["cs25-tile"],
                )
            if tiles.children:
                shown += [nodes.rubric("", chapter.title), tiles]
        return shown or [nodes.paragraph("", "No figure is recorded.")]
