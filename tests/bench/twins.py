"""The bare twins, served: `uvicorn tests.bench.twins:app`. Which one a tab shows is named in its address."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).with_name("twin.py"))
