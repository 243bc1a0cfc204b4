"""Checks of what the holder opens: the documents behind a commitment, and the credentials among them.

Imported by a receipt with documents only, and then the rooms `documents` and `credentials` with it: a receipt without
is verified without loading either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from transire.crypto.encoding import unb64url
from transire.errors import TransireError
from transire.ledger.chain import Time
from transire.ledger.chain_json import octets_of
from transire.ledger.proof.case import Case, Finding, proved
from transire.ledger.proof.errors import CredentialInvalid, DocumentDiffers
from transire.ledger.proof.forms import DocumentForm, strings_in
from transire.ledger.proof.state import contents_of, is_json, read_credential
from transire.ledger.state import MemberRecord


def check_document(case: Case) -> Finding:
    """Every document opened is the one that a commitment of the statement or action stands for."""
    proved(case.action, "stated-by")
    named = _commitments(case)
    for document in case.receipt.documents:
        if document.commitment not in named:
            raise DocumentDiffers(
                got=document.commitment, expected="a commitment that the statement names", where="/documents"
            )
        _verify_commitment(document)
    return Finding("; ".join(_in_words(document) for document in case.receipt.documents))


def check_credential(case: Case) -> Finding:
    """Every credential among the documents bears a proof by a key that was its issuer's at that height."""
    credentials = _credentials(case.receipt.documents)
    if not credentials:
        return Finding("no credential opened", expected="the document of the statement", shown=False)
    records = proved(case.records, "members")
    proved(case.action, "stated-by")
    found = [_verify_credential(credential, records, case.height) for credential in credentials]
    return Finding("; ".join(found))


def _commitments(case: Case) -> set[str]:
    """All digests that the statement, or the action, names: what a document can be opened for."""
    statement = case.statement_json
    said = {"about": statement["about"], "body": statement["body"]} if statement else case.receipt.action["body"]
    return set(strings_in(said))


def _verify_commitment(document: DocumentForm) -> None:
    from transire.documents.commitment import verify_commitment

    try:
        verify_commitment(octets_of(document.commitment), contents_of(document), octets_of(document.salt))
    except TransireError as error:
        raise DocumentDiffers(got=error.got, expected=error.expected, where=document.commitment) from error


def _credentials(documents: Iterable[DocumentForm]) -> list[Mapping[str, Any]]:
    read = (read_credential(*one) for document in documents for one in contents_of(document).items())
    return [credential for credential in read if credential is not None]


def _verify_credential(credential: Mapping[str, Any], records: Mapping[str, MemberRecord | None], height: int) -> str:
    from transire.credentials.resolve import member_resolver
    from transire.credentials.suites import HOUSE_SUITES
    from transire.credentials.verify import verify_credential

    def keys_of(did: str) -> list[bytes]:
        record = records.get(did)
        return [] if record is None else [unb64url(key.public) for key in record.keys_in_force("credential", height)]

    try:
        verified = verify_credential(credential, resolve=member_resolver(keys_of), suites=HOUSE_SUITES)
    except TransireError as error:
        raise CredentialInvalid(got=error.got or str(error), expected=error.expected, where=error.where) from error
    period = " ".join(
        f"{word} {Time.of(bound).text}"
        for word, bound in (("from", verified.valid_from), ("until", verified.valid_until))
        if bound is not None
    )
    return f"{verified.types[-1]} signed by {verified.issuer}" + (f", valid {period}" if period else "")


def _in_words(document: DocumentForm) -> str:
    parts = ", ".join(_representation_in_words(*one) for one in contents_of(document).items())
    return f"{document.commitment}: {parts}"


def _representation_in_words(media_type: str, content: bytes) -> str:
    """A rendering is what was committed to; that it says what the JSON says is not checked, and said so."""
    return f"{media_type} ({len(content)} bytes{'' if is_json(media_type) else ', a rendering, not compared'})"
