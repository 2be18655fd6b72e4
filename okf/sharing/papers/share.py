"""A share as it goes out: on its first page how to treat it, then the texts, what was blacked out really gone."""

from __future__ import annotations

from datetime import datetime

from okf.clock import london
from okf.policy.mediation import NOT_BINDING
from okf.policy.share_words import how_to_treat, purpose_in_words
from okf.sharing.pdf_pages import pictures
from okf.sharing.queries.packages import PackageContent
from okf.shell.paper import Paper, moment


class _Marked(Paper):
    """A sheet that says at its foot, on every page, what a mediation's material must say (C10)."""

    marking = ""

    def footer(self) -> None:
        """The mediation's words above the usual foot."""
        if self.marking:
            self.set_y(-21)
            self._type(8, bold=True)
            self.cell(0, 6, self.marking, align="C")
        super().footer()


def share_package(content: PackageContent) -> bytes:
    """The paper that goes to the recipient, as a PDF; made from what goes out alone, so nothing else is in it."""
    paper = _Marked(f"In confidence: information from Our Kids First, {content.ref}", content.at)
    if content.mediation:
        paper.marking = NOT_BINDING
        paper.say(NOT_BINDING, bold=True)
    paper.say(f"To: {content.to}")
    paper.say(f"For: {purpose_in_words(content.purpose)}")
    paper.say(f"Sent: {moment(content.at)}. Our reference: {content.ref}. Texts in it: {len(content.records)}.")
    paper.heading("How to treat this")
    boxes = any(record.blacked_out or any(file.shown.areas for file in record.files) for record in content.records)
    paper.points(how_to_treat(content.route, mediation=content.mediation, black_boxes=boxes))
    for number, record in enumerate(content.records, start=1):
        if number == 1:
            paper.add_page()
        said = record.record_class.value.replace("_", " ").capitalize()
        paper.heading(f"{number}. {said}, {_day(record.occurred_at)}")
        if record.mediation:
            paper.say(NOT_BINDING, bold=True)
        for paragraph in record.text.split("\n"):
            if paragraph.strip():
                paper.say(paragraph)
        for file in record.files:
            for picture in pictures(file.content, file.kind, file.shown):
                paper.picture(picture)
    return paper.pdf()


def _day(at: datetime) -> str:
    there = london(at)
    return f"{there.day} {there:%B %Y}"
