"""Checking a credential that came from outside: a file in, the named checks out. Nothing of it is kept or stated.

The file may be a credential or presentation in any of its forms, a disclosure of parts of a document of this network,
or a receipt. Keys of members are those on the ledger; of others the file's own did:key, a DID document given beside,
or one that is fetched when the person asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from transire.api.proofs import network_of, trust_root
from transire.credentials.canonical import read_object
from transire.credentials.errors import DidUnresolved, StatusNotRetrieved
from transire.credentials.examine import Finding, Verifier
from transire.credentials.files import is_presentation, read_credential_file, said_in
from transire.credentials.resolve import DocumentResolver
from transire.crypto.errors import JsonRefused
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.errors import TransireError
from transire.ledger.disclosure import check_disclosure, is_disclosure, read_disclosure
from transire.ledger.proof.errors import NotAReceipt
from transire.ledger.proof.trust import TrustRoot
from transire.ledger.verify import Check, Verification, verify_receipt
from transire.node.did_document import key_document

if TYPE_CHECKING:
    from transire.credentials.did_web import WebLookup
    from transire.node.tenant import Tenant

MUST_HOLD: Final = frozenset({"form", "terms", "proof", "issuer", "validity", "holder", "credentials"})
"""What a credential must show; of its status only a withdrawal counts, since not every issuer keeps a list."""
MOST_BESIDE: Final = 4


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One check: `outcome` is holds, fails or not shown; the rest says what was found and why."""

    name: str
    outcome: str
    found: str = ""
    expected: str = ""
    sentence: str = ""
    fix: str = ""
    code: str = ""


class CheckedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file is, every check of it, and what it says of its subject."""

    kind: str
    lines: tuple[Line, ...]
    holds: bool
    issuer: str = ""
    subject: Any = None


def check_file(
    tenant: Tenant, person: Person, raw: bytes, *, beside: Sequence[bytes] = (), lookup: WebLookup | None = None
) -> CheckedFile:
    """Every check of a file that somebody handed over. `beside`: DID documents and status lists that came with it."""
    require(person, "documents.read")
    if is_disclosure(raw) or _is_receipt(raw):
        return _check_proof(tenant, raw)
    document = read_credential_file(raw)
    known = _Known(tenant, [read_credential_file(each) for each in beside[:MOST_BESIDE]], lookup)
    presented = is_presentation(document)
    verifier = Verifier(
        resolve=DocumentResolver(known.did_document, is_kept=known.is_member),
        at=tenant.now(),
        purpose="authentication" if presented else "assertionMethod",
        status_lists=known.status_list,
    )
    findings = verifier.presentation(document) if presented else verifier.credential(document)
    said = _said(document)
    return CheckedFile(
        kind="presentation" if presented else "credential",
        lines=tuple(_line_of(finding) for finding in findings),
        holds=all(_passes(finding) for finding in findings),
        issuer=_party(said.get("holder" if presented else "issuer")),
        subject=said.get("credentialSubject"),
    )


class _Known:
    """What one check may look up: members on the ledger, what was given beside, and what may be fetched."""

    def __init__(self, tenant: Tenant, beside: Sequence[Mapping[str, Any]], lookup: WebLookup | None) -> None:
        self._tenant = tenant
        self._beside = {str(said_in(each).get("id")): each for each in beside}
        self._lookup = lookup

    def is_member(self, did: str) -> bool:
        """Whether the ledger keeps the keys of that signer."""
        return self._tenant.engine.member(did) is not None

    def did_document(self, did: str) -> Mapping[str, Any]:
        """The keys of a signer. A member's are on the ledger, whatever its host or a file says."""
        record = self._tenant.engine.member(did)
        if record is not None:
            return key_document(record, self._tenant.engine.height + 1)
        if did in self._beside:
            return self._beside[did]
        if self._lookup is not None:
            return self._lookup.did_document(did)
        raise DidUnresolved(expected="a DID document given beside, or fetched", got=did[:160])

    def status_list(self, url: str) -> Mapping[str, Any]:
        """The list that a credential names."""
        if url in self._beside:
            return self._beside[url]
        if self._lookup is not None:
            return self._lookup.status_list(url)
        raise StatusNotRetrieved(got=url[:200])


def _check_proof(tenant: Tenant, raw: bytes) -> CheckedFile:
    """A receipt, or a disclosure with one in it, under the trust root of this network or one that it continues."""
    disclosed = read_disclosure(raw) if is_disclosure(raw) else None
    receipt = raw if disclosed is None else disclosed.receipt
    try:
        named = network_of(receipt)
    except msgspec.MsgspecError as error:
        raise NotAReceipt(got=str(error)[:120]) from error
    verified = verify_receipt(receipt, TrustRoot.parse(trust_root(tenant, named)))
    claims: Mapping[str, Any] = {}
    if disclosed is not None:
        check, claims = check_disclosure(disclosed, verified)
        verified = msgspec.structs.replace(verified, checks=(*verified.checks, check))
    return _of_verification(verified, claims, "receipt" if disclosed is None else "disclosure")


def _of_verification(verified: Verification, claims: Mapping[str, Any], kind: str) -> CheckedFile:
    return CheckedFile(
        kind=kind,
        lines=tuple(_line_of_check(check) for check in verified.checks),
        holds=verified.holds,
        issuer=_party(claims.get("issuer")),
        subject=claims.get("credentialSubject"),
    )


def _is_receipt(raw: bytes) -> bool:
    """Whether a file claims to be a receipt: it names its form and its network."""
    if not raw.lstrip().startswith(b"{"):
        return False
    try:
        document = read_object(raw, limit=len(raw))
    except JsonRefused:
        return False
    return isinstance(document.get("receipt"), str) and "network" in document


def _said(document: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return said_in(document)
    except TransireError:  # an envelope that cannot be read says nothing; the checks say why
        return {}


def _passes(finding: Finding) -> bool:
    return finding.outcome == "holds" or (finding.outcome == "not shown" and finding.name not in MUST_HOLD)


def _line_of(finding: Finding) -> Line:
    error = finding.error
    if error is None:
        return Line(name=finding.name, outcome=finding.outcome, found=finding.found)
    return Line(
        name=finding.name,
        outcome=finding.outcome,
        found="" if error.got is None else str(error.got),
        expected="" if error.expected is None else str(error.expected),
        sentence=error.sentence,
        fix=error.fix,
        code=error.code,
    )


def _line_of_check(check: Check) -> Line:
    return Line(
        name=check.title,
        outcome=check.outcome,
        found=check.found,
        expected=check.expected,
        sentence=check.detail,
        fix=check.fix,
        code=check.code,
    )


def _party(value: Any) -> str:
    """An issuer or holder by its identifier."""
    named = value.get("id") if isinstance(value, Mapping) else value
    return named if isinstance(named, str) else ""
