"""Try out a decision: the imagined case answers as a real one would, for everyone who may ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from okf.errors import Refused
from okf.parts import PARTS
from okf.proof.queries.hypothetical import JOINT, PARTY, GrantHeld, Opening, Sharing, rehearse_opening, rehearse_sharing
from okf.shell import app_context
from okf.terms import Action, Capacity, RecordClass, Role
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def okf(world: World) -> World:
    world.manager()
    world.person("trustee", roles=[Role.TRUSTEE])
    return world


@pytest.mark.parametrize(
    "capacity, role, record_class, told_by, may",
    [
        (Capacity.VOLUNTEER, None, RecordClass.THERAPY_NOTE, PARTY, False),
        (Capacity.VOLUNTEER, None, RecordClass.TASK_NOTE, JOINT, True),
        (Capacity.VOLUNTEER, None, RecordClass.TASK_NOTE, PARTY, False),
        (Capacity.ALLIED_PARTNER, None, RecordClass.REFERRAL_PACK, JOINT, True),
        (Capacity.ALLIED_PARTNER, None, RecordClass.NOTE, JOINT, False),
        (Capacity.THERAPIST, None, RecordClass.THERAPY_NOTE, PARTY, True),
        (Capacity.STAFF, Role.CASEWORKER, RecordClass.NOTE, PARTY, True),
        (Capacity.STAFF, Role.CASEWORKER, RecordClass.THERAPY_NOTE, PARTY, False),
        (Capacity.STAFF, None, RecordClass.NOTE, PARTY, False),
    ],
)
def test_C5_a_grant_reaches_as_far_as_such_work_begins_with(okf, capacity, role, record_class, told_by, may):
    asked = Opening(Action.READ_RECORD, capacity, role, record_class=record_class, told_by=told_by)

    assert rehearse_opening(okf.desk("manager"), asked).allowed is may


def test_C5_a_grant_that_was_widened_reaches_further_and_an_ended_one_nowhere(okf):
    wide = Opening(
        Action.READ_RECORD, Capacity.VOLUNTEER, covers=(PARTY,), every_kind=True, record_class=RecordClass.NOTE
    )
    wider = replace(wide, record_class=RecordClass.THERAPY_NOTE)  # more than a volunteer's access may cover
    over = Opening(Action.READ_RECORD, Capacity.STAFF, Role.CASEWORKER, grant=GrantHeld.REVOKED)

    assert rehearse_opening(okf.desk("manager"), wide).allowed
    assert not rehearse_opening(okf.desk("manager"), wider).allowed
    assert not rehearse_opening(okf.desk("manager"), over).allowed


@pytest.mark.parametrize("sender", [Capacity.VOLUNTEER, Capacity.ALLIED_PARTNER])
def test_C8_a_volunteer_or_partner_is_asked_about_as_well(okf, sender):
    asked = Sharing(sender, RecordClass.NOTE, PARTY, False, "school_dsl", None, False, None, "support", (PARTY,))

    assert rehearse_sharing(okf.desk("manager"), asked).decision


def test_trustees_rehearse_and_a_volunteer_does_not(okf):
    okf.volunteer()
    asked = Opening(Action.READ_RECORD, Capacity.STAFF, Role.CASEWORKER)

    assert rehearse_opening(okf.desk("trustee"), asked).allowed
    with pytest.raises(Refused):
        rehearse_opening(okf.desk("volunteer"), asked)


def test_a_trustee_asks_on_the_page_of_a_volunteer_and_a_therapy_note(okf):
    app_context.open_app(okf.desk(None), PARTS)
    at = AppTest.from_function(_page, default_timeout=60).run()
    box = {one.label: one for one in at.selectbox}
    box["May a person working as"].set_value(Capacity.VOLUNTEER)
    box["to a record of this kind"].set_value(RecordClass.THERAPY_NOTE)

    next(one for one in at.button if one.key and "opening" in one.key).click().run()

    assert not at.exception
    said = [*(one.value for one in at.markdown), *(one.value for one in at.error), *(one.value for one in at.warning)]
    assert any("May a person working as volunteer open a therapy note" in one for one in said)
    assert any("**No.**" in one for one in said)


def _page() -> None:
    from okf.desk import Desk
    from okf.shell.app_context import door
    from pages import rehearse

    rehearse.render(Desk(door().store, "trustee", now=door().now))
