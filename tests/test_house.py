"""Building regulations: what holds of the whole house, so that a new page, action, command or setting fails here
until somebody decides about it."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit import config

from okf import terms
from okf.policy import table
from okf.policy.clauses import Clause, commitment, fingerprint
from okf.policy.decision import Reason
from okf.policy.table import ACCESS
from okf.shell import charts
from okf.shell.navigation import PAGES
from okf.store import guards
from okf.store.models import Base
from okf.terms import Action, Role

ROOT = Path(__file__).resolve().parent.parent
PAGE_FILES = sorted(file for file in (ROOT / "pages").glob("*.py") if file.name != "__init__.py")
HOUSE = sorted(file for file in (ROOT / "okf").rglob("*.py") if "versions" not in file.parts)
CODE = [ROOT / "app.py", *PAGE_FILES, *HOUSE]
COMMANDS = sorted(
    file
    for file in HOUSE
    if ("commands" in file.parts or file.stem.endswith("commands")) and file.name != "__init__.py"
)
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
STREAMLIT = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

# The promise as captured on 22 November 2026. It changes only when OKF publishes another, as another version.
PROMISED = "7b42b10fe7f2aef22a945655bd4aa5fed98aa7d96f6e2640530668d2cb54b9c5"

# Clauses on which no rule and no reason rests, and why not.
NOT_ENFORCED = {"C14": "the service users' own undertaking: it is asked for, and its lack never blocks help"}

# Who may write without the desk's deed, and why. None of them may name a confidential table.
WRITE_WITHOUT_A_DEED = {
    "okf/desk.py": "it is the desk",
    "okf/people/commands/invitations.py": "an invitation is taken up by somebody who is not signed in yet",
    "okf/people/commands/outbox.py": "a mail is claimed, or put aside, before it goes; what became of it is a deed",
    "okf/people/commands/proofs.py": "a proof of who somebody is comes before the sign-in",
    "okf/people/commands/sessions.py": "a session is prolonged at every run, which is not a deed",
    "okf/people/commands/sign_in.py": "nobody is signed in yet",
    "okf/proof/commands/ledger.py": "the record's head is added to the ledger of endings, and no row is written",
    "okf/demo/bulk.py": "the documented host-only path that loads large trials, chain and all",
}
LIFT_THE_GUARDS = {
    "okf/desk.py",
    "okf/demo/bulk.py",
    "okf/store/clocks.py",
    "okf/store/contact_backfill.py",
    "okf/store/resealing.py",
}
ALTER_THE_TABLES = {"okf/store/row_marks.py", "okf/store/schema.py", "okf/store/tallies.py"}


def inside(file: Path) -> str:
    """A file's path within the house."""
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Everything in a file's syntax tree."""
    return tuple(ast.walk(tree(file)))


