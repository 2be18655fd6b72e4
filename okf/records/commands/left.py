"""Save what one had begun to write when its case closed, as the record that it was to be (C6)."""

from __future__ import annotations

from collections.abc import Sequence

from okf.cases.commands.on_case import on_case, part_of
from okf.desk import Desk
from okf.errors import Conflict, NotFound
from okf.records.commands.records import mediator_of, put_record
from okf.records.queries.left import left_drafts
from okf.shell.drafts.queries import DRAFT_OF_MEDIATION, DRAFT_OF_RECORD
from okf.store.models import Draft
from okf.terms import Action


def save_left_draft(
    desk: Desk,
    case_ref: str,
    *,
    source: str,
    subjects: Sequence[str],
    present: Sequence[str] = (),
    mediation: str | None = None,
) -> str:
    """Put one's draft on the case that has closed, with the words as they are; the record's reference.

    `mediation` is that of a mediator's own note.

    Raises:
        NotFound: there is no such draft, or its day is over.
        Refused: they could not have written it before the closing, or may not now.
        Invalid: there are no words in it, the source or a subject does not fit, or one party alone is called both.
    """
    draft = next((one for one in left_drafts(desk) if (one.case_ref, one.mediation) == (case_ref, mediation)), None)
    if draft is None:
        raise NotFound("There is no draft of yours here that can be saved. Its day may be over.")
    part = part_of(desk, case_ref, source)
    with on_case(
        desk,
        Action.KEEP_LEFT_DRAFT,
        case_ref,
        compartment=part,
        record_class=draft.record_class,
        about=mediator_of(desk, mediation),
    ) as deed:
        form, subject = (DRAFT_OF_MEDIATION, mediation) if mediation else (DRAFT_OF_RECORD, case_ref)
        row = deed.session.get(Draft, (str(desk.actor), form, subject))
        if row is None or row.kept_at != draft.kept_at:
            raise Conflict("This draft was saved or changed in another window.")
        deed.session.delete(row)
        return put_record(
            desk,
            deed,
            part,
            record_class=draft.record_class,
            source=source,
            subjects=subjects,
            title=draft.title,
            text=draft.text,
            occurred_at=draft.kept_at,
            mediation=mediation,
            present=present,
        )
