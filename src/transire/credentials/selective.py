"""Selective disclosure with `ecdsa-sd-2023` (Data Integrity ECDSA Cryptosuites 1.0, sections 3.4 to 3.6).

The issuer signs every statement of the document by itself, with a key made for this one document, and signs that key
together with the statements that must always be shown. This base proof is for the holder alone. The holder derives from
it a document with the parts it chooses and the signatures of those; nobody can tell from it what else there was, not
even from the labels of blank nodes, which are an HMAC under a key that only issuer and holder know.

The issuer's key is of P-256 (3.6.8: signatures of 64 bytes); with another curve the suite is not defined.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from transire.credentials.contexts import ContextRegistry
from transire.credentials.errors import NothingDisclosed, ProofInvalid, ProofKeyUnfit, ProofMalformed, ProofUnsupported
from transire.credentials.pointers import Selection
from transire.credentials.quads import Quad
from transire.credentials.rdf import BlankLabels, to_quads
from transire.credentials.rdfc import canonical_labels, canonical_lines, relabelled
from transire.credentials.selective_values import BaseProof, DerivedProof
from transire.credentials.suites import ECDSA_SD, with_contexts
from transire.credentials.terms import check_terms
from transire.crypto.digests import hmac_sha256, sha256
from transire.crypto.ecdsa import P256, EcdsaKey
from transire.crypto.encoding import b64url, multibase, unmultibase
from transire.crypto.errors import KeyInvalid, SignatureInvalid
from transire.crypto.multikey import PublicKey, Signer, public_key_of, read_multikey, verify_with, write_multikey

Document = Mapping[str, Any]
HMAC_KEY_SIZE: Final = 32
"""As long as the digest (3.5.1)."""

ALWAYS_SHOWN: Final = (
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/issuanceDate",
    "/expirationDate",
    "/credentialStatus",
    "/credentialSchema",
)
"""What a verifier cannot do without, in the words of the data models 2.0 and 1.1; an issuer that names nothing else
has these shown, as far as they are there."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The key for the labels, and the key that signs the statements of one document."""

    hmac_key: bytes = field(default_factory=lambda: os.urandom(HMAC_KEY_SIZE), repr=False)
    statement_key: EcdsaKey = field(default_factory=lambda: EcdsaKey.generate(P256))


@dataclass(frozen=True, slots=True)
class _Grouped:
    """A document's canonical lines under its HMAC labels, and which of them a selection holds."""

    lines: list[str]
    labels: dict[str, str]
    chosen: list[tuple[set[int], list[Quad]]]


def mandatory_of(document: Document) -> list[str]:
    """The pointers that are always shown unless the issuer says otherwise.

    >>> mandatory_of({"issuer": "did:example:a", "validFrom": "2026-01-01T00:00:00Z"})
    ['/issuer', '/validFrom']
    """
    return [pointer for pointer in ALWAYS_SHOWN if pointer[1:] in document]


def sign_base(
    document: Document,
    options: Document,
    *,
    key: Signer,
    mandatory: Sequence[str],
    contexts: ContextRegistry,
    secrets: Secrets | None = None,
) -> str:
    """The proof value of a base proof over a document without its proofs (3.6.2 to 3.6.6)."""
    if key.kind != P256.name:
        raise ProofKeyUnfit(expected=P256.name, got=key.kind)
    chosen = secrets or Secrets()
    grouped = _group(document, chosen.hmac_key, [mandatory], contexts)
    shown, _ = grouped.chosen[0]
    signatures = [chosen.statement_key.sign(line.encode()) for i, line in enumerate(grouped.lines) if i not in shown]
    public = public_bytes(chosen.statement_key)
    mandatory_lines = [line for i, line in enumerate(grouped.lines) if i in shown]
    signature = key.sign(_signed(document, options, public, mandatory_lines, contexts))
    return BaseProof(signature, public, chosen.hmac_key, signatures, list(mandatory)).text


def derive(document: Document, proof: Document, selective: Sequence[str], contexts: ContextRegistry) -> dict[str, Any]:
    """The document that shows the mandatory and the chosen parts, with its derived proof (3.6.7)."""
    base = BaseProof.read(proof.get("proofValue"))
    combined = [*base.mandatory, *selective]
    if not combined:
        raise NothingDisclosed(where="/options/selectivePointers")
    bare = {name: value for name, value in document.items() if name != "proof"}
    grouped = _group(bare, base.hmac_key, [base.mandatory, combined], contexts)
    (mandatory, _), (shown, quads) = grouped.chosen
    if len(base.signatures) != len(grouped.lines) - len(mandatory):
        expected = len(grouped.lines) - len(mandatory)
        raise ProofInvalid(expected=f"{expected} signatures", got=len(base.signatures), where="/proof/proofValue")
    signed = iter(base.signatures)
    by_line = {i: next(signed) for i in range(len(grouped.lines)) if i not in mandatory}
    seen = canonical_labels(quads)
    derived = DerivedProof(
        base.signature,
        base.public,
        [by_line[i] for i in sorted(shown - mandatory)],
        {int(label.removeprefix("_:c14n")): grouped.labels[node] for node, label in seen.items()},
        [place for place, i in enumerate(sorted(shown)) if i in mandatory],
    )
    kept = {name: value for name, value in proof.items() if name != "@context"}
    return {**Selection(bare, combined).document, "proof": {**kept, "proofValue": derived.text}}


