"""The directory of local authorities on the screen: the list, one of them with its forms, and a file of them (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import streamlit as st

from okf.desk import Desk
from okf.errors import NotFound
from okf.load.answers import NONE
from okf.load.template import template
from okf.load.views import ask_about, let_go, show_outcome, upload, uploaded_tables
from okf.policy.directory import LABELS, MOST_DAYS, MOST_STEPS, Authority, Step, door
from okf.safeguarding.commands.directory import (
    LENGTHS,
    change_authority,
    check_authority,
    enter_authority,
    remove_authority,
)
from okf.safeguarding.commands.directory_import import TABLES, import_directory
from okf.safeguarding.queries.directory import DirectoryView, directory_in_view
from okf.safeguarding.views.outside import DOORS_TOLD, doors_sheet
from okf.shell import filters
from okf.shell.drafts import views as drafts
from okf.shell.drafts.meanwhile import begun_from
from okf.shell.exports import download
from okf.shell.navigation import go
from okf.shell.sheets import Cell, address, facts, number_to_ring, sheet
from okf.shell.words import day, errors_shown, flash, show_flash

_SAID: Final = "okf_directory_said"
_ORDERS: Final = {"name": "By name", "checked": "Longest unchecked first"}
_TITLES: Final = ("Authority", "Areas", *DOORS_TOLD.values(), "Last checked")


def listed(desk: Desk) -> None:
    """The authorities with their numbers, those that nobody has looked at for long marked; a new one; and a file."""
    view = directory_in_view(desk)
    show_flash(_SAID, ":material/check:")
    if view.authorities:
        _sheet(view)
    elif view.may_change:
        st.info("No authority is in the directory yet. Enter the first below, or import a file with all of them.")
    else:
        st.info("No authority is in the directory yet. A safeguarding lead enters the first, or imports a file.")
    if view.may_change:
        with st.expander("Enter an authority", icon=":material/add:", expanded=not view.authorities):
            draft, told, _ = _form(desk, None)
            if told:
                with errors_shown():
                    number = enter_authority(desk, told)
                    draft.done()
                    st.session_state[_SAID] = f"{told.name} is in the directory."
                    go("directory", authority=str(number))
        with st.expander("Import a file", icon=":material/upload_file:"):
            _import(desk)


def authority(desk: Desk, key: str) -> None:
    """One authority: all that is on file, one press once it was checked, and for leads the form that changes it.

    Raises:
        NotFound: there is none of this number.
    """
    view = directory_in_view(desk)
    found = view.one(key)
    if found is None or found.id is None:
        raise NotFound("There is no such authority in the directory.")
    st.header(found.name)
    show_flash(_SAID, ":material/check:")
    if found.id in view.overdue:
        st.warning(f"{_checked(view, found)}. Look whether all this is right.", icon=":material/event_repeat:")
    key = f"okf_directory_seen_{found.id}"
    shown = st.session_state.get(key, found.mark)  # on the screen before this run: that is what they looked at
    st.session_state[key] = found.mark
    if view.may_change and st.button("Checked today", icon=":material/task_alt:", key="directory_checked"):
        with errors_shown():
            check_authority(desk, found.id, seen=shown)
            flash(_SAID, "It is on record that you checked it today.")
    rows = [
        ("Areas", ", ".join(found.areas)),
        ("Default", "Yes: for whoever's area nobody knows" if found.is_default else ""),
        ("Threshold document", found.threshold_document or ""),
        ("Notes", found.notes or ""),
        ("Last checked", _checked(view, found)),
    ]
    doors_sheet(found)
    facts([(name, value) for name, value in rows if value])
    st.subheader("If they don't accept a referral")
    if found.steps:
        sheet(
            ("Step", "Written to", "How to reach them", "Answers within"),
            [(str(n), one.who, one.contact or "—", _days(one)) for n, one in enumerate(found.steps, start=1)],
            caption="The steps of a professional disagreement, one after the other",
        )
    else:
        st.text("No steps are on file. Their procedure for professional disagreement says whom to write to.")
    if view.may_change:
        _change(desk, found, found.id)


def _sheet(view: DirectoryView) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = filters.name("directory_named")
        by = filters.order(_ORDERS, width=240)
    shown = view.found(words)
    if by == "checked":
        shown = tuple(sorted(shown, key=lambda one: one.checked_on or date.min))
    if view.overdue:
        many = len(view.overdue)
        said = "1 authority has" if many == 1 else f"{many} authorities have"
        st.warning(
            f"{said} not been checked for long: ring them, or look at their page.", icon=":material/event_repeat:"
        )
    if not shown:
        st.text("No authority has this name or area. Take the words away to see all.")
        return
    sheet(
        _TITLES,
        [
            (
                Cell(
                    one.name, address("directory", authority=str(one.id)), under="Default" if one.is_default else None
                ),
                ", ".join(one.areas) or "—",
                *(_number(one, kind) for kind in DOORS_TOLD),
                Cell(_checked(view, one), late=one.id in view.overdue),
            )
            for one in shown
        ],
        caption="Local authorities",
    )


def _number(one: Authority, kind: str) -> Cell | str:
    made = door(one, kind)
    if made is None or not made.phone:
        return "—"
    return number_to_ring(made.phone, under=made.who)


def _checked(view: DirectoryView, one: Authority) -> str:
    if one.checked_on is None or one.checked_by is None:
        return "Never checked"
    return f"{day(one.checked_on)}, {view.names.get(one.checked_by, one.checked_by)}"


def _days(step: Step) -> str:
    return f"{step.working_days} working {'day' if step.working_days == 1 else 'days'}"


def _form(desk: Desk, found: Authority | None) -> tuple[drafts.DraftForm, Authority | None, str]:
    """The form, what was typed once it is sent, and the mark of what it was begun from."""
    draft = drafts.resume(desk, "authority", str(found.id) if found else None)
    held = found or Authority(name="")
    told: dict[str, Any] = {}
    for name, label in LABELS.items():
        now = "\n".join(held.areas) if name == "areas" else getattr(held, name) or ""
        field = draft.text_area if name in ("areas", "notes") else draft.text_input
        told[name] = field(label, name, value=now, max_chars=LENGTHS.get(name, 1_000))
    default = draft.checkbox("The default: for whoever's area nobody knows", "is_default", value=held.is_default)
    st.markdown("**If they don't accept a referral: whom to write to, one after the other**")
    steps: list[Step] = []
    for place in range(1, MOST_STEPS + 1):
        stood = held.steps[place - 1] if place <= len(held.steps) else None
        if place > max(len(held.steps), len(steps)) + 1:
            break  # the next one is asked once the one before it is named
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = draft.text_input(f"Step {place}: role or name", f"who_{place}", value=stood.who if stood else "")
            contact = draft.text_input(
                f"Step {place}: how to reach them", f"contact_{place}", value=(stood and stood.contact) or ""
            )
            within = draft.selectbox(
                f"Step {place}: working days",
                f"days_{place}",
                list(range(1, MOST_DAYS + 1)),
                index=stood.working_days - 1 if stood else 4,
                width=160,
            )
        if who.strip():
            steps.append(Step(who, contact, within or 1))
    areas = tuple(told.pop("areas").splitlines())
    typed = Authority(**told, areas=areas, is_default=default, steps=tuple(steps))
    seen = begun_from(draft, held.mark, _both(held, typed))
    draft.told()
    if not st.button("Keep it" if found else "Put it in the directory", type="primary", key=f"directory_{held.id}"):
        return draft, None, seen
    return draft, typed, seen


def _both(held: Authority, typed: Authority) -> Iterator[tuple[str, str, str]]:
    """Each field by its label: what stands, and what was typed."""
    for name, label in LABELS.items():
        now, then = getattr(held, name), getattr(typed, name)
        if name == "areas":
            now, then = "\n".join(now), "\n".join(then)
        yield label, now or "", then or ""
    yield "The default", "Yes" if held.is_default else "No", "Yes" if typed.is_default else "No"
    yield "Steps", _steps(held), _steps(typed)


def _steps(one: Authority) -> str:
    return "\n".join(", ".join(filter(None, (step.who, step.contact, _days(step)))) for step in one.steps)


def _change(desk: Desk, found: Authority, number: int) -> None:
    with st.expander("Change it", icon=":material/edit:"):
        draft, told, seen = _form(desk, found)
        if told:
            with errors_shown():
                change_authority(desk, number, told, seen=seen)
                draft.done()
                flash(_SAID, "It is changed. If you looked at all of it, press “Checked today” too.")
    with st.popover("Remove it…", icon=":material/delete:"):
        st.text("It is offered to nobody any more. What was sent to it keeps its words.")
        if st.button(f"Take {found.name} off the directory", type="primary", key="directory_remove"):
            with errors_shown():
                remove_authority(desk, number)
                st.session_state[_SAID] = f"{found.name} is no longer in the directory."
                go("directory")


def _import(desk: Desk) -> None:
    st.caption(
        "Nothing is taken in unless all of it can be. A row whose name is here changes only what the file gives."
    )
    download("Empty workbook with instructions", lambda: template(TABLES), "casebook-authorities", "xlsx")
    files = upload()
    if not files:
        return
    with errors_shown():
        key = "-".join(file.file_id for file in files)
        tables = uploaded_tables(files)
        outcome = import_directory(desk, tables, NONE, dry_run=True)
        answers = ask_about(desk, outcome, key=key)
        if answers != NONE:
            outcome = import_directory(desk, tables, answers, dry_run=True)
        show_outcome(outcome, "What the import would change")
        if outcome.is_wanted and st.button("Import this directory", type="primary"):
            done = import_directory(desk, tables, answers)
            if not done.is_written:
                show_outcome(done)
                return
            let_go()
            flash(_SAID, "The directory is imported.")
