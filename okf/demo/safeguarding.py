"""What happens with the story's concerns: raised, decided, shared, put right, and what lies beside the queue."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from okf.clock import london_date
from okf.demo.ordinary import Told
from okf.demo.stage import Charity
from okf.demo.story import Step, day
from okf.desk import Desk
from okf.file_check import Upload
from okf.load.tables import Tables
from okf.policy.concern_forms import Informed, Reasons, Sharing
from okf.policy.redaction import where
from okf.safeguarding.commands import (
    chronology,
    concerns,
    contact_markers,
    decisions as concern_decisions,
    handovers as concern_handovers,
    low_level,
    referrals,
)
from okf.safeguarding.commands.chronology import Happened, NewMark, NewVoice, Parts, correct_entry
from okf.safeguarding.commands.directory import check_authority
from okf.safeguarding.commands.directory_import import TABLES, import_directory
from okf.safeguarding.commands.papers import prepare_paper, read_paper_again
from okf.safeguarding.commands.serious_incidents import hand_over_report, keep_report
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.safeguarding.queries.decisions import DecisionInView, decisions_in_view
from okf.safeguarding.queries.directory import numbers
from okf.safeguarding.queries.papers import papers_of
from okf.safeguarding.queries.serious_incidents import reports_on
from okf.terms import ConcernStatus, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import ConcernCategory, MarkerKind, VoiceHow
from okf.terms.decisions import Consent, LegalBasis, ReferralStep, Threshold, Way

_TICKED: Final = ("minimum_necessary", "second_review", "before_internal_enquiry", "nobody_tells_the_person")


class Safeguarding(Charity):
    """The steps of a concern and of the safeguarding leads, each by its name."""

    # A concern

    def do_concern(self, desk: Desk, step: Step) -> None:
        told = step.told
        made = concerns.raise_concern(
            desk,
            severity=Severity(told["severity"]),
            account=told["text"],
            case_ref=self.case_of(step) if step.family else None,
            about=[self.meant(step, one) for one in told["about"]],
            said_by=told.get("said_by"),
            seen_where=told.get("where"),
            seen_when=told.get("when"),
            actions_taken=told.get("done"),
            category=ConcernCategory(told["category"]) if "category" in told else None,
            seen=happened(self.today, told),
            parts=parts_of(told),
        )
        self.keep(step, made)

    def do_remember(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.named(step, "concern")
        chronology.add_to_own_report(
            desk, ref, text=told["text"], happened=happened(self.today, told), parts=parts_of(told)
        )

    def do_triage(self, desk: Desk, step: Step) -> None:
        concerns.triage_concern(
            desk,
            self.named(step, "concern"),
            severity=Severity(step.told["severity"]),
            status=ConcernStatus(step.told["status"]),
            lead=step.by,
            note=step.told["note"],
        )

    def do_entry(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        chronology.add_to_concern(
            desk, ref, what=step.told["what"], text=step.told["text"], happened=happened(self.today, step.told)
        )

    def do_end(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        told = step.told
        concerns.end_concern(
            desk, ref, status=ConcernStatus(told["status"]), outcome=told["outcome"], lessons=told["lessons"]
        )

    # Beside the queue

    def do_lado(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
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
            concern=self.named(step, "concern") if "concern" in told else None,
        )

    def do_low_level(self, desk: Desk, step: Step) -> None:
        told = step.told
        low_level.note_low_level(
            desk, about=told["about"], happened_on=london_date(self.at), conduct=told["text"], done=told["done"]
        )

    def do_hand(self, desk: Desk, step: Step) -> None:
        told = step.told
        refs = [self.named(step, "concern")]
        concern_handovers.hand_over_concerns(desk, refs, to=told["to"], reason=told["reason"])

    def do_directory(self, desk: Desk, step: Step) -> None:
        tables = {name: step.told[name] for name in TABLES}
        done = import_directory(desk, Tables.from_plain(tables))
        if not done.is_written:
            raise ValueError("\n".join(done.in_words()))
        for one in numbers(desk).authorities:
            if one.checked_on is None and one.id is not None:
                check_authority(desk, one.id, seen=one.mark)

    # What is decided on a concern

    def do_decide(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.named(step, "concern")
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
            sharing=[Sharing(out["to"], out["what"], Way(out["how"]), out.get("name"), _TICKED)] if out else [],
            informed=[
                Informed(who not in why_not, service_user=self.user(step, who), why=why_not.get(who))
                for who in told["family"]
            ],
        )

    def do_second(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        last = self._last(desk, ref)
        concern_decisions.review_decision(
            desk, ref, last.ref, agrees=step.told.get("agrees", True), reason=step.told["reason"]
        )

    def do_answer(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        [sent] = self._last(desk, ref).recipients
        referrals.note_on_referral(
            desk,
            ref,
            sent.referral.ref,
            step=ReferralStep(step.told["step"]),
            text=step.told["text"],
            their_reference=step.told.get("reference"),
        )

    @staticmethod
    def _last(desk: Desk, ref: str) -> DecisionInView:
        return decisions_in_view(desk, ref).decisions[0]

    # What is put right, or leaves on paper

    def do_correct(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        view = concern_in_view(desk, ref)
        if not isinstance(view, ConcernInView):
            raise TypeError("the story's corrector works the concern")
        wrong = next(one.id for one in view.entries if one.text == step.told["wrong"])
        correct_entry(desk, ref, wrong, text=step.told["text"], reason=step.told["reason"])

    def do_paper(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.named(step, "concern")
        seen = papers_of(desk, ref)
        black = {
            at: [place for words in told["black"] for place in where(part, words)] for at, part in enumerate(seen.parts)
        }
        paper = prepare_paper(
            desk,
            ref,
            recipient=told["to"],
            purpose=told["purpose"],
            passages=black,
            reason=told["reason"],
            seen=seen.mark,
        )
        self.keep(step, paper)

    def do_read_paper(self, desk: Desk, step: Step) -> None:
        read_paper_again(desk, self.named(step, "paper"), approved=True)

    def do_incident(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "concern")
        before = reports_on(desk, ref).reports
        report = keep_report(desk, ref, words=step.told["text"], after=before[0].number if before else 0)
        hand_over_report(desk, report)


def parts_of(told: Told) -> Parts:
    """What a step puts to a concern besides words."""
    voice = told.get("voice")
    return Parts(
        marks=[_mark(mark) for mark in told.get("marks", [])],
        voice=NewVoice(VoiceHow(voice["how"]), voice["words"]) if voice else None,
        files=[Upload(name, text.encode()) for name, text in told.get("files", {}).items()],
    )


def happened(today: date, told: Told) -> Happened:
    """When the thing told in a step happened, where it says so."""
    return Happened(day(today, told["happened"]), None, told.get("late")) if "happened" in told else Happened()


def _mark(told: Told) -> NewMark:
    x, y = told["at"]
    return NewMark(
        BodySide(told["side"]),
        BodyRegion(told["region"]),
        x,
        y,
        MarkKind(told["kind"]),
        told.get("size"),
        told.get("colour"),
        told.get("words"),
    )
