"""Data Integrity proofs: one proof, a set of proofs, a chain of proofs.

Verifiable Credential Data Integrity 1.0 section 4; what each cryptosuite signs is in `suites` and `selective`. Signing
and verifying say only that the holder of a key signed these bytes for this purpose; whether that key may speak for the
issuer is a check of its own in `verify`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from transire.credentials.contexts import ContextRegistry, is_url, pinned_contexts
from transire.credentials.errors import (
    ProofAudienceDiffers,
    ProofChainBroken,
    ProofContextDiffers,
    ProofExpired,
    ProofInvalid,
    ProofKeyUnfit,
    ProofMalformed,
    ProofMissing,
    ProofPurposeDiffers,
    ProofUnsupported,
)
from transire.credentials.resolve import KeyResolver, resolve_did_key, split_method
from transire.credentials.structure import read_stamp
from transire.credentials.suites import ECDSA_SD, EDDSA_JCS, SUITES, Suite
from transire.crypto.encoding import multibase, unmultibase
from transire.crypto.errors import EncodingInvalid, SignatureInvalid
from transire.crypto.multikey import SIGNATURE_SIZES, PublicKey, Signer, verify_with

ALL_SUITES: Final = frozenset((*SUITES, ECDSA_SD))
MAX_PROOFS: Final = 16
"""Proofs of one document: exporter, chamber and broker are three."""

Document = Mapping[str, Any]


class VerifiedProof(Struct, frozen=True, kw_only=True):
    """A proof that holds: whose key (`controller`), which key, by which suite, for what, made when."""

    controller: str
    public: bytes
    cryptosuite: str
    verification_method: str
    purpose: str
    created: datetime | None
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a verifier asked for: the purpose, the suites, for presentations the domain and challenge it gave out."""

    purpose: str = "assertionMethod"
    domain: str | None = None
    challenge: str | None = None
    at: datetime | None = None
    suites: frozenset[str] = ALL_SUITES


def sign_document(
    document: Document,
    *,
    key: Signer,
    verification_method: str,
    created: str | None,
    purpose: str = "assertionMethod",
    cryptosuite: str = EDDSA_JCS,
    mandatory: Sequence[str] | None = None,
    extra: Mapping[str, Any] | None = None,
    contexts: ContextRegistry | None = None,
) -> dict[str, Any]:
    """Add a proof. A document that bears proofs already gets a set; `previousProof` in `extra` makes it a chain.

    `mandatory` are the pointers that selective disclosure always shows; the other suites show everything.

    >>> from transire.crypto.keys import SigningKey
    >>> from transire.crypto.did import did_key, verification_method
    >>> key = SigningKey.from_seed(bytes(32))
    >>> signed = sign_document({"name": "seal"}, key=key, created=None,
    ...                        verification_method=verification_method(did_key(key.public)))
    >>> [proof.purpose for proof in verify_proofs(signed)]
    ['assertionMethod']
    """
    options: dict[str, Any] = {"type": "DataIntegrityProof", "cryptosuite": cryptosuite}
    if created is not None:
        options["created"] = created
    options |= {"verificationMethod": verification_method, "proofPurpose": purpose, **(extra or {})}
    known = contexts or pinned_contexts()
    listed = list(_proofs(document)) if "proof" in document else []
    if cryptosuite == ECDSA_SD:
        value = _sign_selectively(_unsecured(document, options, listed), options, key, mandatory, known)
    else:
        value = _sign_whole(document, options, listed, key, known)
    proofs = [*listed, {**options, "proofValue": value}]
    return {**document, "proof": proofs[0] if len(proofs) == 1 else proofs}


def _sign_whole(
    document: Document, options: dict[str, Any], listed: Sequence[Document], key: Signer, contexts: ContextRegistry
) -> str:
    suite = _suite_of(options, "/proof")
    _check_kind(suite, key.kind, "/proof")
    if suite.repeats_contexts and "@context" in document:
        # EdDSA Cryptosuites 3.3.1 step 2: the proof repeats the contexts, so that adding one later is noticed.
        options["@context"] = document["@context"]
    return multibase(key.sign(suite.signed_hash(_unsecured(document, options, listed), options, contexts, key.kind)))


def _sign_selectively(
    document: Document, options: Document, key: Signer, mandatory: Sequence[str] | None, contexts: ContextRegistry
) -> str:
    from transire.credentials.selective import mandatory_of, sign_base

    pointers = mandatory_of(document) if mandatory is None else mandatory
    return sign_base(document, options, key=key, mandatory=pointers, contexts=contexts)


