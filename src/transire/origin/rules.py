"""Product-specific rules of origin as dated data: which rule binds a tariff number under an agreement on a day.

The text of the law stands here word for word, with citation and edition. What it is not: nothing reads the text or
judges a good by it. The catalogue holds the rules of the example goods and a few beside them; that it holds none for
a number says nothing about the law.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from transire.origin.agreements import agreement
from transire.tariff.number import TariffNumber, parse_tariff_number


class CodeRange(msgspec.Struct, frozen=True, array_like=True):
    """From the first to the last number, both included, compared at their own level of 4, 6 or 8 digits."""

    first: str
    last: str

    @property
    def level(self) -> int:
        return len(self.first)

    def holds(self, number: TariffNumber) -> bool:
        """Whether the number lies in the range; one that is too coarse to tell does not.

        >>> CodeRange("8413.11".replace(".", ""), "841382").holds(parse_tariff_number("8413.70.20"))
        True
        >>> CodeRange("841311", "841382").holds(parse_tariff_number("8413"))
        False
        """
        return number.level >= self.level and self.first <= number.digits[: self.level] <= self.last


class ProductRule(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "until"}):
    """One rule: the numbers it covers, what the law says of them, where it stands and since when."""

    agreement: str
    scope: str
    ranges: tuple[CodeRange, ...]
    text: str
    citation: str
    edition: str
    start: date
    end: date | None

    @property
    def level(self) -> int:
        """4 for headings, 6 for subheadings, 8 for tariff items."""
        return self.ranges[0].level

    def binds(self, number: TariffNumber, on: date) -> bool:
        """Whether the rule covers the number on this day, more specific rules aside."""
        in_force = self.start <= on and (self.end is None or on <= self.end)
        return in_force and any(codes.holds(number) for codes in self.ranges)


class _Catalogue(msgspec.Struct, frozen=True):
    scope: str
    rules: tuple[ProductRule, ...]


@cache
def product_rules() -> tuple[ProductRule, ...]:
    """Every rule of the catalogue, in its order."""
    raw = (files("transire.origin") / "data" / "product_rules.json").read_bytes()
    return msgspec.json.decode(raw, type=_Catalogue).rules


def rules_for(agreement_id: str, code: str, on: date) -> tuple[ProductRule, ...]:
    """The rules that bind a tariff number: those of its tariff item, else of its subheading, else of its heading.

    The more specific rule rules alone (19 CFR part 181 Appendix, Schedule I s.1(b); General Note 11(o)(viii)). Empty
    where the catalogue holds none.

    >>> [rule.scope for rule in rules_for("usmca", "8413.70.20.04", date(2026, 11, 22))]
    ['8413.11-8413.82']
    """
    number, under = parse_tariff_number(code), agreement(agreement_id)
    found = [rule for rule in product_rules() if rule.agreement == under.id and rule.binds(number, on)]
    finest = max((rule.level for rule in found), default=0)
    return tuple(rule for rule in found if rule.level == finest)
