"""The one description of every table and column that a caseload may hold.

Validation, the Excel template and the documentation are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import String

from okf.load.kinds import LONGEST_TEXT, Column, Kind
from okf.policy.gates import GRANTED_AS
from okf.store import models
from okf.store.models import Base
from okf.terms import (
    Capacity,
    CaseStatus,
    Change,
    CheckKind,
    ConcernCategory,
    ConcernStatus,
    MediationKind,
    MediationStatus,
    RecordClass,
    RecordStatus,
    Role,
    Severity,
    SignatureMethod,
    SupportKind,
)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: what it holds in words, what tells its rows apart, and its columns in their order."""

    name: str
    words: str
    key: tuple[str, ...]
    model: type[Base]
    columns: Mapping[str, Column]

    @property
    def kept(self) -> list[Column]:
        """The columns that are columns of the model's own table."""
        return [column for column in self.columns.values() if not column.is_linked and not column.is_derived]


def _limit(model: type[Base], column: Column) -> int:
    if column.kind is Kind.KEYS or column.is_linked:
        return 100
    if column.is_derived:
        return LONGEST_TEXT
    kept = model.__table__.c[column.attribute].type
    return kept.length if isinstance(kept, String) and kept.length else LONGEST_TEXT


def _table(name: str, words: str, key: str, model: type[Base], *columns: Column) -> TableSpec:
    limited = {column.name: replace(column, limit=_limit(model, column)) for column in columns}
    return TableSpec(name, words, tuple(key.split()), model, limited)


def _key(name: str, words: str, example: str, **rest: Any) -> Column:
    return Column(name, Kind.KEY, words, example, required=True, **rest)


def _ref(name: str, table: str, words: str, example: str, **rest: Any) -> Column:
    return Column(name, Kind.KEY, words, example, refers=tuple(table.split()), **rest)


def _refs(name: str, table: str, words: str, example: str, **rest: Any) -> Column:
    return Column(name, Kind.KEYS, words, example, refers=tuple(table.split()), **rest)


def _one(name: str, terms: type[StrEnum], words: str, **rest: Any) -> Column:
    members = tuple(term.value for term in terms)
    return Column(name, Kind.ONE_OF, words, rest.pop("example", members[0]), members=members, terms=terms, **rest)


def _some(name: str, members: tuple[str, ...], words: str, example: str, **rest: Any) -> Column:
    return Column(name, Kind.SOME_OF, words, example, members=members, **rest)


def _line(name: str, words: str, example: str = "", **rest: Any) -> Column:
    return Column(name, Kind.LINE, words, example, **rest)


def _text(name: str, words: str, example: str = "", **rest: Any) -> Column:
    return Column(name, Kind.TEXT, words, example, **rest)


def _date(name: str, words: str, example: str = "", **rest: Any) -> Column:
    return Column(name, Kind.DATE, words, example, **rest)


def _when(name: str, words: str, example: str = "", **rest: Any) -> Column:
    return Column(name, Kind.INSTANT, words, example, **rest)


def _yes(name: str, words: str, example: str = "", **rest: Any) -> Column:
    return Column(name, Kind.YES_NO, words, example, **rest)


_CASE = "the case's reference"
_PERSON = "their username"
_CLASSES = tuple(term.value for term in RecordClass)
_ACTIONS = tuple(dict.fromkeys(GRANTED_AS.values()))

