"""What service users were told and promised: privacy notice and undertaking, never a condition of help (C14)."""

from __future__ import annotations

from datetime import date

from okf.cases.commands.on_case import case_of, on_case, own_part
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.store.models import PrivacyNoticeGiven, Undertaking
from okf.terms import Action
from okf.terms.intake import NoticeWay, UndertakingAnswer
from okf.validation import past_day

Answer = tuple[UndertakingAnswer | None, date | None]
Notice = tuple[NoticeWay | None, date | None]


def note_undertaking(
    desk: Desk, case_ref: str, service_user: str, *, answer: UndertakingAnswer, on: date | None = None
) -> None:
    """Keep that a service user was asked for the undertaking, gave it or declined it. Nothing waits for it.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: somebody who is not of this case, or a day to come.
    """
    _noted(desk, case_ref, service_user, undertaking=(answer, on))


def note_privacy_notice(
    desk: Desk, case_ref: str, service_user: str, *, way: NoticeWay, on: date | None = None
) -> None:
    """Keep that a service user was given the privacy notice, and how.

    Raises:
        NotFound, Refused, Invalid: as `note_undertaking`.
    """
    _noted(desk, case_ref, service_user, notice=(way, on))


def note_within(
    deed: Deed, service_user: str, *, notice: Notice = (None, None), undertaking: Answer = (None, None)
) -> None:
    """The same within another deed; what has no answer is not kept."""
    today, by = london_date(deed.at), deed.question.person.username
    way, given_on = notice
    if way is not None:
        deed.add(
            PrivacyNoticeGiven(
                service_user=service_user,
                given_on=past_day("Given on", given_on or today, deed.at),
                way=way,
                noted_by=by,
                noted_at=deed.at,
            )
        )
    answer, answered_on = undertaking
    if answer is not None:
        deed.add(
            Undertaking(
                service_user=service_user,
                answer=answer,
                answered_on=past_day("Answered on", answered_on or today, deed.at),
                noted_by=by,
                noted_at=deed.at,
            )
        )


def _noted(
    desk: Desk,
    case_ref: str,
    service_user: str,
    *,
    notice: Notice = (None, None),
    undertaking: Answer = (None, None),
) -> None:
    part = own_part(desk, case_ref, service_user)
    with on_case(desk, Action.NOTE_UNDERTAKING, case_ref, compartment=part) as deed:
        if service_user not in (*case_of(deed).parties, *case_of(deed).children):
            raise Invalid("Whose", "choose somebody of this case.")
        note_within(deed, service_user, notice=notice, undertaking=undertaking)
        deed.about(service_user, case_ref)
        deed.note(notice=notice[0], undertaking=undertaking[0])
