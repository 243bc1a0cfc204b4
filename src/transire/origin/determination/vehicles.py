"""Automotive goods under NAFTA: traced materials and special value contents.

The non-originating value of a light-duty vehicle is that of its traced materials alone (s.9), and its
content, like that of heavy vehicles, engines, transmissions and listed parts, is set by s.13 in place of the rule's.
Whether a part is for a vehicle is what `principal_use` declares; an undeclared use is not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from transire.origin.amounts import ZERO
from transire.origin.automotive import Vehicle, automotive
from transire.origin.case import Fact
from transire.origin.determination.facts import text_of
from transire.origin.determination.line import Line
from transire.origin.determination.verdict import Need
from transire.origin.ranges import held
from transire.origin.rule.tree import ValueLimit
from transire.origin.terms import Terms

IsParty = Callable[[str], bool]
SPECIAL_CONTENT = "NAFTA Rules of Origin Regulations s.13(1)"


class TracedSum(NamedTuple):
    """The value of the traced materials of a light-duty automotive good, and what keeps it from being known."""

    value: Decimal
    needs: tuple[Need, ...]
    left_out: tuple[str, ...]
    """Non-originating materials that are not traced: they stay in net cost alone (s.9(9)(b))."""


def vehicle_of(terms: Terms, digits: str, facts: Sequence[Fact]) -> Vehicle | None:
    """The vehicle that the good is, or is declared to be for; None for other goods and other agreements."""
    if terms.light_duty_tracing is None:
        return None
    data = automotive()
    kind = data.vehicle(digits)
    if kind is not None:
        return kind
    use = text_of(facts, "principal_use")
    if use is None or "vehicle" not in use or held(digits, (*data.traced, *data.engines_and_transmissions)) is False:
        return None
    return "light" if "light" in use else "heavy" if "heavy" in use else None


def special_limits(digits: str, vehicle: Vehicle, on: date) -> tuple[ValueLimit, ...] | None:
    """The content that s.13 sets in place of the rule's; None where it sets none."""
    data = automotive()
    if data.vehicle(digits) is not None or held(digits, data.engines_and_transmissions):
        percent = data.content_needed(vehicle, on)
    elif held(digits, data.bearings_and_shafts):
        return None
    else:
        percent = data.content_needed("heavy", on)
    return None if percent is None else (ValueLimit(percent=percent, method="net_cost"),)


def traced_sum(lines: Sequence[Line], terms: Terms, is_party: IsParty) -> TracedSum:
    """The sum of the traced materials at whatever level they went in; designations do not hide them (s.9(9)(a))."""
    value, needs, left_out = ZERO, [], []
    citation = terms.light_duty_tracing or ""
    for line in _leaves(lines):
        if line.use in ("indirect", "packing_shipping"):
            continue
        if line.stated_foreign is not None:
            value += line.stated_foreign
            continue
        country = line.material.country
        if line.originating or (country is not None and is_party(country)):
            # A material made in the territory was not imported from outside it, whether it originates or not (Ex. 3).
            continue
        traced = automotive().is_traced(line.digits)
        if traced is None:
            why = "Schedule IV lists only some tariff items of this number"
            needs.append(Need(f"materials[{line.id}].tariff", why, citation))
        elif not traced:
            left_out.append(line.id)
        elif line.value_by_net_cost is None:
            needs.append(Need(f"materials[{line.id}].value", "its value is traced", citation))
        else:
            value += line.value_by_net_cost
    return TracedSum(value, tuple(needs), tuple(left_out))


def _leaves(lines: Sequence[Line]) -> list[Line]:
    found = []
    for line in lines:
        found += _leaves(line.inside) if line.made is not None and line.inside else [line]
    return found
