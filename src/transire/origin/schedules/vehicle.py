"""What USMCA requires of a vehicle beside its rule, in figures: labour value, steel and aluminum, core parts.

The producer of the vehicle certifies each apart from the origin of the good (USMCA Rules of Origin Regulations ss. 14,
17, 18 and 19; 19 USC 4532(c)). What is found met is declared in an origin case in the words that `declare` gives. What
it is not: a list of the parts and metals concerned. Tables A.1 to E and S name them; the producer says which are his.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import Final, TypeVar

import msgspec

from transire.origin.amounts import shown
from transire.origin.automotive import CoveredVehicle, LabourStep, PartsMethod, PartsTable, Step, automotive
from transire.origin.case import Amount, Asked, Name
from transire.origin.errors import BaseIsZero, FigureMissing, PartExceedsWhole, ScheduleInvalid
from transire.origin.reading import amount_at

HUNDRED: Final = 100
_FROM: Final = Date(2020, 7, 1)
_LABOUR, _STEEL, _ALUMINUM, _CORE = (
    "the labor value content requirement is met",
    "the steel purchase requirement is met",
    "the aluminum purchase requirement is met",
    "the core parts originate",
)
_AnyStep = TypeVar("_AnyStep", Step, LabourStep)


class LabourValue(Asked, frozen=True, kw_only=True):
    """The figures of section 18: on the net cost of the vehicle, or on the annual purchases of the assembly plant.

    `labour_in_purchases`: whether high-wage labour is counted with purchases, above and below the line. Wages for
    research, development and information technology are compared with those for production.
    """

    high_wage_materials: Amount
    high_wage_labour: Amount = "0"
    high_wage_transport: Amount = "0"
    net_cost: Amount | None = None
    annual_purchases: Amount | None = None
    labour_in_purchases: bool = False
    technology_wages: Amount | None = None
    production_wages: Amount | None = None
    assembly_plant: bool = False


class Metal(Asked, frozen=True, kw_only=True):
    """Purchases of steel, or of aluminum, that Table S lists, and the originating part of them, by value (s.17)."""

    purchases: Amount
    originating: Amount


class VehiclePart(Asked, frozen=True, kw_only=True):
    """A part of one of the tables: its net cost or transaction value, and the non-originating value in it.

    `originates` where that was determined by a change in tariff classification, as for advanced batteries (s.14(6)).
    """

    part: Name
    table: PartsTable
    method: PartsMethod = "net_cost"
    value: Amount | None = None
    value_non_originating: Amount | None = None
    originates: bool | None = None


class VehicleFigures(Asked, frozen=True, kw_only=True):
    """A vehicle on a day. `super_core`: the parts of Table A.2 are taken as one part (s.14(10))."""

    vehicle: CoveredVehicle
    date: Date
    alternative_staging: bool = False
    labour: LabourValue | None = None
    steel: Metal | None = None
    aluminum: Metal | None = None
    parts: tuple[VehiclePart, ...] = ()
    super_core: bool = False


class Requirement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One requirement: what is needed and was found, per cent; null where figures are missing."""

    requirement: str
    citation: str
    needed: str
    found: str | None
    met: bool | None
    reasons: tuple[str, ...] = ()
    declare: str | None = None
    """The words of the fact `as_stated` by which an origin case says that it is met."""


