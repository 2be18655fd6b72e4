"""What the shell is given of the nouns: sessions, the sign-in, the banner, and what is done without anybody asking."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from okf.agreements.commands.partners import resume_partners, warn_of_lapses
from okf.agreements.commands.reminders import climb_ladder
from okf.caseload.commands.digest import queue_digests, send_mails
from okf.cases.commands.handovers import end_lapsed_grants
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.intake.commands.matching import keep_match_keys
from okf.load.waiting import begin_night_imports
from okf.people.commands.leaving import end_leavers
from okf.people.commands.outbox import send_at_once
from okf.people.commands.sessions import end_session, note_seen
from okf.people.queries.doors import doors_closed
from okf.people.queries.sessions import live_session, session_of_cookie
from okf.people.views.sign_in import sign_in
from okf.proof.commands.backups import begin_daily_backup
from okf.proof.commands.clock import watch_clock
from okf.proof.commands.heads import keep_head_elsewhere
from okf.proof.commands.ledger import settle_ledger, settle_what_is_in_doubt
from okf.proof.queries.assurance.texts import changed_texts
from okf.safeguarding.commands.inbox import open_inbox, take_in, try_stuck_again
from okf.safeguarding.commands.ladder import climb_clocks
from okf.safeguarding.queries.directory import remember_directory
from okf.safeguarding.queries.last_known import remember_leads
from okf.safeguarding.views.alarm import banner
from okf.safeguarding.views.on_duty import whom_to_ring
from okf.search.views.found import found
from okf.settings import Settings
from okf.shell.app_context import Parts
from okf.shell.drafts.commands import forget_old_drafts
from okf.today.queries.pending import waiting_by_page

PARTS: Final = Parts(
    session_of_cookie=session_of_cookie,
    live_session=live_session,
    note_seen=note_seen,
    end_session=end_session,
    sign_in=sign_in,
    banner=banner,
    whom_to_ring=whom_to_ring,
    found=found,
    waiting=waiting_by_page,
    doors_closed=doors_closed,
    changed_texts=changed_texts,
    at_start=(keep_match_keys,),  # all on file can be found, also those of long ago
    each_hour=(
        settle_ledger,
        remember_leads,
        remember_directory,
        try_stuck_again,
        end_leavers,
        end_lapsed_grants,
        resume_partners,
        warn_of_lapses,
        forget_old_drafts,
        climb_ladder,
        queue_digests,
        send_mails,
        keep_head_elsewhere,
        begin_daily_backup,
        begin_night_imports,
    ),
    at_once=(
        watch_clock,
        settle_what_is_in_doubt,
        take_in,
        climb_clocks,
        send_at_once,
    ),  # what was taken in is mailed at once
)


def make_ready(host: Desk, here: Settings) -> None:
    """What a server does before anybody can sign in."""
    with suppress(StoreUnavailable):  # a full disk: concerns can be raised, cases can't be opened; then within seconds
        settle_what_is_in_doubt(host)
    open_inbox(host, here.inbox)
