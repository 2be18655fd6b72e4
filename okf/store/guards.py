"""Three guards: confidential rows change only inside a deed, in bulk too, and the record is never rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import DDL, Connection, Delete, Engine, Insert, Table, Update, event
from sqlalchemy.orm import Session

from okf.store.models import (
    AgreementVersion,
    AuditEvent,
    Base,
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
    DecisionReading,
    FigureSet,
    FigureWords,
    IncidentReport,
    LadoNotice,
    LowLevelConcern,
    LowLevelStep,
    MatchDecision,
    MatchFinding,
    MatchReport,
    MediationAgreement,
    MediationProposal,
    MediationScreening,
    MediationStep,
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
    SafeContactChange,
    SharePackage,
    Signature,
    SignatureCertificate,
    StoredFile,
    SummaryDraft,
    Undertaking,
)

DEED = "deed"
OWNER = "owner"


def _tables_of(mark: type) -> frozenset[str]:
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, mark) and isinstance(mapper.local_table, Table)
    )


CONFIDENTIAL_TABLES = _tables_of(Confidential)
OWN_TABLES = _tables_of(Own)


class UnguardedWrite(RuntimeError):
    """A confidential row was about to change outside a deed: a bug, never shown as more than a reference."""


class GuardedSession(Session):
    """A session that refuses to change confidential rows unless a deed permits it."""


@event.listens_for(GuardedSession, "before_flush")
def _guard_flush(session: Session, *_: Any) -> None:
    if session.info.get(DEED):
        return
    owner = session.info.get(OWNER)
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Own) and owner is not None and row.person == owner:
            continue
        if isinstance(row, Confidential):
            raise UnguardedWrite(f"{type(row).__name__} changed outside a permitted deed")


@event.listens_for(GuardedSession, "before_commit")
def _guard_commit(session: Session) -> None:
    # The desk commits a deed together with its audit event; earlier, the change would stand without one.
    if session.info.get(DEED) and not session.in_nested_transaction():
        raise UnguardedWrite("a deed was committed from within, before its audit event")


def watch(engine: Engine) -> None:
    """Make an engine refuse statements that change confidential tables outside a deed, by whatever way they come."""

    def before(connection: Connection, statement: Any, *_: Any) -> None:
        if isinstance(statement, Insert | Update | Delete) and not connection.info.get(DEED):
            table = statement.table
            own = connection.info.get(OWNER) and isinstance(table, Table) and table.name in OWN_TABLES
            if isinstance(table, Table) and table.name in CONFIDENTIAL_TABLES and not own:
                raise UnguardedWrite(f"a statement would change {table.name} outside a permitted deed")

    event.listen(engine, "before_execute", before)


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """While it lasts, this session may change confidential rows: for the desk's deeds alone."""
    connection = session.connection()
    session.info[DEED] = connection.info[DEED] = True
    try:
        yield
        session.flush()
    finally:
        session.info[DEED] = connection.info[DEED] = False


@contextmanager
def own(session: Session, owner: str) -> Iterator[None]:
    """While it lasts, this session may change rows that are this person's own: for the desk's `keeping_own` alone."""
    connection = session.connection()
    session.info[OWNER] = connection.info[OWNER] = owner
    try:
        yield
        session.flush()
    finally:
        session.info[OWNER] = connection.info[OWNER] = None


# What SQL itself refuses, whoever asks.
SEALED = {
    AuditEvent: ("UPDATE", "DELETE"),
    Signature: (
        "UPDATE OF person, kind, version, signed_at, method, typed_name, text_sha256, session_id",
        "DELETE",
    ),
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
    Referral: ("UPDATE OF ref, concern_ref, decision_ref, recipient, sent_at, confirm_by", "DELETE"),
    ConcernMark: ("UPDATE", "DELETE"),
    ConcernVoice: ("UPDATE", "DELETE"),
    ConcernFile: ("UPDATE", "DELETE"),
    ConcernAboutEnd: ("UPDATE", "DELETE"),
    ConcernReview: ("UPDATE", "DELETE"),
    LadoNotice: ("UPDATE", "DELETE"),
    LowLevelConcern: ("UPDATE", "DELETE"),
    LowLevelStep: ("UPDATE", "DELETE"),
    ContactMarkerStep: ("UPDATE", "DELETE"),
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
    PaperSignature: (
        "UPDATE OF ref, person, kind, version, signed_on, scan, scan_sha256, filed_by, filed_at",
        "DELETE",
    ),
    SafeContactChange: ("UPDATE", "DELETE"),
    PrivacyNoticeGiven: ("UPDATE", "DELETE"),
    Undertaking: ("UPDATE", "DELETE"),
    MatchReport: ("UPDATE", "DELETE"),
    MatchFinding: ("UPDATE", "DELETE"),
    MatchDecision: ("UPDATE", "DELETE"),
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
    Redaction: ("UPDATE OF ref, share_ref, record_id, case_ref, text_sha256, passages, made_by, made_at", "DELETE"),
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
    for statement in seals(connection.dialect.name):
        connection.execute(DDL(statement.replace("%", "%%")))
    connection.exec_driver_sql(FIRST_HEAD)


FIRST_HEAD = "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')"
