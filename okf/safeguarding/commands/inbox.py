"""Raising a concern always works: what the database can't take goes to the inbox, and is taken in when it can (C9)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.desk import Desk
from okf.errors import CasebookError, NotFound, StoreUnavailable, Unsealed, log_bug
from okf.file_check import Upload, checked_file
from okf.match.mentions import roles_mentioned
from okf.people.commands.mail_texts import words_of
from okf.people.commands.smtp import NoServer, connection_to, message
from okf.people.queries.meant import in_doubt, readers_at, readers_in_words
from okf.people.queries.workers import leads_at
from okf.policy.chasing import MailKind
from okf.policy.facts import PolicySettings
from okf.safeguarding.commands.about import find_about, known_worker, readers_meant
from okf.safeguarding.commands.chronology import NARRATIVE, Happened, NewMark, NewVoice, Parts, when_it_happened
from okf.safeguarding.commands.concerns import Delayed, put_report
from okf.safeguarding.commands.reports import Report
from okf.safeguarding.queries.last_known import leads_last_known
from okf.settings import settings
from okf.shell.drafts.commands import forget_draft
from okf.shell.drafts.queries import CONCERN
from okf.store.inbox import SCOPE, Inbox, Stuck, inbox_at
from okf.store.models import Concern, DataKey
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Role, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import ConcernCategory, VoiceHow
from okf.validation import words

SECONDS: Final = 4.0  # that a reporter, and whoever takes in, waits for another writer
MAILED_AFTER: Final = 3  # rounds of the server without a database: about half a minute
_LENGTH: Final = 8
_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_RAISED_AT = select(Concern.raised_at).where(Concern.ref == bindparam("ref"), Concern.raised_by == bindparam("by"))
_KEY = select(DataKey.id).where(DataKey.scope == SCOPE)


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern that is safe; `waits` says why it is in the inbox and not on record yet, if it is.

    `quiet`: somebody who works here may be meant, so that nobody is to be rung who may be the one.
    """

    ref: str
    at: datetime
    waits: str | None = None
    quiet: bool = False


class NotKept(CasebookError):
    """Neither the database nor the inbox could take the words: nothing of them is kept."""


def open_inbox(desk: Desk, folder: Path) -> None:
    """Let what can't wait for the database go to this folder from now on; its key is made once, on the host's desk.

    Raises:
        Misconfigured: the folder can't be written.
    """
    with desk.reading() as session:
        made = session.scalar(_KEY) is not None
        key = desk.store.keyring.cipher(session, SCOPE) if made else None
    if key is None:
        with desk.permitted(Action.KEEP_INBOX) as deed:
            key = desk.store.keyring.cipher(deed.session, SCOPE)
            deed.note(did="made the inbox's key")
    desk.store.inbox = inbox_at(folder, key)


def raise_or_keep(desk: Desk, report: Report, turn: str | None = None) -> Raised:
    """Put a report on record as `raise_concern` does; in the inbox where the database can't take it soon.

    The same report of the same `turn` of a form, such as by a second press or
    from a second window, is one concern.

    Raises:
        Invalid: as `raise_concern`.
        Refused: the account is not active.
        NotKept: the inbox can't take it either.
    """
    ref = desk.new_ref("K") if turn is None else desk.ref_of("K", turn.encode(), *_packed(desk, report, _ANY_TIME))
    at, quiet, inbox = desk.now(), means_a_worker(desk, report), desk.store.inbox
    if before := _raised_before(desk, ref):
        return Raised(ref, before, quiet=quiet)
    try:
        put_report(desk.in_haste(SECONDS), report, ref)
    except StoreUnavailable as unavailable:
        if inbox is None:
            raise
        why = unavailable.trouble.why
    except CasebookError:
        raise
    except Exception as bug:
        if inbox is None:
            raise
        why = f"Something went wrong in it, and it is our fault ({log_bug(bug)})."
    else:
        return Raised(ref, at, quiet=quiet)
    _look_over(report, at)
    try:
        inbox.put(ref, _packed(desk, report, at))
    except OSError as error:
        raise NotKept(
            "Nothing was kept: Casebook could write neither to its database nor to its inbox. What you typed is still"
            " in this form; leave it open, and try again. Do not wait for it: ring a safeguarding lead whom it is not"
            f" about now and read it to them, and tell whoever runs Casebook this reference: {log_bug(error)}."
        ) from error
    return Raised(ref, at, why, quiet)


def _raised_before(desk: Desk, ref: str) -> datetime | None:
    with suppress(StoreUnavailable), desk.reading() as session:
        return session.scalar(_RAISED_AT, {"ref": ref, "by": desk.actor})
    return None


