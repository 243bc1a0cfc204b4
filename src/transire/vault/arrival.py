"""What the recipient's node checks of one sealed document (`spec/delivery.md`).

It is the version that its issuer stated, bit for bit; it opens with a key of ours; it matches its commitment; and where
it is of a type that the house knows, it is a valid credential of that issuer. Pure: nothing is read or written but what
is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast

from transire.credentials.concealed import CONCEALED
from transire.credentials.contexts import OWN_CONTEXT, V2, ContextRegistry, pinned_contexts
from transire.credentials.exchange import EXCHANGE
from transire.credentials.resolve import member_resolver
from transire.credentials.suites import HOUSE_SUITES
from transire.credentials.verify import verify_credential
from transire.crypto.canonical import Json, parse_canonical
from transire.crypto.encoding import unb64url
from transire.crypto.errors import JsonRefused, SealBroken
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.sealing import key_id_of, unwrap_key
from transire.documents.catalogue import MEDIA_TYPE, document_type, schema_ids, schema_url, validate_document
from transire.documents.commitment import verify_commitment
from transire.documents.errors import CommitmentMismatch, IssuerUnfit, RepresentationRefused
from transire.ledger.statement import Statement
from transire.vault.envelope import DocumentItem, read_bytes
from transire.vault.errors import (
    CiphertextDiffers,
    CommitmentDiffers,
    CredentialUnfit,
    DocumentDiffers,
    DocumentNotIssued,
    IssuerDiffers,
    KeyNotOurs,
    PackageMalformed,
    SealUnopened,
)
from transire.vault.journal import Located, Place
from transire.vault.representations import compare_representations
from transire.vault.sealing import MAX_DOCUMENT_BYTES, Identity, Package, unseal
from transire.vault.statements import ISSUED
from transire.vault.stored import StoredDocument, digest_of


class LedgerView(Protocol):
    """What the recipient's own replica knows; the node answers from its engine."""

    network: str

    def place_of(self, action_id: str) -> Place | None:
        """Where an accepted action stands, once its time (header H+1) is known; None for any other."""

    def network_at(self, height: int) -> str:
        """The network's name at a height: another one than today's where this network continues an earlier one."""

    def roles_of(self, did: str, height: int) -> Collection[str]:
        """The roles of a member at a height; none when it was no active member."""

    def credential_keys_of(self, did: str, height: int) -> Iterable[bytes]:
        """The public credential keys of a member that were in force at a height."""


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
        return tuple(name for name in self.stored.media_types if name not in (MEDIA_TYPE, CONCEALED, EXCHANGE))


@cache
def trade_contexts() -> ContextRegistry:
    """The contexts that a trade document may name: those of the data model and of the house, none with @vocab."""
    return pinned_contexts().restricted((V2, OWN_CONTEXT))


def check_document(
    item: DocumentItem,
    found: Sequence[Located],
    ledger: LedgerView,
    agreement_keys: Sequence[AgreementKey | HybridKey],
    where: str,
) -> CheckedDocument:
    """Refuse a document that came with these statements, all of them located, unless all of it holds."""
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
        issued_by=issued.id,
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
    item: DocumentItem,
    identity: Identity,
    ciphertext: bytes,
    agreement_keys: Sequence[AgreementKey | HybridKey],
    where: str,
) -> tuple[bytes, Package]:
    own = next((key for key in agreement_keys if key_id_of(key.public) == item.wrapped.key_id), None)
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
    resolve = member_resolver(lambda did: ledger.credential_keys_of(did, height))
    verified = verify_credential(credential, resolve=resolve, contexts=trade_contexts(), suites=HOUSE_SUITES)
    if verified.issuer != stored.issuer:
        raise IssuerDiffers(expected=stored.issuer, got=verified.issuer, where=where)
    if verified.schema_url != schema_url(stored.schema_id):
        raise CredentialUnfit(expected=schema_url(stored.schema_id), got=verified.schema_url, where=where)
    validate_document(stored.schema_id, credential)
    _check_roles(stored, ledger.roles_of(stored.issuer, height), where)
    compare_representations(credential, package.representations, salt=package.salt, resolve=resolve)
    return credential


def _check_roles(stored: StoredDocument, roles: Collection[str], where: str) -> None:
    """A phytosanitary certificate is an agency's, a bill of lading a carrier's: as its issuer was when it stated it."""
    wanted = document_type(stored.schema_id).issued_by
    if wanted and set(wanted).isdisjoint(roles):
        raise IssuerUnfit(expected=" or ".join(wanted), got=", ".join(sorted(roles)) or "no role", where=where)


def _read_credential(raw: bytes, where: str) -> dict[str, Json]:
    try:
        credential = parse_canonical(raw, limit=MAX_DOCUMENT_BYTES)
    except JsonRefused as error:
        raise CredentialUnfit(expected="canonical JSON", got=str(error)[:200], where=where) from error
    if not isinstance(credential, dict):
        raise CredentialUnfit(expected="a JSON object", got=type(credential).__name__, where=where)
    return credential
