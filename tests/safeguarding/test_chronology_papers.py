"""A family's chronology for a meeting or an order: chosen line by line, read whole by a second, sealed as it went."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Mapping

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.chronology import Meeting, Order
from okf.safeguarding.commands.chronology import add_to_concern, correct_entry
from okf.safeguarding.commands.chronology_papers import (
    ChronologyContent,
    let_chronology_go,
    open_chronology_copy,
    prepare_chronology,
    read_chronology_again,
)
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.papers import IN_ONE_CELL
from okf.safeguarding.queries.chronology_papers import Version, chronologies_of, lines_to_choose, proposed
from okf.safeguarding.views.chronology_paper import files
from okf.sharing.commands.decisions import refuse_share
from okf.sharing.commands.shares import approve_share, send_share
from okf.sharing.queries.lists import ShareList, shares_in_list
from okf.store.models import (
    ChronologyCopy,
    ChronologyPaper,
    ConcernCategoryAlso,
    ConcernClock,
    ConcernEntry,
    InformationShare,
    Person,
)
from okf.terms import Action, Role, ShareStatus
from okf.terms.chronologies import ChronologyPurpose, LeftOut
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import Consent, LegalBasis
from okf.terms.duties import ClockEnd, Duty
from okf.today.queries.pending import pending_items
from tests.behind import unrecorded
from tests.world import World

MEETING = Meeting(
    "la_children",
    "Strategy meeting, Northtown",
    [LegalBasis.DPA18_S1_P18],
    "They decide on section 47 enquiries.",
    Consent.NOT_SOUGHT,
)
ORDER = Order("court_order", "Northtown Family Court", "ZW26P00001", sealed=True, rationale="Paragraph 4 of the order.")


@pytest.fixture
def charity(charity: World) -> World:
    """The child's concern, an older one of the other family, one from the mediator, one about the deputy."""
    charity.person("mediator", name="Med Iator", roles=[Role.MEDIATOR])
    charity.person("trustee2", roles=[Role.TRUSTEE])
    charity.person("dpl", roles=[Role.DATA_PROTECTION_LEAD])
    charity.case("OKF-2", parties=["party_b", "party_z"])
    charity.mediation("OKF-1", mediator="mediator")
    charity.concern("OKF-2", "K-2", about=["party_z"], account="ZEBRA of another family.")
    charity.concern(None, "K-3", about=["child_c"], account="=HYPERLINK('x')", raised_at="2026-08-01T10:00")
    charity.concern("OKF-1", "K-4", about=["child_c"], account="MEDLAR was said.", raised_by="mediator")
    charity.concern("OKF-1", "K-5", about=["child_c"], about_people=["deputy"], account="DINGO about the deputy.")
    for number, ref in enumerate(("K-1", "K-2", "K-3")):
        charity.later(minutes=number + 1)
        add_to_concern(charity.desk("dsl"), ref, what="Action taken", text=f"Done on {ref}.")
    add_to_concern(charity.desk("dsl"), "K-1", what="Note", text="NUTMEG, a plain note.")
    return charity


def prepared(charity: World, for_what: Meeting | Order = MEETING, by: str = "dsl", **more: object) -> str:
    """A version as it is proposed, by default for a meeting, prepared from K-1."""
    desk = charity.desk(by, chance=random.SystemRandom())
    ref = str(more.pop("ref", "K-1"))
    found = lines_to_choose(desk, ref)
    purpose = ChronologyPurpose.MEETING if isinstance(for_what, Meeting) else ChronologyPurpose.ORDER
    out = proposed(found, purpose, None, None) | dict(more.pop("out", {}))  # type: ignore[call-overload]
    for key in more.pop("goes", ()):  # type: ignore[attr-defined]
        out.pop(key, None)
    return prepare_chronology(desk, ref, for_what=for_what, left_out=out, seen=found.mark, **more)  # type: ignore[arg-type]


def version(charity: World, by: str = "deputy", ref: str = "K-1") -> Version:
    """The newest version that somebody sees there."""
    return chronologies_of(charity.desk(by), ref).versions[0]


