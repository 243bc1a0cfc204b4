"""What the recipient's node checks before it believes an envelope (LEDGER.md 8, `spec/delivery.md`).

In this order: the envelope is for us; each statement leads to a pool that stands on *our own* replica of the ledger, is
by the member who anchored it, and is of a kind that allows it; each document is the one that its issuer stated, opens
with our key, matches its commitment, and is a valid credential of that issuer. Everything or nothing: one defect
refuses the envelope, and its code goes into `document.refused/1`.

Nothing is written here. `CheckedEnvelope.keep` writes what was checked, and may be called again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import sqlalchemy as sa

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey
from transire.errors import TransireError
from transire.ledger.action import Action, parse_action
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import verify_pool_opening, verify_statement
from transire.merkle.tree import leaf_hash
from transire.vault import journal
from transire.vault.arrival import CheckedDocument, LedgerView, check_document
from transire.vault.envelope import Envelope, StatementItem
from transire.vault.errors import (
    ActionNotAccepted,
    ActionUnfit,
    DeliveryRefused,
    EnvelopeMisdirected,
    PrecedingMissing,
    SenderSilent,
)
from transire.vault.grants import KnownGrants, check_grants, terms_of
from transire.vault.journal import Located, Place
from transire.vault.parts import check_parts
from transire.vault.received import write_received
from transire.vault.statements import GRANT, GRANT_ENDED, delivered_body, named_body
from transire.vault.stored import StoredDocument
from transire.vault.tables import about, pools, statements
from transire.vault.vault import Vault

WITNESS: Final = "witness/1"


KnownKinds = Callable[[str, Place], Collection[str]]
"""The kinds of the statements that this member holds about a subject, or that the subject is, up to a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEnvelope:
    """An envelope in which everything holds. The first statement is the one that was delivered."""

    sender: str
    statements: tuple[Located, ...]
    documents: tuple[CheckedDocument, ...]

    @property
    def delivered(self) -> Located:
        """The statement that the sender brings; the others are its evidence."""
        return self.statements[0]

    def keep(self, tx: sa.Connection, vault: Vault, *, now: datetime) -> Kept:
        """Write statements and documents; returns what was not here before."""
        fresh = write_received(tx, self.statements, now=now)
        kept = [
            document
            for document in self.documents
            if vault.keep(
                tx,
                document.stored,
                ciphertext=document.ciphertext,
                content_key=document.content_key,
                now=now,
                by_grant=self.delivered.statement.kind == GRANT.name,
            )
        ]
        return Kept(statements=fresh, documents=tuple(document.stored for document in kept))

    def delivered_bodies(self, kept: Kept) -> list[dict[str, Json]]:
        """The bodies of the `document.delivered/1` to state: one for each new document, else one for the statement.

        For a document `statement` is its `document.issued/1`, which is what a claim names (LEDGER.md 3). Nothing new
        gives none: what was delivered is stated once.
        """
        if kept.documents:
            return [
                delivered_body(
                    str(stored.issued_by), **named_body(stored.document_id, stored.commitment, stored.issuer)
                )
                for stored in kept.documents
            ]
        main = self.delivered.id
        return [delivered_body(main)] if main in kept.statements else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an envelope brought that was new: ids of statements, versions of documents."""

    statements: tuple[str, ...]
    documents: tuple[StoredDocument, ...]


def check_envelope(
    envelope: Envelope,
    *,
    recipient: str,
    ledger: LedgerView,
    agreement_keys: Sequence[AgreementKey | HybridKey],
    kinds: KindRegistry,
    known_kinds: KnownKinds,
    known_grants: KnownGrants | None = None,
) -> CheckedEnvelope:
    """Refuse an envelope unless everything in it holds on this member's own replica of the ledger."""
    if envelope.recipient != recipient:
        raise EnvelopeMisdirected(expected=recipient, got=envelope.recipient, where="/to")
    found = tuple(_locate(item, ledger, f"/statements/{index}") for index, item in enumerate(envelope.statements))
    if found[0].statement.by != envelope.sender:
        raise SenderSilent(expected=envelope.sender, got=found[0].statement.by, where="/statements/0/statement/by")
    for index, located in enumerate(found):
        _check_kind(located, found, ledger, kinds, known_kinds, f"/statements/{index}")
    documents = tuple(
        check_document(item, found, ledger, agreement_keys, f"/documents/{index}")
        for index, item in enumerate(envelope.documents)
    )
    for index, document in enumerate(documents):
        check_parts(document, found, ledger, f"/documents/{index}")
    check_grants(found, documents, known_grants)
    return CheckedEnvelope(sender=envelope.sender, statements=found, documents=documents)


