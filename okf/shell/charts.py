"""Charts that everyone can read: a sentence, the picture, and the same figures as a table whose rows link.

A picture is a plain dictionary, several times as quick as Plotly's own objects. What it shows is never told by colour
alone: series differ by pattern too, each bar carries its figure, and the table says all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import pandas as pd  # noqa: F401 -- whole before Plotly looks at it: two first charts at once found half of it
import streamlit as st

from okf.shell.navigation import go, leads_somewhere
from okf.shell.sheets import Cell, sheet_html

INK: Final = "#111111"
GRID: Final = "#d5dde0"
GROUND: Final = "#ffffff"
# Okabe and Ito's hues, darkened: a test holds that white figures can be read in each (4.5 to 1), and that any two are
# told apart by whoever sees no red, no green or no blue.
PALETTE: Final = ("#1a5fb4", "#ad3a00", "#3d3d3d", "#008040", "#8a3a7e")
PATTERNS: Final = ("", "/", "x", "\\", ".")
LIMIT: Final = "#111111"
CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}
_PRINTED: Final = """<style>
.okf-table summary { cursor: pointer; color: #0b5a6b; text-decoration: underline; padding: .3rem 0 }
/* On paper a picture stays as wide as it was drawn: no wider than fits the sheet at this zoom. */
.stFullScreenFrame:has(> .stPlotlyChart) { max-width: 900px }
@media print {
  .stFullScreenFrame:has(> .stPlotlyChart) { zoom: .76; break-inside: avoid; overflow: visible }
  .okf-table::details-content { content-visibility: visible; block-size: auto }
  .okf-table summary { display: none }
}
</style>"""
_FONT: Final = {"family": "Source Sans, sans-serif", "color": INK, "size": 14}


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values under a name; `opens` has the address of the list behind each, or None."""

    name: str
    values: Sequence[float | None]
    opens: Sequence[str | None] = ()


def chart(
    title: str,
    *,
    says: str,
    picture: Mapping[str, Any],
    titles: Sequence[str],
    rows: Sequence[Sequence[Cell | str]],
    key: str,
    opened: bool = False,
    section: bool = False,
) -> None:
    """Show a picture under its sentence, and the table that says the same; a click on a bar opens the list behind it.

    The table is one press away, or `opened` already, printed always, and its links serve the
    keyboard and small screens. `says` is told to screen readers too. As a `section` it
    stands right under the page's title.
    """
    (st.header if section else st.subheader)(title)
    st.text(says)
    if picture["data"]:  # of nothing Plotly draws no picture
        chosen = st.plotly_chart(
            dict(picture), key=key, config=CONFIG, theme=None, on_select="rerun", selection_mode="points", alt=says
        )
        _follow(chosen)
    st.html(
        f'{_PRINTED}<details class="okf-table"{" open" if opened else ""}><summary>The figures as a table</summary>'
        f"{sheet_html(titles, rows, caption=title)}</details>"
    )


def bars(labels: Sequence[str], series: Sequence[Series], *, limits: Sequence[float | None] = ()) -> dict[str, Any]:
    """Horizontal stacked bars, the first label at the top; `limits` draws a mark for each label."""
    traces = [_bar(number, one, labels, lying=True) for number, one in enumerate(series)]
    if any(limit is not None for limit in limits):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Limit",
                "x": list(limits),
                "y": list(labels),
                "marker": {"symbol": "line-ns-open", "size": 22, "color": LIMIT, "line": {"width": 3}},
                "hoverinfo": "x+name",
            }
        )
    height = 70 + 34 * max(1, len(labels)) + (30 if len(traces) > 1 else 0)
    return {
        "data": traces,
        "layout": _layout(height, legend=len(traces) > 1)
        | {
            "barmode": "stack",
            "xaxis": _axis(rangemode="tozero"),
            "yaxis": _axis(autorange="reversed", showgrid=False, type="category"),
        },
    }


def columns(labels: Sequence[str], series: Sequence[Series], *, stacked: bool = False) -> dict[str, Any]:
    """Vertical bars side by side, or stacked, from left to right."""
    traces = [_bar(number, one, labels, lying=False) for number, one in enumerate(series)]
    return {
        "data": traces,
        "layout": _layout(330, legend=len(series) > 1)
        | {
            "barmode": "stack" if stacked else "group",
            "xaxis": _axis(type="category", showgrid=False),
            "yaxis": _axis(rangemode="tozero"),
        },
    }


