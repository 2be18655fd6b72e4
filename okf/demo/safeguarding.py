"""What the leads of the story do beside their queue: the designated officer told, markers, the low-level log."""

from __future__ import annotations

from datetime import timedelta

from okf.clock import london_date
from okf.demo.stage import Charity
from okf.demo.story import Step, day
from okf.desk import Desk
from okf.safeguarding.commands import contact_markers, handovers as concern_handovers, low_level, referrals
from okf.terms.markers import MarkerKind


class Safeguarding(Charity):
    """The steps of the leads, each by its name."""

    def do_lado(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        at = self.at - timedelta(minutes=20)
        referrals.note_lado(desk, ref, told_at=at, words_of_it=step.told["text"], reference=step.told["reference"])

    def do_marker(self, desk: Desk, step: Step) -> None:
        told = step.told
        contact_markers.set_marker(
            desk,
            kind=MarkerKind(told["kind"]),
            reason=told["reason"],
            review_on=day(self.today, told["review"]),
            case_ref=self.case_of(step),
            concern=self.made[step.family, told["concern"]] if "concern" in told else None,
        )

    def do_low_level(self, desk: Desk, step: Step) -> None:
        told = step.told
        low_level.note_low_level(
            desk, about=told["about"], happened_on=london_date(self.at), conduct=told["text"], done=told["done"]
        )

    def do_hand(self, desk: Desk, step: Step) -> None:
        told = step.told
        refs = [self.made[step.family, told["concern"]]]
        concern_handovers.hand_over_concerns(desk, refs, to=told["to"], reason=told["reason"])
