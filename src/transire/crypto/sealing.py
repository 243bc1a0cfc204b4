"""Sealing: content under a fresh AES-256-GCM key, the key wrapped to each recipient by HPKE (RFC 9180).

HPKE base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; a wrapped key is `enc || ct`, 80 bytes. For a
recipient with a hybrid key (`crypto.hybrid`) the KEM is MLKEM768-X25519, and a wrapped key has 1,168 bytes.
Base mode does not say who wrapped: the signed statement about the grant does. AES-GCM does not commit to its
key either: what was opened is believed only after comparison with the document's commitment on the ledger.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.crypto.errors import KeyInvalid, SealBroken
from transire.crypto.hybrid import HYBRID_SIZE, HybridKey, read_hybrid
from transire.crypto.keys import AgreementKey

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
TAG_SIZE: Final = 16
WRAPPED_SIZE: Final = 32 + KEY_SIZE + TAG_SIZE
HYBRID_WRAPPED_SIZE: Final = 1088 + WRAPPED_SIZE
"""The same behind an ML-KEM-768 ciphertext."""

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HYBRID: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class SealedContent:
    """A ciphertext (nonce, then AES-256-GCM output) and the key that opens it, which is never printed."""

    key: bytes = field(repr=False)
    ciphertext: bytes


def seal_content(plaintext: bytes, *, aad: bytes) -> SealedContent:
    """Encrypt under a key that is used this once; `aad` names what the content is.

    >>> sealed = seal_content(b"certification", aad=b"document 7")
    >>> open_content(sealed.ciphertext, sealed.key, aad=b"document 7")
    b'certification'
    >>> len(sealed.ciphertext) - len(b"certification")
    28
    """
    key, nonce = os.urandom(KEY_SIZE), os.urandom(NONCE_SIZE)
    return SealedContent(key=key, ciphertext=nonce + AESGCM(key).encrypt(nonce, plaintext, aad))


def open_content(ciphertext: bytes, key: bytes, *, aad: bytes) -> bytes:
    """Decrypt; an altered ciphertext, another key or another `aad` is refused.

    >>> open_content(bytes(28), bytes(32), aad=b"")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.SealBroken: The sealed content cannot be opened with this key and context. ...
    """
    if len(key) != KEY_SIZE:
        raise SealBroken(expected=f"a key of {KEY_SIZE} bytes", got=f"{len(key)} bytes")
    if len(ciphertext) < NONCE_SIZE + TAG_SIZE:
        raise SealBroken(expected=f"at least {NONCE_SIZE + TAG_SIZE} bytes", got=f"{len(ciphertext)} bytes")
    try:
        return AESGCM(key).decrypt(ciphertext[:NONCE_SIZE], ciphertext[NONCE_SIZE:], aad)
    except InvalidTag:
        raise SealBroken() from None


def key_id_of(public: bytes) -> str:
    """What names a recipient's key on the wire: an X25519 key itself, a hybrid key by its SHA-256.

    >>> len(key_id_of(bytes(32))), len(key_id_of(bytes(1216)))
    (43, 43)
    """
    return b64url(sha256(public) if len(public) == HYBRID_SIZE else public)


def wrap_key(key: bytes, *, recipient_public: bytes, info: bytes) -> bytes:
    """Wrap a content key to a recipient's X25519 or hybrid key; `info` binds it to its grant.

    >>> recipient = AgreementKey.generate()
    >>> wrapped = wrap_key(bytes(32), recipient_public=recipient.public, info=b"grant 1")
    >>> len(wrapped), unwrap_key(wrapped, recipient=recipient, info=b"grant 1") == bytes(32)
    (80, True)
    """
    if len(key) != KEY_SIZE:
        raise KeyInvalid(expected=f"a content key of {KEY_SIZE} bytes", got=f"{len(key)} bytes")
    if len(recipient_public) == HYBRID_SIZE:
        return _wrap_hybrid(key, recipient_public, info)
    if len(recipient_public) != KEY_SIZE:
        raise KeyInvalid(expected=f"an X25519 key of {KEY_SIZE} bytes", got=f"{len(recipient_public)} bytes")
    try:
        return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(recipient_public), info)
    except ValueError as error:
        # A small-order public key gives an all-zero shared secret, which RFC 9180 7.1.4 tells us to refuse.
        raise KeyInvalid(expected="an X25519 key of large order", got=recipient_public.hex()) from error


def _wrap_hybrid(key: bytes, recipient_public: bytes, info: bytes) -> bytes:
    recipient = read_hybrid(recipient_public)
    try:
        return _HYBRID.encrypt(key, recipient, info)
    except ValueError as error:
        raise KeyInvalid(expected="an X25519 key of large order", got=recipient_public[-KEY_SIZE:].hex()) from error


def unwrap_key(wrapped: bytes, *, recipient: AgreementKey | HybridKey, info: bytes) -> bytes:
    """Unwrap a content key with the recipient's own key and the same `info`.

    Which KEM it is says the key that it was wrapped for, never what came.
    """
    size = HYBRID_WRAPPED_SIZE if isinstance(recipient, HybridKey) else WRAPPED_SIZE
    if len(wrapped) != size:
        raise SealBroken(expected=f"a wrapped key of {size} bytes", got=f"{len(wrapped)} bytes")
    try:
        if isinstance(recipient, HybridKey):
            return _HYBRID.decrypt(wrapped, recipient.joined, info)
        return _SUITE.decrypt(wrapped, X25519PrivateKey.from_private_bytes(recipient.private), info)
    except (InvalidTag, ValueError):
        raise SealBroken() from None
