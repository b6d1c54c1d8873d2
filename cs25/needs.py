"""The pretrained models that a demo needs, and how they come before it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cs25.card import Demo
from cs25.errors import Cs25Error
from cs25.lm.supply.catalogue import hub_source, model_source
from cs25.parameters import Signature

__all__ = ["Porter", "needed_models"]


def needed_models(
    demo: Demo, signature: Signature, parameters: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the models that a demo needs with these parameters.

    They are those of its card. Where one is the default of a parameter that has another value,
    this value takes its place if it is a short name or a Hugging Face id. A folder, or a word that
    means no model at all, is left to the demo.
    """
    needed = list(demo.models)
    for name, value in parameters.items():
        default = signature.default(name)
        replaced = {model for model in _items(default) if model in demo.models}
        if value != default and replaced:
            needed = [model for model in needed if model not in replaced]
            needed += [item for item in _items(value) if _is_model(item)]
    return tuple(dict.fromkeys(needed))


class Porter:
    """Brings models to this machine. What could not be had is not asked for a second time.

    The demos of one command share a porter, so that a network that does not answer is waited for
    once.
    """

    def __init__(self) -> None:
        self._refused: dict[str, Cs25Error] = {}

    def bring(
        self,
        names: Sequence[str],
        *,
        offline: bool,
        notice: Callable[[str], None],
        progress: bool,
    ) -> None:
        """Fetch those of the models that are not here.

        Args:
            names: short names and Hugging Face ids.
            offline: nothing may be fetched. It may not if the environment forbids it, either.
            notice: told, in a line, what is fetched and from where.
            progress: whether to show how far it is.

        Raises:
            Cs25Error: one cannot be had, as `cs25.lm.supply.fetch.obtain` says.
        """
        if not names:
            return
        from cs25.lm.supply.fetch import obtain  # takes long to import

        for name in names:
            if name in self._refused:
                raise self._refused[name]
            try:
                obtain(name, offline=offline or None, notice=notice, progress=progress)
            except Cs25Error as error:
                self._refused[name] = error
                raise


def _items(value: object) -> Iterator[str]:
    """Yield the texts that a parameter's value is, or consists of."""
    items = value if isinstance(value, tuple) else (value,)
    return (item for item in items if isinstance(item, str))


def _is_model(name: str) -> bool:
    if model_source(name) is not None:
        return True
    return hub_source(name) is not None and not Path(name).is_dir()
