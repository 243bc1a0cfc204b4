"""A tenant: a member as this node hosts it, walled off from the others by a database, a vault and keys of its own.

Everything that a service does for a member goes through here, in one SQL transaction: what is stated, what is issued
and to whom it goes. The beat brings it to the ledger and to the recipients afterwards; a crash between
loses nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from transire.credentials.concealed import DISCLOSABLE
from transire.crypto.canonical import Json
from transire.crypto.digests import hkdf_sha256
from transire.crypto.ecdsa import EcdsaKey
from transire.crypto.encoding import unb64url
from transire.crypto.keystore import KeyStore
from transire.desk.passwords import INTERACTIVE, TEST
from transire.desk.person import Person
from transire.desk.persons import actor_reference, node_person
from transire.desk.sign_in import SignInDesk
from transire.engines.base import Engine, Outcome
from transire.ledger.action import sign_action
from transire.ledger.endings import ended_key
from transire.ledger.kinds import KindRegistry
from transire.ledger.state import MemberRecord, at
from transire.ledger.statement import make_statement, statement_bytes, stored_statement
from transire.node.anchor import NONCE_BYTES, Signer, expiry, write_time
from transire.node.enrolment import DESK, EXCHANGE_NAME
from transire.node.errors import (
    EvidenceMissing,
    HybridKeyMissing,
    LedgerSilent,
    RecipientUnknown,
    StatementNotAccepted,
    WitnessRefused,
)
from transire.storage.database import Database
from transire.vault import acts, journal, outbox
from transire.vault.envelope import build_envelope
from transire.vault.hybrid_keys import hybrid_public_of
from transire.vault.outbox import OutboxRow
from transire.vault.representations import represent
from transire.vault.trees import KeptTrees
from transire.vault.vault import Vault

UNHURRIED_AT_MOST_S = 90
"""Statements that nobody waits for are anchored after a random while, so that their time says nothing (LEDGER 11)."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a statement that does not wait may be anchored: not "now", which a clock that is set back would make later."""

ANSWER_WITHIN_S = 30.0

TREES: Final = KeptTrees()
"""Of all members of this process together; a pool's name says enough, since no two pools share one."""

Countersigned = Callable[[int], tuple[int, str] | None]
"""The newest header above a height whose log an outside witness countersigned, with the note that says so."""


def await_outcome(answer: Future[Outcome]) -> Outcome:
    """The ledger's answer to a submitted action, within the time that somebody waits for it."""
    try:
        return answer.result(timeout=ANSWER_WITHIN_S)
    except TimeoutError as error:
        raise LedgerSilent(expected=f"an answer within {ANSWER_WITHIN_S:g} s") from error


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that has been issued: its identity, its version's commitment, and the statement that says so."""

    document_id: str
    commitment: str
    statement_id: str


