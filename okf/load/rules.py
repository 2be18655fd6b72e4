"""What must hold within a row and between rows, and what is filled in where a file leaves it out."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import bindparam, select

from okf.clock import is_past
from okf.desk import HOST, NOBODY
from okf.load.closings import check_case, end_of_grant
from okf.load.enquiries import submission
from okf.load.faults import Fault
from okf.load.known import Known
from okf.load.rows import Complaint, Entry, Parsed
from okf.load.stored import TOLD_BY, batches
from okf.match.fold import folded
from okf.policy.clocks import decide_by
from okf.samples import sample_agreement
from okf.store.contact import BORN, COLUMNS
from okf.store.models import AccessGrant, Record
from okf.store.names import partner_named
from okf.terms import (
    ENDED_CONCERN,
    MEDIATION_MATERIAL,
    Capacity,
    Change,
    ConcernStatus,
    RecordClass,
    Role,
    SignatureMethod,
)
from okf.terms.concerns import ConcernCategory

Rule = Callable[[Known, Entry], Iterator[Complaint]]

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,78}[a-z0-9]|[a-z0-9]")
WORDS = frozenset({"joint", "external", "internal", "safeguarding"})
RESERVED = frozenset({HOST.username, NOBODY})
SOURCES = frozenset({"joint", "external", "internal"})

_UNSAID = (
    "SAMPLE, NOT THE REAL TEXT. The text of this Confidentiality Agreement was not in the file that it came from."
    " Whoever signs it promises to keep in strictest confidence, without an end date, all that they learn through OKF."
)
_RECORDS = select(Record.case_ref, Record.id, Record.source, Record.compartment).where(
    Record.case_ref.in_(bindparam("keys", expanding=True))
)
_GRANTS = select(AccessGrant.case_ref, AccessGrant.id, AccessGrant.compartments, AccessGrant.lead_for).where(
    AccessGrant.case_ref.in_(bindparam("keys", expanding=True))
)


def check_rows(known: Known, parsed: Parsed) -> None:
    """Apply every rule to every row; cases come before the rows that refer to them."""
    for name, rule in RULES.items():
        for entry in parsed.entries.get(name, ()):
            known.faults.extend(entry.fault(*told) for told in rule(known, entry))
    known.faults.extend(_check_taken_out(known, parsed))


def _ordered(entry: Entry, first: str, last: str, *, same: bool = True) -> Iterator[Complaint]:
    begins, ends = entry.now(first), entry.now(last)
    if begins is not None and ends is not None and (ends < begins or (ends == begins and not same)):
        yield (
            last,
            f"it lies before {first}" if ends < begins else f"it leaves no time after {first}",
            f"later than {first}",
        )


def _paired(entry: Entry, by: str, at: str, otherwise: str) -> Iterator[Complaint]:
    """Fill in who did something that has a time; a name without a time is a fault."""
    if entry.now(at) is not None and entry.now(by) is None:
        entry.values[by] = otherwise
    if entry.now(by) is not None and entry.now(at) is None and at not in entry.invalid:
        yield at, f"{by} is given without it", "both, or neither"


def _somebody_else(entry: Entry, by: str, whose: str = "person") -> Iterator[Complaint]:
    if entry.now(by) is not None and entry.now(by) == entry.now(whose):
        yield by, f"it is {whose} themselves", "somebody else"


def organisation(known: Known, entry: Entry) -> Iterator[Complaint]:
    """An organisation has one name, however it is written; its agreement ends after it begins."""
    if entry.is_new:
        name = entry.key[0]
        twin = any(other < name and folded(other) == folded(name) for other in known.rows["partner_organisations"])
        if twin or partner_named(known.session, name):
            yield "name", f"{name!r} is there already, written in another way", "the name as it is written there"
    yield from _ordered(entry, "agreement_from", "agreement_until", same=False)


def agreement(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A published text never changes; one that is not given is a marked sample."""
    if entry.stored is not None and entry.changes("text"):
        yield "text", "this version is published, and its text never changes", "the text on file, or a new version"
    if entry.is_new and not entry.invalid:
        kind, version = entry.key
        entry.values.setdefault("title", f"Confidentiality Agreement for {kind.replace('_', ' ')}, version {version}")
        if entry.values.get("text") is None:
            entry.values["text"] = _sample_text(kind, version)
        entry.extra |= {
            "text_sha256": hashlib.sha256(entry.values["text"].encode()).hexdigest(),
            "published_at": known.at,
            "published_by": known.actor,
        }
    yield from _ordered(entry, "effective_on", "resign_by")
    if entry.now("change") is Change.MINOR and entry.now("resign_by") is not None:
        yield "resign_by", "a minor version asks nobody to sign", "empty, or a material change"


