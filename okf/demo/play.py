"""The story played: every step is a command, at its own time, by its own person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from okf.caseload.commands import digest, figures
from okf.caseload.queries.figures import figures as figures_of
from okf.cases.commands import access_routes, cases, conflicts, grants, handovers, tasks
from okf.cases.commands.cases import weigh_case
from okf.cases.commands.match_reports import decide_match
from okf.cases.queries.match_reports import reports_on
from okf.clock import end_of, london_date, start_of
from okf.demo.intake import Intake
from okf.demo.mediating import Mediations
from okf.demo.safeguarding import Safeguarding
from okf.demo.story import Step, day
from okf.desk import Desk
from okf.policy.figures import periods_over
from okf.policy.scopes import starting_scope
from okf.records.commands import records
from okf.sharing.commands import express_agreements
from okf.store import facts
from okf.terms import Capacity, CaseStatus, RecordClass, Role, SupportKind
from okf.terms.caseload import ClosureOutcome
from okf.terms.intake import ContactCheck, MatchOutcome

# Beside their own scope lead caseworkers see what volunteers and referrals leave for both sides.
_LEAD_SEES: Final = (RecordClass.TASK_NOTE, RecordClass.REFERRAL_PACK)


class Stage(Intake, Mediations, Safeguarding):
    """What happens on cases, and to figures; each kind of step by its name."""

    # A case

    def do_open(self, desk: Desk, step: Step) -> None:
        family = self.families[str(step.family)]
        ref = cases.open_case(
            desk,
            kind_of_support=SupportKind(family["kind_of_support"]),
            area=family["area"],
            parties=[self._party(party) for party in family["parties"]],
            children=[
                cases.NewServiceUser(name=child["name"], date_of_birth=day(self.today, child["born"]))
                for child in family["children"]
            ],
        )
        self.made[step.family, "case"] = ref
        if not step.told.get("undecided"):
            self._decide_matches(step, ref)
        with desk.reading() as session:
            case = facts.cases(session, [ref])[ref]
        self.people[str(step.family)] = (list(case.parties), list(case.children))

    def _party(self, told: dict[str, Any]) -> cases.NewServiceUser:
        checked = ContactCheck(told["checked"]) if "checked" in told else None
        return cases.NewServiceUser(**{**told, "checked": checked})

    def _decide_matches(self, step: Step, ref: str) -> None:
        """Decide reports on people who share an invented name by chance: they are different people."""
        desk = self.desk(step.by)
        for report in reports_on(desk, ref):
            if report.waits:
                decide_match(desk, ref, report.ref, outcome=MatchOutcome.NOT_THE_SAME, why="Namesakes: asked both.")

    def do_status(self, desk: Desk, step: Step) -> None:
        cases.change_case_status(desk, self.case_of(step), status=CaseStatus(step.told["status"]))

    def do_close(self, desk: Desk, step: Step) -> None:
        came_to = ClosureOutcome(step.told["came_to"]) if "came_to" in step.told else None
        cases.close_case(desk, self.case_of(step), reason=step.told["reason"], came_to=came_to)

    def do_weigh(self, desk: Desk, step: Step) -> None:
        weigh_case(desk, self.case_of(step), complexity=step.told["complexity"])

    def do_reopen(self, desk: Desk, step: Step) -> None:
        cases.reopen_case(desk, self.case_of(step))

    def do_lead(self, desk: Desk, step: Step) -> None:
        party = self.user(step, step.told["party"])
        scope = starting_scope(Role.CASEWORKER, parties=self.people[str(step.family)][0], own=party)
        grants.grant_access(
            desk,
            self.case_of(step),
            grants.NewGrant(
                to=step.told["to"],
                capacity=Capacity.STAFF,
                compartments=scope.compartments,
                record_classes=(*scope.record_classes, *_LEAD_SEES),
                purpose="casework",
                lead_for=party,
            ),
        )

    def do_grant(self, desk: Desk, step: Step) -> None:
        told, (parties, children) = step.told, self.people[str(step.family)]
        capacity = Capacity(told.get("capacity", "staff"))
        own = children[told["child"] - 1] if "child" in told else None
        work = Role(told["role"]) if "role" in told else capacity
        scope = starting_scope(work, parties=parties, children=children, own=own)
        grants.grant_access(
            desk,
            self.case_of(step),
            grants.NewGrant(
                to=told["to"],
                capacity=capacity,
                compartments=scope.compartments,
                record_classes=scope.record_classes,
                purpose=told["purpose"],
                until=end_of(day(self.today, told["until"])) if "until" in told else None,
            ),
        )

    def do_handover(self, desk: Desk, step: Step) -> None:
        party, to = self.user(step, step.told["party"]), step.told["to"]
        handovers.hand_over(
            desk,
            self.case_of(step),
            party=party,
            from_person=step.told["from_person"],
            to_person=to,
            note=step.told.get("note"),
        )

    def do_record(self, desk: Desk, step: Step) -> None:
        told, ref = step.told, self.case_of(step)
        # Whoever writes has looked into the case; of long ago the record need not hold each look.
        if self.chance.random() < 0.3 or self.at > start_of(day(self.today, -100)):
            cases.open_case_file(desk, ref)
        made = records.add_record(
            desk,
            ref,
            record_class=RecordClass(told["class"]),
            source=self.user(step, told["from"]),
            subjects=[self.user(step, one) for one in told["about"]],
            title=told["title"],
            text=told["text"],
            occurred_at=self.at - timedelta(minutes=25),
            mediation=self.named(step, "mediation") if "mediation" in told else None,
            present=self.people[str(step.family)][0] if told["from"] == "J" else (),
        )
        self.keep(step, made)

    def do_share(self, desk: Desk, step: Step) -> None:
        told = step.told
        express_agreements.agree_to_share(
            desk,
            self.case_of(step),
            source=self.user(step, told["from"]),
            records=[self.made[step.family, one] for one in told["records"]],
            recipient=told["recipient"],
            purpose=told["purpose"],
            channel=told["channel"],
            expires_on=day(self.today, told["expires"]),
            one_use=told.get("one_use", False),
        )

    def do_task(self, desk: Desk, step: Step) -> None:
        due = day(self.today, step.told["due"])
        self.keep(step, tasks.add_task(desk, self.case_of(step), text=step.told["text"], due_on=due))

    def do_done(self, desk: Desk, step: Step) -> None:
        tasks.complete_task(desk, self.named(step, "task"))

    def do_conflict(self, desk: Desk, step: Step) -> None:
        conflicts.declare_conflict(desk, self.user(step, step.told["with"]), reason=step.told["reason"])

    def do_emergency(self, desk: Desk, step: Step) -> None:
        self.keep(step, access_routes.open_emergency_access(desk, self.case_of(step), reason=step.told["reason"]))
        cases.open_case_file(desk, self.case_of(step))

    def do_review(self, desk: Desk, step: Step) -> None:
        opened = self.named(step, "emergency")
        justified = step.told.get("justified", True)
        access_routes.review_emergency_access(desk, opened, justified=justified, finding=step.told["finding"])

    # Figures

    def do_figures(self, desk: Desk, step: Step) -> None:
        period = periods_over(london_date(self.at), step.told["months"])[step.told["back"]]
        self.keep(step, figures.prepare_figures(desk, period, words=step.told["text"]))

    def do_approve_figures(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "figures")
        figures.approve_figures(desk, ref, seen=figures_of(desk, ref).mark)

    def do_digest(self, desk: Desk, _: Step) -> None:
        digest.ask_for_digest(desk)

    def do_file_figures(self, desk: Desk, step: Step) -> None:
        figures.file_figures(desk, self.named(step, "figures"))
