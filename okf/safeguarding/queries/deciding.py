"""The policy's answer to a decision on a concern, before it is made and when it is: the routes of sharing say it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import unknown
from okf.policy.access import decide
from okf.policy.concern_forms import Informed, Reasons, Sharing, asked_as
from okf.policy.decision import Decision
from okf.policy.facts import Question
from okf.policy.sharing import decide_not_to_share, decide_share
from okf.store.share_facts import not_sharing_question, share_question
from okf.terms import Action


def answers_of(
    session: Session, question: Question, reasons: Reasons, sharing: Sequence[Sharing], informed: Sequence[Informed]
) -> tuple[Decision, ...]:
    """What the routes of sharing say of a decision on the question's concern, of each recipient by itself.

    Of one not to share it is one answer. Each is asked with all that the form says.
    """
    if not sharing:
        asked = asked_as(question, reasons, None, informed)
        return (decide_not_to_share(not_sharing_question(session, asked, question.at)),)
    return tuple(
        decide_share(share_question(session, asked_as(question, reasons, one, informed), question.at))
        for one in sharing
    )


def answers_to_decision(
    desk: Desk, ref: str, *, reasons: Reasons, sharing: Sequence[Sharing], informed: Sequence[Informed]
) -> tuple[Decision, ...]:
    """The same for whoever is about to decide, as things stand; nothing goes on record.

    Raises:
        NotFound: there is no such concern, or none that they may decide on.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.DECIDE_CONCERN, concern=ref)
        if not decide(question).allowed:
            raise unknown("concern", ref)
        return answers_of(session, question, reasons, sharing, informed)
