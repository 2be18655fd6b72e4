"""A decision on a concern in the words of its chronology: one line, and the whole of it under it."""

from __future__ import annotations

from collections.abc import Sequence

from okf.desk import Deed
from okf.policy.concern_forms import Informed
from okf.policy.share_words import BASES, CONSENT, recipient_in_words
from okf.store.models import ConcernDecision, ServiceUser


def decision_line(made: ConcernDecision) -> str:
    """Which way it went, and to whom."""
    if not made.to_share:
        return f"Decision {made.number}: not to share"
    to = recipient_in_words({"type": made.recipient})
    return f"Decision {made.number}: {'shared in immediate danger' if made.acted_at else 'shared'} with {to}"[:200]


def decision_in_full(deed: Deed, made: ConcernDecision, informed: Sequence[Informed]) -> str:
    """The whole of a decision as the chronology keeps it, a line a part."""
    parts = [
        ("Why", made.rationale),
        ("Legal basis", "; ".join(BASES[one] for one in made.legal_basis)),
        ("What else was considered", made.alternatives),
        ("To", made.recipient_name),
        ("What went out", made.least),
        ("How", made.sent_how.replace("_", " ") if made.sent_how else None),
        ("Consent", ". ".join(filter(None, (CONSENT[made.consent], made.consent_why)))),
        *((_told(deed, one), one.why or "yes") for one in informed),
    ]
    return "\n".join(f"{name}: {said}" for name, said in parts if said)


def _told(deed: Deed, one: Informed) -> str:
    known = deed.session.get(ServiceUser, one.service_user) if one.service_user else None
    who = one.named or (known and known.name) or one.service_user
    return f"{'Told' if one.informed else 'Not told'}, {who}"
