"""Rates of duty as trees: what the General, Special and Column 2 columns print, made into something to compute.

A tree prints itself as the schedule does (`str(rate)`); figures keep their digits (`6.80`, `33 1/3`), and nothing is
lost on the way. What a rate is worth in dollars is worked out in `charges`; what cannot be is said there, never zero.

    Rate
    ├── Free            Free; Free, under bond, as prescribed in U.S. note 1 to this subchapter
    ├── Sum             4.9¢/kg + 3%; 51¢ each + 6.25% on the case + 5.3% on the battery
    ├── SlidingScale    sugar: so much a kg, less for each degree of polarization under 100, not less than
    ├── Applicable      The duty provided in the applicable subheading + 25%
    ├── UponValue       A duty upon the value of the repairs or alterations
    ├── Unchanged       No change
    ├── Seen            See 9823.10.01-9823.10.45; See additional U.S. note 1
    ├── Elsewhere       The rate applicable to the article of which it is a part or accessory
    ├── Capped          a sum that may not exceed the duty on another article
    └── Unread          whatever none of these says; with the reason
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec


def figure(text: str) -> Fraction:
    """The value of a number as the schedule prints it.

    >>> figure("33 1/3"), figure("1,035.50")
    (Fraction(100, 3), Fraction(2071, 2))
    """
    whole, _, part = text.replace(",", "").partition(" ")
    return Fraction(whole) + (Fraction(part) if part else 0)


class Measure(msgspec.Struct, frozen=True):
    """What is counted or weighed: a unit of the schedule and, where the rate asks for it, of what.

    `count` is how many of the unit the money is for: 1,000 pins.
    """

    unit: str
    of: str | None = None
    count: int = 1

    def __str__(self) -> str:
        return f"{self.unit} of {self.of}" if self.of else self.unit


class AdValorem(msgspec.Struct, frozen=True, tag="percent"):
    """A percentage of the entered value, or of the value of the `parts` that the rate names."""

    percent: str
    parts: tuple[str, ...] = ()
    words: str = ""
    sign: Literal["%", " percent"] = "%"

    def __str__(self) -> str:
        return f"{self.percent}{self.sign}{self.words}"


class Specific(msgspec.Struct, frozen=True, tag="specific"):
    """Money for each unit; `above` is the number a piece that stays free (jewels over 7)."""

    amount: str
    sign: Literal["¢", "$"]
    measure: Measure
    words: str
    above: int = 0

    @property
    def dollars(self) -> Fraction:
        """US dollars for one unit of the measure."""
        whole = figure(self.amount) if self.sign == "$" else figure(self.amount) / 100
        return whole / self.measure.count

    def __str__(self) -> str:
        return f"${self.amount}{self.words}" if self.sign == "$" else f"{self.amount}¢{self.words}"


Term = AdValorem | Specific


class Free(msgspec.Struct, frozen=True, tag="free"):
    """Free of duty; under a condition where the schedule prints one."""

    condition: str = ""

    def __str__(self) -> str:
        return f"Free, {self.condition}" if self.condition else "Free"


class Sum(msgspec.Struct, frozen=True, tag="sum"):
    """One term or several, added up."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " + ".join(str(term) for term in self.terms)


class SlidingScale(msgspec.Struct, frozen=True, tag="sliding-scale"):
    """The duty on sugar: `base` less `step` for each degree of polarization under `degrees`, not below `floor`."""

    base: Specific
    step: Specific
    floor: Specific
    degrees: str

    def __str__(self) -> str:
        return (
            f"{self.base} less {self.step} for each degree under {self.degrees} degrees "
            f"(and fractions of a degree in proportion) but not less than {self.floor}"
        )


class Applicable(msgspec.Struct, frozen=True, tag="applicable"):
    """The duty of the number in chapters 1 to 97 on which the goods fall, changed by `change` or by nothing."""

    words: str
    change: AdValorem | None = None
    by: str = ""

    @property
    def lowers(self) -> bool:
        return self.by.strip() == "minus"

    def __str__(self) -> str:
        return f"{self.words}{self.by}{self.change}" if self.change else self.words


class UponValue(msgspec.Struct, frozen=True, tag="upon-value"):
    """The rate of the applicable subheading upon the value of `part`, or upon the full value `less` it."""

    words: str
    part: str
    less: bool = False

    def __str__(self) -> str:
        return self.words


class Unchanged(msgspec.Struct, frozen=True, tag="unchanged"):
    """This number does not touch the rate of the column."""

    words: str = "No change"

    def __str__(self) -> str:
        return self.words


class Seen(msgspec.Struct, frozen=True, tag="see"):
    """The rate stands in a note, or under one of other numbers: `numbers` as ranges (first, last)."""

    words: str
    numbers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.words


class Elsewhere(msgspec.Struct, frozen=True, tag="elsewhere"):
    """The rate is that of something else, which the schedule describes and does not number."""

    words: str
    of: str

    def __str__(self) -> str:
        return self.words


class Capped(msgspec.Struct, frozen=True, tag="capped"):
    """A sum that may not be more than the duty on another article."""

    sum: Sum
    words: str

    def __str__(self) -> str:
        return f"{self.sum}{self.words}"


class Unread(msgspec.Struct, frozen=True, tag="unread"):
    """A text that this edition of Transire does not read as a rate."""

    words: str
    why: str

    def __str__(self) -> str:
        return self.words


Rate = Free | Sum | SlidingScale | Applicable | UponValue | Unchanged | Seen | Elsewhere | Capped | Unread


def is_read(rate: Rate) -> bool:
    """Whether the text was understood, computable or not."""
    return not isinstance(rate, Unread)
