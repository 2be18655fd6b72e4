"""Submissions of the website's form put on file as enquiries, within an import's deed."""

from __future__ import annotations

from collections.abc import Iterable

from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.load.rows import Entry
from okf.store.models import Enquiry, EnquiryPerson
from okf.terms.intake import EnquiryChannel, EnquiryStatus


def put_submissions(desk: Desk, deed: Deed, entries: Iterable[Entry]) -> None:
    """Each becomes an enquiry that waits; the import checked them all before."""
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
