"""A document as one sealed package, and what binds seal and keys to it (`spec/envelope.md`).

The package holds the document salt and all representations, padded with zeros to a size of which there are few, and
is encrypted once under a key of its own. So the ciphertext, its size and its digest tell next to nothing; whoever has
the content key has the salt and can check the commitment; and whoever destroys the key has destroyed both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, JsonRefused
from transire.crypto.sealing import SealedContent, open_content, seal_content
from transire.documents.commitment import MAX_REPRESENTATIONS, SALT_SIZE
from transire.vault.errors import DocumentTooLarge, PackageMalformed

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""All representations of one document together: a scan of a long contract fits."""
SMALLEST_BUCKET: Final = 4096
"""Most trade documents have 2 to 3 kB: they all look alike."""
LARGEST_STEP: Final = 1024 * 1024
"""Buckets double up to here and grow by this much afterwards, so that padding never costs more than 1 MB."""

_MAGIC: Final = b"transire/package/1\n"
_LENGTH_BYTES: Final = 4
_HEADER_LIMIT: Final = 4096


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    length: Annotated[int, Meta(ge=0, le=MAX_DOCUMENT_BYTES)]
    media_type: str


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parts: Annotated[tuple[_Part, ...], Meta(min_length=1, max_length=MAX_REPRESENTATIONS)]
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the seal holds: the representations by media type, and the document salt."""

    representations: Mapping[str, bytes] = field(repr=False)
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which version of which document a seal is of; ids are base64url as everywhere on the wire."""

    document_id: str
    version: int
    schema_id: str

    @property
    def aad(self) -> bytes:
        """Document id (32 bytes), version (uint64, big-endian), schema id (UTF-8): bound to the ciphertext."""
        return self._start + self.schema_id.encode()

    def grant_info(self, key_id: str, purpose: str, expires: str | None) -> bytes:
        """Bound to a wrapped key: document id, version, then recipient key id, purpose and expiry.

        Each of the three has its length before it (uint16), so that no two grants share one text.
        """
        return self._start + b"".join(_counted(text) for text in (key_id, purpose, expires or ""))

    @property
    def _start(self) -> bytes:
        return unb64url(self.document_id, length=32) + self.version.to_bytes(8, "big")


def seal(package: Package, identity: Identity) -> SealedContent:
    """Encrypt a document under a fresh key."""
    return seal_content(pack(package), aad=identity.aad)


def unseal(ciphertext: bytes, key: bytes, identity: Identity) -> Package:
    """Decrypt and unpack; `SealBroken` when key, content or identity was altered."""
    return unpack(open_content(ciphertext, key, aad=identity.aad))


def pack(package: Package) -> bytes:
    """The padded plaintext of a seal.

    >>> package = Package(representations={"text/plain": b"seal 7"}, salt=bytes(32))
    >>> len(pack(package)), unpack(pack(package)) == package
    (4096, True)
    """
    parts = sorted(package.representations.items())
    size = sum(len(data) for _, data in parts)
    if size > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(expected=f"at most {MAX_DOCUMENT_BYTES} bytes", got=size)
    header = canonical_bytes(
        {
            "parts": [{"length": len(data), "media_type": name} for name, data in parts],
            "salt": b64url(package.salt),
        }
    )
    content = b"".join([_MAGIC, len(header).to_bytes(_LENGTH_BYTES, "big"), header, *(data for _, data in parts)])
    return content.ljust(bucket_of(len(content)), b"\x00")


def unpack(plaintext: bytes) -> Package:
    """Read a package; there is one way to pack a document, and every other is refused."""
    start = len(_MAGIC) + _LENGTH_BYTES
    length = int.from_bytes(plaintext[len(_MAGIC) : start], "big")
    if plaintext[: len(_MAGIC)] != _MAGIC or length > min(_HEADER_LIMIT, len(plaintext) - start):
        raise PackageMalformed(expected="transire/package/1 and a header")
    header = _read_header(plaintext[start : start + length])
    representations, place = {}, start + length
    for part in header.parts:
        representations[part.media_type] = plaintext[place : place + part.length]
        place += part.length
    package = Package(representations=representations, salt=_salt(header.salt))
    # Packing again finds a wrong order, a name twice, a wrong bucket and anything but zeros as padding.
    if place > len(plaintext) or pack(package) != plaintext:
        raise PackageMalformed(expected="parts sorted by media type, then zeros to the end of the bucket")
    return package


def bucket_of(size: int) -> int:
    """The padded size: powers of two from 4 kB to 1 MB, then whole MB.

    >>> bucket_of(1), bucket_of(4097), bucket_of(1024 * 1024 + 1) // 1024
    (4096, 8192, 2048)
    """
    if size > LARGEST_STEP:
        return -(-size // LARGEST_STEP) * LARGEST_STEP
    return max(SMALLEST_BUCKET, 1 << (size - 1).bit_length())


def _read_header(raw: bytes) -> _Header:
    try:
        return msgspec.convert(parse_canonical(raw, limit=_HEADER_LIMIT), _Header)
    except (JsonRefused, msgspec.ValidationError) as error:
        raise PackageMalformed(expected="a header", got=str(error)[:120]) from error


def _salt(text: str) -> bytes:
    try:
        return unb64url(text, length=SALT_SIZE)
    except EncodingInvalid as error:
        raise PackageMalformed(expected=f"a salt of {SALT_SIZE} bytes", got=str(error.got)) from error


def _counted(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
