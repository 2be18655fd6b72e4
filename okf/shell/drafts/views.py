"""Forms that keep what was typed: at each change, and two seconds after the last key stroke.

The browser may be closed at any moment; whoever comes back finds the form as
they left it. The widgets stand outside `st.form`, which would hold their
values back until it is sent.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial
from typing import Any, Final, TypeVar

import streamlit as st

from okf.clock import clock_time, london, london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid, StoreUnavailable
from okf.shell import dates, fields, held
from okf.shell.dates import moment_of
from okf.shell.drafts.commands import forget_draft, keep_draft
from okf.shell.drafts.queries import NOTHING, KeptDraft, own_draft
from okf.shell.live_session import IDLE, mark_of
from okf.shell.words import day, plain, show_flash
from okf.signs import lookalike
from okf.terms import Action

T = TypeVar("T")
_SECONDS: Final = 2.0  # that a draft waits for another writer: whoever types should not wait longer
_AGAIN_AFTER: Final = timedelta(seconds=10)
_MEANT: Final = "_meant"  # behind a field's name: the day or time that its text meant when it was typed
_SERVER: Final = "okf_draft_server"  # tells one memory of a tab from the next, after a break


def resume(
    desk: Desk,
    form: str,
    subject: str | None = None,
    *,
    case: str | None = None,
    action: Action = Action.OPEN_CASE,
    stays: bool = False,
) -> DraftForm:
    """What this person left off in this form, else an empty one; call it before the form's fields.

    `subject` tells forms of one kind apart, such as the case's reference;
    `case` is the case on which the form is, and with which its drafts end,
    where the subject is not that case itself. `action` is what the policy is
    asked about that case before a draft is shown or kept. A form that `stays`
    is not emptied at once when the session times out under it.
    """
    try:
        kept = own_draft(desk, form, subject, case_ref=case, action=action)
    except StoreUnavailable:
        kept = NOTHING
    return DraftForm(desk, form, subject, case, action, kept, stays=stays)


def let_go(desk: Desk, form: str, subject: str | None = None) -> None:
    """Have the tab hold nothing of this form any more: for what is shown in its place once it was done."""
    held.let_go(_held_as(desk, form, subject))


def _held_as(desk: Desk, form: str, subject: str | None) -> str:
    """The name under which a tab holds a form's words: of its writer alone."""
    return f"{mark_of(str(desk.actor))}:{form}:{subject or ''}"


