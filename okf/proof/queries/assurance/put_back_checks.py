"""The checks of what was put back from an earlier copy of the database, and of the ledger that a restore needs."""

from __future__ import annotations

from typing import Final

from okf.policy.decision import C1, C5, C6, C7, C8, C9
from okf.proof.queries.assurance.findings import Check, Kind

LEDGER: Final = Check(
    "ledger_of_endings",
    (C5, C6, C7, C8),
    "The ledger of endings is whole, and tells of every ending on the record.",
    "The ledger of endings is not whole, so a backup that is put back could open again what was ended.",
    "The ledger of endings is not whole in {n} places, so a backup that is put back could open again what was ended.",
    "Whoever runs Casebook looks where the file is and why it can't be written or was changed; the data protection lead"
    " is told.",
)
RESTORATIONS: Final = Check(
    "put_back",
    (C1, C5, C9),
    "No earlier copy of the database was ever put back.",
    "Once an earlier copy of the database was put back; what it lacked is told here for ever.",
    "{n} times an earlier copy of the database was put back; what each lacked is told here for ever.",
    kind=Kind.EVIDENCE,
    is_live=True,
)
