"""The cases that a person may read: narrowed in SQL to what could be theirs, then decided one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, literal_column, select, union, union_all
from sqlalchemy.orm import Session

from okf.asker import Asker
from okf.cases.queries.filters import NO_FILTER, CaseFilters, CaseOrder, conditions
from okf.desk import Desk
from okf.errors import Invalid
from okf.match.fold import folded
from okf.match.names import named_so
from okf.paging import BATCH, FIRST, AnySelect, Count, Order, Page, Paged, Sort, batches, filled, keyset, mark
from okf.policy.access import grants_that_open
from okf.policy.facts import Question
from okf.store.least import leasts
from okf.store.models import Case, CaseChild, CaseParty, ServiceUser
from okf.store.rows import from_row
from okf.store.visible import cases_visible_to
from okf.terms import SAFEGUARDING_LEADS, Action, CaseStatus, FamilyField, SupportKind

HITS_MOST = 50
# By what one's own cases stand: nothing that their reader may not be shown, for an order tells of it.
SORTS: Mapping[str, Order] = {
    CaseOrder.OPENED: Order((Case.opened_on, Case.ref)),
    CaseOrder.REFERENCE: Order((Case.ref,)),
    CaseOrder.STATUS: Order((Case.status, Case.opened_on, Case.ref)),
}
NEWEST = Sort(CaseOrder.OPENED, descending=True)
Key = tuple[Any, ...]  # a case's values in its order, of which the last is its reference
# What a filter would tell of a case: one on a fact that its reader is not shown finds it not.
_TELLING: Mapping[str, FamilyField] = {
    "kind_of_support": FamilyField.KIND_OF_SUPPORT,
    "area": FamilyField.AREA,
    **dict.fromkeys(("caseworker", "overdue", "unallocated"), FamilyField.OTHER_CASEWORKER),
    **dict.fromkeys(("losing", "late_tasks"), FamilyField.WHO_ELSE_WORKS_HERE),
    **dict.fromkeys(("quiet", "contacted_after", "contacted_after_not_yet"), FamilyField.FIRST_CONTACT),
    **dict.fromkeys(("allocated_after", "allocated_after_not_yet"), FamilyField.OTHER_CASEWORKER),
}

_ROWS = select(Case.ref, Case.status, Case.kind_of_support, Case.area, Case.opened_on, Case.closed_at).where(
    Case.ref.in_(bindparam("refs", expanding=True))
)
_PARTIES: AnySelect = select(
    CaseParty.case_ref,
    literal_column("0", Integer).label("child"),
    CaseParty.position,
    ServiceUser.ref,
    ServiceUser.name,
)
_NAMES = union_all(
    _PARTIES.join(ServiceUser, ServiceUser.ref == CaseParty.service_user).where(
        CaseParty.case_ref.in_(bindparam("refs", expanding=True))
    ),
    select(CaseChild.case_ref, literal_column("1", Integer), CaseChild.position, ServiceUser.ref, ServiceUser.name)
    .join(ServiceUser, ServiceUser.ref == CaseChild.service_user)
    .where(CaseChild.case_ref.in_(bindparam("refs", expanding=True))),
).order_by("child", "position")


@dataclass(frozen=True, slots=True)
class OwnCaseRow:
    """A case in the list of somebody who may read in it, with the names that their work needs."""

    ref: str
    status: CaseStatus
    kind_of_support: SupportKind | None
    area: str | None
    opened_on: date
    closed_at: datetime | None
    parties: tuple[str, ...]
    children: tuple[str, ...]
    until: datetime | None
    by_grant: bool


def cases_in_view(
    desk: Desk, page: Page = FIRST, filters: CaseFilters = NO_FILTER, sort: Sort = NEWEST
) -> Paged[OwnCaseRow]:
    """The cases this person may read today, one page of them.

    Narrowed in SQL to this person's own grants (and, for a lead, to cases
    with an open concern; and to their emergency and custody accesses), then decided one
    by one, so the list and the door cannot disagree. Costs by what the person
    may see, not by the number of cases held.
    """
    with desk.reading() as session:
        return page_of(Asker.of(desk, session), page, filters, sort)


def page_of(asker: Asker, page: Page, filters: CaseFilters, sort: Sort = NEWEST) -> Paged[OwnCaseRow]:
    """The same for an asker who is there already."""
    start, backwards = SORTS[sort.by].start(page)
    down = sort.descending != backwards
    found = candidates(asker, filters, start, by=sort.by, descending=down, first=page.size + 1)

    def listed(batch: Sequence[Key]) -> list[tuple[Key, Question]]:
        questions = asker.listed([one[-1] for one in batch])
        if hidden := _TELLING.keys() & set(filters.shape):
            seen = leasts(asker.session, questions)
            needed = [_TELLING[name] for name in hidden]
            questions = {ref: one for ref, one in questions.items() if all(map(seen[ref].shows, needed))}
        return [(one, questions[one[-1]]) for one in batch if one[-1] in questions]

    cut = filled(found, listed, page, mark, backwards=backwards, started=start is not None)
    questions = {one.case.ref: one for one in cut.rows if one.case}
    return Paged(rows_of(asker, list(questions), questions), cut.next, cut.previous)


def count_of(asker: Asker, most: int, *, beside: Collection[str] = ()) -> Count:
    """How many cases an asker may read today, exact up to a limit; each is decided, so no other is counted.

    Cases that they ask about besides are read along with them.
    """
    return Count.capped(len(newest(asker, most, beside=beside)), most)


def newest(asker: Asker, most: int, *, beside: Collection[str] = ()) -> dict[str, Question]:
    """The newest of these cases, each decided: all of them up to a limit, and beyond it more than so many."""
    found: dict[str, Question] = {}
    for batch in candidates(asker, NO_FILTER, None, descending=True, first=most + 1):
        refs = [ref for _, ref in batch]
        if not found:
            asker.questions([*beside, *refs])
        found |= asker.listed(refs)
        if len(found) > most:
            break
    return found


def search_own_cases(desk: Desk, words: str, *, newest: int | None = None) -> tuple[OwnCaseRow, ...]:
    """This person's own cases in which somebody's name has words that begin so, newest first, at most fifty.

    Another form or spelling of a name is found too, and the words in any order.
    On the audit record with how many were found and which, never with the
    words. Accents and capitals make no difference. `newest` looks through so many of them and no more.

    Raises:
        Invalid: fewer than two letters.
    """
    wanted = folded(words).split()
    if sum(map(len, wanted)) < 2:
        raise Invalid("Name", "type at least two letters.")
    with desk.permitted(Action.LIST_OWN_CASES) as deed:
        asker = Asker.of(desk, deed.session)
        hits: list[str] = []
        looked = 0
        questions: dict[str, Question] = {}
        for batch in candidates(asker, NO_FILTER, None, descending=True, first=BATCH):
            refs = [ref for _, ref in batch]
            names = names_of(deed.session, refs)
            matching = [ref for ref in refs if any(named_so(wanted, folded(name)) for _, _, name in names[ref])]
            listed = asker.listed(matching)
            questions |= listed
            hits += _by_a_name_shown(deed.session, listed, names, wanted)
            looked += len(refs)
            if len(hits) >= HITS_MOST or (newest is not None and looked >= newest):
                break
        hits = hits[:HITS_MOST]
        deed.note(search="names", hits=len(hits), cases=hits)
        return rows_of(asker, hits, questions)


def _by_a_name_shown(
    session: Session,
    listed: Mapping[str, Question],
    names: Mapping[str, list[tuple[bool, str, str]]],
    wanted: Sequence[str],
) -> list[str]:
    """Of these cases, those found by a name that their reader is shown: no other tells them who else is in it."""
    seen = leasts(session, listed)
    return [
        ref
        for ref, question in listed.items()
        if question.case
        and any(named_so(wanted, folded(name)) for _, who, name in names[ref] if seen[ref].names(who, question.case))
    ]


def candidates(
    asker: Asker, filters: CaseFilters, start: Key | None, *, by: str = CaseOrder.OPENED, descending: bool, first: int
) -> Iterator[Sequence[Key]]:
    """Cases that could be this person's, in batches, in this order: too many perhaps, never too few."""
    session = asker.session
    capacities = asker.capacities()
    opened = asker.opened_cases()
    leads = bool(asker.roles & SAFEGUARDING_LEADS)
    bound: dict[str, Any] = filters.values(asker.at, asker.settings)
    bound |= {"person": asker.who, "at": asker.at, "opened": list(opened)}
    bound |= {f"capacity_{n}": kind for n, kind in enumerate(capacities)}

    def fetch(start: Key | None, size: int) -> list[Key]:
        statement = _candidates(
            len(capacities),
            bool(opened),
            leads,
            asker.settings.wind_down_days > 0,
            filters.shape,
            by,
            start is not None,
            descending,
            session.get_bind().dialect.name,
        )
        if statement is None:
            return []
        bounds = bound | {f"key_{n}": value for n, value in enumerate(start or ())} | {"size": size}
        return [tuple(row) for row in session.execute(statement, bounds)]

    return batches(fetch, start, lambda one: one, first=first)


