"""Import a caseload: check all of it, then write all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.clock import is_past
from okf.desk import Deed, Desk
from okf.errors import Conflict
from okf.load.answers import NONE, Answers
from okf.load.apply import apply, noted
from okf.load.changes import changes, not_seen, stood
from okf.load.doubles import doubles
from okf.load.enquiries import put_submissions
from okf.load.gives import given
from okf.load.night import FIRST_HOUR, LAST_HOUR, waits_for_the_night
from okf.load.on_record import FAULTY, IMPORTS, NOTHING_NEW, is_called_off
from okf.load.outcome import ImportOutcome, Waited
from okf.load.plan import Plan, plan
from okf.load.rows import Entry, Parsed, parse
from okf.load.tables import Tables
from okf.people.commands.leads_kept import leads_kept
from okf.people.commands.leaving import end_access
from okf.people.commands.outbox import tell_of_change
from okf.store import former
from okf.store.models import AuditEvent, Case, Concern, ServiceUser
from okf.terms import Action

LEFT_OUT: Final = "left_out"
_NAMED_MOST: Final = 200  # names of columns on the audit record
Progress = Callable[[int, int], None]
_FAMILIES = tuple(select(key).limit(1) for key in (ServiceUser.ref, Case.ref, Concern.ref))
_LEFT_OUT = (
    select(AuditEvent.facts)
    .where(AuditEvent.action.in_(IMPORTS), AuditEvent.actor == bindparam("who"))
    .order_by(AuditEvent.seq.desc())
    .limit(20)
)


def import_caseload(
    desk: Desk,
    tables: Tables,
    answers: Answers = NONE,
    *,
    dry_run: bool = False,
    by_day: bool = False,
    waited: Waited | None = None,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Take a caseload in, all or nothing; with `dry_run`, only say what it would change.

    While no family is on file, an import by the host is the first load: it
    may name everybody. In every other one each row is decided as its page
    would decide it for the importer. Cells are read before the database is
    locked. On the audit record either way, with counts, and the names of what
    was left out, alone. Of a file that `waited` nothing takes the place of
    what was changed on file since.

    Raises:
        Refused: their role does not include it.
        Conflict: it would take away the last safeguarding lead or deputy; or the file was called off.
    """
    parsed = parse(tables, answers, _half(progress, 0))
    if dry_run:
        return _previewed(desk, parsed)
    left_out = {LEFT_OUT: parsed.unknown[:_NAMED_MOST]} if parsed.unknown else {}
    with desk.reading() as session:
        action = _action(desk, session, parsed)
    rows = sum(map(len, parsed.entries.values()))
    if not by_day and action is not Action.LOAD_CASELOAD and waits_for_the_night(desk.now(), rows):
        raise Conflict(
            f"Nothing was imported: while {rows:,} rows are written, nobody else can save anything. Import them after"
            f" {LAST_HOUR}:00 or before {FIRST_HOUR}:00, or insist on it now."
        )
    with desk.permitted(action) as deed:
        if _action(desk, deed.session, parsed) is not (waited.action if waited else action):
            raise Conflict("Somebody put a family on file meanwhile. Nothing was imported: look at it again.")
        made = _planned(desk, deed.session, parsed, action)
        if waited:
            _begin(deed, made, waited)
        if made.faults:
            deed.note(did=FAULTY, faults=len(made.faults))
        elif made.changes_nothing:
            deed.note(did=NOTHING_NEW, **noted(made), **left_out)
        else:
            deed.note(**left_out)
            with leads_kept(deed):
                ended = _keep_former(deed, made, str(desk.actor))
                apply(deed, made, action, _half(progress, 1))
                ended += _end_leavers(deed, made, str(desk.actor))
            put_submissions(desk, deed, made.new.get("enquiries", ()))
            if ended:
                deed.note(grants_ended=sorted(ended))
            _tell_of_addresses(deed, desk, made)
    return _outcome(made, parsed, is_written=not made.faults and not made.changes_nothing)


