"""Everything in the code that opens a part of a page: dialogs, popovers and expanders, by where and what they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from okf.settings import ROOT

OPENS: Final = ("dialog", "popover", "expander")
# Who opens which of them in the walk over every page, with the demo's story on it.
OPENED: Final = {
    "manager": {
        "okf/agreements/views/board: 'The picture as a table'",
        "okf/agreements/views/chasing: 'Remind everybody…'",
        "okf/agreements/views/signing: f'What is different from version {plain(before.version)}, which you si",
        "okf/caseload/views/caseload: 'How much somebody can carry'",
        "okf/caseload/views/figures: 'Change the wording'",
        "okf/caseload/views/figures: 'Withdraw them'",
        "okf/cases/views/access_requests: 'Ask for access to a case'",
        "okf/cases/views/access_routes: plain(f'{verdict}: {one.name}, {one.case_ref}, {moment(one.opened_at)",
        "okf/cases/views/confirm: 'End it'",
        "okf/cases/views/conflicts: 'Lift it'",
        "okf/cases/views/filters: 'Filter'",
        "okf/cases/views/look_first: 'Look first'",
        "okf/cases/views/run: 'Change the status'",
        "okf/cases/views/run: 'Close the case'",
        "okf/cases/views/run: 'Grant access'",
        "okf/cases/views/run: 'Hand over'",
        "okf/cases/views/run: 'Other cases of the family'",
        "okf/cases/views/run: 'Reopen the case'",
        "okf/cases/views/run: 'What it counts as'",
        "okf/cases/views/run: 'Who sees what now'",
        "okf/cases/views/unused_access: 'End it'",
        "okf/mediation/views/head: 'End it'",
        "okf/proof/views/commitment: 'What is behind it' if shown == line.count else f'What is behind it, the",
        "okf/proof/views/commitment: f'How {told_of.clause.name} is read, and what decides by it'",
        "okf/records/views/list: 'Filter'",
        "okf/safeguarding/views/contact_markers: 'Lift it'",
        "okf/safeguarding/views/on_duty: 'Cancel days away, or be back early'",
        "okf/safeguarding/views/on_duty: 'Enter leave'",
        "okf/safeguarding/views/outside: 'Ring the local authority yourself: anybody may'",
        "okf/safeguarding/views/own_report: 'If you would rather ring somebody, or hear nothing afterwards'",
        'okf/safeguarding/views/rota: "Enter every week\'s hours"',
        "okf/safeguarding/views/rota: 'Copy last week, or take in a file'",
        "okf/safeguarding/views/rota: 'Enter one day or night'",
        "okf/safeguarding/views/rota: 'Set the ladder and its hours'",
        "okf/safeguarding/views/rota: 'Take hours off the rota'",
        "okf/sharing/views/ask: 'Somebody is in immediate danger'",
        "okf/shell/frame: plain(session.name)",
        "pages/figures: 'Make a new set'",
    },
    "dsl": {
        "okf/mediation/views/notes: 'Add a note'",
        "okf/safeguarding/views/chronology_paper: 'Prepare it for a meeting or an order'",
        "okf/safeguarding/views/concern: 'Add to the chronology: a person told, an action taken, a note'",
        "okf/safeguarding/views/concern: 'Correct a line of the chronology'",
        "okf/safeguarding/views/concern: 'End this concern'",
        "okf/safeguarding/views/contact_markers: 'Renew it'",
        "okf/safeguarding/views/decisions: 'What they answered, and what was done'",
        "okf/safeguarding/views/directory: 'Enter an authority'",
        "okf/safeguarding/views/directory: 'Import a file'",
        "okf/safeguarding/views/low_level: 'Add a note'",
        "okf/safeguarding/views/low_level: 'Note a low-level concern'",
        "okf/safeguarding/views/low_level: 'Raise to an allegation'",
        "okf/safeguarding/views/paper: 'As it would go out'",
        "okf/safeguarding/views/paper: 'Prepare a paper for a referral'",
        "okf/safeguarding/views/people: 'Add somebody'",
        "okf/safeguarding/views/people: 'Not about somebody after all'",
        "okf/safeguarding/views/queue: 'Search and filter'",
        "okf/safeguarding/views/serious_incident: 'Read it'",
    },
    "datalead": {"okf/cases/views/access_routes: 'Open a closed case as its custodian'"},
    "intake": {"okf/intake/views/form: 'The other adult' if number == 1 else f'Other adult {number}'"},
    "caseworker": {
        "okf/cases/views/appointments: 'Make an appointment'",
        "okf/cases/views/conflicts: 'Declare a conflict of interest'",
        "okf/cases/views/people: 'Checked with them, or corrected by them'",
        "okf/cases/views/people: 'Note a privacy notice or an undertaking'",
        "okf/cases/views/people: f'Who told what, and when ({len(one.heard) + len(one.changes)})'",
        "okf/cases/views/people: plain(f'What somebody told us about {member.name}')",
        "okf/cases/views/tasks: 'Add a task for yourself'",
        "okf/records/views/write: DETAILS",
        "okf/safeguarding/views/concern: 'Add something you forgot, or that is new'",
        "okf/safeguarding/views/own_report: f'If you hear nothing{told}, or it gets worse'",
        "okf/sharing/views/agreements: 'Record an express agreement'",
        "okf/sharing/views/ask: 'Ask to share something'",
    },
    "mediator": {
        "okf/mediation/views/head: 'Conclude'",
        "okf/mediation/views/notes: 'Add a proposal'",
        "okf/mediation/views/people: 'Read this version'",
        "okf/mediation/views/people: 'Screen them' if not one.screenings else 'Screen them again'",
        "okf/mediation/views/recordings: 'A session was recorded without agreement'",
        "okf/mediation/views/recordings: 'Ask to record a session'",
        "okf/mediation/views/sessions: 'Plan a session'",
    },
}
# What the walk meets none of: a row in another state, a file, a step that nobody in the story took.
NOT_IN_THE_STORY: Final = {
    "okf/agreements/views/draft: 'Delete this draft'",
    "okf/agreements/views/partners: 'End it now…'",
    "okf/agreements/views/signing: f'Read version {version.version} again'",
    "okf/agreements/views/versions: f'What it changed of version {plain(found.before)}'",
    "okf/cases/views/access: 'End an access'",
    "okf/cases/views/access_routes: 'Open a case in an emergency'",
    "okf/cases/views/appointments: 'Move or cancel'",
    "okf/cases/views/conflicts: 'Lifted recently'",
    "okf/cases/views/families: 'Both sides may know now'",
    "okf/cases/views/families: 'Take it back'",
    "okf/cases/views/head: f'It was closed before, from {day(closed.closed_at)} to {day(closed.reopened_a",
    "okf/cases/views/register: 'Decline the enquiry'",
    "okf/cases/views/run: 'Possible matches'",
    "okf/cases/views/run: plain(f'Handed over by {one.from_name} to {one.to_name}, {moment(one.at)}')",
    "okf/cases/views/tasks: 'Another date'",
    "okf/cases/views/unused_access: f'End what {held.name} does not use…'",
    "okf/mediation/views/case_tab: 'Another mediator'",
    "okf/mediation/views/people: name",
    "okf/mediation/views/recordings: 'Reviewed'",
    "okf/mediation/views/summary: 'Withdraw it'",
    "okf/people/views/accounts: 'Switch off…'",
    "okf/people/views/accounts: 'Switch on…'",
    "okf/people/views/sign_in: 'I have an invitation'",
    "okf/proof/views/restored: f\"{_AT[one.how]} {moment(one.at)}, signed for by {' and '.join((who.name f",
    "okf/records/views/breaches: _head(row)",
    "okf/records/views/card: 'The whole text'",
    "okf/records/views/card: f'Corrected {how_often}: what it said before'",
    "okf/safeguarding/views/checklist_texts: 'Earlier versions'",
    "okf/safeguarding/views/checklists: f'{plain(due.what)}: done, or given up'",
    "okf/safeguarding/views/chronology_paper: f\"What goes: {counted(len(version.lines), 'line', 'lines')}",
    "okf/safeguarding/views/chronology_paper: f\"What would go: {counted(len(going), 'line', 'lines')}\"",
    "okf/safeguarding/views/chronology_paper: f'What is left out, and why: {count}. The paper says nothin",
    "okf/safeguarding/views/contact_markers: f'Lifted ({len(found)})'",
    "okf/safeguarding/views/directory: 'Change it'",
    "okf/safeguarding/views/directory: 'Remove it…'",
    "okf/safeguarding/views/paper: 'Read it as it goes out'",
    "okf/safeguarding/views/people: 'Record that they were told, or why not'",
    "okf/safeguarding/views/raise_form: label",
    "okf/sharing/views/agreements: 'They take it back'",
    "okf/sharing/views/agreements: 'What it covers'",
    "okf/sharing/views/files: 'Black out an area by numbers'",
    "okf/sharing/views/files: 'Choose what of this file goes out'",
    "okf/sharing/views/redactions: 'Black out words or passages'",
    "okf/sharing/views/redactions: 'The whole text, to compare'",
    "okf/sharing/views/redactions: 'The whole words, to compare'",
    'okf/sharing/views/share: "Don\'t share it"',
    "okf/sharing/views/words: 'The promise behind this'",
    "okf/shell/drafts/views: 'Discard'",
    "okf/shell/words: 'The promise behind this'",
}


def in_the_code() -> Iterator[tuple[str, str]]:
    """Where each stands and its label as the source has it, and a pattern of what people read."""
    for folder in ("okf", "pages"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPENS:
                    where = file.relative_to(ROOT).with_suffix("").as_posix()
                    yield f"{where}: {ast.unparse(node.args[0])}"[:100], "|".join(_said(node.args[0], file))


def _said(label: ast.expr, file: Path) -> list[str]:
    match label:
        case ast.Constant(value=str(words)):
            return [re.escape(words)]
        case ast.JoinedStr(values=parts):
            return ["".join(_said(one, file)[0] for one in parts)]
        case ast.IfExp(body=one, orelse=other):
            return [*_said(one, file), *_said(other, file)]
        case ast.Call(func=ast.Name(id="plain"), args=[inner]):
            return _said(inner, file)
        case ast.Name(id=name):
            module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
            said = getattr(module, name, None)
            return [re.escape(said) if isinstance(said, str) else ".+"]
        case _:
            return [".+"]
