"""Automotive goods under NAFTA: traced materials, components that count though they originate, special value contents.

The non-originating value of a light-duty vehicle is that of its traced materials alone (s.9). In a heavy-duty vehicle
an engine or gear box that was acquired counts even where it originates, unless its producer states what of it does not
(s.10(1)(d)). The content of both, and of engines, gear boxes and listed parts, is set by s.13 in place of the rule's.
Whether a part is for a vehicle is what `principal_use` declares; an undeclared use is not claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from transire.origin.amounts import ZERO
from transire.origin.automotive import Vehicle, automotive
from transire.origin.case import Fact
from transire.origin.determination.bill import Bill
from transire.origin.determination.facts import described, stated, text_of
from transire.origin.determination.line import Line
from transire.origin.determination.verdict import Need
from transire.origin.ranges import Ranges, held
from transire.origin.rule.tree import ValueLimit
from transire.origin.terms import Terms

IsParty = Callable[[str], bool]
SPECIAL_CONTENT: Final = "NAFTA Rules of Origin Regulations s.13(1)"
_HEAVY: Final = "NAFTA Rules of Origin Regulations s.10(1)(d)"
_COMPONENTS: Final = ("automotive component assembly", "automotive component", "sub-component")
"""What only words name among the parts of heavy-duty vehicles: a declared description tells (s.2(1), Schedule V)."""


class TracedSum(NamedTuple):
    """What stands for the non-originating value of an automotive good, and what keeps it from being known."""

    value: Decimal
    needs: tuple[Need, ...]
    notices: tuple[str, ...]
    """How materials were taken, where a reader would ask."""


def vehicle_of(terms: Terms, digits: str, facts: Sequence[Fact]) -> Vehicle | None:
    """The vehicle that the good is, or is declared to be for; None for other goods and other agreements."""
    if terms.light_duty_tracing is None:
        return None
    kind = _vehicle_of_code(digits)
    if kind is not None or not facts:
        return kind
    use = _use_in_a_vehicle(digits, facts)
    if use is None:
        return None
    return "light" if "light" in use else "heavy" if "heavy" in use else None


def is_for_a_vehicle(terms: Terms, digits: str, facts: Sequence[Fact]) -> bool:
    """Whether the good is a part that is declared to be for a motor vehicle, of whatever kind (s.6(6)(d)(ii))."""
    return terms.parts_by_net_cost is not None and bool(facts) and _use_in_a_vehicle(digits, facts) is not None


def _use_in_a_vehicle(digits: str, facts: Sequence[Fact]) -> str | None:
    use, data = text_of(facts, "principal_use"), automotive()
    if use is None or "vehicle" not in use:
        return None
    return None if held(digits, (*data.traced, *data.engines_and_transmissions)) is False else use


@lru_cache(maxsize=16_384)
def _vehicle_of_code(digits: str) -> Vehicle | None:
    return automotive().vehicle(digits)


def is_after_market(facts: Sequence[Fact]) -> bool:
    """Whether the good is declared to be an after-market part: s.9 and s.10 are for original equipment alone.

    >>> is_after_market((Fact(fact="principal_use", value="after-market part for a light-duty vehicle"),))
    True
    """
    use = text_of(facts, "principal_use")
    return use is not None and re.search("after[- ]?market", use) is not None


def never_intermediate(vehicle: Vehicle | None, facts: Sequence[Fact]) -> Ranges:
    """Self-produced materials that cannot be designated: engines and gear boxes for heavy-duty vehicles (s.7(4))."""
    if vehicle != "heavy" or is_after_market(facts):
        return ()
    return automotive().engines_and_transmissions


def special_limits(digits: str, vehicle: Vehicle, on: date, facts: Sequence[Fact]) -> tuple[ValueLimit, ...] | None:
    """The content that s.13 sets in place of the rule's; None where it sets none."""
    data = automotive()
    is_vehicle = data.vehicle(digits) is not None
    if is_vehicle and stated(facts, data.new_plant.words) is True:
        return (ValueLimit(percent=data.new_plant.percent, method="net_cost"),)
    if is_vehicle or held(digits, data.engines_and_transmissions):
        percent = data.content_needed(vehicle, on)
    elif held(digits, data.bearings_and_shafts):
        return None
    else:
        percent = data.content_needed("heavy", on)
    return None if percent is None else (ValueLimit(percent=percent, method="net_cost"),)


def automotive_sum(vehicle: Vehicle, bill: Bill, terms: Terms, is_party: IsParty) -> TracedSum:
    """What stands for the non-originating value of an automotive good under net cost."""
    if vehicle == "light":
        return _traced(bill.lines, terms, is_party)
    return _with_components(bill)


def _traced(lines: Sequence[Line], terms: Terms, is_party: IsParty) -> TracedSum:
    """The sum of the traced materials at whatever level they went in; designations do not hide them (s.9(9)(a))."""
    value, needs, left_out, unstated = ZERO, [], [], []
    citation = terms.light_duty_tracing or ""
    for line in _leaves(lines):
        if line.use in ("indirect", "packing_shipping"):
            continue
        if line.stated_foreign is not None:
            value += line.stated_foreign
            continue
        country = line.material.country
        traced = automotive().is_traced(line.digits)
        if line.originating or (country is not None and is_party(country)):
            # A material made in the territory was not imported from outside it, whether it originates or not (Ex. 3).
            if traced is not False:
                unstated.append(line.id)
        elif traced is None:
            why = "Schedule IV lists only some tariff items of this number"
            needs.append(Need(f"materials[{line.id}].tariff", why, citation))
        elif not traced:
            left_out.append(line.id)
        elif line.value_by_net_cost is None:
            needs.append(Need(f"materials[{line.id}].value", "its value is traced", citation))
        else:
            value += line.value_by_net_cost
    notices = []
    if left_out:
        notices.append(f"Not listed in Schedule IV, so not traced: {', '.join(left_out)} ({citation}, s.9(9)(b)).")
    if unstated:
        notices.append(
            f"Made in the territory, and taken to hold nothing that was imported under a provision of Schedule IV: "
            f"{', '.join(unstated)}. What they hold of it counts by their producers' statements (s.9(2)(c) to (i))."
        )
    return TracedSum(value, tuple(needs), tuple(notices))


def _with_components(bill: Bill) -> TracedSum:
    """Non-originating materials, and of acquired components that originate what is stated, or all (s.10(1))."""
    value, needs, counted = bill.value_non_originating_by_net_cost, [], []
    for line in _leaves(bill.lines):
        if not line.originating or line.use in ("indirect", "packing_shipping") or not _is_component(line):
            continue
        if line.stated_foreign is not None:
            value += line.stated_foreign
        elif line.cost is None:
            needs.append(Need(f"materials[{line.id}].value", "an acquired component counts by its value", _HEAVY))
        else:
            value += line.cost
            counted.append(line.id)
    notices = []
    if counted:
        notices.append(
            f"Acquired components of heavy-duty vehicles count by their value although they originate, unless their "
            f"producers state what of them does not: {', '.join(counted)} ({_HEAVY})."
        )
    return TracedSum(value, tuple(needs), tuple(notices))


def _is_component(line: Line) -> bool:
    if held(line.digits, automotive().engines_and_transmissions) is True:
        return True
    return any(described(line.facts, words) is True for words in _COMPONENTS)


def _leaves(lines: Sequence[Line]) -> list[Line]:
    found = []
    for line in lines:
        found += _leaves(line.inside) if line.made is not None and line.inside else [line]
    return found
