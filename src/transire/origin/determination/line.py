"""One line of a bill of materials, as the tests of the law see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from transire.origin.amounts import ZERO
from transire.origin.case import Fact, Material, Textile
from transire.origin.determination.verdict import Need, Verdict


class MadeHere(NamedTuple):
    """What the engine found of a self-produced material as a good of its own, and what would settle it."""

    originates: Verdict
    by_content: bool
    needs: tuple[Need, ...] = ()


class Line(msgspec.Struct, eq=False):
    """One material as the tests see it. Most are bought, with a value: what only few have is left out of those.

    `above` and `at` say where in the case it stands.
    """

    material: Material
    digits: str
    originating: bool
    above: str
    at: int
    use: str = "material"
    textile: Textile | None = None
    value: Decimal | None = None
    """What counts as non-originating in a content by the good's value."""
    value_by_net_cost: Decimal | None = None
    """What counts as non-originating in a content by net cost."""
    cost: Decimal | None = None
    """What enters total cost."""
    inside: tuple[Line, ...] | None = None
    """What went into it, where that may be looked at instead."""
    designated: bool = False
    made: Callable[[], MadeHere] | None = None
    """How a self-produced material is judged as a good of its own."""
    stated_foreign: Decimal | None = None
    """The non-originating value that another producer states for it, where it originates too: tracing needs it."""
    let_out: Decimal = ZERO
    """What of its value counts in the tolerance and in a set alone."""

    @property
    def id(self) -> str:
        return self.material.id

    @property
    def facts(self) -> Sequence[Fact]:
        return self.material.facts

    @property
    def weight(self) -> str | None:
        return self.material.weight

    @property
    def value_tolerated(self) -> Decimal | None:
        """What counts as non-originating in the tolerance, and in a set."""
        return None if self.value is None else self.value + self.let_out

    @property
    def where(self) -> str:
        """The member of the case that holds it, as a JSON pointer."""
        return f"{self.above}/materials/{self.at}"

    @property
    def role(self) -> str | None:
        """What a textile material is in the good."""
        return None if self.textile is None else self.textile.role
