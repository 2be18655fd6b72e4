"""The second factor: set up, renewed and taken off by its owner; reset by the host.

Each ends every other way in: whoever came in as its owner before is out.
"""

from __future__ import annotations

from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.people.commands import codes, sessions
from okf.people.commands.outbox import tell_of_change
from okf.people.commands.proofs import require_own_code, require_own_password
from okf.settings import settings
from okf.store.models import Credential
from okf.terms import Action


def begin_second_factor(desk: Desk, password: str) -> codes.Enrolment:
    """A secret for one's own second factor, which counts once a code confirms it.

    Raises:
        Invalid: the password is wrong, or there is a second factor already: it is taken off first.
    """
    require_own_password(desk, password)
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=desk.actor) as deed:
        if deed.session.get_one(Credential, desk.actor).totp_confirmed_at:
            raise Invalid("Second factor", "it is set up already. Remove it first, with a code of it.")
        deed.note(did="second factor begun")
        return codes.begin(deed.session, str(desk.actor))


def confirm_second_factor(desk: Desk, code: str) -> list[str]:
    """Switch one's own second factor on; ten recovery codes, shown this once.

    Raises:
        Invalid: the code is not the present one.
    """
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=desk.actor) as deed:
        made = codes.confirm(deed.session, str(desk.actor), code, desk.machine())
        if made is None:
            raise Invalid("Code", "it is not the one that the app shows now. Wait for the next one and try again.")
        deed.note(did="second factor set up", sessions_ended=_end_the_others(deed, desk))
        return made


def renew_recovery_codes(desk: Desk, code: str) -> list[str]:
    """Ten new recovery codes in place of the old, against a code; shown this once.

    Raises:
        Invalid: the code is not right.
    """
    require_own_code(desk, code)
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=desk.actor) as deed:
        deed.note(did="recovery codes renewed", sessions_ended=_end_the_others(deed, desk))
        return codes.new_codes(deed.session, str(desk.actor))


def remove_second_factor(desk: Desk, code: str) -> None:
    """Take one's own second factor off, against a code of it.

    Where it is required, the next sign-in asks to set up a new one.

    Raises:
        Invalid: the code is not right.
    """
    require_own_code(desk, code)
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT, about=desk.actor) as deed:
        codes.clear(deed.session, str(desk.actor))
        ended = _end_the_others(deed, desk)
        deed.note(did="second factor taken off", required=settings().second_factor, sessions_ended=ended)


def reset_second_factor(desk: Desk, username: str) -> None:
    """Take somebody's second factor off from the host, when app and recovery codes are lost; their sessions end.

    From the host alone: an administrator who could do this and send an
    invitation could become anybody.

    Raises:
        Invalid: this is not the host's command line, or there is no such account.
    """
    if not desk.is_host:
        raise Invalid("Second factor", "somebody else's is taken off from the host only.")
    with desk.permitted(Action.MANAGE_ACCOUNTS) as deed:
        if deed.session.get(Credential, username) is None:
            raise Invalid("Username", f"nobody called {username} has a password yet.")
        codes.clear(deed.session, username)
        tell_of_change(deed, desk, [username])
        ended = sessions.end_all_ways_in(deed.session, username, deed.at, by=str(desk.actor))
        deed.about(username)
        deed.note(did="second factor reset", sessions_ended=ended)


def _end_the_others(deed: Deed, desk: Desk) -> int:
    username = str(desk.actor)
    return sessions.end_all_ways_in(deed.session, username, deed.at, by=username, but=desk.session_id)
