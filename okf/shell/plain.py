"""Words that somebody typed, shown as they are where Streamlit would read Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:$<&@/])")


def plain(text: str) -> str:
    """The text with every mark of Markdown made a plain letter: a name can't become a link or a picture."""
    return _MARKS.sub(r"\\\1", text).replace("\n", "  \n")
