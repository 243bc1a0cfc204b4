"""XEdDSA: a signature by an X25519 key, to prove possession of a key that can otherwise only agree.

After "The XEdDSA and VXEdDSA Signature Schemes" (T. Perrin, revision 1, 2016), sections 2.3 to 3. The result is an
Ed25519 signature under the Edwards form of the key (sign bit 0), so the verifying side is the ledger's one Ed25519.
Used for nothing but proofs of possession (`ledger.possession`).
"""

from __future__ import annotations

import secrets
from hashlib import sha512
from typing import Final

from nacl import bindings

from transire.crypto.errors import SignatureInvalid
from transire.crypto.keys import PUBLIC_SIZE, AgreementKey, verify_signature

_P: Final = 2**255 - 19
# hash_1 of the specification: 2^256 - 2 in little endian separates the nonce's hash from Ed25519's own.
_NONCE_PREFIX: Final = b"\xfe" + b"\xff" * 31
_SIGN_BIT: Final = 0x80


def sign_with_agreement_key(key: AgreementKey, message: bytes, *, randomness: bytes | None = None) -> bytes:
    """Sign with an X25519 key (64 bytes). `randomness` (64 bytes) is for vectors only.

    >>> key = AgreementKey.from_private(b"\\x01" * 32)
    >>> verify_with_agreement_key(key.public, b"mine", sign_with_agreement_key(key, b"mine"))
    """
    scalar, public = _edwards_pair(key.private)
    nonce = secrets.token_bytes(64) if randomness is None else randomness
    r = _reduced(sha512(_NONCE_PREFIX + scalar + message + nonce).digest())
    commitment: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(r)
    challenge = _reduced(sha512(commitment + public + message).digest())
    product = bindings.crypto_core_ed25519_scalar_mul(challenge, scalar)
    return commitment + bytes(bindings.crypto_core_ed25519_scalar_add(r, product))


def verify_with_agreement_key(public: bytes, message: bytes, signature: bytes) -> None:
    """Refuse a signature that the holder of this X25519 key did not make."""
    verify_signature(edwards_of(public), message, signature)


def edwards_of(montgomery: bytes) -> bytes:
    """The Edwards form, sign bit 0, of an X25519 public key: y = (u - 1) / (u + 1) (RFC 7748 4.1).

    >>> edwards_of((9).to_bytes(32, "little")).hex()
    '5866666666666666666666666666666666666666666666666666666666666666'
    """
    u = int.from_bytes(montgomery, "little")
    if len(montgomery) != PUBLIC_SIZE or u >= _P or (u + 1) % _P == 0:
        raise SignatureInvalid(expected="an X25519 public key in its only encoding", got=montgomery.hex())
    return ((u - 1) * pow(u + 1, -1, _P) % _P).to_bytes(PUBLIC_SIZE, "little")


def _edwards_pair(private: bytes) -> tuple[bytes, bytes]:
    """The scalar and public key with sign bit 0 (calculate_key_pair of the specification)."""
    clamped = bytearray(private)
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    scalar = _reduced(bytes(clamped) + bytes(32))
    public: bytes = bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
    if public[31] & _SIGN_BIT:
        scalar = bytes(bindings.crypto_core_ed25519_scalar_negate(scalar))
        public = public[:31] + bytes([public[31] & ~_SIGN_BIT])
    return scalar, public


def _reduced(number: bytes) -> bytes:
    return bytes(bindings.crypto_core_ed25519_scalar_reduce(number))
