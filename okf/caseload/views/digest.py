"""One's own weekly digest: the choice, and the mail as it would read now."""

from __future__ import annotations

import streamlit as st

from okf.caseload.commands.digest import ask_for_digest, stop_digest
from okf.caseload.queries.digest import OwnDigest
from okf.desk import Desk
from okf.shell.sheets import verbatim
from okf.shell.words import errors_shown

KEY = "own_digest"


def own(desk: Desk, digest: OwnDigest) -> None:
    """The choice, and a preview of the mail."""
    st.write(
        "A mail each Monday morning with figures alone. It leaves the building, so it tells no number under five, no"
        " name, no reference, and nothing about concerns: for those, sign in."
    )
    if digest.offered and not digest.has_address:
        st.info("No e-mail address of yours is on file. An administrator enters one; then the digest can reach you.")
    wanted = st.checkbox(
        "Send me a weekly digest", value=digest.wanted, key=KEY, disabled=not digest.offered and not digest.wanted
    )
    if wanted != digest.wanted:
        with errors_shown():
            if wanted:
                ask_for_digest(desk)
                st.success("It comes from next Monday on.")
            else:
                stop_digest(desk)
                st.success("It is stopped. One that was waiting to be sent is not sent any more.")
    if digest.offered:
        st.header("As it would read today")
        verbatim(digest.preview)
