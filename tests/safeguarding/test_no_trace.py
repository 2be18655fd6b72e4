"""A worker about whom something is said can't tell that it was: every page for everybody, before and after (C9)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest

from okf.errors import Conflict
from okf.file_check import Upload
from okf.safeguarding.commands.chronology import Happened, NewVoice, Parts, add_to_concern, add_to_own_report
from okf.safeguarding.commands.concerns import end_concern, put_report, raise_concern, triage_concern
from okf.safeguarding.commands.inbox import raise_or_keep
from okf.safeguarding.commands.referrals import note_lado
from okf.safeguarding.commands.reports import Report
from okf.safeguarding.commands.subjects import add_subject, remove_subject
from okf.safeguarding.queries.alarm import waiting_at_once
from okf.safeguarding.queries.concern import ClosedConcern, OwnReport, concern_in_view, own_concerns
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import live_figures
from okf.safeguarding.queries.late_figures import late_figures
from okf.safeguarding.queries.safeguarding_figures import quarter_figures
from okf.safeguarding.queries.subjects import subjects_of
from okf.store.models import Concern, ConcernClock, Mail
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import VoiceHow
from okf.terms.duties import Duty
from tests.post_office import post_office
from tests.safeguarding.test_concern_pages import open_page, press, shown
from tests.safeguarding.told import all_that, drawn
from tests.world import World

pytestmark = pytest.mark.one_database

LEADS = {"dsl": "deputy", "deputy": "dsl"}  # each with the one who works on a concern about them
# Who is told nothing of a concern about a worker, whoever that is.
OTHERS = ("manager", "datalead", "caseworker")


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Manager")
    world.dsl(name="Dana Hale", email="dana@example.org", phone="020 7946 0003")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@example.org")
    world.person("trustee", name="Tess Trust", roles=[Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE], email="t@example.org")
    world.person("datalead", name="Dot Record", roles=[Role.DATA_PROTECTION_LEAD])
    world.caseworker(name="Cas Worker")
    world.volunteer()
    world.case("OKF-1", children=["child_c"], granted_to=["caseworker"])
    return world


def report(world: World, **other: object) -> str:
    """A concern on the case as the volunteer raises it; its reference."""
    told = Report(**{"severity": Severity.HIGH, "account": "He shouted", "case_ref": "OKF-1"} | other)  # type: ignore[arg-type]
    desk = world.desk("volunteer", chance=random.SystemRandom())
    return put_report(desk, told, desk.new_ref("K"))


def told(world: World, who: str, ref: str = "K-1") -> dict[str, object]:
    """All that somebody is told, by the page or the query, but what their own looking moves."""
    pages = drawn(world, who, concern=ref)
    *others, _, exported, _ = all_that(world, who)  # one page of the record, and one's own trail, fill with looking
    queries = {f"query {number}": said for number, said in enumerate([*others, exported])}
    told = {at: text.replace("\\", "") for at, text in (pages | queries).items()}
    return {at.replace(ref, "K-1"): text.replace(ref, "K-1") for at, text in told.items()}


def moved(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Where it is not the same."""
    return [at for at in before if before[at] != after[at]]


def triage(world: World, ref: str, by: str) -> None:
    triage_concern(world.desk(by), ref, severity=Severity.HIGH, status=ConcernStatus.TRIAGED, lead=by, note="As it is")


FROM_THE_FIRST: dict[str, Callable[[str], dict[str, object]]] = {
    "the one it is about is chosen": lambda who: {"worker": who},
    "their name is typed": lambda who: {"about": [who]},
    "it is not said who": lambda _: {"about_a_worker": True},
}


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("said", FROM_THE_FIRST)
def test_C9_what_is_said_of_a_worker_leaves_no_trace_from_the_first_word_on(
    charity: World, said: str, who: str
) -> None:
    """Not for them, and for nobody else who works no concerns; nor when a lead works on it, ties it and unties it."""
    fields = FROM_THE_FIRST[said](who)
    before = told(charity, who)

    ref = report(charity, **fields)
    triage(charity, ref, "dsl")
    if "about_a_worker" in fields:
        add_subject(charity.desk("dsl"), ref, who=who, reason="Found out")
        remove_subject(charity.desk("dsl"), ref, who=who, reason="It was somebody else")

    assert moved(before, told(charity, who, ref)) == []


