"""The next version of an agreement: written, looked at, compared, its impact seen, and published."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.agreements.commands.texts import (
    SHORTEST_DAYS,
    discard_draft,
    leaves_few_days,
    publish_draft,
    refuse_markup,
    save_draft,
    says_sample,
)
from okf.agreements.queries.impact import Impact, impact_of
from okf.agreements.queries.texts import DraftText, VersionText, draft_of, newest_version
from okf.agreements.views.text import differences, show_text
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import CasebookError, Invalid
from okf.paging import FIRST, Page
from okf.pending import counted
from okf.samples import sample_agreement
from okf.shell.dates import day_or_none, taken
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, plain, told
from okf.terms import Change
from okf.terms.agreements import AgreementKind

_PUBLISHED: Final = "okf_just_published"
_PUBLISHING: Final = "okf_publishing"
_FIELDS: Final = ("version", "title", "text", "change", "effective_on", "resign_by")
_SAID: Final = {Change.MATERIAL: "Material: everyone signs again", Change.MINOR: "Minor: nobody is asked to sign"}
SIZE = 20


def just_published(kind: AgreementKind) -> None:
    """That a version was published a moment ago."""
    version = st.session_state.pop(_PUBLISHED, None)
    if version:
        st.success(f"Version {plain(version)} of {told(kind).lower()} is published. Its text never changes again.")


def draft(desk: Desk, kind: AgreementKind) -> None:
    """The form of the draft, then its preview, what it changes and its impact."""
    newest, kept = newest_version(desk, kind), draft_of(desk, kind)
    if kept:
        st.caption(f"Kept {moment(kept.saved_at)} by {plain(kept.saved_by or 'somebody')}.")
    else:
        st.caption("No draft is kept yet. It begins with the words of the version before.")
    _form(desk, kind, kept, newest)
    if kept is None:
        return
    preview, changes, would = st.tabs(["Preview", "What it changes", "What it would do"], key="look", on_change="rerun")
    if preview.open:  # the others are neither read nor sent
        with preview:
            _preview(kept)
    if changes.open:
        with changes:
            _changes(kept, newest)
    if would.open:
        with would:
            impact(desk, kept)
    _publish(desk, kept)
    _discard(desk, kept)


def impact(desk: Desk, kept: DraftText) -> None:
    """The figures in words, and the list of people whose access would pause."""
    if kept.effective_on is None:
        st.info("Choose the day on which it takes effect, and keep the draft: the impact hangs on it.")
        return
    found = _found(desk, kept, page_asked_for(SIZE))
    for line in _lines(kept, found):
        st.text(line)
    if not found.people.rows:
        return
    cases = ("Cases then",) if found.cases is not None else ()
    rows: list[list[Cell | str]] = [
        [
            Cell(one.name, address("agreements", person=one.username)),
            one.team or "—",
            moment(one.pauses_at),
            "This version" if one.by_this else "Something earlier",
            *(f"{one.cases or 0:,}" for _ in cases),
        ]
        for one in found.people.rows
    ]
    sheet(
        ("Person", "Team", "Access would pause", "Because of", *cases),
        rows,
        caption="Whose access would pause if they don't sign, the first to pause first",
    )
    pager(found.people, key="impact")


def impact_in_words(desk: Desk, kept: DraftText) -> str:
    """The same in a few lines, for the confirmation."""
    return "\n".join(_lines(kept, _found(desk, kept, FIRST)))


def _form(desk: Desk, kind: AgreementKind, kept: DraftText | None, newest: VersionText | None) -> None:
    keys = {name: f"okf_draft_{kind}_{name}" for name in (*_FIELDS, "seen_at")}
    if keys["text"] not in st.session_state:
        _begin(keys, kind, kept, newest)
    seen_at = st.session_state[keys["seen_at"]]
    if (kept.saved_at if kept else None) != seen_at:
        st.warning("Somebody else kept, published or discarded this draft since you opened it.", icon=":material/sync:")
        st.button("Load theirs, and lose what is typed here", on_click=_begin, args=(keys, kind, kept, newest))
    sample = sample_agreement(kind) if newest is None and kept is None else None
    if sample:
        st.button(
            "Begin with the sample", on_click=_take_sample, args=(keys["text"], sample), icon=":material/article:"
        )
    today = london_date(desk.now())
    with st.form(f"okf_draft_{kind}", border=False):
        number, named = st.columns([1, 4])
        version = number.text_input("Version", key=keys["version"], max_chars=20, help="Such as 3 or 3.1")
        title = named.text_input("Title", key=keys["title"], max_chars=200)
        text = st.text_area(
            "Text, in Markdown",
            key=keys["text"],
            height=420,
            help="# makes a heading, **bold** words, - a list. No HTML and no pictures.",
        )
        how, on, by = st.columns(3)
        change = how.radio("Change", list(Change), key=keys["change"], format_func=_SAID.__getitem__)
        with on:
            effective_on = day_or_none("Takes effect on", today, side=Side.COMING, key=keys["effective_on"])
        with by:
            resign_by = day_or_none(
                "Sign by",
                today,
                side=Side.COMING,
                key=keys["resign_by"],
                hint="Access stops when this London day is over. Left empty: after the days of grace.",
            )
        sent = st.form_submit_button("Save the draft", type="primary" if kept is None else "secondary")
    if not sent:
        return
    try:
        st.session_state[keys["seen_at"]] = save_draft(
            desk,
            kind=kind,
            version=version,
            title=title,
            text=text,
            change=change or Change.MATERIAL,
            effective_on=taken(effective_on),
            resign_by=taken(resign_by),
            seen_at=seen_at,
        )
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _begin(keys: dict[str, str], kind: AgreementKind, kept: DraftText | None, newest: VersionText | None) -> None:
    """Fill the form with the draft, or with the words of the version before."""
    began: dict[str, object] = {name: getattr(kept, name) if kept else None for name in _FIELDS}
    if kept is None:
        text, title = (newest.text, newest.head.title) if newest else ("", _title(kind))
        began |= {"version": "", "title": title, "text": text, "change": Change.MATERIAL}
    for name, value in began.items():
        st.session_state[keys[name]] = value
    st.session_state[keys["seen_at"]] = kept.saved_at if kept else None


def _take_sample(key: str, sample: str) -> None:
    st.session_state[key] = sample


def _preview(kept: DraftText) -> None:
    st.subheader(f"{plain(kept.title)}, version {plain(kept.version)}")
    try:
        refuse_markup(kept.text)
    except Invalid as wrong:
        st.warning(f"{plain(str(wrong))} It can't be published so.", icon=":material/code_off:")
    with st.container(border=True):
        show_text(kept.text)


def _changes(kept: DraftText, newest: VersionText | None) -> None:
    if newest is None:
        st.info("This is the first version: there is none to compare it with.")
        return
    st.caption(f"Compared with version {plain(newest.head.version)}, of {day(newest.head.effective_on)}.")
    differences(newest.text, kept.text)


def _publish(desk: Desk, kept: DraftText) -> None:
    st.header("Publish it")
    if kept.effective_on is None:
        st.info("Choose the day on which it takes effect, and keep the draft. Then it can be published.")
        return
    if kept.needs_another:
        st.info(
            "A material version needs a second person: ask another manager or the data protection lead to read it here"
            " and to publish it. Until then nobody is asked to sign.",
            icon=":material/group:",
        )
        return
    asked = f"{kept.kind} {kept.saved_at.isoformat()}"
    if st.session_state.get(_PUBLISHING) != asked:
        if st.button("Go on to publish", type="primary"):
            st.session_state[_PUBLISHING] = asked
            st.rerun()
        return
    with st.form("okf_publish"):
        st.markdown(
            f"**Publish version {plain(kept.version)} of {told(kept.kind).lower()}, in effect from"
            f" {day(kept.effective_on)}?** It is published as the draft was kept last. A published text never changes"
            " and is never taken back."
        )
        st.text(impact_in_words(desk, kept))
        because = ""
        if leaves_few_days(kept.change, kept.effective_on, kept.resign_by):
            because = st.text_input(
                "Why so soon", max_chars=500, help=f"It leaves fewer than {SHORTEST_DAYS} days to sign. Goes on record."
            )
        sample = says_sample(kept.text) and st.checkbox("The text says that it is a SAMPLE: publish it all the same")
        password = st.text_input("Your password", type="password", autocomplete="current-password")
        with st.container(horizontal=True):
            final = st.form_submit_button("Publish now", type="primary")
            back = st.form_submit_button("Go back")
    if back:
        st.session_state.pop(_PUBLISHING)
        st.rerun()
    if final:
        try:
            version = publish_draft(
                desk, kept.kind, seen_at=kept.saved_at, password=password, short_because=because, sample_meant=sample
            )
        except CasebookError as error:
            st.error(plain(f"{error} Nothing is published yet."))
            return
        st.session_state.pop(_PUBLISHING)
        st.session_state.pop(f"okf_draft_{kept.kind}_text", None)  # the form begins again, with the words published
        st.session_state[_PUBLISHED] = version
        st.rerun()


def _discard(desk: Desk, kept: DraftText) -> None:
    with st.expander("Delete this draft", icon=":material/delete:"):
        st.text("Its words are gone then. What was published stays.")
        if st.checkbox("Yes, throw it away", key=f"okf_discard_{kept.saved_at.isoformat()}") and st.button("Delete it"):
            try:
                discard_draft(desk, kept.kind, seen_at=kept.saved_at)
            except CasebookError as error:
                st.error(plain(str(error)))
                return
            st.rerun()


def _title(kind: AgreementKind) -> str:
    return f"Confidentiality Agreement, {told(kind).lower()}" if kind.capacity else f"{told(kind)} notice"


def _found(desk: Desk, kept: DraftText, page: Page) -> Impact:
    if kept.effective_on is None:
        raise LookupError("a draft with its day")
    return impact_of(
        desk,
        kind=kept.kind,
        change=kept.change,
        effective_on=kept.effective_on,
        resign_by_date=kept.resign_by,
        page=page,
    )


def _lines(kept: DraftText, found: Impact) -> list[str]:
    counts = found.counts
    if kept.change is Change.MINOR:
        return ["A minor version: nobody is asked to sign, and no access pauses."]
    if found.pauses_at is None:
        return [f"{_people(counts.asked)} would be asked to sign. It is optional: no access pauses."]
    lines = [f"{_people(counts.asked)} must sign it, from the day on which it takes effect."]
    if counts.pause:
        cases = (
            ""
            if found.cases is None
            else f" ({found.holders or 0:,} with access to {counted(found.cases, 'case', 'cases')})"
        )
        lines.append(f"Access of {_people(counts.pause)} would pause on {moment(found.pauses_at)}{cases}.")
    if counts.earlier:
        lines.append(
            f"Access of {_people(counts.earlier)} would pause before that already, each on a day of their own:"
            " for the yearly signing, an earlier version, or their organisation."
        )
    if counts.stopped:
        lines.append(f"Without access already: {_people(counts.stopped)}, of whom {counts.never:,} never signed.")
    if not counts.running:
        lines.append("Nobody would lose access.")
    return lines


def _people(count: int) -> str:
    return counted(count, "person", "people")
