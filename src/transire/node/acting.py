"""Doing what a member owes the ledger (`vault.acts`): sign, make the bytes durable, submit, write down the answer.

The order is the one of `anchor`, and so are the consequences of a crash between any two steps.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from transire.engines.base import Engine
from transire.ledger.action import parse_action, sign_action
from transire.node.anchor import NONCE_BYTES, Signer, ask, expiry, write_time
from transire.storage.database import Database
from transire.vault import acts
from transire.vault.acts import OwedAct, SignedBytes

log = structlog.get_logger(__name__)


class Acting:
    """Does the acts of one member, in order. Its calls never overlap: the beat sees to it.

    `signer` tells the key that signs now: it may be another one tomorrow.
    """

    def __init__(
        self, database: Database, engine: Engine, signer: Callable[[], Signer], *, lifetime: timedelta
    ) -> None:
        self._database = database
        self._engine = engine
        self._signer = signer
        self._lifetime = lifetime

    def do_owed(self, now: datetime) -> None:
        """Do everything that is owed."""
        with self._database.reading() as view:
            owed = acts.owed(view)
        for act in owed:
            self._do(act, act.signed or self._sign(act, now))

    def _do(self, act: OwedAct, signed: SignedBytes) -> None:
        outcome = ask(self._engine, signed.action_id, signed.raw)
        if outcome is not None and not outcome.accepted:
            # Somebody, or an earlier act, did it before: what was to be reached is reached, or never will be.
            log.warning("act refused by the ledger", action=act.action, code=outcome.code)
        with self._database.transaction() as tx:
            if outcome is None:
                acts.mark_signed(tx, act.seq, None)
            else:
                acts.mark_answered(tx, act.seq, refused_with=outcome.code or None)

    def _sign(self, act: OwedAct, now: datetime) -> SignedBytes:
        signer = self._signer()
        raw = sign_action(
            act.action,
            act.body,
            by=signer.did,
            key=signer.key_name,
            network=self._engine.network,
            expires=write_time(expiry(self._engine, now, self._lifetime)),
            nonce=secrets.token_bytes(NONCE_BYTES),
            signer=signer.key,
        )
        signed = SignedBytes(raw, parse_action(raw).id)
        with self._database.transaction() as tx:
            acts.mark_signed(tx, act.seq, signed)
        return signed
