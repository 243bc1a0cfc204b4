"""One line of a bill of materials, as the tests of the law see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from transire.origin.case import Fact, Material, Textile


class MadeHere(NamedTuple):
    """What the engine found of a self-produced material as a good of its own."""

    originates: bool | None
    by_content: bool


class Line:
    """One material as the tests see it. `inside` is what went into it, where that may be looked at instead."""

    __slots__ = (
        "cost",
        "designated",
        "digits",
        "facts",
        "id",
        "inside",
        "made",
        "material",
        "originating",
        "stated_foreign",
        "textile",
        "use",
        "value",
        "value_by_net_cost",
        "weight",
        "where",
    )

    def __init__(self, material: Material, digits: str, originating: bool, where: str) -> None:
        self.material: Material | None = material
        self.id = material.id
        self.digits = digits
        self.facts: Sequence[Fact] = material.facts
        self.originating = originating
        self.use: str = material.use
        self.where = where
        self.textile: Textile | None = material.textile
        self.value: Decimal | None = None
        """What counts as non-originating in a content by the good's value, and in the tolerance."""
        self.value_by_net_cost: Decimal | None = None
        """What counts as non-originating in a content by net cost."""
        self.cost: Decimal | None = None
        """What enters total cost."""
        self.weight: str | None = material.weight
        self.inside: tuple[Line, ...] | None = None
        self.designated = False
        self.stated_foreign: Decimal | None = None
        """The non-originating value that another producer states for it, where it originates too: tracing needs it."""
        self.made: Callable[[], MadeHere] | None = None