def verify_proofs(
    document: Document,
    *,
    resolve: KeyResolver = resolve_did_key,
    expect: Expectation | None = None,
    contexts: ContextRegistry | None = None,
) -> tuple[VerifiedProof, ...]:
    """Verify every proof of a document (4.5 of Data Integrity); one that fails refuses the whole."""
    if document.get("proof") is None:
        raise ProofMissing(where="/proof")
    verification = _Verification(document, _proofs(document), resolve, expect or Expectation(), contexts)
    several = isinstance(document["proof"], list)
    return tuple(
        verification.of(proof, f"/proof/{index}" if several else "/proof")
        for index, proof in enumerate(verification.listed)
    )


class _Verification:
    """One document whose proofs are verified, and what its verifier asked for."""

    def __init__(
        self,
        document: Document,
        listed: list[Document],
        resolve: KeyResolver,
        expect: Expectation,
        contexts: ContextRegistry | None,
    ) -> None:
        self.document = document
        self.listed = listed
        self._resolve = resolve
        self._expect = expect
        self._contexts = contexts or pinned_contexts()

    def of(self, proof: Document, where: str) -> VerifiedProof:
        """Verify one of the proofs."""
        _check_form(proof, self._expect.suites, where)
        created = read_stamp(proof["created"], f"{where}/created", utc=True) if "created" in proof else None
        _check_expectation(proof, self._expect, where)
        controller, fragment = split_method(_text(proof, "verificationMethod", where))
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        unsecured = _unsecured(self.document, options, self.listed, where)
        key = self._resolve(controller, fragment)
        if proof["cryptosuite"] == ECDSA_SD:
            from transire.credentials.selective import verify_derived

            value = proof.get("proofValue")
            verify_derived(unsecured, options, value, key, self._contexts, f"{where}/proofValue")
        else:
            self._verify_whole(proof, options, unsecured, key, where)
        return VerifiedProof(
            controller=controller,
            public=key.raw,
            cryptosuite=proof["cryptosuite"],
            verification_method=f"{controller}#{fragment}",
            purpose=_text(proof, "proofPurpose", where),
            created=created,
            id=proof.get("id"),
        )

    def _verify_whole(
        self, proof: Document, options: Document, unsecured: Document, key: PublicKey, where: str
    ) -> None:
        suite = _suite_of(proof, where)
        _check_kind(suite, key.kind, where)
        signature = _signature(proof, SIGNATURE_SIZES[key.kind], where)
        if suite.repeats_contexts:
            _check_contexts(self.document, options, where)
        try:
            verify_with(key, suite.signed_hash(unsecured, options, self._contexts, key.kind), signature)
        except SignatureInvalid as error:
            method = proof["verificationMethod"]
            raise ProofInvalid(expected=f"a signature by {method}", where=f"{where}/proofValue") from error


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


def _check_form(proof: Document, suites: frozenset[str], where: str) -> None:
    if not isinstance(proof.get("type"), str) or not proof["type"]:
        raise ProofMalformed(expected="type", got=repr(proof.get("type"))[:60], where=f"{where}/type")
    if proof["type"] != "DataIntegrityProof" or proof.get("cryptosuite") not in suites:
        found = f"{proof['type']} {proof.get('cryptosuite', '')}".strip()
        wanted = f"DataIntegrityProof by {', '.join(sorted(suites))}"
        raise ProofUnsupported(expected=wanted, got=found[:120], where=where)
    if "id" in proof and not is_url(proof["id"]):
        raise ProofMalformed(expected="a URL", got=repr(proof["id"])[:120], where=f"{where}/id")


def _suite_of(proof: Document, where: str) -> Suite:
    suite = SUITES.get(proof["cryptosuite"])
    if suite is None:
        found = str(proof["cryptosuite"])[:120]
        raise ProofUnsupported(expected=", ".join((*SUITES, ECDSA_SD)), got=found, where=f"{where}/cryptosuite")
    return suite


def _check_kind(suite: Suite, kind: str, where: str) -> None:
    if kind not in suite.kinds:
        expected = f"a key of {' or '.join(sorted(suite.kinds))} for {suite.name}"
        raise ProofKeyUnfit(expected=expected, got=kind, where=f"{where}/verificationMethod")


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
        expires = read_stamp(proof["expires"], f"{where}/expires", utc=True)
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


def _signature(proof: Document, size: int, where: str) -> bytes:
    try:
        signature = unmultibase(_text(proof, "proofValue", where))
    except EncodingInvalid as error:
        raise ProofMalformed(expected="base58btc multibase", got=error.got, where=f"{where}/proofValue") from error
    if len(signature) != size:
        found = f"{len(signature)} bytes"
        raise ProofMalformed(expected=f"{size} bytes", got=found, where=f"{where}/proofValue")
    return signature


def _text(proof: Document, name: str, where: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str) or not value:
        raise ProofMalformed(expected=f"text for {name}", got=repr(value)[:60], where=f"{where}/{name}")
    return value
