"""The catalogue of product-specific rules: which rules and notes bind a tariff number under an agreement on a day.

The rules stand here as trees in our own notation, with citation and edition; the sentence shown is printed from the
tree. What it is not: an official text. What the sources do not print, or print wrongly, is listed with the reason, and
that the catalogue holds no rule for a number says nothing about the law.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

import msgspec

from transire.origin.agreements import agreement
from transire.origin.concordance import before
from transire.origin.ranges import held as is_held
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.notes import Note
from transire.origin.rule.scan import Kind
from transire.origin.rule.tree import Rule, Unread
from transire.origin.rule.wording import say_rule
from transire.tariff.number import TariffNumber, parse_tariff_number


class Trade(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Trade to which a rule is limited: between two parties, or all other trade where `other`."""

    between: tuple[str, ...] = ()
    other: bool = False

    def covers(self, exporter: str | None, importer: str | None) -> bool | None:
        """Whether trade between two countries is meant; None while a country is unknown.

        >>> Trade(between=("MX", "US")).covers("US", "MX")
        True
        """
        if exporter is None or importer is None:
            return None
        return self.other or {exporter, importer} == set(self.between)


_NAMES: Final = {"start": "from", "end": "until"}


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_NAMES):
    """What rules and notes share: the numbers they speak of, where they stand, and since when."""

    ranges: tuple[CodeRange, ...]
    citation: str
    start: date
    end: date | None = None

    def in_force(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end)

    def holds(self, number: TariffNumber) -> bool:
        return any(codes.holds(number) for codes in self.ranges)


class ProductRule(_Entry, frozen=True, kw_only=True, omit_defaults=True, dict=True, rename=_NAMES | {"tree": "rule"}):
    """One rule: the numbers it covers, what it asks, where it stands and since when.

    The tree stays encoded until it is asked for: a catalogue of 1,400 rules is opened to read one or two of them.
    """

    scope: str
    tree: msgspec.Raw
    trade: Trade | None = None
    agreement: str = ""
    edition: str = ""
    """Where it is another than that of the catalogue: some rules stand in a law of their own."""
    hs: str = ""
    as_of: date | None = None
    declared: str = ""
    """The number that was asked for, where the rule stands under the number it was made from."""

    @cached_property
    def rule(self) -> Rule:
        """The tree of the rule."""
        return _TREE.decode(self.tree)

    @property
    def level(self) -> int:
        """4 for headings, 6 for subheadings, 8 for tariff items."""
        return self.ranges[0].level

    @property
    def text(self) -> str:
        """The canonical sentence of the rule."""
        return say_rule(self.rule)

    @property
    def complete(self) -> bool:
        """Whether every alternative is understood; where not, the rule can say yes but never no."""
        return not any(isinstance(one.way, Unread) for one in self.rule.alternatives)

    def notice(self, on: date) -> str | None:
        """What is to be said where the text is of a later day, or its numbers are of another edition."""
        said = []
        if self.as_of is not None and on < self.as_of:
            said.append(
                f"The rule is read as it stood on {self.as_of.isoformat()} ({self.edition}); whether it read the same "
                f"on {on.isoformat()} is not known here."
            )
        if self.declared:
            said.append(
                f"{self.declared} is not a number of HS {self.hs}, in which the rule is printed: it is judged by the "
                f"rule of the number it was made from, {self.scope}."
            )
        return " ".join(said) or None

    def binds(self, number: TariffNumber, on: date) -> bool:
        """Whether the rule covers the number on this day, more specific rules aside."""
        return self.in_force(on) and self.holds(number)


_TREE = msgspec.json.Decoder(Rule)


class CatalogueNote(_Entry, frozen=True, kw_only=True, omit_defaults=True):
    """What a section, chapter or subheading note does to the rules of its numbers."""

    title: str
    note: Note


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a text of the source, and what was made of it."""

    scope: str
    kind: Kind
    words: str
    reason: str


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The rules of one agreement, as read from one edition of it."""

    agreement: str
    edition: str
    hs: str
    source: str
    as_of: date | None = None
    texts: int
    """How many texts of the source were read: rules and notes."""
    rules: tuple[ProductRule, ...]
    notes: tuple[CatalogueNote, ...]
    anomalies: tuple[Defect, ...]

    @cached_property
    def by_chapter(self) -> dict[str, tuple[ProductRule, ...]]:
        """The rules that may speak of a chapter, by its two digits."""
        found: defaultdict[str, list[ProductRule]] = defaultdict(list)
        for rule in self.rules:
            chapters = {f"{at:02}" for one in rule.ranges for at in range(int(one.first[:2]), int(one.last[:2]) + 1)}
            for chapter in sorted(chapters):
                found[chapter].append(rule)
        return {chapter: tuple(rules) for chapter, rules in found.items()}

    def binding(self, number: TariffNumber, on: date) -> tuple[ProductRule, ...]:
        """The rules that cover a number on a day, the most specific alone."""
        found = [rule for rule in self.by_chapter.get(number.chapter, ()) if rule.binds(number, on)]
        finest = max((rule.level for rule in found), default=0)
        return tuple(rule for rule in found if rule.level == finest)

    def in_numbers_of_its_edition(self, number: TariffNumber, on: date) -> tuple[tuple[ProductRule, ...], str]:
        """The rules that cover a number on a day, and the number as declared where they stand under an older one.

        A number that a later edition of the Harmonized System made is looked up under the ones it was made from, also
        where it happens to lie between the ends of an older range.
        """
        older: dict[str, ProductRule] = {}
        for hs in self.editions if number.level >= 6 else ():
            for digits in before(number.subheading, hs):
                found = self.binding(TariffNumber(digits=digits), on)
                older |= {rule.scope: rule for rule in found if rule.hs == hs}
        return (tuple(older.values()), number.dotted) if older else (self.binding(number, on), "")

    @cached_property
    def editions(self) -> tuple[str, ...]:
        """The editions of the Harmonized System in which its rules are printed, as far as that is known."""
        return tuple(sorted({rule.hs for rule in self.rules if rule.hs}))

    def edition_named(self, rule: ProductRule, declared: str = "") -> ProductRule:
        """The rule with what it shares with all others of the catalogue: it stands by itself in an answer."""
        return msgspec.structs.replace(
            rule, agreement=self.agreement, edition=rule.edition or self.edition, hs=rule.hs or self.hs,
            as_of=self.as_of, declared=declared,
        )  # fmt: skip

    @property
    def not_understood(self) -> tuple[Defect, ...]:
        """The texts that the grammar did not read."""
        return tuple(one for one in self.anomalies if one.kind == "not_understood")


