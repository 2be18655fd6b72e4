"""A word of its own in every field of a Casebook that somebody writes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import DDL, inspect, select
from sqlalchemy.orm import Session

from okf.store import audit, former, row_marks
from okf.store.engine import Store
from okf.store.guards import lifted, sealed_tables, seals, unguarded, unseals
from okf.store.models import Base, DataKey
from okf.store.narrative import Narrative
from okf.store.sealing import open_bytes, seal_bytes
from okf.terms.concerns import ADDED_BY_RAISER

# Beside the narratives, whose type says it: the columns that hold words of somebody's own.
WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "agreement_draft": ("title", "text"),
    "agreement_version": ("title",),
    "authority_step": ("who", "contact"),
    "case": ("area",),
    "concern_entry": ("what",),
    "express_agreement": ("channel",),
    "enquiry": ("area",),
    "enquiry_person": ("name", "phone", "email", "safe_phone"),
    "former_person": ("name",),
    "local_authority": ("threshold_document", "notes"),
    "partner_agreement": ("signed_for_them_by",),
    "person": ("name", "email", "phone", "team"),
    "rota_shift": ("phone",),
    "service_user": ("name", "phone", "email", "safe_phone"),
    "signature": ("typed_name",),
}
# What is handed in or goes out as a file: the word stands behind its end, where every reader of a PDF passes it over.
# Each with the column of its fingerprint.
FILES: Final = {
    "chronology_copy": ("content", "sha256"),
    "concern_file": ("content", "sha256"),
    "concern_paper_copy": ("content", "sha256"),
    "paper_signature": ("scan", "scan_sha256"),
    "share_package": ("content", "sha256"),
    "stored_file": ("content", "sha256"),
}
# What Casebook writes into such a column itself, and goes by.
CODES: Final = frozenset({ADDED_BY_RAISER})
# What says by being empty that something else is named instead, or that nothing happened.
EMPTY_SAYS: Final = frozenset(
    {"low_level_concern.about_as_typed", "enquiry.words", "enquiry.note", "enquiry.reason", "enquiry.area"}
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")  # in a form: it says when, and nothing else
# Narratives that hold no words: a fingerprint, places in a text, a date, terms by reference.
NOT_WRITTEN: Final = frozenset({"sha256", "passages", "born", "asks", "left_out", "places"})
# Other texts that hold no words of anybody's: references, usernames, codes, what Casebook writes itself.
# A published agreement is for everybody here.
WORDLESS: Final = frozenset(
    [
        "actions",
        "actor",
        "agreed",
        "agreements",
        "answers",
        "approvals",
        "asked",
        "asked_for",
        "attended",
        "because",
        "body",
        "born",
        "browser",
        "by",
        "case_ref",
        "changed",
        "claim",
        "clauses",
        "compartment",
        "compartments",
        "detail",
        "due",
        "facts",
        "form",
        "hash",
        "id",
        "kind",
        "legal_basis",
        "media_type",
        "message_id",
        "month",
        "name_folded",
        "particulars",
        "passages",
        "password_hash",
        "reasons",
        "record_classes",
        "records",
        "ref",
        "route",
        "says",
        "scope",
        "session_id",
        "source",
        "step",
        "subject",
        "subjects",
        "submission_id",
        "text_version",
        "ticked",
        "to",
        "totp_secret",
        "username",
        "value",
        "version",
        "was_compartment",
        "was_source",
        "was_subjects",
        "wrapped",
        "agreement_version.text",
        "audit_event.before",
        "audit_event.mac",
        "ledger_owed.deed",
        "ledger_owed.lines",
        "restoration.ended",
        "restoration.lacking",
        "restoration.ledger_fault",
        "restoration.manifest",
        "row_mark.mark",
        "row_mark.row",
        "row_mark.was",
        "case_tally.area",
        "checklist_version.data",
        "checklist_version.key",
        "concern_clock.of",
        "concern_decision.recipient",
        "decision_recipient_also.recipient",
        "express_agreement.recipient",
        "filled_checklist.key",
        "information_share.conditions",
        "information_share.recipient",
        "local_authority.adults_email",
        "local_authority.adults_phone",
        "local_authority.areas",
        "local_authority.children_email",
        "local_authority.children_phone",
        "local_authority.hours",
        "local_authority.lado_email",
        "local_authority.lado_name",
        "local_authority.lado_phone",
        "local_authority.name",
        "local_authority.out_of_hours_phone",
        "local_authority.police_force",
        "local_authority.police_phone",
        "local_authority.police_unit",
        "mail.address",
        "mail.answer",
        "partner_organisation.name",
        "policy_setting.name",
        "referral.recipient",
        "referral_escalation.authority",
    ]
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a word stands: in which column of which row. `row` is the row, detached."""

    column: str
    row: Any

    @property
    def table(self) -> str:
        """The row's table."""
        return str(self.row.__tablename__)

    @property
    def place(self) -> str:
        """The table and the column."""
        return f"{self.table}.{self.column}"

    def __str__(self) -> str:
        return f"{self.place} of {'/'.join(map(str, inspect(self.row).identity))}"


