"""The people of an enquiry on the form: what is asked of an adult and of a child, and back again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import streamlit as st

from okf.intake.commands.enquiries import TakenPerson
from okf.intake.contact_details import LABELS, SAFELY, birth_or_age
from okf.intake.queries.enquiry import PersonTold
from okf.intake.views.safe_contact import lines
from okf.policy.contact import APART, AVOID, WAYS, ways
from okf.shell.drafts.views import DraftForm
from okf.shell.words import told
from okf.terms.intake import EnquiryPart, NoticeWay, UndertakingAnswer

MOST_ADULTS: Final = 4
MOST_CHILDREN: Final = 10
SAFE: Final = {"": "Not asked", "yes": "Yes, safe", "no": "No, NOT SAFE"}
_NOTICE: Final = tuple(NoticeWay)
_ANSWERS: Final = {
    "": "Not asked yet",
    UndertakingAnswer.ASKED.value: "Asked, no answer yet",
    UndertakingAnswer.GIVEN.value: "Given",
    UndertakingAnswer.DECLINED.value: "Declined",
}
_WHO: Final = {EnquiryPart.CALLER: "Name of who asks", EnquiryPart.OTHER_ADULT: "Name"}
_OTHERS: Final = ("name", "phone", "email", "address", "safe_contact_notes")
_TEXTS: Final = ("name", *SAFELY, *_OTHERS[1:])
_AVOID: Final = LABELS[AVOID]


def ask_adult(draft: DraftForm, part: EnquiryPart, number: int, first: dict[str, Any]) -> None:
    """Their name; of the caller how to reach them safely, of anybody else what the caller told us."""
    caller = part is EnquiryPart.CALLER

    def text(label: str, name: str, most: int, **more: Any) -> None:
        field = f"adult{number}_{name}"
        draft.text_input(label, field, max_chars=most, value=first.get(field, ""), **more)

    with st.grid(min_column_width=240):
        text(_WHO[part], "name", 200)
        text("Date of birth, or age", "born", 40, placeholder="31/12/1988 or 37")
    avoid = f"adult{number}_avoid"
    if not caller:
        st.markdown("**What the caller told us**")
        st.caption("Nobody is reached by it: it stands on the caller's side, until it is checked with them themselves.")
        ask_to_avoid(draft, avoid, first.get(avoid, []), "The caller warns: do not contact by", listed=True)
        with st.grid(min_column_width=240):
            text("Their number, as told", "phone", 80)
            text("Their e-mail, as told", "email", 320)
            text("Their address, as told", "address", 1000)
            text("What else the caller said of reaching them", "safe_contact_notes", 2000)
        return
    st.markdown("**How to reach them safely**")
    st.caption("Ask who else may hear, see or open it. A call at the wrong time can put somebody in danger.")
    ask_to_avoid(draft, avoid, first.get(avoid, []))
    with st.grid(min_column_width=240):
        text("Safe number", "safe_phone", 80)
        text("Hours that are safe", "safe_hours", 200, placeholder="weekdays 10 to 14")
        for label, name in (("May we leave a voicemail?", "voicemail"), ("May we write by post?", "post")):
            field = f"adult{number}_{name}"
            ask_safe(draft, label, field, first.get(field, ""))
        text("Code word", "code_word", 200, help="A word by which they know that it is OKF who calls.")
        text("E-mail", "email", 320)
        text("Other number", "phone", 80)
        text("Address", "address", 1000)
        text("Note on safe contact", "safe_contact_notes", 2000)


def ask_to_avoid(
    draft: DraftForm, field: str, stands: list[str], label: str = _AVOID, *, listed: bool = False
) -> list[str]:
    """The ways by which nobody must contact them, as they are chosen: `listed` ones alone where another tells them."""
    kept = draft.values.get(field) or []
    return draft.multiselect(
        label,
        field,
        list(dict.fromkeys((*WAYS, *stands, *kept))),
        default=stands,
        accept_new_options=not listed,
        placeholder="Choose" if listed else "Choose, or type another way",
    )


def ask_safe(draft: DraftForm, label: str, field: str, first: str) -> str | None:
    """Whether a way to reach them is safe."""
    at = list(SAFE).index(first)
    return draft.radio(label, field, list(SAFE), index=at, format_func=SAFE.__getitem__, horizontal=True)


def ask_child(draft: DraftForm, number: int, first: dict[str, Any]) -> None:
    """A child's name, and their date of birth or age."""
    with st.grid(min_column_width=240):
        name, born = f"child{number}_name", f"child{number}_born"
        draft.text_input(f"Child {number}: name", name, max_chars=200, value=first.get(name, ""))
        draft.text_input(
            f"Child {number}: date of birth, or age",
            born,
            max_chars=40,
            value=first.get(born, ""),
            placeholder="31/12/2015 or 9",
        )