def imported(file: Path) -> Iterator[str]:
    """Every module that a file imports, and every name from one, as dotted paths."""
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def called(node: ast.AST) -> Iterator[str]:
    """The last name of everything called within a node: `permitted` for `desk.permitted(...)`."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Attribute):
                yield call.func.attr
            elif isinstance(call.func, ast.Name):
                yield call.func.id


def wrong_in(files: list[Path], faults: Callable[[Path], Iterable[str]]) -> dict[str, list[str]]:
    """What is wrong in each of these files; nothing of a file that is right."""
    assert files
    return {inside(file): found for file in files if (found := [*faults(file)])}


# Pages

PLAIN_CALLS = {"frozenset", "tuple", "MappingProxyType", "Final"}
WRAPPERS = {"fragment", "dialog"}  # st.fragment and st.dialog show nothing until they are called


def _does_something(node: ast.stmt) -> bool:
    """Whether a statement at the top of a page file does more than name something."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return False
    if isinstance(node, ast.FunctionDef):
        at_import = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        wrappers = {d.attr for d in node.decorator_list if isinstance(d, ast.Attribute)}
        return len(wrappers) < len(node.decorator_list) or not wrappers <= WRAPPERS or bool(list(_calls(at_import)))
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and not {*_calls([node.value])} <= PLAIN_CALLS
    return not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _calls(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        yield from called(node)
        yield from ("await" for one in ast.walk(node) if isinstance(one, ast.Await | ast.Yield | ast.NamedExpr))


def test_C1_a_page_file_does_nothing_when_it_is_run_by_itself():
    busy = wrong_in(PAGE_FILES, lambda file: (ast.unparse(one) for one in tree(file).body if _does_something(one)))

    assert busy == {}, "a page file holds imports, functions and constants; everything else goes into render(desk)"


def test_what_does_something_in_a_page_file_is_seen():
    lines = [
        "st.title('Cases')",
        "rows = cases_in_view(desk)",
        "if True:\n    pass",
        "for a in b: pass",
        "with errors_shown():\n    pass",
        "class Page: pass",
        "@st.cache_data\ndef render(desk): ...",
        "@st.dialog(title())\ndef render(desk): ...",
        "def render(desk=current_desk()): ...",
        "NAMES = {'a': load()}",
        "NAMES = [name := 1]",
        "del st",
        "render(None)",
        "try:\n    pass\nfinally:\n    pass",
    ]

    assert [line for line in lines if not any(_does_something(node) for node in ast.parse(line).body)] == []


def _not_one_page(file: Path) -> Iterator[str]:
    functions = [node for node in tree(file).body if isinstance(node, ast.FunctionDef)]
    if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 80:
        yield f"{lines} lines"
    if (public := [one.name for one in functions if not one.name.startswith("_")]) != ["render"]:
        yield f"its public functions are {public}"
    if [[arg.arg for arg in one.args.args] for one in functions if one.name == "render"] != [["desk"]]:
        yield "it has no render(desk)"


def test_a_page_file_is_one_page_of_at_most_80_lines():
    assert wrong_in(PAGE_FILES, _not_one_page) == {}


def test_every_page_is_in_the_navigation_table_and_the_reverse():
    named = [entry.module for entry in PAGES]

    assert sorted(named) == sorted(f"pages.{file.stem}" for file in PAGE_FILES)
    assert len({entry.url_path for entry in PAGES}) == len(PAGES), "two pages have one address"


def test_what_the_navigation_table_says_is_of_the_kind_it_should_be():
    for entry in PAGES:
        assert isinstance(entry.listed, bool), f"{entry.module}: listed is {entry.listed!r}"
        assert all(isinstance(action, Action) for action in entry.opens), entry.module


def imports_of(*packages: str) -> Callable[[Path], Iterator[str]]:
    """Whatever a file imports of these packages."""
    inner = tuple(f"{package}." for package in packages)
    return lambda file: (name for name in imported(file) if name in packages or name.startswith(inner))


def test_a_page_does_not_speak_to_the_store_or_to_sql():
    assert wrong_in(PAGE_FILES, imports_of("sqlalchemy", "alembic", "sqlcipher3", "okf.store")) == {}


# The entry


def test_the_entry_is_short_and_knows_no_sql():
    app = ROOT / "app.py"

    assert len(app.read_text(encoding="utf-8").splitlines()) <= 60
    assert wrong_in([app], imports_of("sqlalchemy", "alembic")) == {}


# Modules


def _too_long_or_silent(file: Path) -> Iterator[str]:
    parsed = tree(file)
    if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400:
        yield f"{lines} lines: cut it where its subject changes"
    if not ast.get_docstring(parsed):
        yield "one line says what lives here"
    for node in parsed.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if public and not ast.get_docstring(node):
            yield f"{node.name} says its effect in a sentence"


def test_a_module_has_at_most_400_lines_and_says_what_lives_here():
    assert wrong_in(HOUSE, _too_long_or_silent) == {}


def test_names_say_what_is_done():
    vague = [
        f"{inside(file)}: {node.name}"
        for file in CODE
        for node in tree(file).body
        if isinstance(node, ast.FunctionDef) and re.match(r"_?(get|handle|process)_", node.name)
    ]
    vague += [inside(file) for file in CODE if re.match(r"(utils?|helpers?|services?|managers?|misc)$", file.stem)]

    assert vague == []


def test_the_word_disclosure_is_not_used():
    """It has five meanings here; see the vocabulary."""
    used = [inside(file) for file in CODE if re.search(r"disclosure", file.read_text(encoding="utf-8"), re.IGNORECASE)]

    assert used == []


def _is_name_column(node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "name" or not isinstance(node.value, ast.Name):
        return False
    return re.match(r"_?[A-Z]", node.value.id) is not None


def _compared_names(node: ast.AST) -> list[str]:
    """The calls that compare, search or sort by a column called name, each by its line."""
    on_it = {"lower", "like", "ilike", "contains", "startswith", "asc", "desc"}
    with_it = {"lower", "order_by", "tuple_"}
    return [
        f"{call.lineno}: {ast.unparse(call)}"
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and (
            (next(called(call), "") in with_it and any(map(_is_name_column, call.args)))
            or (isinstance(call.func, ast.Attribute) and call.func.attr in on_it and _is_name_column(call.func.value))
        )
    ]


def test_names_are_searched_and_sorted_in_their_folded_form_alone():
    """SQL's own comparing knows ASCII on one database and the server's language on the other."""
    by_hand = ("func.lower(Person.name)", "Person.name.ilike(words)", "row.order_by(Case.ref, _BY.name)")
    by_hand += ("tuple_(Person.name, Person.username)",)

    assert all(_compared_names(ast.parse(line)) for line in by_hand)
    assert [(inside(file), found) for file in CODE if (found := _compared_names(tree(file)))] == []


# The policy


PURE = {"policy", "terms", "match"}
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "Counter", "deque", "OrderedDict"}
MUTATING = {"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "popleft"}
MUTATING |= {"remove", "discard", "clear", "sort", "reverse"}

# What a module keeps between calls, and why. None of it is in the policy, the terms or the matching.
KEEPS_STATE = {
    "okf/beside.py: _running": "the server's own backup and night's import while they run, so that it begins no other",
    "okf/shell/app_context.py: _changed": "the agreements found changed at the start, told on every page",
    "okf/shell/fetching.py: _SERVING": "the files that wait to be fetched, all of which a sealing takes away",
    "okf/shell/app_context.py: _served": "the one store that this process serves, and what the nouns give the shell",
    "okf/caseload/queries/expected.py: _COUNTED_ON": "figures of weeks that are over, by store, until the next day",
    "okf/file_check.py: _remembered": "what was found in a file and where, by its fingerprint, for some minutes",
    "okf/people/queries/sessions.py: _last_known": "sessions found live, for while the database can't be read",
    "okf/people/queries/sessions.py: _over": "sessions that were signed out of while it could not be written",
    "okf/people/queries/sessions.py: _used": "when a session was used while it could not be written",
    "okf/safeguarding/commands/ladder.py: _IN_VAIN": "clocks of which nobody could be told, so that they come last",
    "okf/safeguarding/queries/directory.py: _known": "whom to ring outside OKF while the database can't be read",
    "okf/safeguarding/queries/last_known.py: _known": "whom to ring while the database can't be read",
    "okf/store/trouble.py: _told": "the reference of a trouble with the database, for the minute of its line",
    "okf/store/once.py: _Commits": "the last commit of this process, by which what was read is read again",
}


def _bound(module: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Each name that a module binds at its top, to a value or a class."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((name.id, node) for one in targets for name in ast.walk(one) if isinstance(name, ast.Name))


def _mutated(module: ast.Module) -> set[str]:
    """The names that functions of a module rebind, or whose values they change in place."""
    found: set[str] = set()
    for node in (
        one
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for one in ast.walk(function)
    ):
        changed: ast.expr | None = None
        if isinstance(node, ast.Global):
            found |= set(node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
            changed = node.func.value
        elif isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            changed = node.value
        if isinstance(changed, ast.Name):
            found.add(changed.id)
    return found


def _keeps_state(module: ast.Module) -> set[str]:
    return {name for name, _ in _bound(module)} & _mutated(module)


def _may_change(node: ast.stmt) -> bool:
    """Whether a name at the top of a module is bound to what could be changed, and does not say that it is final."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    final = isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)
    made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in MUTABLE_CALLS
    return not final and (made or isinstance(value, MUTABLE))


def test_the_policy_the_terms_and_the_matching_keep_nothing_between_calls():
    pure = [file for file in HOUSE if file.relative_to(ROOT).parts[1] in PURE]
    kept = [f"{inside(file)}: {name}" for file in pure for name in _keeps_state(tree(file))]
    kept += [
        f"{inside(file)}: {name}"
        for file in pure
        for name, node in _bound(tree(file))
        if _may_change(node) and name != "__all__"
    ]

    assert len(pure) > 50
    assert kept == []


def test_what_a_module_keeps_between_calls_is_listed_with_why():
    assert {f"{inside(file)}: {name}" for file in CODE for name in _keeps_state(tree(file))} == set(KEEPS_STATE)


@pytest.mark.parametrize(
    "module",
    [
        "last = [()]\ndef ask(q):\n    last[0] = q",
        "seen: Final = set()\ndef ask(q):\n    seen.add(q)",
        "seen = WeakKeyDictionary()\ndef ask(q):\n    seen[q] = 1",
        "last = None\ndef ask(q):\n    global last\n    last = q",
        "class Last: pass\nasync def ask(q):\n    Last.one = q",
        "seen = {}\ndef ask(q):\n    del seen[q]",
        "count = [0]\ndef ask(q):\n    count[0] += 1",
    ],
)
def test_what_keeps_state_is_seen(module: str):
    assert _keeps_state(ast.parse(module))


def test_every_action_has_a_rule_and_every_rule_an_action():
    assert set(ACCESS) == set(Action)


def test_every_rule_rests_on_a_clause():
    assert [action for action, rule in ACCESS.items() if not rule.under] == []


def test_every_clause_is_enforced_or_listed_with_why_not():
    enforced = {clause.name for rule in ACCESS.values() for clause in rule.under}
    enforced |= {clause.name for reason in Reason for clause in reason.clauses}

    assert {clause.name for clause in Clause} - enforced == set(NOT_ENFORCED)


def test_the_promise_is_word_for_word_the_captured_one():
    assert fingerprint() == PROMISED
    assert commitment()["fingerprint"] == PROMISED
    assert commitment()["version"] == "v1"
    assert f"{commitment()['captured_on']}" == "2026-11-22"
    assert len(Clause) == 15
    assert all(clause.text and clause.reading for clause in Clause)


# Commands


def test_nobody_but_the_desk_lifts_the_guards():
    lifting = {inside(file) for file in CODE if "lifted" in called(tree(file))} - {"okf/store/guards.py"}
    altering = {inside(file) for file in CODE if "unguarded" in called(tree(file))} - {"okf/store/guards.py"}

    assert lifting == LIFT_THE_GUARDS
    assert altering == ALTER_THE_TABLES


def test_whoever_writes_without_a_deed_is_listed_with_why():
    writing = {inside(file) for file in CODE if "writing" in called(tree(file))}

    assert writing == set(WRITE_WITHOUT_A_DEED)


CONFIDENTIAL = {
    mapper.class_.__name__
    for mapper in Base.registry.mappers
    if mapper.local_table.name in guards.CONFIDENTIAL_TABLES  # type: ignore[union-attr]
}


def _changed(node: ast.AST) -> set[str]:
    """The confidential tables of which some code makes rows, or which it changes by a statement."""
    changed = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if call.func.id in CONFIDENTIAL:
                changed.add(call.func.id)
            elif call.func.id in ("insert", "update", "delete"):
                changed |= {arg.id for arg in call.args if isinstance(arg, ast.Name)} & CONFIDENTIAL
    return changed


def test_C5_no_confidential_row_is_made_outside_the_rooms_that_go_through_a_deed():
    rooms = ("okf/load/", "okf/demo/bulk.py", "okf/demo/caseload.py")
    rooms += (
        "okf/store/clocks.py",
        "okf/store/contact_backfill.py",
        "okf/store/kept.py",
        "okf/store/match_keys.py",
        "okf/store/reapplying.py",
    )  # rows made from others, within the same deed
    others = [file for file in CODE if file not in COMMANDS and not inside(file).startswith(rooms)]
    elsewhere = {inside(file): _changed(tree(file)) for file in others}

    assert {file: changed for file, changed in elsewhere.items() if changed} == {}
    for file in WRITE_WITHOUT_A_DEED:
        if file != "okf/demo/bulk.py":
            assert _changed(tree(ROOT / file)) == set(), file


DEEDS = {"permitted", "on_case"}
OWN = {
    mapper.class_.__name__
    for mapper in Base.registry.mappers
    if mapper.local_table.name in guards.OWN_TABLES  # type: ignore[union-attr]
}


def _functions(file: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in nodes(file) if isinstance(node, ast.FunctionDef)}


def _takes(function: ast.FunctionDef) -> set[str]:
    return {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}


def test_what_is_ones_own_alone_is_a_draft():
    """Each such table is looked at: nobody else may ever read it, and nothing may rest on it."""
    assert sorted(OWN) == ["Draft"]


def test_C5_every_command_that_changes_confidential_rows_goes_through_a_permitted_deed():
    """It enters one, is handed one, or calls a command that enters one; what is one's own alone has its own door."""
    everything = {name: function for file in COMMANDS for name, function in _functions(file).items()}
    enters = {name for name, function in everything.items() if DEEDS & {*called(function)}}
    while True:
        more = {name for name, function in everything.items() if enters & {*called(function)}} - enters
        if not more:
            break
        enters |= more

    without = [
        f"{inside(file)}: {name}"
        for file in COMMANDS
        for name, function in _functions(file).items()
        if _changed(function) - (OWN if "keeping_own" in called(function) else set())
        and name not in enters
        and not _takes(function) & {"deed", "session"}
    ]

    assert enters
    assert without == []


def test_a_command_knows_no_page():
    assert wrong_in(COMMANDS, imports_of("streamlit", "pages", "pandas")) == {}


# Settings


def test_every_variable_of_the_environment_is_in_the_docs_and_read_in_one_place():
    variables = re.findall(r"OKF_[A-Z_]+", (ROOT / "okf" / "settings.py").read_text(encoding="utf-8"))
    readers = [
        inside(file)
        for file in CODE
        for node in nodes(file)
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {"environ", "getenv"} & {n.name for n in node.names}
        )
    ]

    assert variables
    assert [name for name in sorted(set(variables)) if f"`{name}`" not in OPERATIONS] == []
    assert set(readers) == {"okf/settings.py"}


# Time

# Who takes the machine's clock into hand, to give it to a desk or to make something that no decision rests on.
TAKES_THE_CLOCK = {
    "app.py": "gives it to the door's desk",
    "okf/desk.py": "counts on from it, and never before the newest event",
    "okf/cli/terminal.py": "gives it to the host's desk",
    "okf/agreements/seal.py": "dates the certificate of a new key",
    "okf/proof/commands/restore.py": "is the host's, before there is a desk",
    "okf/store/schema.py": "a migration puts down when it was made",
    "okf/store/backfill.py": "the same",
    "okf/store/clocks.py": "the same",
    "okf/store/contact_backfill.py": "the same",
    "okf/store/resealing.py": "the same",
    "okf/demo/seed.py": "says of which day the demo is",
    "okf/demo/bulk.py": "says of which day the trial load is",
}
# Who writes a time of day by itself, in which a repeated hour need not say which it is.
WRITES_A_TIME = {
    "okf/clock.py": "it is the one that says which",
    "okf/store/audit.py": "the hashed form of an event, in UTC",
    "okf/demo/refs.py": "the seed of a reference, in UTC",
    "okf/policy/decision.py": "the answer to a rehearsal, as the rehearsal writes it",
    "okf/proof/rehearse/play.py": "the same",
    "okf/store/backups.py": "the name of a file, in UTC",
    "okf/proof/commands/restore.py": "the same",
    "okf/load/cells.py": "a time as the file has it, which is refused there",
    "okf/load/workbooks.py": "the zone is written behind it",
    "okf/cases/commands/appointments.py": "a time as it was typed, which is refused there",
    "okf/shell/dates.py": "a time as it was typed, of which it asks which it is",
}
_ASKS_THE_CLOCK = re.compile(
    r"\b(datetime|date|time)\.(now|utcnow|today|time|time_ns|gmtime|localtime)\(|\bfunc\.now\(|=\s*[\"']today[\"']"
)


def test_nobody_asks_the_system_what_time_it_is_but_the_clock():
    asks = [inside(file) for file in CODE if _ASKS_THE_CLOCK.search(file.read_text(encoding="utf-8"))]
    takes = {inside(file) for file in CODE if "okf.clock.utc_now" in imported(file)}

    assert asks == ["okf/clock.py"]
    assert takes == set(TAKES_THE_CLOCK)


@pytest.mark.parametrize("line", ["datetime.now(UTC)", "date.today()", "time.time()", 'max_value="today"'])
def test_what_asks_the_system_is_seen(line: str):
    assert _ASKS_THE_CLOCK.search(line)


def test_a_day_or_a_time_is_asked_for_in_the_one_field_that_reads_it_as_people_write_it():
    """Streamlit's own makes 3 February of a pasted 3/3/2026, and sends the day that stood before for one it refuses."""
    bare = [
        f"{inside(file)}:{call.lineno}"
        for file in CODE
        for call in nodes(file)
        if isinstance(call, ast.Call)
        if (said := ast.unparse(call.func)).endswith((".date_input", ".time_input", ".datetime_input"))
        if said.rpartition(".")[0] != "draft"
    ]

    assert bare == []


# What a browser may offer in a field of one's own data; in any other it offers nothing, which the frame sees to.
_OWN_DATA = {
    "username": r"(Your )?[Uu]sername",
    "current-password": r"(Your |Present )?[Pp]assword",
    "new-password": r"New password( again)?",
    "one-time-code": r"Code",
    "name": r"Your full name, typed as your signature",
}


def test_a_browser_may_offer_what_is_ones_own_in_a_field_of_it_and_nothing_in_any_other():
    fields = [
        (inside(file), ast.unparse(call.args[0]), {one.arg: ast.unparse(one.value) for one in call.keywords})
        for file in CODE
        for call in ast.walk(tree(file))
        if isinstance(call, ast.Call) and call.args
        if ast.unparse(call.func).rpartition(".")[2] in ("text_input", "text_area")
    ]
    wrong = [
        (file, label)
        for file, label, more in fields
        for purpose in [ast.literal_eval(more.get("autocomplete", "''"))]
        if re.fullmatch(_OWN_DATA.get(purpose, "(?!)"), label.strip("'")) is None
        if purpose
        or ("type" in more and "password" in more["type"])
        or any(re.fullmatch(own, label.strip("'")) for own in _OWN_DATA.values())
    ]

    assert len(fields) > 100, "they are all looked at"
    assert wrong == []


def test_every_time_of_day_says_which_hour_it_is_where_there_are_two():
    assert {inside(file) for file in CODE if "%H" in file.read_text(encoding="utf-8")} == set(WRITES_A_TIME)


# Ends given as a day, which is whole: `until` and `until_told` say them, `end_of` and `day_after` keep them.
_TELLS_AN_END = re.compile(
    r"\b(?i:until|ends|ran out on|runs out on) ?\{?(\w+\.)?_?(day|moment|when)\("
    r"|\b_?(day|moment|london_date)\(\w+(\.\w+)*\.(until|expires_on|agreement_until|stops_at|overdue_at)\)"
    r"|\{\w+(\.\w+)*\.(until|expires_on|agreement_until)\}"
)
_KEEPS_AN_END = re.compile(r"\b(until|expires_on|agreement_until|ends)=start_of\(|(until|expires_on) [+-] timedelta")


def test_a_day_by_which_something_ends_is_kept_and_told_as_a_whole_one_everywhere():
    found = [
        f"{inside(file)}:{number}"
        for file in CODE
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if _TELLS_AN_END.search(line) or _KEEPS_AN_END.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'f"until {day(row.last)}"',
        'f"Until {moment(x)}"',
        "day(row.expires_on)",
        "moment(one.until)",
        'f"{row.agreement_until}."',
        "until=start_of(day)",
    ],
)
def test_an_end_that_is_told_or_kept_otherwise_is_seen(line: str):
    assert _TELLS_AN_END.search(line) or _KEEPS_AN_END.search(line)


# Telephone numbers


def test_one_place_makes_a_number_ring():
    assert [inside(file) for file in CODE if re.search(r"""['"]tel:""", file.read_text(encoding="utf-8"))] == [
        "okf/shell/phones.py"
    ]


# Streamlit


def test_no_figure_is_kept_in_a_cache_that_another_person_could_read():
    cached = [
        f"{inside(file)}: {node.attr}"
        for file in CODE
        for node in nodes(file)
        if isinstance(node, ast.Attribute) and node.attr in ("cache_data", "experimental_memo", "cache")
    ]
    cached += [f"{inside(file)}: {name}" for file in CODE for name in imported(file) if name.endswith(".cache_data")]

    assert cached == []


ASKS_SOMEBODYS = {"desk", "session", "store", "actor", "person", "username", "self"}


def test_what_is_remembered_between_calls_is_nobodys_own():
    """functools.cache is for what everyone may know: statements, texts, calendars."""
    own = [
        f"{inside(file)}: {node.name}"
        for file in CODE
        for node in nodes(file)
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(one) for one in node.decorator_list)
        and _takes(node) & ASKS_SOMEBODYS
    ]

    assert own == []


def _options() -> dict[str, object]:
    return {f"{section}.{name}": value for section, options in STREAMLIT.items() for name, value in options.items()}


def test_every_option_of_ours_is_known_to_the_installed_streamlit():
    unknown = [name for name in _options() if config.get_option(name) is None]

    assert _options()
    assert unknown == [], "Streamlit would ignore them"


def test_the_options_that_hold_a_promise_stand_as_they_must():
    promised = {
        "server.trustedUserHeaders": {"x-okf-session": "okf_session"},  # hidden: the Gate's own header
        "runner.postScriptGC": False,  # hidden: a full collection after each run
        "server.fileWatcherType": "none",
        "server.address": "127.0.0.1",
        "server.allowedHosts": ["127.0.0.1", "localhost"],
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.allowedOrigins": [],
        "client.toolbarMode": "minimal",
        "client.disableDataExport": True,
    }

    assert {name: _options().get(name) for name in promised} == promised


# What shows rows so that a browser can export them, or serves a file past the export that is ours.
GRIDS = {"dataframe", "data_editor", "table", "json"}
CHARTS = {"altair_chart", "vega_lite_chart", "pydeck_chart", "graphviz_chart", "pyplot", "map"}
CHARTS |= {"area_chart", "bar_chart", "line_chart", "scatter_chart"}
SERVED = {"download_button", "image", "audio", "video", "pdf", "logo", "iframe", "declare_component"}
OUR_EXPORT = {"okf/shell/exports.py": {"download_button", "image"}}


def _lets_out(module: ast.Module) -> set[str]:
    """What a module calls of Streamlit that takes something out of a page; a chart with its tools counts."""
    found = set()
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr in GRIDS | CHARTS | SERVED:
                found.add(call.func.attr)
            elif call.func.attr == "plotly_chart":
                config = next((ast.unparse(one.value) for one in call.keywords if one.arg == "config"), "")
                found |= set() if config in ("CONFIG", "{'displayModeBar': False}") else {"plotly_chart"}
            elif call.func.attr == "write" and not all(isinstance(a, ast.Constant | ast.JoinedStr) for a in call.args):
                found.add("write")  # it shows a grid for whatever looks like rows
    return found


def test_C1_nothing_leaves_a_page_but_by_the_export_that_is_ours():
    views = [file for file in CODE if "streamlit" in imported(file)]
    out = {inside(file): found for file in views if (found := _lets_out(tree(file)))}

    assert len(views) > 50
    assert out == OUR_EXPORT
    assert charts.CONFIG["displayModeBar"] is False


@pytest.mark.parametrize(
    "line, seen",
    [
        ("st.dataframe(rows)", {"dataframe"}),
        ("left.download_button('Fetch', content)", {"download_button"}),
        ("st.plotly_chart(picture)", {"plotly_chart"}),
        ("st.plotly_chart(picture, config=CONFIG)", set()),
        ("st.components.v1.iframe(address)", {"iframe"}),
        ("st.write(rows)", {"write"}),
        ("st.write(f'{many} cases')", set()),
    ],
)
def test_what_takes_something_out_of_a_page_is_seen(line: str, seen: set[str]):
    assert _lets_out(ast.parse(line)) == seen


# Whoever imports whom


def test_every_contract_of_imports_holds():
    linting = "from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-W", "ignore", "-c", linting, "--no-logo", "--no-cache"]

    answer = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=120)

    assert answer.returncode == 0, answer.stdout[-3000:]