def mark_everything(store: Store) -> dict[str, Mark]:
    """Write a word into every field that somebody writes, past the guards and the seals; each word with its place."""
    marks: dict[str, Mark] = {}
    with store.writing() as session:
        connection = session.connection()
        with unguarded(connection):
            for statement in unseals(connection.dialect.name, sealed_tables()):
                connection.execute(DDL(statement))
        with lifted(session):
            former.keep(session, audit.newest_at(session), ["caseworker"])  # nobody in the demo was ever renamed
            for mapper in Base.registry.mappers:
                for row in session.scalars(select(mapper.class_)):
                    for name in written_in(mapper.class_):
                        mark, value = Mark(name, row), getattr(row, name)
                        if value not in CODES and (value is not None or mark.place not in EMPTY_SAYS):
                            marks[_mark(session, row, name)] = mark
        with unguarded(connection):
            for statement in seals(connection.dialect.name):
                connection.execute(DDL(statement))
        row_marks.bind(session, None)
        session.expunge_all()
    return marks


def written_in(model: type) -> Iterator[str]:
    """The columns of a table that hold somebody's words."""
    table = model.__tablename__  # type: ignore[attr-defined]
    for name, column in inspect(model).columns.items():
        is_words = isinstance(column.type, Narrative) and name not in NOT_WRITTEN
        if is_words or name in WRITTEN.get(table, ()) or name == FILES.get(table, ("", ""))[0]:
            yield name


def is_wordless(place: str) -> bool:
    """Whether a column, given as `table.column`, holds no words of anybody's."""
    name = place.partition(".")[2]
    return name in NOT_WRITTEN or name.endswith(("_by", "sha256")) or name in WORDLESS or place in WORDLESS


def _mark(session: Session, row: Any, name: str) -> str:
    word = _word(f"{row.__tablename__}.{name}.{inspect(row).identity}")
    value = getattr(row, name)
    if isinstance(value, bytes):
        _mark_file(session, row, word)
    else:
        setattr(row, name, _in_text(value, word))
    return word


def _in_text(value: str | None, word: str) -> str:
    """A text that begins with the word, where it is not cut off; of a form, each field ends with it."""
    if (value or "").startswith(("{", "[")):
        return json.dumps(_in_form(json.loads(str(value)), word), ensure_ascii=False)
    if "@" in (value or ""):
        return f"{word}@example.org"
    return f"{word} {value or ''}".strip()


def _in_form(form: Any, word: str) -> Any:
    if isinstance(form, dict):
        return {key: _in_form(value, word) for key, value in form.items()}
    if isinstance(form, list):
        return [_in_form(value, word) for value in form]
    return f"{form} {word}" if isinstance(form, str) and not _DAY.fullmatch(form) else form


def _mark_file(session: Session, row: Any, word: str) -> None:
    content, fingerprint = FILES[row.__tablename__]
    sealed = getattr(row, content)
    scope = session.scalars(select(DataKey.scope).where(DataKey.id == sealed.split(b":")[1].decode())).one()
    column, [key] = getattr(type(row), content), inspect(row).identity
    marked = open_bytes(session, column, key, sealed) + b"\n%" + word.encode()
    setattr(row, content, seal_bytes(session, column, key, scope, marked))
    setattr(row, fingerprint, hashlib.sha256(marked).hexdigest())


def _word(place: str) -> str:
    """A word that stands nowhere else and that survives whatever is done to a text: letters and figures alone."""
    return "zq" + base64.b32encode(hashlib.blake2b(place.encode(), digest_size=5).digest()).decode().lower()
