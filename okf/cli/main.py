"""The command line of whoever has the machine: `python -m okf <verb>`.

Each verb imports what it needs itself, so that none waits for the others.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from okf.cli import importing, keeping
from okf.cli.terminal import FAILED, bar, host, how_many, log, opened
from okf.errors import CasebookError, Invalid
from okf.settings import settings
from okf.terms import Capacity, Role

if TYPE_CHECKING:
    from okf.store.audit import Head

MISUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 when all is well, 1 when the answer is no, 2 when it could not be asked so."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.verb(asked) or 0)
    except CasebookError as error:
        print(error, file=sys.stderr)
        return MISUSED if getattr(asked, "strict", False) else FAILED
    except KeyboardInterrupt:
        print("Stopped. Nothing was left half-done.", file=sys.stderr)
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last door: a bug becomes a reference, its trace goes to the log
        reference = log(error)
        told = f"Something went wrong, and it is our fault. Nothing was changed. Reference: {reference}"
        print(told, file=sys.stderr)
        return FAILED


def _migrate(_: argparse.Namespace) -> int:
    with opened(making=True):
        print("The database is up to date.")
    return 0


def _serve(asked: argparse.Namespace) -> int:
    from okf.shell.serving import serve

    settings()  # what is wrong with them is told in a sentence, and not by the server
    serve("app:app", asked.port)
    return 0


def _demo(asked: argparse.Namespace) -> int:
    from okf.demo import seed_demo, sign_ins

    seed_demo(settings(), cases=asked.cases)
    print(sign_ins())
    return 0


def _invite(asked: argparse.Namespace) -> int:
    from okf.people.commands.invitations import invite_again, invite_person

    again = not (asked.name or asked.email or asked.capacity or asked.role or asked.organisation)
    if not again and not (asked.name and asked.email and asked.capacity):
        raise Invalid("invite", "give --name, --email and --capacity; or the username alone, to invite them again.")
    with host(making=True) as desk:
        if again:
            invited = invite_again(desk, asked.username)
        else:
            invited = invite_person(
                desk,
                asked.username,
                name=asked.name,
                email=asked.email,
                roles=[Role(role) for role in asked.role],
                capacity=Capacity(asked.capacity),
                organisation=asked.organisation,
            )
    if invited:
        print(f"Give this address to {asked.name or asked.username}, in person or by a safe channel.")
        print("It works once, for 72 hours:")
        print(invited.address(settings().address))
    return 0


def _reset_second_factor(asked: argparse.Namespace) -> int:
    from okf.people.commands.second_factor import reset_second_factor

    with host() as desk:
        reset_second_factor(desk, asked.username)
    print("Their second factor is taken off; they set up a new one when they next sign in.")
    return 0


def _passwd(asked: argparse.Namespace) -> int:
    from okf.people.commands.accounts import set_password

    password = sys.stdin.readline().rstrip("\r\n")
    with host() as desk:
        set_password(desk, asked.username, password)
    print("The password is changed, and every session of theirs has ended.")
    return 0


def _import(asked: argparse.Namespace) -> int:
    from okf.load.template import write_template

    if asked.template:
        write_template(asked.template)
        print(f"The empty workbook is {asked.template}. Its first sheet says how to fill it in.")
        return 0
    if asked.path is None:
        raise Invalid("PATH", "name the workbook, the folder of CSV files or the YAML file to import.")
    return importing.import_file(asked)


def _why(asked: argparse.Namespace) -> int:
    from okf.proof.queries.why import why

    at = _instant("--at", asked.at)
    with host() as desk:
        explained = why(desk, username=asked.username, action=asked.action, subject=asked.subject, at=at)
    print("\n".join(explained.in_words()))
    return 0 if explained.decision and explained.decision.allowed else FAILED


def _instant(name: str, told: str | None) -> datetime | None:
    if not told:
        return None
    from okf.proof.rehearse.scenarios import instant

    try:
        return instant(told)
    except ValueError as error:
        raise Invalid(name, f"{error}.") from error


def _assure(asked: argparse.Namespace) -> int:
    from okf.proof.papers import assurance_report
    from okf.proof.queries.assurance import assure

    as_at = _instant("--as-at", asked.as_at)
    with host() as desk, bar("Proving the promise") as progress:
        assurance = assure(desk, as_at, against=_heads(asked), progress=lambda _, done: progress(done, 0))
    if asked.pdf:
        asked.pdf.write_bytes(assurance_report(assurance))
    print(json.dumps(assurance.as_json(), indent=1) if asked.json else "\n".join(assurance.in_words()))
    return FAILED if assurance.broken else 0


def _proof(asked: argparse.Namespace) -> int:
    from okf.clock import clock_time, london
    from okf.proof.queries.proof import access_at

    with host() as desk:
        at = _instant("--at", asked.at) or desk.now()
        found = access_at(desk, asked.case, at)
    could = [proof for proof in found if proof.decision.allowed]
    print(f"{len(could)} could open {asked.case} at {london(at):%Y-%m-%d} {clock_time(at)} London time.")
    print("\n".join(proof.in_words() for proof in found))
    return 0


def _rehearse(asked: argparse.Namespace) -> int:
    from okf.proof.rehearse.play import printed, rehearse

    answers = rehearse(asked.files)
    print("\n".join(printed(answers)))
    return 0 if all(answer.ok for answer in answers) else FAILED


def _audit(asked: argparse.Namespace) -> int:
    from okf.store import audit

    with opened() as store, store.reading() as session:
        if asked.what == "head":
            head = audit.head(session)
            print(f"{head.seq} {head.hash}")
            return 0
        total = audit.head(session).seq
        with bar("Reading the audit record") as progress:
            verdict = audit.verify(session, against=_heads(asked), progress=lambda done: progress(done, total))
    print(verdict.in_words())
    return 0 if verdict.whole else FAILED


def _heads(asked: argparse.Namespace) -> list[Head]:
    """Every head kept elsewhere: those given one by one, those of a file and of the file that a setting names."""
    from okf.proof.commands.heads import heads_in, heads_of

    files = [file for file in (asked.heads, settings().head_file) if file]
    return [*heads_of("--head", asked.head or ()), *(head for file in files for head in heads_in(file))]


def _check(asked: argparse.Namespace) -> int:
    from okf.caseload.commands import caseload
    from okf.caseload.queries.recount import check_figures

    with host() as desk:
        caseload.mend_figures(desk) if asked.mend else None
        found = check_figures(desk)
    print("\n".join(found.in_words()))
    return 0 if found.good else FAILED


def _signature(asked: argparse.Namespace) -> int:
    from okf.agreements.queries.certificates import check_certificate

    try:
        content = asked.file.read_bytes()
    except OSError as error:
        raise Invalid("FILE.pdf", f"{asked.file} can't be read.") from error
    with host() as desk:
        verdict = check_certificate(desk, content)
    print("\n".join(verdict.in_words()))
    return 0 if verdict.good else FAILED


def _tidy(_: argparse.Namespace) -> int:
    from okf.cases.commands.handovers import end_lapsed_grants
    from okf.shell.drafts.commands import forget_old_drafts

    with host() as desk:
        ended = end_lapsed_grants(desk)
        forget_old_drafts(desk)
    print(f"{ended} access grants had run out and are ended.")
    return 0


def _mail(_: argparse.Namespace) -> int:
    from okf.agreements.commands.reminders import climb_ladder
    from okf.caseload.commands.digest import queue_digests, send_mails

    with host() as desk:
        print(climb_ladder(desk).in_words())
        if digests := queue_digests(desk):
            print(f"Weekly digests put in the outbox: {digests}.")
        posted = send_mails(desk)
    print(posted.in_words())
    return FAILED if posted.stopped else 0


def _ladder(_: argparse.Namespace) -> int:
    from okf.people.commands.outbox import send_at_once
    from okf.safeguarding.commands.ladder import climb_clocks

    with host() as desk:
        print(climb_clocks(desk).in_words())
        posted = send_at_once(desk)
    print(posted.in_words())
    return FAILED if posted.stopped else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m okf", description="Casebook, on the host's command line.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int], told: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=told, description=told)
        made.set_defaults(verb=run)
        return made

    def heads(made: argparse.ArgumentParser) -> None:
        told = "a head kept elsewhere, as `audit head` printed it; give it once for each"
        made.add_argument("--head", help=told, nargs=2, action="append", metavar=("N", "HASH"))
        made.add_argument("--heads", help="a file of heads kept elsewhere, one a line", type=Path, metavar="FILE")

    verb("migrate", _migrate, "make the database, or bring it up to date")
    serve = verb("serve", _serve, "serve Casebook on this machine")
    serve.add_argument("--port", type=int, default=8501, help="port on this machine (8501)")
    demo = verb("demo", _demo, "make the demo's database and print its sign-ins")
    demo.add_argument("--cases", type=how_many, help="how many cases, up to 1,000,000, for trials")
    invite = verb("invite", _invite, "make an account and print its one-time invitation")
    invite.add_argument("username")
    invite.add_argument("--name", help="left out with all the others: invite somebody again")
    invite.add_argument("--email")
    invite.add_argument("--role", action="append", default=[], choices=list(Role), help="give it once for each role")
    invite.add_argument("--capacity", choices=list(Capacity))
    invite.add_argument("--organisation", help="an allied partner's organisation")
    verb("passwd", _passwd, "set a password, read from standard input").add_argument("username")
    verb("reset-second-factor", _reset_second_factor, "take off somebody's second factor").add_argument("username")
    load = verb("import", _import, "take in a caseload: a workbook, a folder of CSV files or YAML")
    directory = verb("directory", importing.directory, "take in local authorities: whom concerns are referred to")
    for made in (load, directory):
        made.add_argument("path", nargs="?", type=Path)
        made.add_argument("--dry-run", action="store_true", help="check, count and show each change, write nothing")
        made.add_argument(
            "--dates", choices=("day-first", "month-first"), help="where the file's dates leave that open"
        )
        made.add_argument("--leave-out", action="store_true", help="leave out the sheets and columns that nobody knows")
        made.add_argument("--template", type=Path, metavar="FILE.xlsx", help="write the empty workbook instead")
    when = load.add_mutually_exclusive_group()
    when.add_argument("--now", action="store_true", help="write a large one by day too; nobody else saves meanwhile")
    when.add_argument("--tonight", action="store_true", help="keep it, for Casebook to import in the coming night")
    told = "list the files that wait for the night, and what came of them; or import or call off"
    night = verb("night", importing.night, told)
    night.add_argument("what", nargs="?", choices=["show", "import", "call-off"], default="show")
    night.add_argument("ref", nargs="?", metavar="REFERENCE", help="the file to call off")
    why = verb("why", _why, "say in plain words what somebody may do, and why")
    why.add_argument("username")
    why.add_argument("action", help="read, list, add, change, export, grant, raise_concern ...")
    why.add_argument("subject", help="a case, record or concern by its reference, or caseload, or concerns")
    why.add_argument("--at", help="an instant, London time: 2026-11-23T10:00")
    promise = verb("assure", _assure, "prove the whole promise; 1 when it is broken")
    promise.add_argument("--json", action="store_true", help="print plain values")
    promise.add_argument("--as-at", metavar="TIME", help="ask of an earlier instant, London time")
    promise.add_argument("--pdf", type=Path, metavar="FILE", help="write the trustees' paper too")
    heads(promise)
    proof = verb("proof", _proof, "say who could open a case at an instant, by which grant and signature")
    proof.add_argument("case")
    proof.add_argument("--at", help="an instant, London time: 2026-11-23T10:00; now, if left out")
    rehearse = verb("rehearse", _rehearse, "play rehearsals and compare the answers")
    rehearse.add_argument("files", nargs="+", type=Path, metavar="FILE")
    rehearse.set_defaults(strict=True)
    record = verb("audit", _audit, "verify the audit record, or print its head")
    record.add_argument("what", choices=["verify", "head"])
    heads(record)
    back = verb(
        "restore", keeping.restore, "put a backup in the database's place, and shut the doors until two have signed"
    )
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--to-new", action="store_true", help="on a new machine: refuse where a database is already")
    back.add_argument("--go-on", action="store_true", help="replace the present database, and keep it beside")
    check = verb("check", _check, "recount the caseload's figures; 1 when one differs from the facts")
    check.add_argument("--mend", action="store_true", help="write them anew first")
    signature = verb("signature", _signature, "check a certificate of a signature; 1 when it is not good")
    signature.add_argument("what", choices=["verify"])
    signature.add_argument("file", type=Path, metavar="FILE.pdf")
    verb("mail", _mail, "remind whoever has something to sign, and send the mails that wait")
    verb("ladder", _ladder, "tell whoever is due to hear that a clock of a concern runs out, and send what can't wait")
    backup = verb("backup", keeping.backup, "back the database up while everybody works, and open the backup again")
    backup.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="OKF_BACKUP_DIR, if left out")
    backup.add_argument("--to", type=Path, metavar="SECOND", help="copy it to a second folder too (OKF_BACKUP_TO)")
    backup.add_argument("--if-due", action="store_true", help="only if the last good one is a day old")
    keys = verb("keys", keeping.keys, "show the key files, open every data key, or change the master key")
    keys.add_argument("what", choices=["show", "check", "rotate"])
    inbox = verb(
        "inbox", keeping.inbox, "take in the concerns that the database could not take; 1 when one still waits"
    )
    inbox.add_argument("ref", nargs="?", help="read out one that can't be taken in, for a safeguarding lead")
    verb("tidy", _tidy, "end the access grants and the drafts that have run out")
    return parser
