"""The safeguarding trustee's list: the concerns about a safeguarding lead, and no other (C9)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.queries.allegations import LeadAllegation, lead_allegations
from okf.safeguarding.views.queue import due_told, lado_told, time_left
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import day, moment, told


def about_leads(desk: Desk) -> None:
    """Each with its time left and the designated officer's clock; the open ones first."""
    st.header("About a safeguarding lead")
    found = lead_allegations(desk)
    if not found:
        st.info("There is no concern about a safeguarding lead. If one is raised, you find it here and get a mail.")
        return
    titles = ("Concern", "Time left", "Designated officer", "Severity", "Status", "About", "Lead", "Raised")
    sheet(titles, [_row(desk, one) for one in found], caption="Concerns about a safeguarding lead, which are yours too")


def _row(desk: Desk, one: LeadAllegation) -> tuple[Cell | str, ...]:
    at = desk.now()
    left = (
        Cell(f"Ended {moment(one.ended_at)}")
        if one.ended_at
        else Cell(f"{time_left(one.due_at, at)} ({due_told(one.due_at)})", late=one.due_at <= at)
    )
    return (
        Cell(one.ref, address("concern", ref=one.ref)),
        left,
        Cell(lado_told(one.lado, at), late=one.lado.overdue(at)) if one.lado else "—",
        Cell(told(one.severity), look=one.severity),
        told(one.status),
        ", ".join(one.about),
        one.lead or "Nobody yet",
        day(one.raised_at),
    )
