"""Automotive goods: under NAFTA which materials are traced, which vehicles are light or heavy, what content they need;
under USMCA which vehicles must meet requirements beside their rule.

Data with citation; what is not in it (automotive components and listed materials of Schedule V, which are named by
words, and who uses a part in which vehicle) is a declared fact.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from transire.origin.case import AgreementId
from transire.origin.ranges import Ranges, held

Vehicle = Literal["light", "heavy"]
CoveredVehicle = Literal["passenger_vehicle", "light_truck", "heavy_truck"]
PartsTable = Literal["A.1", "A.2", "B", "C", "D", "E"]
PartsMethod = Literal["net_cost", "transaction_value"]


class Step(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """A regional value content that is needed from a day on (the fiscal year that begins closest to it)."""

    percent: Decimal
    start: date


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """The vehicles that originate only if requirements beside the rule are met, each a declared fact in these words."""

    agreement: AgreementId
    citation: str
    called: str
    light: Ranges
    heavy: Ranges
    asked: tuple[str, ...]
    asked_of_light: tuple[str, ...]

    def requirements(self, digits: str) -> tuple[str, ...]:
        """What is asked of a good of this number; nothing of goods that are no such vehicle.

        >>> covered = automotive().covered
        >>> len(covered.requirements("870323")), len(covered.requirements("870120")), covered.requirements("870310")
        (4, 3, ())
        """
        if held(digits, self.light) is not False:
            return self.asked + self.asked_of_light
        return self.asked if held(digits, self.heavy) is not False else ()


class NewPlant(msgspec.Struct, frozen=True):
    """The content of vehicles of a new plant or after a refit (NAFTA s.13(2)), and the words that declare one."""

    percent: Decimal
    words: str


class LabourStep(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """A labour value content needed from a day on, and how much of it in points of high-wage materials and labour."""

    percent: Decimal
    high_wage: Decimal
    start: date


class Required(msgspec.Struct, frozen=True, kw_only=True):
    """What USMCA requires of vehicles and of listed parts, in figures (USMCA Regulations ss. 14, 15, 17, 18 and 19)."""

    citation: str
    labour: dict[CoveredVehicle, tuple[LabourStep, ...]]
    labour_by_alternative_staging: LabourStep
    technology_at_most: Decimal
    assembly_credit: Decimal
    metal: Decimal
    parts: dict[PartsTable, dict[PartsMethod, tuple[Step, ...]]]
    excess_credit_until: date


class Automotive(msgspec.Struct, frozen=True, kw_only=True):
    """What the NAFTA Regulations list for automotive goods, and the vehicles that USMCA covers."""

    citation: str
    light_duty_vehicles: Ranges
    heavy_duty_vehicles: Ranges
    engines_and_transmissions: Ranges
    bearings_and_shafts: Ranges
    traced: Ranges
    content: dict[Vehicle, tuple[Step, ...]]
    new_plant: NewPlant
    covered: Covered
    required: Required

    def vehicle(self, digits: str) -> Vehicle | None:
        """Light-duty or heavy-duty vehicle (s.2(1)); None for anything else, and for a code too short to tell.

        >>> automotive().vehicle("870323"), automotive().vehicle("870510"), automotive().vehicle("871200")
        ('light', 'heavy', None)
        """
        if held(digits, self.light_duty_vehicles):
            return "light"
        return "heavy" if held(digits, self.heavy_duty_vehicles) else None

    def is_traced(self, digits: str) -> bool | None:
        """Whether Schedule IV lists the tariff provision, so that its value is traced through the materials (s.9).

        None where it lists some of the items below the code and not others.

        >>> automotive().is_traced("870891"), automotive().is_traced("7318"), automotive().is_traced("870899")
        (True, False, None)
        """
        return held(digits, self.traced)

    def content_needed(self, vehicle: Vehicle, on: date) -> Decimal | None:
        """The percentage of s.13(1) on a day; None before the first step."""
        reached = [step.percent for step in self.content[vehicle] if step.start <= on]
        return reached[-1] if reached else None


@cache
def automotive() -> Automotive:
    """The data."""
    raw = (files("transire.origin") / "data" / "automotive.json").read_bytes()
    return msgspec.json.decode(raw, type=Automotive)
