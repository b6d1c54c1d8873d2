"""Lectures made for tests, installed the way pip leaves them: modules and a dist-info folder."""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import sys
import sysconfig
import textwrap
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from cs25.cli import main
from cs25.sources import source_file

# The same examples everywhere, and a slow or busy machine is no failure.
hypothesis.settings.register_profile(
    "cs25",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("cs25")

BENCH = """
from cs25 import AtLeast, AtMost, Claim, Demo, Greater, Lecture, hookimpl

cs25_api = 1


@hookimpl
def cs25_lecture():
    return Lecture(
        id="bench",
        order=90,
        title="A bench for tests",
        speaker="Nobody",
        summary="Demos that end in every way a demo can.",
        notes="notes.md",
        demos=(
            Demo(
                "coin",
                run="bench_lecture.coin:toss",
                figure="bench_lecture.coin:draw",
                summary="How often a coin falls heads",
                measures={"heads": "share of heads", "tails": "share of tails"},
                presets={"smoke": {"tosses": 10}, "long": {"tosses": 500}},
                control="edge",
                claims=(
                    Claim("fair", "A coin is fair", metric="heads", holds=AtLeast(0.3)),
                    Claim("never", "A coin never falls heads", metric="heads", holds=AtMost(0.1)),
                    Claim("more", "More heads than tails", holds=Greater("heads", "tails", 0.9)),
                    Claim("long", "So it is in the long run", metric="heads",
                          holds=AtLeast(0.3), preset="long"),
                ),
            ),
            Demo("exact", run="bench_lecture.coin:exact", summary="One half, exactly",
                 title="Exactly 1/2", measures={"half": "one half"},
                 claims=(Claim("half", "It is a half", metric="half", holds=AtLeast(0.5)),)),
        ),
    )
"""

COIN = '''
"""Tossing coins."""

import random
from typing import Annotated, Literal

from annotated_types import Interval
from cs25 import Measure, Result, Table


def toss(
    *,
    tosses: Annotated[int, Interval(ge=1, le=1000)] = 100,
    control: Literal["none", "edge"] = "none",
    seed: int = 0,
) -> Result:
    """Toss a coin.

    Args:
        tosses: how often.
        control: "edge" lets every coin land on its edge.
        seed: seeds the tosses.
    """
    generator = random.Random(seed)
    heads = sum(generator.random() < 0.5 for _ in range(tosses)) / tosses
    if control == "edge":
        heads = 0.0
    return Result(
        {"heads": Measure(heads, "share"), "tails": Measure(1 - heads, "share")},
        tables=(Table("tosses", ("seed", "heads"), ((seed, heads),)),),
    )


def exact() -> Result:
    """One half."""
    return Result({"half": Measure(0.5)})


def draw(results, control):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    axes.set_title("Heads")
    axes.plot([r.measures["heads"].value for r in results], marker="o", label="heads")
    figure.set_label("Share of heads for each seed")
    return figure
'''


def write_below(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Shelf:
    """A folder of installed distributions, on ``sys.path`` and on ``PYTHONPATH``."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = write_below(self.folder, name, text)
        importlib.invalidate_caches()
        source_file.cache_clear()
        return path

    def install(
        self,
        module: str,
        code: str,
        *,
        lecture: str | None = None,
        distribution: str | None = None,
        version: str = "1.0",
    ) -> None:
        """Install a lecture of one module (or package, if ``module`` ends in a slash)."""
        package = module.endswith("/")
        module = module.rstrip("/")
        self.write(f"{module}/__init__.py" if package else f"{module}.py", code)
        distribution = distribution or module
        about = f"{distribution.replace('-', '_')}-{version}.dist-info"
        self.write(
            f"{about}/METADATA",
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n",
        )
        entry = f"[cs25.lectures]\n{lecture or module.replace('_', '-')} = {module}\n"
        self.write(f"{about}/entry_points.txt", entry)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    # Compiled files are told apart by the second and the size: an edit of a test may be neither.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = set(sys.modules)
    yield Shelf(folder)
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(folder)):
            del sys.modules[name]
    source_file.cache_clear()


@pytest.fixture
def bench(shelf: Shelf) -> Shelf:
    """A shelf with a lecture whose demos need no torch and take no time."""
    shelf.install("bench_lecture/", BENCH, lecture="bench", distribution="bench-lecture")
    shelf.write("bench_lecture/coin.py", COIN)
    shelf.write("bench_lecture/notes.md", "# Coins\n\nA coin is fair.\n")
    return shelf


EPISODE = """
def tosses(results):
    from matplotlib.figure import Figure

    for heads in ("h", "t", "h"):
        figure = Figure(figsize=(2, 1))
        figure.text(0.5, 0.5, heads)
        figure.set_label("Three tosses")
        yield figure
"""


@pytest.fixture
def animated(bench: Shelf) -> Shelf:
    """The bench with a demo that has an animation."""
    figure = 'figure="bench_lecture.coin:draw",'
    card = BENCH.replace(figure, f'{figure} animation="bench_lecture.episode:tosses",')
    bench.write("bench_lecture/__init__.py", card)
    bench.write("bench_lecture/episode.py", EPISODE)
    return bench


@pytest.fixture
def two_parts(bench: Shelf) -> Shelf:
    """The bench with notes of two parts."""
    card = BENCH.replace('notes="notes.md"', 'notes=("notes.md", "long-run.md")')
    bench.write("bench_lecture/__init__.py", card)
    bench.write("bench_lecture/long-run.md", "# In the *long* run\n\nIt is fair, too.\n")
    return bench


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CS25_CACHE_DIR", str(folder))
    for name in [
        name for name in os.environ if name.startswith("CS25_") and name != "CS25_CACHE_DIR"
    ]:
        monkeypatch.delenv(name)
    return folder


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def cs25(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run the command line in this process; the demos run in processes of their own."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: str) -> Said:
        capfd.readouterr()
        code = main(words)
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Environment:
    """A fresh virtual environment in which cs25 is installed from its wheel."""

    folder: Path

    def install(self, *sources: Path) -> None:
        """Install source trees as `pip install` does; again, if they are there already."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.folder / "bin" / "python")]
        options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--no-cache-dir"]
        options += ["--force-reinstall", *map(str, sources)]
        subprocess.run([*pip, "install", *options], check=True)

    def run(self, *words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment; none of our variables reaches it."""
        ours = ("PYTHON", "CS25_", "COV_", "PYTEST_")
        given = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        store = {"CS25_CACHE_DIR": str(self.folder / "store"), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [str(self.folder / "bin" / words[0]), *words[1:]],
            cwd=cwd, env={**given, **store, **variables}, capture_output=True, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One for all tests. What cs25 depends on is that of these tests; cs25 itself is its own."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # Named last on the path, so that the cs25 in it is not seen.
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    made = Environment(folder)
    made.install(ROOT)
    return made


def results(*shares: float) -> tuple[Any, ...]:
    """Return results of the bench's demo `coin`."""
    from cs25 import Measure, Result, Table

    return tuple(
        Result(
            {"heads": Measure(share, "share"), "tails": Measure(1 - share, "share")},
            tables=(Table("tosses", ("seed", "heads"), ((0, share), (1, None))),),
        )
        for share in shares
    )


@pytest.fixture
def record(bench: Shelf) -> Callable[..., None]:
    """Write the recorded bundle of the bench's demo `coin`, one share of heads for each seed."""
    from cs25.digest import code_digests
    from cs25.plugins import load_plugin
    from cs25.recorded import Bundle, Recording, bundle_path, write_bundle

    def write(
        *shares: float,
        code: dict[str, str] | None = None,
        criterion: str = "",
        long: tuple[float, ...] = (),
        reused_s: float = 0.0,
    ) -> None:
        plugin = load_plugin("bench")
        coin = plugin.card().demos[0]

        def made(preset: str, shares: tuple[float, ...]) -> Recording:
            settings = dict(coin.presets.get(preset, {}))
            seeds = tuple(range(100, 100 + len(shares)))
            took = {"duration_s": 2.0, "reused_s": reused_s, "peak_memory_mib": 100.0}
            return Recording(
                settings=settings,
                parameters={"tosses": 100, "control": "none", **settings},
                seeds=seeds,
                results=results(*shares),
                control=results(0.0),
                manifest={
                    "started": "2026-01-02T03:04:05+00:00",
                    "code": code or code_digests(coin.run, drawing=coin.figure),
                    "data": {},
                    "processor": "an abacus",
                    "versions": {"numpy": "2.0", "transformers": None},
                    "git": {"commit": "c0ffee", "dirty": False},
                    "seeds": [{"seed": seed, "key": f"key{seed}", **took} for seed in seeds],
                },
            )

        criteria = {claim.id: claim.criterion for claim in coin.claims}
        criteria |= {"fair": criterion} if criterion else {}
        path = bundle_path(plugin, coin)
        assert path is not None
        recordings = {"default": made("default", shares)}
        recordings |= {"long": made("long", long)} if long else {}
        write_bundle(path, Bundle("bench", "coin", criteria, recordings))

    return write


@dataclass(frozen=True)
class Offers:
    """The models that a lecture on the shelf offers; offering again replaces them."""

    shelf: Shelf

    def __call__(self, *sources: Any, plugin: str = "models_lecture") -> None:
        self.write(plugin, f"return {list(sources)!r}")

    def write(self, plugin: str, body: str) -> None:
        code = (
            "from cs25 import Lecture, ModelSource, Wheel, hookimpl\n\n\n"
            "@hookimpl\ndef cs25_lecture():\n"
            f"    return Lecture(id={plugin.replace('_', '-')!r}, title='t')\n\n\n"
            f"@hookimpl\ndef cs25_models():\n    {body}\n"
        )
        self.shelf.install(plugin, code)
        sys.modules.pop(plugin, None)


@pytest.fixture
def offer(shelf: Shelf) -> Offers:
    """Offer models through the hook of a lecture."""
    return Offers(shelf)


def _point_hub_at(monkeypatch: pytest.MonkeyPatch, address: str, folder: Path) -> None:
    """Let the hub's library, here and in processes started from here, ask one address."""
    from huggingface_hub import constants

    set_here = {
        "ENDPOINT": address,
        "HUGGINGFACE_CO_URL_TEMPLATE": address + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(folder),
        "HF_HUB_DISABLE_XET": True,
        "HF_TOKEN_PATH": str(folder / "token"),
    }
    for name, value in set_here.items():
        monkeypatch.setattr(constants, name, value)
    for name, value in {"HF_ENDPOINT": address, "HF_HUB_DISABLE_XET": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture
def no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither hub nor package index can be reached: nobody listens on port 9."""
    _point_hub_at(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub(no_network: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A hub of our own."""
    from lm_parcels import Hub

    with Hub().open() as opened:
        _point_hub_at(monkeypatch, opened.address, tmp_path / "hub")
        yield opened


@pytest.fixture
def pip(no_network: None, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A pip that obeys, in place of the real one."""
    from lm_parcels import PIP, Pip

    made = Pip(tmp_path / "index", tmp_path / "pip-calls")
    made.shelf.mkdir()
    write_below(tmp_path, "fake/pip/__init__.py", "")
    write_below(tmp_path, "fake/pip/__main__.py", PIP)
    monkeypatch.syspath_prepend(tmp_path / "fake")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("PIP_SHELF", str(made.shelf))
    monkeypatch.setenv("PIP_CALLS", str(made.log))
    return made


CONF = """
extensions = ["cs25.sphinxext"]
project = "a miniature"
html_theme = "basic"
html_copy_source = False
myst_enable_extensions = ["dollarmath"]
nitpicky = True
"""


@dataclass(frozen=True)
class Built:
    """What a build read, said and wrote."""

    out: Path
    status: int
    warnings: str
    read: frozenset[str]

    def page(self, name: str) -> str:
        return (self.out / f"{name}.html").read_text(encoding="utf-8")

    def bytes(self) -> dict[str, bytes]:
        files = (path for path in self.out.rglob("*") if path.is_file())
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Book:
    """A small Sphinx project that mounts what lies on a shelf."""

    sources: Path

    def write(self, name: str, text: str) -> None:
        write_below(self.sources, name, text)

    def build(
        self, out: str = "out", *, jobs: int = 1, builder: str = "html", **conf: Any
    ) -> Built:
        from sphinx.application import Sphinx
        from sphinx.util.docutils import docutils_namespace, patch_docutils

        place, said, read = self.sources.parent / out, io.StringIO(), set()
        with patch_docutils(self.sources), docutils_namespace():
            app = Sphinx(
                self.sources,
                self.sources,
                place,
                self.sources.parent / f"{out}-doctrees",
                builder,
                confoverrides=conf,
                status=None,
                warning=said,
                warningiserror=True,
                parallel=jobs,
            )
            app.connect("env-before-read-docs", lambda app, env, names: read.update(names))
            app.build()
        return Built(place, app.statuscode, said.getvalue(), frozenset(read))


@pytest.fixture
def book(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Book:
    """A project of two pages, in which no lecture is mounted but those on the shelf."""
    from cs25.plugins import find_plugins

    installed = {ep.name for ep in find_plugins()}
    monkeypatch.setenv("CS25_DISABLE", ",".join(installed))
    made = Book(tmp_path / "docs")
    made.write("conf.py", CONF)
    made.write("index.md", "# A book\n\n```{toctree}\nlectures/index\n```\n")
    made.write("lectures/index.md", "# Lectures\n\n```{lectures}\n:toctree:\n```\n")
    return made
