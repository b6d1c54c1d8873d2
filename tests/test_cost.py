"""What a run costs, and what it would cost where nothing has been made before."""

import pytest

from cs25.api import find_demo
from cs25.cost import seed_cost_s
from cs25.plugins import load_plugin
from cs25.runner import execute, plan

SHARED = """
import time

import numpy as np

from cs25 import Demo, Lecture, Measure, Result, cached, hookimpl


@hookimpl
def cs25_lecture():
    def demo(name):
        return Demo(name, run=f"shared:{name}", summary="s")

    return Lecture(id="shared", title="t", demos=(demo("maker"), demo("user")))


@cached
def family(*, seed: int):
    time.sleep(0.3)
    return {"x": np.arange(3.0)}


def maker(*, seed: int = 0):
    return Result({"x": Measure(family(seed=seed)["x"].sum())})


def user(*, seed: int = 0):
    return Result({"x": Measure(family(seed=seed)["x"].max())})
"""


@pytest.fixture
def shared(shelf):
    shelf.install("shared", SHARED, lecture="shared")


def costs(demo):
    plugin = load_plugin("shared")
    run = execute(plan(plugin, find_demo(plugin.card(), demo), seeds=2))
    assert run.state == "done", run.error
    return run.manifest["seeds"]


def test_what_another_demo_has_made_is_part_of_the_price(shared):
    made, found = costs("maker"), costs("user")
    assert [seed["reused_s"] for seed in made] == [0, 0]
    assert all(seed["duration_s"] > 0.3 for seed in made)
    assert all(seed["duration_s"] < 0.3 for seed in found)  # the sleep was not slept again
    assert all(seed_cost_s(seed) > 0.3 for seed in found)
    assert seed_cost_s({"duration_s": 2.0}) == 2.0  # recorded by an earlier version
