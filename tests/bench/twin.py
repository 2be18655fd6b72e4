"""The script of the twins' server: shows one tape."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from tests.bench.tape import play, tape

play(tape(Path(os.environ["OKF_BENCH_TAPES"]) / f"{st.query_params['tape']}.tape"))
