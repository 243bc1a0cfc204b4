"""Parts of a document for a member that may not see the whole (`disclosed-parts/1`): made here, checked on arrival.

It is a document of its own, of the same issuer: sealed, granted, narrowed, withdrawn and destroyed like any other. What
it shows is the issuer's SD-JWT of the version with the disclosures of the chosen parts, and the opening of that token
under the version's commitment. So the reader knows that these parts are of the very document that the ledger witnessed,
and holds nothing of the rest, neither values nor names: only digests, whose number tells how many parts stand beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from transire.credentials.concealed import CONCEALED, disclose, issuer_of
from transire.credentials.resolve import member_resolver
from transire.credentials.sd_jwt import read_sd_jwt, revealed_claims
from transire.crypto.encoding import b64url, unb64url
from transire.documents.commitment import Opening, open_representation, verify_representation
from transire.vault.errors import DocumentDiffers, DocumentNotIssued, IssuerDiffers, PartsImpossible
from transire.vault.journal import Located
from transire.vault.statements import ISSUED

if TYPE_CHECKING:
    from transire.vault.arrival import CheckedDocument, LedgerView
    from transire.vault.stored import OpenedDocument

SCHEMA_ID: Final = "disclosed-parts/1"


def parts_subject(opened: OpenedDocument, pointers: Sequence[str]) -> dict[str, Any]:
    """The credential subject that shows these parts (JSON pointers into the subject) of a version, and nothing else."""
    token = opened.representations.get(CONCEALED)
    if opened.credential is None or token is None:
        raise PartsImpossible(got=", ".join(sorted(opened.representations)), expected=CONCEALED)
    opening = open_representation(opened.representations, opened.salt, CONCEALED)
    return {
        "document": opened.stored.document_id,
        "disclosedVersion": opened.stored.commitment,
        "schemaId": opened.stored.schema_id,
        "issuedStatement": str(opened.stored.issued_by),
        "presentation": disclose(opened.credential, token, salt=opened.salt, pointers=pointers),
        "openingSalt": b64url(opening.salt),
        "openingLeaves": [b64url(leaf) for leaf in opening.leaves],
    }


def shown_parts(subject: Mapping[str, Any]) -> dict[str, Any]:
    """The credential of which parts are shown, with these parts alone; nothing of it is checked here."""
    return revealed_claims(read_sd_jwt(subject["presentation"]))


def check_parts(document: CheckedDocument, found: Sequence[Located], ledger: LedgerView, where: str) -> None:
    """Refuse parts that are not of the issuer's own document as its statement, which must be here, committed to it."""
    if document.stored.schema_id != SCHEMA_ID or document.credential is None:
        return
    subject: Any = document.credential["credentialSubject"]
    issued = _issued(subject, found, where)
    if issued.statement.by != document.stored.issuer:
        raise IssuerDiffers(expected=issued.statement.by, got=document.stored.issuer, where=where)
    read = read_sd_jwt(subject["presentation"])
    leaves = tuple(unb64url(leaf) for leaf in subject["openingLeaves"])
    opening = Opening(CONCEALED, unb64url(subject["openingSalt"], length=32), leaves)
    verify_representation(unb64url(subject["disclosedVersion"], length=32), opening, read.issued_text.encode())
    keys = member_resolver(lambda did: ledger.credential_keys_of(did, issued.place.height))
    controller, _ = read.issued.verified_by(keys)
    claims = revealed_claims(read)
    if not controller == issuer_of(claims) == issued.statement.by:
        raise IssuerDiffers(expected=issued.statement.by, got=controller, where=where)


def _issued(subject: Mapping[str, Any], found: Sequence[Located], where: str) -> Located:
    """The issuer's statement of the version that is shown, which says of it what the parts say."""
    for located in found:
        if located.id != subject["issuedStatement"] or located.statement.kind != ISSUED.name:
            continue
        body = located.statement.body
        for name, told in (
            ("id", subject["document"]),
            ("commitment", subject["disclosedVersion"]),
            ("schema", subject["schemaId"]),
        ):
            if body[name] != told:
                raise DocumentDiffers(expected=str(body[name]), got=told, where=f"{where}/{name}")
        return located
    raise DocumentNotIssued(expected="the statement of the version that is shown", got="none", where=where)
