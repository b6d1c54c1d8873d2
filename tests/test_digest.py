"""Code digests: an edited sentence or figure costs no new run, an edited experiment always does."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs25.digest import code_digests, digest_of, file_digest
from cs25.sources import source_file

EXPERIMENT = '''
"""Growing things."""

import math

from matplotlib.figure import Figure

from cs25 import Measure, Result
from cs25.nn import size
from toy.soil import quality

from .water import depth

__all__ = ["draw", "grow"]

_COLOURS = ("C0", "C1")
_LIMIT = 1.0
_RATES = {"slow": 1.0}
HELPERS = 3
PARTS = size.__name__


def grow(*, steps: int = 10, seed: int = 0) -> Result:
    """Grow.

    Args:
        steps: how many.
    """
    # a comment
    text = "kept"
    return Result({"height": Measure(_helper(steps) * quality() * depth() * _LIMIT)})


def _helper(steps):
    """Help."""
    return math.exp(steps) * _RATES["slow"]


def draw(results, control):
    """Draw."""
    figure = Figure()
    _axes(figure).plot([_LIMIT], color=_COLOURS[0])
    return figure


def _axes(figure):
    return _named(figure.add_subplot())


def _named(axes, again=True):
    axes.set_title("Growth" + _TITLE)
    return _named(axes, again=False) if again else axes


_TITLE = " of things"
'''


class Toy:
    """A lecture whose files a test edits."""

    def __init__(self, shelf) -> None:
        self.shelf = shelf
        self.text = {
            "toy/__init__.py": '"""The card."""\nfrom cs25 import Lecture\n',
            "toy/growth.py": EXPERIMENT,
            "toy/soil.py": "def quality():\n    return 1.0\n",
            "toy/water.py": "def depth():\n    return 1.0\n",
        }
        for name in self.text:
            self.write(name)

    def write(self, name: str) -> None:
        self.shelf.write(name, self.text[name])

    def edit(self, old: str, new: str, name: str = "toy/growth.py") -> None:
        assert self.text[name].count(old) == 1, f"{old!r} stands elsewhere, too"
        self.text[name] = self.text[name].replace(old, new)
        self.write(name)

    def add(self, name: str, text: str) -> None:
        self.text[name] = text
        self.write(name)

    def digests(self) -> dict[str, str]:
        return code_digests("toy.growth:grow", drawing="toy.growth:draw")


@pytest.fixture
def toy(shelf):
    return Toy(shelf)


def test_modules_that_can_change_a_number_are_the_lectures_own_and_the_toolkits(toy):
    # Not the card, which the experiment does not import; not the core's records.
    assert set(toy.digests()) == {
        "toy.growth", "toy.soil", "toy.water", "cs25.nn.size", "cs25.nn.config",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Growing things."""', '"""Growing other things,\n\nat length."""'),
        ('    """Grow.\n\n    Args:\n        steps: how many.\n    """\n', ""),
        ('    """Help."""', '    """Help a lot."""'),
        ("    # a comment\n", "    # another comment\n\n"),
        ('"kept"', "'kept'"),
        ("* quality() * depth()", "\\\n        * (quality()) * depth()"),
        ("HELPERS = 3\n", 'HELPERS = 3\n"""What follows a constant is its docstring."""\n'),
        ('__all__ = ["draw", "grow"]', '__all__ = ["grow"]'),
        ('__all__ = ["draw", "grow"]', '__all__: list[str] = ["grow"]'),
        ('__all__ = ["draw", "grow"]', '__all__ = ["grow"]\n__all__ += ["draw"]'),
    ],
)
def test_words_and_layout_are_no_code(toy, old, new):
    before = toy.digests()
    toy.edit(old, new)
    assert toy.digests() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    figure = Figure()", "    figure = Figure(figsize=(4, 3))"),
        ("return _named(figure.add_subplot())", "return _named(figure.add_subplot(111))"),
        ('"Growth"', '"Growth!"'),
        ('("C0", "C1")', '("C2", "C3")'),
        ('" of things"', '" of all things"'),
        ("from matplotlib.figure import Figure", "from matplotlib import figure as Figure"),
        (
            '\n_TITLE = " of things"\n',
            '\n_TITLE: str = _prefix()\n\n\ndef _prefix():\n    return ""\n',
        ),
    ],
)
def test_what_only_the_figure_uses_is_no_experiment(toy, old, new):
    before = toy.digests()
    toy.edit(old, new)
    if "_prefix()" in new:  # a call may have an effect, so this constant counts
        assert toy.digests() != before
    else:
        assert toy.digests() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("steps: int = 10", "steps: int = 11"),
        ("steps: int = 10", "steps: float = 10"),
        ("math.exp(steps)", "math.expm1(steps)"),
        ('{"slow": 1.0}', '{"slow": 2.0}'),
        ("_LIMIT = 1.0", "_LIMIT = 2.0"),  # the figure uses it, too
        ("_LIMIT = 1.0", "_LIMIT = 1"),
        ("_LIMIT = 1.0", '_LIMIT = "1.0"'),
        ("_LIMIT = 1.0", "_LIMIT = True"),
        ("HELPERS = 3", "HELPERS = 4"),  # public: others may read it
        ('"kept"', 'b"kept"'),
        ("quality() * depth()", "depth() * quality()"),
    ],
)
def test_an_edited_experiment_changes_its_module_alone(toy, old, new):
    before = toy.digests()
    toy.edit(old, new)
    after = toy.digests()
    assert {name for name in before | after if before.get(name) != after.get(name)} == {
        "toy.growth"
    }