class DraftForm:
    """One form of one person. Its fields are Streamlit's own, by the same names and with a `field` each.

    A `hint` stands in sight below its field, where `help` stands behind a question mark.
    """

    def __init__(
        self,
        desk: Desk,
        form: str,
        subject: str | None,
        case_ref: str | None,
        action: Action,
        kept: KeptDraft,
        *,
        stays: bool = False,
    ) -> None:
        self._desk, self._form, self._subject, self._case, self._action = desk, form, subject, case_ref, action
        self._kept = kept
        stem = re.sub(r"[^A-Za-z0-9]+", "-", f"{form}-{subject or ''}")
        self._turn = f"okf_draft_turn_{stem}"
        self._said = f"okf_draft_said_{stem}"
        self._keys = f"okf_draft-{stem}-{st.session_state.setdefault(self._turn, 0)}-"
        # What could not be kept: None until the tab was asked whether it holds something, empty once all is kept.
        self._unkept = f"okf_draft_unkept_{stem}"
        self._holder = f"okf_draft_holder_{stem}"
        # Fields that stand at the present, and those that the writer set: what nobody set is kept in no draft.
        self._present: set[str] = st.session_state.setdefault(f"{self._keys}present", set())
        self._changed: set[str] = st.session_state.setdefault(f"{self._keys}changed", set())
        unkept = st.session_state.get(self._unkept) or {}
        self.values: dict[str, Any] = {**kept.values, **unkept}
        self._readers: dict[str, Callable[[str], object]] = {}
        if unkept and (at := self._try_again(unkept)):
            self._kept = KeptDraft(self.values, at)
        self._hold(stays)
        show_flash(self._said, ":material/check_circle:")
        with st.container():  # always there, as what was said
            if fault := st.session_state.pop(f"{self._keys}fault", None):
                st.error(fault)

    @property
    def begun(self) -> bool:
        """Whether something is kept of it."""
        return self._kept.kept_at is not None

    @property
    def name(self) -> str:
        """A name for what the form has besides its fields, such as a file; another one once the form is done."""
        return self._keys

    def beside(self, field: str, value: Any) -> Any:
        """What stood when the draft was begun, such as the version that it goes on from; kept beside the fields."""
        return st.session_state.setdefault(self._field(field), self.values.get(field, value))

    def move(self, field: str, value: Any) -> None:
        """Go on from another such value: for a callback."""
        st.session_state[self._field(field)] = value
        self._keep(field, self._field(field))

    def move_all(self, values: Mapping[str, Any]) -> None:
        """Set several such values or fields, and keep them once: for a callback."""
        for field, value in values.items():
            st.session_state[self._field(field)] = value
        self._keep_all({field: _plain(value) for field, value in values.items()})

    # The fields

    def text_area(self, label: str, field: str, **more: Any) -> str:
        """As `st.text_area`; empty it is the empty text."""
        return self._text(st.text_area, label, field, more)

    def text_input(self, label: str, field: str, **more: Any) -> str:
        """As `st.text_input`; empty it is the empty text. A letter that only looks alike is pointed out."""
        given = self._text(st.text_input, label, field, more)
        hint = lookalike(given)
        if hint:
            st.caption(plain(f"{label}: {hint}. It may only look like the letter that is meant."))
        return given

    def selectbox(self, label: str, field: str, options: Sequence[T], **more: Any) -> T | None:
        """As `st.selectbox`, with `index=None` where nothing is to be chosen at first."""
        return self._one_of(st.selectbox, label, field, options, more)

    def radio(self, label: str, field: str, options: Sequence[T], **more: Any) -> T | None:
        """As `st.radio`."""
        return self._one_of(st.radio, label, field, options, more)

    def multiselect(self, label: str, field: str, options: Sequence[T], **more: Any) -> list[T]:
        """As `st.multiselect`, without its "Select all": each thing that is kept here was chosen."""
        more.setdefault("select_all", False)
        kept = self.values.get(field)
        by_default = more.pop("default", None) or []
        first = [one for one in options if _plain(one) in kept] if isinstance(kept, list) else list(by_default)
        return list(self._show(st.multiselect, label, field, first, more, options))

    def checkbox(self, label: str, field: str, **more: Any) -> bool:
        """As `st.checkbox`."""
        return bool(self._show(st.checkbox, label, field, self._first(field, bool, more.pop("value", False)), more))

    def date_input(self, label: str, field: str, *, side: Side | None = None, **more: Any) -> date | Invalid | None:
        """As `day_or_none` of the shell's dates; with `now` for today until it is changed."""
        today = london_date(self._desk.now())
        read = partial(dates.day_read, today=today, side=dates.side_of(today, side, **more))
        return self._read(partial(dates.day_or_none, today=today, side=side), read, label, field, more)

    def time_input(self, label: str, field: str, **more: Any) -> time | Invalid | None:
        """As `time_or_none` of the shell's dates; with `now` for the present until it is changed."""
        return self._read(dates.time_or_none, dates.time_read, label, field, more)

    # What is told of it, and its end

    def told(self) -> None:
        """A small line under the form: when the draft was kept, and the way to let it go."""
        if st.session_state.get(self._unkept):
            st.warning(
                "Casebook can't keep your draft at this moment. What you typed is held in this tab of your browser:"
                " don't close it, and don't sign out. It is kept as soon as that is possible.",
                icon=":material/tab:",
            )
            return
        if self._kept.kept_at is None:
            st.caption("What you type here is kept as your draft, which nobody else can read.")
            return
        at = self._kept.kept_at
        when = clock_time(at)
        if london_date(at) != london_date(self._desk.now()):
            when = f"{when} on {day(at)}"
        with st.container(horizontal=True, vertical_alignment="center", key=f"{self._keys}told"):
            st.caption(f"Draft kept at {when}. Nobody else can read it.", width="content")
            with st.popover("Discard", type="tertiary"):
                st.text("What you typed into this form will be gone.")
                st.button("Discard the draft", key=f"{self._keys}discard", on_click=self._end)

    def done(self, said: str | None = None) -> None:
        """Delete the draft once its command has succeeded; with words, show them above an empty form at once.

        Without words the fields are empty from the next run on.
        """
        self._end()
        if said is not None:
            st.session_state[self._said] = said
            st.rerun()

    # How it is done

    def _show(
        self,
        widget: Any,
        label: str,
        field: str,
        first: Any,
        more: dict[str, Any],
        options: Sequence[Any] | None = None,
    ) -> Any:
        key = self._field(field)
        if key not in st.session_state:
            st.session_state[key] = first
        chosen_from = widget in (st.selectbox, st.radio, st.multiselect)
        given = (label, options) if chosen_from else (label,)
        draw = partial(fields.hinted, widget) if "hint" in more else widget
        value = draw(*given, key=key, on_change=self._keep, args=(field, key), **more)
        self.values[field] = _plain(value)
        return value

    def _text(self, widget: Any, label: str, field: str, more: dict[str, Any]) -> str:
        first = more.pop("value", "") or ""
        return str(self._show(widget, label, field, self._first(field, str, first), more) or "")

    def _one_of(self, widget: Any, label: str, field: str, options: Sequence[T], more: dict[str, Any]) -> T | None:
        index = more.pop("index", 0)
        kept = self.values.get(field)
        first = next((one for one in options if kept is not None and _plain(one) == kept), None)
        if first is None and index is not None and options:
            first = options[index]
        key = self._field(field)
        if st.session_state.get(key) is not None and st.session_state[key] not in options:
            del st.session_state[key]  # what there is to choose has changed since
        chosen: T | None = self._show(widget, label, field, first, {**more, "index": None}, options)
        return chosen

    def _read(self, widget: Any, read: Callable[[str], Any], label: str, field: str, more: dict[str, Any]) -> Any:
        """A day or a time: what was typed is kept, and beside it what it meant then."""
        now = more.pop("now", None)
        key, first = self._field(field), more.pop("value", now)
        if now is not None and field not in self.values and field not in self._changed:
            self._present.add(field)
            st.session_state[key] = now
        elif key not in st.session_state:
            st.session_state[key] = self._typed_before(field, read) if field in self.values else first
        self._readers[field] = read
        given = widget(label, key=key, on_change=self._keep, args=(field, key), **more)
        self.values[field] = given if isinstance(given, Invalid) else _plain(given)
        return given

    def _typed_before(self, field: str, read: Callable[[str], Any]) -> Any:
        """What was typed into a day or a time; where that would mean something else by now, what it meant."""
        typed, meant = self.values[field], self.values.get(f"{field}{_MEANT}")
        typed = typed if isinstance(typed, str) else None  # as no form of ours keeps it otherwise
        return typed if not meant or _plain(_read_or_none(read, typed)) == meant else read(meant)

    def _field(self, field: str) -> str:
        return f"{self._keys}field_{field}"

    def _first(self, field: str, kind: type, by_default: Any) -> Any:
        kept = self.values.get(field)
        return kept if isinstance(kept, kind) else by_default

    def _keep(self, field: str, key: str) -> None:
        self._changed.add(field)
        kept = {field: _plain(st.session_state.get(key))}
        if field in self._readers:
            kept[f"{field}{_MEANT}"] = _plain(_read_or_none(self._readers[field], kept[field]))
        self._keep_all(kept)

    def _keep_all(self, values: Mapping[str, Any]) -> None:
        typed = {
            str(name).removeprefix(self._field("")): _plain(value)
            for name, value in st.session_state.items()
            if str(name).startswith(self._field(""))
        }
        typed = {field: value for field, value in typed.items() if field not in self._present - self._changed}
        unkept = st.session_state.get(self._unkept) or {}
        try:
            self._keep_on_file({**unkept, **values}, typed)
            st.session_state[self._unkept] = {}
        except Invalid as too_long:
            st.session_state[f"{self._keys}fault"] = str(too_long)
        except StoreUnavailable:
            st.session_state[self._unkept] = {**unkept, **typed, **values}
            st.session_state[f"{self._unkept}_at"] = self._desk.now()

    def _keep_on_file(self, values: Mapping[str, Any], others: Mapping[str, Any]) -> datetime | None:
        return keep_draft(
            self._desk.in_haste(_SECONDS),
            self._form,
            self._subject,
            values=values,
            others=others,
            case_ref=self._case,
            action=self._action,
        )

    def _try_again(self, unkept: Mapping[str, Any]) -> datetime | None:
        """Keep now what could not be kept before, and say when; not at each run, since each try may have to wait."""
        if self._desk.now() - st.session_state[f"{self._unkept}_at"] < _AGAIN_AFTER:
            return None
        try:
            at = self._keep_on_file(unkept, {})
        except (Invalid, StoreUnavailable):
            st.session_state[f"{self._unkept}_at"] = self._desk.now()
            return None
        st.session_state[self._unkept] = {}
        return at

    def _hold(self, stays: bool) -> None:
        """Have the tab hold what is not kept; one that comes back is asked whether it holds something."""
        held.typing(
            _held_as(self._desk, self._form, self._subject),
            fields=self._keys,
            run=(st.session_state.setdefault(_SERVER, secrets.token_hex(8)), st.session_state[self._turn]),
            kept=dict(self._kept.values),
            words=st.session_state.get(self._unkept),
            stays=int(IDLE.total_seconds()) if stays else 0,
            key=self._holder,
            on_found=self._found,
        )

    def _found(self) -> None:
        """Go on with what the tab held, as its fields' values."""
        try:
            found = json.loads(st.session_state[self._holder].found)
            typed, words = dict(found["typed"]), dict(found["words"])
        except (KeyError, TypeError, ValueError):
            return
        for field in words:
            st.session_state.pop(self._field(field), None)
        for field, text in typed.items():
            st.session_state[self._field(field)] = str(text)
        st.session_state[self._unkept] = {**words, **typed}
        st.session_state[f"{self._unkept}_at"] = self._desk.now() - _AGAIN_AFTER

    def _end(self) -> None:
        with suppress(StoreUnavailable):  # the form was done all the same
            forget_draft(self._desk.in_haste(_SECONDS), self._form, self._subject)
        st.session_state[self._unkept] = {}
        st.session_state[self._turn] = st.session_state.get(self._turn, 0) + 1
        for name in [name for name in st.session_state if str(name).startswith(self._keys)]:
            del st.session_state[name]


def _read_or_none(read: Callable[[str], Any], text: Any) -> Any:
    with suppress(ValueError):
        return read(str(text or ""))
    return None


def _plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return [_plain(one) for one in value] if isinstance(value, Iterable) else str(value)


def moment_field(draft: DraftForm, label: str, field: str, now: datetime, *, past: bool = False) -> datetime | Invalid:
    """An instant, by its London date and time, the present until its writer changes it; `past` for what has been."""
    wall = london(now)
    latest = wall.date() if past else dates.LAST_DAY
    stem = f"{field}_" if field else ""
    with st.container(horizontal=True):
        on = draft.date_input(label, f"{stem}on", now=wall.date(), max_value=latest)
        at = draft.time_input(
            "At (London time)",
            f"{stem}at",
            now=wall.time().replace(second=0, microsecond=0),
            help="It is now, until you change it.",
        )
    return moment_of(on or wall.date(), at or wall.time())
