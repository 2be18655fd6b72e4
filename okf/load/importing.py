"""Import a caseload: check all of it, then write all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from okf.asker import asking
from okf.desk import Deed, Desk
from okf.load.apply import apply, noted
from okf.load.enquiries import put_submissions
from okf.load.faults import Fault, told
from okf.load.plan import Count, Plan, plan
from okf.load.rows import Parsed, parse
from okf.load.tables import Tables
from okf.people.commands import sessions
from okf.people.commands.leads_kept import leads_kept
from okf.policy.access import decide
from okf.terms import Action

Progress = Callable[[int, int], None]
_ALSO = (Action.CHANGE_SETTINGS, Action.PUBLISH_AGREEMENT, Action.MANAGE_ACCOUNTS)


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

    Cells are read before the database is locked. On the audit record either
    way, with counts alone.

    Raises:
        Refused: their role does not include it.
        Conflict: it would take away the last safeguarding lead or deputy.
    """
    parsed = parse(tables, _half(progress, 0))
    if dry_run:
        return _previewed(desk, parsed)
    with desk.permitted(_action(parsed)) as deed:
        made = _planned(desk, deed.session, parsed, deed.at)
        if made.faults:
            deed.note(did="nothing imported", faults=len(made.faults))
        elif made.changes_nothing:
            deed.note(did="nothing to import", **noted(made))
        else:
            with leads_kept(deed):
                apply(deed, made, _half(progress, 1))
            put_submissions(desk, deed, made.new.get("enquiries", ()))
            _sign_out_leavers(deed, made, str(desk.actor))
    return _outcome(made, is_written=not made.faults and not made.changes_nothing)


def _action(parsed: Parsed) -> Action:
    """What the policy is asked: intake may import enquiries alone."""
    return Action.IMPORT_ENQUIRIES if set(parsed.entries) == {"enquiries"} else Action.IMPORT_CASELOAD


def _half(progress: Progress | None, which: int) -> Progress | None:
    """Reading is the first half of the work, writing the second."""
    if progress is None:
        return None
    return lambda done, of: progress(which * of + done, 2 * of)


def _previewed(desk: Desk, parsed: Parsed) -> ImportOutcome:
    action = _action(parsed)
    with asking(desk, action) as asker:
        made = _planned(desk, asker.session, parsed, asker.at)
    # On the record because counts of what is on file answer a question too.
    desk.note_event(action, did="import previewed", faults=len(made.faults), **noted(made))
    return _outcome(made, is_written=False)


def _planned(desk: Desk, session: Session, parsed: Parsed, at: datetime) -> Plan:
    may = [] if desk.is_host else [action for action in _ALSO if decide(desk.question(session, action)).allowed]
    return plan(session, parsed, at=at, actor=str(desk.actor), by_host=desk.is_host, may=may)


def _sign_out_leavers(deed: Deed, made: Plan, by: str) -> None:
    """Sign out whoever has left, as when an account is switched off."""
    for entry, what in made.changed.get("people", ()):
        left_at = entry.now("left_at")
        if "left_at" in what and left_at is not None and left_at <= deed.at:
            sessions.end_all_ways_in(deed.session, entry.key[0], deed.at, by=by)


def _outcome(made: Plan, *, is_written: bool) -> ImportOutcome:
    return ImportOutcome(tuple(made.faults), tuple(made.remarks), tuple(made.counts), is_written)
