"""Random tokens that whoever holds them may use: only their digest is kept, so that a copied table opens nothing.

SHA-256 is enough here, without salt or stretching: 256 random bits cannot be guessed.
"""

from __future__ import annotations

import secrets

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url

TOKEN_SIZE = 32
"""Bytes of randomness."""

_LONGEST = 128
"""Characters; a longer text is no token of ours and is not worth hashing."""


def new_token(prefix: str = "") -> str:
    """A fresh token; the prefix lets people and secret scanners recognise what leaked."""
    return prefix + b64url(secrets.token_bytes(TOKEN_SIZE))


def digest_of(token: str) -> str:
    """What is kept of a token. Looking up by it leaks no timing that helps: a digest cannot be steered.

    >>> digest_of("abc")
    'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'
    """
    return b64url(sha256(token[: _LONGEST + 1].encode("utf-8", "surrogatepass")))
