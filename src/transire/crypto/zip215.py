"""Ed25519 verification by ZIP 215, as CometBFT does it for commit signatures. Small, slow, and only second judge.

What ZIP 215 fixes: A and R may be any encoding that decodes to a point of the curve, non-canonical ones too (y
beyond the field, the sign bit on x = 0); S must be below the group order; the equation is the cofactored one,
[8][S]B = [8]R + [8][k]A with k from the bytes as given. So small-order keys are *accepted*. That is right for a
commit, where all validators must agree with CometBFT, and wrong for an action: those use `keys.verify_signature`.

Everything here is public data, so nothing needs constant time.
"""

from __future__ import annotations

import hashlib
from typing import Final, TypeAlias

from transire.crypto.errors import SignatureInvalid

Point: TypeAlias = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 5.1.4)."""

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE: Final = pow(2, (P - 1) // 4, P)
IDENTITY: Final[Point] = (0, 1, 1, 0)


def verify_zip215(public: bytes, message: bytes, signature: bytes) -> None:
    """Refuse a signature that ZIP 215 does not accept.

    >>> from transire.crypto.keys import SigningKey
    >>> key = SigningKey.from_seed(bytes(32))
    >>> verify_zip215(key.public, b"vote", key.sign(b"vote"))
    >>> verify_zip215(bytes(32), b"any vote", bytes(64))  # small order: accepted, unlike for actions
    """
    if len(public) != 32 or len(signature) != 64:
        raise SignatureInvalid(expected="32 and 64 bytes", got=f"{len(public)} and {len(signature)} bytes")
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= L:
        raise SignatureInvalid(expected="S below the group order")
    key, commitment = decode_point(public), decode_point(signature[:32])
    challenge = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(challenge, "little") % L
    # [S]B - [k]A - R must vanish after multiplication by the cofactor 8.
    difference = _add(_multiply_both(scalar, BASE, k, _negate(key)), _negate(commitment))
    if not _is_identity(_double(_double(_double(difference)))):
        raise SignatureInvalid()


def decode_point(encoded: bytes) -> Point:
    """The point of 32 bytes; any y is taken modulo the field, and a sign bit on x = 0 is ignored.

    >>> decode_point(bytes([1]) + bytes(31)) == IDENTITY
    True
    """
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, (number & (2**255 - 1)) % P
    numerator, denominator = (y * y - 1) % P, (D * y * y + 1) % P
    # RFC 8032 5.1.3: a candidate root of numerator/denominator with one exponentiation.
    x = numerator * pow(denominator, 3, P) * pow(numerator * pow(denominator, 7, P), (P - 5) // 8, P) % P
    if denominator * x * x % P == -numerator % P:
        x = x * SQRT_MINUS_ONE % P
    if denominator * x * x % P != numerator:
        raise SignatureInvalid(expected="a point of the curve", got=encoded.hex())
    if x & 1 != sign:
        x = -x % P
    return (x, y, 1, x * y % P)


def _add(left: Point, right: Point) -> Point:
    """Complete addition (RFC 8032 5.1.4): right for all points, small-order ones too."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    h = a + b
    e, g = h - (x + y) * (x + y), a - b
    f = c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _negate(point: Point) -> Point:
    x, y, z, t = point
    return (-x % P, y, z, -t % P)


def _multiply_both(m: int, left: Point, n: int, right: Point) -> Point:
    """[m]left + [n]right in one pass of doublings (Shamir's trick)."""
    table = (IDENTITY, left, right, _add(left, right))
    result = IDENTITY
    for bit in range(max(m.bit_length(), n.bit_length()) - 1, -1, -1):
        result = _double(result)
        choice = (m >> bit & 1) | (n >> bit & 1) << 1
        if choice:
            result = _add(result, table[choice])
    return result


def _is_identity(point: Point) -> bool:
    x, y, z, _ = point
    return x % P == 0 and (y - z) % P == 0


# The generator has y = 4/5 and an even x (RFC 8032 5.1).
BASE: Final[Point] = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