def test_a_number_and_the_text_of_it_differ(toy):
    toy.edit('"kept"', "0.5")
    number = toy.digests()
    toy.edit("text = 0.5", 'text = "0.5"')
    assert toy.digests() != number


@pytest.mark.parametrize("name", ["toy.soil", "toy.water"])
def test_an_edited_import_changes_the_digest_of_that_module(toy, name):
    before = toy.digests()
    toy.edit("1.0", "2.0", name=name.replace(".", "/") + ".py")
    after = toy.digests()
    assert {module for module in after if after[module] != before[module]} == {name}


@pytest.mark.parametrize(
    "line",
    [
        "import toy.deep.root",
        "import toy.deep.root as root",
        "from toy.deep import root",
        "from toy.deep.root import take",
        "from .deep import root",
        "from .deep.root import take",
        'TARGET = "toy.deep.root:take"',
        "def later():\n    from toy.deep import root\n",
    ],
)
def test_every_way_to_name_a_module_is_followed(toy, line):
    toy.add("toy/deep/__init__.py", "")
    toy.add("toy/deep/root.py", "from ..soil import quality\nfrom . import hair\n")
    toy.add("toy/deep/hair.py", "def take():\n    return 1\n")
    toy.edit("HELPERS = 3", line)
    assert {"toy.deep.root", "toy.deep.hair", "toy.soil"} <= set(toy.digests())


def test_a_name_from_a_package_counts_its_init(toy):
    toy.add("toy/deep/__init__.py", "LEVEL = 1\n")
    toy.edit("HELPERS = 3", "from toy.deep import LEVEL")
    before = toy.digests()
    toy.edit("LEVEL = 1", "LEVEL = 2", name="toy/deep/__init__.py")
    after = toy.digests()
    assert {name for name in after if after[name] != before[name]} == {"toy.deep"}


def test_modules_that_import_each_other_end(toy):
    toy.edit("def quality", "from toy.growth import HELPERS\n\n\ndef quality", name="toy/soil.py")
    assert "toy.soil" in toy.digests()


def test_a_figure_that_the_experiment_calls_counts(toy):
    toy.edit('text = "kept"', "text = draw([], [])")
    before = toy.digests()
    toy.edit('"Growth"', '"Growth!"')
    assert toy.digests() != before


def test_a_helper_that_a_fleet_is_given_by_name_counts(toy):
    toy.edit('"kept"', '"toy.growth:_axes"')
    before = toy.digests()
    toy.edit('"Growth"', '"Growth!"')
    assert toy.digests() != before


def test_a_constant_that_shares_its_line_with_a_public_name_counts(toy):
    toy.edit("_COLOURS = (", "_COLOURS = PUBLIC = (")
    before = toy.digests()
    toy.edit('"C1"', '"C7"')
    assert toy.digests() != before


