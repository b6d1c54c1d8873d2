"""Colours stand out from their background and from each other, for every colour vision."""

import itertools
import math

import pytest

from cs25.render.palette import CARE, CYCLE, NEUTRAL, PAPER, TERMINAL

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
SETS = {"terminal": TERMINAL, **CYCLE}


def linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour):
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    r, g, b = (min(max(part, 0.0), 1.0) for part in rgb)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour, matrix):
    return lab([sum(a * b for a, b in zip(row, linear(colour), strict=True)) for row in matrix])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figure_colours_have_the_contrast_that_graphics_need(theme):
    background, ink, _ = PAPER[theme]
    assert min(contrast(colour, background) for colour in CYCLE[theme]) >= 3  # WCAG 1.4.11
    assert contrast(ink, background) >= 7  # WCAG 1.4.6


def test_terminal_colours_show_on_black_and_on_white():
    assert (
        min(contrast(c, b) for c in (*TERMINAL, CARE, NEUTRAL) for b in ("#000000", "#ffffff")) >= 3
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_differ_under_any_vision(name, vision):
    colours = [seen(colour, VISION[vision]) for colour in SETS[name]]
    # 2.3 is a just noticeable difference in CIE 1976; four of them are seen at a glance.
    assert min(math.dist(a, b) for a, b in itertools.combinations(colours, 2)) >= 9


def test_c7_is_grey_as_matplotlib_has_it():
    for colours in SETS.values():
        parts = [int(colours[7][i : i + 2], 16) for i in (1, 3, 5)]
        assert max(parts) - min(parts) == 0