@pytest.mark.parametrize("who", OTHERS)
def test_C9_nobody_else_s_numbers_tell_that_a_colleague_is_accused(charity: World, who: str) -> None:
    accused = next(one for one in OTHERS if one != who)
    before = told(charity, who)

    triage(charity, ref := report(charity, worker=accused), "dsl")

    assert moved(before, told(charity, who, ref)) == []


@pytest.mark.parametrize("who", LEADS)
def test_C9_the_lead_it_is_about_from_the_first_is_told_nothing(charity: World, who: str) -> None:
    before = told(charity, who)

    ref = report(charity, worker=who)
    triage(charity, ref, LEADS[who])

    assert moved(before, told(charity, who, ref)) == []
    assert charity.may("trustee", Action.TRIAGE_CONCERN, concern=ref)


@pytest.mark.parametrize("who", [*OTHERS, "volunteer"])
def test_C9_nothing_moves_in_front_of_whom_it_comes_to_be_about(charity: World, who: str) -> None:
    """Who raised it among them: their words, and that they were received, stay theirs."""
    ref = report(charity, about=["child_c"])
    charity.later(minutes=1)
    before = told(charity, who, ref)

    add_subject(charity.desk("dsl"), ref, who=who, reason="The child said so")
    assert moved(before, told(charity, who, ref)) == []

    remove_subject(charity.desk("dsl"), ref, who=who, reason="It was somebody else")
    assert moved(before, told(charity, who, ref)) == []


@pytest.mark.parametrize("who", LEADS)
@pytest.mark.parametrize("sealed", [False, True])
def test_C9_a_lead_it_comes_to_be_about_keeps_its_row_and_every_number_and_no_word(
    charity: World, who: str, sealed: bool
) -> None:
    ref = report(charity, about=["child_c"], about_a_worker=sealed, account="A heron stood there")
    charity.later(minutes=1)
    before, numbers = told(charity, who, ref), live_figures(charity.desk(who))
    assert "heron" in str(before)

    add_subject(charity.desk(LEADS[who]), ref, who=who, reason="The child said so")
    after = told(charity, who, ref)

    # The row without its words in the queue and on the case; the page behind it; the officer's clock, which is done.
    rows = {"concerns?", "concern?ref=K-1", "case?case=OKF-1&part=Concerns"}
    assert {at for at in moved(before, after) if "?" in at} <= rows | {"overview?"}
    assert live_figures(charity.desk(who)) == numbers
    assert [(row.ref, row.closed, row.about) for row in queue_view(charity.desk(who)).page.rows] == [(ref, True, ())]
    assert isinstance(concern_in_view(charity.desk(who), ref), ClosedConcern)
    page = shown(open_page(charity, who, "concern", ref=ref))
    assert "Another lead works on it" in page
    assert not any(word in str(after) for word in ("heron", "The child said so"))


@pytest.mark.parametrize("who", LEADS)
@pytest.mark.parametrize("severity", [Severity.IMMEDIATE, Severity.LOW])
def test_C9_a_lead_it_comes_to_be_about_is_told_no_more_than_one_who_is_only_named_in_it(
    charity: World, who: str, severity: Severity
) -> None:
    """Neither by an instant, though the officer's clock begins, nor by a banner: not on one page, nor a week later."""
    ref = report(charity, about=["child_c"], severity=severity)
    charity.later(minutes=1)
    banner = waiting_at_once(charity.desk(who))
    [row] = queue_view(charity.desk(who)).page.rows

    add_to_own_report(charity.desk("volunteer"), ref, text="I told Dana Hale and Dev.")
    assert not charity.may(who, Action.READ_CONCERN, concern=ref)
    named = told(charity, who, ref)
    add_subject(charity.desk("trustee"), ref, who=who, reason="She says so")

    assert moved(named, told(charity, who, ref)) == []
    assert waiting_at_once(charity.desk(who)) == banner
    assert bool(banner) is (severity is Severity.IMMEDIATE)
    assert [(one.closed, one.due_at) for one in queue_view(charity.desk(who)).page.rows] == [(True, row.due_at)]
    [theirs] = [one for one in charity.all(ConcernClock, concern_ref=ref) if one.duty is Duty.LADO]
    charity.at(theirs.due_at)
    late = live_figures(charity.desk(who))
    assert late is not None
    assert late.overdue.number == (1 if severity is Severity.IMMEDIATE else 0)


def test_C9_who_becomes_a_lead_later_is_shown_no_row_of_what_is_about_them(charity: World) -> None:
    ref = report(charity, about_a_worker=True)
    add_subject(charity.desk("dsl"), ref, who="caseworker", reason="Found out")
    charity.later(days=1)
    charity.role("caseworker", Role.DEPUTY_DSL, since=charity.now)

    assert queue_view(charity.desk("caseworker")).page.rows == ()


