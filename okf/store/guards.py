"""Three guards: confidential rows change only inside a deed, in bulk and by text too; the record is never rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import DDL, CompoundSelect, Connection, Delete, Engine, Insert, Select, Table, Update, event, inspect
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import Session
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.visitors import iterate

from okf.store.models import (
    AgreementVersion,
    AuditEvent,
    AuditHead,
    Base,
    Breach,
    CaseLink,
    ChecklistVersion,
    ChronologyCopy,
    ChronologyPaper,
    Concern,
    ConcernAboutEnd,
    ConcernCategoryAlso,
    ConcernDecision,
    ConcernEntry,
    ConcernFile,
    ConcernInformed,
    ConcernMark,
    ConcernPaper,
    ConcernPaperCopy,
    ConcernReview,
    ConcernVoice,
    Confidential,
    ContactMarker,
    ContactMarkerStep,
    ContactStatement,
    DecisionReading,
    DecisionRecipientAlso,
    FigureSet,
    FigureWords,
    FilledChecklist,
    FormerPerson,
    HandedRecord,
    IncidentReport,
    LadoNotice,
    LookFirstStep,
    LowLevelConcern,
    LowLevelStep,
    MatchDecision,
    MatchFinding,
    MatchReport,
    MediationAgreement,
    MediationProposal,
    MediationScreening,
    MediationStep,
    Misfiling,
    OutcomeSummary,
    Own,
    PaperSignature,
    PrivacyNoticeGiven,
    Record,
    RecordCorrection,
    RecordingIncident,
    RecordRelabel,
    Redaction,
    Referral,
    ReferralEscalation,
    Restoration,
    RestorationSignature,
    RowMark,
    SafeContactChange,
    SharePackage,
    Signature,
    SignatureCertificate,
    StoredFile,
    SummaryDraft,
    Undertaking,
)

DEED: Final = "deed"
OWNER: Final = "owner"
FLUSHING: Final = "flushing"


def _tables_of(mark: type) -> frozenset[str]:
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, mark) and isinstance(mapper.local_table, Table)
    )


CONFIDENTIAL_TABLES = _tables_of(Confidential)
OWN_TABLES = _tables_of(Own)

_BUILT: Final = (Select, CompoundSelect, Insert, Update, Delete)
_WRITES: Final = re.compile(r"\b(?:insert|update|delete|replace(?!\s*\()|merge|truncate|drop|alter|copy)\b", re.I)
_OF_THE_PROOF: Final = {one.__tablename__ for one in (AuditEvent, AuditHead, RowMark)}
_IN_TEXT: Final = re.compile(rf"\b(?:{'|'.join(sorted(CONFIDENTIAL_TABLES | _OF_THE_PROOF))})\b", re.I)


class UnguardedWrite(RuntimeError):
    """A confidential row was about to change outside a deed: a bug, never shown as more than a reference."""


class GuardedSession(Session):
    """A session that refuses to change confidential rows unless a deed permits it."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """As any session's; what is one's own changes by this alone, each row looked at before it."""
        self.info[FLUSHING] = True
        try:
            super().flush(objects)
        finally:
            self.info[FLUSHING] = False


@event.listens_for(GuardedSession, "before_flush")
def _guard_flush(session: Session, *_: Any) -> None:
    if session.info.get(DEED):
        return
    owner = session.info.get(OWNER)
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Confidential) and not (isinstance(row, Own) and _is_theirs(row, owner)):
            raise UnguardedWrite(f"{type(row).__name__} changed outside a permitted deed")


def _is_theirs(row: Own, owner: str | None) -> bool:
    """Whether a row is this person's, and was before this change."""
    kept = inspect(row)
    return owner is not None and row.person == owner and (kept.pending or not kept.attrs.person.history.has_changes())


@event.listens_for(GuardedSession, "before_commit")
def _guard_commit(session: Session) -> None:
    # The desk commits a deed together with its audit event; earlier, the change would stand without one.
    if session.info.get(DEED) and not session.in_nested_transaction():
        raise UnguardedWrite("a deed was committed from within, before its audit event")


def watch(engine: Engine) -> None:
    """Make an engine refuse statements that change confidential tables outside a deed, by whatever way they come.

    A statement given as text, to a session, a connection or within a CTE, is
    refused where it holds a word that writes and the name of a confidential
    table or of the audit record's. Not seen are fragments of text within a
    built query, names that the database puts together itself, a table
    dropped as an object, and what goes to the driver past SQLAlchemy.
    """
    event.listen(engine, "before_execute", _guard_statement)
    event.listen(engine, "before_cursor_execute", _guard_text)


def _guard_statement(connection: Connection, statement: Any, *_: Any) -> None:
    if not isinstance(statement, Insert | Update | Delete) or connection.info.get(DEED):
        return
    changed = {table.name for table in iterate(statement.table) if isinstance(table, Table)} & CONFIDENTIAL_TABLES
    if changed - (OWN_TABLES if connection.info.get(OWNER, {}).get(FLUSHING) else set()):
        raise UnguardedWrite(f"a statement would change {', '.join(sorted(changed))} outside a permitted deed")


