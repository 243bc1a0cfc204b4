"""From the numbers of one edition of the Harmonized System to those of another, as far as our own list goes.

A rule is printed in the numbers of its edition. A number that a later edition made is looked up under the numbers it
was made from. What it is not: a correlation table. A number that stands in both editions is taken as it is, although
what it covers may have changed; which items below a split number went where is not known. Of editions before the one
at hand only the numbers of our list are known: a number that never was is told from the day of that one on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.origin.code import is_of_edition

AT_HAND: Final = "2022"
"""The edition whose subheadings are all known here."""

EDITIONS: Final = ("2002", "2007", "2012", "2017", "2022")

_NUMBER: Final = re.compile(r"(?<![0-9.])([0-9]{4})\.?([0-9]{2})(?![0-9])", re.ASCII)


class Move(msgspec.Struct, frozen=True):
    """Subheadings that an edition put in the place of others, whole or in part."""

    since: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class _List(msgspec.Struct, frozen=True):
    citation: str
    moves: tuple[Move, ...]


@cache
def _moves() -> tuple[Move, ...]:
    raw = (files("transire.origin") / "data" / "concordance.json").read_bytes()
    return msgspec.json.decode(raw, type=_List).moves


def edition_on(day: date) -> str:
    """The edition of the Harmonized System that is in force on a day; the parties take it up within weeks.

    >>> edition_on(date(2019, 5, 1))
    '2017'
    """
    return max((edition for edition in EDITIONS if int(edition) <= day.year), default=EDITIONS[0])


@lru_cache(maxsize=65_536)
def before(subheading: str, edition: str) -> tuple[str, ...]:
    """The subheadings of an older edition from which a number was made later; empty where the list knows of none.

    >>> before("853952", "2007")
    ('854370',)
    """
    if not edition:
        return ()
    found: tuple[str, ...] = (subheading,)
    for move in sorted(_moves(), key=lambda one: one.since, reverse=True):
        if move.since > edition:
            found = tuple(dict.fromkeys(old for one in found for old in (move.old if one in move.new else (one,))))
    return () if found == (subheading,) else found


@cache
def _replaced() -> frozenset[str]:
    return frozenset(number for move in _moves() for number in move.old)


@lru_cache(maxsize=65_536)
def is_unprinted(digits: str, on: date) -> bool:
    """Whether neither the edition in force on a day prints the subheading of a code, nor our list as an older one.

    Told only where that edition is at hand and its first year has passed, in which the parties took it up one after the
    other: before, a number that is not known may be one of an older edition.

    >>> is_unprinted("841399", date(2024, 5, 2)), is_unprinted("841370", date(2024, 5, 2))
    (True, False)
    >>> is_unprinted("870120", date(2024, 5, 2)), is_unprinted("841399", date(2019, 5, 2))
    (False, False)
    """
    if len(digits) < 6 or edition_on(on) != AT_HAND or on.year == int(AT_HAND):
        return False
    return not is_of_edition(digits[:6]) and digits[:6] not in _replaced()


@lru_cache(maxsize=4096)
def spelled(text: str) -> frozenset[str]:
    """The subheadings that a rule spells: those its edition must have printed.

    >>> sorted(spelled("A change to subheadings 8413.11 through 8413.82 from tariff item 8413.91.10 or heading 84.14."))
    ['841311', '841382', '841391']
    """
    return frozenset(match[1] + match[2] for match in _NUMBER.finditer(text))


def unprinted_why(digits: str, on: date) -> str:
    """What is asked for in place of a number that is not printed.

    >>> unprinted_why("841399", date(2024, 5, 2))
    'HS 2022, the edition in force, prints no subheading 8413.99: declare the number that it prints'
    """
    named = f"{digits[:4]}.{digits[4:6]}"
    return f"HS {edition_on(on)}, the edition in force, prints no subheading {named}: declare the number that it prints"


def numbers_noticed(good: str, materials: Iterable[str], edition: str, on: date, rule: str = "") -> list[str]:
    """What is to be said of the codes of a case: materials whose number was made later than the edition of the rule,
    and numbers that the edition in force on the day does not print, as far as that edition is at hand. `rule` is the
    text of the rule: what it spells is a number of its own edition.

    >>> numbers_noticed("940540", ["853952"], "2007", date(2019, 5, 2))
    ['853952 is judged by what HS 2007, the edition of the rule, has in its place: 854370.']
    >>> numbers_noticed("841459", ["841499"], "", date(2024, 5, 2))
    ['HS 2022 prints no subheading 841499: nothing below its heading is taken from it.']
    >>> numbers_noticed("870120", [], "2012", date(2024, 5, 2))
    ['HS 2022 prints no subheading 870120: the code is taken as it stands in an older edition.']
    """
    asked = dict.fromkeys(digits[:6] for digits in materials if len(digits) >= 6)
    said = []
    for number in asked:
        if older := before(number, edition):
            place = " or ".join(older)
            said.append(f"{number} is judged by what HS {edition}, the edition of the rule, has in its place: {place}.")
    if edition_on(on) == AT_HAND:
        said += [
            f"HS {AT_HAND} prints no subheading {number}: {_taken(number, on, rule)}."
            for number in dict.fromkeys([good[:6], *asked])
            if len(number) == 6 and not is_of_edition(number)
        ]
    return said


def _taken(number: str, on: date, rule: str) -> str:
    if is_unprinted(number, on) and number not in spelled(rule):
        return "nothing below its heading is taken from it"
    return "the code is taken as it stands in an older edition"
