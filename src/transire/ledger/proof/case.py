"""One receipt under examination: what it says, what it is checked against, and what has been proved so far.

Every check reads what earlier ones proved through `proved`, never the receipt's own claim; where that is missing, it
says that it cannot be judged instead of failing for a reason of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from transire.crypto.canonical import Json
from transire.ledger.action import Action
from transire.ledger.chain import Header
from transire.ledger.checkpoint import NoteVerifier
from transire.ledger.proof.cache import VerifyCache
from transire.ledger.proof.errors import NotJudged
from transire.ledger.proof.forms import ActionReceipt, StatementReceipt
from transire.ledger.proof.headers import FinalHeader, Schedule
from transire.ledger.proof.trust import TrustRoot
from transire.ledger.state import MemberRecord, Row

T = TypeVar("T")


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What a check found. `shown` is False where the receipt does not show what the check is about."""

    found: str
    expected: str = ""
    detail: str = ""
    shown: bool = True


@dataclass(slots=True, kw_only=True)
class Case:
    """The receipt, the verifier's own knowledge, and the facts proved so far (None until then)."""

    receipt: StatementReceipt | ActionReceipt
    trust: TrustRoot
    cache: VerifyCache
    now: datetime
    max_age: timedelta | None = None
    witnesses: Sequence[NoteVerifier] = ()
    schedule: Schedule | None = None
    accepted: FinalHeader | None = None
    proven: FinalHeader | None = None
    map_root: bytes | None = None
    action: Action | None = None
    records: Mapping[str, MemberRecord | None] | None = None
    rows: Mapping[str, Row | None] | None = None

    @property
    def height(self) -> int:
        """The height of the block that holds the action, as the receipt says; bound by the log's leaf."""
        return self.receipt.log.height

    @property
    def statement_json(self) -> dict[str, Json] | None:
        """The statement of a receipt of a statement, as it was hashed."""
        if not isinstance(self.receipt, StatementReceipt):
            return None
        shown = self.receipt.statement
        return {
            "about": list(shown.about),
            "actor": shown.actor,
            "body": shown.body,
            "by": shown.by,
            "kind": shown.kind,
            "salt": shown.salt,
        }

    def state_header(self) -> Header:
        """Header K, under whose app_hash all proofs stand."""
        return proved(self.proven, "signed").header


def proved(fact: T | None, check: str) -> T:
    """The fact, once the check that proves it holds."""
    if fact is None:
        raise NotJudged(got="not judged", expected=f"that the check “{check}” holds")
    return fact
