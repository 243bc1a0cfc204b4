"""The bill of materials, worked out: what each line counts for, and the sums that value content is made of.

A material that the producer makes itself enters in one of two ways. Designated as intermediate and originating, it is
one originating material at its whole cost; otherwise what went into it is what went into the good (NAFTA Regulations
s.6(4), (5) and 7(4) to (6); USMCA Regulations s.7(4), (5) and 8(6) to (8)).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from transire.origin.amounts import ZERO, plain_amounts
from transire.origin.case import Costs, Material
from transire.origin.code import digits_at, digits_of
from transire.origin.determination.facts import check_facts
from transire.origin.determination.line import Line, MadeHere
from transire.origin.determination.statements import Statements
from transire.origin.determination.values import Worth, costs_of, worth_of
from transire.origin.determination.verdict import Need
from transire.origin.errors import BillCyclic, BillTooDeep, CurrenciesMixed, MaterialTwice, OriginUnsaid
from transire.origin.ranges import Ranges, held
from transire.origin.reading import amount_at
from transire.origin.terms import Terms
from transire.tariff.currencies import is_currency
from transire.tariff.errors import CurrencyUnknown

MAX_LEVELS: Final = 32
"""Levels of self-produced materials. Real bills have fewer than ten; the bound keeps a forged one from growing."""

SHIFTING_USES: Final = frozenset({"material", "set_component", "recovered"})
"""Packing, accessories and indirect materials are disregarded for the change in tariff classification."""

NOT_COUNTED: Final = frozenset({"packing_shipping", "indirect"})
"""What no value content counts as non-originating."""


class Bill(msgspec.Struct, eq=False):
    """The lines of one good and their sums. A sum to which a line without a value belongs is None."""

    lines: list[Line] = []
    value_non_originating: Decimal = ZERO
    value_non_originating_by_net_cost: Decimal = ZERO
    let_out: Decimal = ZERO
    """What the tolerance counts as non-originating besides."""
    value_originating: Decimal = ZERO
    materials_cost: Decimal = ZERO
    own_costs: Decimal = ZERO
    excluded: Decimal = ZERO
    costs_known: bool = True
    unvalued: list[Line] = []
    unvalued_foreign: list[Line] = []
    designated_by_content: bool = False

    @property
    def total_cost(self) -> Decimal | None:
        """Materials, product, period and other costs; None where one of them is unknown."""
        if not self.costs_known or self.unvalued:
            return None
        return self.materials_cost + self.own_costs

    @property
    def net_cost(self) -> Decimal | None:
        """Total cost less the excluded costs in it."""
        total = self.total_cost
        return None if total is None else total - self.excluded

    def foreign(self) -> list[Line]:
        """The lines that do not originate and must change, those of self-produced materials among them."""
        return [line for line in self.lines if not line.originating and line.use in SHIFTING_USES]


Judge = Callable[[Material, "Bill", str], Callable[[], MadeHere]]


class BillMaker:
    """Works bills out for one case: its terms and statements, and how self-produced materials are judged."""

    def __init__(
        self,
        terms: Terms,
        statements: Statements,
        judge: Judge,
        recovered: Callable[[Material], bool],
        *,
        never_intermediate: Ranges = (),
        hoping: bool = False,
    ) -> None:
        self.terms = terms
        self.statements = statements
        self.has_statements = bool(statements)
        self.judge = judge
        self.recovered = recovered
        self.never_intermediate = never_intermediate
        self.hoping = hoping
        self.unsettled: list[Need] = []
        self.notices: list[str] = []
        self.currency: str | None = None

    def one_currency(self, currency: str, where: str) -> None:
        """One currency for all amounts: nothing is converted at a rate that nobody recorded (s.3; s.2)."""
        if self.currency is None:
            if not is_currency(currency):
                raise CurrencyUnknown(got=repr(currency)[:20], where=where)
            self.currency = currency
        elif currency != self.currency:
            raise CurrenciesMixed(got=currency, expected=self.currency, where=where)

    def make(self, materials: Sequence[Material], costs: Costs | None, where: str, above: tuple[str, ...] = ()) -> Bill:
        """The bill of these materials and costs; `where` points to the member that holds them."""
        if len(above) > MAX_LEVELS:
            raise BillTooDeep(expected=f"at most {MAX_LEVELS} levels", where=where)
        bill = Bill()
        if costs is None:
            bill.costs_known = False
        else:
            bill.own_costs, bill.excluded = costs_of(costs, f"{where}/costs")
        if len({material.id for material in materials}) < len(materials):
            _refuse_twice(materials, where)
        bought = []
        for at, (material, value) in enumerate(zip(materials, _values(materials, where), strict=True)):
            if material.currency is not None:
                self.one_currency(material.currency, f"{where}/materials/{at}/currency")
            if material.facts:
                check_facts(material.facts, f"{where}/materials/{at}")
            if material.self_produced is not None:
                self._add_self_produced(bill, material, where, at, above)
            else:
                line = self._bought(material, value, where, at)
                bill.lines.append(line)
                bought.append(line)
        _count_bought(bill, bought)
        if self.has_statements:
            bill.designated_by_content |= any(self.statements.designated_inside(line.id) for line in bought)
        return bill

    def _bought(self, material: Material, value: Decimal | None, above: str, at: int) -> Line:
        if material.origin is None:
            raise OriginUnsaid(got=material.id, where=f"{above}/materials/{at}/origin")
        originating = material.origin == "originating"
        if material.use != "material":
            originating = self._originates_by_use(material, originating)
        if material.origin == "unknown" and not originating:
            self.notices.append(origin_unknown(material, self.terms))
        digits = digits_at(material.tariff, above, at)
        line = Line(material, digits, originating, above, at, material.use, material.textile, value, value, value)
        if material.adjustments is not None or self.has_statements:
            self._revalue(line, material)
        return line

    def _originates_by_use(self, material: Material, originating: bool) -> bool:
        if material.use == "indirect":
            return True
        if material.use == "recovered" and self.recovered(material):
            return True
        return originating

    def _revalue(self, line: Line, material: Material) -> None:
        """What adjustments and the statements of other producers make of a material's value."""
        where = line.where
        worth = Worth(line.value, line.value, line.value)
        if material.adjustments is not None and line.value is not None:
            worth = worth_of(line.value, material.adjustments, self.terms, line.originating, where)
        if (said := self.statements.about(material.id)) is not None:
            line.inside, worth = said.applied(line, worth, material, where)
            line.stated_foreign = said.value_non_originating if said.counts else None
        line.value, line.value_by_net_cost, line.cost, line.let_out = worth

    def _add_self_produced(self, bill: Bill, material: Material, holder: str, at: int, above: tuple[str, ...]) -> None:
        where = f"{holder}/materials/{at}"
        made = material.self_produced
        assert made is not None
        if material.value is not None or material.adjustments is not None:
            raise OriginUnsaid(
                got="a value and self_produced", expected="no value: it is computed", where=f"{where}/value"
            )
        if material.origin is not None:
            raise OriginUnsaid(got="origin and self_produced", expected="one of the two", where=f"{where}/origin")
        if material.id in above:
            raise BillCyclic(got=" > ".join([*above, material.id]), where=where)
        inner = self.make(made.materials, made.costs, f"{where}/self_produced", (*above, material.id))
        digits = digits_of(material.tariff, f"{where}/tariff")
        line = Line(material, digits, False, holder, at, material.use, material.textile)
        line.inside = tuple(inner.lines)
        line.made = self.judge(material, inner, where)
        line.cost = inner.total_cost
        line.value = line.value_by_net_cost = None if inner.unvalued_foreign else inner.value_non_originating
        line.designated = made.designated and self._holds(line, inner)
        bill.lines.append(line)
        if line.designated:
            self._count_designated(bill, line, inner)
        elif line.use not in NOT_COUNTED:
            _count_inside(bill, inner)

    def _holds(self, line: Line, inner: Bill) -> bool:
        """Whether a designation stands: the material originates, and no chain of value requirements is formed."""
        assert line.made is not None
        found = line.made()
        citation = self.terms.citations["intermediate"]
        if self.never_intermediate and held(line.digits, self.never_intermediate) is True:
            self.notices.append(
                f"{line.id} cannot be designated as intermediate: it is a component of a heavy-duty vehicle. The "
                f"designation falls ({citation})."
            )
            return False
        if found.originates is None:
            self.unsettled += found.needs
            if self.hoping:
                return True
        if found.originates is not True:
            self.notices.append(
                f"{line.id} is designated as intermediate but "
                f"{'does not originate' if found.originates is False else 'its origin is not settled'}: "
                f"the designation falls and what went into it counts ({citation})."
            )
            return False
        if found.by_content and inner.designated_by_content:
            self.notices.append(
                f"{line.id} cannot be designated as intermediate: it is subject to a value requirement and holds a "
                f"designated material that is too. The designation falls ({citation})."
            )
            return False
        return True

    def _count_designated(self, bill: Bill, line: Line, inner: Bill) -> None:
        assert line.made is not None
        line.originating = True
        line.value = line.value_by_net_cost = ZERO
        bill.designated_by_content |= line.made().by_content or inner.designated_by_content
        if line.cost is None:
            bill.unvalued.append(line)
            return
        # Excluded costs inside a designated material stay in its value (NAFTA Regulations s.6(13)(b)).
        bill.materials_cost += line.cost
        bill.value_originating += line.cost


