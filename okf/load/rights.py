"""What the policy says of each row for its importer: an import is many deeds, each decided as its page would (C5).

Facts are read some thousands at a time, and each question is decided once, however many rows ask it.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import bindparam, select

from okf.asker import Asker
from okf.load.asks import AnyOf, Ask, Importer, Touched, asks
from okf.load.closings import closings_of
from okf.load.faults import Fault
from okf.load.known import Known
from okf.load.rows import Entry
from okf.load.stored import batches
from okf.policy.access import decide
from okf.policy.decision import Decision, Reason
from okf.policy.facts import CaseFacts, ClosureFacts, OrganisationFacts, PersonFacts, Question, RoleFacts
from okf.policy.gates import with_signing
from okf.store import facts, match_facts
from okf.store.models import CaseChild, CaseParty
from okf.terms import Action, CaseStatus, Role

_KEYS: Any = bindparam("keys", expanding=True)
_CASES_OF: Final = (
    select(CaseParty.service_user, CaseParty.case_ref)
    .where(CaseParty.service_user.in_(_KEYS))
    .union(select(CaseChild.service_user, CaseChild.case_ref).where(CaseChild.service_user.in_(_KEYS)))
)


@dataclass(slots=True)
class Rights:
    """The importer, what is known of the rows, and the answers so far."""

    asker: Asker
    known: Known
    cases: dict[str, Question] = field(default_factory=dict)
    people: dict[str, PersonFacts] = field(default_factory=dict)
    past: frozenset[facts.PastWork] = frozenset()
    links: Mapping[str, tuple[match_facts.Link, ...]] = field(default_factory=dict)
    across: Mapping[str, list[match_facts.Work]] = field(default_factory=dict)
    answers: dict[Ask, Decision] = field(default_factory=dict)

    def decide(self, ask: Ask) -> Decision:
        """The policy's answer to one question, asked once."""
        if ask not in self.answers:
            self.answers[ask] = decide(self._question(ask))
        return self.answers[ask]

    def _question(self, ask: Ask) -> Question:
        base = self.cases.get(ask.case or "", self.asker.base)
        grantee = self.people.get(ask.grantee or "")
        return replace(
            base,
            action=ask.action,
            record=ask.record,
            concern=ask.concern,
            compartment=ask.compartment,
            record_class=ask.record_class,
            grantee=grantee,
            grantee_past=grantee is not None and self._worked_before(grantee.username, base.case, ask.action),
            grantee_mediated=grantee is not None and self._past(grantee.username, base.case, mediated=True),
            grantee_across=grantee is not None and self._across(grantee.username, ask),
            giving=ask.giving,
            lead_for=ask.lead_for,
            undecided=ask.lead_for is not None and match_facts.is_undecided(self.links.get(ask.case or "", ())),
            about_self=ask.about is not None and ask.about == self.asker.who,
        )

    def _worked_before(self, who: str, case: CaseFacts | None, action: Action) -> bool:
        mediates = case is not None and (case.has_mediation or action is Action.START_MEDIATION)
        return mediates and self._past(who, case, mediated=False)

    def _past(self, who: str, case: CaseFacts | None, *, mediated: bool) -> bool:
        parties = case.parties if case is not None else ()
        return any(facts.PastWork(who, party, mediated) in self.past for party in parties)

    def _across(self, who: str, ask: Ask) -> bool:
        links = self.links.get(ask.case or "", ())
        works = [work for link in links for work in self.across.get(link.other_case, ())]
        return who in match_facts.who_stand_across(links, works, ask.lead_for)


def refused_rows(asker: Asker, known: Known, touched: Iterable[Touched]) -> list[Fault]:
    """A fault for every row whose deed the policy refuses this importer, with its words.

    `touched` has each row and which of its columns change, none for one that
    is as on file: even that tells what is there.
    """
    rows = list(touched)
    users = {entry.key[0] for entry, what in rows if entry.spec.name == "service_users" and what and not entry.is_new}
    concerns = [entry.key[0] for entry, _ in rows if entry.spec.name == "concerns" and not entry.is_new]
    on_file = [facts.concerns(asker.session, batch) for batch in batches(concerns)]
    importer = Importer(asker, known, _cases_of(asker, users), dict(ChainMap(*on_file)))
    asked = [(entry, list(asks(importer, entry, what))) for entry, what in rows]
    rights = Rights(asker, known)
    _look_up(rights, {ask for _, groups in asked for group in groups for ask in group})
    return [
        _refusal(entry, refused)
        for entry, groups in asked
        if (refused := next((no for group in groups if (no := _no(rights, group)) is not None), None)) is not None
    ]