def _guard_text(
    connection: Connection, _: Any, statement: str, __: Any, context: ExecutionContext | None, ___: bool
) -> None:
    if connection.info.get(DEED) or not _holds_text(context) or not _WRITES.search(statement):
        return
    named = _IN_TEXT.search(statement)
    if named:
        raise UnguardedWrite(f"a text of SQL would change {named[0].lower()} outside a permitted deed")


def _holds_text(context: ExecutionContext | None) -> bool:
    """Whether a statement may be somebody's text, and not what SQLAlchemy wrote from tables and columns."""
    compiled: Any = context and context.compiled
    if compiled is None:
        return True
    if isinstance(compiled.statement, ExecutableDDLElement):
        return isinstance(compiled.statement, DDL)
    return not isinstance(compiled.statement, _BUILT) or any(
        not isinstance(cte.element, Select | CompoundSelect) for cte in compiled.ctes or ()
    )


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """While it lasts, any statement passes on this connection: for whoever makes or alters the tables themselves."""
    info = connection.info
    before = info.get(DEED, False)
    info[DEED] = True
    try:
        yield
    finally:
        info[DEED] = before


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """While it lasts, this session may change confidential rows: for the desk's deeds alone."""
    with unguarded(session.connection()):
        session.info[DEED] = True
        try:
            yield
            session.flush()
        finally:
            session.info[DEED] = False


@contextmanager
def own(session: Session, owner: str) -> Iterator[None]:
    """While it lasts, this session may change rows that are this person's own: for the desk's `keeping_own` alone.

    Row by row: a statement on many is refused, and so is making a row another's or another's one's own.
    """
    info = session.connection().info
    session.info[OWNER] = owner
    info[OWNER] = session.info
    try:
        yield
        session.flush()
    finally:
        del session.info[OWNER], info[OWNER]


# What SQL itself refuses, whoever asks.
SEALED = {
    AuditEvent: ("UPDATE", "DELETE"),
    RowMark: ("UPDATE", "DELETE"),
    Signature: ("UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id", "DELETE"),
    AgreementVersion: ("UPDATE OF kind, version, text, text_sha256", "DELETE"),
    # Who leads it, how urgent it is and where it stands moves, an entry each; what was reported never does.
    Concern: (
        "UPDATE OF ref, account, opinion, about_as_typed, case_as_typed, said_by, seen_where, seen_when, actions_taken,"
        " seen_on, seen_at, late_because",
        "DELETE",
    ),
    ConcernEntry: ("UPDATE", "DELETE"),
    ConcernCategoryAlso: ("UPDATE OF id, concern_ref, category, noted_by, noted_at", "DELETE"),
    ConcernPaper: (
        "UPDATE OF ref, concern_ref, recipient, purpose, parts, passages, reason, made_by, made_at",
        "DELETE",
    ),
    ConcernPaperCopy: ("UPDATE", "DELETE"),
    ChronologyPaper: (
        "UPDATE OF ref, concern_ref, purpose, recipient, rationale, reference, asks, first_day, last_day, lines,"
        " places, left_out, lines_sha256, made_by, made_at",
        "DELETE",
    ),
    ChronologyCopy: ("UPDATE", "DELETE"),
    IncidentReport: ("UPDATE OF ref, concern_ref, number, words, written_by, written_at", "DELETE"),
    # Where it stands follows from who reads it again; what was decided, and why, never changes.
    ConcernDecision: (
        "UPDATE OF ref, concern_ref, number, to_share, decided_by, decided_at, entries_before, threshold, legal_basis,"
        " rationale, alternatives, least, consent, consent_why, recipient, recipient_name, sent_how, acted_at,"
        " share_ref, replaces",
        "DELETE",
    ),
    ConcernInformed: ("UPDATE", "DELETE"),
    DecisionReading: ("UPDATE", "DELETE"),
    DecisionRecipientAlso: ("UPDATE", "DELETE"),
    ChecklistVersion: ("UPDATE", "DELETE"),
    FilledChecklist: ("UPDATE", "DELETE"),
    Referral: ("UPDATE OF ref, concern_ref, decision_ref, recipient, sent_at, confirm_by", "DELETE"),
    # An answer is put to it once; to whom it was written, and what, never changes.
    ReferralEscalation: (
        "UPDATE OF id, referral_ref, concern_ref, place, authority, written_to, said, written_at, written_by, due_at",
        "DELETE",
    ),
    ConcernMark: ("UPDATE", "DELETE"),
    ConcernVoice: ("UPDATE", "DELETE"),
    ConcernFile: ("UPDATE", "DELETE"),
    ConcernAboutEnd: ("UPDATE", "DELETE"),
    ConcernReview: ("UPDATE", "DELETE"),
    LadoNotice: ("UPDATE", "DELETE"),
    LowLevelConcern: ("UPDATE", "DELETE"),
    LowLevelStep: ("UPDATE", "DELETE"),
    ContactMarkerStep: ("UPDATE", "DELETE"),
    LookFirstStep: ("UPDATE", "DELETE"),
    ContactMarker: ("UPDATE OF ref, kind, case_ref, service_user, concern_ref, set_at, set_by", "DELETE"),
    SignatureCertificate: ("UPDATE", "DELETE"),
    # Where a record lies changes by two people's deed, and whether a summary is issued; its words never do.
    Record: (
        "UPDATE OF id, case_ref, record_class, occurred_at, title, text, written_by, written_at, channel, direction,"
        " with_whom",
        "DELETE",
    ),
    RecordCorrection: ("UPDATE", "DELETE"),
    RecordRelabel: (
        "UPDATE OF ref, record_id, case_ref, source, compartment, subjects, was_source, was_compartment, was_subjects,"
        " reason, proposed_by, proposed_at",
        "DELETE",
    ),
    StoredFile: ("UPDATE", "DELETE"),
    HandedRecord: ("UPDATE OF record_id, case_ref, handed_by, handed_at", "DELETE"),
    Misfiling: ("UPDATE OF ref, record_id, file_ref, case_ref, note, read_by, reported_by, reported_at", "DELETE"),
    Breach: ("UPDATE OF ref, case_ref, misfiling_ref, aware_at", "DELETE"),
    PaperSignature: (
        "UPDATE OF ref, person, kind, version, signed_on, scan, scan_sha256, filed_by, filed_at",
        "DELETE",
    ),
    ContactStatement: ("UPDATE", "DELETE"),
    SafeContactChange: ("UPDATE", "DELETE"),
    PrivacyNoticeGiven: ("UPDATE", "DELETE"),
    Undertaking: ("UPDATE", "DELETE"),
    MatchReport: ("UPDATE", "DELETE"),
    MatchFinding: ("UPDATE", "DELETE"),
    MatchDecision: ("UPDATE", "DELETE"),
    # Whether it stands is two people's deed; what was asked never changes.
    CaseLink: ("UPDATE OF ref, case_ref, other_case, kind, why, asked_at, asked_by", "DELETE"),
    MediationScreening: ("UPDATE", "DELETE"),
    MediationAgreement: ("UPDATE", "DELETE"),
    MediationStep: ("UPDATE", "DELETE"),
    MediationProposal: ("UPDATE OF mediation_ref, case_ref, made_by, text, made_at, written_by", "DELETE"),
    SummaryDraft: ("UPDATE", "DELETE"),
    OutcomeSummary: (
        "UPDATE OF mediation_ref, version, case_ref, record_id, text, sha256, issued_at, issued_by",
        "DELETE",
    ),
    RecordingIncident: ("UPDATE OF case_ref, mediation_ref, recording_id, what, noted_at, noted_by", "DELETE"),
    SharePackage: ("UPDATE", "DELETE"),
    FigureSet: ("UPDATE OF ref, from_on, until_on, body, prepared_by, prepared_at", "DELETE"),
    FigureWords: ("UPDATE", "DELETE"),
    FormerPerson: ("UPDATE", "DELETE"),
    Redaction: ("UPDATE OF ref, share_ref, record_id, case_ref, text_sha256, passages, made_by, made_at", "DELETE"),
    # What an earlier copy lacked, and who answered for it, is told for ever.
    Restoration: ("UPDATE OF ref, how, at, seq, hash, line, ledger_fault, manifest, ended, lacking", "DELETE"),
    RestorationSignature: ("UPDATE", "DELETE"),
}


