"""What a new column must hold of rows that were there before it: made from other rows, once, by the migration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Connection, bindparam, column, delete, select, table, text, update

from okf.clock import utc_now
from okf.match.fold import folded
from okf.store import audit, guards, row_marks
from okf.store.keyring import Keyring
from okf.store.models import AuditEvent, RowMark
from okf.store.models.base import Instant
from okf.store.sealing import in_hand
from okf.terms import Action, Outcome

# Written as SQL, and not by the models, which go on changing.
_WHAT_PEOPLE_HOLD: Final = """
    UPDATE agreement_standing SET
      grants_held = (SELECT count(*) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL),
      cases_held = (SELECT count(DISTINCT g.case_ref) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL),
      held_since = (SELECT min(g.from_) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL)
"""
_TOLD: Any = table(
    "audit_event",
    *(column(name) for name in ("seq", "action", "outcome", "subject")),
    column("at", Instant()),
    column("facts", JSON()),
)
_ABOUT_ACCOUNTS = (
    select(_TOLD.c.subject, _TOLD.c.at, _TOLD.c.facts)
    .where(_TOLD.c.action.in_(("manage_accounts", "record_leaver")), _TOLD.c.outcome == "allow")
    .order_by(_TOLD.c.seq)
)
_AS_THEY_WERE: Final = text(
    "INSERT INTO former_person (person, until, name, name_folded, capacity, organisation, left_at)"
    " SELECT username, :until, name, name_folded, capacity, organisation, :left_at FROM person WHERE username = :who"
).bindparams(bindparam("until", type_=Instant()), bindparam("left_at", type_=Instant()))
_WHEN_THEY_OPENED_IT: Final = """
    UPDATE access_grant SET last_opened_at = (SELECT max(e.at) FROM audit_event e
      WHERE e.case_ref = access_grant.case_ref AND e.actor = access_grant.person AND e.action = 'open_case'
      AND e.outcome IN ('allow', 'allow_with_conditions') AND e.at >= access_grant.from_)
    WHERE ended_at IS NULL
"""
_ANY_SEALED: Final = text("SELECT 1 FROM concern WHERE sealed LIMIT 1")
_SEAL_CONCERNS: Final = """
    UPDATE concern SET sealed = true WHERE category = 'about_a_worker' OR ref IN
      (SELECT concern_ref FROM concern_about WHERE person IS NOT NULL AND added_at IS NULL)
"""
_NO_DOUBT: Final = "UPDATE concern_about SET doubt = NULL WHERE doubt"
_BATCH: Final = 5_000
_UNSEALED: Final = (
    select(AuditEvent.seq, AuditEvent.hash).where(AuditEvent.mac.is_(None)).order_by(AuditEvent.seq).limit(_BATCH)
)
_SEALED: Final = select(AuditEvent.seq).where(AuditEvent.mac.is_not(None)).limit(1)
_MARKED: Final = select(RowMark.id).limit(1)
_SEAL: Final = update(AuditEvent).where(AuditEvent.seq == bindparam("which")).values(mac=bindparam("made"))


def count_accesses(connection: Connection) -> None:
    """Say of each person what they hold, and of each live access when its holder last opened the case (0003)."""
    connection.exec_driver_sql(_WHAT_PEOPLE_HOLD)
    connection.exec_driver_sql(_WHEN_THEY_OPENED_IT)


def fold_names(connection: Connection, tables: Iterable[str]) -> None:
    """Write each name of these tables in the form in which it is compared (0004)."""
    for rows in (table(one, column("name"), column("name_folded")) for one in tables):
        connection.execute(update(rows).where(rows.c.name.is_(None)).values(name_folded=""))
        names = connection.scalars(select(rows.c.name).where(rows.c.name.is_not(None)).distinct()).all()
        if names:
            each = update(rows).where(rows.c.name == bindparam("written")).values(name_folded=bindparam("compared"))
            connection.execute(each, [{"written": one, "compared": folded(one)} for one in names])


def recall_absences(connection: Connection) -> None:
    """Keep when whoever was switched off and on again was off, as the audit record tells it (0007).

    How they were called and what they were before, nobody wrote down.
    """
    off: dict[str, datetime] = {}
    for who, at, facts in connection.execute(_ABOUT_ACCOUNTS).all():
        if facts.get("did") in ("account switched off", "left"):
            off.setdefault(who, at)
        elif facts.get("did") == "account switched on" and who in off:
            connection.execute(_AS_THEY_WERE, {"who": who, "until": at, "left_at": off.pop(who)})


def forget_keys_of_accented_names(connection: Connection) -> None:
    """Take away the match keys that rest on another form than names are compared in (0004); a start makes them anew."""
    users = table("service_user", column("ref"), column("name"))
    named = connection.execute(select(users.c.ref, users.c.name).where(users.c.name.is_not(None)))
    gone = [{"ref": ref} for ref, name in named if not name.isascii()]
    if gone:
        keys = table("match_key", column("service_user"))
        connection.execute(delete(keys).where(keys.c.service_user == bindparam("ref")), gone)


def seal_what_was_raised(connection: Connection, ring: Keyring) -> None:
    """Seal every concern that was about a worker from the first, as far as its row tells (0019)."""
    if not connection.scalar(_ANY_SEALED):  # else what is not was raised so
        _set_anew(connection, ring, _SEAL_CONCERNS)


def unseal_what_was_raised(connection: Connection, ring: Keyring) -> None:
    """Leave nothing sealed and nobody in doubt, for an older Casebook: to it, whoever is barred is whom it is about."""
    _set_anew(connection, ring, "UPDATE concern SET sealed = NULL WHERE sealed", _NO_DOUBT)


def _set_anew(connection: Connection, ring: Keyring, *statements: str) -> None:
    """Change rows by these statements, marked anew under one event more where rows are marked."""
    for statement in statements:
        connection.exec_driver_sql(statement)
    if connection.scalar(_MARKED) is not None:
        with guards.GuardedSession(connection) as session, in_hand(ring, session):
            audit.append(session, at=utc_now(), actor="host", action=Action.MARK_ROWS, outcome=Outcome.ALLOW)


def bind_what_is_there(connection: Connection, ring: Keyring) -> None:
    """Seal every event with the secret, and mark every row under one event more (0006); costs by all of them.

    Where anything is sealed or marked already, nothing is: what lacks it there was written past Casebook.
    """
    if connection.scalar(_SEALED) is not None or connection.scalar(_MARKED) is not None:
        return
    events = {AuditEvent.__tablename__: guards.SEALED[AuditEvent]}
    with guards.GuardedSession(connection) as session, in_hand(ring, session):
        secret = row_marks.secret_to_write(session)
        _each(connection, guards.unseals(connection.dialect.name, events))
        while unsealed := connection.execute(_UNSEALED).all():
            seals = [{"which": seq, "made": audit.seal(secret, link)} for seq, link in unsealed]
            connection.execute(_SEAL, seals)
        _each(connection, guards.seals(connection.dialect.name, events))
        audit.append(
            session,
            at=utc_now(),
            actor="host",
            action=Action.MARK_ROWS,
            outcome=Outcome.ALLOW,
            binds=row_marks.bind_all,
        )


def _each(connection: Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(text(statement.replace(":", r"\:")))