PLACES: dict[str, Callable[[str], dict[str, object]]] = {
    "the account": lambda name: {"account": f"{name} hit him."},
    "the opinion": lambda name: {"opinion": f"I think that {name} lies."},
    "who said it": lambda name: {"said_by": f"the child, of {name}"},
    "where": lambda name: {"seen_where": f"{name}'s car"},
    "what was done": lambda name: {"actions_taken": f"I asked {name}."},
    "the child's voice": lambda name: {"parts": Parts(voice=NewVoice(VoiceHow.SAID, f"“{name} hurts me”"))},
    "whom it is about": lambda name: {"about": [f"{name} and the child"]},
    "why it is late": lambda name: {"seen": Happened(late_because=f"{name} was in the room")},
    "the name of a file": lambda name: {"parts": Parts(files=[Upload(f"{name} at the door.txt", b"a heron\n")])},
}


@pytest.mark.parametrize(
    "words, barred",
    [
        ("The DSL hit him.", ["dsl"]),
        ("It was the deputy.", ["deputy"]),
        ("I told the DSL, the deputy and the safeguarding trustee.", ["dsl", "deputy"]),
    ],
)
def test_C9_of_a_worker_a_lead_is_meant_by_their_role_too_and_somebody_is_left(
    charity: World, words: str, barred: list[str]
) -> None:
    ref, later, other = (
        report(charity, about_a_worker=True, account=words),
        report(charity, about_a_worker=True),
        report(charity, account=words),
    )
    add_to_own_report(charity.desk("volunteer"), later, text=words)

    def without(of: str) -> list[str]:
        return [who for who in LEADS if not charity.may(who, Action.READ_CONCERN, concern=of)]

    assert (without(ref), without(later), without(other)) == (barred, barred, [])
    assert charity.may("trustee", Action.TRIAGE_CONCERN, concern=ref)


@pytest.mark.parametrize(
    "fields",
    [
        {"about": ["the DSL"]},
        {"about": ["Cas Worker"], "account": "The DSL looked on."},
        {"worker": "caseworker", "seen_where": "our safeguarding lead's office"},
        {"about_a_worker": True, "parts": Parts(voice=NewVoice(VoiceHow.SAID, "the D.S.L. did"))},
    ],
)
def test_C9_a_role_counts_for_whom_it_is_about_and_in_every_word_once_a_worker_is_meant(
    charity: World, fields: dict[str, object]
) -> None:
    ref = report(charity, **fields)

    assert not charity.may("dsl", Action.READ_CONCERN, concern=ref)
    assert charity.may("deputy", Action.TRIAGE_CONCERN, concern=ref)


@pytest.mark.parametrize(
    "fields, left",
    [
        ({"account": "I told Dana, Dev and Tess."}, ["trustee"]),
        ({"account": "I told Dana and Dev.", "worker": "trustee"}, ["dsl", "deputy"]),
        ({"account": "I told Tess.", "about_a_lead": True}, ["trustee"]),
    ],
)
def test_C9_where_all_may_be_meant_somebody_is_left_to_read_it(
    charity: World, fields: dict[str, object], left: list[str]
) -> None:
    ref = report(charity, **fields)

    assert [one for one in (*LEADS, "trustee") if charity.may(one, Action.READ_CONCERN, concern=ref)] == left


@pytest.mark.parametrize("where", PLACES)
def test_C9_the_lead_s_first_name_anywhere_in_the_form_takes_it_past_them(charity: World, where: str) -> None:
    ref = report(charity, **PLACES[where]("Dana"))

    assert charity.reasons("dsl", Action.READ_CONCERN, concern=ref)[0] == "subject_of_concern"
    assert all(charity.may(who, Action.TRIAGE_CONCERN, concern=ref) for who in ("deputy", "trustee"))