def means_a_worker(desk: Desk, report: Report) -> bool:
    """Whether it is said to be about a worker, by their role too, or names in its words one of those who would be rung.

    By the names that everybody here is told, so that the answer tells nothing.
    """
    named: Sequence[tuple[str, str]] = [(lead.username, lead.name_folded) for lead in leads_last_known()]
    with suppress(StoreUnavailable), desk.reading() as session:
        named = leads_at(session, desk.now(), FOR_SAFETY)
    said = report.worker_meant or roles_mentioned(report.about)
    return bool(said or readers_in_words(report.written, named) - {desk.actor})


def take_in(desk: Desk) -> int:
    """Put on record what waits in the inbox, as whoever raised it; how many.

    What can't be taken in stays, and is told to the leads; it is tried again
    by `try_stuck_again`. Where there is no database, the leads are mailed that
    something waits, as soon as it has waited for half a minute.
    """
    inbox, taken = desk.store.inbox, 0
    if inbox is None:
        return taken
    for ref in inbox.names():
        if ref in inbox.stuck:
            continue
        try:
            why = _take_in(desk, inbox, ref)
        except StoreUnavailable:
            _wait(desk, inbox)
            break
        except CasebookError as refused:
            why = str(refused)
        except Unsealed:
            why = "The file was changed from outside, or is none of Casebook's."
        except Exception as bug:  # noqa: BLE001 - one that breaks us must not keep the others waiting
            why = f"Something went wrong, and it is our fault: {log_bug(bug)}."
        if why is None:
            taken += 1
        else:
            inbox.stuck[ref] = _stuck(desk, inbox, ref, why)
    return taken


def try_stuck_again(desk: Desk) -> None:
    """Have what could not be taken in tried once more."""
    if desk.store.inbox is not None:
        desk.store.inbox.stuck.clear()


def read_out(desk: Desk, ref: str) -> str:
    """On the host: the words of what can't be taken in, to be handed to a safeguarding lead; on the audit record.

    Raises:
        NotFound: nothing of this reference waits, or it can't be opened.
    """
    inbox = desk.store.inbox
    with desk.permitted(Action.KEEP_INBOX) as deed:
        if inbox is None or ref not in inbox.names():
            raise NotFound(f"Nothing of the reference {ref!r} waits in the inbox.")
        try:
            by, _, at, report = _unpacked(inbox.read(deed.session, ref))
        except Unsealed as error:
            raise NotFound(f"What waits under {ref} was changed from outside, and can't be read by anyone.") from error
        deed.about(ref)
        deed.note(did="read a concern of the inbox out")
    told = {"raised by": by, "raised at": at.isoformat(), "severity": report.severity, **report.in_columns()}
    lines = [f"{name}: {value}" for name, value in told.items() if value]
    lines += [f"mark: {mark}" for mark in report.parts.marks]
    lines += [f"the child's voice: {report.parts.voice.words}"] if report.parts.voice else []
    return "\n".join([*lines, *(f"file: {file.name}" for file in report.parts.files)])


def _take_in(desk: Desk, inbox: Inbox, ref: str) -> str | None:
    """Put one on record and let its file go, even if a kill came between the two; why not, if it stays."""
    with desk.reading() as session:
        there = session.get(Concern, ref) is not None
        content = b"" if there else inbox.read(session, ref)
    if not there:
        by, session_id, at, report = _unpacked(content)
        reporter = Desk(desk.store, by, now=desk.now, session_id=session_id, patience=SECONDS)
        try:
            decision = reporter.decide(Action.RAISE_CONCERN)  # asked first: a refusal each time would fill the record
        except NotFound:
            return "Whoever raised it is no longer on file."
        if not decision.allowed:
            return decision.in_words()
        put_report(reporter, report, ref, Delayed(at, inbox.mailed.get(ref, ())))
        with suppress(CasebookError):
            forget_draft(reporter, CONCERN, kept_until=at)
    inbox.remove(ref)
    return None


def _look_over(report: Report, at: datetime) -> None:
    """Refuse what the concern would be refused for, as far as that can be said without the database."""
    report.in_columns()
    when_it_happened(report.seen, at)
    if report.parts.voice is not None:
        words("The child's voice", report.parts.voice.words, at_most=NARRATIVE)
    for upload in report.parts.files:
        checked_file(upload, megabytes=PolicySettings().file_megabytes)


