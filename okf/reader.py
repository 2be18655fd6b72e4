"""Whether whoever is here may read a list at all, asked once before its rows are."""

from __future__ import annotations

from okf.desk import Desk
from okf.errors import Refused
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.terms import Action


def permitted_reader(desk: Desk, action: Action) -> Question:
    """The facts of the reader, on no case in particular, once the policy lets them; to decide each row on.

    Raises:
        Refused: it does not; the refusal is on the audit record.
    """
    with desk.reading() as session:
        question = desk.question(session, action)
    decision = decide(question)
    if not decision.allowed:
        desk.note_refusal(action, decision, question)
        raise Refused(decision)
    return question
