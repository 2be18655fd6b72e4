"""What went out with a share, opened again: who looks at it goes on record."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from okf.desk import Desk
from okf.errors import Conflict, unknown
from okf.sharing.commands.shares import found_share
from okf.sharing.queries.lists import known, may_open
from okf.store.models import SharePackage
from okf.store.sealing import open_bytes
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """The bytes that went out, of which kind, and their hash."""

    content: bytes
    media_type: str
    sha256: str


def open_package(desk: Desk, share_ref: str) -> OpenedPackage:
    """The very bytes that went out with a share, for whoever may read all that is in it.

    Without a record in it, it is for whoever asked and for whoever may look at it again.

    Raises:
        NotFound: there is none that they may open.
        Conflict: it is not what was sent.
    """
    with desk.permitted(Action.OPEN_PACKAGE) as deed:
        share, package = found_share(deed, share_ref), deed.session.get(SharePackage, share_ref)
        told_of = known(desk, deed.session, [share])
        if package is None or not told_of or not may_open(desk, deed.session, told_of[0]):
            raise unknown("share", share_ref)
        content = open_bytes(deed.session, package.content)
        if sha256(content).hexdigest() != package.sha256:
            raise Conflict("This is not what was sent. Tell the data protection lead.")
        deed.about(share_ref, share.case_ref)
        deed.note(sha256=package.sha256)
    return OpenedPackage(content, package.media_type, package.sha256)
