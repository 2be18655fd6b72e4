"""Figures for funders: made and frozen, approved by somebody else, filed, withdrawn; each on the audit record (C2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from okf.caseload.commands.figure_counts import Progress, counted
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.policy.figures import Period, fingerprint, is_period
from okf.policy.suppression import may_be_shown_beside
from okf.store.models import FigureSet, FigureWords
from okf.terms import Action

WORDS_MOST = 6000

_SHOWN = select(FigureSet.from_on, FigureSet.until_on).where(
    or_(FigureSet.approved_at.is_not(None), FigureSet.withdrawn_at.is_(None)),
    FigureSet.from_on < bindparam("until"),
    FigureSet.until_on > bindparam("first"),
    FigureSet.ref != bindparam("but"),
)
_WORDS = select(FigureWords).where(FigureWords.figure_set == bindparam("ref")).order_by(FigureWords.id)


def prepare_figures(
    desk: Desk, period: Period, *, words: str, merging: bool = False, progress: Progress = lambda _done, _of: None
) -> str:
    """Count over a period and freeze what may be shown of it, with the words that go with it; its reference.

    With `merging` small neighbouring groups are counted together instead of
    hidden. Later changes to the facts don't change it. The counting holds
    nobody up.

    Raises:
        Refused: their role does not include it.
        Invalid: these are not past quarters, or the words are missing or too long.
        Conflict: figures that overlap are a draft or were approved: the difference could give somebody away.
    """
    desk.require(Action.PREPARE_FIGURES)
    if not is_period(period, london_date(desk.now())):
        raise Invalid("Period", "choose a quarter, half a year or a year of whole quarters that is over.")
    text = _checked(words)
    with desk.reading() as session:
        _beside(session, period)
        settings = desk.question(session, Action.PREPARE_FIGURES).settings
        parts = counted(session, period, settings.small_cell, progress, merging=merging)
    with desk.permitted(Action.PREPARE_FIGURES) as deed:
        _beside(deed.session, period)
        body = {
            "period": period.in_words(),
            "from": period.first.isoformat(),
            "until": period.until.isoformat(),
            "made_at": deed.at.isoformat(),
            "small": settings.small_cell,
            "merging": merging,
            "parts": parts,
        }
        made = FigureSet(
            ref=desk.new_ref("F"),
            from_on=period.first,
            until_on=period.until,
            body=body,
            prepared_by=desk.actor,
            prepared_at=deed.at,
        )
        deed.add(made)
        deed.session.flush()
        deed.add(FigureWords(figure_set=made.ref, text=text, written_by=str(desk.actor), written_at=deed.at))
        deed.about(made.ref)
        deed.note(did="figures prepared", from_=period.first.isoformat(), until=period.until.isoformat())
    return made.ref


def rewrite_words(desk: Desk, ref: str, *, words: str) -> None:
    """Write other words for figures that are still a draft; the earlier ones stay on file.

    Raises:
        Refused: their role does not include it.
        NotFound: there are no such figures.
        Conflict: they are approved or withdrawn.
    """
    text = _checked(words)
    with desk.permitted(Action.PREPARE_FIGURES) as deed:
        _draft(_find(deed.session, ref))
        deed.add(FigureWords(figure_set=ref, text=text, written_by=str(desk.actor), written_at=deed.at))
        deed.about(ref)
        deed.note(did="words of figures written anew")


def approve_figures(desk: Desk, ref: str, *, seen: str) -> None:
    """Approve figures and words for release, as somebody who wrote neither; `seen` is the mark of what was read.

    Raises:
        Refused: their role does not include it, or they had a hand in it.
        NotFound: there are no such figures.
        Conflict: they are no draft any more, changed since they were read, or overlap with approved ones.
    """
    with desk.reading() as session:
        found = _find(session, ref)
        writers = {found.prepared_by, *(one.written_by for one in session.scalars(_WORDS, {"ref": ref}))}
    author = desk.actor if desk.actor in writers else found.prepared_by
    with desk.permitted(Action.APPROVE_FIGURES, about=author) as deed:
        figures = _draft(_find(deed.session, ref))
        last = deed.session.scalars(_WORDS, {"ref": ref}).all()[-1]
        mark = fingerprint(figures.body, last.text)
        if mark != seen or last.written_by == desk.actor:
            raise Conflict("The words were changed since you opened this page. Read them again first.")
        _beside(deed.session, Period(figures.from_on, figures.until_on), but=ref)
        figures.approved_by, figures.approved_at, figures.approved_sha256 = desk.actor, deed.at, mark
        deed.about(ref)
        deed.note(did="figures approved", sha256=mark)


def file_figures(desk: Desk, ref: str) -> None:
    """Put approved figures on file as given to funders.

    Raises:
        Refused: their role does not include it.
        NotFound: there are no such figures.
        Conflict: they are not approved, or are filed or withdrawn.
    """
    with desk.permitted(Action.PREPARE_FIGURES) as deed:
        figures = _find(deed.session, ref)
        if figures.approved_at is None or figures.filed_at is not None or figures.withdrawn_at is not None:
            raise Conflict("Only approved figures are filed, and once.")
        figures.filed_by, figures.filed_at = desk.actor, deed.at
        deed.about(ref)
        deed.note(did="figures filed", sha256=figures.approved_sha256)


def withdraw_figures(desk: Desk, ref: str, *, because: str) -> None:
    """Withdraw figures, for a reason; what they showed stays on file, and their days stay taken once approved.

    Raises:
        Refused: their role does not include it.
        NotFound: there are no such figures.
        Invalid: no reason is given.
        Conflict: they are withdrawn already.
    """
    if not because.strip():
        raise Invalid("Why", "say in a sentence why they are withdrawn.")
    with desk.permitted(Action.PREPARE_FIGURES) as deed:
        figures = _find(deed.session, ref)
        if figures.withdrawn_at is not None:
            raise Conflict("These figures are withdrawn already.")
        figures.withdrawn_by, figures.withdrawn_at = desk.actor, deed.at
        figures.withdrawn_because = because.strip()[:WORDS_MOST]
        deed.about(ref)
        deed.note(did="figures withdrawn")


def release_figures(desk: Desk, ref: str, *, form: str) -> Mapping[str, Any]:
    """The content of approved figures, for a file of this form; the release goes on the record.

    Raises:
        Refused: their role does not include it.
        NotFound: there are no such figures.
        Conflict: they are not approved, are withdrawn, or are not what was approved.
    """
    with desk.permitted(Action.READ_FIGURES) as deed:
        figures = _find(deed.session, ref)
        if figures.approved_at is None or figures.withdrawn_at is not None:
            raise Conflict("Only approved figures leave, and none that were withdrawn.")
        words = deed.session.scalars(_WORDS, {"ref": ref}).all()[-1].text
        if fingerprint(figures.body, words) != figures.approved_sha256:
            raise Conflict("These figures are not what was approved. Tell the administrator.")
        deed.about(ref)
        deed.note(export=form, sha256=figures.approved_sha256)
        return {**figures.body, "ref": ref, "words": words, "sha256": figures.approved_sha256}


def _checked(words: str) -> str:
    text = words.strip()
    if not text:
        raise Invalid("In words", "write what the figures show, and for whom they are.")
    if len(text) > WORDS_MOST:
        raise Invalid("In words", f"keep to {WORDS_MOST:,} characters.")
    return text


def _find(session: Session, ref: str) -> FigureSet:
    found = session.get(FigureSet, ref)
    if found is None:
        raise NotFound(f"There are no figures {ref!r} that you may open.")
    return found


def _draft(figures: FigureSet) -> FigureSet:
    if figures.approved_at is not None or figures.withdrawn_at is not None:
        raise Conflict("These figures are no draft any more. Nothing of them changes now.")
    return figures


def _beside(session: Session, period: Period, but: str = "") -> None:
    asked = {"first": period.first, "until": period.until, "but": but}
    shown = [(row.from_on, row.until_on) for row in session.execute(_SHOWN, asked)]
    if not may_be_shown_beside(period.first, period.until, shown):
        raise Conflict(
            "There are figures over some of these days already, a draft or approved ones. Two that overlap could be"
            " subtracted, and the difference give somebody away. Withdraw the draft, or choose days beside them; for a"
            " longer time add up what was filed."
        )
