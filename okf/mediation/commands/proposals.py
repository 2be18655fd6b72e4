"""Proposals within a mediation: made, offered to everybody, parked, accepted by each, withdrawn; never reworded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.mediation.commands.mediations import mediating, mediating_row, participants_of, require_going_on
from okf.mediation.queries.mediation import JOINT
from okf.policy.mediation import ProposalStatus
from okf.store.models import Mediation, MediationProposal
from okf.validation import words

MEDIATOR = "mediator"
_LENGTH = 5_000
_MOVES = {
    ProposalStatus.KEPT: {ProposalStatus.OFFERED, ProposalStatus.WITHDRAWN},
    ProposalStatus.OFFERED: {ProposalStatus.PARKED, ProposalStatus.WITHDRAWN},
    ProposalStatus.PARKED: {ProposalStatus.OFFERED, ProposalStatus.WITHDRAWN},
    ProposalStatus.ACCEPTED: {ProposalStatus.WITHDRAWN},
    ProposalStatus.WITHDRAWN: set(),
}


def make_proposal(desk: Desk, mediation: str, *, made_by: str, text: str, offered: bool) -> str:
    """Put a proposal on record in its maker's words; its reference.

    Unless it is `offered` it stays between its maker and the mediator. One
    of the mediator's own (`mediator`) is always offered.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Invalid: it is nobody's who takes part, or has no words.
        Conflict: the mediation is over.
    """
    shown = JOINT if offered or made_by == MEDIATOR else f"sole:{made_by}"
    with mediating(desk, mediation, shown) as (deed, row):
        require_going_on(row)
        if made_by not in (MEDIATOR, *participants_of(deed, row)):
            raise Invalid("Whose proposal", "choose a participant or the mediator.")
        status = ProposalStatus.OFFERED if shown == JOINT else ProposalStatus.KEPT
        proposal = MediationProposal(
            ref=desk.new_ref("P"),
            case_ref=row.case_ref,
            mediation_ref=mediation,
            made_by=made_by,
            text=words("Proposal", text, at_most=_LENGTH),
            made_at=deed.at,
            written_by=desk.actor,
            compartment=shown,
            status=status,
            answers={},
            moved_at=deed.at,
        )
        deed.add(proposal)
        deed.note(proposal=proposal.ref, status=status)
    return proposal.ref


def move_proposal(desk: Desk, proposal_ref: str, to: ProposalStatus) -> None:
    """Offer, park or withdraw a proposal. Once offered, everybody who takes part may know of it.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: from where it stands it can't go there, or the mediation is over.
    """
    with _known(desk, proposal_ref) as (deed, row, proposal):
        require_going_on(row)
        if to not in _MOVES[proposal.status]:
            raise Conflict(f"This proposal is {proposal.status.value}: look again.")
        proposal.status, proposal.moved_at = to, deed.at
        if to is ProposalStatus.OFFERED:
            proposal.compartment = JOINT
        deed.note(proposal=proposal_ref, status=to)


def accept_proposal(desk: Desk, proposal_ref: str, *, participant: str) -> None:
    """Put on record that a participant accepts a proposal; it is accepted when everyone does. It binds nobody (C10).

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: it is not offered, or they accepted it already.
        Invalid: this person takes no part.
    """
    with _known(desk, proposal_ref) as (deed, row, proposal):
        require_going_on(row)
        everyone = participants_of(deed, row)
        if participant not in everyone:
            raise Invalid("Who accepts", "choose somebody who takes part in this mediation.")
        if proposal.status is not ProposalStatus.OFFERED:
            raise Conflict(f"This proposal is {proposal.status.value}: only one that is offered can be accepted.")
        if participant in proposal.answers:
            raise Conflict("They accepted it already.")
        proposal.answers = {**proposal.answers, participant: deed.at.isoformat()}
        if set(everyone) <= set(proposal.answers):
            proposal.status = ProposalStatus.ACCEPTED
        proposal.moved_at = deed.at
        deed.note(proposal=proposal_ref, status=proposal.status)


@contextmanager
def _known(desk: Desk, ref: str) -> Iterator[tuple[Deed, Mediation, MediationProposal]]:
    """A mediator's deed on a proposal; one that stayed between its maker and a mediator before is unknown (C2)."""
    with mediating_row(desk, MediationProposal, ref, "proposal") as (deed, mediation, proposal):
        if proposal.compartment != JOINT and proposal.written_by != desk.actor:
            raise unknown("proposal", ref)
        yield deed, mediation, proposal
