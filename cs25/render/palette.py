"""Colours that people with any colour vision can tell apart.

The first four hues are Okabe and Ito's. Each set is adjusted in lightness so that every colour
stands out from its background: WCAG 2.1 asks for a contrast of 3 for graphics, which a test
measures; the same test simulates the three kinds of dichromacy.

Source: Okabe and Ito, "Color Universal Design", 2008; WCAG 2.1, success criterion 1.4.11.
"""

from __future__ import annotations

from typing import Final, Literal

__all__ = [
    "ACCENT",
    "BAD",
    "CARE",
    "CYCLE",
    "GOOD",
    "NEUTRAL",
    "PAPER",
    "TERMINAL",
    "VERDICT_STYLE",
    "VERDICT_SYMBOL",
    "Theme",
]

Theme = Literal["light", "dark"]

#: Blue, vermilion, bluish green, reddish purple (Okabe and Ito's), then three of our own, and
#: grey as "C7", where matplotlib has it too.
CYCLE: Final[dict[Theme, tuple[str, ...]]] = {
    "light": (
        "#0072B2",
        "#D55E00",
        "#009E73",
        "#B5518F",
        "#8A2BE2",
        "#4A3A10",
        "#241078",
        "#606060",
    ),
    "dark": (
        "#56B4E9",
        "#F08A3C",
        "#35C79A",
        "#E39BC4",
        "#F0E442",
        "#9B6CFF",
        "#D02048",
        "#8C8C8C",
    ),
}

#: (background, text, grid) of a figure and of a report.
PAPER: Final[dict[Theme, tuple[str, str, str]]] = {
    "light": ("#ffffff", "#1d2129", "#e3e6ea"),
    "dark": ("#14171c", "#e4e7ec", "#2b313a"),
}

#: For terminals, whose background is unknown: a contrast of 3 on black and on white.
TERMINAL: Final = (
    "#2E8BC9", "#D9690F", "#129A72", "#C064A0", "#8C5CFF", "#C8385E", "#9C4818", "#767676",
)  # fmt: skip
ACCENT: Final = TERMINAL[0]
BAD: Final = TERMINAL[1]
GOOD: Final = TERMINAL[2]
CARE: Final = "#A07C00"
NEUTRAL: Final = TERMINAL[7]

VERDICT_SYMBOL: Final = {
    "supported": "✔",
    "contradicted": "✘",
    "inconclusive": "~",
    "untested": "·",
    None: "·",
}
VERDICT_STYLE: Final = {
    "supported": f"bold {GOOD}",
    "contradicted": f"bold {BAD}",
    "inconclusive": f"bold {CARE}",
    "untested": NEUTRAL,
    None: NEUTRAL,
}
