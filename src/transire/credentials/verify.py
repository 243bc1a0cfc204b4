"""Verify a credential: form, meaning of every word, every proof, and that the issuer's own key is among them.

The checks are separate and named, because official vectors exist whose key controller is not the issuer: proof
verification and issuer policy are two questions. What is not asked here: whether the document has ended (the
ledger's `ended`, or a status list), and whether it fits its JSON Schema (`documents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from transire.credentials.contexts import ContextRegistry, pinned_contexts
from transire.credentials.errors import Expired, IssuerNotKeyHolder, NotYetValid
from transire.credentials.proofs import ALL_SUITES, Expectation, VerifiedProof, verify_proofs
from transire.credentials.resolve import KeyResolver, resolve_did_key
from transire.credentials.structure import (
    check_credential,
    check_presentation,
    issuer_of,
    read_stamp,
    types_of,
)
from transire.credentials.terms import check_terms


class VerifiedCredential(Struct, frozen=True, kw_only=True):
    """A credential of which form, words, proofs and issuer hold; `credential` is what was verified, unchanged."""

    credential: Mapping[str, Any]
    id: str | None
    issuer: str
    types: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    schema_url: str | None
    proofs: tuple[VerifiedProof, ...]


def verify_credential(
    credential: Mapping[str, Any],
    *,
    at: datetime | None = None,
    resolve: KeyResolver = resolve_did_key,
    contexts: ContextRegistry | None = None,
    suites: frozenset[str] = ALL_SUITES,
) -> VerifiedCredential:
    """Refuse a credential unless everything that it can show by itself holds.

    `at` asks for validity at that moment; without it only the order of its dates is judged, since a blanket
    certification may be delivered before it begins. `resolve` gives the keys of members at the caller's height.
    """
    known = contexts or pinned_contexts()
    check_credential(credential, known)
    check_terms(credential, known)
    proofs = verify_proofs(credential, resolve=resolve, expect=Expectation(at=at, suites=suites), contexts=known)
    check_issuer_signed(credential, proofs)
    check_validity(credential, at)
    return _verified(credential, proofs)


def verify_presentation(
    presentation: Mapping[str, Any],
    *,
    domain: str | None = None,
    challenge: str | None = None,
    at: datetime | None = None,
    resolve: KeyResolver = resolve_did_key,
    contexts: ContextRegistry | None = None,
) -> tuple[VerifiedProof, ...]:
    """Refuse a presentation whose own proof does not hold; its credentials are verified one by one by the caller."""
    known = contexts or pinned_contexts()
    check_presentation(presentation, known)
    check_terms(presentation, known)
    expect = Expectation(purpose="authentication", domain=domain, challenge=challenge, at=at)
    proofs = verify_proofs(presentation, resolve=resolve, expect=expect, contexts=known)
    holder = presentation.get("holder")
    if holder is not None:
        check_signed_by(str(holder["id"] if isinstance(holder, Mapping) else holder), proofs, "/holder")
    return proofs


def check_issuer_signed(credential: Mapping[str, Any], proofs: Sequence[VerifiedProof]) -> None:
    """The issuer's policy: one of the proofs is by a key of the issuer itself; co-signatures do not replace it."""
    check_signed_by(issuer_of(credential), proofs, "/issuer")


def check_signed_by(did: str, proofs: Sequence[VerifiedProof], where: str) -> None:
    """Refuse unless one of the proofs is by a key of this DID."""
    if all(proof.controller != did for proof in proofs):
        signers = ", ".join(sorted({proof.controller for proof in proofs})) or "nobody"
        raise IssuerNotKeyHolder(expected=f"a proof by {did}", got=f"proofs by {signers}", where=where)


def check_validity(credential: Mapping[str, Any], at: datetime | None) -> None:
    """Refuse a credential that is not valid at a moment; the bounds themselves are inside (VCDM 2.0 4.9)."""
    if at is None:
        return
    valid_from, valid_until = _bound(credential, "validFrom"), _bound(credential, "validUntil")
    if valid_from is not None and at < valid_from:
        raise NotYetValid(expected=f"from {credential['validFrom']}", got=at.isoformat(), where="/validFrom")
    if valid_until is not None and at > valid_until:
        raise Expired(expected=f"until {credential['validUntil']}", got=at.isoformat(), where="/validUntil")


def _verified(credential: Mapping[str, Any], proofs: tuple[VerifiedProof, ...]) -> VerifiedCredential:
    schema = credential.get("credentialSchema")
    return VerifiedCredential(
        credential=credential,
        id=credential.get("id"),
        issuer=issuer_of(credential),
        types=types_of(credential),
        valid_from=_bound(credential, "validFrom"),
        valid_until=_bound(credential, "validUntil"),
        schema_url=schema.get("id") if isinstance(schema, Mapping) else None,
        proofs=proofs,
    )


def _bound(credential: Mapping[str, Any], name: str) -> datetime | None:
    return read_stamp(credential[name], f"/{name}") if name in credential else None