def left_out_before(desk: Desk) -> frozenset[str]:
    """The sheets and columns that whoever imports here left out the last time that there were any."""
    with desk.reading() as session:
        facts = session.scalars(_LEFT_OUT, {"who": str(desk.actor)}).all()
    return frozenset(next((told[LEFT_OUT] for told in facts if LEFT_OUT in told), ()))


def _begin(deed: Deed, made: Plan, waited: Waited) -> None:
    deed.about(waited.ref)
    if is_called_off(deed.session, waited.ref):
        raise Conflict("It was called off. Nothing was imported.")
    if not made.faults:
        made.faults += not_seen(made, waited.stood)


def _action(desk: Desk, session: Session, parsed: Parsed) -> Action:
    """What the policy is asked: intake may import enquiries alone; the host fills a Casebook without a family."""
    if set(parsed.entries) == {"enquiries"}:
        return Action.IMPORT_ENQUIRIES
    if desk.is_host and not any(session.execute(one).first() for one in _FAMILIES):
        return Action.LOAD_CASELOAD
    return Action.IMPORT_CASELOAD


def _half(progress: Progress | None, which: int) -> Progress | None:
    """Reading is the first half of the work, writing the second."""
    if progress is None:
        return None
    return lambda done, of: progress(which * of + done, 2 * of)


def _previewed(desk: Desk, parsed: Parsed) -> ImportOutcome:
    with desk.reading() as session:
        action = _action(desk, session, parsed)
    with asking(desk, action) as asker:
        made = _planned(desk, asker.session, parsed, action)
        told = () if made.faults else changes(made, None if desk.is_host else asker)
        sentences, seen = ([], []) if made.faults else doubles(desk, asker.session, made)
    # On the record because counts of what is on file, and who may be on it, answer a question too.
    shown: dict[str, Any] = {"seen": seen} if seen else {}
    desk.note_event(action, did="import previewed", faults=len(made.faults), **noted(made), **shown)
    made.remarks.extend(sentences)
    return replace(
        _outcome(made, parsed, is_written=False),
        changes=told,
        action=action,
        stood=stood(made),
        gives=() if made.faults else given(made),
    )


def _planned(desk: Desk, session: Session, parsed: Parsed, action: Action) -> Plan:
    return plan(Asker.of(desk, session), parsed, is_first=action is Action.LOAD_CASELOAD)


def _keep_former(deed: Deed, made: Plan, by: str) -> list[str]:
    """Keep whom the file changes as they were; whoever comes back has no access left: the grants that this ends."""
    changed = made.changed.get("people", ())
    back = [entry.key[0] for entry, what in changed if _is_back(deed, entry, what)]
    others = [entry.key[0] for entry, what in changed if what & (former.KEPT - {"left_at"})]
    former.keep(deed.session, deed.at, {*back, *others})
    return _ended(deed, back, by)


def _end_leavers(deed: Deed, made: Plan, by: str) -> list[str]:
    """End all that whoever has left could open, as when an account is switched off: the grants that this ends."""
    return _ended(
        deed,
        (
            entry.key[0]
            for entry, what in made.changed.get("people", ())
            if "left_at" in what and is_past(entry.now("left_at"), deed.at)
        ),
        by,
    )


def _is_back(deed: Deed, entry: Entry, what: frozenset[str]) -> bool:
    return "left_at" in what and is_past((entry.stored or {})["left_at"], deed.at)


def _ended(deed: Deed, usernames: Iterable[str], by: str) -> list[str]:
    return [grant for who in usernames for grant in end_access(deed, who, by=by)["grants_ended"]]


def _tell_of_addresses(deed: Deed, desk: Desk, made: Plan) -> None:
    """Tell whoever can sign in, at their old address, that the file gave them another."""
    old = {
        entry.key[0]: entry.stored["email"]
        for entry, what in made.changed.get("people", ())
        if "email" in what and entry.stored and entry.stored["email"]
    }
    tell_of_change(deed, desk, old, instead=old)


def _outcome(made: Plan, parsed: Parsed, *, is_written: bool) -> ImportOutcome:
    return ImportOutcome(
        tuple(made.faults),
        tuple(made.remarks),
        tuple(made.counts),
        is_written,
        unknown=tuple(parsed.unknown),
        is_unclear=parsed.is_unclear,
    )
