"""The requests and ranked responses that ship with the course; data/README.md describes them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, NamedTuple, get_args

__all__ = ["FAULTS", "Fault", "RankedRequest", "Response", "ranked_requests"]

#: What is wrong with a response, from nothing to the worst: the ranking follows this order.
Fault = Literal["none", "rambles", "half", "ignores", "refuses", "rude", "invents", "harms"]
FAULTS: tuple[Fault, ...] = get_args(Fault)


class Response(NamedTuple):
    """A response and what is wrong with it."""

    text: str
    fault: Fault


class RankedRequest(NamedTuple):
    """A request and its responses, the best first."""

    prompt: str
    responses: tuple[Response, ...]


def ranked_requests() -> list[RankedRequest]:
    """Return all requests, in the order of the file."""
    path = Path(__file__).parent / "data" / "rankings.toml"
    with path.open("rb") as file:
        read = tomllib.load(file)["ranking"]
    return [
        RankedRequest(entry["prompt"], tuple(Response(**found) for found in entry["responses"]))
        for entry in read
    ]
