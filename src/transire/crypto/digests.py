"""SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869): the only hashes of the ledger's formats."""

from __future__ import annotations

import hashlib
import hmac

DIGEST_SIZE = 32


def sha256(*parts: bytes) -> bytes:
    """SHA-256 over the parts, one after the other; lengths are the caller's business.

    >>> sha256(b"ab", b"c").hex()
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """
    if len(parts) == 1:
        return hashlib.sha256(parts[0]).digest()
    return hashlib.sha256(b"".join(parts)).digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC with SHA-256.

    >>> hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex()
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    """
    return hmac.digest(key, message, "sha256")


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes, length: int = DIGEST_SIZE) -> bytes:
    """Derive key material: extract with the salt, expand for one purpose named by `info`.

    >>> hkdf_sha256(b"\\x0b" * 22, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)), length=8).hex()
    '3cb25f25faacd57a'
    """
    if not 0 < length <= 255 * DIGEST_SIZE:
        raise ValueError(f"HKDF-SHA-256 yields 1 to {255 * DIGEST_SIZE} bytes, not {length}")
    pseudorandom = hmac_sha256(salt or bytes(DIGEST_SIZE), secret)
    block, output = b"", b""
    for counter in range(1, -(-length // DIGEST_SIZE) + 1):
        block = hmac_sha256(pseudorandom, block + info + bytes([counter]))
        output += block
    return output[:length]
