"""Whether the promise is kept: live checks over the store and the audit record, each with what is behind it."""

from okf.proof.queries.assurance.findings import Assurance, Behind, Check, Finding, Kind, State
from okf.proof.queries.assurance.now import Line, Promise, promise_now
from okf.proof.queries.assurance.proof import assure

__all__ = ["Assurance", "Behind", "Check", "Finding", "Kind", "Line", "Promise", "State", "assure", "promise_now"]
