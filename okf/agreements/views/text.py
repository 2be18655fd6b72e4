"""An agreement's text as it is read before it is signed: Markdown and nothing of Streamlit's own beyond it."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

# Streamlit reads formulas, colours, icons and pictures where plain Markdown has words.
_MORE: Final = re.compile(r"(?<!\\)(\$|!(?=\[)|:(?=[a-z][\w-]*[\[:/]))")
_HEADINGS: Final = re.compile(r"(?m)^(#{1,3})(?= )")


def show_text(text: str) -> None:
    """The text whole; its headings stand below the page's own, and nothing else about it is changed."""
    st.markdown(_HEADINGS.sub(r"##\1", _MORE.sub(r"\\\1", text)))
