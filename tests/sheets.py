"""The house's tables as a test reads them on a page."""

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
