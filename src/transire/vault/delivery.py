"""What the recipient's node checks before it believes an envelope (LEDGER.md 8, `spec/delivery.md`).

In this order: the envelope is for us; each statement leads to a pool that stands on *our own* replica of the ledger, is
by the member who anchored it, and is of a kind that allows it; each document is the one that its issuer stated, opens
with our key, matches its commitment, and is a valid credential of that issuer. Everything or nothing: one defect
refuses the envelope, and its code goes into `document.refused/1`.

Nothing is written here. `CheckedEnvelope.keep` writes what was checked, and may be called again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol, cast

import sqlalchemy as sa

from transire.credentials.contexts import OWN_CONTEXT, V2, ContextRegistry, pinned_contexts
from transire.credentials.resolve import member_resolver
from transire.credentials.verify import verify_credential
from transire.crypto.canonical import Json, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import JsonRefused, SealBroken
from transire.crypto.keys import AgreementKey
from transire.crypto.sealing import unwrap_key
from transire.documents.catalogue import MEDIA_TYPE, schema_ids, schema_url, validate_document
from transire.documents.commitment import verify_commitment
from transire.documents.errors import CommitmentMismatch, RepresentationRefused
from transire.ledger.action import Action, parse_action
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import Statement, verify_pool_opening, verify_statement
from transire.vault import journal
from transire.vault.envelope import DocumentItem, Envelope, StatementItem, read_bytes
from transire.vault.errors import (
    ActionNotAccepted,
    ActionUnfit,
    CiphertextDiffers,
    CommitmentDiffers,
    CredentialUnfit,
    DocumentDiffers,
    DocumentNotIssued,
    EnvelopeMisdirected,
    IssuerDiffers,
    KeyNotOurs,
    PackageMalformed,
    PrecedingMissing,
    SealUnopened,
    SenderSilent,
)
from transire.vault.journal import Located, Place
from transire.vault.sealing import MAX_DOCUMENT_BYTES, Identity, Package, unseal
from transire.vault.statements import ISSUED, delivered_body, named_body
from transire.vault.tables import about, pools, statements
from transire.vault.vault import StoredDocument, Vault, digest_of

WITNESS: Final = "witness/1"


class LedgerView(Protocol):
    """What the recipient's own replica knows; the node answers from its engine."""

    network: str

    def place_of(self, action_id: str) -> Place | None:
        """Where an accepted action stands, once its time (header H+1) is known; None for any other."""

    def roles_of(self, did: str, height: int) -> Collection[str]:
        """The roles of a member at a height; none when it was no active member."""

    def credential_keys_of(self, did: str, height: int) -> Iterable[bytes]:
        """The public credential keys of a member that were in force at a height."""