def read_catalogue(raw: bytes) -> Catalogue:
    """A catalogue from its file; each rule is given the agreement, the edition and the HS edition of the file."""
    found = msgspec.json.decode(raw, type=Catalogue)
    rules = tuple(
        msgspec.structs.replace(
            rule, agreement=found.agreement, edition=rule.edition or found.edition, hs=rule.hs or found.hs,
            as_of=found.as_of,
        )
        for rule in found.rules
    )  # fmt: skip
    return msgspec.structs.replace(found, rules=rules)


@cache
def catalogue(agreement_id: str) -> Catalogue:
    """The catalogue that is shipped for an agreement."""
    folder = files("transire.origin") / "data" / "rules"
    return read_catalogue((folder / f"{agreement(agreement_id).id}.json").read_bytes())


def number_of(code: str) -> TariffNumber:
    """The number that a code says; a chapter is one too, though no tariff schedule has a line for it.

    >>> number_of("84").digits, number_of("84.14").digits
    ('84', '8414')
    """
    if re.fullmatch(r"[0-9]{2}", code, re.ASCII) is not None:
        return TariffNumber(digits=code)
    return parse_tariff_number(code)


def rules_below(agreement_id: str, code: str, on: date, *, own: Catalogue | None = None) -> tuple[ProductRule, ...]:
    """The rules for numbers below a chapter or a heading that no rule binds as a whole.

    >>> len(rules_below("usmca", "84", date(2026, 11, 22))), rules_below("usmca", "8413.70", date(2026, 11, 22))
    (10, ())
    """
    read, digits = own or catalogue(agreement_id), number_of(code).digits
    rules = read.by_chapter.get(digits[:2], ())
    return tuple(
        read.edition_named(rule) for rule in rules if is_held(digits, rule.ranges) is None and rule.in_force(on)
    )


def rules_for(
    agreement_id: str,
    code: str,
    on: date,
    *,
    exporter: str | None = None,
    importer: str | None = None,
    own: Catalogue | None = None,
) -> tuple[ProductRule, ...]:
    """The rules that bind a tariff number: those of its tariff item, else of its subheading, else of its heading.

    The more specific rule rules alone (19 CFR part 181 Appendix, Schedule I s.1(b); General Note 11(o)(viii)). Rules
    of one direction of trade are chosen by the two countries, and all returned while those are unknown. `own` is an
    operator's catalogue, in place of the one shipped. Empty where the catalogue holds none.

    >>> [rule.scope for rule in rules_for("usmca", "8413.70.20.04", date(2026, 11, 22))]
    ['8413.11-8413.82']
    """
    number = number_of(code)
    read = own or catalogue(agreement_id)
    found, declared = read.in_numbers_of_its_edition(number, on)
    chosen = _of_trade(found, exporter, importer)
    return tuple(read.edition_named(rule, declared) for rule in chosen)


def _of_trade(rules: Sequence[ProductRule], exporter: str | None, importer: str | None) -> tuple[ProductRule, ...]:
    """The rules of this direction of trade; "all other trade" only where no rule names the two countries."""
    if exporter is None or importer is None or all(rule.trade is None for rule in rules):
        return tuple(rules)
    named = [rule for rule in rules if rule.trade and not rule.trade.other and rule.trade.covers(exporter, importer)]
    return tuple(named or [rule for rule in rules if rule.trade is None or rule.trade.other])


def notes_for(agreement_id: str, code: str, on: date, *, own: Catalogue | None = None) -> tuple[CatalogueNote, ...]:
    """The notes that speak of a tariff number on a day.

    >>> [type(one.note).__name__ for one in notes_for("usmca", "6204.62", date(2020, 7, 2))]
    ['FabricConfers', 'ComponentDecides']
    """
    number = number_of(code)
    held = (one for one in (own or catalogue(agreement_id)).notes if one.in_force(on))
    return tuple(one for one in held if one.holds(number))
