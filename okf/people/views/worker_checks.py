"""Vetting and training on the screen: what runs out, the form that records and renews, and the rule for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.clock import london_date, months_after
from okf.dates import Side
from okf.desk import Desk
from okf.paging import SIZE
from okf.people.commands.worker_checks import WARNING_MOST, record_check, set_check_rule
from okf.people.queries.worker_checks import (
    FIRST_OUT,
    SORTS,
    CheckRow,
    CheckRule,
    CheckState,
    check_rules,
    checks_in_view,
    people_to_check,
)
from okf.shell import filters
from okf.shell.dates import day_input, taken
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.sheets import Cell
from okf.shell.tables import page_asked_for
from okf.shell.words import day, errors_shown, show_flash, told, until
from okf.terms import Action, CheckKind

DONE = "okf_check_done"
_STATES = {
    CheckState.NONE: "None on file",
    CheckState.RUN_OUT: "Run out",
    CheckState.SOON: "Runs out soon",
    CheckState.HOLDS: "Holds",
}
_ALL = "all"
_MONTHS = {CheckKind.VETTING: 36, CheckKind.TRAINING: 12}


def worker_checks(desk: Desk) -> None:
    """What each reader may see: the list and its form, the rules."""
    show_flash(DONE)
    rules = check_rules(desk)
    if desk.decide(Action.LIST_CHECKS).allowed:
        _list(desk)
        if desk.decide(Action.RECORD_CHECK).allowed:
            _record(desk)
    st.header("What it means when one runs out")
    for rule in rules:
        _rule(rule)
    if desk.decide(Action.CHANGE_SETTINGS).allowed:
        _set(desk, rules)
    else:
        st.caption("An administrator changes this.")


def _list(desk: Desk) -> None:
    state = filters.switch("Show", {_ALL: "All", **_STATES}, "state", labelled=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = filters.name("check_name")
        kind = filters.choice("Kind", "kind", list(CheckKind))
    wanted = None if state == _ALL else CheckState(state)
    sort = sort_asked_for(SORTS, FIRST_OUT)
    page = checks_in_view(desk, state=wanted, kind=kind, name=name, page=page_asked_for(SIZE), sort=sort)
    show(
        _COLUMNS,
        page,
        key="checks",
        caption="Everybody with the check of each kind that counts",
        many=("check", "checks"),
        sort=sort,
        first=FIRST_OUT,
        sorts=SORTS,
        filters={"kind": "Kind"},
        nothing="Nobody fits this.",
    )


_COLUMNS: Final[Sequence[Column[CheckRow]]] = (
    Column("Person", lambda row: row.name, sort="person"),
    Column("Team", lambda row: row.team, sort="team"),
    Column("Check", lambda row: told(row.kind), sort="kind"),
    Column("Holds from", lambda row: row.starts_on),
    Column("Holds until", lambda row: None if row.state is CheckState.NONE else until(row.expires_on), sort="lasts"),
    Column("State", lambda row: Cell(_STATES[row.state], late=row.state in (CheckState.NONE, CheckState.RUN_OUT))),
    Column("When it has run out", lambda row: "Access stops" if row.blocks else "Access goes on"),
)


def _record(desk: Desk) -> None:
    st.header("Put a check on record")
    st.caption("A renewal is a new one: those before it stay on file. Nobody records their own.")
    words = st.text_input("Whose? Their name", key="check_whose", type="search", max_chars=100)
    people = dict(people_to_check(desk, words or ""))
    today = london_date(desk.now())
    kind = _kind("Kind", "check_kind")
    with st.container(border=True):
        who = st.selectbox(
            "Person",
            list(people),
            index=None,
            format_func=lambda one: f"{people.get(one, one)} ({one})",
            placeholder="Choose",
        )
        with st.container(horizontal=True):
            starts = day_input("Holds from", today, today, max_value=today, key="check_from", width=220)
            runs_out = day_input(
                "Last day",
                months_after(today, _MONTHS[kind]),
                today,
                side=Side.COMING,
                width=220,
                help="It holds to the end of this day.",
                key=f"runs_out_{kind.value}",
            )
        if st.button("Put it on record", type="primary", key="check_put"):
            if not who:
                st.error("Choose the person first.")
                return
            with errors_shown():
                record_check(desk, who, kind=kind, starts_on=taken(starts), expires_on=taken(runs_out))
                st.session_state[DONE] = f"{told(kind)} of {people[who]} is on record."
                st.rerun()


def _rule(rule: CheckRule) -> None:
    does = "whoever's has run out opens no case" if rule.blocks else "nobody's access stops"
    st.text(f"{told(rule.kind)}: {does}; a warning stands here {rule.warning_days} days before.")
    for on, blocks in rule.coming:
        st.caption(f"From {day(on)}: {'it blocks access' if blocks else 'it does not block access'}.")
    if not rule.blocks:
        st.caption("Single checks that were imported as blocking block all the same.")


def _set(desk: Desk, rules: tuple[CheckRule, ...]) -> None:
    kind = _kind("Change the rule for", "rule_kind")
    rule = next(one for one in rules if one.kind is kind)
    today = london_date(desk.now())
    with st.container(border=True):
        blocks = st.checkbox("Access stops when it has run out", value=rule.blocks, key=f"blocks_{kind.value}")
        days = st.number_input(
            "Days of warning", 0, WARNING_MOST, rule.warning_days, key=f"warns_{kind.value}", width=180
        )
        from_on = day_input("From", today, today, min_value=today, key="rule_from", width=220)
        if st.button("Set it", type="primary", key="rule_set"):
            with errors_shown():
                set_check_rule(desk, kind, blocks=blocks, warning_days=int(days), from_on=taken(from_on))
                st.session_state[DONE] = "The rule is set."
                st.rerun()


def _kind(label: str, key: str) -> CheckKind:
    kinds = [one.value for one in CheckKind]
    return CheckKind(st.radio(label, kinds, format_func=told, key=key, horizontal=True) or kinds[0])
