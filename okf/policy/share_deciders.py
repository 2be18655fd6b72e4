"""Who decides a share that waits, and whose second look it needs: by the route or the reason on which it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from okf.policy.decision import Reason
from okf.terms import FOR_SAFETY, Action, Role, ShareRoute

PUBLIC: Final = Reason.PUBLIC_NOT_AGREED.key
COMPELLED: Final = Reason.LEGAL_COMPULSION.key
# A legal paper is answered by the two together.
DECIDERS: Final = (Role.DATA_PROTECTION_LEAD, Role.TRUSTEE)
_FOR_LEADS = (Reason.NOT_SAFEGUARDING_LEAD.key, Reason.RECIPIENT_NOT_LISTED.key, Reason.SUBJECT_OF_CONCERN.key)
DECIDED_BY: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        **dict.fromkeys((*_FOR_LEADS, PUBLIC), FOR_SAFETY),
        COMPELLED: frozenset(DECIDERS),
        Reason.DATA_SUBJECT_RIGHT.key: frozenset({Role.DATA_PROTECTION_LEAD}),
    }
)
DECIDING: Final[frozenset[Role]] = frozenset[Role]().union(*DECIDED_BY.values())
SAFETY_ROUTES: Final[frozenset[str]] = frozenset({ShareRoute.IMMEDIATE_DANGER, ShareRoute.SAFEGUARDING})
# Of these nobody hears but the leads and whoever asked: a worker whom one is about must not (C9).
CLOSE: Final = frozenset({*SAFETY_ROUTES, *_FOR_LEADS, Reason.DECISION_INCOMPLETE.key})


def routes_for(roles: Collection[Role]) -> list[str]:
    """The reasons for which a share waits for somebody with these roles."""
    return [route for route, deciders in DECIDED_BY.items() if not deciders.isdisjoint(roles)]


def deciding_action(route: str | None) -> Action | None:
    """As what a share that waits for this reason is decided; None where it waits for nobody."""
    deciders = DECIDED_BY.get(route or "")
    if deciders is None:
        return None
    return Action.DECIDE_SHARE if deciders == FOR_SAFETY else Action.APPROVE_SHARE
