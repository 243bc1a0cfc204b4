"""Secrets that the desk keeps, sealed under the desk's key.

The node derives the key from its key store, and it is in no backup: whoever finds a copy of the database reads none of
them. Each is bound to its purpose, so that a sealed secret copied to another row opens nothing.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_SIZE: Final = 12


def seal(secret: bytes, purpose: bytes, desk_key: bytes) -> bytes:
    """The secret as it is kept."""
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + AESGCM(desk_key).encrypt(nonce, secret, purpose)


def unseal(sealed: bytes, purpose: bytes, desk_key: bytes) -> bytes | None:
    """The secret; None where it was sealed under another key, or for another purpose.

    >>> unseal(seal(b"secret", b"a", bytes(32)), b"a", bytes(32)), unseal(seal(b"s", b"a", bytes(32)), b"b", bytes(32))
    (b'secret', None)
    """
    try:
        return AESGCM(desk_key).decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], purpose)
    except InvalidTag:
        return None
