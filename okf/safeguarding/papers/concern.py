"""A concern on paper for a referral: who took it out on every page, the words apart from opinion, the chronology."""

from __future__ import annotations

from okf.policy.redaction import BLACK
from okf.safeguarding.commands.papers import PaperContent
from okf.shell.paper import Paper, moment


class _Taken(Paper):
    """A sheet that says on every page who took it out, when, and its own reference."""

    def __init__(self, content: PaperContent) -> None:
        self._taken = f"{content.ref}. Taken out by {content.taken_by}, {moment(content.at)}. In confidence."
        super().__init__(f"Safeguarding concern {content.concern_ref}", content.at)

    def header(self) -> None:
        """Whose sheet it is, and who took it out."""
        super().header()
        self._type(9, bold=True)
        self._write(self._taken, 5)
        self.ln(3)


def concern_paper(content: PaperContent) -> bytes:
    """The chronology as it goes out, as a PDF; made from what goes out alone, so nothing black is in it."""
    paper = _Taken(content)
    paper.say(f"For: {content.recipient}")
    paper.say(f"What for: {content.purpose}")
    paper.say("Use it for this alone, show it to nobody who does not need it for this, and keep it locked away.")
    if content.boxes:
        paper.say(f"{BLACK} stands where words were left out. A second person read it before it went out.", quiet=True)
    for part in content.parts:
        heading, _, words = part.partition("\n")
        paper.heading(heading, size=11)
        for paragraph in words.split("\n"):
            if paragraph.strip():
                paper.say(paragraph)
    return paper.pdf()
