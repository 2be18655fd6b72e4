"""The verbs by which a caseload comes from files, now or in the night, and the directory of authorities."""

from __future__ import annotations

import argparse

from okf.cli.terminal import FAILED, bar, host
from okf.errors import Invalid


def import_file(asked: argparse.Namespace) -> int:
    """Import what is at a path, show what it would change, or keep it for the night."""
    from okf.dates import Order
    from okf.load.answers import Answers
    from okf.load.files import files_at, read_files
    from okf.load.importing import import_caseload
    from okf.load.night import WHEN, is_night
    from okf.load.waiting import import_tonight
    from okf.policy.words import day

    files = files_at(asked.path)
    tables = read_files(files)
    answers = Answers(Order(asked.dates) if asked.dates else None, asked.leave_out)
    with host(making=True) as desk, bar("Importing") as progress:
        waits = asked.tonight and not asked.dry_run and not is_night(desk.now())
        more = {"dry_run": asked.dry_run or waits, "by_day": asked.now}
        outcome = import_caseload(desk, tables, answers, **more, progress=progress)
        kept = import_tonight(desk, files, answers, outcome) if waits and outcome.is_wanted else None
    print("\n".join(outcome.in_words()))
    if kept:
        print(f"The file is kept, encrypted, as {kept.ref}. Casebook's server imports it {WHEN} of {day(kept.night)},")
        print("if it runs then. What came of it: python -m okf night")
    return FAILED if outcome.faults else 0


def night(asked: argparse.Namespace) -> int:
    """List the files that wait for the night and what came of them, import those of this night, or call one off."""
    from okf.load.waiting import call_off, import_waiting
    from okf.load.waiting_files import waiting_files, what_came

    if (asked.what == "call-off") != (asked.ref is not None):
        raise Invalid("REFERENCE", "name the file to call off, as `night` lists it.")
    with host() as desk:
        if asked.what == "import":
            with bar("Importing") as progress:
                import_waiting(desk, progress)
        if asked.ref:
            call_off(desk, asked.ref)
            print(f"{asked.ref} is called off; nothing of it is kept.")
        waits, told = waiting_files(desk), what_came(desk)
    print("\n".join(one.in_words() for one in waits) or "No file waits for the night.")
    print("\n".join(line for one in told for line in one.in_words()))
    return 0 if all(one.is_done for one in told) else FAILED


def directory(asked: argparse.Namespace) -> int:
    """Import local authorities from what is at a path, show what it would change, or write the empty workbook."""
    from okf.dates import Order
    from okf.load.answers import Answers
    from okf.load.files import files_at, read_files
    from okf.load.template import write_template
    from okf.safeguarding.commands.directory_import import TABLES, import_directory

    if asked.template:
        write_template(asked.template, TABLES)
        print(f"The empty workbook is {asked.template}. Its first sheet says how to fill it in.")
        return 0
    if asked.path is None:
        raise Invalid("PATH", "name the workbook, the folder of CSV files or the YAML file to import.")
    tables = read_files(files_at(asked.path))
    answers = Answers(Order(asked.dates) if asked.dates else None, asked.leave_out)
    with host(making=True) as desk:
        outcome = import_directory(desk, tables, answers, dry_run=asked.dry_run)
    print("\n".join(outcome.in_words()))
    return FAILED if outcome.faults else 0
