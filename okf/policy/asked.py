"""The words in which people and rehearsals ask for an action, and the actions they mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from okf.terms import Action

# What is asked of -> the word -> the action. "" is a case, or nothing at all.
WORDS: Mapping[str, Mapping[str, Action]] = MappingProxyType(
    {
        "record": MappingProxyType(
            {
                "list": Action.READ_RECORD,
                "read": Action.READ_RECORD,
                "change": Action.CHANGE_RECORD,
                "export": Action.EXPORT_RECORD,
            }
        ),
        "concern": MappingProxyType(
            {
                "list": Action.READ_CONCERN,
                "read": Action.READ_CONCERN,
                "change": Action.TRIAGE_CONCERN,
                "triage": Action.TRIAGE_CONCERN,
                "decide": Action.DECIDE_CONCERN,
                "second_review": Action.REVIEW_DECISION,
                "add": Action.ADD_TO_OWN_REPORT,
            }
        ),
        "caseload": MappingProxyType(
            {"list": Action.LIST_CASELOAD, "read": Action.LIST_CASELOAD, "export": Action.LIST_CASELOAD}
        ),
        "concerns": MappingProxyType(
            {"list": Action.LIST_CONCERNS, "read": Action.LIST_CONCERNS, "count": Action.COUNT_CONCERNS}
        ),
        "case": MappingProxyType(
            {
                "list": Action.LIST_CASE,
                "read": Action.OPEN_CASE,
                "add": Action.ADD_RECORD,
                "change": Action.CHANGE_RECORD,
                "export": Action.EXPORT_RECORD,
                "close": Action.CLOSE_CASE,
                "reopen": Action.REOPEN_CASE,
                "emergency_access": Action.OPEN_EMERGENCY_ACCESS,
            }
        ),
    }
)


def action_asked(word: str, of: str) -> Action | None:
    """The action that a word means when asked of a `record`, `concern`, `case`, `caseload` or `concerns`.

    Every action's own name is understood too; None for a word that means nothing here.
    """
    meant = WORDS.get(of, {}).get(word)
    if meant is not None:
        return meant
    return Action(word) if word in set(Action) else None


def words_for(of: str) -> Collection[str]:
    """The words that may be asked of one kind of thing."""
    return list(WORDS.get(of, {}))
