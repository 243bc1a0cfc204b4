"""Packages and what binds them: one way to pack, few sizes, nothing interchangeable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transire.crypto.encoding import b64url
from transire.crypto.errors import SealBroken
from transire.vault.errors import DocumentTooLarge, PackageMalformed
from transire.vault.sealing import (
    LARGEST_STEP,
    MAX_DOCUMENT_BYTES,
    SMALLEST_BUCKET,
    Identity,
    Package,
    bucket_of,
    pack,
    seal,
    unpack,
    unseal,
)

IDENTITY = Identity(document_id=b64url(bytes(32)), version=1, schema_id="evidence/1")
NAMES = ["application/vc", "application/pdf", "text/plain"]
PACKAGES = st.builds(
    Package,
    representations=st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=5000), min_size=1),
    salt=st.binary(min_size=32, max_size=32),
)


@given(PACKAGES)
def test_a_package_comes_back_whole(package: Package) -> None:
    assert unpack(pack(package)) == package
    sealed = seal(package, IDENTITY)
    assert unseal(sealed.ciphertext, sealed.key, IDENTITY) == package


@given(PACKAGES, st.data())
def test_a_package_has_one_form(package: Package, data: st.DataObject) -> None:
    packed = bytearray(pack(package))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = unpack(bytes(packed))
    except PackageMalformed:
        return
    # Lengths, content and salt may be other ones (the commitment judges them), but no two texts are one package.
    assert read != package
    assert pack(read) == packed


@given(PACKAGES, st.integers(0, 200))
def test_a_torn_or_longer_package_is_refused(package: Package, cut: int) -> None:
    packed = pack(package)
    for wrong in (packed[: len(packed) - 1 - cut], packed + bytes(cut + 1), packed[:cut], b""):
        with pytest.raises(PackageMalformed):
            unpack(wrong)


PACKED = pack(Package(representations={"text/plain": b"x"}, salt=bytes(32)))
HEADER = PACKED.index(b"{") - 4
SALT_TEXT = b64url(bytes(32)).encode()


@pytest.mark.parametrize(
    ("plaintext", "expected"),
    [
        (b"transire/package/2\n" + PACKED[19:], "transire/package/1 and a header"),
        (PACKED[:HEADER] + b"\xff\xff\xff\xff" + PACKED[HEADER + 4 :], "transire/package/1 and a header"),
        (PACKED.replace(b'"length"', b'"lengte"'), "a header"),
        (PACKED.replace(SALT_TEXT, b"A" * 42 + b"B"), "a salt of 32 bytes"),
        (PACKED[:-1] + b"\x01", "parts sorted by media type, then zeros to the end of the bucket"),
        (PACKED + bytes(4096), "parts sorted by media type, then zeros to the end of the bucket"),
    ],
)
def test_what_is_wrong_with_a_package_is_named(plaintext: bytes, expected: str) -> None:
    with pytest.raises(PackageMalformed) as refused:
        unpack(plaintext)
    assert refused.value.expected == expected


@settings(max_examples=60)
@given(PACKAGES, st.data())
def test_any_changed_byte_of_a_seal_is_refused(package: Package, data: st.DataObject) -> None:
    sealed = seal(package, IDENTITY)
    place = data.draw(st.integers(0, len(sealed.ciphertext) - 1))
    altered = bytearray(sealed.ciphertext)
    altered[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        unseal(bytes(altered), sealed.key, IDENTITY)


@pytest.mark.parametrize(
    "other",
    [
        Identity(document_id=b64url(bytes(31) + b"\1"), version=1, schema_id="evidence/1"),
        Identity(document_id=b64url(bytes(32)), version=2, schema_id="evidence/1"),
        Identity(document_id=b64url(bytes(32)), version=1, schema_id="evidence/2"),
    ],
)
def test_a_seal_belongs_to_one_version_of_one_document(other: Identity) -> None:
    package = Package(representations={"text/plain": b"x"}, salt=bytes(32))
    sealed = seal(package, IDENTITY)
    with pytest.raises(SealBroken):
        unseal(sealed.ciphertext, sealed.key, other)


def test_documents_of_like_size_look_alike() -> None:
    sizes = {
        len(seal(Package(representations={"application/vc": bytes(size)}, salt=bytes(32)), IDENTITY).ciphertext)
        for size in (1, 700, 2500, 3900)
    }
    assert sizes == {SMALLEST_BUCKET + 28}


@given(st.integers(1, 40 * LARGEST_STEP))
def test_buckets_are_few_and_not_wasteful(size: int) -> None:
    bucket = bucket_of(size)
    assert bucket >= size
    assert bucket_of(bucket) == bucket
    assert bucket <= max(SMALLEST_BUCKET, 2 * size)
    assert bucket - size < LARGEST_STEP or bucket == SMALLEST_BUCKET


def test_a_document_that_is_too_large_is_refused_before_it_is_sealed() -> None:
    pack(Package(representations={"a/b": bytes(MAX_DOCUMENT_BYTES)}, salt=bytes(32)))
    with pytest.raises(DocumentTooLarge):
        pack(Package(representations={"a/b": bytes(MAX_DOCUMENT_BYTES), "a/c": b"x"}, salt=bytes(32)))


TEXTS = st.text(max_size=20)


@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_no_two_grants_share_one_text(one: tuple[str, str, str], two: tuple[str, str, str]) -> None:
    assert (IDENTITY.grant_info(*one) == IDENTITY.grant_info(*two)) == (one == two)


def test_nothing_secret_is_printed() -> None:
    package = Package(representations={"text/plain": b"supplier price"}, salt=b"\7" * 32)
    assert "supplier" not in repr(package)
    assert "\\x07" not in repr(package)
    assert "key=" not in repr(seal(package, IDENTITY))
