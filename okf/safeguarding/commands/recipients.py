"""To whom a decision is shared: each with what goes, a share, and a referral that waits for an answer (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.policy.concern_forms import Sharing
from okf.policy.decision import Decision
from okf.policy.share_words import condition_in_words, recipient_in_words
from okf.safeguarding.commands.chronology import begun_at
from okf.safeguarding.commands.referrals import expected, refer, share_sent
from okf.store.models import Concern, ConcernDecision, DecisionRecipientAlso
from okf.validation import past_moment, words, words_or_none

LONGEST: Final = 20_000
NAME: Final = 300
MOST: Final = 12  # recipients of one decision (our default)


def checked(sharing: Sequence[Sharing]) -> list[dict[str, Any]]:
    """The checked words of what goes to each recipient, as the columns hold them."""
    if len(sharing) > MOST:
        raise Invalid(
            "With whom", f"one decision names at most {MOST} recipients. Make a further decision for the others."
        )
    if len({(one.recipient, (one.name or "").strip().casefold()) for one in sharing}) < len(sharing):
        raise Invalid(
            "With whom",
            "a recipient is chosen twice. Give each its own team or office in “Their name, team or office”.",
        )
    return [
        {
            "recipient": words("With whom", one.recipient, at_most=60),
            "recipient_name": words_or_none("Their name, team or office", one.name, at_most=NAME),
            "least": words(_of("What goes out", one, sharing), one.least, at_most=LONGEST),
            "sent_how": one.how,
        }
        for one in sharing
    ]


def _of(label: str, one: Sharing, all_of_them: Sequence[Sharing]) -> str:
    """A field of one recipient, named as the form names it where there are several."""
    return label if one is all_of_them[0] else f"{label}, {recipient_in_words({'type': one.recipient})}"


def sent(
    desk: Desk, deed: Deed, concern: Concern, sharing: Sharing, answer: Decision, asked: dict[str, Any]
) -> dict[str, Any]:
    """Make the share that goes to one recipient: its reference, and when it was done, if that was before this."""
    acted_at = (
        None if sharing.acted_at is None else past_moment("Done on", sharing.acted_at, deed.at, since=begun_at(concern))
    )
    if missing := [one for one in answer.conditions if one not in sharing.ticked]:
        raise Invalid(condition_in_words(missing[0]), "tick it once it is so. All must be met before anything is sent.")
    what, sent_at = sharing.least.strip(), acted_at or deed.at
    share = share_sent(desk, deed, asked, answer, case_ref=concern.case_ref, sent_at=sent_at, what=what)
    return {"acted_at": acted_at, "share_ref": share.ref}


def referred(
    desk: Desk,
    deed: Deed,
    concern: Concern,
    made: ConcernDecision,
    sharing: Sequence[Sharing],
    going: Sequence[dict[str, Any]],
) -> list[DecisionRecipientAlso]:
    """Open the referral of each recipient, which waits for their answer; the recipients beside the first."""
    also = []
    for place, (one, told) in enumerate(zip(sharing, going, strict=True), 1):
        expected_at = expected("Answer expected on", one.expected_on, deed.at)
        sent_at = told["acted_at"] or deed.at
        referral = refer(desk, deed, concern, made, sent_at, expected_at, sharing=one)
        if place > 1:
            row = DecisionRecipientAlso(
                referral_ref=referral, decision_ref=made.ref, concern_ref=made.concern_ref, place=place, **told
            )
            also.append(row)
    deed.add(*also)
    return also
