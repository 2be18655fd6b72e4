"""Who can sign in to the demo, and what each of them is there to show."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

from okf.demo.story import PASSWORD, told

WIDTH = 132
_ROLES = {"dsl": "safeguarding lead", "deputy_dsl": "deputy safeguarding lead", "trustee": "trustee for safeguarding"}


def sign_ins() -> str:
    """The demo's sign-ins as a table for a terminal, with the one password that they share."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Username", no_wrap=True)
    table.add_column("Who", no_wrap=True)
    table.add_column("What they see")
    for person in told()["people"]:
        held = [role for role in person.get("roles", []) if role != "safeguarding_trustee"]
        roles = [_ROLES.get(role, role.replace("_", " ")) for role in held]
        work = ", ".join(roles) or person["capacity"].replace("_", " ")
        table.add_row(person["username"], f"{person['name']}, {work}", _sentence(person["sees"]))
    out = io.StringIO()
    Console(file=out, width=WIDTH, color_system=None).print(table)
    lines = "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())
    return f"{lines}\n\nEverybody's password: {PASSWORD}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