class Tenant:
    """A hosted member. Services take it as their first argument; it is safe to share between threads."""

    def __init__(
        self,
        *,
        slug: str,
        did: str,
        database: Database,
        vault: Vault,
        keys: KeyStore,
        engine: Engine,
        kinds: KindRegistry,
        wake: Callable[[], None],
        action_lifetime: timedelta,
        countersigned: Countersigned = lambda above: None,
        tombstones: Path = Path("destroyed.jsonl"),
        origin_rules: Path | None = None,
        post_quantum: str = "offer",
    ) -> None:
        self.slug = slug
        self.did = did
        self.database = database
        self.vault = vault
        self.keys = keys
        self.engine = engine
        self.kinds = kinds
        self.wake = wake
        self.action_lifetime = action_lifetime
        self.countersigned = countersigned
        self.tombstones = tombstones
        self.origin_rules = origin_rules
        """The folder of rules of origin that the node's operator imported."""
        self.post_quantum = post_quantum
        self._known: tuple[int, MemberRecord | None] | None = None

    # What the ledger says of this member.

    @property
    def record(self) -> MemberRecord | None:
        """The member's record on the ledger; None before it is enrolled."""
        height = self.engine.height  # before the record, which may be younger than its height here but never older
        if self._known is None or self._known[0] != height:
            self._known = (height, self.engine.member(self.did))
        return self._known[1]

    @property
    def name(self) -> str:
        """The name under which the member is enrolled."""
        return self.name_of(self.did)

    @property
    def roles(self) -> tuple[str, ...]:
        """The member's roles at the present height."""
        return self.roles_at(self._next_height)

    def roles_at(self, height: int) -> tuple[str, ...]:
        """The member's roles at a height of the past, or the next one."""
        record = self.record
        return () if record is None else record.roles_at(height)

    def name_of(self, did: str) -> str:
        """The name of any member of the network; its DID where it is unknown."""
        record = self.engine.member(did)
        return (record and at(record.name, self._next_height)) or did

    @property
    def _next_height(self) -> int:
        # A change made in block H rules from H+1 on (LEDGER 5): this is what binds the next action.
        return self.engine.height + 1

    def ended_unseen(self, height: int | None) -> bool:
        """Whether a version ended at a height before this node's first block: when exactly is not known here."""
        unseen = self.engine.unseen_past()
        return height is not None and unseen is not None and height <= unseen.height

    @property
    def signer(self) -> Signer:
        """The key that signs this member's actions."""
        return self.signer_for("act")

    def signer_for(self, purpose: str) -> Signer:
        """The key of that purpose that signs now: the newest that the ledger has in force and this node keeps."""
        name = self.key_name_for(purpose)
        return Signer(self.did, name, self.keys.signing_key(name))

    def key_name_for(self, purpose: str) -> str:
        """The name of that key; before the member is enrolled, of the first one."""
        record, kept = self.record, self.keys.names()
        in_force = () if record is None else record.keys_in_force(purpose, self._next_height)
        return next((key.name for key in reversed(in_force) if key.name in kept), f"{purpose}-1")

    @cached_property
    def sign_in_desk(self) -> SignInDesk:
        """Where the member's persons sign in; the key that seals their second factors comes from the key store."""
        secret = self.keys.agreement_key(DESK).private
        desk_key = hkdf_sha256(secret, salt=b"", info=b"transire/desk/v1", length=32)
        # A key store at the test cost belongs to tests and demonstrations; so do passwords hashed at that cost.
        return SignInDesk(self.database, desk_key, TEST if self.keys.profile == "test" else INTERACTIVE)

    # What a service does.

    def now(self) -> datetime:
        """The node's clock: for what is pooled and retried, never for what the ledger decides."""
        return datetime.now(UTC)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One SQL transaction over desk, vault, outbox and records of this member; the beat is woken behind it."""
        with self.database.transaction() as tx:
            yield tx
        # Not before: a turn that began while the transaction was open saw nothing of it, and sleeps since.
        self.wake()

    def issue(
        self,
        tx: sa.Connection,
        person: Person,
        *,
        document: dict[str, Json],
        schema_id: str,
        recipients: Sequence[str],
        previous: str | None = None,
        attach: Sequence[str] = (),
        purpose: str = "filing",
    ) -> Issued:
        """Keep a signed document, state that it is issued, and have both delivered."""
        stored = self.vault.put(
            tx,
            lambda salt: self._representations(document, schema_id, salt),
            issuer=self.did,
            schema_id=schema_id,
            previous=previous,
            now=self.now(),
        )
        statement_id = self.state(
            tx,
            person,
            "document.issued/1",
            stored.issued_body(),
            about=[stored.document_id],
            recipients=recipients,
            attach=attach,
            documents=[stored.commitment],
            purpose=purpose,
        )
        self.vault.mark_issued(tx, stored.commitment, statement_id)
        return Issued(stored.document_id, stored.commitment, statement_id)

    def state(
        self,
        tx: sa.Connection,
        person: Person | None,
        kind: str,
        body: dict[str, Json],
        *,
        about: Sequence[str],
        recipients: Sequence[str] = (),
        attach: Sequence[str] = (),
        documents: Sequence[str] = (),
        purpose: str = "filing",
    ) -> str:
        """State something, durable in this transaction; anchored and delivered after it. Returns the statement's id.

        Without a person the node states it for the member. `attach` names statements that go along as evidence,
        `documents` the commitments whose sealed bytes do.
        """
        salt = secrets.token_bytes(32)
        who = node_person(tx, self.now()) if person is None else person
        made = make_statement(kind, body, about=about, by=self.did, actor=actor_reference(tx, who, salt), salt=salt)
        statement = stored_statement(statement_bytes(made))  # made and read strictly just now
        # Asked only where something has to go before: a subject of which much is said has many kinds to look through.
        known = journal.kinds_about(tx, statement.about) if self.kinds.find(kind).follows else ()
        self.kinds.check_statement(statement, self.roles, known)
        self._check_evidence(tx, attach)
        statement_id = journal.write_own(tx, statement, ready_at=self._ready_at(kind))
        for recipient in dict.fromkeys(recipients):
            self._check_recipient(recipient)
            outbox.put(
                tx,
                recipient=recipient,
                statement=statement_id,
                attached=attach,
                documents=documents,
                purpose=purpose,
                now=self.now(),
            )
        return statement_id

    def end(self, tx: sa.Connection, commitment: str, successor: str | None = None) -> bool:
        """End a version that this member issued: owed to the ledger from this transaction on, done by the beat.

        False, and nothing changed, when it has ended or is about to.
        """
        body: dict[str, Json] = {"version": commitment}
        if successor is not None:
            body["successor"] = successor
        if self.engine.state(ended_key(self.did, commitment)) is not None:
            return False
        return acts.put(tx, "document.end/1", body, subject=commitment)

    def act(self, action: str, body: dict[str, Json], *, purpose: str = "act") -> Outcome:
        """Sign an action of this member, submit it, and wait until the ledger has answered."""
        signer = self.signer_for(purpose)
        raw = sign_action(
            action,
            body,
            by=self.did,
            key=signer.key_name,
            network=self.engine.network,
            expires=write_time(expiry(self.engine, self.now(), self.action_lifetime)),
            nonce=secrets.token_bytes(NONCE_BYTES),
            signer=signer.key,
        )
        outcome = await_outcome(self.engine.submit(raw))
        if not outcome.accepted:
            raise WitnessRefused(got=outcome.code)
        return outcome

    def announce(self, endpoint: str) -> bool:
        """Enter the address at which other nodes deliver to this member; False when it stands there already."""
        record = self.record
        if record is not None and at(record.endpoint, self._next_height) == endpoint:
            return False
        self.act("member.update/1", {"did": self.did, "endpoint": endpoint})
        return True

    @property
    def credential_key_name(self) -> str:
        """Which key signs this member's credentials."""
        return self.key_name_for("credential")

    @property
    def exchange_key_names(self) -> list[str]:
        """The keys that readers outside are told of, oldest first; the last one signs. The ledger has none of them."""
        numbered = [(int(found[1]), name) for name in self.keys.names() if (found := EXCHANGE_NAME.match(name))]
        return [name for _, name in sorted(numbered)]

    def exchange_keys(self) -> list[EcdsaKey]:
        """These keys, by an algorithm that the ledger has not."""
        return [self.keys.ecdsa_key(name) for name in self.exchange_key_names]

    def located(self, statement_id: str) -> journal.Located:
        """A statement with its evidence; refused while the ledger has not accepted it."""
        with self.database.reading() as view:
            found = journal.locate(view, statement_id, kept=TREES)
        if found is None:
            raise StatementNotAccepted(got=statement_id)
        return found

    def envelope(self, view: sa.Connection, row: OutboxRow) -> bytes:
        """The bytes that bring an outbox row to its recipient, sealed for the recipient's present key."""
        public = self._sealing_public_of(view, row) if row.documents else b""
        return build_envelope(view, self.vault, row, sender=self.did, recipient_public=public)

    def _representations(self, document: dict[str, Json], schema_id: str, salt: bytes) -> dict[str, bytes]:
        """The credential; beside it the form for readers outside, and the token from which single parts are shown."""
        if not document.get("proof"):
            return represent(document, salt=salt)
        outside = [self.keys.ecdsa_key(name) for name in self.exchange_key_names[-1:]]
        disclosable = schema_id.startswith(DISCLOSABLE)
        own = self.keys.signing_key(self.credential_key_name) if disclosable else None
        return represent(document, salt=salt, concealed_by=own, exchanged_by=outside[0] if outside else None)

    def _sealing_public_of(self, view: sa.Connection, row: OutboxRow) -> bytes:
        """The recipient's hybrid key, where it stated one beside its agree key and the settings allow it."""
        agree = self._agree_public_of(row.recipient)
        hybrid = None if self.post_quantum == "off" else hybrid_public_of(view, row.recipient, agree)
        if hybrid is None and self.post_quantum == "require":
            raise HybridKeyMissing(got=row.recipient)
        return agree if hybrid is None else hybrid

    def _agree_public_of(self, did: str) -> bytes:
        record = self.engine.member(did)
        keys = () if record is None else record.keys_in_force("agree", self._next_height)
        if not keys:
            raise RecipientUnknown(got=did)
        return unb64url(keys[-1].public, length=32)

    def _ready_at(self, kind: str) -> datetime:
        if not self.kinds.find(kind).unhurried:
            return AT_ONCE
        return self.now() + timedelta(seconds=secrets.randbelow(UNHURRIED_AT_MOST_S))

    def _check_evidence(self, tx: sa.Connection, attached: Sequence[str]) -> None:
        """An envelope waits until all that goes along is on the ledger: for what is not here it would wait for ever."""
        if attached and (absent := set(attached) - journal.states_of(tx, attached).keys()):
            raise EvidenceMissing(got=", ".join(sorted(absent)))

    def _check_recipient(self, did: str) -> None:
        if self.engine.member(did) is None:
            raise RecipientUnknown(got=did)
