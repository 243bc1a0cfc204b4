"""Regional value content: which methods are open and why, and what each gives. Compared as products, never rounded.

    transaction value, build-down   (value - non-originating) / value x 100
    net cost                        (net cost - non-originating) / net cost x 100
    build-up                        originating / value x 100

A method is open where the agreement knows it for the good and nothing closes it; it is counted where the case states
its figures. Figures that are not stated leave the requirement open only where no other method can be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from transire.origin.amounts import HUNDRED, ZERO, shown_quotient
from transire.origin.case import Method
from transire.origin.determination.facts import described
from transire.origin.determination.subject import Subject
from transire.origin.determination.verdict import Need, Verdict
from transire.origin.rule.tree import ValueLimit
from transire.origin.terms import MethodTerm, Terms


class Openness(NamedTuple):
    """Whether a method may be used, and why it may not (or what would settle it)."""

    verdict: Verdict
    why: str = ""
    citation: str = ""
    need: Need | None = None


class MethodFound(msgspec.Struct, eq=False):
    """What one method gives, and what the rule needs under it."""

    method: Method
    citation: str
    needed: Decimal
    base: Decimal | None
    regional: Decimal | None
    """The numerator: what of the base is regional."""
    foreign: Decimal
    met: Verdict
    open: Openness
    needs: tuple[Need, ...]
    spare: Decimal | None = None
    """What the regional part is worth above what is needed, times a hundred; negative below. None: not worked out."""
    _shown: str | None = None

    @property
    def is_worked_out(self) -> bool:
        """Whether there is a content: all figures stated, and a base above zero."""
        return self.spare is not None

    @property
    def content(self) -> str | None:
        """The content in per cent, as it is shown; None where it cannot be worked out."""
        if self._shown is None and self.spare is not None and self.regional is not None and self.base is not None:
            self._shown = shown_quotient(self.regional * HUNDRED, self.base)
        return self._shown

    @property
    def verdict(self) -> Verdict:
        """Whether the content is met by a method that is open."""
        if self.met is False:
            return False
        return self.met if self.open.verdict is True else None


class Content(msgspec.Struct, frozen=True, eq=False):
    """All methods that the rule allows, and the best of them."""

    verdict: Verdict
    methods: tuple[MethodFound, ...]
    best: MethodFound | None
    needs: tuple[Need, ...]


class Required(NamedTuple):
    """What a rule asks for under one method that the agreement knows."""

    term: MethodTerm
    open: Openness
    limits: tuple[ValueLimit, ...]


def required_by(
    limits: Sequence[ValueLimit], terms: Terms, openness: dict[Method, Openness], on: date
) -> list[Required]:
    """The limits in force on a day, by method."""
    found = []
    for term in terms.methods:
        opened = openness.get(term.method)
        if opened is not None:
            of_it = (limit for limit in limits if limit.method in (None, term.method))
            found.append(Required(term, opened, tuple(limit for limit in of_it if _in_force(limit, on))))
    return [one for one in found if one.limits]


def content_of(subject: Subject, required: Sequence[Required], asked: Method | None) -> Content:
    """Whether the subject has the regional value content that is required under one of the methods."""
    found = [_by_method(subject, one.term.method, one.term.citation, one.limits, one.open) for one in required]
    if not found:
        why = "no value content of the rule is in force and of a method that the agreement knows"
        return Content(None, (), None, (Need("rule", why, subject.terms.citations["product_rule"]),))
    if asked is not None and any(one.method == asked and one.open.verdict is not False for one in found):
        found = [one for one in found if one.method == asked]
    open_ones = [one for one in found if one.open.verdict is not False]
    # A method whose figures are not stated is a further route that is not claimed, as long as another is counted.
    usable = [one for one in open_ones if one.met is not None or one.spare is not None] or open_ones
    best = _best(usable)
    verdict: Verdict = False if best is None else best.verdict
    return Content(verdict, tuple(found), best, _needs(usable) if verdict is None else ())


def value_of(subject: Subject, method: Method) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Base, regional part and non-originating value under a method; None where a figure is not stated."""
    bill = subject.bill
    if method == "net_cost":
        base, foreign = bill.net_cost, bill.value_non_originating_by_net_cost
        if subject.traced is not None:
            foreign = subject.traced.value
            return base, None if base is None or subject.traced.needs else base - foreign, foreign
        return base, None if base is None else base - foreign, foreign
    base = subject.transaction_value if method == "transaction_value" else subject.adjusted_value
    foreign = bill.value_non_originating
    if method == "build_up":
        unvalued = any(line.originating for line in bill.unvalued)
        return base, None if unvalued else bill.value_originating, foreign
    return base, None if base is None or bill.unvalued_foreign else base - foreign, foreign