def _no(rights: Rights, group: AnyOf) -> Decision | None:
    """The refusal of a group, if none of it is allowed."""
    decisions = [rights.decide(ask) for ask in group]
    return None if any(decision.allowed for decision in decisions) else decisions[0]


def _refusal(entry: Entry, decision: Decision) -> Fault:
    if not decision.reasons:
        return entry.fault(None, "this is refused", "somebody else's import")
    # Whom a concern is about, or who has a tie to its family, hears of it what everybody hears who leads none (C9).
    first = Reason.NOT_SAFEGUARDING_LEAD if entry.spec.name == "concerns" else decision.reasons[0]
    under = ", ".join(clause.name for clause in first.clauses)
    remedy = first.remedy.rstrip(".")
    return entry.fault(None, f"this is refused: {first.words} ({under})", remedy[0].lower() + remedy[1:])


def _cases_of(asker: Asker, users: Iterable[str]) -> dict[str, list[str]]:
    """The cases of each of these service users, which the asker then has in hand."""
    found: dict[str, list[str]] = defaultdict(list)
    for batch in batches(sorted(users)):
        for user, case in asker.session.execute(_CASES_OF, {"keys": batch}):
            found[user].append(case)
    for batch in batches(sorted({case for cases in found.values() for case in cases})):
        asker.questions(batch)
    return found


def _look_up(rights: Rights, asked: set[Ask]) -> None:
    """Read the facts of every question, in a handful of queries for some thousands of cases or people."""
    session, known = rights.known.session, rights.known
    refs = sorted({ask.case for ask in asked if ask.case is not None})
    for batch in batches(refs):
        rights.cases |= {
            ref: _as_it_will_be(known, question) for ref, question in rights.asker.questions(batch).items()
        }
    for ref in refs:
        entry = known.rows["cases"].get(ref)
        if entry is not None and entry.is_new:
            rights.cases[ref] = with_signing(replace(rights.asker.base, case=_new_case(known, entry)))
    names = sorted({ask.grantee for ask in asked if ask.grantee is not None})
    for batch in batches(names):
        rights.people |= facts.people(session, batch)
    rights.people |= {
        who: _with_file(known, who, rights.people.get(who)) for who in names if who in known.rows["people"]
    }
    granted = sorted({ask.case for ask in asked if ask.grantee is not None and ask.case in rights.cases})
    parties = sorted({party for ref in granted if (case := rights.cases[ref].case) for party in case.parties})
    rights.past = frozenset(one for batch in batches(parties) for one in facts.works_of(session, batch))
    links: dict[str, tuple[match_facts.Link, ...]] = {}
    for batch in batches(granted):
        links |= match_facts.links_of(session, batch)
    rights.links = links
    others = sorted({link.other_case for found in links.values() for link in found})
    works: dict[str, list[match_facts.Work]] = defaultdict(list)
    for batch in batches(others):
        for work in match_facts.works_on(session, batch, known.at):
            works[work.case_ref].append(work)
    rights.across = works


def _as_it_will_be(known: Known, question: Question) -> Question:
    """A question about a case with whoever is in it, and whoever the file puts there: a tie to either bars."""
    case = question.case
    if case is None or case.ref not in known.rows["cases"]:
        return question
    parties, children = known.family(case.ref) or ([], [])
    case = replace(
        case,
        parties=tuple(dict.fromkeys([*case.parties, *parties])),
        children=tuple(dict.fromkeys([*case.children, *children])),
        has_mediation=case.has_mediation or _mediated(known, case.ref),
    )
    return replace(question, case=case)


def _new_case(known: Known, entry: Entry) -> CaseFacts:
    ref = entry.key[0]
    return CaseFacts(
        ref,
        entry.now("status") or CaseStatus.OPEN,
        entry.now("opened_on"),
        tuple(entry.now("parties") or ()),
        tuple(entry.now("children") or ()),
        tuple(ClosureFacts(one.closed_at, one.reopened_at) for one in closings_of(known, ref)),
        _mediated(known, ref),
    )


def _mediated(known: Known, ref: str) -> bool:
    return any(entry.now("case") == ref for entry in known.rows["mediations"].values())


def _with_file(known: Known, who: str, on_file: PersonFacts | None) -> PersonFacts:
    """Somebody with the roles that the file gives them."""
    entry = known.rows["people"][who]
    given = tuple(RoleFacts(Role(role)) for role in entry.values.get("roles") or ())
    if on_file is None:
        name = entry.now("organisation")
        return PersonFacts(
            who, entry.now("capacity"), given, organisation=OrganisationFacts(name, None, None) if name else None
        )
    return replace(on_file, held_roles=(*on_file.held_roles, *given))
