"""Tariff codes of cases: digits without dots at their own level, and whether any edition at hand prints them.

`84`, `84.14`, `8414`, `8414.59` and `841459` mean what they say at their own level: two digits a step, from the chapter
on.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.origin.errors import CodeUnknown

_WRITTEN: Final = re.compile(r"[0-9]{2}(?:\.?[0-9]{2}){0,4}", re.ASCII)


class _HarmonizedSystem(msgspec.Struct, frozen=True):
    citation: str
    edition: str
    headings: dict[str, str]
    withdrawn: tuple[str, ...]
    withdrawn_citation: str


def digits_of(text: str, where: str) -> str:
    """The digits of a tariff code whose heading some edition of the Harmonized System prints.

    >>> digits_of("84", "/good/tariff"), digits_of("84.14", "/good/tariff"), digits_of("8414.59", "/good/tariff")
    ('84', '8414', '841459')
    """
    digits = known_digits(text)
    if digits is None:
        expected = "2, 4, 6, 8 or 10 digits, beginning with a chapter and heading of the Harmonized System"
        raise CodeUnknown(got=repr(text)[:40], expected=expected, where=where)
    return digits


def digits_at(text: str, above: str, at: int) -> str:
    """The digits of the code of a material; its place in the bill is only spelled out for a refusal."""
    digits = known_digits(text)
    return digits_of(text, f"{above}/materials/{at}/tariff") if digits is None else digits


@lru_cache(maxsize=65_536)
def is_of_edition(digits: str) -> bool:
    """Whether the edition at hand (HS 2022) prints the subheading; codes of four digits say nothing of one.

    National tariff items, and the subheadings of older editions, are not known here: such a code is not refused.

    >>> is_of_edition("841459"), is_of_edition("846911")
    (True, False)
    """
    subheadings = _system().headings.get(digits[:4])
    return subheadings is not None and (len(digits) < 6 or digits[4:6] in subheadings.split())


@lru_cache(maxsize=65_536)
def known_digits(text: str) -> str | None:
    """The digits of a code; None for a text that no edition could print."""
    if _WRITTEN.fullmatch(text) is None:
        return None
    digits = text.replace(".", "")
    system = _system()
    known = digits[:4] in system.headings or digits[:4] in system.withdrawn or digits in _chapters()
    return digits if known else None


@cache
def _chapters() -> frozenset[str]:
    return frozenset(heading[:2] for heading in _system().headings)


def is_undivided(heading: str) -> bool:
    """Whether a heading has no subheadings of its own: its only one ends in two zeros.

    >>> is_undivided("8414"), is_undivided("8710")
    (False, True)
    """
    return _system().headings.get(heading) == "00"


def headings() -> dict[str, tuple[str, ...]]:
    """The headings of the edition at hand, each with the last two digits of its subheadings."""
    return {heading: tuple(ends.split()) for heading, ends in _system().headings.items()}


@cache
def _system() -> _HarmonizedSystem:
    raw = (files("transire.origin") / "data" / "harmonized_system.json").read_bytes()
    return msgspec.json.decode(raw, type=_HarmonizedSystem)
