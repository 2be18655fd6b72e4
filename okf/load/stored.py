"""What is on file under the keys of a caseload; each query asks for a few thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from okf.load.columns import TABLES
from okf.load.specs import TableSpec
from okf.store import facts
from okf.store.contact import COLUMNS, statements_of
from okf.store.models import CaseChild, CaseClosure, CaseParty, ConcernAbout, PersonRole, RecordSubject
from okf.store.visible import role_lasts

BATCH = 2000
TOLD_BY = "contact_told_by"  # the column that says whose word the contact of a row is
Stored = dict[str, Any]


def _by(column: Any, *columns: Any) -> Select[Any]:
    return select(*columns).where(column.in_(bindparam("keys", expanding=True)))


def _rows_of(spec: TableSpec) -> Select[Any]:
    table = spec.rows
    shown = [table.c[column.attribute].label(column.name) for column in spec.kept]
    own = [column.label(f"_{column.name}") for column in table.primary_key.columns]
    more = [table.c.closed_at.label("_closed_at")] if spec.name == "cases" else []
    first = table.c[spec.columns[spec.key[0]].attribute]
    return _by(first, *shown, *own, *more).order_by(*table.primary_key.columns)


_ROWS: Mapping[str, Select[Any]] = {name: _rows_of(spec) for name, spec in TABLES.items() if name != "settings"}
_ROLES = _by(PersonRole.person, PersonRole.person, PersonRole.role, PersonRole.id).where(role_lasts())
_PARTIES = _by(CaseParty.case_ref, CaseParty.case_ref, CaseParty.service_user).order_by(CaseParty.position)
_CHILDREN = _by(CaseChild.case_ref, CaseChild.case_ref, CaseChild.service_user).order_by(CaseChild.position)
_CLOSURES = _by(
    CaseClosure.case_ref, CaseClosure.case_ref, CaseClosure.id, CaseClosure.closed_at, CaseClosure.reopened_at
).order_by(CaseClosure.closed_at)
_SUBJECTS = _by(RecordSubject.record_id, RecordSubject.record_id, RecordSubject.service_user)
_ABOUT = _by(ConcernAbout.concern_ref, ConcernAbout.concern_ref, ConcernAbout.service_user, ConcernAbout.person).where(
    ConcernAbout.doubt.is_not(True)
)


def on_file(session: Session, spec: TableSpec, keys: Collection[Any], at: Any) -> dict[tuple[Any, ...], Stored]:
    """The rows on file whose key begins with one of these, by their whole key, under the file's column names."""
    found: dict[tuple[Any, ...], Stored] = {}
    for batch in batches(keys):
        rows = [dict(row) for row in session.execute(_ROWS[spec.name], {"keys": batch}).mappings()]
        for row in rows:
            found[tuple(row[name] for name in spec.key)] = row
        if rows and spec.name in _LINKED:
            _LINKED[spec.name](session, {row[spec.key[0]]: row for row in rows}, at)
    return found


def _grouped(session: Session, statement: Select[Any], keys: Collection[Any], **more: Any) -> Mapping[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(statement, {"keys": list(keys), **more}):
        groups[row[0]].append(row)
    return groups


def _people(session: Session, rows: Mapping[str, Stored], at: Any) -> None:
    roles = _grouped(session, _ROLES, rows, at=at)
    for key, row in rows.items():
        row["roles"] = [role.role for role in roles[key]]
        row["_roles"] = {role.role: role.id for role in roles[key]}


def _cases(session: Session, rows: Mapping[str, Stored], _: Any) -> None:
    parties, children = _grouped(session, _PARTIES, rows), _grouped(session, _CHILDREN, rows)
    closures = _grouped(session, _CLOSURES, rows)
    for key, row in rows.items():
        row["parties"] = [party.service_user for party in parties[key]]
        row["children"] = [child.service_user for child in children[key]]
        row["_closures"] = [(one.id, one.closed_at, one.reopened_at) for one in closures[key]]


def _records(session: Session, rows: Mapping[str, Stored], _: Any) -> None:
    subjects, sealed = _grouped(session, _SUBJECTS, rows), facts.records(session, rows)
    for key, row in rows.items():
        row["_away"] = sealed[key].away
        row["subjects"] = sorted(subject.service_user for subject in subjects[key])


def _concerns(session: Session, rows: Mapping[str, Stored], _: Any) -> None:
    about = _grouped(session, _ABOUT, rows)
    for key, row in rows.items():
        row["about"] = sorted(one.service_user or one.person for one in about[key])


def _service_users(session: Session, rows: Mapping[str, Stored], _: Any) -> None:
    """What was last told of each: never what another person told of them, which is that person's (C2)."""
    told = statements_of(session, rows)
    for key, row in rows.items():
        theirs = [one for one in told.get(key, ()) if one.is_theirs]
        row |= dict.fromkeys(COLUMNS)
        for one in theirs:
            row |= {name: value for name, value in one.told.items() if name in COLUMNS}
        row[TOLD_BY] = theirs[-1].told_by if theirs else None


_LINKED: Mapping[str, Any] = {
    "people": _people,
    "service_users": _service_users,
    "cases": _cases,
    "records": _records,
    "concerns": _concerns,
}


def batches(keys: Collection[Any]) -> Iterator[list[Any]]:
    """The keys, some thousands at a time."""
    listed = list(keys)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
