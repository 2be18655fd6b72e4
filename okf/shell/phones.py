"""Telephone numbers on the screen, which a telephone rings at a touch: links of `tel:`, which go to no server."""

from __future__ import annotations

import re
from html import escape
from typing import Final


def tel(number: str) -> str:
    """The address at which a telephone rings a number, from any country."""
    digits = re.sub(r"[^\d+]", "", number.lower().partition("ext")[0])
    return f"tel:+44{digits[1:]}" if digits.startswith("0") else f"tel:{digits}"


def ringing(number: str) -> str:
    """A number as a link, in HTML."""
    return f'<a href="{tel(number)}" target="_self">{escape(number)}</a>'


def ringing_markdown(number: str) -> str:
    """A number as a link, in Markdown: for our own sentences."""
    return f"[{number}]({tel(number)})"


def text_that_rings(text: str, number: str | None) -> str:
    """A text as it was typed, in HTML; the number that is to be called is a link in it, and nothing else is."""
    said = escape(text)
    if number:
        said = re.sub(rf"(?<![\d+]){re.escape(escape(number))}(?!\d)", lambda _: ringing(number), said)
    return f'<div style="white-space:pre-wrap;overflow-wrap:anywhere">{said}</div>'


EMERGENCY: Final = ringing_markdown("999")