def test_no_test_imports_a_private_name():
    private = [
        f"{inside(file)}: {name}"
        for file in (ROOT / "tests").rglob("*.py")
        for name in imported(file)
        if name.startswith(("okf.", "pages.")) and any(part.startswith("_") for part in name.split("."))
    ]

    assert [name for name in private if not name.endswith("okf.__main__")] == []


def test_importing_a_page_shows_nothing(capsys: pytest.CaptureFixture[str]):
    def shown(file: Path) -> list[str]:
        importlib.import_module(f"pages.{file.stem}")
        return [text for text in capsys.readouterr() if text]

    assert wrong_in(PAGE_FILES, shown) == {}


# Each rule once


# Whose column says who may see what: its condition stands in okf/store/visible.py, and nowhere else.
OF_VISIBLE = {"ConcernAbout.person", "PersonRole.since", "PersonRole.until", "AccessGrant.ended_at"}
COMPARED_ELSEWHERE = {"okf/store/selects.py": "whom a concern was found not to be about, joined to whom it was"}
NAMED_SETS = {
    name: found
    for home in (terms, table)
    for name, found in vars(home).items()
    if isinstance(found, frozenset) and found and all(isinstance(one, Role) for one in found)
}


def _compared(node: ast.AST) -> set[str]:
    """The columns that a comparison, or `.is_(...)`, `.in_(...)` and their kin, is made of."""
    asked: list[ast.AST] = []
    if isinstance(node, ast.Compare):
        asked = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        asked = [node.func.value] if node.func.attr in {"is_", "is_not", "in_", "not_in", "between"} else []
    return {ast.unparse(one) for part in asked for one in ast.walk(part) if isinstance(one, ast.Attribute)}


