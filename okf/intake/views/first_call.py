"""The first questions of a call on the form, and what was answered."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from okf.intake.first_call import NOTHING_ASKED, FirstCall
from okf.intake.views.people import safe_of, safe_told
from okf.shell.drafts.views import DraftForm
from okf.shell.phones import EMERGENCY
from okf.shell.sheets import facts
from okf.terms.intake import AbuseTold

YES_NO: Final = {"": "Not asked", "yes": "Yes", "no": "No"}
_ABUSE: Final = {"": "Not asked", AbuseTold.SAID.value: "They said so", AbuseTold.NOT_SAID.value: "Asked, not said"}


def ask(draft: DraftForm, first: dict[str, Any], *, danger: bool) -> None:
    """The first questions; with `danger`, also the one that raises a concern in the same act."""

    def choose(label: str, name: str, options: dict[str, str], **more: Any) -> str | None:
        at = list(options).index(first.get(name, ""))
        return draft.radio(
            label, name, list(options), index=at, format_func=options.__getitem__, horizontal=True, **more
        )

    def line(label: str, name: str, most: int, **more: Any) -> None:
        draft.text_input(label, name, max_chars=most, value=first.get(name, ""), **more)

    st.header("First of all")
    if choose("“Are you safe to talk now?”", "safe_now", YES_NO) == "no":
        st.warning(f"Ask when and how to call back safely, and end the call. In immediate danger: {EMERGENCY}.")
    with st.grid(min_column_width=240):
        choose(
            "Domestic abuse or coercion",
            "abuse",
            _ABUSE,
            hint="Ask gently, and only if they are alone. Once kept, “They said so” stays.",
        )
        choose("Are children with them now?", "children_present", YES_NO)
        line("Who may know that they called?", "who_may_know", 500, placeholder="nobody; my sister")
        choose("Interpreter", "interpreter", YES_NO)
        line("Language", "language", 80)
        line("Access needs", "access_needs", 500, placeholder="hearing loop, no stairs")
    if danger:
        urgent = draft.text_area(
            "Somebody is in danger now: what was said",
            "danger",
            height=80,
            max_chars=20_000,
            hint="Keeping the enquiry raises a concern of severity immediate with these words, in the same act.",
        )
        if urgent:
            st.error(
                f"**In immediate danger call {EMERGENCY} first.** A concern is raised with these words when you keep"
                " the enquiry, and the safeguarding leads hear at once.",
                icon=":material/emergency:",
            )


def answers(values: dict[str, Any]) -> FirstCall:
    """What the form says."""
    abuse = values.get("abuse")
    return FirstCall(
        safe_now=safe_of(values.get("safe_now")),
        abuse=AbuseTold(abuse) if abuse else None,
        children_present=safe_of(values.get("children_present")),
        who_may_know=values.get("who_may_know"),
        interpreter=safe_of(values.get("interpreter")),
        language=values.get("language"),
        access_needs=values.get("access_needs"),
        danger=bool((values.get("danger") or "").strip()),
    )


def values_of(told: FirstCall) -> dict[str, Any]:
    """What stands in the form for what was answered."""
    return {
        "safe_now": safe_told(told.safe_now),
        "abuse": told.abuse.value if told.abuse else "",
        "children_present": safe_told(told.children_present),
        "who_may_know": told.who_may_know or "",
        "interpreter": safe_told(told.interpreter),
        "language": told.language or "",
        "access_needs": told.access_needs or "",
    }


def shown(told: FirstCall) -> None:
    """What was answered, on the enquiry's page."""
    if told == NOTHING_ASKED:
        return
    st.header("At the first call")
    if told.look_first:
        st.warning(
            "A case of this is looked at first: no caseworker leads it and no mediation begins before a manager or a"
            " safeguarding lead has decided.",
            icon=":material/visibility:",
        )
    facts(list(told.in_words()))