def origin_unknown(material: Material, terms: Terms) -> str:
    """What is said of a material whose origin is not known."""
    return (
        f"The origin of {material.id} is unknown: it is taken as non-originating ({terms.citations['unknown_origin']})."
    )


def _values(materials: Sequence[Material], where: str) -> Sequence[Decimal | None]:
    """The value of each material; None where none is stated."""
    stated = [material.value for material in materials if material.value is not None]
    plain = plain_amounts(stated)
    if plain is not None and len(plain) == len(materials):
        return plain
    return [
        None if material.value is None else amount_at(material.value, f"{where}/materials/{at}/value")
        for at, material in enumerate(materials)
    ]


def _refuse_twice(materials: Sequence[Material], where: str) -> None:
    seen: set[str] = set()
    for at, material in enumerate(materials):
        if material.id in seen:
            raise MaterialTwice(got=material.id, where=f"{where}/materials/{at}/id")
        seen.add(material.id)


def _count_bought(bill: Bill, bought: Sequence[Line]) -> None:
    """Add up the bought materials. Packing for shipment is a cost that net cost leaves out again (s.2(1); s.1(1))."""
    packing = [line for line in bought if line.use == "packing_shipping"]
    if packing:
        bill.excluded += _total([line.cost for line in packing])
        bought = [line for line in bought if line.use != "packing_shipping"]
        bill.materials_cost += _total([line.cost for line in packing])
    foreign = [line for line in bought if not line.originating]
    bill.value_originating += _total([line.value for line in bought if line.originating])
    bill.value_non_originating += _total([line.value for line in foreign])
    bill.value_non_originating_by_net_cost += _total([line.value_by_net_cost for line in foreign])
    bill.let_out += _total([line.let_out for line in foreign])
    bill.materials_cost += _total([line.cost for line in bought])
    bill.unvalued += [line for line in bought if line.cost is None]
    bill.unvalued_foreign += [line for line in foreign if line.value is None]


def _total(values: Sequence[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), ZERO)


def _count_inside(bill: Bill, inner: Bill) -> None:
    bill.materials_cost += inner.materials_cost + inner.own_costs
    bill.excluded += inner.excluded
    bill.costs_known &= inner.costs_known
    bill.value_originating += inner.value_originating
    bill.value_non_originating += inner.value_non_originating
    bill.value_non_originating_by_net_cost += inner.value_non_originating_by_net_cost
    bill.let_out += inner.let_out
    bill.unvalued += inner.unvalued
    bill.unvalued_foreign += inner.unvalued_foreign
    bill.designated_by_content |= inner.designated_by_content
