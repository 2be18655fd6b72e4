"""Before a mediation begins: each participant screened alone, found suitable, and agreed (C2, C10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from okf.cases.commands.mediation_moves import cancel_planned, move
from okf.cases.commands.on_case import case_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.mediation.commands.mediations import mediating, participants_of, require_going_on, require_participant
from okf.mediation.queries.state import agreed_of, found_of
from okf.mediation.queries.texts import agreement_text
from okf.policy.look_first import stops_mediation
from okf.policy.mediation import AgreedHow, ScreeningArea, Suitability, still_needed
from okf.store.models import Mediation, MediationAgreement, MediationScreening
from okf.terms import MediationStatus
from okf.validation import past_moment, words, words_or_none

NARRATIVE = 20_000


def screen_participant(
    desk: Desk,
    ref: str,
    *,
    participant: str,
    screened_at: datetime,
    asked: Sequence[ScreeningArea],
    suitability: Suitability,
    found: str,
    conditions: str | None = None,
) -> None:
    """Put on record what the screening of a participant, alone with the mediator, found.

    It is kept in their own part of the case. When they are not suitable the
    mediation is over at once, and everybody else learns only that it is not
    going ahead.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Invalid: not every area was asked about, no finding, conditions missing or a time to come.
        Conflict: the mediation is over.
    """
    with mediating(desk, ref, f"sole:{participant}") as (deed, mediation):
        require_going_on(mediation)
        require_participant(deed, mediation, participant)
        if set(asked) != set(ScreeningArea):
            raise Invalid("Asked about", "ask about each of these before you say whether mediation suits them.")
        conditional = suitability is Suitability.SUITABLE_WITH_CONDITIONS
        deed.add(
            MediationScreening(
                case_ref=mediation.case_ref,
                mediation_ref=ref,
                service_user=participant,
                screened_at=past_moment("Screened at", screened_at, deed.at),
                screened_by=desk.actor,
                asked=[area.value for area in ScreeningArea if area in asked],
                suitability=suitability,
                found=words("What was found", found, at_most=NARRATIVE),
                conditions=words("Conditions", conditions, at_most=NARRATIVE)
                if conditional
                else words_or_none("Conditions", conditions, at_most=NARRATIVE),
                written_at=deed.at,
            )
        )
        deed.session.flush()
        if suitability is Suitability.NOT_SUITABLE:
            move(deed, mediation, MediationStatus.UNSUITABLE)
            cancel_planned(deed, mediation)
        else:
            _begin_if_ready(deed, mediation)
        deed.note(screened=True)  # neither what was found nor of whom


def note_agreement_to_mediate(
    desk: Desk, ref: str, *, participant: str, given_at: datetime, how: AgreedHow, version: str, agrees: bool = True
) -> None:
    """Put on record that a participant agreed to mediate, to which version of the text, or took it back.

    When everybody has, the mediation is in progress; when somebody takes it
    back while it is, it is paused.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Invalid: no such version of the text, or a time to come.
        Conflict: they have not been found suitable yet, they agreed already, or the mediation is over.
    """
    text = agreement_text(version)
    if text is None:
        raise Invalid("Version", "there is no such version of the agreement to mediate.")
    with mediating(desk, ref, f"sole:{participant}") as (deed, mediation):
        require_going_on(mediation)
        require_participant(deed, mediation, participant)
        given = participant in agreed_of(deed.session, ref)
        if agrees and participant not in found_of(deed.session, ref):
            raise Conflict("They have not been screened yet: that comes before they agree.")
        if agrees == given:
            raise Conflict("They agreed already." if agrees else "They have not agreed.")
        deed.add(
            MediationAgreement(
                case_ref=mediation.case_ref,
                mediation_ref=ref,
                service_user=participant,
                agrees=agrees,
                given_at=past_moment("Agreed at", given_at, deed.at),
                how=how,
                text_version=text.version,
                text_sha256=text.sha256,
                noted_by=desk.actor,
                noted_at=deed.at,
            )
        )
        deed.session.flush()
        if agrees:
            _begin_if_ready(deed, mediation)
        elif mediation.status is MediationStatus.IN_PROGRESS:
            move(deed, mediation, MediationStatus.PAUSED)
        deed.note(text_version=text.version, how=how, status=mediation.status)


def require_ready(deed: Deed, mediation: Mediation) -> None:
    """Stop unless everybody was screened, found suitable and agreed, and the mediation is in progress.

    Raises:
        Conflict: something of this is missing; in words that don't say of whom.
    """
    if missing_of(deed, mediation):
        raise Conflict("Nobody meets before every participant has been screened, found suitable and agreed.")
    _require_looked(deed)
    _begin_if_ready(deed, mediation)  # somebody has looked since all the rest was there
    if mediation.status is not MediationStatus.IN_PROGRESS:
        raise Conflict("This mediation is not in progress: go on with it first.")


def missing_of(deed: Deed, mediation: Mediation) -> dict[str, str]:
    """What is still missing of each participant."""
    return still_needed(
        participants_of(deed, mediation), found_of(deed.session, mediation.ref), agreed_of(deed.session, mediation.ref)
    )


def _begin_if_ready(deed: Deed, mediation: Mediation) -> None:
    stopped = stops_mediation(case_of(deed))
    if mediation.status is MediationStatus.ASSESSMENT and not stopped and not missing_of(deed, mediation):
        move(deed, mediation, MediationStatus.IN_PROGRESS)


def _require_looked(deed: Deed) -> None:
    if stops_mediation(case_of(deed)):
        raise Conflict("Somebody who may decide looks at this case first: a manager or a safeguarding lead tells you.")
