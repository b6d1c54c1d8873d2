"""Settings of the course reference. What the course adds to Sphinx is `cs25.sphinxext`."""

from importlib.metadata import version as version_of

project = "cs25"
author = "The cs25 authors"
copyright = "the cs25 authors; Apache-2.0"  # noqa: A001  # Sphinx's own name for it
version = release = version_of("cs25")
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "cs25.sphinxext",
]
root_doc = "index"
exclude_patterns = ["_inventories", "images", "tutorial/example"]

smartquotes_action = "q"  # quotes only: two hyphens begin an option

nitpicky = True
nitpick_ignore_regex = [
    # No inventory of theirs can be had from a Debian package, and a guess would be a dead link.
    ("py:.*", r"(click|jaxtyping|matplotlib|np|numpy|pluggy|scipy|torch)\..*"),
    # jaxtyping shows an array's type by its bare name: Float[Tensor, "batch pos"].
    ("py:class", "Tensor|ndarray"),
    ("py:class", "Arrays"),  # cs25.cached: arrays by name, as its text says
]

# Notes use what the terminal renders, too: dollar maths, colon fences, definition lists.
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

# Docstrings are Google's form, with Markdown's single backticks for code.
default_role = "literal"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_inherit_docstrings = False  # torch.nn.Module has much to say about every method
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

# Nothing is fetched: inventories lie beside this file; `_inventories/README.md` says whence.
intersphinx_mapping = {"python": ("https://docs.python.org/3.11", "_inventories/python.inv")}
intersphinx_timeout = 1

templates_path = []
html_theme = "furo"
html_title = "cs25: notes you can run"
html_last_updated_fmt = None  # two builds are the same bytes
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # summaries need the network's fetch(), which files do not have
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
