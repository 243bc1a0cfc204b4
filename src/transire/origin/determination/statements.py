"""Accumulation: statements of other producers about materials of the bill (NAFTA Regulations s.14, USMCA s.9).

A statement of net cost and non-originating value puts the other producer's production in the place of the purchase; a
statement of a regional amount is taken off the value; the tariff classification of what went in lets the change be
read for that instead. What a statement allows depends on the method, and the method on the agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from transire.origin.amounts import ZERO
from transire.origin.case import Accumulated, Material, StatedInput, States
from transire.origin.code import digits_of
from transire.origin.determination.line import Line
from transire.origin.determination.values import Worth, beside
from transire.origin.errors import PartExceedsWhole, StatementUnmatched
from transire.origin.reading import amount_at
from transire.origin.terms import Terms


class Statements:
    """The statements of a case, by the material they speak of; each must be used once."""

    def __init__(self, accumulation: Sequence[Accumulated], terms: Terms, is_party: Callable[[str], bool]) -> None:
        self.by_material: dict[str, Statement] = {}
        self.notices: list[str] = []
        for at, accumulated in enumerate(accumulation):
            where = f"/accumulation/{at}"
            if accumulated.material in self.by_material:
                raise StatementUnmatched(got=f"{accumulated.material} twice", where=f"{where}/material")
            statement = Statement(accumulated.states, terms, where)
            country = accumulated.states.country
            if country is not None and not is_party(country):
                statement.counts = False
                self.notices.append(
                    f"{accumulated.material} was produced in {country}, outside the territory: its statement does not "
                    f"count ({terms.citations['accumulation']})."
                )
            self.by_material[accumulated.material] = statement

    def __bool__(self) -> bool:
        return bool(self.by_material)

    @property
    def any_counts(self) -> bool:
        """Whether production is accumulated at all."""
        return any(statement.counts for statement in self.by_material.values())

    def about(self, material: str) -> Statement | None:
        """The statement about a material of the bill, if there is one."""
        return self.by_material.get(material)

    def designated_inside(self, material: str) -> bool:
        """Whether it holds a designated material under a value requirement: no chain through it either (s.14(4))."""
        said = self.by_material.get(material)
        return said is not None and said.counts and said.states.designated_inside

    def refuse_unmatched(self) -> None:
        """Refuse a statement whose material stood nowhere in the bill, or in several places."""
        for material, statement in self.by_material.items():
            if statement.times != 1:
                got = f"{material}, which stands {statement.times} times in the bill"
                raise StatementUnmatched(got=got, expected="one material", where=f"{statement.where}/material")


class Statement:
    """What another producer states about one material."""

    def __init__(self, states: States, terms: Terms, where: str) -> None:
        self.states = states
        self.terms = terms
        self.where = where
        self.counts = True
        self.times = 0
        self.value_non_originating: Decimal | None = None
        """As stated; for materials that originate, it matters only where they are traced."""

    def applied(
        self, line: Line, worth: Worth, material: Material, where: str
    ) -> tuple[tuple[Line, ...] | None, Worth]:
        """What may be looked at inside the material, and what it counts for by each method."""
        self.times += 1
        self.value_non_originating = self._stated_foreign()
        if not self.counts or line.originating:
            return None, worth
        inside = self._inside(line)
        by_value = worth.value
        if self.terms.accumulation_by == "either" and self.value_non_originating is not None:
            # A statement is taken up by choice: it never makes a material count for more than its value.
            by_value = min(self.value_non_originating, worth.value or self.value_non_originating)
        by_net_cost, cost = self._by_net_cost(worth, material, where)
        return inside, Worth(by_value, by_net_cost, cost)

    def _by_net_cost(self, worth: Worth, material: Material, where: str) -> tuple[Decimal | None, Decimal | None]:
        net_cost = self._amount("net_cost")
        if net_cost is not None and self.value_non_originating is not None:
            if self.value_non_originating > net_cost:
                raise PartExceedsWhole(
                    got=f"non-originating {self.value_non_originating}",
                    expected=f"at most the net cost of {net_cost}",
                    where=f"{self.where}/states/value_non_originating",
                )
            return self.value_non_originating, net_cost + beside(material.adjustments, where)
        regional = self._regional(net_cost)
        if regional is None or worth.by_net_cost is None:
            return worth.by_net_cost, worth.cost
        if regional > worth.by_net_cost:
            raise PartExceedsWhole(
                got=f"a regional amount of {regional}",
                expected=f"at most the value of {worth.by_net_cost}",
                where=f"{self.where}/states",
            )
        return worth.by_net_cost - regional, worth.cost

    def _regional(self, net_cost: Decimal | None) -> Decimal | None:
        """The stated part of net cost that is not the value of non-originating materials (s.14(2)(b))."""
        originating = self._amount("value_originating")
        if originating is not None:
            if net_cost is not None and originating > net_cost:
                raise PartExceedsWhole(
                    got=f"originating {originating}",
                    expected=f"at most the net cost of {net_cost}",
                    where=f"{self.where}/states/value_originating",
                )
            return originating
        return self._amount("other_product_costs")

    def _stated_foreign(self) -> Decimal | None:
        """The value of non-originating materials: stated, or what the statement's own figures come to."""
        if (foreign := self._amount("value_non_originating")) is not None:
            return foreign
        net_cost, originating = self._amount("net_cost"), self._amount("value_originating")
        if net_cost is not None and originating is not None:
            return max(net_cost - originating, ZERO)
        inputs = [stated for stated in self.states.materials or () if stated.origin != "originating"]
        if self.states.materials is None or any(stated.value is None for stated in inputs):
            return None
        where = f"{self.where}/states/materials"
        return sum((amount_at(stated.value or "0", where) for stated in inputs), ZERO)

    def _amount(self, name: str) -> Decimal | None:
        text: str | None = getattr(self.states, name)
        return None if text is None else amount_at(text, f"{self.where}/states/{name}")

    def _inside(self, line: Line) -> tuple[Line, ...] | None:
        if self.states.materials is None:
            return None
        where = f"{self.where}/states/materials"
        return tuple(_stated_line(stated, line, at, f"{where}/{at}") for at, stated in enumerate(self.states.materials))


def _stated_line(stated: StatedInput, above: Line, at: int, where: str) -> Line:
    material = Material(
        id=stated.id or f"{above.id}/{at + 1}",
        tariff=stated.tariff,
        origin=stated.origin,
        value=stated.value,
        weight=stated.weight,
        textile=above.textile,
    )
    holder = where.removesuffix(f"/materials/{at}")
    digits = digits_of(stated.tariff, f"{where}/tariff")
    line = Line(material, digits, stated.origin == "originating", holder, at, textile=above.textile)
    if stated.value is not None:
        line.value = line.value_by_net_cost = line.cost = amount_at(stated.value, f"{where}/value")
    return line
