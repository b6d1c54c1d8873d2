"""A Sphinx extension: every installed lecture becomes pages of one book."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

__all__ = ["setup"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register directives, roles and what happens around a build."""
    from cs25.sphinxext import mathml, navigation
    from cs25.sphinxext.cards import LecturesDirective
    from cs25.sphinxext.claims import ClaimDirective, ClaimsTableDirective
    from cs25.sphinxext.costs import RunningTimesDirective
    from cs25.sphinxext.dashes import set_dashes
    from cs25.sphinxext.demo import DemoDirective
    from cs25.sphinxext.drawings import DrawingDirective
    from cs25.sphinxext.elements import add_elements
    from cs25.sphinxext.first_part import lead_to_first_part
    from cs25.sphinxext.gallery import GalleryDirective
    from cs25.sphinxext.header import LectureHeaderDirective
    from cs25.sphinxext.links import resolve_link
    from cs25.sphinxext.locations import name_notes
    from cs25.sphinxext.modules import LectureModuleDirective, is_foreign_type
    from cs25.sphinxext.mount import mount
    from cs25.sphinxext.search_index import complete_search_index
    from cs25.sphinxext.signatures import readable_defaults
    from cs25.sphinxext.value import ValueRole

    for needed in ("myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"):
        app.setup_extension(needed)  # what the pages we write are written in
    # Another rendering, or another version of what renders, reads every page again.
    app.add_config_value("cs25_renderer", _renderer(), "env", types=frozenset({str}))
    app.add_config_value("cs25_strict", False, "", types=frozenset({bool}))
    mathml.setup(app)
    navigation.setup(app)
    add_elements(app)
    app.add_directive("claim", ClaimDirective)
    app.add_directive("claims-table", ClaimsTableDirective)
    app.add_directive("demo", DemoDirective)
    app.add_directive("drawing", DrawingDirective)
    app.add_directive("gallery", GalleryDirective)
    app.add_directive("lecture-header", LectureHeaderDirective)
    app.add_directive("lecture-module", LectureModuleDirective)
    app.add_directive("lectures", LecturesDirective)
    app.add_directive("running-times", RunningTimesDirective)
    app.add_role("value", ValueRole())
    app.add_css_file("cs25.css")
    app.add_js_file("cs25.js", loading_method="defer")
    app.connect("autodoc-process-signature", readable_defaults)
    app.connect("builder-inited", mount)
    app.connect("builder-inited", name_notes)
    app.connect("builder-inited", _add_static)
    app.connect("build-finished", complete_search_index)
    app.connect("doctree-read", lead_to_first_part)
    app.connect("doctree-read", set_dashes)
    app.connect("env-get-outdated", _remove_pages)
    app.connect("missing-reference", resolve_link)
    app.connect("warn-missing-reference", is_foreign_type)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}


def _add_static(app: Sphinx) -> None:
    app.config.html_static_path.append(str(Path(__file__).parent / "static"))


def _remove_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Remove the pages of what is no longer installed: Sphinx would leave them."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        for docname in removed:
            Path(app.builder.get_outfilename(docname)).unlink(missing_ok=True)
    return []


def _renderer() -> str:
    """Return the digest of the code that turns a lecture into pages."""
    from cs25.digest import digest_of, file_digest
    from cs25.manifest import installed_version

    here = Path(__file__).parent
    code = [file_digest(p) for p in sorted((*here.glob("*.py"), *here.parent.glob("render/*.py")))]
    return digest_of([code, [installed_version(name) for name in ("docutils", "myst-parser")]])
