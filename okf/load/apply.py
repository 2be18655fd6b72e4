"""Write what a plan changes, in bulk, in the transaction of one deed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Update, bindparam, case, delete, insert, or_, update

from okf.desk import Deed
from okf.load import later
from okf.load.about import look_through, put_about
from okf.load.asks import Touched
from okf.load.clocks import start_clocks
from okf.load.closings import end_of_closing
from okf.load.columns import TABLES
from okf.load.on_record import IMPORTED
from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.load.specs import rows_of
from okf.load.stored import TOLD_BY, batches
from okf.match.fold import folded
from okf.policy.contact import Statement
from okf.store import audit, kept, marks, match_keys
from okf.store.contact import AGE, BORN, COLUMNS, kept_of, statements_of, written
from okf.store.models import (
    AccessGrant,
    Base,
    CaseChild,
    CaseClosure,
    CaseParty,
    ContactStatement,
    Named,
    PersonRole,
    PolicySetting,
    RecordSubject,
    ServiceUser,
    WorkerCheck,
)
from okf.store.sealing import seal_row, seal_rows
from okf.terms import Action, Outcome
from okf.terms.intake import ContactCheck

# What a row says of who put it down, and when, that a file has no column for.
_RECORDED = frozenset({"checks", "express_agreements"})
Progress = Callable[[int, int], None]
Rows = list[dict[str, Any]]


def apply(deed: Deed, plan: Plan, action: Action, progress: Progress | None = None) -> None:
    """Write the plan, refresh the rows kept for speed, and say in the audit record how much there was.

    The plan must be without faults and made in the deed's own session.
    """
    if plan.faults:
        raise ValueError("a plan with faults is never written")
    total = sum(count.new + count.changed for count in plan.counts)
    done = 0
    for name in TABLES:
        if name not in plan.new or not TABLES[name].in_bulk:
            continue
        new, changed = plan.new[name], plan.changed[name]
        if name == "settings":
            _settings(deed, plan, [entry for entry, _ in plan.touched(name)])
            done += len(new) + len(changed)
        else:
            if name == "concerns":
                look_through(deed, new)
            more = _recorded(deed, plan) if name in _RECORDED and not plan.known.is_first else {}
            for batch in batches(new):
                _insert(deed, TABLES[name].model, [_row(entry) | more for entry in batch])
                done += len(batch)
                if progress:
                    progress(done, total)
            if name == "checks" and not plan.known.is_first:
                _renewed(deed, plan, changed)
            else:
                _update(deed, name, changed)
            done += len(changed)
        if name in _LINKS:
            _LINKS[name](deed, plan, plan.touched(name))
        if progress:
            progress(done, total)
    _end_grants(deed, plan)
    _refresh(deed, plan)
    _mark(deed, plan, action)
    _tell(deed, plan)
    deed.note(did=IMPORTED, **noted(plan))


def noted(plan: Plan) -> dict[str, Any]:
    """The counts by table, as the audit record keeps them."""
    return {
        "new": {count.table: count.new for count in plan.counts if count.new},
        "changed": {count.table: count.changed for count in plan.counts if count.changed},
        "unchanged": sum(count.unchanged for count in plan.counts),
    }


def _row(entry: Entry) -> dict[str, Any]:
    row = {column.attribute: entry.values.get(column.name) for column in entry.spec.kept}
    return row | {name: value for name, value in entry.extra.items() if not name.startswith("_")}


def _insert(deed: Deed, model: type[Base], rows: Rows) -> None:
    for batch in batches(rows):
        deed.session.connection().execute(insert(rows_of(model)), seal_rows(deed.session, model, batch))


def _execute(deed: Deed, statement: Update, rows: Rows) -> None:
    for batch in batches(rows):
        deed.session.connection().execute(statement, batch)


def _update(deed: Deed, name: str, changed: Sequence[Touched]) -> None:
    """One statement for each set of columns that changes together."""
    spec = TABLES[name]
    table = spec.rows
    groups: dict[tuple[str, ...], Rows] = defaultdict(list)
    for entry, what in changed:
        stored = entry.stored or {}
        values = {column.attribute: entry.values[column.name] for column in spec.kept if column.name in what}
        if name == "cases" and "closed_at" in entry.extra:
            values["closed_at"] = entry.extra["closed_at"]
        if name == "grants" and "case" in what:
            values["case_opened_on"] = entry.extra["case_opened_on"]
        if "name" in values and issubclass(spec.model, Named):
            values["name_folded"] = folded(values["name"])
        if values:
            keys = {f"key_{column.name}": stored[f"_{column.name}"] for column in table.primary_key.columns}
            values = seal_row(deed.session, spec.model, values, _row(entry), list(keys.values()))
            groups[tuple(sorted(values))].append(keys | {f"to_{one}": value for one, value in values.items()})
    for names, rows in groups.items():
        statement = (
            update(table)
            .where(*(column == bindparam(f"key_{column.name}") for column in table.primary_key.columns))
            .values({one: bindparam(f"to_{one}") for one in names})
        )
        _execute(deed, statement, rows)


def _settings(deed: Deed, plan: Plan, entries: Iterable[Entry]) -> None:
    """The first value of a setting counts as having always held; a later one holds from now on."""
    rows = [
        {
            "name": entry.key[0],
            "value": {"is": entry.extra["value"]},
            "holds_from": None if entry.is_new else deed.at,
            "set_by": plan.known.actor,
        }
        for entry in entries
    ]
    _insert(deed, PolicySetting, rows)


def _roles(deed: Deed, plan: Plan, touched: Sequence[Touched]) -> None:
    """Whoever the first load brings in counts as having always held their roles; else a change holds from now on."""
    rows, ended = [], []
    for entry, what in touched:
        if "roles" not in what:
            continue
        before: Mapping[Any, int] = (entry.stored or {}).get("_roles", {})
        wanted = entry.values.get("roles") or ()
        since = None if entry.is_new and plan.known.is_first else deed.at
        rows += [{"person": entry.key[0], "role": r, "since": since, "until": None} for r in wanted if r not in before]
        ended += [{"key": key, "at": deed.at} for role, key in before.items() if role not in wanted]
    _insert(deed, PersonRole, rows)
    table = rows_of(PersonRole)
    _execute(deed, update(table).where(table.c.id == bindparam("key")).values(until=bindparam("at")), ended)


def _members(deed: Deed, plan: Plan, touched: Sequence[Touched]) -> None:
    for name, model in (("parties", CaseParty), ("children", CaseChild)):
        them = [entry for entry, what in touched if name in what]
        _clear(deed, model, "case_ref", them)
        rows = [
            {"case_ref": entry.key[0], "service_user": key, "position": position}
            for entry in them
            for position, key in enumerate(entry.values[name] or ())
        ]
        _insert(deed, model, rows)
    closings = [(entry.key[0], entry.extra["_closing"]) for entry, _ in touched if entry.extra.get("_closing")]
    by = None if plan.known.is_first else plan.known.actor
    _insert(
        deed,
        CaseClosure,
        [
            {
                "case_ref": ref,
                "closed_at": one.closed_at,
                "closed_by": by,
                "reopened_at": one.reopened_at,
                "reopened_by": by if one.reopened_at else None,
            }
            for ref, one in closings
            if one.id is None
        ],
    )
    table, grants = rows_of(CaseClosure), rows_of(AccessGrant)
    _execute(
        deed,
        update(table)
        .where(table.c.id == bindparam("key"))
        .values(closed_at=bindparam("closed"), reopened_at=bindparam("reopened"), reopened_by=bindparam("by")),
        [
            {"key": one.id, "closed": one.closed_at, "reopened": one.reopened_at, "by": by}
            for _, one in closings
            if one.id is not None
        ],
    )
    _execute(
        deed,
        update(grants).where(grants.c.case_ref == bindparam("ref")).values(case_opened_on=bindparam("day")),
        [
            {"ref": entry.key[0], "day": entry.values["opened_on"]}
            for entry, what in touched
            if not entry.is_new and "opened_on" in what
        ],
    )


def _subjects(deed: Deed, _: Plan, touched: Sequence[Touched]) -> None:
    them = [entry for entry, what in touched if "subjects" in what]
    _clear(deed, RecordSubject, "record_id", them)
    rows = [{"record_id": e.key[0], "service_user": key} for e in them for key in e.values["subjects"] or ()]
    _insert(deed, RecordSubject, rows)


def _about(deed: Deed, plan: Plan, touched: Sequence[Touched]) -> None:
    about_workers = put_about(deed, plan, touched)
    start_clocks(deed.session, plan, [entry for entry, _ in touched if entry.is_new], about_workers)


def _clear(deed: Deed, model: type[Base], column: str, entries: Iterable[Entry]) -> None:
    owners = [entry.key[0] for entry in entries if not entry.is_new]
    for batch in batches(owners):
        deed.session.connection().execute(delete(rows_of(model)).where(rows_of(model).c[column].in_(batch)))


def _end_grants(deed: Deed, plan: Plan) -> None:
    """End the grants on file of closed cases: those begun before the closing, and all while the case stays closed."""
    closings = [(e.key[0], e.extra["_closing"]) for e, _ in plan.touched("cases") if e.extra.get("_closing")]
    table = rows_of(AccessGrant)
    closed, end = bindparam("closed", type_=table.c.ended_at.type), bindparam("end", type_=table.c.ended_at.type)
    begun = or_(table.c.from_ < closed, table.c.granted_at < closed)
    stands = or_(table.c.ended_at.is_(None), table.c.ended_at > end)
    of_case = table.c.case_ref == bindparam("ref")
    end_grants = update(table).where(of_case, stands)
    for reopened, statement in (
        (True, end_grants.where(begun).values(ended_at=end)),
        (False, end_grants.values(ended_at=case((begun, end), else_=table.c.from_))),
    ):
        _execute(
            deed,
            statement,
            [
                {"ref": ref, "closed": one.closed_at, "end": end_of_closing(plan.known, one.closed_at)}
                for ref, one in closings
                if (one.reopened_at is not None) is reopened
            ],
        )


def _refresh(deed: Deed, plan: Plan) -> None:
    def keys(table: str, column: str) -> Iterator[str]:
        for entry, _ in plan.touched(table):
            for key in (entry.now(column), (entry.stored or {}).get(column)):
                if key is not None:
                    yield key

    everyone = any(map(plan.touched, ("settings", "agreements")))
    people = {*keys("people", "username"), *keys("signatures", "person"), *keys("grants", "person")}
    closed = {entry.key[0] for entry, _ in plan.changed.get("cases", ()) if entry.extra.get("_closing")}
    if everyone or closed:
        kept.refresh_standings(deed.session, deed.at)
    elif people:
        kept.refresh_standings(deed.session, deed.at, sorted(people))
    if cases := {*keys("cases", "ref"), *keys("grants", "case")}:
        kept.refresh_allocation(deed.session, deed.at, sorted(cases))
    if tied := {*keys("conflicts_of_interest", "service_user")}:
        kept.refresh_allocation_of(deed.session, deed.at, sorted(tied))
    match_keys.refresh_match_keys(deed.session, {*keys("service_users", "ref")})


def _mark(deed: Deed, plan: Plan, action: Action) -> None:
    """Put on record the imported rows that open a case, so that a row from anywhere else is found."""

    def keys(table: str) -> set[str]:
        return {entry.key[0] for entry, _ in plan.touched(table)}

    marks.put_on_record(
        deed.session,
        at=deed.at,
        actor=plan.known.actor,
        action=action,
        grants=keys("grants"),
        signatures={(e.now("person"), str(e.now("kind")), e.now("version")) for e, _ in plan.touched("signatures")},
        emergencies=keys("emergency_access"),
        express_agreements=keys("express_agreements"),
    )


def _tell(deed: Deed, plan: Plan) -> None:
    """Put on record what the file told otherwise than it is kept, and each person whom it let in or changed."""
    if plan.known.is_first:
        return

    def event(subject: str | None, **told: Any) -> None:
        audit.append(
            deed.session,
            at=deed.at,
            actor=plan.known.actor,
            action=Action.IMPORT_CASELOAD,
            outcome=Outcome.ALLOW,
            subject=subject,
            facts=told,
        )

    for told in later.facts_of(plan.told, marks.BATCH):
        event(None, did="told by the file otherwise than it is kept", told=told)
    people: dict[str, set[str]] = defaultdict(set)
    for name in ("people", "grants", "checks", "conflicts_of_interest"):
        for entry, what in plan.touched(name):
            people[entry.key[0] if name == "people" else entry.now("person")] |= what if name == "people" else {name}
    for who, columns in people.items():
        event(who, did="brought in by a file", columns=sorted(columns))


def _renewed(deed: Deed, plan: Plan, changed: Sequence[Touched]) -> None:
    """Put a changed check beside the one on file, as its command does: a renewal heals nothing that lies before it."""
    rows = []
    for entry, _ in changed:
        stored = entry.stored or {}
        row = {column.attribute: entry.now(column.name) for column in entry.spec.kept}
        row["blocks_access"] = bool(row["blocks_access"] or stored.get("blocks_access"))
        rows.append(row | _recorded(deed, plan))
    _insert(deed, WorkerCheck, rows)


def _recorded(deed: Deed, plan: Plan) -> dict[str, Any]:
    return {"recorded_at": deed.at, "recorded_by": plan.known.actor}


def _contact(deed: Deed, plan: Plan, touched: Sequence[Touched]) -> None:
    """Keep what the file tells of how people are reached with whose word it is; only their own makes it callable."""
    rows: Rows = []
    kept: list[tuple[str, dict[str, Any]]] = []
    for batch in batches(touched):
        before = statements_of(deed.session, [entry.key[0] for entry, _ in batch if not entry.is_new])
        for entry, what in batch:
            ref, told_by = entry.key[0], entry.values.get(TOLD_BY)
            named = entry.values.keys() if TOLD_BY in what else what
            told = {name: entry.values[name] for name in (*COLUMNS, BORN) if name in named}
            if not told:
                continue
            own = told_by == ref
            row = {
                "service_user": ref,
                "told_by": told_by,
                "told_at": None,
                "noted_by": plan.known.actor,
                "noted_at": deed.at,
                "checked_how": ContactCheck.OWN_WORD if own else None,
                "checked_at": deed.at if own else None,
                "checked_by": plan.known.actor if own else None,
                "why": "told by a file",
            }
            rows.append({**row, "told": written(told)})
            statements = [*before.get(ref, ()), Statement(id=0, told=told, **row)]
            values = kept_of(statements, entry.now(BORN))
            if not entry.is_new or any(values.values()):
                kept.append((ref, values))
    _insert(deed, ContactStatement, rows)
    table = rows_of(ServiceUser)
    change = update(table).where(table.c.ref == bindparam("key"))
    change = change.values({name: bindparam(f"to_{name}") for name in (*COLUMNS, *AGE, BORN)})
    follow = []
    for ref, values in kept:
        sealed = seal_row(deed.session, ServiceUser, values, {"ref": ref}, [ref])
        follow.append({"key": ref} | {f"to_{name}": value for name, value in sealed.items()})
    _execute(deed, change, follow)


_LINKS: Mapping[str, Callable[[Deed, Plan, Sequence[Touched]], None]] = {
    "people": _roles,
    "service_users": _contact,
    "cases": _members,
    "records": _subjects,
    "concerns": _about,
}
