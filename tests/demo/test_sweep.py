"""The sweep: a word of its own in every field that somebody writes, and nobody is sent one that is not theirs.

By the day a few people go round all pages and some of the rest, with
`--all` everybody goes round everything. What a day found is found again
with `OKF_TEST_DATE=2026-11-30`.
"""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import JSON, Enum, String, func, select, update
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from okf.clock import london_date, ticking_from, utc_now
from okf.demo.story import PASSWORD, told
from okf.desk import Desk
from okf.people.commands.accounts import end_sessions
from okf.settings import Settings
from okf.shell.exports import csv_of, xlsx_of
from okf.shell.navigation import PAGES
from okf.store.engine import open_store
from okf.store.models import (
    AccessGrant,
    Base,
    Case,
    Concern,
    Enquiry,
    FigureSet,
    InformationShare,
    Mediation,
    PartnerOrganisation,
    Person,
    PersonRole,
    Record,
)
from okf.store.visible import not_ended
from okf.terms.agreements import AgreementKind
from tests.behind import behind_casebook
from tests.browser import Served, serving
from tests.demo.conftest import AT
from tests.demo.sweep.audience import Casebook, Reader, audience_of
from tests.demo.sweep.beside import a_pdf, tell_the_rest
from tests.demo.sweep.marking import Mark, is_wordless, mark_everything
from tests.demo.sweep.walk import (
    MEDIA,
    WORD,
    Stop,
    Walk,
    asks_for,
    choices,
    elements,
    go_round,
    readable,
    row_ticked,
    tabs,
)
from tests.wire import Wire, cookie_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]
EVERYBODY = tuple(person["username"] for person in told()["people"] if "leaves" not in person)
BEGINS = AT + timedelta(minutes=5)  # by the server's clock
ENV = {"OKF_DEMO": "1", "OKF_TRIAL_CLOCK": BEGINS.isoformat()}
A_DAY = 4  # people who go round on one day: all of them within a week
ASKS_ALONE: Final = ("why", "known", "proof")  # pages whose buttons change nothing
# What no page shows, or not as things stand in the demo.
UNSEEN: Final = frozenset(
    {
        "chronology_paper.remark",
        "concern_paper.remark",
        "declared_tie.phone",
        "express_agreement.withdrawn_words",
        "low_level_concern.about_as_typed",
        "match_report.compared",
        "outcome_summary.withdrawn_because",
        "paper_signature.rejected_because",
        "recording_incident.finding",
        "redaction.remark",
        "summary_draft.text",
    }
)
OTHERS_A_DAY = 25  # addresses with somebody's reference, for each of them


@dataclass(frozen=True)
class Swept:
    """The marked demo, served at a standing hour, and each word with its place."""

    served: Served
    settings: Settings
    marks: dict[str, Mark]
    now: Callable[[], datetime]

    def desk(self, username: str | None) -> Desk:
        """Somebody's desk, by the clock of the server."""
        return Desk(self.served.store, username, now=self.now)

    def cookie(self, username: str) -> str:
        """A new session of theirs."""
        return cookie_of(self.served, username, PASSWORD, door=self.desk(None))

    @contextmanager
    def walking(self, username: str) -> Iterator[Walk]:
        """Somebody signed in, on a socket of their own."""
        cookie = self.cookie(username)
        with Wire(self.served, cookie) as wire:
            yield Walk(self.served, username, cookie, wire)

    def not_theirs(self, walk: Walk) -> list[str]:
        """The words that came to somebody whom the policy gives none of them: whose, where, and which."""
        with self.served.store.reading() as session:
            reader = Reader(self.desk(walk.username), session, Casebook.read(session))
            return [
                f"{walk.username} at {where}: {mark}"
                for word, where in walk.seen.items()
                if (mark := self.marks.get(word)) and not audience_of(mark.place)(reader, mark.row)
            ]


