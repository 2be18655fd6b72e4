"""Charts are read by everyone: in any eye, in print, by keyboard, and each says in words what it shows."""

from __future__ import annotations

from itertools import combinations

import pytest

from okf.shell.charts import GROUND, PALETTE, PATTERNS, Series, bars, columns, line

# Machado, Oliveira and Fernandes 2009, severity 1: what someone sees who has no cones for red, green or blue.
EYES = {
    "every cone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def light(colour: str) -> tuple[float, ...]:
    """Red, green and blue as amounts of light."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    bright, dark = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (light(one), light(other))), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """A colour in CIE Lab, as this eye sees it."""
    r, g, b = (
        min(1.0, max(0.0, sum(part * of for part, of in zip(row, light(colour), strict=True)))) for row in EYES[eye]
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("colour", PALETTE)
def test_white_figures_can_be_read_in_every_bar_and_every_bar_on_the_page(colour: str):
    assert contrast(colour, GROUND) >= 4.5


@pytest.mark.parametrize("eye", EYES)
def test_neighbouring_colours_are_told_apart_in_every_eye(eye: str):
    apart = {
        (one, other): sum((a - b) ** 2 for a, b in zip(seen(one, eye), seen(other, eye), strict=True)) ** 0.5
        for one, other in combinations(PALETTE, 2)
    }

    assert min(apart.values()) > 12, min(apart, key=apart.__getitem__)


def test_series_differ_by_their_pattern_too_so_that_grey_print_tells_them_apart():
    picture = bars(["a"], [Series(name, [1]) for name in "vwxyz"])

    assert len({trace["marker"]["pattern"]["shape"] for trace in picture["data"]}) == len(PATTERNS) == len(PALETTE)


def test_every_bar_carries_its_figure_and_the_address_of_its_list():
    picture = bars(["North", "South"], [Series("Open", [2, 0], ["cases?area=North", None])])

    (bar,) = picture["data"]
    assert bar["text"] == ["2", ""]
    assert bar["customdata"] == ["cases?area=North", ""]


def test_a_line_over_columns_is_named_and_has_a_colour_of_its_own():
    picture = line(columns(["May"], [Series("Opened", [3])]), ["May"], Series("Open", [9]))

    assert [trace["name"] for trace in picture["data"]] == ["Opened", "Open"]
    assert picture["data"][1]["line"]["color"] not in picture["data"][0]["marker"]["color"]
    assert picture["layout"]["showlegend"]


def test_a_finger_that_scrolls_past_a_chart_is_not_caught_by_it():
    for picture in (bars(["a"], [Series("b", [1])]), columns(["a"], [Series("b", [1])])):
        assert picture["layout"]["dragmode"] is False
        assert picture["layout"]["xaxis"]["fixedrange"]
        assert picture["layout"]["yaxis"]["fixedrange"]
