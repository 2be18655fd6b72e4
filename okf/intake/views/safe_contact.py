"""How to reach somebody: what must not be done first, then the number, the hours and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from okf.intake.contact_details import FACTS
from okf.shell.phones import text_that_rings
from okf.shell.words import day, plain

NOTHING_CHECKED: Final = "Nothing checked with them yet: reach them only as agreed with a manager."


def contact_panel(values: Mapping[str, Any], *, nobody: str | None = None) -> None:
    """The panel of values by column; `nobody` is said where they give no way to reach them."""
    if values.get("do_not_contact_by"):
        st.error(f"**Do not contact by:** {plain(values['do_not_contact_by'])}", icon=":material/block:")
    if told := lines({name: value for name, value in values.items() if name != "do_not_contact_by"}):
        st.html(text_that_rings("\n".join(told), dialled(values)))
    ways = ("safe_phone", "phone", "email", "address")
    if nobody and not any(values.get(name) for name in ways) and values.get("post_safe") is not True:
        st.text(nobody)


def dialled(values: Mapping[str, Any]) -> str | None:
    """The number that a touch may ring; none that may not be safe, and none where something must not be done."""
    return None if values.get("do_not_contact_by") else values.get("safe_phone")


def lines(values: Mapping[str, Any]) -> list[str]:
    """Values by column in words, in the order in which they are asked for; those that are empty are left out."""
    told = {name: said(values[name]) for name in FACTS if values.get(name) not in (None, "")}
    if "told_age" in told and values.get("told_age_on"):
        told["told_age"] += f" on {day(values['told_age_on'])}"
    return [f"{FACTS[name]}: {value}" for name, value in told.items()]


def said(value: object) -> str:
    """One value in words."""
    if isinstance(value, bool):
        return "safe" if value else "NOT SAFE"
    if isinstance(value, date):
        return day(value)
    return str(value) if value not in (None, "") else "nothing"