def _by_method(
    subject: Subject, method: Method, citation: str, limits: Sequence[ValueLimit], opened: Openness
) -> MethodFound:
    base, regional, foreign = value_of(subject, method)
    needs: tuple[Need, ...] = ()
    if len(limits) == 1 and not limits[0].when:
        needed = most = limits[0].percent
    else:
        percents, needs = _percents(subject, limits, citation)
        if not percents:
            return MethodFound(method, citation, ZERO, base, regional, foreign, False, opened, needs)
        needed, most = min(percents), max(percents)
    if base is None or regional is None:
        met = _at_best(base, foreign, needed, method)
        needs += _figures_missing(subject, method, citation)
        return MethodFound(method, citation, needed, base, regional, foreign, met, opened, needs)
    if base <= ZERO:
        return MethodFound(method, citation, needed, base, regional, foreign, False, opened, needs)
    worth = regional * HUNDRED
    spare = worth - most * base
    if spare >= ZERO:
        return MethodFound(method, citation, most, base, regional, foreign, True, opened, (), spare)
    # Where words that are not declared decide between percentages, the least may be reached and the most not.
    spare = worth - needed * base
    met = None if spare >= ZERO else False
    return MethodFound(method, citation, needed, base, regional, foreign, met, opened, needs, spare)


def _reaches(regional: Decimal, base: Decimal, percent: Decimal) -> bool:
    return regional * HUNDRED >= percent * base


def _at_best(base: Decimal | None, foreign: Decimal, needed: Decimal, method: Method) -> Verdict:
    """Values that are not stated can only be more non-originating: what fails without them fails with them."""
    if method in ("transaction_value", "build_down") and base is not None and base > 0:
        return None if _reaches(base - foreign, base, needed) else False
    return None


def _percents(subject: Subject, limits: Sequence[ValueLimit], citation: str) -> tuple[list[Decimal], tuple[Need, ...]]:
    """The percentages that apply, and the words that decide between them where that is not declared."""
    percents, needs = [], []
    for limit in limits:
        if limit.when:
            holds = described(subject.facts, limit.when)
            if holds is False:
                continue
            if holds is None:
                why = f"{limit.percent} per cent is needed where {limit.when}"
                needs.append(Need(f"{subject.member}.facts[as_stated: {limit.when}]", why, citation))
        percents.append(limit.percent)
    return percents, tuple(needs)


def _in_force(limit: ValueLimit, on: date) -> bool:
    return (limit.start is None or limit.start <= on) and (limit.end is None or on <= limit.end)


def _figures_missing(subject: Subject, method: Method, citation: str) -> tuple[Need, ...]:
    bill, needs = subject.bill, []
    why = f"the {method.replace('_', ' ')} method needs it"
    if method == "net_cost":
        lines = bill.unvalued
        if not bill.costs_known:
            member = "costs" if subject.where == "/good" else f"{subject.member}.self_produced.costs"
            needs.append(Need(member, why, citation))
        if subject.traced is not None:
            needs += subject.traced.needs
    else:
        lines = bill.unvalued_foreign
        if method == "build_up":
            lines = [line for line in bill.unvalued if line.originating]
        if method == "transaction_value" and subject.transaction_value is None:
            needs.append(Need("good.value.transaction", why, citation))
        elif method != "transaction_value" and subject.adjusted_value is None:
            needs.append(Need("good.value.adjusted", why, citation))
    needs += [Need(f"materials[{line.id}].value", why, citation) for line in lines]
    return tuple(needs)


_RANK: Final[dict[Verdict, int]] = {True: 2, None: 1, False: 0}


def _best(found: Sequence[MethodFound]) -> MethodFound | None:
    """Methods that are met before open ones before unmet ones; among equals the one with most points to spare."""
    best: MethodFound | None = None
    for one in found:
        if best is None or _is_better(one, best):
            best = one
    return best


def _is_better(one: MethodFound, other: MethodFound) -> bool:
    mine, theirs = one.verdict, other.verdict
    if mine is not theirs:
        return _RANK[mine] > _RANK[theirs]
    if one.open.verdict is not other.open.verdict:
        return _RANK[one.open.verdict] > _RANK[other.open.verdict]
    if one.spare is None or other.spare is None or one.base is None or other.base is None:
        return one.spare is not None and other.spare is None
    # Percentage points to spare, compared without dividing; both bases are positive.
    return one.spare * other.base > other.spare * one.base


def _needs(found: Sequence[MethodFound]) -> tuple[Need, ...]:
    needs: list[Need] = []
    for one in found:
        if one.verdict is None:
            needs += one.needs
            if one.open.need is not None:
                needs.append(one.open.need)
    return tuple(dict.fromkeys(needs))
