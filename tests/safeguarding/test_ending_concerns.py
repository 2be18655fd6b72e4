"""A concern ends once its referrals are answered or given up and its decisions read, else it says why not (C9)."""

from __future__ import annotations

import pytest

from okf.errors import Conflict
from okf.safeguarding.commands.concerns import end_concern
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.referrals import note_on_referral
from okf.safeguarding.queries.unfinished import keeps_open
from okf.store.models import Concern, ConcernDecision, Referral
from okf.terms import ConcernStatus
from okf.terms.decisions import ReferralStatus, ReferralStep
from tests.safeguarding.conftest import decide, reasons, sharing
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World


def end(world: World) -> None:
    """End the concern, as the lead."""
    end_concern(world.desk("dsl"), "K-1", status=ConcernStatus.CLOSED, outcome="He is safe.", lessons="None.")


def note(world: World, number: int, *steps: ReferralStep) -> None:
    """Something is put on record of one of the concern's referrals."""
    referral = sorted(world.all(Referral), key=lambda one: one.recipient)[number].ref
    for step in steps:
        note_on_referral(world.desk("dsl"), "K-1", referral, step=step, text="They said so.")


def read(world: World, number: int, by: str = "deputy", *, agrees: bool = True) -> None:
    """Somebody reads the latest decision again."""
    made = decisions(world)[number - 1]
    review_decision(world.desk(by), "K-1", made, agrees=agrees, reason="Read.")


def decisions(world: World) -> list[str]:
    """The decisions' references, in their order."""
    return [one.ref for one in sorted(world.all(ConcernDecision), key=lambda one: one.number)]


def test_C9_it_does_not_end_before_each_referral_is_answered_and_the_decision_read(charity: World) -> None:
    decide(charity, sharing=[sharing(), sharing(recipient="police_101")])
    with pytest.raises(Conflict) as conflict:
        end(charity)
    told = str(conflict.value)
    for words in (
        "tabs Decisions and Checklists",
        "the referral to Local authority, children's services of 23 November 2026 at 10:00 has no answer",
        "the referral to Police, 101 of 23 November 2026 at 10:00 has no answer",
        "decision 1 waits for its second reading",
    ):
        assert words in told

    note(charity, 0, ReferralStep.ACCEPTED, ReferralStep.CONFIRMED)
    note(charity, 1, ReferralStep.ACKNOWLEDGED, ReferralStep.CONFIRMED)
    assert len(keeps_open(charity.desk("dsl"), "K-1")) == 2
    note(charity, 1, ReferralStep.GIVEN_UP)
    with pytest.raises(Conflict, match="second reading"):
        end(charity)
    read(charity, 1)

    end(charity)

    concern = charity.one(Concern, ref="K-1")
    assert concern is not None
    assert concern.ended_at == charity.now
    assert {one.status for one in charity.all(Referral)} == {ReferralStatus.ACCEPTED, ReferralStatus.GIVEN_UP}


def test_C9_a_refused_referral_keeps_it_open_until_it_is_left_at_their_answer(charity: World) -> None:
    decide(charity, sharing=sharing())
    read(charity, 1)
    note(charity, 0, ReferralStep.NOT_ACCEPTED)
    with pytest.raises(Conflict, match="was not accepted: escalate it"):
        end(charity)
    with pytest.raises(Conflict, match="They have answered"):
        note(charity, 0, ReferralStep.GIVEN_UP)

    note(charity, 0, ReferralStep.LEFT)
    with pytest.raises(Conflict, match="23 November 2026 at 10:00 is not confirmed in writing"):
        end(charity)
    note(charity, 0, ReferralStep.CONFIRMED)

    end(charity)


def test_C9_a_dispute_keeps_it_open_until_it_is_settled_and_what_fell_is_decided_anew(charity: World) -> None:
    decide(charity)
    read(charity, 1, agrees=False)
    with pytest.raises(Conflict, match="decision 1 waits for its third reading"):
        end(charity)
    read(charity, 1, "trustee", agrees=False)
    with pytest.raises(Conflict, match="decision 1 does not stand, and is to be made anew"):
        end(charity)

    decide(charity, sharing=sharing(), reasons=reasons())
    note(charity, 0, ReferralStep.ACCEPTED, ReferralStep.CONFIRMED)
    read(charity, 2)

    end(charity)


def test_C9_without_a_decision_it_ends_with_its_reason(charity: World) -> None:
    end(charity)

    concern = charity.one(Concern, ref="K-1")
    assert concern is not None
    assert concern.status is ConcernStatus.CLOSED


@pytest.mark.one_database
def test_C9_the_page_says_what_keeps_it_open_with_the_way_to_it(charity: World) -> None:
    decide(charity)

    told = shown(open_page(charity, "dsl", "concern", ref="K-1"))

    assert "Decision 1 waits for its second reading." in told
    assert "The tab Decisions" in told
    assert "I have read the whole chronology" not in told
