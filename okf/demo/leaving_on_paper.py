"""What the story's leads put right, and prepare to leave on paper: corrections, referrals, an incident's report."""

from __future__ import annotations

from okf.demo.stage import Charity
from okf.demo.story import Step
from okf.desk import Desk
from okf.policy.redaction import where
from okf.safeguarding.commands.chronology import correct_entry
from okf.safeguarding.commands.papers import prepare_paper, read_paper_again
from okf.safeguarding.commands.serious_incidents import hand_over_report, keep_report
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.safeguarding.queries.papers import papers_of
from okf.safeguarding.queries.serious_incidents import reports_on


class OnPaper(Charity):
    """The steps by which something of a concern is put right or leaves on paper, each by its name."""

    def do_correct(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        view = concern_in_view(desk, ref)
        if not isinstance(view, ConcernInView):
            raise TypeError("the story's corrector works the concern")
        wrong = next(one.id for one in view.entries if one.text == step.told["wrong"])
        correct_entry(desk, ref, wrong, text=step.told["text"], reason=step.told["reason"])

    def do_paper(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.made[step.family, step.told["concern"]]
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
        read_paper_again(desk, self.made[step.family, step.told["paper"]], approved=True)

    def do_incident(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        before = reports_on(desk, ref).reports
        report = keep_report(desk, ref, words=step.told["text"], after=before[0].number if before else 0)
        hand_over_report(desk, report)