def _roles(node: ast.AST) -> frozenset[Role] | None:
    """The roles of a set that is written out, a named set in it or not; None for anything else."""
    if isinstance(node, ast.Name):
        return NAMED_SETS.get(node.id)
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Role":
        return frozenset({Role[node.attr]})
    if isinstance(node, ast.Starred):
        return _roles(node.value)
    joined = isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)
    parts = [node.left, node.right] if joined else node.elts if isinstance(node, ast.Set) else []
    found = [_roles(one) for one in parts]
    return None if None in found or not found else frozenset().union(*found)


def test_C5_C9_who_may_see_what_is_written_as_sql_in_one_place():
    elsewhere = {
        f"{inside(file)}:{node.lineno}: {', '.join(found)}"
        for file in HOUSE
        if "models" not in file.parts and file.stem != "visible" and inside(file) not in COMPARED_ELSEWHERE
        for node in nodes(file)
        if (found := _compared(node) & OF_VISIBLE)
    }
    assert elsewhere == set(), "a condition on who may see what: take it from okf/store/visible.py"


def test_C5_a_set_of_roles_that_has_a_name_is_written_out_nowhere():
    written_out = {
        f"{inside(file)}:{node.lineno}: {ast.unparse(node)} is {name}"
        for file in HOUSE
        if not {"policy", "terms"}.intersection(file.parts)
        for node in nodes(file)
        if isinstance(node, ast.Set | ast.BinOp) and (roles := _roles(node))
        for name, found in NAMED_SETS.items()
        if found == roles
    }
    assert written_out == set()


@pytest.mark.parametrize(
    "line, seen",
    [
        ("ConcernAbout.person == who", {"ConcernAbout.person"}),
        ("who == _of(ConcernAbout.person)", {"ConcernAbout.person"}),
        ("PersonRole.until.is_(None)", {"PersonRole.until"}),
        ("AccessGrant.ended_at > at", {"AccessGrant.ended_at"}),
        ("AccessGrant.ended_at.is_not(None).desc()", {"AccessGrant.ended_at"}),
        ("select(ConcernAbout.person, AccessGrant.ended_at)", set()),
    ],
)
def test_a_condition_on_who_may_see_what_is_seen(line: str, seen: set[str]):
    found = {name for node in ast.walk(ast.parse(line)) for name in _compared(node)}
    assert found & OF_VISIBLE == seen
    assert _roles(ast.parse("SAFEGUARDING_LEADS | {Role.SAFEGUARDING_TRUSTEE}", mode="eval").body) == terms.FOR_SAFETY