_ALL = (
    _table(
        "settings", "OKF's own numbers, one a row; a new value holds from the import on.", "name", models.PolicySetting,
        _key("name", "which setting", "resign_grace_days"),
        Column("value", Kind.TEXT, 'its value: a whole number, or for bank_holidays dates with ";" between', "14", required=True, is_derived=True),
    ),
    _table(
        "partner_organisations", "Allied organisations and the span of their own agreement with OKF.", "name", models.PartnerOrganisation,
        _key("name", "the organisation's name", "EXAMPLE-harbour_advice"),
        _date("agreement_from", "first day of its agreement with OKF", "2026-01-01"),
        _date("agreement_until", "first day on which it no longer holds; empty: open-ended", "2027-01-01"),
    ),
    _table(
        "agreements", "Published versions of the Confidentiality Agreements. A published text never changes.", "kind version", models.AgreementVersion,
        _one("kind", Capacity, "the capacity whose agreement it is", required=True, example="staff"),
        _key("version", "its number, as text", "EXAMPLE-1"),
        _date("effective_on", "first day on which it holds", "2026-09-01", required=True),
        _one("change", Change, "material: everyone signs again; minor: nobody need", required=True),
        _date("resign_by", "last day to sign it; empty: after the days of grace", "2026-09-15"),
        _line("title", "its title", "Confidentiality Agreement for staff"),
        _text("text", "its exact text; without one a sample, marked as such, is put in", ""),
    ),
    _table(
        "people", "Everyone who works with OKF, in any capacity.", "username", models.Person,
        _key("username", "their username: small letters, digits, . - _", "EXAMPLE-r.okafor"),
        _line("name", "their name; without one the username stands in", "Robin Okafor"),
        _line("email", "their e-mail address", "robin@example.org"),
        _line("phone", "their telephone number", "+44 20 7946 0000"),
        _some("roles", tuple(term.value for term in Role), "what they do; a role alone opens no case", "caseworker", terms=Role, is_linked=True),
        _one("capacity", Capacity, "in which capacity they work with OKF", required=True, example="staff"),
        _ref("organisation", "partner_organisations", "an allied partner's organisation; empty for everyone else", ""),
        _line("team", "their team", "North"),
        _yes("active", "whether their account is on; no: it ends with the import, or at left_at", "yes", is_derived=True),
        _date("joined_on", "the day they joined", "2025-03-03"),
        _when("left_at", "when they left; empty: they have not", ""),
    ),
    _table(
        "signatures", "Who signed which version, and when. A signature is never changed: another date is one more.",
        "person kind version signed_at", models.Signature,
        _ref("person", "people", "who signed: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _one("kind", Capacity, "which agreement", required=True, example="staff"),
        _key("version", "which version", "1"),
        _when("signed_at", "when", "2026-09-03 09:00", required=True),
        _one("method", SignatureMethod, "how; without a word: imported", default=SignatureMethod.IMPORTED, example="on_paper"),
        _line("typed_name", "the name as it was written", "Robin Okafor"),
        _ref("verified_by", "people", "who verified a paper one: somebody else", ""),
        _when("verified_at", "when it was verified: it counts from then", ""),
    ),
    _table(
        "service_users", "The people OKF helps, adults and children, and how to reach them safely.", "ref", models.ServiceUser,
        _key("ref", "their reference", "EXAMPLE-SU-1"),
        _line("name", "their name", "An invented name"),
        _date("date_of_birth", "their date of birth: needed for a child", "2015-05-20"),
        _line("phone", "telephone number", "+44 20 7946 0001"),
        _line("email", "e-mail address", "someone@example.org"),
        _text("address", "postal address", "1 Example Street"),
        _line("safe_phone", "the number on which it is safe to call", "+44 20 7946 0002"),
        _line("safe_hours", "when it is safe to call", "weekdays 10 to 14"),
        _yes("voicemail_safe", "whether a message may be left", "no"),
        _yes("post_safe", "whether a letter may be sent", "no"),
        _line("code_word", "a word by which they know that it is OKF", ""),
        _line("do_not_contact_by", "ways in which they must not be reached", "text message"),
        _text("safe_contact_notes", "anything else about reaching them safely", ""),
    ),
    _table(
        "cases", "Families' cases. Closing one ends the access to it.", "ref", models.Case,
        _key("ref", _CASE, "EXAMPLE-OKF-1"),
        _one("status", CaseStatus, "where it stands", required=True, example="open"),
        _one("kind_of_support", SupportKind, "what the family asked for"),
        _line("area", "the area it belongs to", "North"),
        _date("opened_on", "the day it was opened", "2026-06-01", required=True),
        _when("closed_at", "when it was closed: needed when the status is closed", "", is_derived=True),
        _when("reopened_at", "when it was opened again after closed_at; without it: at the import", "", is_derived=True),
        _refs("parties", "service_users", "its adults", "EXAMPLE-SU-1", is_linked=True),
        _refs("children", "service_users", "the family's children", "", is_linked=True),
    ),
    _table(
        "mediations", "Mediations, formal or informal: without prejudice and not legally binding.", "ref", models.Mediation,
        _key("ref", "its reference", "EXAMPLE-MED-1"),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", required=True, into="case_ref"),
        _one("kind", MediationKind, "formal or informal", required=True),
        _one("status", MediationStatus, "where it stands; without a word: in_progress", default=MediationStatus.IN_PROGRESS, example="in_progress"),
        _ref("mediator", "people", "who mediates: " + _PERSON, ""),
    ),
    _table(
        "conflicts_of_interest", "Workers' ties to service users; each bars its holder until somebody else lifts it.",
        "person service_user", models.ConflictOfInterest,
        _ref("person", "people", "the worker: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _ref("service_user", "service_users", "the service user's reference", "EXAMPLE-SU-1", required=True),
        _line("reason", "what ties them", "neighbour", default="not stated"),
        _when("declared_at", "when it was declared; empty: it always held", "2026-06-01 09:00"),
        _line("declared_by", "who declared it", ""),
        _when("lifted_at", "when it was lifted; empty: it stands", ""),
        _line("lifted_by", "who lifted it: somebody else", ""),
    ),
    _table(
        "checks", "Vetting and training checks on workers that run out.", "person kind", models.WorkerCheck,
        _ref("person", "people", "the worker: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _one("kind", CheckKind, "what was checked", required=True),
        _date("expires_on", "the last day on which it holds", "2027-06-01", required=True),
        _yes("blocks_access", "whether access pauses when it has run out; without a word: no", "yes", default=False),
    ),
    _table(
        "grants", "Access grants: who may open which case, which parts of it, from when until when.", "id", models.AccessGrant,
        _key("id", "its reference", "EXAMPLE-G-1"),
        _ref("person", "people", "who may: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", required=True, into="case_ref"),
        _one("capacity", Capacity, "in which capacity", required=True, example="staff"),
        _refs("compartments", "", "which parts: sole:<party>, child:<child>, joint, external, internal, safeguarding", "sole:EXAMPLE-SU-1; joint", required=True),
        _some("record_classes", _CLASSES, "which kinds of record; empty: all of these parts", "", default=()),
        _some("actions", _ACTIONS, "which actions; empty: all", "", default=()),
        _when("from", "when it starts; a date: at its beginning", "2026-06-01", required=True, into="from_"),
        _when("until", "when it ends, that instant no longer included; empty: open-ended", ""),
        _line("purpose", "what for", "support of the first party"),
        _line("granted_by", "who granted it: never its holder; without a word whoever imports", ""),
        _when("granted_at", "when it was granted", ""),
        _when("ended_at", "when it stopped for good before its end", ""),
        _when("revoked_at", "when it was revoked", ""),
        _line("revoked_by", "who revoked it", ""),
        _ref("lead_for", "service_users", "the party whose lead caseworker its holder is", ""),
    ),
    _table(
        "records", "What a case holds. Who told us decides to whom it is restricted.", "id", models.Record,
        _key("id", "its reference", "EXAMPLE-N-1"),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", required=True, into="case_ref"),
        _one("record_class", RecordClass, "what kind of record it is", required=True),
        _one("status", RecordStatus, "where an outcome summary stands; other records have none", example=""),
        _ref("mediation", "mediations", "its mediation: needed for mediation notes and outcome summaries", "", into="mediation_ref"),
        Column("source", Kind.KEY, "who told us: a party or child of the case, joint, external or internal", "EXAMPLE-SU-1", required=True),
        _refs("subjects", "service_users", "whom it is about", "EXAMPLE-SU-1", is_linked=True),
        Column("compartment", Kind.KEY, "restricted to: sole:<party>, child:<child>, joint, external, internal, safeguarding", "sole:EXAMPLE-SU-1", required=True),
        _when("occurred_at", "when it happened or was told", "2026-11-10 10:00", required=True),
        _line("title", "its title", "First call"),
        _text("text", "its text", ""),
        _line("written_by", "who wrote it", ""),
        _when("written_at", "when it was written", ""),
    ),
    _table(
        "concerns", "Worries about harm. A username among those it is about makes it an allegation.", "id", models.Concern,
        _key("id", "its reference", "EXAMPLE-K-1", into="ref", also=("ref",)),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", into="case_ref"),
        _refs("about", "service_users people", "whom it is about: service users and usernames", "EXAMPLE-SU-1", is_linked=True),
        _one("severity", Severity, "how urgent", required=True, example="medium"),
        _one("status", ConcernStatus, "where it stands; without a word: raised", default=ConcernStatus.RAISED),
        _one("category", ConcernCategory, "what kind of harm"),
        _text("account", "what was seen or said, in the words it was given in", ""),
        _line("said_by", "who said it", ""),
        _line("seen_where", "where", ""),
        _line("seen_when", "when, in their words", ""),
        _text("actions_taken", "what was done at once", ""),
        _ref("raised_by", "people", "who raised it: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _when("raised_at", "when", "2026-11-20 10:00", required=True),
        _ref("lead", "people", "who leads on it: " + _PERSON, ""),
        _when("due_at", "by when the lead decides; without it reckoned from the severity", ""),
        _date("next_review_on", "the next review", ""),
        _when("triaged_at", "when the lead first decided", ""),
        _when("ended_at", "when it ended; for a closed one without it: at the import", ""),
        _line("ended_by", "who ended it", ""),
    ),
    _table(
        "emergency_access", "A few hours' access for a typed reason, reviewed by somebody else.", "id", models.EmergencyAccess,
        _key("id", "its reference", "EXAMPLE-X-1"),
        _ref("person", "people", "who opened it: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", required=True, into="case_ref"),
        _when("opened_at", "when", "2026-11-21 20:00", required=True),
        _text("reason", "why, in their words", "call from a neighbour", default="not stated"),
        _when("reviewed_at", "when it was reviewed", ""),
        _line("reviewed_by", "who reviewed it: somebody else", ""),
        _text("review_finding", "what the review found", ""),
    ),
    _table(
        "express_agreements", "A source's permission to share named records with one recipient.", "id", models.ExpressAgreement,
        _key("id", "its reference", "EXAMPLE-E-1"),
        _ref("source", "service_users", "who agreed", "EXAMPLE-SU-1", required=True),
        _refs("records", "records", "to the sharing of which records", "EXAMPLE-N-1", required=True),
        Column("recipient", Kind.FIELDS, "with whom: type, and what tells them apart", "type=lawyer; acts_for=EXAMPLE-SU-1; verified=yes", required=True),
        _line("purpose", "for what", "legal advice"),
        _line("channel", "by which way", "secure mail"),
        _when("given_at", "when it was given", "2026-11-22 10:00", required=True),
        _date("expires_on", "the last day on which it holds; empty: until withdrawn", ""),
        _when("withdrawn_at", "when it was withdrawn", ""),
        _yes("one_use", "whether it is used up by one share; without a word: no", "no", default=False),
        _when("used_at", "when it was used", ""),
    ),
    _table(
        "tasks", "Things to do on a case by a day.", "ref", models.Task,
        _key("ref", "its reference", "EXAMPLE-T-1", also=("id",)),
        _ref("case", "cases", _CASE, "EXAMPLE-OKF-1", required=True, into="case_ref"),
        _line("text", "what to do; it names nobody", "Call the school", required=True),
        _ref("assigned_to", "people", "who does it: " + _PERSON, "EXAMPLE-r.okafor", required=True),
        _date("due_on", "by which day", "2026-12-01", required=True),
        _when("done_at", "when it was done", ""),
        _line("done_by", "who did it; without a word whoever it is assigned to", ""),
    ),
)  # fmt: skip

TABLES: Mapping[str, TableSpec] = {spec.name: spec for spec in _ALL}
IGNORED_SHEETS = frozenset({"instructions", "lists"})