def rows_of(asker: Asker, refs: Collection[str], questions: Mapping[str, Question]) -> tuple[OwnCaseRow, ...]:
    """The rows of cases that the policy has listed, in the order of their references here."""
    rows = {row.ref: row for row in asker.session.execute(_ROWS, {"refs": list(refs)}).all()}
    names = names_of(asker.session, refs)
    seen = leasts(asker.session, {ref: questions[ref] for ref in refs})
    made = []
    for ref in refs:
        row, opening, case = rows[ref], grants_that_open(questions[ref]), questions[ref].case
        ends = [grant.until for grant in opening]
        called = seen[ref].called(case, {who: name for _, who, name in names[ref]}) if case else {}
        made.append(
            from_row(
                OwnCaseRow,
                row,
                kind_of_support=row.kind_of_support if seen[ref].shows(FamilyField.KIND_OF_SUPPORT) else None,
                area=row.area if seen[ref].shows(FamilyField.AREA) else None,
                parties=tuple(called[who] for child, who, _ in names[ref] if not child),
                children=tuple(called[who] for child, who, _ in names[ref] if child),
                until=None if None in ends else max((end for end in ends if end), default=None),
                by_grant=bool(opening),
            )
        )
    return tuple(made)


def families_of(asker: Asker, questions: Mapping[str, Question]) -> dict[str, str]:
    """What the adults of each of these cases, which the policy has listed, are called for this reader."""
    names, seen = names_of(asker.session, questions), leasts(asker.session, questions)
    found = {}
    for ref, question in questions.items():
        called = seen[ref].called(question.case, {who: name for _, who, name in names[ref]}) if question.case else {}
        found[ref] = " and ".join(called[who] for child, who, _ in names[ref] if not child)
    return found


