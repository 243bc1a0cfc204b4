"""A disclosure: chosen parts of a document, beside the ledger's receipt that it was issued and how it stands. Offline.

One file of canonical JSON: the receipt of the issuer's `document.issued/1` without the document; the opening of one
representation under its commitment, which is the issuer's SD-JWT; and that token with the disclosures of the parts that
the holder shows. Nobody need be trusted but the network file. The machine never imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta

from transire.credentials.concealed import CONCEALED, issuer_of
from transire.credentials.errors import CredentialRefused
from transire.credentials.resolve import member_resolver
from transire.credentials.sd_jwt import read_sd_jwt, revealed_claims
from transire.crypto.canonical import Json, canonical_bytes, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, JsonRefused
from transire.documents.commitment import Opening, verify_representation
from transire.documents.errors import CommitmentMismatch, RepresentationRefused
from transire.errors import TransireError
from transire.ledger.fields import Digest
from transire.ledger.proof.errors import CredentialInvalid, DocumentDiffers, NotAReceipt, NotJudged, ProofRefused
from transire.ledger.proof.forms import MAX_RECEIPT_BYTES, StatementReceipt
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.status import ISSUED
from transire.ledger.state import MemberRecord
from transire.ledger.verify import Check, Verification

VERSION: Final = "disclosure/1"
MAX_DISCLOSURE_BYTES: Final = MAX_RECEIPT_BYTES


class _Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leaves: Annotated[tuple[str, ...], Meta(min_length=1, max_length=8)]
    media_type: str
    salt: Digest


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    disclosure: str
    opening: _Opening
    presentation: str
    receipt: dict[str, Any]


class Disclosure(msgspec.Struct, frozen=True):
    """A disclosure as it was read: its form is right, nothing of it is proven."""

    opening: Opening
    presentation: str
    receipt: bytes


def write_disclosure(receipt: bytes, opening: Opening, presentation: str) -> bytes:
    """The file."""
    return canonical_bytes(
        {
            "disclosure": VERSION,
            "opening": {
                "leaves": [b64url(leaf) for leaf in opening.leaves],
                "media_type": opening.media_type,
                "salt": b64url(opening.salt),
            },
            "presentation": presentation,
            "receipt": parse_canonical(receipt, limit=MAX_RECEIPT_BYTES),
        }
    )


def is_disclosure(raw: bytes) -> bool:
    """Whether a file claims to be one: canonical JSON begins with the first of its names."""
    return raw.startswith(b'{"disclosure":')


def read_disclosure(raw: bytes) -> Disclosure:
    """Read a file; whatever is out of its form is refused."""
    try:
        found = msgspec.convert(parse_canonical(raw, limit=MAX_DISCLOSURE_BYTES), _File)
        opening = Opening(
            found.opening.media_type,
            unb64url(found.opening.salt, length=32),
            tuple(unb64url(leaf) for leaf in found.opening.leaves),
        )
    except (JsonRefused, msgspec.ValidationError, TransireError) as error:
        raise NotAReceipt(got=str(error)[:200], expected=VERSION) from error
    if (found.disclosure, found.opening.media_type) != (VERSION, CONCEALED):
        raise NotAReceipt(got=f"{found.disclosure} of {found.opening.media_type}", expected=f"{VERSION} of {CONCEALED}")
    return Disclosure(opening, found.presentation, canonical_bytes(cast("dict[str, Json]", found.receipt)))


def check_disclosure(disclosure: Disclosure, verified: Verification) -> tuple[Check, dict[str, Any]]:
    """What is disclosed is the issuer's, signed by it, and under the commitment that the receipt proves.

    `verified`: the checks of the receipt in the file. Returns the check and what is shown; nothing where it fails.
    """
    title = "what is disclosed was signed by the issuer and committed to"
    try:
        claims = _claims(disclosure, verified)
    except TransireError as error:
        failed = Check(
            name="disclosed",
            title=title,
            outcome="fails",
            found=str(error.got or ""),
            expected=str(error.expected or ""),
            detail=error.sentence,
            code=error.code,
            fix=error.fix,
        )
        return failed, {}
    subject = claims.get("credentialSubject", {})
    shown = ", ".join(name for name in subject if name != "type") or "nothing"
    return Check(name="disclosed", title=title, outcome="holds", found=f"{shown} of {claims['type'][-1]}"), claims


@contextmanager
def as_receipts_refuse() -> Iterator[None]:
    """What is refused inside is refused as the checks of a receipt refuse it."""
    try:
        yield
    except (CommitmentMismatch, RepresentationRefused) as error:
        raise DocumentDiffers(got=error.got, expected=error.expected) from error
    except (CredentialRefused, EncodingInvalid, JsonRefused) as error:
        raise CredentialInvalid(got=error.got, expected=error.expected, where=error.where) from error


def require_receipt(verified: Verification) -> None:
    """Refuse to judge what rests on a receipt of which a check fails."""
    try:
        verified.require_all()
    except ProofRefused as error:
        raise NotJudged(got=error.got, expected="that every check of the receipt holds", where=error.where) from error


@as_receipts_refuse()
def _claims(disclosure: Disclosure, verified: Verification) -> dict[str, Any]:
    require_receipt(verified)
    receipt = read_receipt(disclosure.receipt)
    if not isinstance(receipt, StatementReceipt) or receipt.statement.kind != ISSUED:
        raise DocumentDiffers(got="another receipt", expected=f"the receipt of a {ISSUED}")
    read = read_sd_jwt(disclosure.presentation)
    commitment = str(receipt.statement.body.get("commitment"))
    verify_representation(unb64url(commitment, length=32), disclosure.opening, read.issued_text.encode())
    records = {each.did: each.record for each in receipt.members}

    def keys_of(did: str) -> list[bytes]:
        record = records.get(did)
        if record is None:
            return []
        in_force = msgspec.convert(record, MemberRecord).keys_in_force("credential", receipt.log.height)
        return [unb64url(key.public, length=32) for key in in_force]

    controller, _ = read.issued.verified_by(member_resolver(keys_of))
    claims = revealed_claims(read)
    if not controller == issuer_of(claims) == receipt.statement.by:
        raise CredentialInvalid(got=controller, expected=receipt.statement.by)
    return claims
