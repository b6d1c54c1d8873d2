"""The process in which demos are tried: ``python -m cs25.testing.trial_process FOLDER ...``.

Each folder holds a request to `cs25.worker`, which does the work. Here a watch is kept on it: the
network is refused, the global random generators are compared before and after, and it is told which
models each demo loads.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import random
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from cs25 import worker
from cs25.data_files import forget_models, models_used
from cs25.lm.supply.folder import SOURCE as FOLDER

__all__ = ["main"]

_connections: list[str] = []

#: What asks for a host, and where in the event's arguments it stands.
_HOST_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


def main(folders: list[Path]) -> None:
    """Try the demos of the folders, one after the other."""
    sys.addaudithook(_refuse)
    in_memory: set[str] = set()
    for folder in folders:
        request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        with contextlib.suppress(Exception):  # the worker meets it again, and tells
            import_module(request["run"].partition(":")[0])
        _connections.clear()
        forget_models()
        before = _generators()
        worker.main(folder)
        after = _generators()
        loaded = [name for name, used in models_used().items() if used["source"] != FOLDER]
        about = {
            "connections": list(dict.fromkeys(_connections)),
            "changed": [name for name in before if before[name] != after[name]],
            "loaded": loaded,
            "in_memory": sorted(in_memory),
        }
        in_memory.update(loaded)
        (folder / "ended.json").write_text(json.dumps(about), encoding="utf-8")


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would leave this machine; remember it, in case the demo hides the refusal."""
    if event not in _HOST_AT:
        return
    asked = arguments[_HOST_AT[event]]
    host = asked[0] if isinstance(asked, tuple) else asked
    if event in ("socket.connect", "socket.sendto") and not isinstance(asked, tuple):
        return  # a socket of this machine, named by a path
    if not _is_here(host):
        _connections.append(str(host))
        raise ConnectionRefusedError(f"a demo may not use the network, and asked for {host}")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _generators() -> dict[str, str]:
    """Return the states of the global generators in use, as text that can be compared."""
    states = {"random": repr(random.getstate())}
    if "numpy" in sys.modules:
        state = sys.modules["numpy"].random.get_state(legacy=False)
        states["numpy.random"] = repr({**state, "state": {**state["state"], "key": None}}) + repr(
            bytes(state["state"]["key"])
        )
    if "torch" in sys.modules:
        states["torch"] = repr(bytes(sys.modules["torch"].get_rng_state().numpy()))
    return states


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
