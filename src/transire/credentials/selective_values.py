"""The proof values of ecdsa-sd-2023: three header bytes and CBOR of five (ECDSA Cryptosuites 3.5.2 to 3.5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NoReturn

from transire.credentials.cbor import decode, encode
from transire.credentials.errors import ProofForHolder, ProofMalformed
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid

_BASE: Final = b"\xd9\x5d\x00"
_DERIVED: Final = b"\xd9\x5d\x01"
_SIGNATURE: Final = 64
_PUBLIC: Final = 35
_DIGEST: Final = 32
MAX_TEXT: Final = 2_000_000
"""Characters of one proof value: a signature a statement, 64 bytes each."""


@dataclass(frozen=True, slots=True)
class BaseProof:
    """What issuer and holder share: signature, statement key, HMAC key, a signature a statement, mandatory pointers."""

    signature: bytes
    public: bytes
    hmac_key: bytes
    signatures: list[bytes]
    mandatory: list[str]

    @property
    def text(self) -> str:
        """The proof value."""
        return _written(_BASE, [self.signature, self.public, self.hmac_key, self.signatures, self.mandatory])

    @classmethod
    def read(cls, value: object, where: str = "/proof/proofValue") -> BaseProof:
        """A base proof value; a derived one is refused by name."""
        parts = _parts(value, _BASE, "a base proof", where)
        signature, public, hmac_key, signatures, mandatory = parts
        if not (_is(signature, _SIGNATURE) and _is(public, _PUBLIC) and _is(hmac_key, _DIGEST)):
            _refuse("64, 35 and 32 bytes", parts[:3], where)
        if not _all_signatures(signatures) or not _all(mandatory, str):
            _refuse("signatures of 64 bytes, and pointers", [signatures, mandatory], where)
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class DerivedProof:
    """What a verifier sees: signature, statement key, the shown statements' signatures, labels, mandatory places."""

    signature: bytes
    public: bytes
    signatures: list[bytes]
    labels: dict[int, str]
    mandatory: list[int]

    @property
    def text(self) -> str:
        """The proof value; a label travels as the 32 bytes of its HMAC."""
        labels = {number: unb64url(label.removeprefix("_:u")) for number, label in self.labels.items()}
        return _written(_DERIVED, [self.signature, self.public, self.signatures, labels, self.mandatory])

    @classmethod
    def read(cls, value: object, where: str = "/proof/proofValue") -> DerivedProof:
        """A derived proof value; a base one is refused, since it is for the holder alone."""
        parts = _parts(value, _DERIVED, "a derived proof", where)
        signature, public, signatures, labels, mandatory = parts
        if not (_is(signature, _SIGNATURE) and _is(public, _PUBLIC) and _all_signatures(signatures)):
            _refuse("64 and 35 bytes, and signatures of 64 bytes", parts[:3], where)
        if not isinstance(labels, dict) or not all(_is(label, _DIGEST) for label in labels.values()):
            _refuse("a map of numbers to 32 bytes", labels, where)
        if not _all(mandatory, int) or any(a >= b for a, b in pairwise(mandatory)):
            _refuse("places in order, each once", mandatory, where)
        named = {number: f"_:u{b64url(label)}" for number, label in labels.items()}
        if len(set(named.values())) != len(named):
            _refuse("a label of its own for every blank node", "one label twice", where)
        return cls(signature, public, signatures, named, mandatory)


def _written(header: bytes, parts: list[Any]) -> str:
    return "u" + b64url(header + encode(parts))


def _parts(value: object, header: bytes, wanted: str, where: str) -> list[Any]:
    if not isinstance(value, str) or not value.startswith("u") or len(value) > MAX_TEXT:
        _refuse("multibase with prefix u", value, where)
    try:
        data = unb64url(value[1:])
    except EncodingInvalid:
        _refuse("base64url without padding", value, where)
    if header == _DERIVED and data.startswith(_BASE):
        raise ProofForHolder(expected=wanted, got="a base proof", where=where)
    if not data.startswith(header):
        _refuse(f"{wanted} (header {header.hex()})", f"header {data[:3].hex()}", where)
    try:
        parts = decode(data[len(header) :])
    except EncodingInvalid as error:
        raise ProofMalformed(expected=error.expected, got=error.got, where=where) from error
    if not isinstance(parts, list) or len(parts) != 5:
        _refuse("an array of five", f"{len(parts)} parts" if isinstance(parts, list) else parts, where)
    return parts


def _is(value: object, size: int) -> bool:
    return isinstance(value, bytes) and len(value) == size


def _all(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _all_signatures(value: object) -> bool:
    return isinstance(value, list) and all(_is(item, _SIGNATURE) for item in value)


def _refuse(expected: str, got: object, where: str) -> NoReturn:
    raise ProofMalformed(expected=expected, got=repr(got)[:80], where=where)
