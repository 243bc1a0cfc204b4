"""Taking in envelopes: check each against this node's own replica, keep it, state that it was delivered.

Everything that follows from an envelope is in one SQL transaction: its statements and documents, their rows, what
procedures do about them, and this member's own `document.delivered/1` with its way back to the sender. An envelope
that comes twice changes nothing and gets the same answer. Envelopes that come together share the transaction, whose
writing to disk costs more than they do; each stands or falls alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
import structlog

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.engines.base import Engine
from transire.errors import TransireError
from transire.merkle.tree import leaf_hash
from transire.node.anchor import read_time
from transire.node.errors import BringerDiffers, ReceptionFailed
from transire.node.logs import SaidOnce
from transire.node.post import Reply
from transire.node.projection import take_in
from transire.node.tenant import Tenant
from transire.vault import journal, outbox
from transire.vault.delivery import (
    CheckedEnvelope,
    Kept,
    check_envelope,
    grants_known,
    kinds_known,
    may_come_again,
)
from transire.vault.envelope import Envelope, parse_envelope
from transire.vault.journal import Place
from transire.vault.statements import DELIVERED, HYBRID_KEY, REFUSED, refused_body

UNANSWERED = frozenset({"document.delivered/1", "document.refused/1", "document.opened/1", "document.held/1"})
"""Kinds that say how a delivery went: answering them would never end."""

SERVER_FAULT = 500
"""From this status on a refusal is a fault of this node, not of what was delivered."""

log = structlog.get_logger(__name__)


class EngineView:
    """The ledger as this node's own replica knows it (vault.arrival.LedgerView)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.network = engine.network

    def place_of(self, action_id: str) -> Place | None:
        outcome = self._engine.lookup(action_id)
        if outcome is None or outcome.log_index is None or outcome.accepted_at is None:
            return None
        return Place(outcome.height, outcome.log_index, read_time(outcome.accepted_at))

    def network_at(self, height: int) -> str:
        begun = [genesis for genesis in self._engine.beginnings() if genesis.height < height]
        return begun[-1].network if begun else self.network

    def roles_of(self, did: str, height: int) -> Collection[str]:
        record = self._engine.member(did)
        return record.roles_at(height) if record is not None and record.is_active(height) else ()

    def credential_keys_of(self, did: str, height: int) -> Iterable[bytes]:
        record = self._engine.member(did)
        keys = () if record is None else record.keys_in_force("credential", height)
        return [unb64url(key.public, length=32) for key in keys]


class Reception:
    """Receives for one tenant; called by the post."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._ledger = EngineView(tenant.engine)
        self._said = SaidOnce()

    def __call__(self, raws: Sequence[bytes], bringer: str) -> list[Reply]:
        """Take envelopes in, in order and in one transaction: a later one may rest on an earlier one."""
        with self._tenant.transaction() as tx:
            return [self._take(tx, raw, bringer) for raw in raws]

    def _take(self, tx: sa.Connection, raw: bytes, bringer: str) -> Reply:
        try:
            envelope = parse_envelope(raw)
        except TransireError as error:
            self._say("envelope refused", raw, error.code, bringer=bringer)
            return Reply(refused_with=error.code)
        if envelope.sender != bringer:
            # Nothing is stated: the member whose name it bears may never have made it.
            self._say("envelope refused", raw, BringerDiffers.code, bringer=bringer)
            return Reply(refused_with=BringerDiffers.code)
        try:
            with tx.begin_nested():  # what one envelope wrote goes with it; the others stay
                self._keep(tx, self._check(tx, envelope))
        except TransireError as error:
            return self._refuse(tx, envelope, raw, error)
        except sa.exc.OperationalError:
            raise  # The database itself fails and may have rolled back by itself: nothing may be written after that.
        except Exception:
            # A fault of this program, not of what was delivered: nothing is stated, the envelope comes again, and the
            # envelopes beside it are taken in.
            log.exception("envelope not taken in", tenant=self._tenant.slug, sender=envelope.sender)
            return Reply(not_yet=ReceptionFailed.code)
        return Reply()

    def _check(self, tx: sa.Connection, envelope: Envelope) -> CheckedEnvelope:
        tenant = self._tenant
        return check_envelope(
            envelope,
            recipient=tenant.did,
            ledger=self._ledger,
            agreement_keys=tenant.vault.agreement_keys(),
            kinds=tenant.kinds,
            known_kinds=kinds_known(tx),
            known_grants=grants_known(tx),
        )

    def _keep(self, tx: sa.Connection, checked: CheckedEnvelope) -> None:
        kept = checked.keep(tx, self._tenant.vault, now=self._tenant.now())
        # A document's own statement may have come before it, as evidence of another: only now does it say something.
        issues = (stored.issued_by for stored in kept.documents if stored.issued_by is not None)
        try:
            take_in(tx, self._tenant, journal.locate_all(tx, {*kept.statements, *issues}))
            self._state_delivered(tx, checked, kept)
            if checked.delivered.statement.kind == HYBRID_KEY.name:
                # What is sealed for hybrid keys alone may have waited for this one.
                outbox.hasten(tx, self._tenant.now(), recipient=checked.sender)
        except TransireError as error:
            # Everything in the envelope held; what this node makes of it does not speak against the sender.
            raise ReceptionFailed(got=error.code) from error

    def _state_delivered(self, tx: sa.Connection, checked: CheckedEnvelope, kept: Kept) -> None:
        if checked.delivered.statement.kind in UNANSWERED:
            return
        for body in checked.delivered_bodies(kept):
            about = [str(body[name]) for name in ("document", "statement") if name in body]
            self._tenant.state(tx, None, DELIVERED.name, body, about=about, recipients=[checked.sender])

    def _say(self, what: str, raw: bytes, code: str, **facts: str) -> None:
        """Once for each envelope: who brings it again and again fills no log."""
        if self._said.is_new(f"{code} {sha256(raw).hex()}"):
            log.warning(what, tenant=self._tenant.slug, code=code, **facts)

    def _refuse(self, tx: sa.Connection, envelope: Envelope, raw: bytes, error: TransireError) -> Reply:
        """State the refusal, unless the same envelope may still be taken when this node has caught up."""
        tenant = self._tenant
        if may_come_again(error):
            # Mostly this replica is a block behind the sender's: nothing that an operator should look at.
            say = log.warning if error.status >= SERVER_FAULT else log.info
            say("delivery not taken yet", tenant=tenant.slug, sender=envelope.sender, code=error.code)
            return Reply(not_yet=error.code)
        self._say("delivery refused", raw, error.code, sender=envelope.sender)
        if tenant.engine.member(envelope.sender) is not None:
            self._state_refused(tx, envelope, error)
        return Reply(refused_with=error.code)

    def _state_refused(self, tx: sa.Connection, envelope: Envelope, error: TransireError) -> None:
        """Once: an envelope comes again when a crash kept its sender from noting the answer."""
        refused = b64url(leaf_hash(envelope.statements[0].raw))
        body = refused_body(refused, error.code)
        if not journal.has_stated(tx, REFUSED.name, body):
            self._tenant.state(tx, None, REFUSED.name, body, about=[refused], recipients=[envelope.sender])
