"""From the numbers of one edition of the Harmonized System to those of another, as far as our own list goes.

A rule is printed in the numbers of its edition. A number that a later edition made is looked up under the numbers it
was made from. What it is not: a correlation table. A number that stands in both editions is taken as it is, although
what it covers may have changed; which items below a split number went where is not known.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

EDITIONS: Final = ("2002", "2007", "2012", "2017", "2022")


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


def before(subheading: str, edition: str) -> tuple[str, ...]:
    """The subheadings of an older edition from which a number was made later; empty where the list knows of none.

    >>> before("853952", "2007")
    ('854370',)
    """
    found: tuple[str, ...] = (subheading,)
    for move in sorted(_moves(), key=lambda one: one.since, reverse=True):
        if move.since > edition:
            found = tuple(dict.fromkeys(old for one in found for old in (move.old if one in move.new else (one,))))
    return () if found == (subheading,) else found