def names_of(session: Session, refs: Collection[str]) -> Mapping[str, list[tuple[bool, str, str]]]:
    """Each case's people: whether a child, their reference and their name, for cases that the policy has listed."""
    found: dict[str, list[tuple[bool, str, str]]] = defaultdict(list)
    for case_ref, child, _, ref, name in session.execute(_NAMES, {"refs": list(refs)}).all():
        found[case_ref].append((bool(child), ref, name or ref))
    return found


@cache
def _candidates(
    capacities: int,
    opened: bool,
    leads: bool,
    winding: bool,
    shape: tuple[str, ...],
    by: str,
    started: bool,
    descending: bool,
    dialect: str,
) -> AnySelect | None:
    """The union of every way into a case, each cut to one batch in the list's order before they are put together."""
    columns = SORTS[by].columns
    binds = [bindparam(f"key_{n}", type_=column.type) for n, column in enumerate(columns)] if started else None
    ways = cases_visible_to(capacities, opened=opened, leads=leads, winding=winding)
    if not ways:
        return None

    def in_order(way: AnySelect, keys: tuple[Any, Any]) -> AnySelect:
        if by == CaseOrder.OPENED and not shape:
            return keyset(way.distinct(), keys, binds, descending=descending)
        on_case = way if keys[1] is Case.ref else way.join(Case, Case.ref == keys[1])
        if by != CaseOrder.OPENED:  # the grant carries the day of opening alone
            on_case, keys = on_case.with_only_columns(*columns), columns
        return keyset(on_case.where(*conditions(shape, dialect)).distinct(), keys, binds, descending=descending)

    cut = [select(in_order(way, keys).limit(bindparam("size")).subquery()) for way, keys in ways]
    both = union(*cut).subquery() if len(cut) > 1 else cut[0].subquery()
    return keyset(select(*both.c), list(both.c), None, descending=descending).limit(bindparam("size"))
