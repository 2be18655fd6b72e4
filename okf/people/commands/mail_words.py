"""The words of Casebook's mails: no case, no family, nothing of anybody's work."""

from __future__ import annotations

from okf.policy.chasing import MailKind
from okf.policy.clauses import Clause

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

_AT_ONCE = """\
Hello,

A concern of severity immediate waits in Casebook. Please sign in and read it now:

{address}/concerns

This message says no more on purpose. Nobody reads what is answered to it.
If you can't sign in now, ring another safeguarding lead. In an emergency call 999.
"""

_WAITS = """\
Hello,

A concern waits for you in Casebook. Please sign in and read it today:

{address}/

This message says no more on purpose. Speak to nobody about it before you have read it, and nobody reads what is
answered to it. In an emergency call 999.
"""

_SUBJECTS = {
    MailKind.SOMETHING_TO_SIGN: "Casebook: something waits for your signature",
    MailKind.DUTY_AFTER_LEAVING: "Your duty of confidentiality continues",
    MailKind.CONCERN_WAITS: "A concern waits for you: sign in to Casebook",
    MailKind.CONCERN_AT_ONCE: "A concern of severity immediate waits: sign in to Casebook",
}


def words_of(kind: MailKind, address: str) -> tuple[str, str]:
    """The subject and the text of a kind of mail; `address` is where Casebook is opened."""
    if kind is MailKind.CONCERN_WAITS:
        return _SUBJECTS[kind], _WAITS.format(address=address)
    if kind is MailKind.CONCERN_AT_ONCE:
        return _SUBJECTS[kind], _AT_ONCE.format(address=address)
    if kind is MailKind.SOMETHING_TO_SIGN:
        return _SUBJECTS[kind], _SIGN.format(address=address)
    return _SUBJECTS[kind], _LEAVING.format(clause=Clause.C15.text)
