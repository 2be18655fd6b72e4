"""Days and times written into a page's fields, as people write them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from streamlit.testing.v1 import AppTest


def enter_when(page: AppTest, label: str, when: date | time | str) -> Any:
    """Write a day or a time into the first field whose label begins so; not yet sent."""
    field = next(one for one in page.text_input if one.label.startswith(label))
    written = when.strftime("%H:%M" if isinstance(when, time) else "%d/%m/%Y") if not isinstance(when, str) else when
    return field.set_value(written)