KnownKinds = Callable[[str, Place], Collection[str]]
"""The kinds of the statements that this member holds about a subject, or that the subject is, up to a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocument:
    """A document that opened, matches its commitment and, if it has a credential, bears its issuer's proof."""

    stored: StoredDocument
    representations: dict[str, bytes] = field(repr=False)
    ciphertext: bytes = field(repr=False)
    content_key: bytes = field(repr=False)
    credential: dict[str, Json] | None = field(repr=False)
    purpose: str
    expires: str | None

    @property
    def not_compared(self) -> tuple[str, ...]:
        """Renderings that nobody compared with the credential; the JSON decides (LEDGER.md 3)."""
        return tuple(name for name in self.stored.media_types if name != MEDIA_TYPE)


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
        fresh = [found.statement.id for found in self.statements if journal.write_received(tx, found, now=now)]
        kept = [
            document
            for document in self.documents
            if vault.keep(
                tx, document.stored, ciphertext=document.ciphertext, content_key=document.content_key, now=now
            )
        ]
        return Kept(statements=tuple(fresh), documents=tuple(document.stored for document in kept))

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
        main = self.delivered.statement.id
        return [delivered_body(main)] if main in kept.statements else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an envelope brought that was new: ids of statements, versions of documents."""

    statements: tuple[str, ...]
    documents: tuple[StoredDocument, ...]


@cache
def trade_contexts() -> ContextRegistry:
    """The contexts that a trade document may name: those of the data model and of the house, none with @vocab."""
    return pinned_contexts().restricted((V2, OWN_CONTEXT))


def check_envelope(
    envelope: Envelope,
    *,
    recipient: str,
    ledger: LedgerView,
    agreement_keys: Sequence[AgreementKey],
    kinds: KindRegistry,
    known_kinds: KnownKinds,
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
        _check_document(item, found, ledger, agreement_keys, f"/documents/{index}")
        for index, item in enumerate(envelope.documents)
    )
    return CheckedEnvelope(sender=envelope.sender, statements=found, documents=documents)


def kinds_known(tx: sa.Connection) -> KnownKinds:
    """`known_kinds` over the member's journal.

    A statement of the same pool counts: what a member says in one breath may rest on itself. (Possession does not:
    it asks for a smaller log index.)
    """

    def known(subject: str, place: Place) -> Collection[str]:
        query = (
            sa.select(statements.c.kind)
            .join(pools, pools.c.pool == statements.c.pool)
            .outerjoin(about, about.c.statement == statements.c.id)
            .where(sa.or_(about.c.subject == subject, statements.c.id == subject))
            .where(pools.c.log_index <= place.log_index)
            .distinct()
        )
        return set(tx.execute(query).scalars())

    return known


def _locate(item: StatementItem, ledger: LedgerView, where: str) -> Located:
    """Statement, path, opening of P, action, and the action's place on our replica."""
    action = _witness(item, where)
    pool = str(action.body["pool"])
    opening = verify_pool_opening(pool, item.opening, network=ledger.network, by=action.by)
    raw = item.raw
    statement = verify_statement(raw, opening=opening, index=item.index, path=item.path)
    place = ledger.place_of(action.id)
    if place is None:
        raise ActionNotAccepted(got=f"action {action.id}", where=f"{where}/action")
    return Located(
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
    named = other.statement.id in located.statement.about
    return (bool(shared) or named) and other.place.log_index <= located.place.log_index and other is not located


def _check_document(
    item: DocumentItem,
    found: Sequence[Located],
    ledger: LedgerView,
    agreement_keys: Sequence[AgreementKey],
    where: str,
) -> CheckedDocument:
    issued = _issued_statement(item, found, where)
    stored = _stated(item, issued, where)
    ciphertext = read_bytes(item.ciphertext, f"{where}/ciphertext")
    if digest_of(ciphertext) != stored.ciphertext:
        raise CiphertextDiffers(expected=stored.ciphertext, got=digest_of(ciphertext), where=f"{where}/ciphertext")
    content_key, package = _open(item, stored.identity, ciphertext, agreement_keys, where)
    _check_content(package, stored, where)
    return CheckedDocument(
        stored=stored,
        representations=dict(package.representations),
        ciphertext=ciphertext,
        content_key=content_key,
        credential=_check_credential(package, stored, issued, ledger, where),
        purpose=item.wrapped.purpose,
        expires=item.wrapped.expires,
    )


def _issued_statement(item: DocumentItem, found: Sequence[Located], where: str) -> Located:
    """The issuer's own `document.issued/1` of exactly this version."""
    for located in found:
        statement = located.statement
        if statement.kind != ISSUED.name or statement.by != item.meta.issuer:
            continue
        if statement.body.get("commitment") == item.meta.commitment:
            return located
    raise DocumentNotIssued(expected=f"{ISSUED.name} by {item.meta.issuer}", got=item.meta.commitment, where=where)


def _stated(item: DocumentItem, issued: Located, where: str) -> StoredDocument:
    """The document as its issuer stated it; what the envelope says of it must be the same."""
    body, meta = cast("dict[str, Any]", issued.statement.body), item.meta
    for name, stated, told in (
        ("document", body["id"], meta.document),
        ("version", body["version"], meta.version),
        ("schema", body["schema"], meta.schema),
    ):
        if stated != told:
            raise DocumentDiffers(expected=stated, got=told, where=f"{where}/meta/{name}")
    _check_identity(body, issued.statement, where)
    return StoredDocument(
        issuer=meta.issuer,
        commitment=meta.commitment,
        document_id=meta.document,
        version=meta.version,
        schema_id=meta.schema,
        media_types=meta.media_types,
        previous=body.get("previous"),
        ciphertext=body["ciphertext"],
        issued_by=issued.statement.id,
    )


def _check_identity(body: dict[str, Any], statement: Statement, where: str) -> None:
    """A document's id is the commitment of its first version; only a later version has a previous one."""
    first = body["version"] == 1
    if first != (body["id"] == body["commitment"]) or first != ("previous" not in body):
        raise DocumentDiffers(
            expected="version 1 without a previous one, its commitment as id",
            got=f"version {body['version']}",
            where=where,
        )
    if body["id"] not in statement.about:
        raise DocumentDiffers(expected=f"a statement about {body['id']}", got=", ".join(statement.about), where=where)


def _open(
    item: DocumentItem, identity: Identity, ciphertext: bytes, agreement_keys: Sequence[AgreementKey], where: str
) -> tuple[bytes, Package]:
    own = next((key for key in agreement_keys if b64url(key.public) == item.wrapped.key_id), None)
    if own is None:
        raise KeyNotOurs(got=item.wrapped.key_id, where=f"{where}/wrapped/key_id")
    info = identity.grant_info(item.wrapped.key_id, item.wrapped.purpose, item.wrapped.expires)
    try:
        content_key = unwrap_key(read_bytes(item.wrapped.key, f"{where}/wrapped/key"), recipient=own, info=info)
        return content_key, unseal(ciphertext, content_key, identity)
    except SealBroken as error:
        raise SealUnopened(got=item.meta.commitment, where=where) from error


def _check_content(package: Package, stored: StoredDocument, where: str) -> None:
    try:
        commitment = unb64url(stored.commitment, length=32)
        verify_commitment(commitment, package.representations, package.salt)
    except CommitmentMismatch as error:
        raise CommitmentDiffers(expected=stored.commitment, got=error.got, where=where) from error
    except RepresentationRefused as error:
        raise PackageMalformed(expected=error.expected, got=error.got, where=where) from error
    if tuple(sorted(package.representations)) != stored.media_types:
        found = ", ".join(sorted(package.representations))
        raise DocumentDiffers(expected=", ".join(stored.media_types), got=found, where=f"{where}/meta/media_types")


def _check_credential(
    package: Package, stored: StoredDocument, issued: Located, ledger: LedgerView, where: str
) -> dict[str, Json] | None:
    """The credential under its issuer's keys at the height of the statement; a plain file has none.

    Its dates are not compared with now: a blanket certification may arrive before it begins, an old one for an audit.
    """
    raw = package.representations.get(MEDIA_TYPE)
    if raw is None:
        if stored.schema_id in schema_ids():
            raise CredentialUnfit(expected=MEDIA_TYPE, got=", ".join(stored.media_types), where=where)
        return None
    credential = _read_credential(raw, where)
    height = issued.place.height
    verified = verify_credential(
        credential,
        resolve=member_resolver(lambda did: ledger.credential_keys_of(did, height)),
        contexts=trade_contexts(),
    )
    if verified.issuer != stored.issuer:
        raise IssuerDiffers(expected=stored.issuer, got=verified.issuer, where=where)
    if verified.schema_url != schema_url(stored.schema_id):
        raise CredentialUnfit(expected=schema_url(stored.schema_id), got=verified.schema_url, where=where)
    validate_document(stored.schema_id, credential)
    return credential


def _read_credential(raw: bytes, where: str) -> dict[str, Json]:
    try:
        credential = parse_canonical(raw, limit=MAX_DOCUMENT_BYTES)
    except JsonRefused as error:
        raise CredentialUnfit(expected="canonical JSON", got=str(error)[:200], where=where) from error
    if not isinstance(credential, dict):
        raise CredentialUnfit(expected="a JSON object", got=type(credential).__name__, where=where)
    return credential
