"""What leaves the charity in the story as figures: counted, approved by somebody else, filed; and weekly digests."""

from __future__ import annotations

from okf.caseload.commands import digest, figures
from okf.caseload.queries.figures import figures as figures_of
from okf.clock import london_date
from okf.demo.stage import Charity
from okf.demo.story import Step
from okf.desk import Desk
from okf.policy.figures import periods_over


class Reports(Charity):
    """The steps with figures, each by its name."""

    def do_figures(self, desk: Desk, step: Step) -> None:
        period = periods_over(london_date(self.at), step.told["months"])[step.told["back"]]
        self.made[None, step.told["as"]] = figures.prepare_figures(desk, period, words=step.told["text"])

    def do_approve_figures(self, desk: Desk, step: Step) -> None:
        ref = self.made[None, step.told["figures"]]
        figures.approve_figures(desk, ref, seen=figures_of(desk, ref).mark)

    def do_digest(self, desk: Desk, _: Step) -> None:
        digest.ask_for_digest(desk)

    def do_file_figures(self, desk: Desk, step: Step) -> None:
        figures.file_figures(desk, self.made[None, step.told["figures"]])
