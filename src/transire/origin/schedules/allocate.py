"""Reasonable allocation of costs to goods (NAFTA Regulations Schedule VII; USMCA Regulations Schedule 5).

Appendix A: the cost ratio method, on any base. Appendix B: direct labour and direct material. Appendix C: direct cost.
In each the excluded costs contained in the amount are allocated by the same ratio and subtracted.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

import msgspec

from transire.origin.amounts import EXACT, rounded, shown
from transire.origin.case import Amount, Asked, Name
from transire.origin.errors import BaseIsZero, FigureMissing, PartExceedsWhole, ScheduleInvalid
from transire.origin.reading import amount_at

Base = Literal[
    "labour_hours",
    "labour_cost",
    "units",
    "machine_hours",
    "sales",
    "floor_space",
    "direct_labour_and_material",
    "direct_cost",
]
Part = Literal["base", "direct_labour", "direct_material", "direct_overhead"]

_PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "direct_labour_and_material": ("direct_labour", "direct_material"),
    "direct_cost": ("direct_labour", "direct_material", "direct_overhead"),
}


class Allocated(Asked, frozen=True, kw_only=True):
    """One product and the base by which costs go to it."""

    id: Name
    base: Amount | None = None
    direct_labour: Amount | None = None
    direct_material: Amount | None = None
    direct_overhead: Amount | None = None


class Allocation(Asked, frozen=True, kw_only=True):
    """The costs to be allocated; `excluded` is contained in `amount`, the result is net of it."""

    method: Base
    amount: Amount
    products: tuple[Allocated, ...]
    excluded: Amount = "0"
    ratio_places: int | None = None
    value_places: int | None = None


class ProductShare(msgspec.Struct, frozen=True):
    """What falls on one product."""

    id: str
    ratio: str
    amount: str


class Allocations(msgspec.Struct, frozen=True):
    """What falls on each product, in the order of the input."""

    products: tuple[ProductShare, ...]


def allocate(asked: Allocation) -> Allocations:
    """Allocate an amount, net of the excluded costs in it, by the ratio of each product's base to that of all.

    The published tables round the ratio to three places: 50,000 of 60,000 is .833, and 6,000,000 gives 4,998,000.

    >>> both = (Allocated(id="A", base="50000"), Allocated(id="B", base="10000"))
    >>> done = allocate(Allocation(method="labour_cost", amount="6000000", products=both, ratio_places=3))
    >>> [(share.ratio, share.amount) for share in done.products]
    [('0.833', '4998000'), ('0.167', '1002000')]
    """
    amount, excluded = amount_at(asked.amount, "/amount"), amount_at(asked.excluded, "/excluded")
    if excluded > amount:
        raise PartExceedsWhole(got=f"excluded {excluded}", expected=f"at most {amount}", where="/excluded")
    bases = _bases(asked)
    whole = sum(bases, Fraction(0))
    if whole == 0:
        raise BaseIsZero(where="/products")
    shares = []
    for product, base in zip(asked.products, bases, strict=True):
        ratio = rounded(base / whole, asked.ratio_places)
        # Each product is net of its own part of the excluded costs: Schedule VII, Appendix C, Example 2 rounds both.
        cost, left_out = (rounded(Fraction(part) * ratio, asked.value_places) for part in (amount, excluded))
        shares.append(ProductShare(product.id, shown(ratio), shown(cost - left_out)))
    return Allocations(tuple(shares))


def _bases(asked: Allocation) -> list[Fraction]:
    seen: set[str] = set()
    for at, product in enumerate(asked.products):
        if product.id in seen:
            raise ScheduleInvalid(got=f"the product {product.id} twice", where=f"/products/{at}/id")
        seen.add(product.id)
    return [Fraction(_base(asked.method, product, f"/products/{at}")) for at, product in enumerate(asked.products)]


def _base(method: Base, product: Allocated, where: str) -> Decimal:
    parts = _PARTS.get(method, ("base",))
    total = Decimal(0)
    stated: dict[Part, str | None] = {
        "base": product.base,
        "direct_labour": product.direct_labour,
        "direct_material": product.direct_material,
        "direct_overhead": product.direct_overhead,
    }
    for part, text in stated.items():
        if part not in parts and text is not None:
            raise ScheduleInvalid(got=part, expected=" and ".join(parts), where=f"{where}/{part}")
        if part in parts and text is None:
            raise FigureMissing(expected=f"{part} of {product.id}", where=f"{where}/{part}")
        if text is not None:
            total = EXACT.add(total, amount_at(text, f"{where}/{part}"))
    return total
