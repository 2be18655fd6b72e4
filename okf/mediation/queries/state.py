"""How the participants of a mediation stand: its mediator's last screening and the last agreement of each counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.mediation import Suitability
from okf.store.models import Mediation, MediationAgreement, MediationScreening

_FOUND = (
    select(MediationScreening.service_user, MediationScreening.suitability)
    .join(Mediation, Mediation.ref == MediationScreening.mediation_ref)
    .where(MediationScreening.mediation_ref == bindparam("ref"), MediationScreening.screened_by == Mediation.mediator)
    .order_by(MediationScreening.id)
)
_AGREED = (
    select(
        MediationAgreement.service_user,
        MediationAgreement.agrees,
        MediationAgreement.given_at,
        MediationAgreement.how,
        MediationAgreement.text_version,
        MediationAgreement.text_sha256,
    )
    .where(MediationAgreement.mediation_ref == bindparam("ref"))
    .order_by(MediationAgreement.id)
)


def found_of(session: Session, mediation: str) -> dict[str, Suitability]:
    """What its mediator's last screening of each participant found; nobody rests on an earlier mediator's."""
    return {row.service_user: row.suitability for row in session.execute(_FOUND, {"ref": mediation})}


def agreed_of(session: Session, mediation: str) -> dict[str, Any]:
    """The standing agreement to mediate of each participant who gave one and did not take it back."""
    last = {row.service_user: row for row in session.execute(_AGREED, {"ref": mediation})}
    return {who: row for who, row in last.items() if row.agrees}
