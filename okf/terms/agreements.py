"""Which texts may be signed, as an enum; imports the charity's words alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from okf.terms import Capacity


class AgreementKind(StrEnum):
    """Which text may be signed: a capacity's Confidentiality Agreement, or one of OKF's optional ones.

    The optional ones are asked for and open or block nothing (our default):
    the policy is not even told of them.
    """

    STAFF = "staff"
    VOLUNTEER = "volunteer"
    THERAPIST = "therapist"
    ALLIED_PARTNER = "allied_partner"
    PRIVACY = "privacy"
    DATA_HANDLING = "data_handling"

    @property
    def capacity(self) -> Capacity | None:
        """The capacity whose agreement it is; None for an optional text."""
        return _CAPACITIES.get(self.value)


_CAPACITIES: Final = {capacity.value: capacity for capacity in Capacity}
OPTIONAL_KINDS = tuple(kind for kind in AgreementKind if kind.capacity is None)
AnyKind: TypeAlias = AgreementKind | Capacity
