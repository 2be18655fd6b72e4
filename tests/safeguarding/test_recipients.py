"""One decision goes to several recipients: each is asked about, sent to and answers by itself, or nothing goes (C9)."""

from __future__ import annotations

import pytest

from okf.errors import Invalid, Misconfigured, Refused
from okf.policy.concern_forms import Informed, Sharing
from okf.proof.queries.assurance import assure
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.referrals import note_on_referral
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.queries.decisions import decisions_in_view
from okf.sharing.commands.shares import open_package
from okf.sharing.queries.lists import ShareList, shares_in_list
from okf.store.models import (
    ConcernDecision,
    ConcernEntry,
    DecisionRecipientAlso,
    InformationShare,
    Referral,
    SharePackage,
)
from okf.store.schema import migrate
from okf.terms import Action, Role
from okf.terms.decisions import ReferralStatus, ReferralStep, Way
from tests.safeguarding.conftest import decide, sharing
from tests.world import World


def two_recipients() -> list[Sharing]:
    """Children's services by telephone, and a GP in writing, each with what they need."""
    gp = sharing(recipient="gp", name="Dr Example", least="The bruise, the date.", how=Way.SECURE_EMAIL)
    return [sharing(), gp]


@pytest.mark.both_databases
def test_C9_one_decision_goes_to_several_each_with_its_own_least_share_and_referral(charity: World) -> None:
    made = decide(charity, sharing=two_recipients())

    [decision] = decisions_in_view(charity.desk("deputy"), "K-1").decisions
    assert [(one.to, one.least, one.how) for one in decision.recipients] == [
        ("Local authority, children's services", "Name, address, the bruise.", Way.TELEPHONE),
        ("GP, Dr Example", "The bruise, the date.", Way.SECURE_EMAIL),
    ]
    assert len({one.share_ref for one in decision.recipients}) == 2
    packages = {one.share_ref: one.size for one in charity.all(SharePackage)}
    assert [packages[one.share_ref] for one in decision.recipients] == [
        len("Name, address, the bruise."),
        len("The bruise, the date."),
    ]
    assert [one.referral.chase_at is not None for one in decision.recipients] == [True, False]
    [entry] = charity.all(ConcernEntry, concern_ref="K-1")
    assert entry.what == "Decision 1: shared with Local authority, children's services; GP"
    assert "To: GP, Dr Example\nWhat went out: The bruise, the date.\nHow: secure email" in (entry.text or "")
    assert made.recipient == "la_children"


def test_C9_each_of_several_recipients_answers_for_itself(charity: World) -> None:
    decide(charity, sharing=two_recipients())
    [decision] = decisions_in_view(charity.desk("dsl"), "K-1").decisions
    gp = decision.recipients[1].referral.ref

    note_on_referral(charity.desk("dsl"), "K-1", gp, step=ReferralStep.ACCEPTED, text="She sees him on Monday.")

    [decision] = decisions_in_view(charity.desk("dsl"), "K-1").decisions
    states = [one.referral.status for one in decision.recipients]
    assert states == [ReferralStatus.SENT, ReferralStatus.ACCEPTED]


@pytest.mark.parametrize("order", [1, -1])
def test_C9_one_refused_recipient_refuses_the_whole_decision_by_name_and_nothing_goes(charity, order: int) -> None:
    with pytest.raises(Refused, match=r"^Press: ") as refused:
        decide(charity, sharing=[sharing(), sharing(recipient="press")][::order])

    assert refused.value.decision.primary == "recipient_not_listed"
    for table in (ConcernDecision, InformationShare, Referral, DecisionRecipientAlso, ConcernEntry):
        assert charity.count(table) == 0
    [event] = charity.events(action=Action.DECIDE_CONCERN)
    assert event.facts["refused_to"] == "press"


def test_C9_what_is_missing_for_one_recipient_keeps_everything_from_all(charity: World) -> None:
    for other in (sharing(recipient="gp", ticked=["second_review"]), sharing(recipient="gp", least=" "), sharing()):
        with pytest.raises(Invalid):
            decide(charity, sharing=[sharing(), other])

    assert charity.count(InformationShare) == charity.count(Referral) == 0


def test_C9_a_second_reading_looks_at_what_went_to_every_recipient(charity: World) -> None:
    made = decide(charity, sharing=two_recipients())

    review_decision(charity.desk("deputy"), "K-1", made.ref, agrees=True, reason="Both need it.")

    assert [one.reviewed_by for one in charity.all(InformationShare)] == ["deputy", "deputy"]


def test_C9_whom_it_is_found_to_be_about_sees_no_share_of_any_recipient(charity: World) -> None:
    decide(charity, sharing=two_recipients())
    assert len(shares_in_list(charity.desk("deputy"), ShareList.ALL).rows) == 2

    add_subject(charity.desk("dsl"), "K-1", who="deputy", reason="The child said so.")

    assert shares_in_list(charity.desk("deputy"), ShareList.ALL).rows == ()


def test_C9_nobody_from_whom_it_is_sealed_reads_that_any_recipient_s_package_was_opened(charity: World) -> None:
    charity.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    ticked = ("minimum_necessary", "second_review", "before_internal_enquiry", "nobody_tells_the_person")
    ticked += ("act_first", "tell_dsl")
    charity.concern("OKF-1", "K-9", about=["child_c"], sealed=True)
    both = [sharing(ticked=ticked), sharing(recipient="lado", ticked=ticked)]
    decide(charity, ref="K-9", informed=[Informed(True, service_user="child_c")], sharing=both)

    for share in charity.all(InformationShare):
        open_package(charity.desk("dsl"), share.ref)

    told = record_page(charity.desk("datalead"), RecordFilter()).rows
    assert [row.action for row in told if row.actor == "dsl"] == []


def test_an_earlier_casebook_is_not_given_a_decision_with_several_recipients(charity: World) -> None:
    decide(charity, sharing=two_recipients())

    with pytest.raises(Misconfigured, match="names several recipients"):
        migrate(charity.store, "0016")


def test_C9_assure_finds_every_share_of_a_decision_to_be_in_order(charity: World) -> None:
    decide(charity, sharing=two_recipients())

    found = {finding.check.key: finding.count for finding in assure(charity.host()).findings}

    assert (found["shares_without_authority"], found["shares_by_authority"]) == (0, 2)


def test_a_recipient_that_cannot_be_kept_is_refused_with_a_sentence(charity: World) -> None:
    for recipient in ("\ud800", "x" * 61):
        with pytest.raises(Invalid, match="With whom: "):
            decide(charity, sharing=sharing(recipient=recipient))
