"""What the page of a determination shows beside its words: the bill of material as a tree, the value content as a bar.

Each material has one standing: what it is to the rule. Colour repeats what a sign and a word say.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from transire.origin.answer import Answer
from transire.origin.case import Case, Material

Standing = Literal[
    "originates", "shifts", "does_not_shift", "tolerated", "open", "not_asked", "not_judged", "left_out", "made_here"
]

_LEFT_OUT: Final = frozenset({"indirect", "packing_retail", "packing_shipping", "accessory"})
SHIFT: Final = "tariff shift"
"""How the engine names its tests; the reference of the origin case lists them."""
TOLERANCE: Final = "de minimis"


@dataclass(frozen=True, slots=True)
class Node:
    """One material of the tree. `share` is its part of the value of all materials, per cent; None without a value."""

    material: Material
    standing: Standing
    share: Decimal | None
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """The regional value content against what is needed, per cent, for a drawing 100 units wide.

    `found` may lie below zero, where materials cost more than the value that they are taken from.
    """

    found: Decimal
    needed: Decimal

    @property
    def filled(self) -> Decimal:
        """The length of the bar: what is found, as far as a bar can show it."""
        return min(max(self.found, Decimal(0)), Decimal(100))

    @property
    def reaches(self) -> bool:
        return self.found >= self.needed


def tree_of(case: Case, answer: Answer) -> tuple[Node, ...]:
    """The bill of material as a tree, each material with what it is to the rule."""
    total = sum((value for value in map(_value, _leaves(case.materials)) if value is not None), Decimal(0))
    standings = _Standings(answer)
    return tuple(_node(material, standings, total) for material in case.materials)


def bar_of(answer: Answer) -> Bar | None:
    """The bar; None where the answer rests on no value content."""
    found, needed = answer.figures.regional_value_content, answer.figures.regional_value_content_needed
    return None if found is None or needed is None else Bar(Decimal(found), Decimal(needed))


def figures_told(answer: Answer) -> dict[str, str]:
    """The figures that an answer has, each as one text."""
    named = ((name, getattr(answer.figures, name)) for name in answer.figures.__struct_fields__)
    return {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in named if value}


class _Standings:
    """What a material is to the rule that was applied."""

    def __init__(self, answer: Answer) -> None:
        tests = {test.test: test for test in answer.tests}
        self._is_asked = SHIFT in tests or bool(answer.figures.materials_not_shifting)
        self._tolerated = TOLERANCE in tests and tests[TOLERANCE].met is True
        self._left = frozenset(answer.figures.materials_not_shifting)
        self._is_judged = answer.rule is not None or answer.criterion is not None
        self._open: frozenset[str] = frozenset()
        if SHIFT in tests and tests[SHIFT].met is None:
            self._open = frozenset(one.fact for one in answer.missing)

    def of(self, material: Material) -> Standing:
        if material.self_produced is not None:
            return "made_here"
        if material.use in _LEFT_OUT:
            return "left_out"
        if material.origin == "originating" or material.use == "recovered":
            return "originates"
        if not self._is_asked:
            return "not_asked" if self._is_judged else "not_judged"
        if material.id in self._left:
            return "tolerated" if self._tolerated else "does_not_shift"
        asked = (f"materials[{material.id}].tariff", f"materials[{material.id}].facts")
        return "open" if any(fact.startswith(asked) for fact in self._open) else "shifts"


def _node(material: Material, standings: _Standings, total: Decimal) -> Node:
    made = material.self_produced
    value = _value(material)
    return Node(
        material=material,
        standing=standings.of(material),
        share=None if value is None or not total else value * 100 / total,
        parts=() if made is None else tuple(_node(part, standings, total) for part in made.materials),
    )


def _leaves(materials: tuple[Material, ...]) -> list[Material]:
    found: list[Material] = []
    for material in materials:
        found.extend([material] if material.self_produced is None else _leaves(material.self_produced.materials))
    return found


def _value(material: Material) -> Decimal | None:
    return None if material.value is None else Decimal(material.value)