def _sample_text(kind: str, version: str) -> str:
    """The sample of one capacity's agreement, marked as a sample in its first words."""
    return f"{sample_agreement(kind) or _UNSAID}\n\nVersion {version}"


def person(known: Known, entry: Entry) -> Iterator[Complaint]:
    """An allied partner has an organisation; an account is on or has ended."""
    username = entry.key[0]
    if entry.is_new and not USERNAME.fullmatch(username):
        wrong = "it has other signs than small letters, digits, dots, hyphens and underscores"
        yield "username", wrong, "such as r.okafor"
        return  # a reference of Casebook's own has capitals: whether it is on file is not told
    if entry.is_new and username in RESERVED:
        yield "username", f"{username!r} stands for somebody else on the record", "another username"
    if known.is_known("service_users", username):
        yield "username", f"a service user has the reference {username!r}", "another username"
    if entry.now("name") is None:
        entry.values["name"] = username
    if "capacity" not in entry.invalid:
        is_partner = entry.now("capacity") is Capacity.ALLIED_PARTNER
        if is_partner and entry.now("organisation") is None and "organisation" not in entry.invalid:
            yield "organisation", "an allied partner has none", "the name of their organisation"
        if not is_partner and entry.now("organisation") is not None:
            yield "organisation", "only an allied partner has one", "empty, or the capacity allied_partner"
    active, left_at = entry.values.get("active"), entry.now("left_at")
    if active is False and not is_past(left_at, known.at):
        entry.values["left_at"] = left_at if entry.values.get("left_at") else known.at
    elif active is True and is_past(left_at, known.at):
        if entry.values.get("left_at") is not None:
            yield "active", "the account is on, and left_at says that they left", "active no, or no left_at"
        entry.values["left_at"] = None


