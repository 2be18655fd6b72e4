"""Which agreements of partner organisations and which checks on workers have run out, or soon will."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select

from okf.store.models import PartnerAgreement, PartnerOrganisation, Person, WorkerCheck
from okf.store.visible import account_on

_AT: Any = bindparam("at", type_=Person.left_at.type)
_MOST: Any = bindparam("most")
_SOON: Any = bindparam("soon")
_FURTHER: Any = select(func.max(PartnerAgreement.until)).where(
    PartnerAgreement.organisation == PartnerOrganisation.name, PartnerAgreement.ended_at.is_(None)
)
_RUNS_ON = exists().where(
    PartnerAgreement.organisation == PartnerOrganisation.name,
    PartnerAgreement.ended_at.is_(None),
    or_(PartnerAgreement.until.is_(None), PartnerAgreement.until > _SOON),
)
ORGANISATIONS = (
    select(
        PartnerOrganisation.name,
        func.coalesce(_FURTHER.scalar_subquery(), PartnerOrganisation.agreement_until).label("agreement_until"),
    )
    .where(
        or_(
            PartnerOrganisation.agreement_from.is_(None),
            PartnerOrganisation.agreement_until <= _SOON,
            PartnerOrganisation.agreement_ended_at.is_not(None),
        ),
        ~_RUNS_ON,
        select(Person.username).where(Person.organisation == PartnerOrganisation.name, account_on()).exists(),
    )
    .order_by(PartnerOrganisation.agreement_until)
    .limit(_MOST)
)
_LASTS: Any = func.max(WorkerCheck.expires_on)
WORKER_CHECKS = (
    select(WorkerCheck.person, WorkerCheck.kind, _LASTS.label("lasts"))
    .join(Person, Person.username == WorkerCheck.person)
    .where(account_on())
    .group_by(WorkerCheck.person, WorkerCheck.kind)
    .having(_LASTS <= _SOON)
    .order_by(_LASTS)
    .limit(_MOST)
)
