"""To share or not to share: one form, decided by the routes of sharing, kept for ever (C9)."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.clock import london
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.concern_forms import Informed
from okf.proof.queries.assurance import assure
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import triage_concern
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.store.models import (
    Concern,
    ConcernDecision,
    ConcernEntry,
    ConcernInformed,
    InformationShare,
    Mail,
    Referral,
    SharePackage,
    Task,
)
from okf.terms import Action, ConcernStatus, Outcome, Severity, ShareStatus
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import Consent, DecisionState, LegalBasis, ReferralStatus, Threshold
from tests.behind import behind_casebook
from tests.safeguarding.conftest import TICKED, WHY, decide, family, reasons, sharing
from tests.world import World


def when(instant: object) -> str:
    """An instant as London's clock shows it."""
    return f"{london(instant):%Y-%m-%dT%H:%M}"  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_C9_deciding_to_share_sends_one_share_and_opens_one_referral(charity: World) -> None:
    made = decide(charity, sharing=sharing())

    [share] = charity.all(InformationShare)
    assert (share.status, share.route, share.decided_by) == (ShareStatus.SENT, "safeguarding", "dsl")
    assert made.share_ref == share.ref
    [referral] = charity.all(Referral)
    assert (referral.decision_ref, referral.status) == (made.ref, ReferralStatus.SENT)
    assert charity.one(SharePackage, share_ref=share.ref) is not None


def test_C9_deciding_not_to_share_takes_the_same_form_and_sends_nothing(charity: World) -> None:
    made = decide(charity, reasons=reasons(legal_basis=[LegalBasis.DUTY_OF_CONFIDENCE], threshold=Threshold.EARLY_HELP))

    assert (made.to_share, made.rationale, made.alternatives) == (False, WHY, "Waiting for the school.")
    assert charity.count(InformationShare) == charity.count(Referral) == 0
    [entry] = charity.all(ConcernEntry, concern_ref="K-1")
    assert entry.what == "Decision 1: not to share"
    for told in (
        WHY,
        "Waiting for the school.",
        "The duty of confidence",
        "Not told, Ben Example: He is who is feared.",
    ):
        assert told in (entry.text or "")


@pytest.mark.parametrize(
    "other, told",
    [
        ({"reasons": reasons(legal_basis=[])}, "Legal basis: choose at least one."),
        ({"reasons": reasons(rationale=" ")}, "Why it is not shared: write it down first."),
        ({"reasons": reasons(legal_basis=[]), "sharing": sharing()}, "Legal basis: choose at least one."),
    ],
)
def test_C9_what_is_missing_is_told_by_its_label_before_the_policy_is_asked(charity, other, told) -> None:
    with pytest.raises(Invalid) as invalid:
        decide(charity, **other)

    assert str(invalid.value) == told
    assert charity.count(ConcernDecision) == 0
    assert charity.events(action=Action.DECIDE_CONCERN) == []


@pytest.mark.parametrize(
    "other, primary",
    [
        ({"sharing": sharing(recipient="grandparent")}, "recipient_not_listed"),
        ({"sharing": sharing(recipient="press")}, "recipient_not_listed"),
    ],
)
def test_C9_the_policy_decides_and_a_refusal_keeps_nothing_but_itself(charity, other, primary) -> None:
    with pytest.raises(Refused) as refused:
        decide(charity, **other)

    assert refused.value.decision.primary == primary
    assert charity.count(ConcernDecision) == charity.count(InformationShare) == charity.count(ConcernEntry) == 0
    [event] = charity.events(action=Action.DECIDE_CONCERN)
    assert primary in event.reasons
    assert (event.subject, event.case_ref) == ("K-1", None)


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee"])
def test_C9_nobody_but_a_lead_decides(charity: World, who: str) -> None:
    with pytest.raises(NotFound):
        decide(charity, who)

    [event] = charity.events(action=Action.DECIDE_CONCERN)
    assert event.reasons == ["not_safeguarding_lead"]


def test_C9_about_the_lead_the_deputy_decides_and_the_trustee_may(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about_people=["dsl"])
    more = (*TICKED, "before_internal_enquiry", "nobody_tells_the_person")

    for by in ("deputy", "trustee"):
        assert decide(charity, by, "K-2", sharing=sharing(recipient="lado", ticked=more)).to_share
    with pytest.raises(NotFound):
        decide(charity, "dsl", "K-2")


