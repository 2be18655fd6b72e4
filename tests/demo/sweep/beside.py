"""What the demo's story has none of, so that there is a row of each kind that holds somebody's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from fpdf import FPDF
from sqlalchemy import select

from okf.agreements.commands.paper_signatures import file_paper_signature
from okf.agreements.commands.partners import add_partner
from okf.agreements.commands.texts import save_draft
from okf.cases.commands.access_requests import request_access
from okf.cases.commands.access_routes import open_custody
from okf.cases.commands.appointments import make_appointment
from okf.cases.commands.conflicts import declare_tie
from okf.cases.commands.families import ask_to_link, ask_to_unlink
from okf.clock import london_date
from okf.desk import Desk
from okf.file_check import Upload
from okf.intake.commands.enquiries import TakenPerson, change_enquiry
from okf.intake.queries.enquiry import enquiry_in_view
from okf.mediation.commands.recordings import ask_to_record, note_recording
from okf.policy.chronology import Meeting
from okf.proof.commands.receipts import prepare_receipt
from okf.records.commands.handing import hand_over_record
from okf.records.commands.misfilings import report_misfiling
from okf.records.commands.records import add_record, correct_record
from okf.records.commands.relabels import propose_relabel
from okf.safeguarding.commands.chronology_papers import let_chronology_go, prepare_chronology, read_chronology_again
from okf.safeguarding.commands.low_level import add_to_low_level
from okf.safeguarding.commands.papers import take_out_paper
from okf.safeguarding.commands.subjects import remove_subject
from okf.safeguarding.papers import concern_paper
from okf.safeguarding.queries.chronology_papers import chronologies_of, lines_to_choose, proposed
from okf.safeguarding.views.chronology_paper import files
from okf.sharing.commands.redactions import black_out
from okf.sharing.commands.shares import ask_to_share
from okf.shell.drafts.commands import keep_draft
from okf.store.engine import Store
from okf.store.models import Case, ConcernAbout, ConcernPaper, Enquiry, LowLevelConcern, Mediation, Record
from okf.terms import Action, CaseStatus, Change, RecordClass
from okf.terms.agreements import AgreementKind
from okf.terms.caseload import CaseLinkKind
from okf.terms.chronologies import ChronologyPurpose
from okf.terms.decisions import Consent, LegalBasis
from okf.terms.intake import EnquiryPart, EnquiryStatus
from okf.terms.records import AppointmentKind, Channel, Direction


def tell_the_rest(store: Store, at: datetime) -> None:
    """Do at this instant what the story leaves out, each by whoever may."""
    today = london_date(at)

    def desk(who: str) -> Desk:
        return Desk(store, who, now=lambda: at, session_id=f"rest-{who}")

    with store.reading() as session:
        school = session.scalars(select(Record).where(Record.written_by == "caseworker").order_by(Record.id)).all()
        school = next(one for one in school if one.title == "Call about the school")
        talks = session.scalars(select(Mediation).where(Mediation.case_ref == school.case_ref)).one()
        closed = session.scalars(select(Case.ref).where(Case.status == CaseStatus.CLOSED).order_by(Case.ref)).first()
        about = session.scalars(select(ConcernAbout).where(ConcernAbout.service_user.is_not(None))).first()
        paper = session.scalars(select(ConcernPaper).where(ConcernPaper.approved)).first()
        low = session.scalars(select(LowLevelConcern).order_by(LowLevelConcern.ref)).first()
    _on_a_case(desk, school, talks, at)
    _on_an_enquiry(desk("intake"), store)
    _by_workers(desk, str(closed), school.case_ref, today)
    _by_leads(desk, about, paper, low)


def _on_a_case(desk: Callable[[str], Desk], school: Record, talks: Mediation, at: datetime) -> None:
    case, side, worker = school.case_ref, school.source, desk("caseworker")
    letter = add_record(
        worker,
        case,
        record_class=RecordClass.COMMUNICATION,
        source=side,
        subjects=[side],
        title="A letter",
        text="She brought the school's letter.",
        occurred_at=at - timedelta(hours=2),
        channel=Channel.LETTER,
        direction=Direction.TO_US,
        with_whom="The head teacher",
        files=[Upload("letter.pdf", a_pdf("The school's letter"))],
    )
    strayed = add_record(
        worker,
        case,
        record_class=RecordClass.DOCUMENT,
        source=side,
        subjects=[side],
        title="A paper of another family",
        text="It was in the same envelope.",
        occurred_at=at - timedelta(hours=2),
        files=[Upload("paper.pdf", a_pdf("Another family's paper"))],
    )
    correct_record(worker, strayed, title="A paper", text="Of another family.", reason="Looked again", after=0)
    report_misfiling(worker, strayed, note="It has another name at its head")
    hand_over_record(
        worker,
        case,
        record_class=RecordClass.NOTE,
        source="external",
        subjects=[side],
        title="The grandmother rang",
        text="She will fetch them on Friday.",
        occurred_at=at - timedelta(hours=1),
    )
    correct_record(worker, letter, title="A letter", text="It was an e-mail.", reason="Misread", after=0)
    propose_relabel(worker, letter, source="internal", subjects=[side], reason="We wrote it")
    asked = ask_to_share(
        worker,
        records=[school.id],
        recipient={"type": "school_dsl", "name": "Sampleton Primary School"},
        purpose="support at school",
        channel="telephone",
    )
    black_out(worker, asked.ref, school.id, passages=[(0, 5)], reason="Not needed there")
    make_appointment(
        worker,
        case,
        kind=AppointmentKind.MEETING,
        compartment=f"sole:{side}",
        day=london_date(at) + timedelta(days=3),
        start=time(10),
        minutes=60,
        about="Before the fourth session",
        place="The library",
    )
    ask_to_record(desk("mediator"), talks.ref, session_starts=at + timedelta(days=5), purpose="To write it up")
    note_recording(
        desk("mediator"),
        talks.ref,
        session_starts=at - timedelta(days=1),
        recorded_at=at - timedelta(days=1),
        what="A telephone lay on the table and was recording.",
    )
    prepare_receipt(desk("manager"), case, service_user=side)
    keep_draft(worker, "task", case, values={"text": "Something begun"}, case_ref=case)


def _on_an_enquiry(intake: Desk, store: Store) -> None:
    with store.reading() as session:
        ref = session.scalars(
            select(Enquiry.ref).where(Enquiry.status == EnquiryStatus.NEW).order_by(Enquiry.ref)
        ).first()
    view = enquiry_in_view(intake, str(ref))
    names = [field.name for field in fields(TakenPerson)]
    people = [TakenPerson(**{name: getattr(one, name) for name in names}) for one in view.people]
    people = [replace(one, address="12 Sample Street") for one in people if one.part is EnquiryPart.CALLER]
    change_enquiry(intake, view.ref, seen=view.version, people=people, said=view.words, note=view.note)


def _by_workers(desk: Callable[[str], Desk], closed: str, case: str, today: date) -> None:
    request_access(desk("caseworker3"), case, reason="I know the family from before")
    declare_tie(
        desk("volunteer"), name="Perpetua Greenshank", born=date(1980, 2, 3), phone="07700 900999", reason="Aunt"
    )
    open_custody(desk("datalead"), closed, purpose="A request for data", until=today + timedelta(days=3))
    save_draft(
        desk("datalead"),
        kind=AgreementKind.STAFF,
        version="3",
        title="The next one",
        text="What will be promised",
        change=Change.MATERIAL,
    )
    add_partner(desk("manager"), "Harbour Trust", from_on=today, signed_for_them_by="Somebody of theirs")
    file_paper_signature(
        desk("manager"),
        person="volunteer.unsigned",
        kind=AgreementKind.VOLUNTEER,
        version="2",
        signed_on=today - timedelta(days=1),
        scan=Upload("scan.pdf", a_pdf("A signature")),
    )
    link = ask_to_link(desk("manager"), case, closed, kind=CaseLinkKind.LINKED, why="They may be one family")
    ask_to_unlink(desk("manager"), link, why="They are none")
    keep_draft(desk("volunteer"), "concern", values={"account": "Half a worry"}, action=Action.RAISE_CONCERN)


def _by_leads(desk: Callable[[str], Desk], about: Any, paper: Any, low: Any) -> None:
    remove_subject(desk("dsl"), about.concern_ref, who=about.service_user, reason="Another child was meant")
    add_to_low_level(desk("dsl"), low.ref, text="Spoke again")
    take_out_paper(desk("dsl"), paper.ref, make=concern_paper)
    lines = lines_to_choose(desk("dsl"), paper.concern_ref)
    meeting = Meeting("la_children", "A meeting", [LegalBasis.DPA18_S1_P18], "They ask for it", Consent.NOT_SOUGHT)
    chronology = prepare_chronology(
        desk("dsl"),
        paper.concern_ref,
        for_what=meeting,
        left_out=proposed(lines, ChronologyPurpose.MEETING, None, None),
        seen=lines.mark,
    )
    read_chronology_again(desk("deputy"), chronology, approved=True, seen=[line.key for line in lines.lines])
    [version] = chronologies_of(desk("dsl"), paper.concern_ref).versions
    let_chronology_go(desk("dsl"), chronology, ticked=version.conditions, make=files)


def a_pdf(text: str) -> bytes:
    """A PDF of one page."""
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica")
    made.write(text=text)
    return bytes(made.output())