def ask_promises(draft: DraftForm, first: dict[str, Any]) -> None:
    """The privacy notice, and the undertaking, which is asked for and never required (C14)."""
    draft.selectbox(
        "Privacy notice", "notice", _NOTICE, index=first.get("notice"), format_func=told, placeholder="Not given yet"
    )
    draft.radio(
        "Confidentiality undertaking",
        "undertaking",
        list(_ANSWERS),
        index=list(_ANSWERS).index(first.get("undertaking", "")),
        format_func=_ANSWERS.__getitem__,
        horizontal=True,
    )
    st.caption(
        "We ask them to keep what they learn here about OKF and other families to themselves. Help never depends on"
        " the answer. To tell the police, a lawyer, a regulator, a support service or close family is always allowed."
    )


def people_of(values: dict[str, Any]) -> list[TakenPerson]:
    """The people named in the form; those left empty are skipped.

    Raises:
        Invalid: a date of birth that is neither a date nor an age.
    """
    adults = range((values.get("adults") or 0) + 1)
    people = [_adult(values, number) for number in adults if number == 0 or _said(values, f"adult{number}_")]
    for number in range(1, (values.get("children") or 0) + 1):
        if _said(values, f"child{number}_"):
            born, age = birth_or_age(f"Child {number}: date of birth, or age", values[f"child{number}_born"])
            people.append(TakenPerson(EnquiryPart.CHILD, values[f"child{number}_name"], born, age))
    return people


def values_of(people: Iterable[PersonTold]) -> dict[str, Any]:
    """What stands in the form for people who are on file."""
    values: dict[str, Any] = {}
    adults = children = 0
    for one in people:
        if one.part is EnquiryPart.CHILD:
            children += 1
            values |= {f"child{children}_name": one.name, f"child{children}_born": _born(one)}
            continue
        number = 0
        if one.part is EnquiryPart.OTHER_ADULT:
            adults += 1
            number = adults
        else:
            values["notice"] = _NOTICE.index(one.notice_way) if one.notice_way else None
            values["undertaking"] = one.undertaking.value if one.undertaking else ""
        values |= {f"adult{number}_{name}": getattr(one, name) or "" for name in (_OTHERS if number else _TEXTS)}
        if number and (before := lines({name: getattr(one, name) for name in SAFELY})):
            # Taken when the caller was still asked for it: it stays as what they told.
            notes = f"adult{number}_safe_contact_notes"
            values[notes] = "; ".join([*before, values[notes]]).strip("; ")
        values |= {
            f"adult{number}_born": _born(one),
            f"adult{number}_avoid": ways(one.do_not_contact_by),
            f"adult{number}_voicemail": safe_told(one.voicemail_safe),
            f"adult{number}_post": safe_told(one.post_safe),
        }
    return values | {"adults": min(adults, MOST_ADULTS), "children": min(children, MOST_CHILDREN)}


def _adult(values: dict[str, Any], number: int) -> TakenPerson:
    told_of = {name: values[f"adult{number}_{name}"] for name in (_OTHERS if number else _TEXTS)}
    born, age = birth_or_age("Date of birth, or age", values[f"adult{number}_born"])
    answer, notice = values.get("undertaking"), values.get("notice")
    return TakenPerson(
        EnquiryPart.OTHER_ADULT if number else EnquiryPart.CALLER,
        date_of_birth=born,
        age=age,
        voicemail_safe=None if number else safe_of(values[f"adult{number}_voicemail"]),
        post_safe=None if number else safe_of(values[f"adult{number}_post"]),
        do_not_contact_by=APART.join(values[f"adult{number}_avoid"] or ()),
        notice_way=NoticeWay(notice) if notice and not number else None,
        undertaking=UndertakingAnswer(answer) if answer and not number else None,
        **told_of,
    )


def _said(values: dict[str, Any], prefix: str) -> bool:
    return any(value not in (None, "", []) for name, value in values.items() if name.startswith(prefix))


def _born(one: PersonTold) -> str:
    if one.date_of_birth:
        return f"{one.date_of_birth:%d/%m/%Y}"
    return "" if one.age is None else str(one.age)


def safe_of(answer: str | None) -> bool | None:
    """What an answer of the form means."""
    return {"yes": True, "no": False}.get(answer or "")


def safe_told(safe: bool | None) -> str:
    """The form's answer for what is on file."""
    return "" if safe is None else "yes" if safe else "no"
