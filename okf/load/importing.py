"""Import a caseload: check all of it, then write all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.desk import Deed, Desk
from okf.errors import Conflict
from okf.load.apply import apply, noted
from okf.load.enquiries import put_submissions
from okf.load.faults import Fault, told
from okf.load.plan import Count, Plan, plan
from okf.load.rows import Parsed, parse
from okf.load.tables import Tables
from okf.people.commands import sessions
from okf.people.commands.leads_kept import leads_kept
from okf.people.commands.outbox import tell_of_change
from okf.store.models import Case, Concern, ServiceUser
from okf.terms import Action

Progress = Callable[[int, int], None]
_FAMILIES = tuple(select(key).limit(1) for key in (ServiceUser.ref, Case.ref, Concern.ref))


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do: the faults if there are any, else the counts; never a name or a text."""

    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    counts: tuple[Count, ...]
    is_written: bool

    @property
    def changes_nothing(self) -> bool:
        """Whether all of it is on file already."""
        return not any(count.new or count.changed for count in self.counts)

    def in_words(self) -> list[str]:
        """The outcome in lines for a terminal."""
        if self.faults:
            many = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            return [f"Nothing was imported: {many}.", *told(self.faults)]
        if not self.counts:
            return [*self.remarks, "There is nothing to import."]
        lines = [
            f"{count.table}: {count.new} new, {count.changed} changed, {count.unchanged} as on file"
            for count in self.counts
        ]
        if self.changes_nothing:
            done = "Everything is on file already; nothing changed."
        else:
            done = "The caseload is imported." if self.is_written else "This is what would change; nothing was written."
        return [*self.remarks, *lines, done]


def import_caseload(
    desk: Desk, tables: Tables, *, dry_run: bool = False, progress: Progress | None = None
) -> ImportOutcome:
    """Take a caseload in, all or nothing; with `dry_run`, only say what it would change.

    While no family is on file, an import by the host is the first load: it
    may name everybody. In every other one each row is decided as its page
    would decide it for the importer. Cells are read before the database is
    locked. On the audit record either way, with counts alone.

    Raises:
        Refused: their role does not include it.
        Conflict: it would take away the last safeguarding lead or deputy.
    """
    parsed = parse(tables, _half(progress, 0))
    if dry_run:
        return _previewed(desk, parsed)
    with desk.reading() as session:
        action = _action(desk, session, parsed)
    with desk.permitted(action) as deed:
        if action is not _action(desk, deed.session, parsed):
            raise Conflict("Somebody put a family on file meanwhile. Nothing was imported: look at it again.")
        made = _planned(desk, deed.session, parsed, action)
        if made.faults:
            deed.note(did="nothing imported", faults=len(made.faults))
        elif made.changes_nothing:
            deed.note(did="nothing to import", **noted(made))
        else:
            with leads_kept(deed):
                apply(deed, made, action, _half(progress, 1))
            put_submissions(desk, deed, made.new.get("enquiries", ()))
            _sign_out_leavers(deed, made, str(desk.actor))
            _tell_of_addresses(deed, desk, made)
    return _outcome(made, is_written=not made.faults and not made.changes_nothing)


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
    # On the record because counts of what is on file answer a question too.
    desk.note_event(action, did="import previewed", faults=len(made.faults), **noted(made))
    return _outcome(made, is_written=False)


def _planned(desk: Desk, session: Session, parsed: Parsed, action: Action) -> Plan:
    return plan(Asker.of(desk, session), parsed, is_first=action is Action.LOAD_CASELOAD)


def _sign_out_leavers(deed: Deed, made: Plan, by: str) -> None:
    """Sign out whoever has left, as when an account is switched off."""
    for entry, what in made.changed.get("people", ()):
        left_at = entry.now("left_at")
        if "left_at" in what and left_at is not None and left_at <= deed.at:
            sessions.end_all_ways_in(deed.session, entry.key[0], deed.at, by=by)


def _tell_of_addresses(deed: Deed, desk: Desk, made: Plan) -> None:
    """Tell whoever can sign in, at their old address, that the file gave them another."""
    old = {
        entry.key[0]: entry.stored["email"]
        for entry, what in made.changed.get("people", ())
        if "email" in what and entry.stored and entry.stored["email"]
    }
    tell_of_change(deed, desk, old, instead=old)


def _outcome(made: Plan, *, is_written: bool) -> ImportOutcome:
    return ImportOutcome(tuple(made.faults), tuple(made.remarks), tuple(made.counts), is_written)