def line(picture: dict[str, Any], labels: Sequence[str], one: Series) -> dict[str, Any]:
    """The picture with a line over its columns, on the same axis."""
    number = len(picture["data"])
    drawn = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": one.name,
        "x": list(labels),
        "y": list(one.values),
        "line": {"color": PALETTE[number % len(PALETTE)], "width": 3},
        "marker": {"size": 8, "symbol": "diamond"},
        "hoverinfo": "x+y+name",
        **_customdata(one),
    }
    picture["layout"] |= _layout(330, legend=True)
    return picture | {"data": [*picture["data"], drawn]}


def _bar(number: int, one: Series, labels: Sequence[str], *, lying: bool) -> dict[str, Any]:
    along, across = ("y", "x") if lying else ("x", "y")
    colour = PALETTE[number % len(PALETTE)]
    return {
        "type": "bar",
        "orientation": "h" if lying else "v",
        "name": one.name,
        along: list(labels),
        across: list(one.values),
        "text": [f"{value:g}" if value else "" for value in one.values],
        "textposition": "auto",
        "textfont": {"color": INK, "size": 13},
        "insidetextfont": {"color": GROUND, "size": 13},
        "textangle": 0,
        "hoverinfo": f"{along}+{across}+name",
        "marker": {
            "color": colour,
            "line": {"color": GROUND, "width": 1},
            # Lines of white in the colour: series are told apart in print without colours, and in any eye.
            "pattern": {
                "shape": PATTERNS[number % len(PATTERNS)],
                "fillmode": "overlay",
                "fgcolor": "#ffffff",
                "fgopacity": 0.3,
                "size": 7,
            },
        },
        **_customdata(one),
    }


def _customdata(one: Series) -> dict[str, Any]:
    return {"customdata": [opens or "" for opens in one.opens]} if one.opens else {}


def _layout(height: int, *, legend: bool) -> dict[str, Any]:
    return {
        "height": height,
        "autosize": True,
        "font": _FONT,
        "paper_bgcolor": GROUND,
        "plot_bgcolor": GROUND,
        "margin": {"l": 8, "r": 12, "t": 36 if legend else 8, "b": 8},
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "yref": "container",
            "y": 0.99,
            "yanchor": "top",
            "x": 0,
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "dragmode": False,  # a finger that scrolls the page past it does not catch in it
        "hovermode": "closest",
        "bargap": 0.28,
    }


def _axis(**more: Any) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": INK, "size": 13},
        "gridcolor": GRID,
        "zerolinecolor": "#7b8f96",
        "linecolor": "#7b8f96",
    } | more


def _follow(chosen: Any) -> None:
    """Open the list behind the bar that was pressed."""
    for point in chosen.selection.points:
        to = point.get("customdata")
        path, _, query = str(to[0] if isinstance(to, list) and to else to or "").partition("?")
        if path and leads_somewhere(path):
            go(path, **dict(parse_qsl(query)))


def flow(labels: Sequence[str], ways: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """How many went from where to where: each way is the number of its label, the one it leads to, and how many."""
    left = sum(1 for number in range(len(labels)) if any(way[0] == number for way in ways))
    return {
        "data": [
            {
                "type": "sankey",
                "arrangement": "snap",
                "node": {
                    "label": list(labels),
                    "pad": 18,
                    "thickness": 16,
                    "line": {"color": INK, "width": 0.5},
                    "color": [PALETTE[0] if number < left else PALETTE[2] for number in range(len(labels))],
                    "hovertemplate": "%{label}<extra></extra>",
                },
                "link": {
                    "source": [way[0] for way in ways],
                    "target": [way[1] for way in ways],
                    "value": [way[2] for way in ways],
                    "color": "rgba(26, 95, 180, 0.28)",
                    "hovertemplate": "%{value:,} of %{source.label}: %{target.label}<extra></extra>",
                },
                "textfont": {"color": INK, "size": 13},
            }
        ],
        "layout": _layout(70 + 42 * max(4, len(labels)), legend=False),
    }
