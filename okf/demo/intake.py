"""What intake does in the story: enquiries taken, imported and declined, safe contact, notices and undertakings."""

from __future__ import annotations

from typing import Any

from okf.cases.commands import people
from okf.cases.queries.contact import people_reached
from okf.demo.stage import Charity
from okf.demo.story import Step, day
from okf.desk import Desk
from okf.intake.commands import enquiries
from okf.terms import SupportKind
from okf.terms.intake import ContactCheck, EnquiryPart, NoticeWay, UndertakingAnswer


class Intake(Charity):
    """The steps of intake, each by its name."""

    def do_enquiry(self, desk: Desk, step: Step) -> None:
        told = step.told
        made = enquiries.take_enquiry(
            desk,
            people=[self._taken(one) for one in told["people"]],
            kind_of_support=SupportKind(told["kind_of_support"]) if "kind_of_support" in told else None,
            area=told.get("area"),
            said=told["text"],
            note=told.get("note"),
        )
        self.keep(step, made)

    def do_submission(self, desk: Desk, step: Step) -> None:
        self._import(desk, "enquiries", {**step.told["row"], "received_at": self.at.replace(microsecond=0)})

    def do_decline(self, desk: Desk, step: Step) -> None:
        ref = self.named(step, "enquiry")
        enquiries.decline_enquiry(desk, ref, seen=1, reason=step.told["reason"])

    def do_contact(self, desk: Desk, step: Step) -> None:
        told, whose = step.told, self.user(step, step.told["party"])
        case = self.case_of(step)
        seen = next(one.seen for one in people_reached(desk, case) if one.ref == whose)
        how = ContactCheck(told["how"])
        people.check_contact(desk, case, whose, told=told["told"], how=how, seen=seen, why=told.get("why"))

    def do_promise(self, desk: Desk, step: Step) -> None:
        told, whose = step.told, self.user(step, step.told["party"])
        if "notice" in told:
            people.note_privacy_notice(desk, self.case_of(step), whose, way=NoticeWay(told["notice"]))
        if "undertaking" in told:
            answer = UndertakingAnswer(told["undertaking"])
            people.note_undertaking(desk, self.case_of(step), whose, answer=answer)

    def _taken(self, told: dict[str, Any]) -> enquiries.TakenPerson:
        given = {name: value for name, value in told.items() if name not in ("part", "born", "notice", "undertaking")}
        return enquiries.TakenPerson(
            part=EnquiryPart(told["part"]),
            date_of_birth=day(self.today, told["born"]) if "born" in told else None,
            notice_way=NoticeWay(told["notice"]) if "notice" in told else None,
            undertaking=UndertakingAnswer(told["undertaking"]) if "undertaking" in told else None,
            **given,
        )
