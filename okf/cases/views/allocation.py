"""Giving access: the choice, what it will open in one sentence, who will see what, and the saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import streamlit as st

from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.queries.access import AccessRow, CaseParts, parts_of
from okf.cases.queries.candidates import Candidate, candidates, must_sign
from okf.cases.queries.who_sees import Proposed, Sees, who_sees
from okf.clock import end_of, london_date, start_of
from okf.desk import Desk
from okf.errors import Invalid
from okf.people.queries.workers import workers_named
from okf.policy.least import LEAST
from okf.policy.scopes import starting_scope
from okf.policy.words import until_told
from okf.shell.dates import day_or_none
from okf.shell.fields import hinted
from okf.shell.sheets import sheet
from okf.shell.words import day, errors_shown, plain, show_flash, told
from okf.terms import Capacity, FamilyField, RecordClass, Role

ONCE_SIGNED: Final = "It opens once they have signed."
KEPT: Final = "What a mediator keeps of one participant goes along to nobody."
_TURN: Final = "okf_grant_turn"
_SAID: Final = "okf_grant_said"
WORK: Final[tuple[Role | Capacity, ...]] = (
    Role.CASEWORKER,
    Role.MEDIATOR,
    Capacity.THERAPIST,
    Capacity.VOLUNTEER,
    Capacity.ALLIED_PARTNER,
)
CAPACITY: Final[dict[Role | Capacity, Capacity]] = {Role.CASEWORKER: Capacity.STAFF, Role.MEDIATOR: Capacity.STAFF}


def people_with_load(desk: Desk, case_ref: str, key: str, *, lead_for: str | None = None) -> dict[str, Candidate]:
    """Who may be chosen, by username, those with most room first; people barred by a conflict are left out."""
    words = st.text_input("Find a person by name", key=key, help="Whom a conflict of interest bars is not among them.")
    return candidates(desk, words, case_ref=case_ref, lead_for=lead_for)


def in_words(one: Candidate) -> str:
    """Somebody to choose: how much they carry, the room they have, and what speaks against them now."""
    said = [f"{one.name} ({one.username})"]
    if one.caseworker or one.cases:
        over = f"{-one.room} too many" if one.room < 0 else "no room"
        said.append(f"{one.weight} of {one.most}, {f'room for {one.room}' if one.room > 0 else over}")
    return ", ".join([*said, *([] if one.caseworker else ["not a caseworker"]), *_against(one)])


def _against(one: Candidate) -> list[str]:
    away = [f"away to the end of {day(one.away_to)}"] if one.away_to else []
    return [*(["access suspended"] if one.suspended else []), *away]


def all_the_same(one: Candidate, key: str) -> bool:
    """Whether nothing speaks against choosing them now, or it was ticked that they are chosen all the same."""
    if not (against := _against(one)):
        return True
    return st.checkbox(plain(f"{one.name}: {' and '.join(against)}. Choose them all the same"), key=key)


def not_signed(names: Sequence[str]) -> str:
    """Why a case that has its caseworker has nobody who can open it yet."""
    return f"not able to open: not signed ({', '.join(names)})"


def give(desk: Desk, case_ref: str, *, to: str | None = None, request: str | None = None) -> None:
    """The form that gives access to a case; to one person only where they asked for it."""
    new = chosen_for(desk, case_ref, to)
    if new is None:
        return
    answer = st.text_input("Your answer to them (may be left out)", key="grant_answer") if request else None
    tell(desk, case_ref, new)
    looked = repr(new)
    if st.button("See who will see what", key="grant_look"):
        st.session_state["grant_looked"] = looked
    if st.session_state.get("grant_looked") != looked:
        st.caption("Look at it first; then it can be saved.")
        return
    matrix(desk, case_ref, new)
    if st.button("Grant access", type="primary", key="grant_save"):
        with errors_shown():
            grant_access(desk, case_ref, new, request=request, answer=answer)
            del st.session_state["grant_looked"]
            st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
            once = f" {ONCE_SIGNED}" if must_sign(desk, new.to, new.capacity) else ""
            say_above(f"{plain(_name(desk, new.to))} holds access{_from(new.from_)}.{once}")


def say_above(said: str) -> None:
    """Rerun the page, with this above its forms."""
    st.session_state[_SAID] = said
    st.rerun()


def just_given() -> None:
    """Say once what was done; the form is empty then, for the next person."""
    show_flash(_SAID, ":material/check_circle:")


def tell(desk: Desk, case_ref: str, new: NewGrant) -> None:
    """What an access will open, in one sentence."""
    signs = must_sign(desk, new.to, new.capacity)
    said = sentence(new, parts_of(desk, case_ref), _name(desk, new.to), once_signed=signs)
    st.info(said, icon=":material/visibility:")


def tell_handed(desk: Desk, passed: Sequence[AccessRow], old: str, new: Candidate) -> None:
    """What a handover will open to the one and end for the other, a line for each access."""
    to_sign = {one for one in {row.capacity for row in passed} if must_sign(desk, new.username, one)}
    for row in passed:
        kinds = _listed([told(one).lower() + "s" for one in row.record_classes]) or "every kind of record"
        opens = f"{new.name} will read {kinds} in: {_listed(list(row.parts))}. {old} will not."
        once = ONCE_SIGNED if row.capacity in to_sign else ""
        st.info(plain(" ".join(filter(None, (opens, once, KEPT)))), icon=":material/visibility:")


def chosen_for(desk: Desk, case_ref: str, to: str | None = None) -> NewGrant | None:
    """An access as it is chosen, for the form that gives it or another one, such as a reopening."""
    parts, sure = parts_of(desk, case_ref), True
    if to is None:
        people = people_with_load(desk, case_ref, "find_worker", lead_for=_led(parts))
        to = st.selectbox(
            "Who", list(people), index=None, format_func=lambda one: in_words(people[one]), key=_key("grant_to")
        )
        sure = to is None or all_the_same(people[to], _key(f"grant_all_the_same_{to}"))
    work = st.selectbox("As what", WORK, format_func=told, key=_key("grant_work"))
    own = st.selectbox(
        "For whom",
        list(parts.people),
        index=None,
        format_func=parts.people.__getitem__,
        key=_key("grant_for"),
        help="The party whose caseworker, or the client whose therapist, they are.",
    )
    scope = starting_scope(work, parties=parts.parties, children=parts.children, own=own)
    as_it_starts = _key(f"{work}-{own}")  # another work starts with another scope
    compartments = st.multiselect(
        "Parts of the case",
        list(parts.parts),
        default=list(scope.compartments),
        key=f"grant_parts_{as_it_starts}",
        format_func=parts.parts.__getitem__,
    )
    kinds = st.multiselect(
        "Kinds of record (none chosen: all)",
        list(RecordClass),
        default=list(scope.record_classes),
        format_func=told,
        key=f"grant_kinds_{as_it_starts}",
    )
    with_address = (
        FamilyField.ADDRESS not in LEAST[work]
        and any(":" in part for part in compartments)
        and hinted(
            st.checkbox,
            "The address too",
            key=f"grant_address_{as_it_starts}",
            hint="Of whom the part is, where they must go there. It stands behind Show, and each look is on record.",
        )
    )
    purpose = st.text_input(
        "Purpose", max_chars=200, key=_key("grant_purpose"), help="Why they need it, naming nobody."
    )
    today = london_date(desk.now())
    with st.container(horizontal=True):
        begins = day_or_none("From (empty: at once)", today, min_value=today, key=_key("grant_from"))
        ends = day_or_none("To the end of (empty: open-ended)", today, min_value=today, key=_key("grant_until"))
    leads = own in parts.parties and st.checkbox(
        "Lead caseworker of this party", value=work is Role.CASEWORKER, key=f"grant_leads_{as_it_starts}"
    )
    if to is None or not compartments or not purpose.strip():
        st.caption("Choose who, which parts of the case and for what purpose.")
        return None
    if isinstance(begins, Invalid) or isinstance(ends, Invalid):
        return None
    if not sure:
        st.caption("Tick that you choose them all the same, or choose somebody else.")
        return None
    return NewGrant(
        to=to,
        capacity=CAPACITY.get(work) or Capacity(work.value),
        compartments=compartments,
        purpose=purpose,
        record_classes=kinds,
        from_=start_of(begins) if begins and begins > today else None,
        until=end_of(ends) if ends else None,
        lead_for=own if leads else None,
        with_address=with_address,
    )


def _key(field: str) -> str:
    """A field's key; another one once an access was given, so that the form is empty for the next person."""
    turn = st.session_state.get(_TURN, 0)
    return f"{field}-{turn}" if turn else field


