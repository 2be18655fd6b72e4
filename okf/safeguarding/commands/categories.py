"""The further categories of a concern, beside its first (C9)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from okf.desk import Deed
from okf.store.models import ConcernCategoryAlso
from okf.terms.concerns import ConcernCategory

_ALSO = select(ConcernCategoryAlso).where(ConcernCategoryAlso.ended_at.is_(None))


def categories_set(
    deed: Deed, ref: str, wanted: Collection[ConcernCategory], *, but: ConcernCategory | None
) -> list[str]:
    """Set the further categories of a concern, beside its first; the changes, in a few words each."""
    held = {row.category: row for row in deed.session.scalars(_ALSO.where(ConcernCategoryAlso.concern_ref == ref))}
    by = deed.question.person.username
    changes = []
    for one in [one for one in ConcernCategory if one in set(wanted) - {but} - held.keys()]:
        deed.add(ConcernCategoryAlso(concern_ref=ref, category=one, noted_by=by, noted_at=deed.at))
        changes.append(f"also {one.value.replace('_', ' ')}")
    for gone in [one for one in held if one not in wanted or one is but]:
        held[gone].ended_by, held[gone].ended_at = by, deed.at
        if gone is not but:
            changes.append(f"no longer {gone.value.replace('_', ' ')}")
    return changes
