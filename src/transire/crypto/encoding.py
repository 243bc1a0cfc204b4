"""Bytes as text: base64url without padding (RFC 4648 5) on the wire, base58btc inside did:key.

Every decoder is strict: one byte string has exactly one text, so that text can be compared and hashed safely.
"""

from __future__ import annotations

import binascii
from typing import Final

from transire.crypto.errors import EncodingInvalid

_TO_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NO_DIGIT = 255
_BASE58_DIGITS = bytes(_BASE58.find(chr(code)) % 256 for code in range(256))
# So many digits at once are still a small number to Python: arithmetic with the whole number is the slow part.
_AT_ONCE = 10
_POWERS = [58**count for count in range(_AT_ONCE + 1)]

# base58 is quadratic in its length: a key has 48 characters, a proof value 88; longer text is an attack.
BASE58_LIMIT = 256

# Reading joins neighbours, all of them at once: digits to pairs, pairs to fours. With a byte for each digit there is
# room for the result, since 58 squared is less than 256 squared, and so on.
_PAIRS = [
    (sum(((1 << 8 * size) - 1) << 16 * size * place for place in range(BASE58_LIMIT // size // 2)), 8 * size, 58**size)
    for size in (1 << step for step in range(8))
]
"""For each step which bits are the right one of two, how far the left one is from it, and what it counts."""


def b64url(data: bytes) -> str:
    """Write bytes as base64url without padding.

    >>> b64url(bytes([251, 239, 255]))
    '--__'
    >>> len(b64url(bytes(32)))
    43
    """
    return _b64url(data).decode("ascii")


def _b64url(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL_SAFE).rstrip(b"=")


def unb64url(text: str, *, length: int | None = None) -> bytes:
    """Read base64url; padding, foreign characters, stray trailing bits and a wrong length are refused.

    >>> unb64url("--__").hex()
    'fbefff'
    >>> unb64url("AB")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.EncodingInvalid: A value is not written ... Expected canonical base64url...
    """
    if not isinstance(text, str):
        raise EncodingInvalid(expected="base64url text", got=type(text).__name__)
    try:
        written = text.encode("ascii")
        data = binascii.a2b_base64(written.translate(_FROM_URL_SAFE) + b"=" * (-len(written) % 4))
    except ValueError as error:
        raise EncodingInvalid(expected="base64url without padding", got=_shown(text)) from error
    # Python's decoder skips foreign characters and ignores trailing bits; writing again finds all of it.
    if _b64url(data) != written:
        raise EncodingInvalid(expected="canonical base64url without padding", got=_shown(text))
    if length is not None and len(data) != length:
        raise EncodingInvalid(expected=f"{length} bytes", got=f"{len(data)} bytes")
    return data


def base58btc(data: bytes) -> str:
    """Write bytes in base58 with the Bitcoin alphabet.

    >>> base58btc(b"Hello World!")
    '2NEpo7TZRRrLZSi2U'
    >>> base58btc(bytes(2) + bytes.fromhex("287fb4cd"))
    '11233QC4'
    """
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, part = divmod(number, _POWERS[_AT_ONCE])
        for _ in range(_AT_ONCE):
            part, digit = divmod(part, 58)
            digits.append(_BASE58[digit])
    while digits and digits[-1] == "1":
        digits.pop()
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def unbase58btc(text: str) -> bytes:
    """Read base58btc text of at most `BASE58_LIMIT` characters.

    >>> unbase58btc("2NEpo7TZRRrLZSi2U")
    b'Hello World!'
    """
    if len(text) > BASE58_LIMIT:
        raise EncodingInvalid(expected=f"at most {BASE58_LIMIT} base58 characters", got=len(text))
    digits = text.encode("ascii", "replace").translate(_BASE58_DIGITS)
    if _NO_DIGIT in digits:
        raise EncodingInvalid(expected="base58btc characters", got=_shown(text))
    number = int.from_bytes(digits, "big")
    for mask, shift, power in _PAIRS[: (len(digits) - 1).bit_length()]:
        number = (number >> shift & mask) * power + (number & mask)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase(data: bytes) -> str:
    """Write bytes as multibase with the prefix `z` (base58btc), as `proofValue` of a credential demands.

    >>> multibase(b"Hello World!")
    'z2NEpo7TZRRrLZSi2U'
    """
    return "z" + base58btc(data)


def unmultibase(text: str) -> bytes:
    """Read multibase text; only the prefix `z` is accepted.

    >>> unmultibase("z2NEpo7TZRRrLZSi2U")
    b'Hello World!'
    """
    if not text.startswith("z"):
        raise EncodingInvalid(expected="multibase with prefix z", got=_shown(text))
    return unbase58btc(text[1:])


def _shown(text: str) -> str:
    """Enough of a refused text to recognise it, never a whole upload."""
    return repr(text if len(text) <= 60 else text[:57] + "...")
