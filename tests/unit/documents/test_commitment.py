"""Commitments: the formula of LEDGER.md 3 written out again, and everything that must not pass."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from transire.documents.commitment import (
    MAX_REPRESENTATIONS,
    Opening,
    commitment_of,
    open_representation,
    verify_commitment,
    verify_representation,
)
from transire.documents.errors import CommitmentMismatch, RepresentationRefused

SALT = bytes(range(32))
NAMES = ["application/vc", "application/vc+jwt", "application/pdf", "text/plain", "image/svg+xml"]
REPRESENTATIONS = st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=200), min_size=1)
SALTS = st.binary(min_size=32, max_size=32)


def naive(representations: dict[str, bytes], salt: bytes) -> bytes:
    leaves = []
    for name, data in representations.items():
        inner = HKDF(SHA256(), length=32, salt=None, info=name.encode()).derive(salt)
        leaves.append(name.encode() + b"\0" + hmac.new(inner, data, hashlib.sha256).digest())
    nodes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in sorted(leaves)]

    def root(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return part[0]
        middle = 1
        while middle * 2 < len(part):
            middle *= 2
        return hashlib.sha256(b"\1" + root(part[:middle]) + root(part[middle:])).digest()

    return root(nodes)


@given(REPRESENTATIONS, SALTS)
def test_commitment_is_the_formula(representations: dict[str, bytes], salt: bytes) -> None:
    assert commitment_of(representations, salt) == naive(representations, salt)
    verify_commitment(naive(representations, salt), representations, salt)


@given(REPRESENTATIONS, SALTS, st.data())
def test_each_representation_opens_alone(representations: dict[str, bytes], salt: bytes, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(representations)))
    opening = open_representation(representations, salt, name)
    verify_representation(commitment_of(representations, salt), opening, representations[name])
    with pytest.raises(CommitmentMismatch):
        verify_representation(commitment_of(representations, salt), opening, representations[name] + b"x")


@given(REPRESENTATIONS, SALTS, st.data())
def test_any_changed_byte_is_refused(representations: dict[str, bytes], salt: bytes, data: st.DataObject) -> None:
    commitment = commitment_of(representations, salt)
    name = data.draw(st.sampled_from(sorted(representations)))
    content = representations[name] or b"\0"
    place = data.draw(st.integers(0, len(content) - 1))
    flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    with pytest.raises(CommitmentMismatch):
        verify_commitment(commitment, {**representations, name: flipped}, salt)
    with pytest.raises(CommitmentMismatch):
        verify_commitment(commitment, representations, bytes([salt[0] ^ 1]) + salt[1:])
    if len(representations) > 1:
        with pytest.raises(CommitmentMismatch):
            verify_commitment(commitment, {n: d for n, d in representations.items() if n != name}, salt)


def test_an_opening_does_not_tell_the_other_salts() -> None:
    document = {"application/vc": b"{}", "text/plain": b"x"}
    opening = open_representation(document, SALT, "text/plain")
    other = open_representation(document, SALT, "application/vc")
    assert opening.salt != other.salt
    assert SALT not in (opening.salt, other.salt)
    assert opening.salt.hex() not in repr(opening)


def test_an_issuer_cannot_commit_to_two_contents_of_one_media_type() -> None:
    one = open_representation({"text/plain": b"one"}, SALT, "text/plain")
    two = open_representation({"text/plain": b"two"}, SALT, "text/plain")
    both = Opening("text/plain", one.salt, tuple(sorted((*one.leaves, *two.leaves))))
    with pytest.raises(RepresentationRefused):
        verify_representation(bytes(32), both, b"one")


@pytest.mark.parametrize(
    "name", ["Text/plain", "text", "text/", "/plain", "text/plain; charset=utf-8", "text/plain\0", ""]
)
def test_a_media_type_has_one_spelling(name: str) -> None:
    with pytest.raises(RepresentationRefused):
        commitment_of({name: b""}, SALT)


def test_bounds() -> None:
    with pytest.raises(RepresentationRefused):
        commitment_of({}, SALT)
    with pytest.raises(RepresentationRefused):
        commitment_of({f"text/{number}": b"" for number in range(MAX_REPRESENTATIONS + 1)}, SALT)
    with pytest.raises(RepresentationRefused):
        commitment_of({"text/plain": b""}, SALT[:-1])
    with pytest.raises(RepresentationRefused):
        open_representation({"text/plain": b""}, SALT, "text/html")
    with pytest.raises(RepresentationRefused):
        verify_representation(bytes(32), Opening("text/plain", SALT, ()), b"")
    with pytest.raises(RepresentationRefused):
        verify_representation(bytes(32), Opening("text/plain", b"", (b"text/plain\0" + bytes(32),)), b"")