def _stuck(desk: Desk, inbox: Inbox, ref: str, why: str) -> Stuck:
    """That it could not be taken in; none whom it may mean hears of it, and of what would be sealed the leads alone."""
    try:
        with desk.reading() as session:
            by, _, _, report = _unpacked(inbox.read(session, ref))
            meant = {*find_about(session, report.about, None, worker_meant=report.worker_meant).workers}
            meant |= {*known_worker(session, report.worker)}
            by_role = report.written if meant or report.worker_meant else report.about
            readers = readers_at(session, desk.now())
            if report.about_a_lead:
                meant |= readers.of(SAFEGUARDING_LEADS) - {by}
            meant |= in_doubt(readers, report.written, by_role=by_role, known_to=[by], barred=meant)
            return Stuck(why, frozenset(meant), sealed=bool(meant) or report.worker_meant)
    except Exception as error:  # noqa: BLE001 - what can't be read may mean anybody
        log_bug(error)
        return Stuck(why, sealed=True)


def _wait(desk: Desk, inbox: Inbox) -> None:
    """Count a round without a database, and mail the leads of what has waited for some of them."""
    here = settings()
    for ref in inbox.names():
        inbox.waited[ref] = inbox.waited.get(ref, 0) + 1
        if here.mail is None or inbox.waited[ref] < MAILED_AFTER or ref in inbox.mailed:
            continue
        not_told = _not_told(inbox, ref)
        to = {lead.username: lead.email for lead in leads_last_known() if lead.email and lead.username not in not_told}
        subject, text = words_of(MailKind.CONCERN_WAITS, here.address)
        sender = here.mail.sender
        try:
            with connection_to(here.mail) as connection:
                for address in to.values():
                    key = f"<{uuid.uuid4()}@{sender.rpartition('@')[2]}>"
                    mail = message(sender=sender, to=address, message_id=key, at=desk.now(), subject=subject, text=text)
                    connection.hand_over(address, mail)
        except NoServer:
            continue  # tried again in the next round
        inbox.mailed[ref] = tuple(to)


def _not_told(inbox: Inbox, ref: str) -> frozenset[str]:
    """Whom it may be about, and whoever raised it, as far as that can be said without the database."""
    leads = leads_last_known()
    try:
        by, _, _, report = _unpacked(inbox.read(None, ref))
    except (Unsealed, OSError, ValueError):
        return frozenset(lead.username for lead in leads)
    if report.about_a_lead:
        return frozenset(lead.username for lead in leads)
    named = [(lead.username, lead.name_folded) for lead in leads]
    meant = readers_meant(report.about, named, worker_meant=report.worker_meant)
    roles = roles_mentioned(report.written if meant or report.worker_meant else report.about)
    meant |= {one.username for one in leads if (Role.DSL if one.duty.is_first else Role.DEPUTY_DSL) in roles}
    return meant | readers_in_words(report.written, named) | {by, *filter(None, [report.worker])}


# How a report lies in its file: the length of its head, the head as JSON, and the files that were handed in with it.


def _packed(desk: Desk, report: Report, at: datetime) -> Sequence[bytes]:
    files = report.parts.files
    told = {
        "by": desk.actor,
        "session": desk.session_id,
        "at": at,
        "files": [[file.name, len(file.content)] for file in files],
        "report": asdict(replace(report, parts=replace(report.parts, files=()))),
    }
    head = json.dumps(told, default=lambda when: when.isoformat()).encode()
    return [len(head).to_bytes(_LENGTH, "big"), head, *(file.content for file in files)]


def _unpacked(content: bytes) -> tuple[str, str | None, datetime, Report]:
    """Who raised it, in which session, when, and what."""
    begins = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    head = json.loads(content[_LENGTH:begins])
    files = []
    for name, size in head["files"]:
        files.append(Upload(name, content[begins : begins + size]))
        begins += size
    told = head["report"]
    parts, seen, category = told["parts"], told["seen"], told["category"]
    told["severity"] = Severity(told["severity"])
    told["category"] = category and ConcernCategory(category)
    told["seen"] = Happened(
        seen["on"] and date.fromisoformat(seen["on"]),
        seen["at"] and time.fromisoformat(seen["at"]),
        seen["late_because"],
    )
    told["parts"] = Parts(
        tuple(_mark(mark) for mark in parts["marks"]),
        parts["voice"] and NewVoice(VoiceHow(parts["voice"]["how"]), parts["voice"]["words"]),
        tuple(files),
    )
    return head["by"], head["session"], datetime.fromisoformat(head["at"]), Report(**told)


def _mark(told: dict[str, Any]) -> NewMark:
    kinds = {"side": BodySide, "region": BodyRegion, "kind": MarkKind}
    return NewMark(**told | {name: kind(told[name]) for name, kind in kinds.items()})