def _led(parts: CaseParts) -> str | None:
    own, work = st.session_state.get(_key("grant_for")), st.session_state.get(_key("grant_work"), Role.CASEWORKER)
    return own if own in parts.parties and work == Role.CASEWORKER else None


def sentence(new: NewGrant, parts: CaseParts, name: str, *, once_signed: bool) -> str:
    """What an access will open, in one sentence."""
    kinds = _listed([told(one).lower() + "s" for one in new.record_classes]) or "every kind of record"
    where = _listed([parts.parts[one] for one in new.compartments])
    until = f" {until_told(new.until)}" if new.until else ", until somebody ends it"
    address = ", and see the address of whose part it is" if new.with_address else ""
    once = f" {ONCE_SIGNED}" if once_signed else ""
    return plain(f"{name} will read {kinds} in: {where}{address}{_from(new.from_)}{until}.{once}")


def _from(start: datetime | None) -> str:
    return f" from {day(start)}" if start else " from now on"


def _name(desk: Desk, username: str) -> str:
    found = [one.name for one in workers_named(desk, username) if one.username == username]
    return found[0] if found else username


def matrix(desk: Desk, case_ref: str, new: NewGrant | None = None) -> None:
    """Who will see what: people beside the parts of the case, before and after."""
    found = who_sees(desk, case_ref, _proposed(new) if new else None)
    rows = []
    for row in found.rows:
        if row.changes:
            rows.append([f"{row.name}, before", *(_cell(row.before, part) for part in found.parts)])
            rows.append([f"{row.name}, AFTER", *(_cell(row.after, part) for part in found.parts)])
        else:
            rows.append([row.name, *(_cell(row.after, part) for part in found.parts)])
    sheet(["Who", *found.parts.values()], rows, caption="Who will see what of this case")
    st.caption(
        "Beside these, the safeguarding leads see what an open concern needs, and an emergency opens the case for some"
        " hours; both are on record."
    )


def _proposed(new: NewGrant) -> Proposed:
    kinds = tuple(str(one.value) for one in new.record_classes)
    parts = tuple(new.compartments)
    return Proposed(new.to, new.capacity, parts, kinds, new.from_, new.until, new.lead_for, new.with_address)


def _cell(seen: Mapping[str, Sees], part: str) -> str:
    sees = seen.get(part)
    if sees is None:
        return "—"
    kinds = "Everything" if sees.everything else ", ".join(told(one) for one in sees.kinds)
    said = f"{kinds}, and the address" if sees.address else kinds
    return f"{said} (once signed)" if sees.once_signed else said


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