def signature(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A signature names an existing version, and is never changed."""
    whose, kind, version, _ = entry.key
    if (kind, version) not in known.versions:
        yield "version", f"there is no version {version[:20]!r} of the agreement for {kind}", "a version in agreements"
    if entry.stored is not None:
        for name in ("method", "typed_name", "verified_by", "verified_at"):
            if entry.changes(name):
                yield name, "this signature is on file, and a signature is never changed", "as it is on file, or empty"
        return
    if entry.now("verified_by") == whose:
        yield "verified_by", "nobody verifies their own signature", "somebody else's username"
    yield from _paired(entry, "verified_by", "verified_at", known.actor)
    if entry.now("method") is SignatureMethod.ON_PAPER and entry.now("verified_at") is None:
        yield "verified_at", "a signature on paper counts from its verification", "when it was verified, and by whom"


def service_user(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A service user's reference is no username and no reserved word."""
    if not entry.values.keys() & {*COLUMNS, BORN}:
        entry.values.pop(TOLD_BY, None)  # whose word nothing is
    if known.is_known("people", entry.key[0]):
        yield "ref", f"somebody who works here has the username {entry.key[0]!r}", "another reference"
    if entry.key[0] in WORDS:
        yield "ref", f"{entry.key[0]!r} means a part of a case", "another reference"


def mediation(_: Known, entry: Entry) -> Iterator[Complaint]:
    """A mediation stays on its case."""
    if entry.stored is not None and entry.changes("case"):
        yield "case", "this mediation is on file on another case", "the case on file"


def conflict(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A tie is lifted by somebody else, after it was declared."""
    yield from _paired(entry, "lifted_by", "lifted_at", known.actor)
    yield from _somebody_else(entry, "lifted_by")
    yield from _ordered(entry, "declared_at", "lifted_at")


def grant(known: Known, entry: Entry) -> Iterator[Complaint]:
    """Nobody grants to themselves, a grant covers parts of its own case, and ends with it (C5, C6)."""
    case = entry.now("case")
    family = known.family(case)
    compartments = entry.now("compartments") or []
    if family is not None:
        for compartment in compartments:
            yield from _part("compartments", compartment, family)
    if entry.is_new and entry.values.get("granted_by") is None:
        entry.values["granted_by"] = known.actor
    if entry.now("granted_by") == entry.now("person"):
        yield "granted_by", "nobody grants access to themselves", "who granted it, somebody else"
    yield from _ordered(entry, "from", "until", same=False)
    if entry.now("revoked_by") is not None and entry.now("revoked_at") is None:
        yield "revoked_at", "revoked_by is given without it", "when it was revoked"
    if entry.is_new and "lead_for" not in entry.values and entry.now("capacity") is Capacity.STAFF:
        sides = [part.removeprefix("sole:") for part in compartments if part.startswith("sole:")]
        in_case = family is not None and sides[:1] and sides[0] in family[0]
        if (
            len(sides) == 1
            and in_case
            and Role.CASEWORKER in (known.value("people", entry.now("person"), "roles") or ())
        ):
            entry.values["lead_for"] = sides[0]
    lead_for = entry.now("lead_for")
    if lead_for is not None and family is not None and lead_for not in family[0]:
        yield "lead_for", f"{lead_for!r} is no party of the case", "one of the case's parties"
    if case is not None and entry.now("from") is not None:
        ended_at = end_of_grant(known, entry, case)
        if ended_at is not None and not entry.invalid:
            entry.values["ended_at"] = ended_at
        entry.extra["case_opened_on"] = known.value("cases", case, "opened_on")


def record(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A record's source is in its case, its compartment is the source's, and mediation material names its mediation."""
    if entry.stored is not None:
        yield from _as_written(entry)
    case, source, compartment = entry.now("case"), entry.now("source"), entry.now("compartment")
    family = known.family(case)
    if family is not None and source is not None:
        if source not in SOURCES and source not in family[0] and source not in family[1]:
            yield (
                "source",
                f"{source!r} is no party or child of the case",
                "a party or child, joint, external or internal",
            )
        elif compartment is not None:
            faulty = list(_part("compartment", compartment, family)) or list(_told_by(source, compartment, family))
            yield from faulty
    about, record_class = entry.now("mediation"), entry.now("record_class")
    if about is not None and known.is_known("mediations", about) and known.value("mediations", about, "case") != case:
        yield "mediation", "this mediation is on another case", "a mediation of the same case"
    if record_class in MEDIATION_MATERIAL and about is None and "mediation" not in entry.invalid:
        yield "mediation", f"a {record_class} belongs to a mediation, and none is named", "the mediation's reference"
    if entry.now("status") is not None and record_class not in (RecordClass.OUTCOME_SUMMARY, None):
        yield "status", f"a {record_class} has none", "empty: only an outcome summary is draft, issued or withdrawn"


def _as_written(entry: Entry) -> Iterator[Complaint]:
    """A file changes neither a record's words nor its label: both are done on the case's page (C2)."""
    wrong = "this record is on file, and what was written is never changed"
    yield from _kept(entry, wrong, "case", "title", "text", "occurred_at", "record_class")
    moved = "this record is on file, and two people move its label on its page"
    yield from _kept(entry, moved, "source", "compartment")


def _kept(entry: Entry, wrong: str, *names: str) -> Iterator[Complaint]:
    return ((name, wrong, "as it is on file, or empty") for name in names if entry.changes(name))


def _part(column: str, compartment: str, family: tuple[list[str], list[str]]) -> Iterator[Complaint]:
    """A compartment is a word, or a party's or child's own part of this case."""
    kind, sign, whose = compartment.partition(":")
    members = {"sole": family[0], "child": family[1]}.get(kind)
    if not sign and compartment in WORDS:
        return
    if members is None or not sign:
        expected = "sole:<party>, child:<child>, joint, external, internal or safeguarding"
        yield column, f"{compartment[:60]!r} is no part of a case", expected
    elif whose not in members:
        noun = "party" if kind == "sole" else "child"
        yield column, f"{whose[:60]!r} is no {noun} of the case", f"{kind}:<a {noun} of the case>"


def _told_by(source: str, compartment: str, family: tuple[list[str], list[str]]) -> Iterator[Complaint]:
    """The source fixes the compartment (C2); safeguarding may hold what anyone told."""
    if compartment == "safeguarding":
        return
    own = f"sole:{source}" if source in family[0] else f"child:{source}" if source in family[1] else source
    if compartment == own or (source in ("external", "internal") and compartment != "joint"):
        return
    wrong = f"what {source!r} told us is not kept under {compartment!r}: only what both parties heard is joint"
    yield "compartment", wrong, f"{own} or safeguarding"


def concern(known: Known, entry: Entry) -> Iterator[Complaint]:
    """An ended concern has its end; the time to decide by is worked out where the file leaves it out."""
    raised_at, severity = entry.now("raised_at"), entry.now("severity")
    moved = entry.is_new or entry.changes("severity") or entry.changes("raised_at")
    if moved and "due_at" not in entry.values and raised_at is not None and severity is not None:
        entry.values["due_at"] = decide_by(severity, raised_at, known.settings.bank_holidays)
    if entry.now("status") in ENDED_CONCERN:
        if entry.now("ended_at") is None and "ended_at" not in entry.invalid:
            entry.values["ended_at"] = max(filter(None, (known.at, raised_at)))
    elif entry.now("ended_at") is not None and isinstance(entry.now("status"), ConcernStatus):
        yield "ended_at", f"the status is {entry.now('status')}", "empty, or the status closed or no_further_action"
    wrong = "this concern is on file, and what was reported is never changed"
    if not entry.is_new:
        yield from _kept(entry, wrong, "account", "said_by", "seen_where", "seen_when", "actions_taken")
    else:
        about_workers = any(known.is_known("people", one) for one in entry.now("about") or ())
        entry.extra["sealed"] = about_workers or entry.now("category") is ConcernCategory.ABOUT_A_WORKER or None
    yield from _paired(entry, "ended_by", "ended_at", known.actor)
    yield from _ordered(entry, "raised_at", "ended_at")


def emergency_access(known: Known, entry: Entry) -> Iterator[Complaint]:
    """An emergency access is reviewed by somebody else, after it was opened."""
    yield from _paired(entry, "reviewed_by", "reviewed_at", known.actor)
    yield from _somebody_else(entry, "reviewed_by")
    yield from _ordered(entry, "opened_at", "reviewed_at")


def express_agreement(_: Known, entry: Entry) -> Iterator[Complaint]:
    """An express agreement names the kind of its recipient."""
    recipient = entry.now("recipient")
    if recipient is not None and not isinstance(recipient.get("type"), str):
        yield "recipient", "it has no type", 'such as "type=lawyer; acts_for=party_a; verified=yes"'
    yield from _ordered(entry, "given_at", "withdrawn_at")


def task(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A task that is done was done by somebody."""
    yield from _paired(entry, "done_by", "done_at", entry.now("assigned_to") if known.is_first else known.actor)


def _check_taken_out(known: Known, parsed: Parsed) -> Iterator[Fault]:
    """A fault for every party or child taken out of a case while something on file is kept under their name (C2)."""
    shrunk = {entry.key[0]: entry for entry in parsed.entries.get("cases", ()) if _gone(entry)}
    kept: dict[str, set[str]] = defaultdict(set)
    for batch in batches(shrunk):
        for row in known.session.execute(_RECORDS, {"keys": batch}):
            if row.id not in known.rows["records"]:  # those in the file are checked against the case as it will be
                kept[row.case_ref] |= {row.source, row.compartment}
        for ref, key, compartments, lead_for in known.session.execute(_GRANTS, {"keys": batch}):
            if key not in known.rows["grants"]:
                kept[ref] |= {*compartments, *filter(None, (lead_for,))}
    for ref, entry in shrunk.items():
        members = {key for name in ("parties", "children") for key in entry.now(name) or ()}
        for column, part, key in sorted(_gone(entry)):
            if part in kept[ref] or (key in kept[ref] and key not in members):
                wrong = f"{key!r} is taken out, and something on file is kept under them"
                yield entry.fault(column, wrong, "them as well, until their records and grants are elsewhere")


def _gone(entry: Entry) -> set[tuple[str, str, str]]:
    """The parts of the case that would go: the column, the compartment, and whose it is."""
    if entry.stored is None:
        return set()
    gone = set()
    for column, kind in (("parties", "sole"), ("children", "child")):
        if column in entry.values:
            leaving = set(entry.stored[column]) - set(entry.values[column] or ())
            gone |= {(column, f"{kind}:{key}", key) for key in leaving}
    return gone


RULES: Mapping[str, Rule] = {
    "partner_organisations": organisation,
    "agreements": agreement,
    "people": person,
    "signatures": signature,
    "service_users": service_user,
    "cases": check_case,
    "mediations": mediation,
    "conflicts_of_interest": conflict,
    "grants": grant,
    "records": record,
    "concerns": concern,
    "emergency_access": emergency_access,
    "express_agreements": express_agreement,
    "tasks": task,
    "enquiries": submission,
}