@pytest.mark.parametrize(
    "other, said",
    [
        ({"reasons": reasons(alternatives="")}, "What else was considered"),
        ({"reasons": reasons(consent_why=" ")}, "Why they were not asked: write it down first."),
        ({"reasons": reasons(consent=Consent.REFUSED, consent_why=None)}, "What they said: write it down first."),
        ({"informed": []}, "Who is told of this decision: name at least one person"),
        ({"informed": family(party_b="")}, "Why Ben Example is not told: write it down first."),
        ({"sharing": sharing(least=" ")}, "What goes out"),
        ({"sharing": sharing(ticked=["second_review"])}, "It holds no more than this recipient needs"),
        ({"sharing": sharing(), "reasons": reasons(legal_basis=[LegalBasis.DUTY_OF_CONFIDENCE])}, "Legal basis"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(charity: World, other, said: str) -> None:
    with pytest.raises(Invalid) as invalid:
        decide(charity, **other)

    assert str(invalid.value).startswith(said)
    assert charity.count(ConcernDecision) == charity.count(InformationShare) == 0


def test_C9_each_person_is_told_or_not_and_why_and_nothing_else_gives_it_away(charity: World) -> None:
    decide(charity, sharing=sharing(), informed=family(party_b="He is who is feared."))

    rows = charity.all(ConcernInformed)
    assert [(one.service_user, one.informed, one.why) for one in rows] == [
        ("child_c", True, None),
        ("party_a", True, None),
        ("party_b", False, "He is who is feared."),
    ]
    assert charity.count(Mail) == charity.count(Task) == 0
    assert {event.case_ref for event in charity.events()} == {None}


def test_C9_who_is_not_of_the_family_is_written_down_by_name(charity: World) -> None:
    charity.service_user("stranger", name="Sam Stranger")
    with pytest.raises(Invalid):
        decide(charity, informed=[Informed(True, service_user="stranger")])

    decide(charity, informed=[Informed(False, named="Grandmother", why="She lives with him.")])

    assert "Not told, Grandmother: She lives with him." in (charity.all(ConcernEntry)[0].text or "")


def test_C9_the_clocks_are_those_of_the_policy_over_christmas(charity: World) -> None:
    charity.setting("bank_holidays", ["2026-12-25", "2026-12-28"])
    charity.at("2026-12-24T20:00")

    made = decide(charity, sharing=sharing())

    [referral] = charity.all(Referral)
    assert when(made.due_at) == "2026-12-30T00:00"
    assert when(referral.chase_at) == "2026-12-30T09:00"
    assert when(referral.confirm_by) == "2026-12-25T20:00"


def test_C9_in_immediate_danger_it_is_done_first_and_recorded_after(charity: World) -> None:
    acted = charity.now
    charity.later(hours=2)
    done = sharing(recipient="police_999", acted_at=acted, ticked=("act_first", "tell_dsl", *TICKED))

    made = decide(charity, sharing=done)

    [share] = charity.all(InformationShare)
    assert (share.route, share.sent_at, made.acted_at) == ("immediate_danger", acted, acted)
    [event] = charity.events(action=Action.DECIDE_CONCERN)
    assert event.outcome is Outcome.ALLOW_WITH_CONDITIONS


def test_a_later_decision_replaces_an_earlier_one_and_takes_over_its_clock(charity: World) -> None:
    first = decide(charity)
    charity.later(hours=30)

    second = decide(charity, "deputy", sharing=sharing())

    was = charity.one(ConcernDecision, ref=first.ref)
    assert was is not None
    assert (was.state, was.rationale, second.replaces) == (DecisionState.REPLACED, WHY, first.ref)
    assert second.due_at == first.due_at


def test_what_was_shared_is_still_read_by_somebody_else_whatever_is_decided_later(charity: World) -> None:
    first = decide(charity, sharing=sharing())

    decide(charity)

    was = charity.one(ConcernDecision, ref=first.ref)
    assert was is not None
    assert was.state is DecisionState.AWAITS_SECOND


@pytest.mark.both_databases
def test_two_leads_at_once_the_second_is_told_who_wrote_and_loses_nothing(charity: World) -> None:
    decide(charity, entries_seen=0)

    with pytest.raises(Conflict, match="Dana Lead wrote to this concern"):
        decide(charity, "deputy", entries_seen=0)

    assert charity.count(ConcernDecision) == 1


def test_deciding_starts_the_reviews_and_moves_the_concern_on(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about=["child_c"])
    decide(charity, sharing=sharing())
    decide(charity, ref="K-2")

    one, other = charity.one(Concern, ref="K-1"), charity.one(Concern, ref="K-2")
    assert one is not None
    assert other is not None
    assert (one.status, other.status) == (ConcernStatus.REFERRED, ConcernStatus.TRIAGED)
    assert one.lead == "dsl"
    assert one.triaged_at == charity.now
    assert one.next_review_on is not None


@pytest.mark.both_databases
def test_C9_nothing_of_a_decision_can_be_changed_or_deleted_in_the_database(charity: World) -> None:
    decide(charity, sharing=sharing())

    for statement in (
        "UPDATE concern_decision SET to_share = NOT to_share",
        "UPDATE concern_decision SET rationale = 'x'",
        "DELETE FROM concern_decision",
        "UPDATE concern_informed SET informed = NOT informed",
        "DELETE FROM concern_informed",
        "DELETE FROM referral",
    ):
        with pytest.raises(DBAPIError), behind_casebook(charity.store) as connection:
            connection.execute(text(statement))


def test_a_concern_has_several_categories_and_a_threshold(charity: World) -> None:
    def triage(also: list[ConcernCategory]) -> None:
        triage_concern(
            charity.desk("dsl"),
            "K-1",
            severity=Severity.HIGH,
            status=ConcernStatus.TRIAGED,
            lead="dsl",
            note="Read.",
            category=ConcernCategory.CHILD_NEGLECT,
            also=also,
            threshold=Threshold.CHILD_IN_NEED,
        )

    triage([ConcernCategory.ONLINE_HARM, ConcernCategory.PARENTAL_CONFLICT])
    triage([ConcernCategory.PARENTAL_CONFLICT])

    view = concern_in_view(charity.desk("deputy"), "K-1")
    assert isinstance(view, ConcernInView)
    assert (view.category, view.also) == (ConcernCategory.CHILD_NEGLECT, (ConcernCategory.PARENTAL_CONFLICT,))
    assert view.threshold is Threshold.CHILD_IN_NEED
    assert "no longer online harm" in view.entries[-1].what


def test_C9_assure_finds_a_share_that_a_decision_sent_to_be_in_order(charity: World) -> None:
    decide(charity, sharing=sharing())
    add_to_concern(charity.desk("dsl"), "K-1", what="Note", text="Rang.")

    assurance = assure(charity.host())

    found = {finding.check.key: finding.count for finding in assurance.findings}
    assert (found["shares_without_authority"], found["shares_by_authority"], found["chronologies_altered"]) == (0, 1, 0)
