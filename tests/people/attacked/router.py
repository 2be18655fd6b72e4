"""What the attacked app shows: to whom the session row lets in, a page with every way round a script's guard."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import streamlit as st

from okf.people.queries.sessions import live_session, session_of_cookie
from okf.shell.app_context import door, session_here
from okf.shell.exports import download


def witness(what: str) -> None:
    with Path(os.environ["OKF_TEST_WITNESS"]).open("a") as file:
        file.write(what + "\n")


def late() -> bytes:
    witness("deferred download")
    return b"SECRET deferred"


def broken() -> bytes:
    raise ValueError("SECRET " + "name")  # the log shows lines of code


@st.fragment
def piece() -> None:
    witness("fragment")
    st.text("SECRET in a fragment")


def page() -> None:
    witness("page")
    st.text("SECRET of the page")
    st.button("Do it", key="do_it", on_click=witness, args=("callback",))
    piece()
    if os.environ.get("OKF_TEST_WITHOUT") in ("messages", "own downloads"):
        st.download_button("Late", data=late, file_name="late.txt")
    else:
        download("Late", late, "late", "txt")
    download("Broken", broken, "broken", "txt")
    st.download_button("Now", data=b"SECRET now", file_name="now.txt")
    st.dataframe(pd.DataFrame({"row": [f"SECRET row {n}" for n in range(5000)]}), lazy=True)


if os.environ.get("OKF_TEST_WITHOUT") == "identity":
    # Without the Gate's name for the session, an app can only remember who signed in.
    cookie = st.context.cookies.get("okf_session")
    found = session_of_cookie(door(), cookie) if cookie else None
    if found and "who" not in st.session_state:
        st.session_state["who"] = found.id
    session_id = st.session_state.get("who")
else:
    session_id = session_here()

if session_id and live_session(door(), session_id):
    page()
else:
    st.text("SIGN IN FIRST")
