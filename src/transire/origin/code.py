"""Tariff codes of cases: digits without dots at their own level, and whether any edition at hand prints them.

`84.14`, `8414`, `8414.59` and `841459` mean what they say at their own level: two digits a step, at least a heading.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from transire.origin.errors import CodeUnknown

_WRITTEN: Final = re.compile(r"[0-9]{2}(?:\.?[0-9]{2}){1,4}", re.ASCII)
_RESERVED: Final = frozenset({"00", "77"})


def digits_of(text: str, where: str) -> str:
    """The digits of a tariff code.

    >>> digits_of("84.14", "/good/tariff"), digits_of("8414.59", "/good/tariff")
    ('8414', '841459')
    """
    digits = _digits(text)
    if digits is None:
        raise CodeUnknown(got=repr(text)[:40], expected="4, 6, 8 or 10 digits of chapters 01 to 97", where=where)
    return digits


@lru_cache(maxsize=65_536)
def _digits(text: str) -> str | None:
    if _WRITTEN.fullmatch(text) is None:
        return None
    digits = text.replace(".", "")
    return None if digits[:2] in _RESERVED else digits