def test_an_import_of_the_lectures_own_for_the_figure_counts(toy):
    # It may have an effect. To keep it out, import inside the function that draws.
    toy.add("toy/paint.py", "def stroke():\n    return 1\n")
    toy.edit("HELPERS = 3", "import toy.paint")
    assert "toy.paint" in toy.digests()
    toy.edit("import toy.paint", "")
    toy.edit("    figure = Figure()\n", "    import toy.paint\n    figure = Figure()\n")
    assert "toy.paint" not in toy.digests()


def test_a_starred_import_of_the_toolkit_is_followed(toy):
    toy.edit("from cs25.nn import size", "from cs25.nn import *")
    assert "cs25.nn" in toy.digests()


def test_without_a_figure_everything_counts(toy):
    before = code_digests("toy.growth:draw")
    toy.edit('"Growth"', '"Growth!"')
    assert code_digests("toy.growth:draw") != before


@pytest.mark.parametrize(
    "line",
    [
        "import cs25.store, cs25.runner",
        "from cs25 import runner, cached",
        "from cs25.render import figure",
        'TARGET = "cs25.worker:main"',
        "import numpy, json, toy_other",
    ],
)
def test_the_core_and_libraries_never_enter(toy, line):
    toy.shelf.write("toy_other.py", "x = 1")
    before = set(toy.digests())
    toy.edit("HELPERS = 3", line)
    assert set(toy.digests()) == before


def test_no_module_of_the_core_but_the_toolkit_enters_through_the_toolkit(toy):
    toy.edit("from cs25.nn import size", "from cs25.nn import Decoder, run_fleet as size")
    names = set(toy.digests())
    assert {"cs25.nn.attention", "cs25.nn.fleet"} <= names
    assert {name for name in names if name.partition(".")[0] == "cs25"} == {
        name for name in names if name.startswith(("cs25.nn", "cs25.lm"))
    }


def test_a_lecture_of_one_file(shelf):
    shelf.write("tiny.py", "def f():\n    return 1\n")
    assert set(code_digests("tiny:f")) == {"tiny"}


def test_a_module_without_source_is_an_error(toy):
    for target in ("toy.missing:f", "toy.growth.deeper:f", "no_such_package:f", "math:sin"):
        with pytest.raises(ModuleNotFoundError, match="no source file for module"):
            code_digests(target)


def test_nothing_is_imported(toy):
    toy.edit("import math\n", "import math, torch\nfrom cs25.nn import Decoder\n")
    code = (
        "import sys\nfrom cs25.digest import code_digests\n"
        "found = code_digests('toy.growth:grow')\n"
        "assert {'toy.growth', 'cs25.nn', 'cs25.nn.attention'} <= set(found)\n"
        "bad = {'toy', 'toy.growth', 'cs25.nn', 'torch', 'numpy', 'matplotlib'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    path = [str(toy.shelf.folder), str(Path(__file__).parents[1])]
    subprocess.run([sys.executable, "-c", f"import sys\nsys.path[:0] = {path}\n{code}"], check=True)


def test_a_script_has_no_source_that_another_process_could_import():
    code = "from cs25.sources import source_file\nassert source_file('__main__') is None"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_source_of_a_package_is_its_init():
    assert source_file("cs25.nn") == Path(source_file("cs25")).parent / "nn" / "__init__.py"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=3), PLAIN, max_size=4))
def test_the_order_of_keys_is_no_difference(data):
    assert digest_of(dict(reversed(data.items()))) == digest_of(data)


def test_plain_data_that_differs_has_another_digest():
    different = [{}, [], None, 0, 1, True, False, 1.0, "1", "", {"a": 1}, {"a": 1.0}, ["a", 1], [1]]
    assert len({digest_of(data) for data in different}) == len(different)
    assert digest_of((1, 2)) == digest_of([1, 2])  # as JSON reads it back
    with pytest.raises(ValueError, match="not JSON compliant"):
        digest_of({"x": math.nan})


def test_the_digest_of_bytes_is_the_head_of_their_sha256(tmp_path):
    # FIPS 180-2, appendix B.1: SHA-256 of "abc" begins ba7816bf 8f01cfea 4141 40de.
    (tmp_path / "data").write_bytes(b"abc")
    assert file_digest(tmp_path / "data") == "ba7816bf8f01cfea4141"
