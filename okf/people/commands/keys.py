"""The master key of texts and files, changed while Casebook runs."""

from __future__ import annotations

from collections.abc import Callable

from okf.desk import Desk
from okf.store.resealing import rewrap, settle
from okf.terms import Action


def rotate_master_key(desk: Desk, progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Wrap every data key by a new master key and archive the old one; how many data keys there are.

    No text is written anew. A fault in between leaves the key file with both keys, and the next rotation puts it
    right; of two at once the second waits. For the host alone; a running Casebook reads the new key file by itself.

    Raises:
        Refused: on a page, for everyone.
        Misconfigured: a key that the database names is not here, or a file can't be written.
    """
    ring = desk.store.keyring
    with ring.changing():
        with desk.permitted(Action.ROTATE_KEYS) as deed:
            count = rewrap(deed.session, ring, progress)
            deed.note(did="master key rotated", data_keys=count)
        with desk.reading() as session:
            settle(session, ring)
    return count
