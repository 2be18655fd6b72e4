"""The master key of texts and files, changed while Casebook runs."""

from __future__ import annotations

from collections.abc import Callable

from okf.desk import Desk
from okf.store.resealing import rewrap, settle
from okf.terms import Action


def rotate_master_key(desk: Desk, progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Wrap every data key by a new master key and forget the old one; how many data keys there are.

    No text is written anew. A fault in between leaves the key file with both keys, and the next rotation puts it
    right. For the host alone; a running Casebook reads the new key file by itself.

    Raises:
        Refused: on a page, for everyone.
    """
    with desk.permitted(Action.ROTATE_KEYS) as deed:
        count = rewrap(deed.session, desk.store.keyring, progress)
        deed.note(did="master key rotated", data_keys=count)
    settle(desk.store.keyring)
    return count
