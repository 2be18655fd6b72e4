"""The verbs by which what is kept survives the worst night: backups and restores, keys, and the inbox."""

from __future__ import annotations

import argparse
import os

from okf.cli.terminal import FAILED, bar, host
from okf.errors import Invalid
from okf.settings import settings


def backup(asked: argparse.Namespace) -> int:
    """Back the database up."""
    from okf.proof.commands.backups import back_up

    here = settings()
    folder, second = asked.folder or here.backup_dir, asked.to or here.backup_to
    if folder is None:
        raise Invalid("DIR", "name the folder for the backup, or set OKF_BACKUP_DIR.")
    if asked.if_due and hasattr(os, "nice"):
        os.nice(10)  # the server's own: whoever works goes before
    with host() as desk, bar("Backing up") as progress:
        made = back_up(desk, here, folder, second, if_due=asked.if_due, progress=progress)
    print("\n".join(made.in_words()) if made else "The last good backup is younger than a day.")
    return 0


def restore(asked: argparse.Namespace) -> int:
    """Put a backup in the database's place."""
    from okf.proof.commands.restore import look_at_present, restore
    from okf.store.backups import read_manifest

    here, manifest = settings(), read_manifest(asked.file)
    present = look_at_present(here, to_new=asked.to_new)
    if present and not asked.go_on:
        print(present.in_words(manifest))
        print("Nothing was changed. To put the backup in its place, and keep that database under another name: --go-on")
        return FAILED
    print("\n".join(restore(asked.file, here, present=present).in_words()))
    return 0


def keys(asked: argparse.Namespace) -> int:
    """Show, check or rotate the keys."""
    return {"rotate": _rotate_keys, "check": _check_keys, "show": _show_keys}[asked.what]()


def _rotate_keys() -> int:
    from okf.people.commands.keys import rotate_master_key
    from okf.store.keyring import archive_of

    with host() as desk, bar("Wrapping the keys anew") as progress:
        count = rotate_master_key(desk, progress)
    file = settings().text_key_file
    print(f"{count:,} data keys are wrapped by a new master key. The old one opens the backups made until now:")
    print(f"it is in the archive, {archive_of(file)}.")
    print(f"Copy {file} and the archive again to where the copies of keys are, apart from the backups.")
    return 0


def _check_keys() -> int:
    from okf.people.queries.keys import check_keys

    with host() as desk, bar("Opening the data keys") as progress:
        found = check_keys(desk, progress)
    print("\n".join(found.in_words()))
    return 0 if found.good else FAILED


def _show_keys() -> int:
    from okf.people.queries.keys import COPIES, key_files, masters_in_use

    print("\n".join(line for file in key_files(settings()) for line in file.in_words()))
    print(COPIES)
    with host() as desk:
        masters = masters_in_use(desk)
    print("\n".join(master.in_words() for master in masters))
    return 0 if all(master.file for master in masters) else FAILED


def inbox(asked: argparse.Namespace) -> int:
    """Take in what waits in the inbox, or read one out of it."""
    from okf.safeguarding.commands import inbox
    from okf.safeguarding.queries.inbox import in_inbox

    with host() as desk:
        inbox.open_inbox(desk, settings().inbox)
        if asked.ref:
            print(inbox.read_out(desk, asked.ref))
            return 0
        print(f"{inbox.take_in(desk)} concerns were taken in.")
        left = in_inbox(desk)
    print("\n".join(f"{ref} waits. {stuck.why if stuck else ''}" for ref, stuck in left.items()) or "None waits.")
    return FAILED if left else 0
