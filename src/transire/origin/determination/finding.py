"""The rules and notes that bind a good: from the catalogue, or the rule that the case gives in its own words."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from transire.origin.case import AgreementId, RuleText
from transire.origin.catalogue import Catalogue, ProductRule, notes_for, rules_below, rules_for
from transire.origin.concordance import before
from transire.origin.determination.notes import NoteSet
from transire.origin.determination.shift import Shift
from transire.origin.ranges import held as is_held
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Rule
from transire.origin.terms import terms_of


class Bound(NamedTuple):
    """A rule that binds: where it stands, and its tree; `shifts` are its changes as compiled for one good's code."""

    scope: str
    text: str
    edition: str
    citation: str
    rule: Rule
    shifts: dict[int, Shift]
    said: dict[int, str]
    """Its alternatives in words, as far as an answer needed them."""
    hs: str = ""
    """The edition of the Harmonized System in which it is printed; empty: not known."""
    by_trade: bool = False
    """Whether it is for one direction of trade only."""
    notice: str | None = None
    as_number: str | None = None
    """The number by which the good is judged, where the rule stands under the one that its own was made from."""


class Bindings(NamedTuple):
    """What binds a good; more than one rule at the same level leaves it open."""

    rules: tuple[Bound, ...]
    notes: NoteSet
    given: bool = False
    finer: bool = False
    """Whether no rule was found because rules stand below the code: a longer one is needed."""
    notes_apply: bool = True


class OwnRules:
    """A catalogue that an operator imported, in place of the one shipped. Told apart by identity, so that what binds
    under it can be kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    @property
    def notice(self) -> str:
        """What is said of each of its rules in an answer."""
        held = self.catalogue
        return f"The rule is of the operator's own catalogue, not of the shipped one: {held.edition}; {held.source}."


@lru_cache(maxsize=16_384)
def bindings(
    agreement: AgreementId,
    digits: str,
    on: date,
    exporter: str | None,
    importer: str | None,
    given: RuleText | None,
    own: OwnRules | None = None,
) -> Bindings:
    """The rules and notes for a good of this code imported on this day; a rule that is given replaces the catalogue's.

    The result is kept: a file of a million cases asks for few goods.
    """
    held = None if own is None else own.catalogue
    notes = NoteSet(notes_for(agreement, digits, on, own=held), terms_of(agreement), digits)
    if given is not None:
        rule = Bound(
            _dotted(digits), given.text, "as given in the case", "rule given in the case", _read(given.text), {}, {}
        )
        return Bindings((rule,), notes, given=True, notes_apply=given.notes)
    found = rules_for(agreement, digits, on, exporter=exporter, importer=importer, own=held)
    finer = not found and bool(rules_below(agreement, digits, on, own=held))
    said = None if own is None else own.notice
    return Bindings(tuple(_bound(one, on, digits, said) for one in found), notes, finer=finer)


def _bound(rule: ProductRule, on: date, digits: str, said: str | None) -> Bound:
    as_number = None
    if rule.declared:
        older = before(digits[:6], rule.hs)
        as_number = next((number for number in older if is_held(number, rule.ranges)), None)
    by_trade = rule.trade is not None
    notice = " ".join(filter(None, [rule.notice(on), said])) or None
    return Bound(
        rule.scope, rule.text, rule.edition, rule.citation, rule.rule, {}, {}, rule.hs, by_trade, notice, as_number
    )


@lru_cache(maxsize=4096)
def _read(text: str) -> Rule:
    return read_rule(text)


def _dotted(digits: str) -> str:
    rest = digits[4:]
    return ".".join([digits[:4], *(rest[at : at + 2] for at in range(0, len(rest), 2))])
