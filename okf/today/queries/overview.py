"""What needs this person today, as figures: each counted after the policy, none above a thousand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from okf.agreements.queries.agreements import Board, BoardView
from okf.agreements.queries.board import BoardFilter
from okf.asker import Asker
from okf.caseload.queries.caseload import MonthFigures, open_by_month
from okf.cases.queries import cases
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.loads import Room, with_most_room
from okf.clock import end_of, london_date
from okf.desk import Desk
from okf.paging import COUNT_MOST, AnySelect, Count, Page
from okf.people.queries.accounts import AccountFigures, account_figures
from okf.policy.access import decide
from okf.policy.allocation import allocate_by
from okf.proof.queries.backups import BackupStanding, backup_standing
from okf.safeguarding.queries.decisions_due import readings_overdue
from okf.store.models import AccessGrant, Case, Concern, LedgerOwed
from okf.store.visible import concerns_counted_for, ends_by
from okf.terms import ENDED_CONCERN, Action
from okf.today.queries.work import OwnWork, own_work

MONTHS: Final = 7
ROOM_SHOWN: Final = 6
UNSIGNED_SHOWN: Final = 5


def _capped(statement: AnySelect) -> AnySelect:
    return select(func.count()).select_from(statement.limit(COUNT_MOST + 1).subquery())


def _instant(name: str) -> Any:
    return bindparam(name, type_=Concern.due_at.type)


_ENDING = _capped(select(AccessGrant.id).where(ends_by(_instant("soon"))))
_WAITING_SINCE = select(func.min(Case.unallocated_since))
# What is hidden from the reader is not counted for them, nor what has ended (C9).
_OPEN = select(Concern.ref).where(
    Concern.ended_at.is_(None), Concern.status.not_in(sorted(ENDED_CONCERN)), concerns_counted_for()
)


def _between(column: Any, *bounds: tuple[str, str]) -> AnySelect:
    spans = (_OPEN.where(column > _instant(after), column <= _instant(before)) for after, before in bounds)
    return select(*(_capped(one).scalar_subquery() for one in spans))


_BY_AGE = _between(Concern.raised_at, ("day", "at"), ("week", "day"), ("ever", "week"))
_BY_TIME_LEFT = _between(Concern.due_at, ("ever", "at"), ("at", "tonight"), ("tonight", "never"))
_LEDGER_WAITS = select(LedgerOwed.id).limit(1)


@dataclass(frozen=True, slots=True)
class CaseloadFigures:
    """What the caseload asks of a manager. `months` ends with the one that runs; `room` begins with who has most."""

    unallocated: Count
    allocate_by: date | None
    months: tuple[MonthFigures, ...]
    quiet: Count
    not_able: Count
    no_contact_days: int
    grants_ending: Count
    readings_overdue: Count
    ledger_waits: bool
    concerns_under_a_day: Count
    concerns_under_a_week: Count
    concerns_older: Count
    room: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The safeguarding lead's queue by time left."""

    overdue: Count
    due_today: Count
    next: Count


@dataclass(frozen=True, slots=True)
class Overview:
    """What needs this person; a part that is not theirs is None.

    `signatures` are for who watches them alone.
    """

    work: OwnWork | None
    caseload: CaseloadFigures | None
    queue: QueueFigures | None
    signatures: BoardView | None
    accounts: AccountFigures | None
    backups: BackupStanding | None


def overview(desk: Desk) -> Overview:
    """What needs this person today."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        return Overview(
            work=own_work(asker) if asker.may(Action.LIST_OWN_CASES) else None,
            caseload=_caseload(asker) if asker.may(Action.LIST_CASELOAD) else None,
            queue=_queue(asker) if asker.may(Action.LIST_CONCERNS) else None,
            signatures=_signatures(desk, asker),
            accounts=account_figures(asker) if asker.may(Action.MANAGE_ACCOUNTS) else None,
            backups=backup_standing(session, asker.at) if asker.may(Action.SEE_BACKUPS) else None,
        )


def queue_now(desk: Desk) -> QueueFigures | None:
    """The queue by time left as it is now; None, and nothing on record, for who may no longer see it."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        return _queue(asker) if asker.may(Action.LIST_CONCERNS) else None


def _caseload(asker: Asker) -> CaseloadFigures:
    session, at = asker.session, asker.at
    counts = decide(replace(asker.base, action=Action.COUNT_CONCERNS)).allowed
    since = session.scalar(_WAITING_SINCE)
    under_a_day, under_a_week, older = _spans(asker, _BY_AGE) if counts else (Count(0),) * 3
    return CaseloadFigures(
        unallocated=cases.count_of(asker, CaseFilters(unallocated=True)) if since else Count(0),
        allocate_by=allocate_by(since, asker.settings) if since else None,
        months=open_by_month(asker, MONTHS),
        quiet=cases.count_of(asker, CaseFilters(quiet=True)),
        not_able=cases.count_of(asker, CaseFilters(unsigned=True)),
        no_contact_days=asker.settings.no_contact_days,
        grants_ending=_count(asker, _ENDING, soon=at + timedelta(days=7)),
        readings_overdue=readings_overdue(session, asker.base) if counts else Count(0),
        ledger_waits=session.scalar(_LEDGER_WAITS) is not None,
        concerns_under_a_day=under_a_day,
        concerns_under_a_week=under_a_week,
        concerns_older=older,
        room=with_most_room(asker, ROOM_SHOWN),
    )


def _queue(asker: Asker) -> QueueFigures:
    return QueueFigures(*_spans(asker, _BY_TIME_LEFT))


def _signatures(desk: Desk, asker: Asker) -> BoardView | None:
    if not asker.may(Action.LIST_AGREEMENTS) or asker.may(Action.SEND_MAIL) or asker.may(Action.LIST_CONCERNS):
        return None
    board = Board(desk, replace(asker.base, action=Action.LIST_AGREEMENTS))
    return board.view(BoardFilter(outstanding=True), Page(size=UNSIGNED_SHOWN))


def _spans(asker: Asker, statement: AnySelect) -> tuple[Count, ...]:
    at = asker.at
    bound = {"at": at, "who": asker.who, "ever": _EVER, "never": _NEVER, "tonight": end_of(london_date(at))}
    bound |= {"day": at - timedelta(days=1), "week": at - timedelta(days=7)}
    return tuple(Count.capped(one or 0) for one in asker.session.execute(statement, bound).one())


def _count(asker: Asker, statement: AnySelect, **bound: Any) -> Count:
    return Count.capped(asker.session.scalar(statement, {"at": asker.at, "who": asker.who} | bound) or 0)


_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