def base_proof_of(document: Document) -> Document:
    """The one base proof that a document bears."""
    given = document.get("proof")
    found = [
        proof
        for proof in (given if isinstance(given, list) else [given])
        if isinstance(proof, Mapping) and proof.get("cryptosuite") == ECDSA_SD
    ]
    if len(found) != 1:
        raise ProofUnsupported(expected=f"one proof by {ECDSA_SD}", got=f"{len(found)} of them", where="/proof")
    return found[0]


def verify_derived(
    document: Document, options: Document, proof_value: object, key: PublicKey, contexts: ContextRegistry, where: str
) -> None:
    """Refuse a document, without its proofs, that its derived proof does not hold for (3.6.8)."""
    if key.kind != P256.name:
        raise ProofKeyUnfit(expected=P256.name, got=key.kind, where=where)
    derived = DerivedProof.read(proof_value, where)
    check_terms(document, contexts)
    quads = to_quads(document, contexts)
    lines = relabelled(quads, _verifier_labels(canonical_labels(quads), derived, where))
    mandatory = {place for place in derived.mandatory if place < len(lines)}
    others = [line for place, line in enumerate(lines) if place not in mandatory]
    if len(mandatory) != len(derived.mandatory) or len(others) != len(derived.signatures):
        found = f"{len(lines)} statements, {len(derived.mandatory)} mandatory, {len(derived.signatures)} signatures"
        raise ProofInvalid(expected="a signature for each statement that is not mandatory", got=found, where=where)
    signed = _signed(document, options, derived.public, [lines[place] for place in sorted(mandatory)], contexts)
    try:
        verify_with(key, signed, derived.signature)
        statement_key = read_multikey(multibase(derived.public))
        if statement_key.kind != P256.name:
            raise ProofKeyUnfit(expected=P256.name, got=statement_key.kind, where=where)
        for line, signature in zip(others, derived.signatures, strict=True):
            verify_with(statement_key, line.encode(), signature)
    except (SignatureInvalid, KeyInvalid) as error:
        raise ProofInvalid(expected="signatures of the issuer over these statements", where=where) from error


def public_bytes(key: EcdsaKey) -> bytes:
    """A public key as the proofs carry it: the bytes of its Multikey."""
    return unmultibase(write_multikey(public_key_of(key)))


def _signed(
    document: Document, options: Document, public: bytes, mandatory: Sequence[str], contexts: ContextRegistry
) -> bytes:
    """What the issuer's key signs (3.5.1 serializeSignData): proof options, the document's key, the mandatory lines."""
    configuration = with_contexts(options, document)
    check_terms(configuration, contexts)
    text = "".join(canonical_lines(to_quads(configuration, contexts)))
    return sha256(text.encode()) + public + sha256("".join(mandatory).encode())


def _group(document: Document, hmac_key: bytes, groups: Sequence[Sequence[str]], contexts: ContextRegistry) -> _Grouped:
    """3.4.14 canonicalizeAndGroup: the document's lines, and by each group of pointers the places of its lines."""
    check_terms(document, contexts)
    # Read anew, so that no object stands in two places: objects are told apart by being objects.
    copy = orjson.loads(orjson.dumps(document))
    labels = BlankLabels()
    quads = to_quads(copy, contexts, labels)
    secret = {
        node: f"_:u{b64url(hmac_sha256(hmac_key, label.removeprefix('_:').encode()))}"
        for node, label in canonical_labels(quads).items()
    }
    lines = relabelled(quads, secret)
    places = {line: place for place, line in enumerate(lines)}
    chosen: list[tuple[set[int], list[Quad]]] = []
    for pointers in groups:
        selection = Selection(copy, pointers)
        labels.origin.update(selection.origin)
        found = to_quads(selection.document, contexts, labels) if pointers else []
        chosen.append(({places[line] for line in relabelled(found, secret)}, found))
    return _Grouped(lines, secret, chosen)


def _verifier_labels(seen: Mapping[str, str], derived: DerivedProof, where: str) -> dict[str, str]:
    try:
        return {node: derived.labels[int(label.removeprefix("_:c14n"))] for node, label in seen.items()}
    except KeyError as error:
        raise ProofMalformed(expected="a label for every blank node", got=f"none for {error}", where=where) from error