def seals(dialect: str, sealed: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """The statements that make a database refuse these statements on these tables, or those of `SEALED`."""
    made = []
    if dialect == "postgresql":
        made.append(
            "CREATE OR REPLACE FUNCTION casebook_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is sealed: rows are never changed or deleted', TG_TABLE_NAME; END $$"
        )
    for table, events in (sealed_tables() if sealed is None else sealed).items():
        for number, what in enumerate(events):
            name = f"{table}_sealed_{number}"
            if dialect == "postgresql":
                made.append(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION casebook_sealed()"
                )
            else:
                made.append(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN"
                    f" SELECT RAISE(ABORT, '{table} is sealed: rows are never changed or deleted'); END"
                )
        if dialect == "postgresql":
            made.append(
                f"CREATE TRIGGER {table}_sealed_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION casebook_sealed()"
            )
    return made


def unseals(dialect: str, sealed: Mapping[str, Sequence[str]]) -> list[str]:
    """The statements that take the seals off these tables, for a migration that must change them."""
    names = [(table, f"{table}_sealed_{number}") for table, events in sealed.items() for number in range(len(events))]
    if dialect == "postgresql":
        names += [(table, f"{table}_sealed_truncate") for table in sealed]
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names]
    return [f"DROP TRIGGER IF EXISTS {name}" for _, name in names]


def sealed_tables() -> dict[str, tuple[str, ...]]:
    """What is refused on each sealed table, by its name."""
    return {model.__tablename__: events for model, events in SEALED.items()}


@event.listens_for(Base.metadata, "after_create")
def _seal(_: Any, connection: Connection, **__: Any) -> None:
    with unguarded(connection):
        for statement in seals(connection.dialect.name):
            connection.execute(DDL(statement.replace("%", "%%")))
        connection.exec_driver_sql(FIRST_HEAD)


FIRST_HEAD = "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')"