def may_come_again(error: TransireError) -> bool:
    """Whether the same envelope may be taken later: this node lags, or its own disk or database failed.

    Such an error must never become a `document.refused/1`: it says nothing about what was delivered.
    """
    return error.status >= 500 or (isinstance(error, DeliveryRefused) and error.transient)


_ANCHORED = (
    sa.select(statements.c.kind)
    .join(pools, pools.c.pool == statements.c.pool)
    .where(pools.c.log_index <= sa.bindparam("until"))
)
# Two questions, each answered from an index of its own: asked as one, they would look through all statements.
_KINDS_KNOWN = sa.union(
    _ANCHORED.join(about, about.c.statement == statements.c.id).where(about.c.subject == sa.bindparam("subject")),
    _ANCHORED.where(statements.c.id == sa.bindparam("subject")),
)


def kinds_known(tx: sa.Connection) -> KnownKinds:
    """`known_kinds` over the member's journal.

    A statement of the same pool counts: what a member says in one breath may rest on itself. (Possession does not:
    it asks for a smaller log index.)
    """

    def known(subject: str, place: Place) -> Collection[str]:
        return set(tx.execute(_KINDS_KNOWN, {"subject": subject, "until": place.log_index}).scalars())

    return known


def grants_known(tx: sa.Connection) -> KnownGrants:
    """What the member's journal says of grants: their statements, and the first withdrawal by whoever could."""

    def ended_at(grant: str) -> int | None:
        found = journal.locate(tx, grant)
        if found is None:
            return None
        could = (found.statement.by, terms_of(found.statement).issuer)
        endings = journal.find_about(tx, grant, kinds=[GRANT_ENDED.name])
        return next((one.place.log_index for one in endings if one.statement.by in could), None)

    return KnownGrants(lambda name: journal.locate(tx, name), ended_at)


def _locate(item: StatementItem, ledger: LedgerView, where: str) -> Located:
    """Statement, path, opening of P, action, and the action's place on our replica."""
    action = _witness(item, where)
    pool = str(action.body["pool"])
    place = ledger.place_of(action.id)
    network = ledger.network if place is None else ledger.network_at(place.height)
    opening = verify_pool_opening(pool, item.opening, network=network, by=action.by)
    raw = item.raw
    statement = verify_statement(raw, opening=opening, index=item.index, path=item.path)
    if place is None:
        raise ActionNotAccepted(got=f"action {action.id}", where=f"{where}/action")
    return Located(
        id=b64url(leaf_hash(raw)),
        statement=statement,
        raw=raw,
        seq=0,
        pool=pool,
        opening=cast("dict[str, Json]", item.opening),
        index=item.index,
        path=list(item.path),
        action=action.raw,
        action_id=action.id,
        place=place,
    )


def _witness(item: StatementItem, where: str) -> Action:
    """The action need not be verified: if our replica has accepted its id, these are the bytes it accepted."""
    action = parse_action(item.action_raw)
    if action.action != WITNESS:
        raise ActionUnfit(expected=WITNESS, got=action.action, where=f"{where}/action/action")
    return action


def _check_kind(
    located: Located,
    found: Sequence[Located],
    ledger: LedgerView,
    kinds: KindRegistry,
    known_kinds: KnownKinds,
    where: str,
) -> None:
    """Body, role and order of a statement. A missing predecessor is no fault of the sender's: it may still come."""
    statement, place = located.statement, located.place
    kind = kinds.find(statement.kind)
    kinds.check_statement(statement, ledger.roles_of(statement.by, place.height), kind.follows)
    if not kind.follows:
        return
    known = {kind for subject in statement.about for kind in known_kinds(subject, place)}
    known |= {other.statement.kind for other in found if _precedes(other, located)}
    if not known.intersection(kind.follows):
        raise PrecedingMissing(expected=f"{' or '.join(kind.follows)} before {kind.name}", where=where)


def _precedes(other: Located, located: Located) -> bool:
    shared = set(other.statement.about).intersection(located.statement.about)
    named = other.id in located.statement.about
    return (bool(shared) or named) and other.place.log_index <= located.place.log_index and other is not located
