"""The words of the mails that always say the same; none names a case or a family."""

from __future__ import annotations

from typing import Final

from okf.policy.chasing import MailKind
from okf.policy.clauses import Clause

Words = tuple[str, str]  # a subject and a text

_SIGN = """\
Hello,

Something in Casebook waits for your signature. Please sign in and read it:

{address}/my_agreements

This message says no more on purpose. Nobody reads what is answered to it.
If you can't sign in, ask an administrator for a new invitation.
"""
_LEAVING = """\
Hello,

Your work with Our Kids First has ended, and your account in Casebook is switched off. Thank you for what you did.

Your duty of confidentiality has not ended. You signed an agreement, and the promise behind it says:

"{clause}"

So please go on keeping to yourself whatever you learnt, and give back or destroy whatever you still hold of it:
papers, messages, files, photographs. If somebody asks you about it, or if you are worried about somebody's safety,
call us on 020 3951 8496. In an emergency call 999.

Nobody reads what is answered to this message.
"""
_CONCERN_AT_ONCE = """\
Hello,

An urgent concern waits in Casebook. Please sign in and read it now:

{address}/concerns

This message says no more on purpose. Nobody reads what is answered to it.
If you can't sign in now, ring another safeguarding lead. In an emergency call 999.
"""
_CONCERN_WAITS = """\
Hello,

A concern waits for you in Casebook. Please sign in and read it today:

{address}/

This message says no more on purpose. Speak to nobody about it before you have read it, and nobody reads what is
answered to it. In an emergency call 999.
"""
_CLOCK_RUNS_OUT = """\
Hello,

Something of safeguarding in Casebook is due soon. {taken}Please sign in and see to it:

{address}/

This message says no more on purpose. Nobody reads what is answered to it. In an emergency call 999.
"""
_CLOCK_IS_PAST = """\
Hello,

Something of safeguarding in Casebook is past its time. {taken}Please sign in and see to it now, or ring
whoever is on duty:

{address}/on_duty

This message says no more on purpose. Nobody reads what is answered to it. In an emergency call 999.
"""
_NOBODY_ACTS = """\
Hello,

Something of safeguarding in Casebook is past its time, or nobody who leads on safeguarding is on duty for it.
{taken}As the safeguarding trustee, please ring the lead or a deputy now, and ask that one of them signs in and
sees to it. Who they are, and whom else to ring:

{address}/on_duty

This message says no more on purpose, and opens nothing more to you than before. Nobody reads what is answered to it.
In an emergency call 999.
"""
_INVITATION = """\
Hello,

You are invited to Casebook, or invited anew. Open this address and set your own password; it works once, within 72
hours, and every sign-in of yours that was open has ended:

{link}

Give this address to nobody. Nobody at Our Kids First will ever ask you for it.
If you had a password and did not ask for a new invitation, tell the data protection lead at once, by telephone.

Nobody reads what is answered to this message.
"""
_SIGN_IN_CHANGED = """\
Hello,

Something by which you sign in to Casebook was changed by somebody else: your e-mail address, your password or your
second factor was set anew, or a new invitation was made for you.

If you asked for it, there is nothing to do. If you did not, tell the data protection lead at once, by telephone.

Nobody reads what is answered to this message.
"""
_CASE_WITHOUT_LEAD = """\
Hello,

A family has lost its caseworker. Please sign in and see who waits for one:

{address}/cases?unallocated=true

This message says no more on purpose. Nobody reads what is answered to it.
"""
_RECORD_WAITS = """\
Hello,

Something in Casebook waits for you today. Please sign in and look at Today:

{address}/

This message says no more on purpose. Nobody reads what is answered to it.
"""
_DRAFT_GOES = """\
Hello,

Something that you began to write in Casebook and did not hand in is deleted a day from now. If it should be kept,
please sign in and save it:

{address}/left_drafts

This message says no more on purpose. Nobody reads what is answered to it.
"""
_PARTNER_LAPSES = """\
Hello,

The agreement between a partner organisation and Our Kids First soon ends. Unless it is renewed before, its people's
access in Casebook stops on that day. If you are one of them, ask whoever signs for your organisation, or a manager,
about it. If you are a manager, please sign in and see whose it is:

{address}/partners

This message says no more on purpose. Nobody reads what is answered to it.
"""
_MAILS: Final = {
    MailKind.DRAFT_GOES: ("Casebook: something that you began goes in a day", _DRAFT_GOES),
    MailKind.SOMETHING_TO_SIGN: ("Casebook: something waits for your signature", _SIGN),
    MailKind.DUTY_AFTER_LEAVING: ("Your duty of confidentiality continues", _LEAVING),
    MailKind.CONCERN_WAITS: ("A concern waits for you: sign in to Casebook", _CONCERN_WAITS),
    MailKind.CLOCK_RUNS_OUT: ("Casebook: something of safeguarding is due soon", _CLOCK_RUNS_OUT),
    MailKind.CLOCK_IS_PAST: ("Casebook: something of safeguarding is past its time", _CLOCK_IS_PAST),
    MailKind.NOBODY_ACTS: ("Casebook: safeguarding needs you to ring somebody", _NOBODY_ACTS),
    MailKind.INVITATION: ("Your invitation to Casebook", _INVITATION),
    MailKind.SIGN_IN_CHANGED: ("Casebook: your sign-in was changed", _SIGN_IN_CHANGED),
    MailKind.CASE_WITHOUT_LEAD: ("Casebook: a family is without its caseworker", _CASE_WITHOUT_LEAD),
    MailKind.RECORD_WAITS: ("Casebook: something waits for you today", _RECORD_WAITS),
    MailKind.PARTNER_LAPSES: ("Casebook: a partner organisation's agreement soon ends", _PARTNER_LAPSES),
    MailKind.CONCERN_AT_ONCE: ("An urgent concern waits: sign in to Casebook", _CONCERN_AT_ONCE),
}


def words_of(kind: MailKind, address: str, link: str = "", *, taken_up: bool = False) -> Words:
    """The subject and the text of a kind of mail; `address` is where Casebook is opened, `link` an invitation.

    `taken_up` says that somebody has what it is about in hand.
    """
    subject, text = _MAILS[kind]
    taken = "Somebody has taken it up, and has not ended it. " if taken_up else ""
    return subject, text.format(address=address, clause=Clause.C15.text, link=link, taken=taken)
