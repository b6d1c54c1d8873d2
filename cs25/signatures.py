"""The table of a demo's parameters, kept so that completion need not import the demo.

`read_signature` needs the function, and importing it imports torch. The table is kept in the
store under the digests of the module's file and of those it imports from its own package (a
default or a bound may stand there), so an edited file is read anew.
"""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import Any

from cs25.card import DEFAULT_PRESET, Demo
from cs25.digest import code_digests, digest_of, file_digest
from cs25.errors import PluginError, StoreError
from cs25.parameters import Signature, read_signature
from cs25.sources import source_file
from cs25.store import Store

__all__ = ["import_target", "known_signature", "signature_of"]


def known_signature(demo: Demo, store: Store) -> Signature | None:
    """Return the kept table of a demo's parameters; None if it has to be read first."""
    folder = _folder(demo, store)
    if folder is None:
        return None
    try:
        kept = store.read(folder, "signature")
        return Signature.from_json(kept) if kept else None
    except (StoreError, OSError, KeyError, TypeError):
        return None  # damaged: it will be read and kept anew


def signature_of(demo: Demo, store: Store) -> Signature:
    """Return a demo's parameters, importing its module if they are not kept.

    Raises:
        PluginError: the module cannot be imported, or has no such function.
        SignatureError: the signature, a preset or the control cannot be used.
    """
    known = known_signature(demo, store)
    if known is None:
        known = read_signature(import_target(demo.run), demo.run)
        _check(demo, known)
        folder = _folder(demo, store)
        if folder is not None:
            with contextlib.suppress(OSError):  # a cache that cannot be written costs time only
                store.write(folder, {"signature": known.to_json()})
    return known


def _folder(demo: Demo, store: Store) -> Any:
    try:
        modules = code_digests(demo.run)
        files = [file_digest(path) for name in modules if (path := source_file(name))]
    except (ModuleNotFoundError, PluginError, OSError):
        return None  # importing the module says what is wrong
    presets = {name: dict(values) for name, values in demo.presets.items()}
    about = [demo.run, files, repr(presets), demo.control]
    return store.path("signatures", digest_of(about))


def import_target(target: str, *, wanted: str = "which the card names") -> Any:
    """Return a function that a card or something else of a lecture names.

    Args:
        target: ``"package.module:function"``.
        wanted: who asks for it, for the message.

    Raises:
        PluginError: its module cannot be imported, or has no such function.
    """
    module, _, name = target.partition(":")
    try:
        function = getattr(import_module(module), name, None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a demo's module may not end the program
        lines = str(error).splitlines() or [""]
        raise PluginError(
            f"{module} cannot be imported: {type(error).__name__}: {lines[0]}"
        ) from error
    if not callable(function):
        raise PluginError(f"{module} has no function {name!r}, {wanted}")
    return function


def _check(demo: Demo, signature: Signature) -> None:
    """Check what the card says of parameters against the signature."""
    for preset in (DEFAULT_PRESET, *demo.presets):
        values = demo.presets.get(preset, {})
        try:
            signature.resolve(values)
        except ValueError as error:
            raise PluginError(f"Demo {demo.id!r}: preset {preset!r}: {error}") from None
    if demo.control is not None:
        try:
            signature.resolve({"control": demo.control})
        except ValueError as error:
            raise PluginError(f"Demo {demo.id!r}: control: {error}") from None
