"""Data Integrity proofs with `eddsa-jcs-2022`: one proof, a set of proofs, a chain of proofs.

Verifiable Credential Data Integrity 1.0 section 4 and Data Integrity EdDSA Cryptosuites 1.0 section 3.3. Signing and
verifying say only that the holder of a key signed these bytes for this purpose; whether that key may speak for the
issuer is a check of its own in `verify`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from transire.credentials.canonical import jcs
from transire.credentials.contexts import is_url
from transire.credentials.errors import (
    ProofAudienceDiffers,
    ProofChainBroken,
    ProofContextDiffers,
    ProofExpired,
    ProofInvalid,
    ProofMalformed,
    ProofMissing,
    ProofPurposeDiffers,
    ProofUnsupported,
)
from transire.credentials.resolve import KeyResolver, resolve_did_key, split_method
from transire.credentials.structure import read_stamp
from transire.crypto.digests import sha256
from transire.crypto.encoding import multibase, unmultibase
from transire.crypto.errors import EncodingInvalid, SignatureInvalid
from transire.crypto.keys import SIGNATURE_SIZE, SigningKey, verify_signature

CRYPTOSUITE: Final = "eddsa-jcs-2022"
MAX_PROOFS: Final = 16
"""Proofs of one document: exporter, chamber and broker are three."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof that holds: whose key (`controller`), which key, for what, made when."""

    controller: str
    public: bytes
    verification_method: str
    purpose: str
    created: datetime | None
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a verifier asked for: the purpose, and for presentations the domain and the challenge it gave out."""

    purpose: str = "assertionMethod"
    domain: str | None = None
    challenge: str | None = None
    at: datetime | None = None


def sign_document(
    document: Document,
    *,
    key: SigningKey,
    verification_method: str,
    created: str | None,
    purpose: str = "assertionMethod",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Add a proof. A document that bears proofs already gets a set; `previousProof` in `extra` makes it a chain.

    >>> from transire.crypto.keys import SigningKey
    >>> from transire.crypto.did import did_key, verification_method
    >>> key = SigningKey.from_seed(bytes(32))
    >>> signed = sign_document({"name": "seal"}, key=key, created=None,
    ...                        verification_method=verification_method(did_key(key.public)))
    >>> [proof.purpose for proof in verify_proofs(signed)]
    ['assertionMethod']
    """
    options: dict[str, Any] = {"type": "DataIntegrityProof", "cryptosuite": CRYPTOSUITE}
    if created is not None:
        options["created"] = created
    options |= {"verificationMethod": verification_method, "proofPurpose": purpose, **(extra or {})}
    if "@context" in document:
        # EdDSA Cryptosuites 3.3.1 step 2: the proof repeats the contexts, so that adding one later is noticed.
        options["@context"] = document["@context"]
    listed = list(_proofs(document)) if "proof" in document else []
    signature = key.sign(signed_hash(_unsecured(document, options, listed), options))
    proofs = [*listed, {**options, "proofValue": multibase(signature)}]
    return {**document, "proof": proofs[0] if len(proofs) == 1 else proofs}


def verify_proofs(
    document: Document, *, resolve: KeyResolver = resolve_did_key, expect: Expectation | None = None
) -> tuple[VerifiedProof, ...]:
    """Verify every proof of a document (4.5 of Data Integrity); one that fails refuses the whole."""
    if document.get("proof") is None:
        raise ProofMissing(where="/proof")
    listed = _proofs(document)
    wanted = expect or Expectation()
    several = isinstance(document["proof"], list)
    return tuple(
        _verify_one(document, proof, listed, resolve, wanted, f"/proof/{index}" if several else "/proof")
        for index, proof in enumerate(listed)
    )


def signed_hash(document: Document, options: Document) -> bytes:
    """What is signed: SHA-256 of the canonical options, then of the canonical document (3.3.4)."""
    return sha256(jcs(options)) + sha256(jcs(document))


def _verify_one(
    document: Document,
    proof: Document,
    listed: Sequence[Document],
    resolve: KeyResolver,
    expect: Expectation,
    where: str,
) -> VerifiedProof:
    _check_suite(proof, where)
    created = read_stamp(proof["created"], f"{where}/created") if "created" in proof else None
    _check_expectation(proof, expect, where)
    signature = _signature(proof, where)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    _check_contexts(document, options, where)
    controller, fragment = split_method(_text(proof, "verificationMethod", where))
    public = resolve(controller, fragment)
    try:
        verify_signature(public, signed_hash(_unsecured(document, options, listed, where), options), signature)
    except SignatureInvalid as error:
        raise ProofInvalid(expected=f"a signature by {controller}#{fragment}", where=f"{where}/proofValue") from error
    purpose = _text(proof, "proofPurpose", where)
    return VerifiedProof(controller, public, f"{controller}#{fragment}", purpose, created, proof.get("id"))


