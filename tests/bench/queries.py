"""Each query beside hand-written SQL that reads the same rows, on the same store, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from okf.agreements.queries.agreements import Board
from okf.cases.queries.cases import caseload_count, caseload_page
from okf.cases.queries.own_cases import cases_in_view
from okf.clock import london_date, utc_now
from okf.demo.caseload import HEAD
from okf.demo.refs import instant
from okf.desk import Desk
from okf.paging import Sort
from okf.people.queries.sessions import session_of_cookie
from okf.records.queries.case_records import records_in_view
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import live_figures
from okf.safeguarding.queries.filters import QueueFilter, QueueOrder
from okf.safeguarding.queries.search import search_concerns
from okf.store.engine import Store
from okf.terms import Action
from okf.terms.concerns import ConcernCategory
from okf.today.queries.overview import overview
from tests.bench.places import Cast, Place, sign_in

WARM_UP = 5
Rows = list[tuple[Any, ...]]
Ask = Callable[[str, Sequence[Any]], Rows]


@dataclass
class Query:
    """One query's times at one size, and those of the SQL, in seconds."""

    name: str
    cases: int
    query: Callable[[], Any]
    by_hand: Callable[[], Any]
    rows: int = 0
    taken: list[float] = field(default_factory=list)
    sql_taken: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return median(self.taken) * 1000

    @property
    def sql_ms(self) -> float:
        return median(self.sql_taken) * 1000


def measure_queries(places: list[Place], rounds: int, say: Callable[[str], None]) -> list[Query]:
    """Every query in turns with its SQL, at every size."""
    with ExitStack() as stack:
        asked = [query for place in places for query in _queries(place, stack.enter_context(place.store()), stack)]
        for number in range(rounds + WARM_UP):
            for one in asked:
                seconds, found = _timed(one.query)
                sql_seconds, _ = _timed(one.by_hand)
                if number >= WARM_UP:
                    one.taken.append(seconds)
                    one.sql_taken.append(sql_seconds)
                one.rows = _length(found)
            if number % 10 == 0:
                say(f"Queries, round {number} of {rounds + WARM_UP}")
    return asked


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = call()
    return time.perf_counter() - begun, found


def _length(found: Any) -> int:
    rows = getattr(found, "rows", found)
    return len(rows) if isinstance(rows, tuple | list) else 1


def _queries(place: Place, store: Store, stack: ExitStack) -> list[Query]:
    cast = Cast.of(store)
    cookie = sign_in(store, cast.caseworker)
    raw = store.engine.raw_connection()
    stack.callback(raw.close)
    mark = "%s" if store.engine.dialect.name == "postgresql" else "?"

    def ask(sql: str, values: Sequence[Any] = ()) -> Rows:
        cursor = raw.cursor()
        cursor.execute(sql.replace("?", mark), tuple(values))
        return list(cursor.fetchall())

    hand = ByHand(ask, utc_now())
    door, manager, dsl = Desk(store, None), Desk(store, "manager"), Desk(store, "dsl")
    caseworker, head = Desk(store, cast.caseworker), Desk(store, HEAD)
    pairs: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
        ("the session of a cookie", lambda: session_of_cookie(door, cookie), lambda: hand.session(cast.caseworker)),
        (
            "may they open this case?",
            lambda: caseworker.decide(Action.OPEN_CASE, cast.case),
            lambda: hand.grant(cast.caseworker, cast.case),
        ),
        ("a caseworker's own cases, newest 50", lambda: cases_in_view(caseworker), lambda: hand.own(cast.caseworker)),
        ("the head of service's own, newest 50", lambda: cases_in_view(head), lambda: hand.own(HEAD)),
        ("the caseload, newest 50", lambda: caseload_page(manager), hand.caseload),
        ("the caseload's count, capped", lambda: caseload_count(manager), hand.count),
        ("a case's records", lambda: records_in_view(caseworker, cast.case), lambda: hand.records(cast)),
        ("the agreements board, worst 50", lambda: Board.opened(manager).view(matrix=False).rows, hand.board),
        ("the queue of open concerns, first 50", lambda: queue_view(dsl), hand.queue),
        (
            "the queue by urgency and category, first 50",
            lambda: queue_view(
                dsl, QueueFilter(category=ConcernCategory.CHILD_NEGLECT, sort=Sort(QueueOrder.SEVERITY))
            ),
            hand.queue,
        ),
        ("open concerns by name", lambda: search_concerns(dsl, "ma"), hand.queue),
        ("the live count", lambda: live_figures(dsl), hand.live),
        ("a manager's Today", lambda: overview(manager), hand.overview),
    ]
    return [Query(name, place.cases, query, by_hand) for name, query, by_hand in pairs]


