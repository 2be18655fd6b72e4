"""What happens in the story's mediations: each step is a command of the mediator's, at its own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from okf.demo.stage import Charity
from okf.demo.story import Step
from okf.desk import Desk
from okf.mediation.commands import (
    mediations,
    proposals,
    readiness as mediation_readiness,
    sessions as mediation_sessions,
    summaries,
)
from okf.mediation.queries.texts import agreement_texts
from okf.policy.mediation import AgreedHow, ScreeningArea, SessionKind, Suitability
from okf.terms import MediationKind

_FOUND = "Spoke alone, at ease. Nothing that speaks against it. Comes by choice."


class Mediations(Charity):
    """The steps of a mediation, each by its name."""

    def do_mediation(self, desk: Desk, step: Step) -> None:
        told = step.told
        self.made[step.family, told["as"]] = mediations.start_mediation(
            desk, self.case_of(step), kind=MediationKind(told["kind"]), mediator=told["mediator"]
        )

    def do_screen(self, desk: Desk, step: Step) -> None:
        told = step.told
        mediation_readiness.screen_participant(
            desk,
            self.mediation_of(step),
            participant=self.user(step, told["who"]),
            screened_at=self.at - timedelta(minutes=40),
            asked=list(ScreeningArea),
            suitability=Suitability(told.get("suitability", "suitable")),
            found=told.get("found", _FOUND),
            conditions=told.get("conditions"),
        )

    def do_agree(self, desk: Desk, step: Step) -> None:
        mediation_readiness.note_agreement_to_mediate(
            desk,
            self.mediation_of(step),
            participant=self.user(step, step.told["who"]),
            given_at=self.at - timedelta(minutes=5),
            how=AgreedHow.SIGNED_ON_PAPER,
            version=agreement_texts()[0].version,
        )

    def do_ready(self, desk: Desk, step: Step) -> None:
        for who in (1, 2):
            told = {**step.told, "who": who}
            self.do_screen(desk, replace(step, told=told))
            self.do_agree(desk, replace(step, told=told))

    def do_session(self, desk: Desk, step: Step) -> None:
        told = step.told
        ahead = told.get("ahead")
        alone = self.user(step, told["alone"]) if "alone" in told else None
        ref = mediation_sessions.plan_session(
            desk,
            self.mediation_of(step),
            kind=SessionKind.PRIVATE if alone else SessionKind(told.get("kind", "joint")),
            starts_at=self.at + timedelta(days=ahead) if ahead else self.at - timedelta(minutes=90),
            online=told.get("online", False),
            place=told.get("place", "The quiet room at the office"),
            with_whom=alone,
        )
        if not ahead:
            mediation_sessions.hold_session(desk, ref, attended=[alone] if alone else self.people[str(step.family)][0])

    def do_proposal(self, desk: Desk, step: Step) -> None:
        told = step.told
        made_by = self.user(step, told["from"])
        ref = proposals.make_proposal(
            desk, self.mediation_of(step), made_by=made_by, text=told["text"], offered=told.get("offered", True)
        )
        for who in told.get("accepted", []):
            proposals.accept_proposal(desk, ref, participant=self.user(step, who))

    def do_summary(self, desk: Desk, step: Step) -> None:
        ref = self.mediation_of(step)
        draft = summaries.save_summary_draft(desk, ref, text=step.told["text"], upon=None)
        if not step.told.get("draft"):
            summaries.issue_summary(desk, ref, draft=draft)

    def do_conclude(self, desk: Desk, step: Step) -> None:
        mediations.conclude_mediation(desk, self.mediation_of(step))

    def mediation_of(self, step: Step) -> str:
        """The mediation that a step is done in."""
        return self.made[step.family, step.told.get("mediation", "talks")]
