"""The caseload's figures: what each case counts towards, the triggers that keep them, the full recount.

The database keeps them itself, by triggers: commands, imports and hands on the
host all come by them, and a figure stands or falls with the change it came of.
Each change adds its difference (`cases = cases + 1`), so that two writers lose
nothing of each other. What a case counts towards is written once, for the
triggers and for the recount alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, event, text

from okf.store import guards
from okf.store.models import Base
from okf.terms.caseload import ClosureOutcome, WaitBand

ALL: Final = "*"
NONE: Final = "-"

_COUNTED: Final = (
    "status",
    "kind_of_support",
    "area",
    "opened_on",
    "closed_at",
    "complexity",
    "outcome",
    "allocated_on",
    "contacted_on",
    "first_contact_at",
)
_LEADS: Final = "lead_for IS NOT NULL AND ended_at IS NULL"
_SUM: Final = """
    SELECT f.what, CASE WHEN m.by_kind = 1 THEN f.kind ELSE '*' END AS kind,
        CASE WHEN m.by_area = 1 THEN f.area ELSE '*' END AS area,
        f.month, f.detail, SUM(f.cases) AS cases, SUM(f.weight) AS weight
    FROM ({cells}) AS f
    CROSS JOIN (SELECT 1 AS by_kind, 1 AS by_area UNION ALL SELECT 1, 0 UNION ALL SELECT 0, 1 UNION ALL SELECT 0, 0) m
    WHERE 1 = 1
    GROUP BY 1, 2, 3, 4, 5
    HAVING SUM(f.cases) <> 0 OR SUM(f.weight) <> 0"""
_ADD: Final = f"""
    INSERT INTO case_tally (what, kind, area, month, detail, cases, weight) {_SUM}
    ON CONFLICT (what, kind, area, month, detail)
    DO UPDATE SET cases = case_tally.cases + excluded.cases, weight = case_tally.weight + excluded.weight"""
_LEAD: Final = """
    SELECT 'lead' AS what, COALESCE(c.kind_of_support, '-') AS kind, COALESCE('=' || c.area, '-') AS area, '' AS month,
        {row}.person AS detail, {sign} AS cases, {sign} * c.complexity AS weight
    FROM "case" c
    WHERE c.ref = {row}.case_ref AND c.closed_at IS NULL AND {row}.lead_for IS NOT NULL AND {row}.ended_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM access_grant o WHERE o.person = {row}.person AND o.case_ref = {row}.case_ref
                AND o.id <> {row}.id AND o.lead_for IS NOT NULL AND o.ended_at IS NULL)"""
_ALLOCATED: Final = """
    CASE WHEN NOT EXISTS (
        SELECT 1 FROM case_party p WHERE p.case_ref = "case".ref AND NOT EXISTS (
            SELECT 1 FROM access_grant g WHERE g.case_ref = p.case_ref AND g.lead_for = p.service_user))
    THEN (SELECT MAX(l.began) FROM (
        SELECT MIN({from_}) AS began FROM access_grant g
        WHERE g.case_ref = "case".ref AND g.lead_for IS NOT NULL GROUP BY g.lead_for) AS l) END"""
_CONTACTED: Final = """
    (SELECT MIN({occurred}) FROM record r
    WHERE r.case_ref = "case".ref AND r.record_class = 'communication'
        AND (r.direction IS NULL OR r.direction <> 'to_us') AND r.compartment <> 'safeguarding' AND {in_place}
        AND ("case".first_contact_at IS NULL OR r.occurred_at > "case".first_contact_at))"""
_QUIET: Final = """
    {later}(opened_on, COALESCE((
        SELECT MAX({occurred}) FROM record r
        WHERE r.case_ref = "case".ref AND r.record_class = 'communication'
            AND r.compartment <> 'safeguarding' AND {in_place}), opened_on))"""
_IN_PLACE: Final = """NOT EXISTS (
            SELECT 1 FROM misfiling m
            WHERE m.record_id = r.id AND m.file_ref IS NULL AND (m.outcome IS NULL OR m.outcome <> 'right_place'))"""


@dataclass(frozen=True, slots=True)
class _Tongue:
    """What the two kinds of database say differently."""

    postgres: bool

    def london(self, instant: str) -> str:
        """The London date of an instant that is kept in UTC."""
        if self.postgres:
            return f"CAST({instant} AT TIME ZONE 'Europe/London' AS date)"
        begins, ends = (f"date(substr({instant}, 1, 4) || '-{m}-25', 'weekday 0') || ' 01'" for m in ("03", "10"))
        summer = f"{instant} >= {begins} AND {instant} < {ends}"  # the last Sundays of March and October, 01:00 UTC
        return f"CASE WHEN {summer} THEN date({instant}, '+1 hour') ELSE date({instant}) END"

    def month(self, day: str) -> str:
        return f"to_char({day}, 'YYYY-MM')" if self.postgres else f"substr({day}, 1, 7)"

    def days(self, after: str, before: str) -> str:
        if self.postgres:
            return f"({after} - {before})"
        return f"CAST(julianday({after}) - julianday({before}) AS INTEGER)"

    def waited(self, row: str, until: str) -> str:
        """The days from when the family asked until a date of the case; null while that has not come."""
        asked = f"COALESCE({self.london(f'{row}.first_contact_at')}, {row}.opened_on)"
        return self.days(f"{row}.{until}", asked)

    def band(self, days: str) -> str:
        bands = [one for one in WaitBand if one.days]
        tests = " ".join(f"WHEN {days} <= {one.days[1]} THEN '{one}'" for one in bands[:-1] if one.days)
        return f"CASE WHEN {days} IS NULL THEN '{WaitBand.NOT_YET}' {tests} ELSE '{bands[-1]}' END"

    def kept(self) -> dict[str, str]:
        """What the database keeps on the case itself, from its grants and communications."""
        occurred, later = self.london("r.occurred_at"), "GREATEST" if self.postgres else "MAX"
        return {
            "allocated_on": _ALLOCATED.format(from_=self.london("g.from_")),
            "contacted_on": _CONTACTED.format(occurred=occurred, in_place=_IN_PLACE),
            "quiet_since": _QUIET.format(occurred=occurred, later=later, in_place=_IN_PLACE),
        }

    def keep(self) -> str:
        """The statement that keeps it, for every case or those that a condition after it names."""
        return 'UPDATE "case" SET ' + ", ".join(f"{name} = {value}" for name, value in self.kept().items())  # noqa: S608 -- our own


def waited_days(dialect: str, until: str) -> str:
    """SQL for the days that a case waited until one of its dates, as the tallies count them."""
    return _Tongue(dialect == "postgresql").waited('"case"', until)


def days(dialect: str, after: str, before: str) -> str:
    """SQL for the days between two dates."""
    return _Tongue(dialect == "postgresql").days(after, before)


def _cells(t: _Tongue, row: str, sign: str = "1", source: str = "") -> str:
    """What one case counts towards, with which sign; of a `source` of rows, or of one row that is at hand.

    One that was joined into another counts with that one.
    """
    kind, area = f"COALESCE({row}.kind_of_support, '-')", f"COALESCE('=' || {row}.area, '-')"
    opened = t.month(f"{row}.opened_on")
    outcome = f"COALESCE({row}.outcome, '-')"
    itself = f"WHERE {outcome} <> '{ClosureOutcome.JOINED}'"
    live, gone = f"{itself} AND {row}.closed_at IS NULL", f"{itself} AND {row}.closed_at IS NOT NULL"
    stands = f"CASE WHEN {row}.closed_at IS NULL THEN {row}.status ELSE 'closed:' || {outcome} END"
    sorts = (
        ("status", opened, stands, itself),
        ("open", "''", f"{row}.status", live),
        ("closed", t.month(t.london(f"{row}.closed_at")), outcome, gone),
        ("allocation", opened, t.band(t.waited(row, "allocated_on")), itself),
        ("contact", opened, t.band(t.waited(row, "contacted_on")), itself),
    )
    found = [
        f"SELECT '{what}' AS what, {kind} AS kind, {area} AS area, {month} AS month, {detail} AS detail,"
        f" {sign} AS cases, {sign} * {row}.complexity AS weight {source} {which}"
        for what, month, detail, which in sorts
    ]
    of_case = "" if source else f" AND case_ref = {row}.ref"
    leads = f"(SELECT DISTINCT person, case_ref FROM access_grant WHERE {_LEADS}{of_case}) AS l"  # noqa: S608
    beside = f"{source} JOIN {leads} ON l.case_ref = {row}.ref" if source else f"FROM {leads}"
    found.append(f"SELECT 'lead', {kind}, {area}, '', l.person, {sign}, {sign} * {row}.complexity {beside} {live}")
    return " UNION ALL ".join(found)


def _lead(row: str, sign: str) -> str:
    """What one grant that is at hand adds: its case for its holder, unless another grant of theirs counts it."""
    return _LEAD.format(row=row, sign=sign)


def _watchers(t: _Tongue) -> Iterator[tuple[str, str, str, str, Sequence[str]]]:
    """Each trigger: its name, when, on what, on which table, and what it then does."""
    both = f"{_cells(t, 'OLD', '-1')} UNION ALL {_cells(t, 'NEW')}"
    kept = t.keep() + " WHERE ref = {}"
    for name, what, cells in (
        ("new", "INSERT", _cells(t, "NEW")),
        ("changed", f"UPDATE OF {', '.join(_COUNTED)}", both),
        ("gone", "DELETE", _cells(t, "OLD", "-1")),
    ):
        yield f"case_tally_{name}", "AFTER", what, "case", [_ADD.format(cells=cells)]
    # Before each row, so that of two grants changed by one statement each sees what became of the other.
    for name, what, cells in (
        ("new", "INSERT", _lead("NEW", "1")),
        (
            "changed",
            "UPDATE OF person, case_ref, lead_for, ended_at",
            f"{_lead('OLD', '-1')} UNION ALL {_lead('NEW', '1')}",
        ),
        ("gone", "DELETE", _lead("OLD", "-1")),
    ):
        yield f"grant_tally_{name}", "BEFORE", what, "access_grant", [_ADD.format(cells=cells)]
    yield "case_kept_new", "AFTER", "INSERT", "case", [kept.format("NEW.ref")]
    yield "case_kept_changed", "AFTER", "UPDATE OF opened_on, first_contact_at", "case", [kept.format("NEW.ref")]
    for name, what in (("new", "INSERT"), ("changed", "UPDATE OF compartment")):
        yield f"record_kept_{name}", "AFTER", what, "record", [kept.format("NEW.case_ref")]
    for name, what in (("new", "INSERT"), ("changed", "UPDATE OF outcome")):
        yield f"misfiling_kept_{name}", "AFTER", what, "misfiling", [kept.format("NEW.case_ref")]
    for table, columns in (("access_grant", "case_ref, lead_for, from_"), ("case_party", "case_ref, service_user")):
        new, old = kept.format("NEW.case_ref"), kept.format("OLD.case_ref")
        yield f"{table}_kept_new", "AFTER", "INSERT", table, [new]
        yield f"{table}_kept_changed", "AFTER", f"UPDATE OF {columns}", table, [old, new]
        yield f"{table}_kept_gone", "AFTER", "DELETE", table, [old]


def watchers(dialect: str) -> Iterator[str]:
    """The statements that make a database keep the figures."""
    postgres = dialect == "postgresql"
    for name, when, what, table, does in _watchers(_Tongue(postgres)):
        body = "; ".join(does)
        if postgres:
            row = "OLD" if what == "DELETE" else "NEW"
            yield (
                f"CREATE FUNCTION casebook_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body};"
                f" RETURN {row}; END $$"
            )
            body = f"EXECUTE FUNCTION casebook_{name}()"
        else:
            body = f"BEGIN {body}; END"
        yield f'CREATE TRIGGER {name} {when} {what} ON "{table}" FOR EACH ROW {body}'


def watch(connection: Connection) -> None:
    """Let the database keep the figures from now on."""
    for statement in watchers(connection.dialect.name):
        connection.exec_driver_sql(statement)


def unwatch(connection: Connection) -> None:
    """Take the triggers off, for what changes the tables themselves or fills them in bulk; `watch` puts them back."""
    postgres = connection.dialect.name == "postgresql"
    for name, *_ in _watchers(_Tongue(postgres)):
        drop = f"DROP FUNCTION IF EXISTS casebook_{name}() CASCADE" if postgres else f"DROP TRIGGER IF EXISTS {name}"
        connection.exec_driver_sql(drop)


def recount(connection: Connection) -> None:
    """Write the figures anew from the facts; costs by all cases. Without the triggers, or it counts twice."""
    t = _Tongue(connection.dialect.name == "postgresql")
    connection.exec_driver_sql(t.keep())
    connection.exec_driver_sql("DELETE FROM case_tally")
    connection.exec_driver_sql(_ADD.format(cells=_cells(t, "c", source='FROM "case" c')))


def mend(connection: Connection) -> None:
    """Write the figures anew while nobody else writes, and go on keeping them."""
    unwatch(connection)
    recount(connection)
    watch(connection)


def figures_of(connection: Connection, person: str) -> list[Any]:
    """The rows that the cases which a person leads now make by themselves; costs by those cases."""
    t = _Tongue(connection.dialect.name == "postgresql")
    theirs = f"SELECT DISTINCT case_ref FROM access_grant WHERE person = :person AND {_LEADS}"  # noqa: S608 -- our own
    cells = _cells(t, "c", source=f'FROM "case" c JOIN ({theirs}) AS w ON w.case_ref = c.ref')
    return list(connection.execute(text(_SUM.format(cells=cells)), {"person": person}))


def differences(connection: Connection) -> tuple[list[dict[str, Any]], list[str]]:
    """Where what is kept differs from the facts: each figure with both numbers, and cases by their references."""
    t = _Tongue(connection.dialect.name == "postgresql")
    stored = "SELECT what, kind, area, month, detail, cases, weight FROM case_tally WHERE cases <> 0 OR weight <> 0"
    counted = _SUM.format(cells=_cells(t, "c", source='FROM "case" c'))
    kept, facts = ({tuple(r[:5]): tuple(r[5:]) for r in connection.exec_driver_sql(sql)} for sql in (stored, counted))
    apart = [
        dict(zip(("what", "kind", "area", "month", "detail"), key, strict=True))
        | {"kept": kept.get(key, (0, 0)), "counted": facts.get(key, (0, 0))}
        for key in sorted(kept.keys() | facts.keys())
        if kept.get(key) != facts.get(key)
    ]
    tests = " OR ".join(f"{name} IS DISTINCT FROM ({value})" for name, value in t.kept().items())
    cases = connection.exec_driver_sql(f'SELECT ref FROM "case" WHERE {tests} ORDER BY ref')  # noqa: S608 -- our own
    return apart, list(cases.scalars())


@event.listens_for(Base.metadata, "after_create")
def _watch(_: Any, connection: Connection, **__: Any) -> None:
    with guards.unguarded(connection):
        watch(connection)
