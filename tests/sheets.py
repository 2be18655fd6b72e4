"""The house's tables, figures and lines as a test reads them on a page."""

from __future__ import annotations

import re
from html import unescape

from streamlit.testing.v1 import AppTest


def sheets(page: AppTest) -> list[list[dict[str, str]]]:
    """The rows of each table on the page, each by its titles."""
    found = []
    for one in page.get("html"):
        for table in re.findall(r"<table.*?</table>", one.proto.body, re.DOTALL):
            titles, *rows = (
                [
                    unescape(re.sub(r"<[^>]*>", "", cell))
                    for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
                ]
                for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
            )
            found.append([dict(zip(titles, row, strict=True)) for row in rows])
    return found


def figures(page: AppTest) -> dict[str, tuple[str, str]]:
    """The figures of Today: each one's number and its words, by what it counts."""
    found = re.findall(r"<span>([^<]*)</span><b>([^<]*)</b><small>([^<]*)</small>", _bodies(page))
    return {unescape(label): (number, unescape(words)) for label, number, words in found}


def lines(page: AppTest) -> list[tuple[str, str]]:
    """The list of Today: each line's heading and its words, in order."""
    found = []
    for part in re.findall(r"<h2>([^<]*)</h2><ul>(.*?)</ul>", _bodies(page), re.DOTALL):
        found += [(part[0], unescape(said)) for said in re.findall(r"<li[^>]*><div>([^<]*)<", part[1])]
    return found


def _bodies(page: AppTest) -> str:
    return "".join(one.proto.body for one in page.get("html"))