class VehicleRequirements(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every requirement, and whether all are met. `content_credit`: points of labour value above what is needed that a
    heavy truck may add to its regional value content (s.18(22))."""

    requirements: tuple[Requirement, ...]
    met: bool | None
    content_credit: str | None = None


def vehicle_requirements(asked: VehicleFigures) -> VehicleRequirements:
    """Test the figures of a vehicle.

    >>> labour = LabourValue(high_wage_materials="5000", high_wage_labour="1500", net_cost="20000", assembly_plant=True)
    >>> found = vehicle_requirements(VehicleFigures(vehicle="passenger_vehicle", date=Date(2024, 5, 2), labour=labour))
    >>> [(one.needed, one.found, one.met) for one in found.requirements][0]
    ('40', '37.5', False)
    """
    if asked.date < _FROM:
        raise ScheduleInvalid(got=asked.date, expected=f"a day from {_FROM} on", where="/date")
    found = [_labour(asked), _metal(asked.steel, "steel", _STEEL), _metal(asked.aluminum, "aluminum", _ALUMINUM)]
    if asked.vehicle != "heavy_truck" and not asked.alternative_staging:
        found.append(_core(asked))
    found += _parts(asked)
    verdicts = [one.met for one in found]
    met = False if False in verdicts else None if None in verdicts else True
    return VehicleRequirements(requirements=tuple(found), met=met, content_credit=_credit(asked))


def _labour(asked: VehicleFigures) -> Requirement:
    required = automotive().required
    step = _reached(required.labour[asked.vehicle], asked.date)
    section = "s.18(2)" if asked.vehicle != "passenger_vehicle" else "s.18(1)"
    if asked.alternative_staging:
        step, section = required.labour_by_alternative_staging, "s.19(4)(d)"
    citation = f"{required.citation} {section}, (6)"
    if asked.labour is None:
        return _untold("labour value content", citation, f"{step.percent:f}", "labour", _LABOUR)
    high_wage, credits, reasons = _points(asked.labour)
    total = high_wage + credits
    met = total >= Fraction(step.percent) and high_wage >= Fraction(step.high_wage)
    reasons.append(f"At least {step.high_wage:f} points must be of high-wage materials and labour.")
    return Requirement(
        requirement="labour value content", citation=citation, needed=f"{step.percent:f}", found=shown(total), met=met,
        reasons=tuple(reasons), declare=_LABOUR if met else None,
    )  # fmt: skip


def _points(labour: LabourValue) -> tuple[Fraction, Fraction, list[str]]:
    """Points of high-wage materials and labour, points of credits, and how both came about."""
    required, where = automotive().required, "/labour"
    wages = _amount(labour.high_wage_labour, f"{where}/high_wage_labour")
    above = _amount(labour.high_wage_materials, f"{where}/high_wage_materials")
    above += _amount(labour.high_wage_transport, f"{where}/high_wage_transport")
    if (labour.net_cost is None) == (labour.annual_purchases is None):
        raise ScheduleInvalid(got="neither or both", expected="net_cost or annual_purchases", where=where)
    if labour.net_cost is not None:
        above, below, place = above + wages, _amount(labour.net_cost, f"{where}/net_cost"), f"{where}/net_cost"
    else:
        counted = wages if labour.labour_in_purchases else Fraction(0)
        place = f"{where}/annual_purchases"
        above, below = above + counted, _amount(labour.annual_purchases or "0", place) + counted
    high_wage = _percent(above, below, place)
    reasons = [f"High-wage materials and labour: {shown(high_wage)} points."]
    credits = Fraction(0)
    if labour.technology_wages is not None:
        if labour.production_wages is None:
            raise FigureMissing(expected="production_wages, to compare with", where=f"{where}/production_wages")
        spent = _amount(labour.technology_wages, f"{where}/technology_wages")
        share = Fraction(HUNDRED) * spent / _above_zero(labour.production_wages, f"{where}/production_wages")
        credits += min(share, Fraction(required.technology_at_most))
        reasons.append(f"Technology: {shown(share)}, counted up to {required.technology_at_most:f} points (s.18(10)).")
    if labour.assembly_plant:
        credits += Fraction(required.assembly_credit)
        reasons.append(f"High-wage assembly plant: {required.assembly_credit:f} points (s.18(12), (13)).")
    return high_wage, credits, reasons


def _metal(metal: Metal | None, name: str, words: str) -> Requirement:
    required = automotive().required
    needed, citation = f"{required.metal:f}", f"{required.citation} s.17(1); s.19(4)(c)"
    if metal is None:
        return _untold(f"purchases of {name}", citation, needed, name, words)
    bought, own = (_amount(getattr(metal, part), f"/{name}/{part}") for part in ("purchases", "originating"))
    found = _percent(own, bought, f"/{name}/purchases")
    met = found >= Fraction(required.metal)
    return Requirement(
        requirement=f"purchases of {name}", citation=citation, needed=needed, found=shown(found), met=met,
        declare=words if met else None,
    )  # fmt: skip


def _core(asked: VehicleFigures) -> Requirement:
    """The parts of Table A.2, each or as one (s.14(4), (10))."""
    required = automotive().required
    citation = f"{required.citation} s.14(4) to (13)"
    needed = f"{_reached(required.parts['A.2']['net_cost'], asked.date).percent:f}"
    listed = [(at, part) for at, part in enumerate(asked.parts) if part.table == "A.2"]
    if not listed:
        return _untold("core parts", citation, needed, "parts of Table A.2", _CORE)
    that_is_all = "That every part of Table A.2 is listed is for the producer to say."
    if asked.super_core:
        found = _super_core(listed)
        met: bool | None = None if found is None else found >= Fraction(needed)
        reasons = ("Taken as one part (s.14(10)), by net cost.", that_is_all)
        content = None if found is None else shown(found)
    else:
        verdicts = [_part(part, at, asked.date).met for at, part in listed]
        met = False if False in verdicts else None if None in verdicts else True
        content, reasons = None, ("Each part must reach its own content, or originate as declared.", that_is_all)
    return Requirement(
        requirement="core parts", citation=citation, needed=needed, found=content, met=met, reasons=reasons,
        declare=_CORE if met else None,
    )  # fmt: skip


def _super_core(listed: Sequence[tuple[int, VehiclePart]]) -> Fraction | None:
    costs = foreign = Fraction(0)
    for at, part in listed:
        if part.method != "net_cost":
            raise ScheduleInvalid(
                got=part.method, expected="net_cost, for parts taken as one", where=f"/parts/{at}/method"
            )
        if part.value is None or part.value_non_originating is None:
            return None
        costs += _amount(part.value, f"/parts/{at}/value")
        foreign += _amount(part.value_non_originating, f"/parts/{at}/value_non_originating")
    return _percent(costs - foreign, costs, "/parts")


def _parts(asked: VehicleFigures) -> Iterator[Requirement]:
    for at, part in enumerate(asked.parts):
        if not (asked.super_core and part.table == "A.2"):
            yield _part(part, at, asked.date)


def _part(part: VehiclePart, at: int, on: Date) -> Requirement:
    required, where = automotive().required, f"/parts/{at}"
    step = _reached(required.parts[part.table][part.method], on)
    section = "s.15(2), (3)" if part.table in ("D", "E") else "s.14(13), (15), (17)"
    name, citation = f"{part.part} (Table {part.table})", f"{required.citation} {section}"
    needed = f"{step.percent:f}"
    if part.originates is not None:
        declared = ("Declared.",)
        return Requirement(
            requirement=name, citation=citation, needed=needed, found=None, met=part.originates, reasons=declared
        )
    if part.value is None or part.value_non_originating is None:
        return _untold(name, citation, needed, "value and value_non_originating, or originates", None)
    value = _amount(part.value, f"{where}/value")
    foreign = _amount(part.value_non_originating, f"{where}/value_non_originating")
    found = _percent(value - foreign, value, f"{where}/value")
    met = found >= Fraction(step.percent)
    return Requirement(requirement=name, citation=citation, needed=needed, found=shown(found), met=met)


def _credit(asked: VehicleFigures) -> str | None:
    """Labour value of a heavy truck above what is needed, in points of high-wage materials and labour (s.18(22))."""
    required = automotive().required
    if asked.vehicle != "heavy_truck" or asked.labour is None or asked.date > required.excess_credit_until:
        return None
    step = _reached(required.labour["heavy_truck"], asked.date)
    high_wage, credits, _ = _points(asked.labour)
    excess = high_wage - Fraction(step.high_wage)
    return shown(excess) if excess > 0 and high_wage + credits > Fraction(step.percent) else None


def _untold(name: str, citation: str, needed: str, member: str, words: str | None) -> Requirement:
    reasons = (f"Not stated: {member}.", *((f"It is met where the producer certifies: {words}.",) if words else ()))
    return Requirement(requirement=name, citation=citation, needed=needed, found=None, met=None, reasons=reasons)


def _reached(steps: Sequence[_AnyStep], on: Date) -> _AnyStep:
    return [step for step in steps if step.start <= on][-1]


def _percent(part: Fraction, whole: Fraction, where: str) -> Fraction:
    if whole == 0:
        raise BaseIsZero(got="0", where=where)
    if part > whole or part < 0:
        raise PartExceedsWhole(got=shown(part), expected=f"from 0 to {shown(whole)}", where=where)
    return Fraction(HUNDRED) * part / whole


def _above_zero(text: str, where: str) -> Fraction:
    value = _amount(text, where)
    if value == 0:
        raise BaseIsZero(got="0", where=where)
    return value


def _amount(text: str, where: str) -> Fraction:
    return Fraction(amount_at(text, where))
