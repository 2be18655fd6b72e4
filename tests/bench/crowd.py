"""Many people and many versions, for what costs by them and not by cases: 20,000 signers and 200 published texts."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from okf.agreements.commands.signatures import text_sha256
from okf.agreements.commands.texts import publish_agreement
from okf.clock import london_date, utc_now
from okf.desk import Desk
from okf.store import guards, kept
from okf.store.engine import Store
from okf.store.models import AgreementVersion, Person, PersonRole, Signature
from okf.terms import Capacity, Change, Role, SignatureMethod
from okf.terms.agreements import AgreementKind
from tests.behind import unrecorded

SIGNED_BY = {Capacity.STAFF: 7, Capacity.VOLUNTEER: 2, Capacity.THERAPIST: 1}  # shares of ten


def add_crowd(store: Store, people: int, versions: int = 200) -> None:
    """Fill a place up to so many people and versions: one in 25 never signed, a tenth signed too long ago."""
    now = utc_now()
    with unrecorded(store) as session:
        _versions(session, versions, now)
        kinds = [kind for kind, share in SIGNED_BY.items() for _ in range(share)]
        first = session.execute(select(func.count()).select_from(Person)).scalar_one()
        rows = [
            {
                "username": f"crowd{n}",
                "name": f"Crowd Member {n}",
                "capacity": kinds[n % 10],
                "team": f"Team {n % 12}",
                "joined_on": london_date(now) - timedelta(days=700),
            }
            for n in range(first, people)
        ]
        if not rows:
            return
        session.execute(insert(Person), rows)
        session.execute(insert(PersonRole), [{"person": r["username"], "role": Role.CASEWORKER} for r in rows])
        newest = {
            kind: session.scalars(
                select(AgreementVersion.version)
                .where(AgreementVersion.kind == kind)
                .order_by(AgreementVersion.effective_on.desc())
                .limit(1)
            ).one()
            for kind in SIGNED_BY
        }
        session.execute(
            insert(Signature),
            [
                {
                    "person": r["username"],
                    "kind": r["capacity"],
                    "version": newest[Capacity(r["capacity"])],
                    "signed_at": now - timedelta(days=400 if n % 10 == 3 else 1 + n % 300),
                    "method": SignatureMethod.IMPORTED,
                }
                for n, r in enumerate(rows)
                if n % 25 != 7
            ],
        )
        kept.refresh_standings(session, now)


def seconds_to_publish(store: Store) -> tuple[float, int]:
    """How long a material version for all staff takes, the standings of all of them included; and of how many."""
    desk = Desk(store, "manager")
    begun = time.perf_counter()
    publish_agreement(
        desk,
        kind=Capacity.STAFF,
        version=f"bench {begun:.0f}",
        text="New words. " * 2_000,
        title="Bench",
        effective_on=london_date(utc_now()) + timedelta(days=1),
        change=Change.MATERIAL,
    )
    taken = time.perf_counter() - begun
    with store.reading() as session:
        return taken, len(kept.who_need(session, Capacity.STAFF))


def _versions(session: guards.GuardedSession, wanted: int, now: datetime) -> None:
    """Older versions beside those of the story; one in ten of them material."""
    held = session.execute(select(func.count()).select_from(AgreementVersion)).scalar_one()
    text = "Sample words of an agreement. " * 400
    rows = [
        {
            "kind": AgreementKind(kind),
            "version": f"0.{n}",
            "title": "Sample",
            "text": text,
            "text_sha256": text_sha256(text),
            "effective_on": london_date(now) - timedelta(days=3_000 - n),
            "change": Change.MATERIAL if n % 10 == 0 else Change.MINOR,
        }
        for n, kind in enumerate(list(Capacity) * ((wanted - held) // 4))
    ]
    if rows:
        session.execute(insert(AgreementVersion), rows)