class ByHand:
    """The same rows by the shortest SQL there is: no policy, no facts, no dataclasses."""

    def __init__(self, ask: Ask, at: datetime) -> None:
        self.ask, self.at = ask, at
        self.now = instant(at)

    def session(self, who: str) -> Rows:
        return self.ask(
            "SELECT s.id, s.person, p.name, s.last_seen_at, s.expires_at FROM sign_in_session s"
            " JOIN person p ON p.username = s.person WHERE s.person = ? AND s.ended_at IS NULL AND s.expires_at > ?"
            " AND p.left_at IS NULL",
            [who, self.now],
        )

    def grant(self, who: str, case: str) -> Rows:
        return self.ask(
            "SELECT compartments, record_classes, actions, from_, until FROM access_grant"
            " WHERE person = ? AND case_ref = ? AND ended_at IS NULL",
            [who, case],
        )

    def own(self, who: str) -> Rows:
        refs = self.ask(
            "SELECT DISTINCT case_opened_on, case_ref FROM access_grant WHERE person = ? AND capacity = 'staff'"
            " AND ended_at IS NULL AND from_ <= ? AND (until IS NULL OR until > ?)"
            " ORDER BY case_opened_on DESC, case_ref DESC LIMIT 51",
            [who, self.now, self.now],
        )
        marks, keys = self._in([ref for _, ref in refs])
        self.ask(
            f'SELECT ref, status, kind_of_support, area, opened_on, closed_at FROM "case" WHERE ref IN ({marks})', keys
        )
        self.ask(
            "SELECT case_ref, name FROM case_party JOIN service_user ON ref = service_user"
            f" WHERE case_ref IN ({marks})",
            keys,
        )
        self.ask(
            "SELECT case_ref, name FROM case_child JOIN service_user ON ref = service_user"
            f" WHERE case_ref IN ({marks})",
            keys,
        )
        return refs

    def caseload(self) -> Rows:
        rows = self.ask(
            'SELECT ref, status, kind_of_support, area, opened_on, closed_at, unallocated_since FROM "case"'
            " ORDER BY opened_on DESC, ref DESC LIMIT 51",
            [],
        )
        marks, keys = self._in([row[0] for row in rows])
        self.ask(
            "SELECT case_ref, name FROM access_grant JOIN person ON username = person"
            f" WHERE case_ref IN ({marks}) AND lead_for IS NOT NULL AND ended_at IS NULL",
            keys,
        )
        self.ask(
            "SELECT case_ref, name FROM access_grant g JOIN person ON username = g.person JOIN agreement_standing s"
            f" ON s.person = g.person AND s.kind = g.capacity WHERE case_ref IN ({marks}) AND lead_for IS NOT NULL"
            " AND g.ended_at IS NULL AND s.overdue_at <= ?",
            [*keys, self.now],
        )
        self.ask(
            f"SELECT case_ref, count(*) FROM concern WHERE case_ref IN ({marks})"
            " AND ended_at IS NULL GROUP BY case_ref",
            keys,
        )
        return rows

    def count(self) -> Rows:
        return self.ask('SELECT count(*) FROM (SELECT 1 FROM "case" LIMIT 1001) AS some', [])

    def records(self, cast: Cast) -> Rows:
        parties = [row[0] for row in self.ask("SELECT service_user FROM case_party WHERE case_ref = ?", [cast.case])]
        parts, keys = self._in(["joint", *(f"sole:{one}" for one in parties)])
        rows = self.ask(
            "SELECT id, record_class, source, compartment, occurred_at, title, text, written_by FROM record"
            f" WHERE case_ref = ? AND compartment IN ({parts}) ORDER BY occurred_at DESC, id DESC LIMIT 51",
            [cast.case, *keys],
        )
        marks, ids = self._in([row[0] for row in rows])
        self.ask(
            "SELECT record_id, name FROM record_subject JOIN service_user ON ref = service_user"
            f" WHERE record_id IN ({marks})",
            ids,
        )
        return rows

    def board(self) -> Rows:
        return self.ask(
            "SELECT p.username, p.name, p.team, s.kind, s.version, s.signed_at, s.due_at, s.overdue_at,"
            " EXISTS (SELECT 1 FROM access_grant g WHERE g.person = s.person AND g.capacity = s.kind"
            " AND g.ended_at IS NULL AND g.from_ <= ? AND (g.until IS NULL OR g.until > ?))"
            " FROM agreement_standing s JOIN person p ON p.username = s.person"
            " WHERE s.ended_at IS NULL OR s.ended_at > ? ORDER BY s.overdue_at, s.person, s.kind LIMIT 51",
            [self.now, self.now, self.now],
        )

    def queue(self) -> Rows:
        rows = self.ask(
            "SELECT c.ref, c.case_ref, c.severity, c.status, c.category, c.raised_at, c.due_at, p.name FROM concern c"
            " LEFT JOIN person p ON p.username = c.lead WHERE c.ended_at IS NULL ORDER BY c.due_at, c.ref LIMIT 51",
            [],
        )
        marks, keys = self._in([row[0] for row in rows])
        self.ask(
            "SELECT concern_ref, p.name, u.name FROM concern_about LEFT JOIN person p ON p.username = person"
            f" LEFT JOIN service_user u ON u.ref = service_user WHERE concern_ref IN ({marks})",
            keys,
        )
        return rows

    def live(self) -> Rows:
        concerns = "SELECT count(*) FROM (SELECT 1 FROM concern WHERE ended_at IS NULL"
        some = ("", "AND due_at <= ?", "AND decide_by IS NOT NULL", "AND severity = 'immediate'")
        return [self.ask(f"{concerns} {one} LIMIT 1001) AS some", [self.now] if "?" in one else [])[0] for one in some]

    def overview(self) -> Rows:
        soon = instant(self.at + timedelta(days=7))
        quiet = str(london_date(self.at) - timedelta(days=28))
        day, week = instant(self.at - timedelta(days=1)), instant(self.at - timedelta(days=7))
        concerns = "SELECT 1 FROM concern WHERE ended_at IS NULL AND raised_at > ? AND raised_at <= ?"
        some: list[tuple[str, list[Any]]] = [
            ('SELECT 1 FROM "case" WHERE unallocated_since IS NOT NULL', []),
            (
                'SELECT 1 FROM "case" WHERE closed_at IS NULL AND ref IN (SELECT case_ref FROM access_grant g JOIN'
                " agreement_standing s ON s.person = g.person AND s.kind = g.capacity WHERE lead_for IS NOT NULL"
                " AND g.ended_at IS NULL AND s.overdue_at <= ?)",
                [self.now],
            ),
            ('SELECT 1 FROM "case" WHERE closed_at IS NULL AND quiet_since <= ?', [quiet]),
            ("SELECT 1 FROM access_grant WHERE ended_at IS NULL AND until > ? AND until <= ?", [self.now, soon]),
            (concerns, [day, self.now]),
            (concerns, [week, day]),
            (concerns, ["1970-01-01 00:00:00.000000", week]),
        ]
        return [self.ask(f"SELECT count(*) FROM ({sql} LIMIT 1001) AS some", values)[0] for sql, values in some]

    @staticmethod
    def _in(keys: list[Any]) -> tuple[str, list[Any]]:
        return ", ".join("?" * len(keys)) or "NULL", keys
