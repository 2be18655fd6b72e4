"""Texts and files blacked out for a share by whoever asked for it, then approved by a second reader."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.policy.decision import Reason, refusal
from okf.policy.redaction import Shown, merged
from okf.sharing.commands.shares import read_barred
from okf.sharing.queries.lists import known
from okf.sharing.queries.packages import PackagedFile, packaged_file, record_words, shown_of, text_hash
from okf.sharing.queries.second_readers import is_asked, version_asked
from okf.store.models import InformationShare, Record, Redaction, StoredFile
from okf.store.visible import file_in_its_place
from okf.terms import Action, ShareStatus
from okf.validation import words, words_or_none

GOES = frozenset({"pdf", "png", "jpg", "heic"})  # kinds that can be drawn as a picture, so that parts can be left out
PAGES_AT_MOST = 40

_CURRENT = select(Redaction).where(
    Redaction.share_ref == bindparam("share"),
    Redaction.record_id == bindparam("record"),
    Redaction.file_ref.is_not_distinct_from(bindparam("file")),
    Redaction.replaced_at.is_(None),
)
_FILE = select(StoredFile).where(StoredFile.ref == bindparam("file"), file_in_its_place())


def black_out(desk: Desk, share_ref: str, record_id: str, *, passages: Sequence[tuple[int, int]], reason: str) -> str:
    """Black out passages of a record's text for one share; the version's reference. It replaces an earlier version.

    Nothing goes out until somebody else has read it. A version without any
    passage sends the text whole, and is read by somebody else like any other.

    Raises:
        NotFound: they have no such share, or they may not read the record.
        Conflict: the share was sent or refused already.
        Invalid: no reason is given.
    """
    why = words("Why this is left out", reason, at_most=1_000)
    with desk.permitted(Action.BLACK_OUT) as deed:
        share = _own_share(desk, deed, share_ref, record_id)
        text = record_words(deed.session, [record_id])[0].text
        _replace(deed, share_ref, record_id)
        return _add(desk, deed, share, record_id, text, json.dumps(merged(passages, len(text))), why)


def add_file_to_share(desk: Desk, share_ref: str, file_ref: str, *, shown: Shown, reason: str) -> str:
    """Let pages of a record's file go out with a share, areas on them blacked out; the version's reference.

    It replaces an earlier version, and nothing goes out until somebody else
    has looked at it. A file that was not added stays here.

    Raises:
        NotFound: they have no such share, or they may not read the file's record.
        Conflict: the share was sent or refused already.
        Invalid: the file is of a kind that can't go out, no page is chosen, an area is none, or no reason is given.
    """
    why = words("Why it goes out, and what is left out", reason, at_most=1_000)
    if not 0 < len(shown.pages) <= PAGES_AT_MOST or min(shown.pages) < 0:
        raise Invalid("Pages", f"choose from 1 to {PAGES_AT_MOST}.")
    for page, left, top, right, bottom in shown.areas:
        if page not in shown.pages or not (0 <= left < right <= 1000 and 0 <= top < bottom <= 1000):
            raise Invalid("Area", "it must lie on a page that goes out, and have a width and a height.")
    with desk.permitted(Action.BLACK_OUT) as deed:
        file = deed.session.scalar(_FILE, {"file": file_ref})
        if file is None:
            raise unknown("file", file_ref)
        share = _own_share(desk, deed, share_ref, file.record_id)
        if file.kind not in GOES:
            raise Invalid("File", "only PDF and pictures go out. Put what is needed of it into a record in words.")
        _replace(deed, share_ref, file.record_id, file_ref)
        said = json.dumps({"pages": sorted(set(shown.pages)), "areas": shown.areas})
        return _add(desk, deed, share, file.record_id, file_ref, said, why, file_ref)


def leave_file_out(desk: Desk, share_ref: str, file_ref: str) -> None:
    """Take a file out of a share again.

    Raises:
        NotFound, Conflict: as `add_file_to_share`.
    """
    with desk.permitted(Action.BLACK_OUT) as deed:
        file = deed.session.scalar(_FILE, {"file": file_ref})
        if file is None:
            raise unknown("file", file_ref)
        share = _own_share(desk, deed, share_ref, file.record_id)
        _replace(deed, share_ref, file.record_id, file_ref)
        deed.about(share_ref, share.case_ref)
        deed.note(left_out=file_ref)


def read_again(desk: Desk, ref: str, *, approved: bool, remark: str | None = None, seen: Collection[int] = ()) -> None:
    """Say, as the second reader, that a blacked-out text may go out as it is, or send it back with why.

    `seen` are the pages of a file that they opened, counted from 0: nobody
    agrees to a page that they did not look at.

    Raises:
        NotFound: there is no such version, or they may not read the record.
        Refused: they made it themselves.
        Conflict: it was read already, replaced, or its share is done.
        Invalid: it is sent back without a word why, or a page of it was not opened.
    """
    said = words_or_none("What is to be changed", remark, at_most=2_000)
    if not approved and said is None:
        raise Invalid("What is to be changed", "write it down first.")
    own = False
    with desk.permitted(Action.SECOND_READ) as deed:
        redaction = deed.session.get(Redaction, ref)
        if redaction is None:
            raise unknown("blacked-out text", ref)
        share = deed.session.get_one(InformationShare, redaction.share_ref)
        asked = is_asked(desk, deed.session, redaction, share)
        # They may not know of a share that is about them, or for safety.
        reads = read_barred(desk, deed, redaction.record_id) is None and bool(known(desk, deed.session, [share]))
        if not (reads or asked):
            raise unknown("blacked-out text", ref)
        if asked:
            deed.note(in_turn=True)
        deed.about(ref, redaction.case_ref)
        deed.note(share=share.ref, record=redaction.record_id, approved=approved)
        if desk.actor == redaction.made_by:
            own, deed.decision = True, refusal([Reason.OWN_REVIEW])
        elif redaction.read_at or redaction.replaced_at or share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
            raise Conflict("This version does not wait for a second reader any more.")
        else:
            if approved and redaction.file_ref and (unseen := sorted(set(shown_of(redaction).pages) - set(seen))):
                pages = ", ".join(str(page + 1) for page in unseen)
                raise Invalid("Pages", f"look at each page that goes out first. Not opened yet: {pages}.")
            redaction.read_by, redaction.read_at, redaction.approved = desk.actor, deed.at, approved
            redaction.remark = said
    if own:
        raise Refused(refusal([Reason.OWN_REVIEW]))


def open_prepared(desk: Desk, ref: str) -> PackagedFile:
    """A file of which they are to be the second reader as one of the pool, with what of it is shown; it is on record.

    Raises:
        NotFound: there is none, or it is not their turn.
    """
    with desk.permitted(Action.SECOND_READ) as deed:
        version, _ = version_asked(desk, deed.session, ref)
        if version.file_ref is None:
            raise unknown("second reading", ref)
        deed.about(ref, version.case_ref)
        deed.note(opened=version.file_ref)
        return packaged_file(deed.session, version)


def _replace(deed: Deed, share_ref: str, record_id: str, file_ref: str | None = None) -> None:
    for earlier in deed.session.scalars(_CURRENT, {"share": share_ref, "record": record_id, "file": file_ref}):
        earlier.replaced_at = deed.at


def _add(
    desk: Desk,
    deed: Deed,
    share: InformationShare,
    record_id: str,
    of: str,
    passages: str,
    why: str,
    file_ref: str | None = None,
) -> str:
    redaction = Redaction(
        ref=desk.new_ref("B"),
        share_ref=share.ref,
        record_id=record_id,
        file_ref=file_ref,
        case_ref=deed.session.get_one(Record, record_id).case_ref,
        text_sha256=text_hash(of),
        passages=passages,
        reason=why,
        made_by=str(desk.actor),
        made_at=deed.at,
    )
    deed.add(redaction)
    deed.about(redaction.ref, share.case_ref)
    deed.note(share=share.ref, record=record_id, **({"file": file_ref} if file_ref else {}))
    return redaction.ref


def _own_share(desk: Desk, deed: Deed, share_ref: str, record_id: str) -> InformationShare:
    share = deed.session.get(InformationShare, share_ref)
    if share is None or desk.actor not in (share.asked_by, share.decided_by):
        raise unknown("share", share_ref)
    if record_id not in share.records or read_barred(desk, deed, record_id) is not None:
        raise unknown("record", record_id)
    if share.status in (ShareStatus.SENT, ShareStatus.REFUSED):
        raise Conflict(f"This share is {share.status.value} already.")
    return share
