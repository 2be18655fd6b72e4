"""What was told of how people are reached: put on file, and read; the columns of `service_user` follow from it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.contact import BIRTH, Statement, claims, reached
from okf.store.models import ContactStatement, ServiceUser
from okf.store.rows import from_row

BORN: Final = BIRTH[0]
AGE: Final = BIRTH[1:]
COLUMNS: Final = (
    "phone",
    "email",
    "address",
    "safe_phone",
    "safe_hours",
    "voicemail_safe",
    "post_safe",
    "code_word",
    "do_not_contact_by",
    "safe_contact_notes",
)
BATCH: Final = 500
_STATEMENTS = (
    select(
        ContactStatement.id,
        ContactStatement.service_user,
        ContactStatement.told_by,
        ContactStatement.told_at,
        ContactStatement.noted_by,
        ContactStatement.noted_at,
        ContactStatement.checked_how,
        ContactStatement.checked_at,
        ContactStatement.checked_by,
        ContactStatement.told,
        ContactStatement.why,
    )
    .where(ContactStatement.service_user.in_(bindparam("refs", expanding=True)))
    .order_by(ContactStatement.id)
)
_KEPT = select(ServiceUser.ref, *(getattr(ServiceUser, name) for name in COLUMNS))
_NEXT = _KEPT.where(ServiceUser.ref > bindparam("after")).order_by(ServiceUser.ref).limit(BATCH)


def statements_of(session: Session, refs: Collection[str]) -> Mapping[str, list[Statement]]:
    """What was told of each of these service users, the oldest first; one query for some hundreds."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for row in session.connection().execute(_STATEMENTS, {"refs": sorted(refs)}) if refs else ():
        found[row.service_user].append(from_row(Statement, row, told=read(row.told)))
    return found


def written(told: Mapping[str, Any]) -> str:
    """Values by column as a statement keeps them."""
    return json.dumps(told, ensure_ascii=False, default=date.isoformat)


def read(told: str) -> dict[str, Any]:
    """And back again."""
    values: dict[str, Any] = json.loads(told)
    for name in (BORN, AGE[1]):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    return values


def put_on_file(session: Session, rows: Iterable[ContactStatement]) -> None:
    """Add statements within a deed, and let what is kept of their people follow."""
    rows = list(rows)
    session.add_all(rows)
    session.flush()
    told = statements_of(session, {row.service_user for row in rows})
    for ref, statements in told.items():
        user = session.get_one(ServiceUser, ref)
        for name, value in kept_of(statements, user.date_of_birth).items():
            setattr(user, name, value)
    session.flush()


def kept_of(statements: list[Statement], born: date | None) -> dict[str, Any]:
    """The columns of a service user as they follow from what was told.

    The date of birth is the one that is known best: how long a file is kept
    and who agrees for a child go by it, whoever told it.
    """
    values = reached(statements)
    stand: dict[str, Any] = {}
    for one in reversed(claims(statements)):
        stand |= one.values
    stand |= values
    age = {name: stand.get(name) for name in AGE}
    return {name: values.get(name) for name in COLUMNS} | age | {BORN: stand.get(BORN) or born}


def born_of(statements: list[Statement]) -> date | None:
    """The date of birth that these tell: the person's own word, or else the last that was told."""
    born: date | None = kept_of(statements, None)[BORN]
    return born


def every_number(statements: Iterable[Statement], kept: Any) -> tuple[list[str], str | None, str | None]:
    """Numbers, e-mail and postal address by which somebody on file is found, whoever told them: never to be shown."""
    stand = [claim.values for claim in claims(list(statements))]
    stand.insert(0, {name: getattr(kept, name) for name in ("phone", "safe_phone", "email", "address")})

    def all_of(name: str) -> list[str]:
        return [one[name] for one in stand if one.get(name)]

    return (
        list(dict.fromkeys([*all_of("phone"), *all_of("safe_phone")])),
        next(iter(all_of("email")), None),
        next(iter(all_of("address")), None),
    )


def astray(session: Session) -> Iterator[str]:
    """Service users of whom something else is kept than was told; reads everybody once."""
    after = ""
    while rows := session.execute(_NEXT, {"after": after}).all():
        after = rows[-1].ref
        told = statements_of(session, [row.ref for row in rows])
        for row in rows:
            values = reached(told.get(row.ref, []))
            if any(getattr(row, name) != values.get(name) for name in COLUMNS):
                yield row.ref