def _proofs(document: Document) -> list[Document]:
    given = document["proof"]
    listed = given if isinstance(given, list) else [given]
    if not listed or len(listed) > MAX_PROOFS:
        raise ProofMalformed(expected=f"1 to {MAX_PROOFS} proofs", got=len(listed), where="/proof")
    for index, proof in enumerate(listed):
        if not isinstance(proof, dict):
            raise ProofMalformed(expected="an object", got=repr(proof)[:60], where=f"/proof/{index}")
    return listed


def _unsecured(document: Document, options: Document, listed: Sequence[Document], where: str = "") -> dict[str, Any]:
    """The document as it was signed: without proofs, or in a chain with those that this one rests on (4.5 step 3)."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    if "@context" in options:
        bare["@context"] = options["@context"]
    earlier = options.get("previousProof")
    if earlier is None:
        return bare
    names = earlier if isinstance(earlier, list) else [earlier]
    if not names or len(names) > MAX_PROOFS:
        raise ProofChainBroken(expected="ids of earlier proofs", got=repr(earlier)[:80], where=f"{where}/previousProof")
    bare["proof"] = [_named_proof(name, listed, where) for name in names]
    return bare


def _named_proof(name: object, listed: Sequence[Document], where: str) -> Document:
    found = [proof for proof in listed if isinstance(name, str) and proof.get("id") == name]
    if len(found) != 1:
        raise ProofChainBroken(expected=f"one proof with id {name}", got=len(found), where=f"{where}/previousProof")
    return found[0]


def _check_suite(proof: Document, where: str) -> None:
    if not isinstance(proof.get("type"), str) or not proof["type"]:
        raise ProofMalformed(expected="type", got=repr(proof.get("type"))[:60], where=f"{where}/type")
    if proof["type"] != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        found = f"{proof['type']} {proof.get('cryptosuite', '')}".strip()
        raise ProofUnsupported(expected=f"DataIntegrityProof {CRYPTOSUITE}", got=found[:120], where=where)
    if "id" in proof and not is_url(proof["id"]):
        raise ProofMalformed(expected="a URL", got=repr(proof["id"])[:120], where=f"{where}/id")


def _check_expectation(proof: Document, expect: Expectation, where: str) -> None:
    """Purpose, domain, challenge and expiry (4.4 steps 6 to 9)."""
    purpose = _text(proof, "proofPurpose", where)
    if purpose != expect.purpose:
        raise ProofPurposeDiffers(expected=expect.purpose, got=purpose[:120], where=f"{where}/proofPurpose")
    domains = proof.get("domain", [])
    domains = domains if isinstance(domains, list) else [domains]
    if expect.domain is not None and expect.domain not in domains:
        raise ProofAudienceDiffers(expected=expect.domain, got=repr(proof.get("domain"))[:120], where=f"{where}/domain")
    if expect.challenge is not None and proof.get("challenge") != expect.challenge:
        found = repr(proof.get("challenge"))[:120]
        raise ProofAudienceDiffers(expected=expect.challenge, got=found, where=f"{where}/challenge")
    if "expires" in proof:
        expires = read_stamp(proof["expires"], f"{where}/expires")
        if expect.at is not None and expires <= expect.at:
            raise ProofExpired(
                expected=f"after {expect.at.isoformat()}", got=proof["expires"], where=f"{where}/expires"
            )


def _check_contexts(document: Document, options: Document, where: str) -> None:
    """3.3.2 step 4: the document's contexts begin with those under which it was signed."""
    if "@context" not in options:
        return
    signed, present = _listed(options["@context"]), _listed(document.get("@context", []))
    if present[: len(signed)] != signed:
        raise ProofContextDiffers(expected=repr(signed)[:200], got=repr(present)[:200], where=f"{where}/@context")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _signature(proof: Document, where: str) -> bytes:
    try:
        signature = unmultibase(_text(proof, "proofValue", where))
    except EncodingInvalid as error:
        raise ProofMalformed(expected="base58btc multibase", got=error.got, where=f"{where}/proofValue") from error
    if len(signature) != SIGNATURE_SIZE:
        found = f"{len(signature)} bytes"
        raise ProofMalformed(expected=f"{SIGNATURE_SIZE} bytes", got=found, where=f"{where}/proofValue")
    return signature


def _text(proof: Document, name: str, where: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str) or not value:
        raise ProofMalformed(expected=f"text for {name}", got=repr(value)[:60], where=f"{where}/{name}")
    return value