def test_C9_the_others_hear_at_once_that_it_went_past_the_lead(charity: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office(monkeypatch):
        report(charity, account="It was Dana.")

    assert {mail.person for mail in charity.all(Mail)} == {"deputy", "trustee"}


@pytest.mark.parametrize("fields", [{"account": "dana shouted at him"}, {"account": "Dan hit him", "about": ["Dan"]}])
@pytest.mark.parametrize("who", ["dsl", *OTHERS])
def test_C9_named_in_the_text_only_leaves_no_trace_either(charity: World, who: str, fields: dict[str, object]) -> None:
    before = told(charity, who)

    ref = report(charity, **fields)

    assert moved(before, told(charity, who, ref)) == []


def test_C9_what_the_raiser_adds_goes_past_whom_it_may_mean(charity: World) -> None:
    ref = report(charity)
    triage(charity, ref, "dsl")

    add_to_own_report(charity.desk("volunteer"), ref, text="It was Dana.")

    assert not charity.may("dsl", Action.READ_CONCERN, concern=ref)
    assert charity.may("trustee", Action.TRIAGE_CONCERN, concern=ref)
    assert charity.one(Concern, ref=ref).lead is None  # type: ignore[union-attr]


def test_C9_one_press_of_somebody_else_lets_a_lead_who_was_only_named_work_on_it(charity: World) -> None:
    ref = report(charity, account="I told Dana what I saw.")
    page = open_page(charity, "deputy", "concern", ref=ref, part="People")
    assert "by a name, short form or initials like theirs, or by what they do here" in shown(page)

    press(page, "Dana Hale is not meant")

    assert charity.may("dsl", Action.TRIAGE_CONCERN, concern=ref)
    assert not charity.may("trustee", Action.READ_CONCERN, concern=ref)
    assert [(one.name, one.why) for one in subjects_of(charity.desk("dsl"), ref)] == [
        ("Dana Hale", "Named in the words, and not meant.")
    ]


def test_C9_a_doubt_that_is_right_becomes_a_tie_which_nobody_undoes(charity: World) -> None:
    ref = report(charity, account="It was Dana.")

    add_subject(charity.desk("deputy"), ref, who="Dana Hale", reason="She says so herself")
    remove_subject(charity.desk("deputy"), ref, who="dsl", reason="Another Dana")

    assert not charity.may("dsl", Action.READ_CONCERN, concern=ref)


def test_C9_a_doubt_that_somebody_else_has_settled_is_not_cleared_by_a_late_press(charity: World) -> None:
    ref = report(charity, account="It was Dana.")
    page = open_page(charity, "trustee", "concern", ref=ref, part="People")
    add_subject(charity.desk("deputy"), ref, who="Dana Hale", reason="She says so herself")

    with pytest.raises(Conflict, match="Somebody has put down that it is about them"):
        remove_subject(charity.desk("trustee"), ref, who="dsl", reason="Not meant.", doubted=True)
    page.run()
    assert not [one for one in page.button if one.label == "Dana Hale is not meant"]

    assert [one.doubt for one in subjects_of(charity.desk("deputy"), ref) if one.ended_at is None] == [True, False]


def test_C9_a_late_press_on_whom_it_is_about_is_refused_with_who_wrote_meanwhile(charity: World) -> None:
    ref = report(charity, account="I told Dana, and Dev, what I saw.")
    page = open_page(charity, "trustee", "concern", ref=ref, part="People")
    add_to_concern(charity.desk("trustee"), ref, what="Note", text="It was Dana herself.")

    press(page, "Dana Hale is not meant")

    assert "wrote to this concern at" in shown(page)
    assert len([one for one in subjects_of(charity.desk("trustee"), ref) if one.doubt]) == 2


def test_C9_a_lead_or_deputy_not_said_which_is_the_trustee_s_alone(charity: World) -> None:
    ref = report(charity, about_a_lead=True)

    everybody = ("dsl", "deputy", "trustee", *OTHERS)
    assert [who for who in everybody if charity.may(who, Action.READ_CONCERN, concern=ref)] == ["trustee"]
    [own] = own_concerns(charity.desk("volunteer"))
    assert own.about == "A safeguarding lead or deputy"


def test_C9_who_raised_it_reads_and_adds_to_it_when_it_is_about_them(charity: World) -> None:
    ref = report(charity, account="A heron stood there")
    add_subject(charity.desk("dsl"), ref, who="volunteer", reason="He was there")
    desk = charity.desk("volunteer")

    add_to_own_report(desk, ref, text="It was at four.")

    own = concern_in_view(desk, ref)
    assert isinstance(own, OwnReport)
    assert (own.account, [one.text for one in own.added]) == ("A heron stood there", ["It was at four."])
    assert [one.ref for one in own_concerns(desk)] == [ref]


def test_C9_a_lead_who_raises_a_concern_is_not_barred_by_their_own_name(charity: World) -> None:
    ref = raise_concern(
        charity.desk("dsl", chance=random.SystemRandom()),
        severity=Severity.LOW,
        account="Dana saw it",
        case_ref="OKF-1",
    )

    assert charity.may("dsl", Action.TRIAGE_CONCERN, concern=ref)


# The page after it


def after_raising(world: World, **fields: object) -> str:
    page = open_page(world, "volunteer", "raise_concern")
    page.radio[0].set_value(Severity.MEDIUM)
    page.text_area[0].set_value(str(fields.get("account", "He shouted")))
    if "which" in fields:
        page.checkbox[0].check().run()
        page.selectbox[0].set_value(fields["which"])
    press(page, "Raise concern")
    return shown(page).replace("\\", "")


@pytest.mark.parametrize("which", ["as written", "not said", "a lead", "dsl", "deputy"])
def test_C9_after_a_concern_about_a_worker_nobody_is_to_be_rung_who_may_be_the_one(charity: World, which: str) -> None:
    page = after_raising(charity, which=which)

    assert "Tell nobody whom it is about" in page
    assert "Not away today" not in page
    assert "Dev Uty (deputy); Tess Trust (safeguarding trustee); the local authority's designated officer" in page
    assert "Dana Hale" not in page


@pytest.mark.parametrize("account, rung", [("He shouted", True), ("Dana shouted at him", False)])
def test_C9_after_any_other_concern_a_lead_is_to_be_rung_unless_its_words_may_mean_one(
    charity: World, account: str, rung: bool
) -> None:
    assert ("Not away today: Dana Hale (lead, [020 7946 0003]" in after_raising(charity, account=account)) is rung


def test_the_reporter_chooses_from_those_whom_everybody_is_told_of_and_who_runs_access_from_all(charity: World) -> None:
    def offered(who: str) -> list[str]:
        page = open_page(charity, who, "raise_concern")
        page.checkbox[0].check().run()
        return list(page.selectbox[0].options)

    ways = ["As I wrote it above", "I would rather not say", "A lead or deputy"]
    assert offered("volunteer") == [*ways, "Dana Hale", "Dev Uty"]
    assert {"Cas Worker", "Mona Manager", "Tess Trust"} < set(offered("manager"))


def test_C9_what_waits_in_the_inbox_says_so_too(charity: World) -> None:
    desk = charity.desk("volunteer", chance=random.SystemRandom())

    assert raise_or_keep(desk, Report(Severity.LOW, "Dana shouted", case_ref="OKF-1")).quiet
    assert not raise_or_keep(desk, Report(Severity.LOW, "He shouted", case_ref="OKF-1")).quiet


def test_C9_true_figures_of_what_was_late_move_for_no_lead_who_comes_to_be_meant(charity: World) -> None:
    charity.at("2026-08-10T10:00")
    ref = report(charity, worker="caseworker")
    charity.at("2026-11-23T10:00")

    def late() -> list[object]:
        return [part["cells"] for part in late_figures(charity.desk("dsl"), date(2026, 7, 1)).parts]

    before = late()
    add_to_own_report(charity.desk("volunteer"), ref, text="It was Dana too.")

    assert charity.reasons("dsl", Action.READ_CONCERN, concern=ref)[0] == "subject_of_concern"
    assert late() == before


def test_C9_the_trustees_number_goes_on_counting_what_it_counted_before_one_came_to_be_about_them(
    charity: World,
) -> None:
    charity.at("2026-08-10T10:00")
    refs = [report(charity, about=["child_c"]) for _ in range(5)]
    charity.later(minutes=5)
    for ref in refs:
        add_subject(charity.desk("deputy"), ref, who="caseworker", reason="She says so")
    charity.at("2026-11-23T10:00")

    def counted() -> list[object]:
        parts = quarter_figures(charity.desk("trustee"), date(2026, 7, 1)).parts
        return [part["cells"] for part in parts if part["key"] == "workers"]

    assert counted() == [[5]]
    add_subject(charity.desk("deputy"), refs[0], who="trustee", reason="She says so")
    assert counted() == [[5]]


def test_C9_an_allegation_ends_only_once_it_is_put_down_whether_the_officer_was_told(charity: World) -> None:
    ref = report(charity, worker="caseworker")
    triage(charity, ref, "dsl")

    def end() -> None:
        end_concern(charity.desk("dsl"), ref, status=ConcernStatus.CLOSED, outcome="Unfounded.", lessons="None.")

    with pytest.raises(Conflict, match="the designated officer is not told"):
        end()
    note_lado(charity.desk("dsl"), ref, told_at=None, words_of_it="They advised by telephone that it is not theirs.")
    end()
