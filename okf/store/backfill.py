"""What a new column must hold of rows that were there before it: made from other rows, once, by the migration."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

# Written as SQL, and not by the models, which go on changing.
_WHAT_PEOPLE_HOLD: Final = """
    UPDATE agreement_standing SET
      grants_held = (SELECT count(*) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL),
      cases_held = (SELECT count(DISTINCT g.case_ref) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL),
      held_since = (SELECT min(g.from_) FROM access_grant g WHERE g.person = agreement_standing.person
        AND g.capacity = agreement_standing.kind AND g.ended_at IS NULL)
"""
_WHEN_THEY_OPENED_IT: Final = """
    UPDATE access_grant SET last_opened_at = (SELECT max(e.at) FROM audit_event e
      WHERE e.case_ref = access_grant.case_ref AND e.actor = access_grant.person AND e.action = 'open_case'
      AND e.outcome IN ('allow', 'allow_with_conditions') AND e.at >= access_grant.from_)
    WHERE ended_at IS NULL
"""


def count_accesses(connection: Connection) -> None:
    """Say of each person what they hold, and of each live access when its holder last opened the case (0003)."""
    connection.exec_driver_sql(_WHAT_PEOPLE_HOLD)
    connection.exec_driver_sql(_WHEN_THEY_OPENED_IT)
