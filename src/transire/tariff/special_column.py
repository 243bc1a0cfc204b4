"""The Special column: rates, each followed by the indicators of the programmes that it is for (general note 3(c)).

`Free (A,AU,S) 2.8% (JP) See 9823.10.01-9823.10.45 (S+)` are three rates. Chapters 98 and 99 print a rate without any
indicator too; it holds for every programme.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from transire.tariff.rate_reader import read_rate, tidy
from transire.tariff.rates import Rate, is_read

_CODE: Final = r"[A-Z]{1,2}[+*]?"
_GROUP: Final = re.compile(rf"\(\s*({_CODE}(?:\s*,\s*{_CODE})*)\s*\)")


class SpecialRate(msgspec.Struct, frozen=True):
    """One rate of the column and the indicators of the programmes that it is for."""

    rate: Rate
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rate} ({','.join(self.codes)})"


class SpecialColumn(msgspec.Struct, frozen=True):
    """The column of one number. `bare` is a rate without indicators; `left` is what could not be placed."""

    rates: tuple[SpecialRate, ...] = ()
    bare: Rate | None = None
    left: str = ""

    def rate_for(self, code: str) -> Rate | None:
        """The rate for a programme; None where the column does not print its indicator and has no bare rate.

        >>> str(read_special("Free (A,S) 2.8% (JP)").rate_for("JP"))
        '2.8%'
        """
        return next((rate.rate for rate in self.rates if code in rate.codes), self.bare)

    @property
    def is_read(self) -> bool:
        """Whether every word of the column was understood."""
        rates = [*(one.rate for one in self.rates), *([self.bare] if self.bare is not None else [])]
        return not self.left and all(is_read(rate) for rate in rates)

    def __str__(self) -> str:
        bare = [] if self.bare is None else [str(self.bare)]
        return " ".join([*(str(rate) for rate in self.rates), *bare, *([self.left] if self.left else [])])


def tidy_special(text: str) -> str:
    """The column's text without what carries no meaning, as `str` of the column prints it.

    >>> tidy_special("Free (AU,BH, CL) 4¢/kg +1%(P)")
    'Free (AU,BH,CL) 4¢/kg + 1% (P)'
    """
    return tidy(_GROUP.sub(_close_up, text))


def _close_up(group: re.Match[str]) -> str:
    return f" ({''.join(group[1].split())}) "


@lru_cache(maxsize=4096)
def read_special(text: str) -> SpecialColumn:
    """Read the column of one number. It never raises: what is not understood is left over, or an unread rate."""
    plain = tidy_special(text)
    rates, at = [], 0
    for group in _GROUP.finditer(plain):
        rates.append(SpecialRate(read_rate(plain[at : group.start()].strip()), tuple(group[1].split(","))))
        at = group.end()
    rest = plain[at:].strip()
    if rates or not rest:
        return SpecialColumn(tuple(rates), left=rest)
    return SpecialColumn(bare=read_rate(rest))
