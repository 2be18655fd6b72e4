"""Submissions of the website's form: checked cell by cell, and put on file as enquiries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from okf.clock import london_date
from okf.dates import Order
from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.intake.contact_details import LABELS, LENGTHS, birth_or_age
from okf.load.known import Known
from okf.load.rows import Complaint, Entry
from okf.store.models import Enquiry, EnquiryPerson
from okf.terms.intake import EnquiryChannel, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer

_CHILD: Final = re.compile(r"(?P<name>[^()]+?)\s*(?:\((?P<born>[^()]*)\))?\s*")
_LONGEST: Final = {"name": 200, "other_adult": 200, **LENGTHS, "area": 80, "words": 50_000}
_MOST: Final = 15


def submission(known: Known, entry: Entry) -> Iterator[Complaint]:
    """Check a new submission's numbers, addresses, dates and lengths, and keep the people in it."""
    if not entry.is_new:
        return
    values = dict(entry.values)
    for column, most in _LONGEST.items():
        if len(values.get(column) or "") > most:
            yield column, f"this has {len(values[column]):,} characters", f"at most {most:,}"
    received_at = values.get("received_at")
    if received_at is not None and received_at > known.at:
        yield "received_at", "this time is still to come", "when the form was sent"
    born, age = None, None
    try:
        born, age = birth_or_age("born", values.get("born"), entry.table.order)
    except Invalid as wrong:
        yield "born", "this is neither a date of birth nor an age", wrong.why.rstrip(".")
    if born is not None and born > known.at.date():
        yield "born", "this date is still to come", "a date of birth"
    children, faults = _children(values.get("children"), known, entry.table.order)
    yield from faults
    entry.extra["_people"] = [_caller(values) | {"date_of_birth": born, "age": age}, *_other(values), *children]


def _caller(values: dict[str, Any]) -> dict[str, Any]:
    gave = {True: UndertakingAnswer.GIVEN, False: UndertakingAnswer.DECLINED}.get(values.get("undertaking"))  # type: ignore[arg-type]
    return {
        "part": EnquiryPart.CALLER,
        "name": values.get("name"),
        **{name: values.get(name) for name in LABELS},
        "notice_way": NoticeWay.ON_THE_WEBSITE if values.get("privacy_notice") else None,
        "undertaking": gave,
    }


def _other(values: dict[str, Any]) -> list[dict[str, Any]]:
    name, phone = values.get("other_adult"), values.get("other_adult_phone")
    return [{"part": EnquiryPart.OTHER_ADULT, "name": name or "Not named", "phone": phone}] if name or phone else []


def _children(told: str | None, known: Known, order: Order) -> tuple[list[dict[str, Any]], list[Complaint]]:
    """Each child by name, and by date of birth or age in brackets."""
    expected = 'names with a date of birth or age, such as "Ivy Example (31/12/2018); Max Example (7)"'
    made: list[dict[str, Any]] = []
    listed = [one.strip() for one in (told or "").split(";") if one.strip()]
    if len(listed) > _MOST:
        return [], [("children", f"this lists {len(listed)} children", f"at most {_MOST}")]
    for number, one in enumerate(listed, 1):
        found = _CHILD.fullmatch(one)
        try:
            born, age = birth_or_age("children", found["born"], order) if found else (None, None)
        except Invalid as wrong:
            return [], [("children", f"child {number}: {wrong.why.rstrip('.')}", expected)]
        if found is None or (born is not None and born > known.at.date()) or len(found["name"]) > 200:
            return [], [("children", f"child {number} can't be read", expected)]
        made.append({"part": EnquiryPart.CHILD, "name": found["name"].strip(), "date_of_birth": born, "age": age})
    return made, []


def put_submissions(desk: Desk, deed: Deed, entries: Iterable[Entry]) -> None:
    """Make a new enquiry of each submission, within the import's deed; all were checked before."""
    for entry in entries:
        values, ref = entry.values, desk.new_ref("E")
        received_at = values["received_at"]
        deed.add(
            Enquiry(
                ref=ref,
                status=EnquiryStatus.NEW,
                channel=EnquiryChannel.WEBSITE,
                submission_id=entry.key[0],
                kind_of_support=values.get("kind_of_support"),
                area=values.get("area"),
                words=values.get("words"),
                received_at=received_at,
                taken_by=str(desk.actor),
                taken_at=deed.at,
                version=1,
            )
        )
        for position, told in enumerate(entry.extra["_people"]):
            on = london_date(received_at)
            dated = {
                "notice_on": on if told.get("notice_way") else None,
                "undertaking_on": on if told.get("undertaking") else None,
            }
            deed.add(EnquiryPerson(enquiry_ref=ref, position=position, **told, **dated))
    deed.session.flush()
