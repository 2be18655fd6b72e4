"""The story's decisions on concerns: to share or not to, read again by somebody else, and what came back."""

from __future__ import annotations

from typing import Any, Final

from okf.demo.stage import Charity
from okf.demo.story import Step
from okf.desk import Desk
from okf.policy.concern_forms import Informed, Reasons, Sharing
from okf.safeguarding.commands import decisions as concern_decisions, referrals
from okf.safeguarding.queries.decisions import DecisionInView, decisions_in_view
from okf.terms.decisions import Consent, LegalBasis, ReferralStep, Threshold, Way

_TICKED: Final = ("minimum_necessary", "second_review", "before_internal_enquiry", "nobody_tells_the_person")


class Decisions(Charity):
    """What is decided on a concern."""

    def do_decide(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.made[step.family, step.told["concern"]]
        out: dict[str, Any] | None = told.get("share")
        why_not = told.get("not_told", {})
        concern_decisions.decide_concern(
            desk,
            ref,
            reasons=Reasons(
                [LegalBasis(one) for one in told["basis"]],
                told["why"],
                told["alternatives"],
                Consent(told["consent"]),
                told.get("consent_why"),
                Threshold(told["threshold"]) if "threshold" in told else None,
            ),
            sharing=Sharing(out["to"], out["what"], Way(out["how"]), out.get("name"), _TICKED) if out else None,
            informed=[
                Informed(who not in why_not, service_user=self.user(step, who), why=why_not.get(who))
                for who in told["family"]
            ],
        )

    def do_second(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        last = self._last(desk, ref)
        concern_decisions.review_decision(
            desk, ref, last.ref, agrees=step.told.get("agrees", True), reason=step.told["reason"]
        )

    def do_answer(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        sent = self._last(desk, ref).referral
        if sent is None:
            raise ValueError(f"the last decision on {ref} was not to share it")
        referrals.note_on_referral(
            desk,
            ref,
            sent.ref,
            step=ReferralStep(step.told["step"]),
            text=step.told["text"],
            their_reference=step.told.get("reference"),
        )

    @staticmethod
    def _last(desk: Desk, ref: str) -> DecisionInView:
        return decisions_in_view(desk, ref).decisions[0]
