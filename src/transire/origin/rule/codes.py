"""Ranges of tariff numbers, the primitive in which rules speak: chapters, headings, subheadings, tariff items."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from transire.tariff.number import TariffNumber

Level = Literal["chapter", "heading", "subheading", "item"]
LEVELS: Final[tuple[Level, ...]] = ("chapter", "heading", "subheading", "item")

_DIGITS: Final[dict[int, Level]] = {2: "chapter", 4: "heading", 6: "subheading", 8: "item", 10: "item"}
_WIDTH: Final[dict[Level, int]] = {"chapter": 2, "heading": 4, "subheading": 6, "item": 8}


def width(level: Level) -> int:
    """How many digits tell two codes apart at a level.

    >>> width("subheading")
    6
    """
    return _WIDTH[level]


class CodeRange(msgspec.Struct, frozen=True, array_like=True, order=True):
    """From the first to the last number, both included, compared at their own level of 2, 4, 6, 8 or 10 digits."""

    first: str
    last: str

    @property
    def level(self) -> int:
        """The number of digits at which the range compares."""
        return len(self.first)

    @property
    def kind(self) -> Level:
        """What the law calls the level of the range.

        >>> CodeRange("8413", "8414").kind
        'heading'
        """
        return _DIGITS[len(self.first)]

    def holds(self, number: TariffNumber) -> bool:
        """Whether the number lies in the range; one that is too coarse to tell does not.

        >>> from transire.tariff.number import parse_tariff_number
        >>> CodeRange("841311", "841382").holds(parse_tariff_number("8413.70.20"))
        True
        >>> CodeRange("841311", "841382").holds(parse_tariff_number("8413"))
        False
        """
        return number.level >= self.level and self.first <= number.digits[: self.level] <= self.last

    def overlaps(self, other: CodeRange) -> bool:
        """Whether some number lies in both ranges, whatever their levels.

        >>> CodeRange("84", "85").overlaps(CodeRange("841311", "841382"))
        True
        """
        level = min(self.level, other.level)
        return self.first[:level] <= other.last[:level] and other.first[:level] <= self.last[:level]
