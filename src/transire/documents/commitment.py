"""The commitment of a document: what stands for it in statements, and on the ledger only inside a pool (LEDGER.md 3).

One leaf for each representation (media type), sorted: `media type || 0x00 || HMAC-SHA-256(salt_i, bytes)` with
`salt_i = HKDF(document salt, info = media type)`; the commitment is the RFC 9162 root over these leaves. The salt makes
it worthless to guess the content: tariff codes, values and party names have little entropy. Each recipient gets
all leaves, so nobody can be shown one representation while another is kept back.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from transire.crypto.digests import DIGEST_SIZE, hkdf_sha256, hmac_sha256
from transire.documents.errors import CommitmentMismatch, RepresentationRefused
from transire.merkle.tree import leaf_hash, root_of

SALT_SIZE: Final = 32
MAX_REPRESENTATIONS: Final = 8
"""Of one document: JSON, JWT, SD-JWT and a rendering or two."""

# RFC 6838 4.2, in lower case and without parameters: one media type has one spelling.
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens a commitment for one representation without the document salt: its own salt, and all leaves."""

    media_type: str
    salt: bytes = field(repr=False)
    leaves: tuple[bytes, ...]


def commitment_of(representations: Mapping[str, bytes], salt: bytes) -> bytes:
    """The 32 bytes that commit to all representations of a document.

    >>> commitment_of({"application/json": b"{}"}, bytes(32)).hex()[:16]
    '1831cbe712455c1f'
    """
    return _root(leaves_of(representations, salt))


def leaves_of(representations: Mapping[str, bytes], salt: bytes) -> tuple[bytes, ...]:
    """The leaves in their order: sorted, which is by media type."""
    if len(salt) != SALT_SIZE:
        raise RepresentationRefused(expected=f"a document salt of {SALT_SIZE} bytes", got=f"{len(salt)} bytes")
    if not 1 <= len(representations) <= MAX_REPRESENTATIONS:
        raise RepresentationRefused(expected=f"1 to {MAX_REPRESENTATIONS}", got=len(representations))
    return tuple(sorted(_leaf(name, _salt_of(name, salt), data) for name, data in representations.items()))


def open_representation(representations: Mapping[str, bytes], salt: bytes, media_type: str) -> Opening:
    """What a holder hands out to prove one representation and nothing about the others but that they exist."""
    if media_type not in representations:
        raise RepresentationRefused(expected=", ".join(sorted(representations)), got=media_type)
    return Opening(media_type, _salt_of(media_type, salt), leaves_of(representations, salt))


def verify_commitment(commitment: bytes, representations: Mapping[str, bytes], salt: bytes) -> None:
    """Refuse unless exactly these representations under this salt are what was committed to."""
    _compare(commitment_of(representations, salt), commitment)


def verify_representation(commitment: bytes, opening: Opening, data: bytes) -> None:
    """Refuse unless `data` is the representation that the opening opens, and its leaves are those committed to.

    >>> document = {"application/json": b"{}", "application/pdf": b"%PDF"}
    >>> opening = open_representation(document, bytes(32), "application/pdf")
    >>> verify_representation(commitment_of(document, bytes(32)), opening, b"%PDF")
    """
    _check_leaves(opening.leaves)
    if len(opening.salt) != DIGEST_SIZE:
        raise RepresentationRefused(expected=f"a salt of {DIGEST_SIZE} bytes", got=f"{len(opening.salt)} bytes")
    leaf = _leaf(opening.media_type, opening.salt, data)
    if leaf not in opening.leaves:
        raise CommitmentMismatch(expected=f"the committed {opening.media_type}", got="other bytes")
    _compare(_root(opening.leaves), commitment)


def _root(leaves: tuple[bytes, ...]) -> bytes:
    return root_of([leaf_hash(leaf) for leaf in leaves])


def _check_leaves(leaves: tuple[bytes, ...]) -> None:
    """Two leaves of one media type would let an issuer show one content to some and another to others."""
    names = [leaf[: -DIGEST_SIZE - 1] for leaf in leaves]
    if not 1 <= len(leaves) <= MAX_REPRESENTATIONS or names != sorted(set(names)):
        raise RepresentationRefused(expected="one leaf for each media type, sorted", got=f"{len(leaves)} leaves")


def _leaf(media_type: str, salt: bytes, data: bytes) -> bytes:
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        raise RepresentationRefused(expected="a media type in lower case, without parameters", got=media_type[:140])
    return media_type.encode("ascii") + b"\x00" + hmac_sha256(salt, data)


def _salt_of(media_type: str, salt: bytes) -> bytes:
    return hkdf_sha256(salt, salt=b"", info=media_type.encode("utf-8"))


def _compare(found: bytes, commitment: bytes) -> None:
    if not hmac.compare_digest(found, commitment):
        raise CommitmentMismatch(expected=commitment.hex(), got=found.hex())
