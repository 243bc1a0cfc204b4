"""The spellings of the values that stand in statements and actions, each with exactly one form.

Used as msgspec types: a value of another spelling is refused when it is read, before any rule sees it. The patterns
end in `\\Z`, since `$` lets a line feed pass.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta

# base64url without padding: the last character of 16, 32 and 64 bytes has 4, 2 and 4 unused bits that must be zero.
BYTES_16: Final = r"[A-Za-z0-9_-]{21}[AQgw]"
BYTES_32: Final = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
BYTES_64: Final = r"[A-Za-z0-9_-]{85}[AQgw]"

# did:web (W3C CCG, method-specific id with port as %3A and paths as colons) and did:key; nothing else is a member.
DID: Final = r"did:(?:web:[a-z0-9.-]+(?:%3A[0-9]{1,5})?(?::[A-Za-z0-9._~-]+)*|key:z[1-9A-HJ-NP-Za-km-z]+)"
SIGNER: Final = rf"(?:{DID}|key:{BYTES_32})"
NAME: Final = r"[a-z][a-z0-9_-]{0,31}"
MAX_DID: Final = 200
"""So that the longest state key stays below LMDB's 511 bytes."""

# 19 digits before and 9 after the point; no sign, no exponent, no needless zeros: one spelling a number.
DECIMAL: Final = r"(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{0,8}[1-9])?"
DECIMAL_PLACES: Final = 9
TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"

Nonce = Annotated[str, Meta(pattern=rf"\A{BYTES_16}\Z")]
Digest = Annotated[str, Meta(pattern=rf"\A{BYTES_32}\Z")]
PublicKey = Annotated[str, Meta(pattern=rf"\A{BYTES_32}\Z")]
SignatureText = Annotated[str, Meta(pattern=rf"\A{BYTES_64}\Z")]
Did = Annotated[str, Meta(pattern=rf"\A{DID}\Z", max_length=MAX_DID)]
Signer = Annotated[str, Meta(pattern=rf"\A{SIGNER}\Z", max_length=MAX_DID)]
Name = Annotated[str, Meta(pattern=rf"\A{NAME}\Z")]
Quantity = Annotated[str, Meta(pattern=rf"\A{DECIMAL}\Z")]
Moment = Annotated[str, Meta(pattern=rf"\A{TIME}\Z")]
Natural = Annotated[int, Meta(ge=0, le=2**53 - 1)]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCALE: Final = 10**DECIMAL_PLACES
_DECIMAL: Final = re.compile(rf"\A{DECIMAL}\Z")


def scaled(quantity: str) -> int:
    """A decimal string as a whole number of billionths: exact, and free of any decimal context.

    >>> scaled("12.5")
    12500000000
    """
    if not _DECIMAL.match(quantity):
        raise ValueError(quantity)
    whole, _, fraction = quantity.partition(".")
    return int(whole) * _SCALE + int(fraction.ljust(DECIMAL_PLACES, "0") if fraction else 0)


def unscaled(billionths: int) -> str:
    """The one spelling of that quantity.

    >>> unscaled(12_500_000_000)
    '12.5'
    """
    whole, fraction = divmod(billionths, _SCALE)
    return f"{whole}.{fraction:0{DECIMAL_PLACES}d}".rstrip("0") if fraction else str(whole)


@lru_cache(maxsize=4096)
def seconds_of(moment: str) -> int:
    """Seconds since 1970 of an RFC 3339 time in whole seconds UTC.

    >>> seconds_of("2026-11-22T10:15:00Z")
    1795342500
    """
    date, clock = moment[:10].split("-"), moment[11:19].split(":")
    # Field by field: what strptime and fromisoformat accept differs between versions of Python.
    instant = datetime(*map(int, date), *map(int, clock), tzinfo=UTC)  # type: ignore[misc,arg-type]
    return (instant - _EPOCH) // timedelta(seconds=1)


def moment_of(seconds: int) -> str:
    """The RFC 3339 spelling of a time in whole seconds.

    >>> moment_of(1795342500)
    '2026-11-22T10:15:00Z'
    """
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
