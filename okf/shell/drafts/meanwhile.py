"""A form on what several people keep: whether it was changed since the form was begun, and the ways on from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from okf.shell.drafts.views import DraftForm
from okf.shell.sheets import sheet


def begun_from(draft: DraftForm, mark: Any, both: Iterable[tuple[str, str, str]]) -> Any:
    """The mark of what this form was begun from; call it below the fields.

    Where that is no longer the present `mark`, what differs of `both` is shown:
    a field's label, what stands now, what was typed. Nothing typed is lost.
    """
    seen = draft.beside("begun_from", mark)
    if seen != mark:
        st.warning("Somebody else changed this since you began. What you typed is still here.")
        rows = [(label, now or "—", typed or "—") for label, now, typed in both if now != typed]
        sheet(("Field", "As it stands now", "In your form"), rows, caption="Where your form differs")
        with st.container(horizontal=True):
            key = f"{draft.name}meanwhile_"
            st.button("I have read it: go on with mine", on_click=draft.move, args=("begun_from", mark), key=f"{key}on")
            st.button("Begin again from what stands now", on_click=draft.done, key=f"{key}again")
    return seen
