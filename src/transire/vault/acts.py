"""Acts: what a member owes the ledger beside its pools, such as the ending of a version.

An act is written in the transaction that brings it about (a withdrawal, a new version), so that neither happens
without the other. It is *owed* until the ledger has answered. The signed bytes are durable before they leave, so that
after a crash the same action is submitted again and never a second one (LEDGER.md 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from transire.crypto.canonical import Json
from transire.vault.journal import insert_or_ignore
from transire.vault.tables import acts

OWED, DONE, REFUSED = "owed", "done", "refused"

_OWED = sa.select(acts).where(acts.c.state == OWED).order_by(acts.c.seq)  # asked at every turn


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """A signed action and its id."""

    raw: bytes
    action_id: str


@dataclass(frozen=True, slots=True)
class OwedAct:
    """An act that the ledger has not answered; `signed` once its bytes may have left."""

    seq: int
    action: str
    body: dict[str, Json]
    signed: SignedBytes | None


def put(tx: sa.Connection, action: str, body: dict[str, Json], *, subject: str) -> bool:
    """Owe the ledger this action; False when it is owed or done already. `subject` is what it can be done to once."""
    return insert_or_ignore(tx, acts, action=action, subject=subject, body=body, state=OWED)


def owed(tx: sa.Connection) -> list[OwedAct]:
    """What the ledger has not answered, oldest first."""
    return [_owed(row) for row in tx.execute(_OWED)]


def count_owed(tx: sa.Connection) -> int:
    """How many acts the ledger has not answered."""
    query = sa.select(sa.func.count()).where(acts.c.state == OWED)
    return int(tx.execute(query).scalar_one())


def mark_signed(tx: sa.Connection, seq: int, signed: SignedBytes | None) -> None:
    """The bytes that will be submitted; None when those before expired and are in no block."""
    raw, action_id = (None, None) if signed is None else (signed.raw, signed.action_id)
    tx.execute(acts.update().where(acts.c.seq == seq).values(raw=raw, action_id=action_id))


def mark_answered(tx: sa.Connection, seq: int, *, refused_with: str | None) -> None:
    """The ledger has accepted the action, or refused it with a code."""
    state = DONE if refused_with is None else REFUSED
    tx.execute(acts.update().where(acts.c.seq == seq).values(state=state, answer=refused_with))


def _owed(row: sa.Row[tuple[object, ...]]) -> OwedAct:
    signed = None if row.raw is None else SignedBytes(bytes(row.raw), row.action_id)
    return OwedAct(row.seq, row.action, row.body, signed)
