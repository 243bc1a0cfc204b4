"""What is judged: the good of the case, or a material that its producer makes and that is judged as a good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from transire.origin.case import Fact
from transire.origin.determination.bill import Bill
from transire.origin.determination.vehicles import TracedSum
from transire.origin.terms import Terms


class Subject(msgspec.Struct, frozen=True, eq=False):
    """A good with its bill, on a day, under an agreement. Values are None where the case states none."""

    digits: str
    tariff: str
    facts: Sequence[Fact]
    bill: Bill
    terms: Terms
    on: date
    where: str
    """The member of the case that describes it: `/good`, or a self-produced material."""
    transaction_value: Decimal | None = None
    """Without the costs of international shipment."""
    adjusted_value: Decimal | None = None
    weight: Decimal | None = None
    is_intermediate: bool = False
    traced: TracedSum | None = None
    """What stands for the non-originating value under net cost, where materials are traced (NAFTA s.9)."""

    @property
    def member(self) -> str:
        """How `missing` names it: `good`, or the member of the material."""
        return self.where.strip("/").replace("/", ".")

    @property
    def chapter(self) -> str:
        return self.digits[:2]
