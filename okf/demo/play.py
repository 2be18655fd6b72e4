"""The story played: every step is a command, at its own time, by its own person."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from okf.cases.commands import cases, conflicts, emergency, grants, handovers, tasks
from okf.cases.commands.caseload import weigh_case
from okf.cases.commands.match_reports import decide_match
from okf.cases.queries.match_reports import reports_on
from okf.clock import start_of
from okf.demo.deciding import Decisions
from okf.demo.intake import Intake
from okf.demo.leaving_on_paper import OnPaper
from okf.demo.mediating import Mediations
from okf.demo.reporting import Reports
from okf.demo.safeguarding import Safeguarding
from okf.demo.story import Step, day
from okf.demo.worries import happened, parts_of
from okf.desk import Desk
from okf.policy.scopes import starting_scope
from okf.records.commands import records
from okf.safeguarding.commands import chronology, concerns
from okf.sharing.commands import express_agreements
from okf.store import facts
from okf.terms import Capacity, CaseStatus, ConcernStatus, RecordClass, Role, Severity, SupportKind
from okf.terms.caseload import ClosureOutcome
from okf.terms.concerns import ConcernCategory
from okf.terms.matches import MatchOutcome

# Beside their own scope lead caseworkers see what volunteers and referrals leave for both sides.
_LEAD_SEES: Final = (RecordClass.TASK_NOTE, RecordClass.REFERRAL_PACK)


class Stage(Intake, Mediations, Decisions, Reports, Safeguarding, OnPaper):
    """What happens on cases and with concerns, each kind of step by its name."""

    # A case

    def do_open(self, desk: Desk, step: Step) -> None:
        family = self.families[str(step.family)]
        ref = cases.open_case(
            desk,
            kind_of_support=SupportKind(family["kind_of_support"]),
            area=family["area"],
            parties=[cases.NewServiceUser(**party) for party in family["parties"]],
            children=[
                cases.NewServiceUser(name=child["name"], date_of_birth=day(self.today, child["born"]))
                for child in family["children"]
            ],
        )
        self.made[step.family, "case"] = ref
        if not step.told.get("undecided"):
            self._namesake(step, ref)
        with desk.reading() as session:
            case = facts.cases(session, [ref])[ref]
        self.people[str(step.family)] = (list(case.parties), list(case.children))

    def _namesake(self, step: Step, ref: str) -> None:
        """Invented names meet by chance: a manager says that they are two people."""
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
            to=step.told["to"],
            capacity=Capacity.STAFF,
            compartments=scope.compartments,
            record_classes=(*scope.record_classes, *_LEAD_SEES),
            purpose="casework",
            lead_for=party,
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
            to=told["to"],
            capacity=capacity,
            compartments=scope.compartments,
            record_classes=scope.record_classes,
            purpose=told["purpose"],
            until=start_of(day(self.today, told["until"])) if "until" in told else None,
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
            mediation=self.made[step.family, told["mediation"]] if "mediation" in told else None,
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
        tasks.complete_task(desk, self.made[step.family, step.told["task"]])

    def do_conflict(self, desk: Desk, step: Step) -> None:
        conflicts.declare_conflict(desk, self.user(step, step.told["with"]), reason=step.told["reason"])

    def do_emergency(self, desk: Desk, step: Step) -> None:
        self.keep(step, emergency.open_emergency_access(desk, self.case_of(step), reason=step.told["reason"]))
        cases.open_case_file(desk, self.case_of(step))

    def do_review(self, desk: Desk, step: Step) -> None:
        opened = self.made[step.family, step.told["emergency"]]
        justified = step.told.get("justified", True)
        emergency.review_emergency_access(desk, opened, justified=justified, finding=step.told["finding"])

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
        told, ref = step.told, self.made[step.family, step.told["concern"]]
        chronology.add_to_own_report(
            desk, ref, text=told["text"], happened=happened(self.today, told), parts=parts_of(told)
        )

    def do_triage(self, desk: Desk, step: Step) -> None:
        concerns.triage_concern(
            desk,
            self.made[step.family, step.told["concern"]],
            severity=Severity(step.told["severity"]),
            status=ConcernStatus(step.told["status"]),
            lead=step.by,
            note=step.told["note"],
        )

    def do_entry(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        chronology.add_to_concern(
            desk, ref, what=step.told["what"], text=step.told["text"], happened=happened(self.today, step.told)
        )

    def do_end(self, desk: Desk, step: Step) -> None:
        ref = self.made[step.family, step.told["concern"]]
        told = step.told
        concerns.end_concern(
            desk, ref, status=ConcernStatus(told["status"]), outcome=told["outcome"], lessons=told["lessons"]
        )