def approved(charity: World, paper: str, by: str = "deputy") -> str:
    """The same, read whole and approved."""
    seen = [line.key for line in version(charity, by).lines]
    read_chronology_again(charity.desk(by), paper, approved=True, seen=seen)
    return paper


def gone(charity: World, paper: str, by: str = "dsl") -> dict[str, bytes]:
    """The files of a version that was let go."""
    desk, made = charity.desk(by, chance=random.SystemRandom()), {}

    def keep(content: ChronologyContent) -> Mapping[str, bytes]:
        made.update(files(content))
        return made

    let_chronology_go(desk, paper, ticked=version(charity, by).conditions, make=keep)
    return made


def printed(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def keys(charity: World, *words: str, by: str = "dsl") -> list[str]:
    """The keys of the lines with these words."""
    return [one.key for one in lines_to_choose(charity.desk(by), "K-1").lines if any(w in one.text for w in words)]


@pytest.mark.both_databases
def test_C9_what_goes_is_the_familys_alone_each_sources_words_apart(charity: World) -> None:
    went = gone(charity, approved(charity, prepared(charity)))

    said = printed(went["pdf"])
    assert "Done on K-1." in said
    assert "Done on K-3." in said
    for hidden in ("ZEBRA", "Done on K-2", "MEDLAR", "DINGO", "NUTMEG", "K-2", "K-4", "K-5"):
        assert hidden not in said
    sheet = load_workbook(io.BytesIO(went["xlsx"])).active
    rows = list(sheet.iter_rows(values_only=True))[1:]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert {(row[5], row[7]) for row in rows} >= {
        ("Dana Lead", "K-1"),
        (charity.one(Person, username="reporter").name, "K-3"),
    }
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert any(str(row[9]).startswith("'=HYPERLINK") for row in rows)


def test_C9_nothing_in_the_files_tells_that_something_was_left_out(charity: World) -> None:
    some = gone(charity, approved(charity, prepared(charity, out={keys(charity, "Done on K-3")[0]: LeftOut.DANGER})))

    said = printed(some["pdf"]).lower() + " ".join(
        str(cell.value) for row in load_workbook(io.BytesIO(some["xlsx"])).active.iter_rows() for cell in row
    )
    assert "done on k-3" not in said
    assert not [word for word in ("left out", "withheld", "omitted", "blacked", "danger", "second") if word in said]


def test_C9_the_reader_inside_reads_what_is_left_out_and_why(charity: World) -> None:
    prepared(charity)

    told = {why: [line.text for line in lines] for why, lines in version(charity, "dsl").left_out.items()}

    assert "ZEBRA of another family." in told[LeftOut.ANOTHER_FAMILY]
    assert told[LeftOut.MEDIATION] == ["MEDLAR was said."]
    assert told[LeftOut.NOT_NEEDED] == ["NUTMEG, a plain note."]
    assert told[LeftOut.ABOUT_A_WORKER] == ["DINGO about the deputy."]


def test_C9_a_second_reader_learns_nothing_of_a_concern_about_themselves(charity: World) -> None:
    paper = prepared(charity)
    seen = version(charity, "deputy")
    assert LeftOut.ABOUT_A_WORKER not in seen.left_out
    add_to_concern(charity.desk("dsl"), "K-5", what="Action taken", text="More on the deputy.")
    assert version(charity, "deputy").fits

    approved(charity, paper)

    assert "DINGO" not in str(seen)
    assert "K-5" not in str(seen)


def test_C9_about_a_worker_it_goes_from_that_concerns_own_page_alone_and_they_see_no_trace(charity: World) -> None:
    with pytest.raises(Invalid, match="somebody who works here"):
        prepared(charity, goes=keys(charity, "DINGO"))
    paper = prepared(charity, ref="K-5")
    with pytest.raises(NotFound):
        chronologies_of(charity.desk("deputy"), "K-5")
    with pytest.raises(NotFound):
        read_chronology_again(charity.desk("deputy"), paper, approved=False, remark="x")

    assert not [one for one in pending_items(charity.desk("deputy")) if "chronolog" in one.text]
    assert chronologies_of(charity.desk("deputy"), "K-1").versions == ()


@pytest.mark.parametrize("how", ["sealed", "a further category that ended", "the officer's clock"])
def test_C9_an_allegation_that_names_nobody_goes_into_no_other_concern_s_paper(charity: World, how: str) -> None:
    charity.concern("OKF-1", "K-6", about=["child_c"], account="WOMBAT, whoever it was.", sealed=how == "sealed")
    with unrecorded(charity.store) as session:
        if how == "the officer's clock":
            since = {"started_at": charity.now, "due_at": charity.now, "ended_at": charity.now}
            ended = {"ended_by": "dsl", "ended_how": ClockEnd.MET}
            session.add(ConcernClock(concern_ref="K-6", duty=Duty.LADO, **since, **ended))
        elif how != "sealed":
            spoken = {"noted_by": "dsl", "noted_at": charity.now, "ended_by": "dsl", "ended_at": charity.now}
            session.add(ConcernCategoryAlso(concern_ref="K-6", category=ConcernCategory.ABOUT_A_WORKER, **spoken))

    with pytest.raises(Invalid, match="somebody who works here"):
        prepared(charity, goes=keys(charity, "WOMBAT"))
    assert "WOMBAT" not in printed(gone(charity, approved(charity, prepared(charity)))["pdf"])


def test_C2_another_familys_lines_never_go_whoever_chooses_them(charity: World) -> None:
    with pytest.raises(Invalid, match="another family"):
        prepared(charity, goes=keys(charity, "ZEBRA"))


def test_C11_a_mediators_lines_never_go_to_a_court_and_to_a_meeting_when_chosen(charity: World) -> None:
    medlar = keys(charity, "MEDLAR")
    with pytest.raises(Invalid, match="mediates or mediated"):
        prepared(charity, ORDER, goes=medlar)

    assert "MEDLAR" in printed(gone(charity, approved(charity, prepared(charity, goes=medlar)))["pdf"])


def test_C9_nothing_goes_before_a_second_lead_has_read_every_line(charity: World) -> None:
    paper = prepared(charity)
    with pytest.raises(Conflict, match="second person"):
        gone(charity, paper)
    lines = [line.key for line in version(charity).lines]
    with pytest.raises(Refused):
        read_chronology_again(charity.desk("dsl"), paper, approved=True, seen=lines)
    with pytest.raises(Invalid, match="have not read"):
        read_chronology_again(charity.desk("deputy"), paper, approved=True, seen=lines[1:])

    approved(charity, paper)

    assert gone(charity, paper)


@pytest.mark.parametrize("what", ["a line", "a concern"])
def test_C9_what_is_written_meanwhile_ends_the_approval(charity: World, what: str) -> None:
    paper = approved(charity, prepared(charity))
    if what == "a line":
        add_to_concern(charity.desk("deputy"), "K-3", what="Action taken", text="More.")
    else:
        charity.concern("OKF-1", "K-7", about=["child_c"])

    with pytest.raises(Conflict, match="written about this family since"):
        gone(charity, paper)

    assert not version(charity).fits
    assert charity.count(ChronologyCopy) == 0


@pytest.mark.parametrize("how", ["comes to be", "is from the first"])
def test_C9_an_approval_lasts_when_another_concern_is_about_a_worker(charity: World, how: str) -> None:
    if how == "comes to be":
        charity.concern("OKF-1", "K-6", about=["child_c"], account="HERON.")
        not_needed = dict.fromkeys(keys(charity, "HERON"), LeftOut.NOT_NEEDED)
        paper = approved(charity, prepared(charity, out=not_needed))
        add_subject(charity.desk("deputy"), "K-6", who="caseworker", reason="The child said so.")
    else:
        paper = approved(charity, prepared(charity))
        charity.concern("OKF-1", "K-6", about=["child_c"], sealed=True)
    add_to_concern(charity.desk("dsl"), "K-6", what="Action taken", text="More.")

    assert version(charity, "dsl").fits
    assert gone(charity, paper)


def test_C9_an_approval_ends_when_lines_that_go_come_to_be_about_a_worker(charity: World) -> None:
    paper = approved(charity, prepared(charity))
    add_subject(charity.desk("deputy"), "K-3", who="caseworker", reason="The child said so.")

    with pytest.raises(Conflict, match="written about this family since"):
        gone(charity, paper)


def test_C9_a_version_is_not_prepared_from_lines_that_have_changed_since(charity: World) -> None:
    found = lines_to_choose(charity.desk("dsl"), "K-1")
    add_to_concern(charity.desk("deputy"), "K-1", what="Note", text="More.")

    with pytest.raises(Conflict, match="Somebody wrote"):
        prepare_chronology(charity.desk("dsl"), "K-1", for_what=MEETING, left_out={}, seen=found.mark)


def test_a_line_and_what_puts_it_right_go_together(charity: World) -> None:
    line = next(one for one in charity.all(ConcernEntry, concern_ref="K-1") if one.text == "Done on K-1.")
    correct_entry(charity.desk("deputy"), "K-1", line.id, text="Done on Tuesday.", reason="Mixed up.")

    with pytest.raises(Invalid, match="correction"):
        prepared(charity, out={f"K-1/{line.id}": LeftOut.NOT_NEEDED})
    assert "Puts right no. " in printed(gone(charity, approved(charity, prepared(charity)))["pdf"])


@pytest.mark.both_databases
def test_C9_what_went_is_kept_with_its_hash_and_is_on_record_with_its_authority(charity: World) -> None:
    paper = approved(charity, prepared(charity))
    went = gone(charity, paper)

    kept = {one.form: one for one in version(charity, "dsl").files}
    for form, content in went.items():
        assert kept[form].sha256 == hashlib.sha256(content).hexdigest()
        assert open_chronology_copy(charity.desk("dsl"), kept[form].ref) == content
    share = charity.one(InformationShare)
    assert (share.status, share.route, share.sent_by, share.case_ref) == (ShareStatus.SENT, "safeguarding", "dsl", None)
    [out, *_] = charity.events(action=Action.TAKE_OUT_CONCERN_PAPER, outcome="allow_with_conditions")
    assert (out.subject, out.case_ref, out.facts["share"]) == ("K-1", None, share.ref)
    assert "C9" in out.clauses
    assert charity.all(ConcernEntry, concern_ref="K-1")[-1].what == "The family's chronology sent"
    with pytest.raises(Conflict):
        gone(charity, paper)


def test_C9_conditions_are_ticked_before_it_goes(charity: World) -> None:
    paper = approved(charity, prepared(charity))

    with pytest.raises(Invalid, match="tick it once it is so"):
        let_chronology_go(charity.desk("dsl"), paper, ticked=(), make=lambda _: {})

    assert charity.count(InformationShare) == 0


def test_C11_an_order_goes_once_the_data_protection_lead_and_a_trustee_have_both_approved(charity: World) -> None:
    paper = approved(charity, prepared(charity, ORDER))
    assert gone(charity, paper) == {}
    [share] = shares_in_list(charity.desk("dpl"), ShareList.WAITING).rows
    approve_share(charity.desk("dpl"), share.ref)
    with pytest.raises(Conflict, match="waits for those"):
        gone(charity, paper)
    with pytest.raises(Conflict, match="concern's page"):
        send_share(charity.desk("dsl"), share.ref, ticked=())
    approve_share(charity.desk("trustee2"), share.ref)

    assert b"%PDF" in gone(charity, paper)["pdf"]

    assert charity.one(InformationShare).route == "legal_compulsion"


def test_C11_an_order_that_those_two_refuse_goes_nowhere(charity: World) -> None:
    paper = approved(charity, prepared(charity, ORDER))
    gone(charity, paper)
    refuse_share(charity.desk("dpl"), charity.one(InformationShare).ref, because="It names another charity.")

    with pytest.raises(Conflict, match="refused already"):
        gone(charity, paper)


@pytest.mark.parametrize("tied", ["at once", "later"])
def test_C9_an_allegations_order_is_kept_from_whom_it_is_about_on_shares_too(charity: World, tied: str) -> None:
    charity.concern("OKF-1", "K-8", about=["child_c"], about_people=["dpl"] if tied == "at once" else [])
    paper = prepared(charity, ORDER, ref="K-8")
    seen = [line.key for line in version(charity, "deputy", "K-8").lines]
    read_chronology_again(charity.desk("deputy"), paper, approved=True, seen=seen)
    let_chronology_go(charity.desk("dsl", chance=random.SystemRandom()), paper, ticked=(), make=lambda _: {})
    if tied == "later":
        add_subject(charity.desk("dsl"), "K-8", who="dpl", reason="It was they who rang.")

    assert [one.ref for one in shares_in_list(charity.desk("trustee2"), ShareList.WAITING).rows]
    assert shares_in_list(charity.desk("dpl"), ShareList.WAITING).rows == ()
    with pytest.raises(NotFound):
        approve_share(charity.desk("dpl"), charity.one(InformationShare).ref)


def test_C11_who_prepared_an_order_s_chronology_or_read_it_decides_nothing_of_its_share(charity: World) -> None:
    charity.role("dsl", Role.DATA_PROTECTION_LEAD)
    charity.role("deputy", Role.TRUSTEE)
    paper = approved(charity, prepared(charity, ORDER))
    gone(charity, paper)
    for who in ("dsl", "deputy"):
        with pytest.raises(Conflict, match="somebody else must approve"):
            approve_share(charity.desk(who), charity.one(InformationShare).ref)

    for who in ("dpl", "trustee2"):
        approve_share(charity.desk(who), charity.one(InformationShare).ref)
    assert b"%PDF" in gone(charity, paper)["pdf"]


@pytest.mark.parametrize("paper", [Order("letter", "A court", "X", sealed=True, rationale="A letter."), ORDER])
def test_C11_what_does_not_compel_is_refused(charity: World, paper: Order) -> None:
    with pytest.raises(Refused):
        prepared(charity, Order(paper.kind, paper.court, paper.reference, paper is not ORDER, paper.rationale))

    assert charity.count(ChronologyPaper) == 0


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee", "mediator"])
def test_C9_it_is_for_leads_alone(charity: World, who: str) -> None:
    paper = prepared(charity)
    for ask in (chronologies_of, lines_to_choose):
        with pytest.raises(NotFound):
            ask(charity.desk(who), "K-1")
    with pytest.raises(NotFound):
        read_chronology_again(charity.desk(who), paper, approved=False, remark="No.")


def test_words_that_are_too_long_for_a_cell_go_on_in_the_next_row(charity: World) -> None:
    add_to_concern(charity.desk("dsl"), "K-1", what="Action taken", text="long " * 9_000 + "END")
    sheet = load_workbook(io.BytesIO(gone(charity, approved(charity, prepared(charity)))["xlsx"])).active

    words = [str(row[9]) for row in sheet.iter_rows(values_only=True) if str(row[9]).startswith("long")]
    assert "".join(words).endswith("END")
    assert [len(words), max(map(len, words))] == [2, IN_ONE_CELL]


def test_the_days_that_were_asked_for_narrow_it(charity: World) -> None:
    found = lines_to_choose(charity.desk("dsl"), "K-1")
    august = next(one for one in found.lines if one.concern_ref == "K-3")

    out = proposed(found, ChronologyPurpose.MEETING, august.on, august.on)

    assert [one.key for one in found.lines if one.key not in out] == [august.key]
    assert LeftOut.OUTSIDE_THE_DAYS in out.values()


def test_it_waits_for_the_second_reader_on_their_overview(charity: World) -> None:
    prepared(charity)

    told = {
        who: [one.text for one in pending_items(charity.desk(who)) if "chronolog" in one.text]
        for who in ("dsl", "deputy", "trustee", "manager")
    }

    assert told == {
        "dsl": [],
        "deputy": ["1 family's chronology waits for a second reader"],
        "trustee": [],
        "manager": [],
    }