@pytest.fixture(scope="module")
def swept(seeded: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    settings = seeded()
    store = open_store(settings)
    tell_the_rest(store, AT + timedelta(minutes=2))
    marks = mark_everything(store)
    store.close()
    with serving(settings, tmp_path_factory.mktemp("swept"), env=ENV) as served:
        yield Swept(served, settings, marks, ticking_from(BEGINS))


@pytest.fixture
def chance() -> random.Random:
    """What is drawn today."""
    return random.Random(today().toordinal())


def today() -> date:
    named = os.environ.get("OKF_TEST_DATE")
    return date.fromisoformat(named) if named else london_date(utc_now())


def today_go_round() -> list[str]:
    first = today().toordinal() * A_DAY
    return [EVERYBODY[(first + n) % len(EVERYBODY)] for n in range(A_DAY)]


def with_references(swept: Swept) -> list[Stop]:
    """Every address that names something or somebody: a case, a concern, a person, whoever may know of it."""
    named = {
        "case": ("case", Case.ref),
        "concern": ("ref", Concern.ref),
        "contact_markers": ("concern", Concern.ref),
        "enquiry": ("ref", Enquiry.ref),
        "figure_set": ("ref", FigureSet.ref),
        "mediation": ("ref", Mediation.ref),
        "partners": ("organisation", PartnerOrganisation.name),
        "share": ("ref", InformationShare.ref),
        **dict.fromkeys(("access_map", "agreements", "leaving", "team"), ("person", Person.username)),
    }
    with swept.served.store.reading() as session:
        stops = [
            Stop(page).at(**{key: ref})
            for page, (key, column) in named.items()
            for ref in session.scalars(select(column).order_by(column))
        ]
    return stops + [Stop("agreement_texts").at(kind=kind) for kind in AgreementKind]


# A round


def test_nobody_is_sent_a_word_that_the_policy_does_not_give_them(
    swept: Swept, chance: random.Random, request: pytest.FixtureRequest
) -> None:
    whole = request.config.getoption("--all")
    people = EVERYBODY if whole else today_go_round()
    pages, named = [Stop(page.url_path) for page in PAGES], with_references(swept)
    found: list[str] = []
    shown: set[str] = set()
    for username in people:
        with swept.walking(username) as walk:
            stops = [*pages, *(named if whole else chance.sample(named, OTHERS_A_DAY))]
            go_round(walk, stops, wide=0 if whole else 1, chance=chance)
        assert walk.seen, f"{username} saw no word at all"
        shown |= {swept.marks[word].place for word in walk.seen if word in swept.marks}
        found += [*swept.not_theirs(walk), *(f"{username} at {where}: the page broke" for where in walk.wrong)]
    assert not found, f"OKF_TEST_DATE={today()}\n" + "\n".join(found)
    if whole:  # what nobody was shown, the sweep may not have reached
        assert {mark.place for mark in swept.marks.values()} - shown <= UNSEEN


# What nobody's browser sends


def test_what_another_was_offered_does_nothing_for_oneself(swept: Swept, chance: random.Random) -> None:
    """Buttons, choices and rows of somebody else's page, and values that one's own lists do not have."""
    theirs, ones_own = chance.sample(sorted({*EVERYBODY}.difference(today_go_round())), 2)  # its drafts are spoilt
    named = with_references(swept)
    stops = [*chance.sample([Stop(page.url_path) for page in PAGES], 12), *chance.sample(named, 12)]
    with swept.walking(theirs) as other, swept.walking(ones_own) as walk:
        for stop in stops:
            offered, mine = other.visit(stop), walk.visit(stop)
            known = {one.id for one in (*choices(mine), *pressed(mine))}
            walk.visit(stop, *(one for one in (*choices(offered), *pressed(offered)) if one.id not in known))
            foreign = chance.choice(named).query.rpartition("=")[2]
            walk.visit(
                stop,
                *(WidgetState(id=one.id, string_value=foreign) for one in elements(mine, "selectbox")),
                *(row_ticked(one.id, 9_999) for one in elements(mine, "dataframe") if one.id),
            )
        found = swept.not_theirs(walk)
    assert not found, f"OKF_TEST_DATE={today()}\n" + "\n".join(found)


def test_questions_about_others_are_answered_without_a_word(swept: Swept, chance: random.Random) -> None:
    """References of others, typed wherever a page asks for one; somebody's name where nothing typed is kept."""
    name = next(mark.row.name for mark in swept.marks.values() if mark.place == "service_user.name")
    with swept.walking(chance.choice(EVERYBODY)) as walk:
        for page in (*ASKS_ALONE, "cases", "concerns", "access_requests", "raise_concern", "shares"):
            shown = walk.visit(Stop(page))
            references = [one.query.rpartition("=")[2] for one in chance.sample(with_references(swept), 4)]
            for asked in [*references, *([name] if page in ASKS_ALONE else [])]:
                typed = (WidgetState(id=one.id, string_value=asked) for one in elements(shown, "text_input"))
                sent = (one for one in elements(shown, "button") if one.is_form_submitter and page in ASKS_ALONE)
                walk.visit(Stop(page), *typed, *(WidgetState(id=one.id, trigger_value=True) for one in sent))
        walk.seen.pop(name.lower().split()[0], None)  # as it was typed
        assert swept.not_theirs(walk) == [], f"OKF_TEST_DATE={today()}"


def test_what_was_open_before_a_role_ended_sends_nothing_after(swept: Swept) -> None:
    with swept.walking("deputy") as walk:
        shown = [*walk.visit(Stop("concerns")), *walk.visit(Stop("contact_markers")), *walk.visit(Stop("concerns"))]
        assert any(swept.marks[word].table == "concern" for word in walk.seen if word in swept.marks)
        with ended(swept, PersonRole.until, "deputy"):
            again(walk, shown)
            found = swept.not_theirs(walk)
    assert found == []


def test_what_was_open_before_a_grant_ended_sends_nothing_after(swept: Swept) -> None:
    with swept.served.store.reading() as session:
        case = session.scalars(
            select(AccessGrant.case_ref)
            .join(Record, Record.case_ref == AccessGrant.case_ref)
            .where(AccessGrant.person == "caseworker", not_ended())
            .group_by(AccessGrant.case_ref)
            .order_by(func.count().desc(), AccessGrant.case_ref)
        ).first()
    stop = Stop("case").at(case=str(case))
    with swept.walking("caseworker") as walk:
        first = walk.visit(stop)
        opened = [walk.visit(stop, tab) for tab in tabs(first)]
        assert any(swept.marks[word].table == "record" for word in walk.seen if word in swept.marks)
        with ended(swept, AccessGrant.ended_at, "caseworker"):
            again(walk, [*first, *(one for heard in opened for one in heard)])
            for tab in tabs(first):
                walk.visit(stop, tab)
            found = swept.not_theirs(walk)
    assert found == []


def test_nothing_is_sent_after_the_sign_out_nor_to_a_stranger(swept: Swept) -> None:
    with swept.walking("dsl") as walk:
        shown = walk.visit(Stop("concerns"))
        end_sessions(Desk.host(swept.served.store, now=swept.now), "dsl")
        again(walk, shown)
        assert walk.seen == {}
        assert not any(walk.fetch(address, "afterwards") for address in files_named(shown))
    with Wire(swept.served) as wire:
        stranger = Walk(swept.served, "nobody", "", wire)
        for page in PAGES:
            stranger.visit(Stop(page.url_path))
    assert stranger.seen == {}


def test_another_does_not_fetch_a_file_that_waits_for_its_asker(swept: Swept) -> None:
    with swept.walking("manager") as other, swept.walking("volunteer") as walk:
        shown = [*other.visit(Stop("bound")), *other.visit(Stop("record"))]
        walk.visit(Stop(""))
        waiting = [one.deferred_file_id for one in elements(shown, "download_button")]
        assert waiting
        for file in waiting:
            walk.send(asks_for(file, walk.wire), "another's file", seconds=2)
        found = swept.not_theirs(walk)
    assert found == []


def test_another_does_not_fetch_a_file_that_was_made_for_its_asker(swept: Swept) -> None:
    with swept.walking("manager") as other, swept.walking("volunteer") as walk:
        shown = other.visit(Stop("bound"))
        made = [
            address
            for file in elements(shown, "download_button")
            for address in files_named(other.send(asks_for(file.deferred_file_id, other.wire), file.label))
        ]
        assert made
        assert all(other.fetch(address, "one's own file") for address in made)
        assert not any(walk.fetch(address, "another's file") for address in made)


# Whether the sweep sees


def test_the_sweep_sees_a_query_that_does_not_ask(swept: Swept, tmp_path: Path) -> None:
    """A caseworker of one side, before and after a query forgets that the other side's telephone is not theirs."""
    with swept.served.store.reading() as session:
        talks = select(AccessGrant.case_ref).join(Mediation, Mediation.case_ref == AccessGrant.case_ref)
        case = session.scalars(talks.where(AccessGrant.person == "caseworker2", not_ended())).first()
    stop = Stop("case").at(case=str(case))
    found = {}
    with serving(swept.settings, tmp_path, app="tests.demo.sweep.leaking:app", env=ENV) as leaking:
        for name, served in (("sound", swept.served), ("leaking", leaking)):
            here = replace(swept, served=served)
            with here.walking("caseworker2") as walk:
                for tab in tabs(walk.visit(stop)):
                    walk.visit(stop, tab)
                found[name] = here.not_theirs(walk)
    assert found["sound"] == []
    assert any("contact_statement.told" in one for one in found["leaking"])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf", "zip"])
def test_a_word_is_seen_in_whatever_file_it_leaves(kind: str) -> None:
    word, packed = "zqabcdefgh", io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter.pdf", a_pdf(word))
    made = {
        "csv": csv_of(["A"], [[word]]),
        "xlsx": xlsx_of(["A"], [[word]]),
        "pdf": a_pdf(f"It says {word}."),
        "zip": packed.getvalue(),
    }
    assert kind == "csv" or word.encode() not in made[kind]
    assert any(WORD.search(part) for part in readable(made[kind]))


def test_every_column_that_can_hold_words_is_marked_or_known_to_hold_none(swept: Swept) -> None:
    """A new column fails here until somebody has said which of the two it is; then who may be shown it."""
    columns = {
        f"{mapper.class_.__tablename__}.{name}": column
        for mapper in Base.registry.mappers
        for name, column in mapper.columns.items()
    }
    texts = {
        place
        for place, column in columns.items()
        if isinstance(column.type, String | JSON) and not isinstance(column.type, Enum) and not column.foreign_keys
    }
    marked = {mark.place for mark in swept.marks.values()}
    assert {place for place in texts - marked if not is_wordless(place)} == set()


# How


def pressed(heard: Sequence[ForwardMsg]) -> list[WidgetState]:
    """The buttons of a page, each pressed."""
    return [WidgetState(id=one.id, trigger_value=True) for one in elements(heard, "button")]


def files_named(heard: Sequence[ForwardMsg]) -> list[str]:
    return [address.decode() for one in heard for address in MEDIA.findall(one.SerializeToString())]


def again(walk: Walk, shown: Sequence[ForwardMsg]) -> None:
    """Send all that an open page could send: its fragments, its files, its choices; what came before is forgotten."""
    walk.seen.clear()
    for fragment in {one.delta.fragment_id for one in shown if one.delta.fragment_id}:
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        walk.send(message, f"fragment {fragment}")
    for file in elements(shown, "download_button"):
        if file.deferred_file_id:
            walk.send(asks_for(file.deferred_file_id, walk.wire), file.label, seconds=5)
    walk.send(BackMsg(rerun_script=ClientState()), "once more")


@contextmanager
def ended(swept: Swept, column: Any, person: str) -> Iterator[None]:
    """While it lasts, what somebody held is over, by a hand in the database; then it goes on as before."""
    held = column.class_
    with behind_casebook(swept.served.store) as connection:
        keys = connection.scalars(select(held.id).where(held.person == person, column.is_(None))).all()
        connection.execute(update(held).where(held.id.in_(keys)).values({column: swept.now()}))
    try:
        yield
    finally:
        with behind_casebook(swept.served.store) as connection:
            connection.execute(update(held).where(held.id.in_(keys)).values({column: None}))
