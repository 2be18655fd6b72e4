"""Texts of agreements: drafted in Markdown, published with the password, never changed again (C7)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from markdown_it import MarkdownIt
from sqlalchemy import bindparam, select

from okf.agreements.commands.signatures import text_sha256
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.people.commands.proofs import require_own_password
from okf.store import kept
from okf.store.models import AgreementDraft, AgreementVersion
from okf.terms import Action, Change
from okf.terms.agreements import AgreementKind, AnyKind
from okf.validation import words

_MARKDOWN: Final = MarkdownIt("commonmark")
_NOT_TEXT: Final = {"html_block": "HTML", "html_inline": "HTML", "image": "a picture"}
LONGEST_TEXT: Final = 500_000
SHORTEST_DAYS: Final = 14  # our default: a material version that leaves fewer days to sign says why
_EARLIER = (
    select(AgreementVersion.version, AgreementVersion.effective_on)
    .where(AgreementVersion.kind == bindparam("kind"))
    .order_by(AgreementVersion.effective_on.desc())
)


def save_draft(
    desk: Desk,
    *,
    kind: AgreementKind,
    version: str,
    title: str,
    text: str,
    change: Change,
    effective_on: date | None = None,
    resign_by: date | None = None,
    seen_at: datetime | None = None,
) -> datetime:
    """Keep the draft of one agreement's next version, whatever is still missing from it; the instant it was kept.

    `seen_at` is when the draft that was worked on had been kept, None for a
    new one.

    Raises:
        Conflict: somebody else kept, published or discarded it meanwhile.
    """
    version, title = words("Version", version, at_most=20), words("Title", title, at_most=200)
    text = words("Text", text, at_most=LONGEST_TEXT)
    with desk.permitted(Action.DRAFT_AGREEMENT) as deed:
        draft = _seen(deed, kind, seen_at)
        if draft is None:
            draft = AgreementDraft(kind=kind)
            deed.add(draft)
        draft.version, draft.title, draft.text, draft.change = version, title, text, change
        draft.effective_on, draft.resign_by = effective_on, resign_by
        draft.saved_by, draft.saved_at = str(desk.actor), deed.at
        deed.about(f"draft of {kind} {version}")
        deed.note(did="kept")
    return deed.at


def discard_draft(desk: Desk, kind: AgreementKind, *, seen_at: datetime) -> None:
    """Throw a draft away; what was published stays.

    Raises:
        Conflict: somebody else kept, published or discarded it meanwhile.
    """
    with desk.permitted(Action.DRAFT_AGREEMENT) as deed:
        draft = _seen(deed, kind, seen_at)
        deed.session.delete(draft)
        deed.about(f"draft of {kind}")
        deed.note(did="discarded")


def publish_draft(
    desk: Desk,
    kind: AgreementKind,
    *,
    seen_at: datetime,
    password: str,
    short_because: str = "",
    sample_meant: bool = False,
) -> str:
    """Publish a draft as it was seen, once the password proves who does it; the version. Its text never changes again.

    A material version is agreed by two: one keeps it, another publishes it as it
    was kept. `short_because` says why it leaves few days to sign, and goes on
    record; `sample_meant` says that a text that calls itself a sample is meant.

    Raises:
        Conflict: the draft was changed meanwhile, there is a version of this name already, or it is material and
            whoever publishes it kept it last.
        Invalid: the password is wrong, a date does not fit, a reason is missing, or the text holds HTML or pictures.
        NotFound: nobody is signed in.
    """
    with desk.reading() as session:
        draft = session.get(AgreementDraft, kind)
        if draft is None or draft.saved_at != seen_at:
            raise _changed()
        refuse_markup(draft.text)
        if draft.effective_on is None:
            raise Invalid("Takes effect on", "choose the day first.")
        _reason_if_short(draft, short_because)
        _refuse_alone(desk, draft)
        if says_sample(draft.text) and not sample_meant:
            raise Invalid("Text", "it says that it is a SAMPLE: put OKF's own words there, or say that it is meant so.")
    require_own_password(desk, password)
    with desk.permitted(Action.PUBLISH_AGREEMENT) as deed:
        draft = _seen(deed, kind, seen_at)
        if draft is None:
            raise _changed()
        version = draft.version
        _refuse_alone(desk, draft)
        deed.note(kept_by=draft.saved_by)
        _put_in_force(deed, draft, short_because)
        deed.session.delete(draft)
    return version


def publish_agreement(
    desk: Desk,
    *,
    kind: AnyKind,
    version: str,
    text: str,
    title: str,
    effective_on: date,
    change: Change,
    resign_by: date | None = None,
    short_because: str = "",
) -> None:
    """Publish a version of an agreement: its text never changes again, and all standings follow.

    A material version asks everyone who needs it to sign by the end of
    `resign_by`, by default some days on; a minor one asks nothing.
    `short_because` as in `publish_draft`.

    Raises:
        Invalid: it would take effect before today or before an earlier version, or its dates don't fit.
        Conflict: there is a version of this name already.
    """
    with desk.permitted(Action.PUBLISH_AGREEMENT) as deed:
        version_to_come = AgreementDraft(
            kind=AgreementKind(kind),
            version=version,
            text=text,
            title=title,
            effective_on=effective_on,
            change=change,
            resign_by=resign_by,
        )
        _put_in_force(deed, version_to_come, short_because)


def refuse_markup(text: str) -> None:
    """Refuse a text with more than Markdown: what is signed must read the same wherever it is shown.

    Raises:
        Invalid: it holds HTML or pictures; says in which line.
    """
    for block in _MARKDOWN.parse(text):
        for token in (block, *(block.children or ())):
            if token.type in _NOT_TEXT:
                line = block.map[0] + 1 if block.map else 1
                raise Invalid("Text", f"near line {line} it holds {_NOT_TEXT[token.type]}: write it in plain Markdown.")


def _changed() -> Conflict:
    return Conflict(
        "This draft was changed, published or discarded since you opened it. Nothing of yours was kept:"
        " copy what you wrote, open the draft again, and put it in."
    )


def _seen(deed: Deed, kind: AgreementKind, seen_at: datetime | None) -> AgreementDraft | None:
    """The draft, locked with the deed, if it is still the one that was seen."""
    draft = deed.session.get(AgreementDraft, kind)
    if (draft.saved_at if draft else None) != seen_at:
        raise _changed()
    return draft


def _put_in_force(deed: Deed, draft: AgreementDraft, short_because: str) -> None:
    """Put a version into a deed that publishes it, and the standings that follow from it."""
    kind, effective_on, change, resign_by = draft.kind, draft.effective_on, draft.change, draft.resign_by
    version, title = words("Version", draft.version, at_most=20), words("Title", draft.title, at_most=200)
    text = words("Text", draft.text, at_most=LONGEST_TEXT)
    if effective_on is None:
        raise Invalid("Takes effect on", "choose the day first.")
    earlier = deed.session.execute(_EARLIER, {"kind": kind}).all()
    if any(one.version == version for one in earlier):
        raise Conflict(f"There is a version {version} of this agreement already: give the new one another name.")
    _refuse_dates(effective_on, resign_by, change, london_date(deed.at), earlier[0].effective_on if earlier else None)
    because = _reason_if_short(draft, short_because)
    sha256 = text_sha256(text)
    deed.add(
        AgreementVersion(
            kind=kind,
            version=version,
            title=title,
            text=text,
            text_sha256=sha256,
            effective_on=effective_on,
            change=change,
            resign_by=resign_by,
            published_at=deed.at,
            published_by=deed.question.person.username,
        )
    )
    deed.session.flush()
    if kind.capacity is not None:
        kept.refresh_standings(deed.session, deed.at, kept.who_need(deed.session, kind.capacity))
    deed.about(f"{kind} {version}")
    deed.note(effective_on=effective_on.isoformat(), change=change, resign_by=resign_by, text_sha256=sha256)
    if because:
        deed.note(short_because=because)


def says_sample(text: str) -> bool:
    """Whether a text calls itself a sample, as those do that Casebook ships."""
    return re.search(r"\bSAMPLE\b", text) is not None


def _refuse_alone(desk: Desk, draft: AgreementDraft) -> None:
    if draft.change is Change.MATERIAL and draft.saved_by == desk.actor:
        raise Conflict("You kept this draft last, and a material version needs a second person: another publishes it.")


def leaves_few_days(change: Change, effective_on: date | None, resign_by: date | None) -> bool:
    """Whether a version leaves fewer days to sign than one does that needs no reason."""
    if change is Change.MINOR or effective_on is None or resign_by is None:
        return False
    return resign_by < effective_on + timedelta(days=SHORTEST_DAYS)


def _reason_if_short(draft: AgreementDraft, because: str) -> str | None:
    if not leaves_few_days(draft.change, draft.effective_on, draft.resign_by):
        return None
    if not because.strip():
        raise Invalid("Why so soon", f"it leaves fewer than {SHORTEST_DAYS} days to sign: say why, for the record.")
    return words("Why so soon", because, at_most=500)


def _refuse_dates(effective_on: date, resign_by: date | None, change: Change, today: date, last: date | None) -> None:
    if effective_on < today:
        raise Invalid("Takes effect on", "choose today or later: a new version never changes what was right before it.")
    if last is not None and effective_on <= last:
        raise Invalid("Takes effect on", f"choose a date after the last version's, {last.isoformat()}.")
    if resign_by is not None and change is Change.MINOR:
        raise Invalid("Sign by", "leave this empty: a minor version asks nobody to sign.")
    if resign_by is not None and resign_by < effective_on:
        raise Invalid("Sign by", "choose the day on which it takes effect, or later.")
