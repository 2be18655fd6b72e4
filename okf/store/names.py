"""People and organisations found in SQL by what somebody typed of their names, people by former ones too."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.match.fold import folded
from okf.store.models import FormerPerson, PartnerOrganisation, Person

_LIKE: Final[Any] = bindparam("name_like")
_BY_FORMER_NAME = select(FormerPerson.person).where(FormerPerson.name_folded.like(_LIKE, escape="\\"))
NAME_HAS_LETTERS: Final[Any] = or_(Person.name_folded.like(_LIKE, escape="\\"), Person.username.in_(_BY_FORMER_NAME))
USERNAME_HAS_LETTERS: Final[Any] = func.lower(Person.username).like(bindparam("username_like"), escape="\\")


def letters(words: str) -> dict[str, str]:
    """What the conditions of this module bind; without words they hold of everyone."""
    typed = words.strip()
    # Signs alone are no letters of anybody's name: they find nobody.
    return {"name_like": _within(folded(typed) or typed), "username_like": _within(typed.lower())}


def partner_named(session: Session, name: str) -> PartnerOrganisation | None:
    """The organisation on file of this name, however it is written."""
    alike = select(PartnerOrganisation).where(
        PartnerOrganisation.name_folded == folded(name), PartnerOrganisation.name_folded != ""
    )
    return session.get(PartnerOrganisation, name) or session.scalars(alike.limit(1)).first()


def _within(text: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
