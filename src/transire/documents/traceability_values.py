"""How single values cross between our documents and those of the traceability vocabulary: numbers, measures, codes.

A conversion answers None where the value cannot be said on our side exactly as it is said there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from transire.documents.codes import countries, decimal_text
from transire.documents.traceability import Conversion, Taken
from transire.tariff.errors import TariffNumberMalformed
from transire.tariff.number import parse_tariff_number

_KILOGRAMS: Final[Mapping[str, Decimal]] = {
    "kg": Decimal(1),
    "kgm": Decimal(1),
    "lb": Decimal("0.45359237"),
    "lbs": Decimal("0.45359237"),
    "lbr": Decimal("0.45359237"),
}
"""Kilograms of a unit of mass, exact: the international pound is defined by them (1959)."""
_CUBIC_METRES: Final[Mapping[str, Decimal]] = {"cbm": Decimal(1), "m3": Decimal(1), "mtq": Decimal(1)}
_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST: Final = 250


def _decimal(value: Any) -> Decimal | None:
    """A number of theirs, written as a number or as text; None for what is not an exact one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = repr(value) if isinstance(value, float) else str(value)
    text = text.removesuffix(".0") if isinstance(value, float) else text
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def write_number(text: str) -> int | float:
    """A decimal of ours as JSON writes numbers there."""
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _read_text(value: Any, _: Mapping[str, Any]) -> Taken | None:
    if not isinstance(value, str) or not value.strip():
        return None
    line = " ".join(value.split())
    return Taken(line) if len(line) <= _LONGEST else None


def _read_matching(pattern: str) -> Any:
    wanted = re.compile(pattern)
    return lambda value, _: Taken(value) if isinstance(value, str) and wanted.fullmatch(value) else None


def _read_number(value: Any, _: Mapping[str, Any]) -> Taken | None:
    exact = _decimal(value)
    return None if exact is None else Taken(decimal_text(exact))


def _read_count(value: Any, _: Mapping[str, Any]) -> Taken | None:
    exact = _decimal(value)
    return Taken(int(exact)) if exact is not None and exact == exact.to_integral_value() and exact < 10**7 else None


def _read_day(value: Any, _: Mapping[str, Any]) -> Taken | None:
    """A day; of a moment its day, which is less than was said."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    return Taken(value[:10], whole=len(value) == 10)


def _read_price(value: Any, subject: Mapping[str, Any]) -> Taken | None:
    """An amount in the currency of the document; one in another currency has no place here."""
    if not isinstance(value, Mapping) or value.get("priceCurrency") != subject.get("currency"):
        return None
    return _read_number(value.get("price"), subject)


def _read_list(value: Any, subject: Mapping[str, Any]) -> Taken | None:
    found = [_read_text(each, subject) for each in value] if isinstance(value, list) else []
    return Taken([each.value for each in found if each]) if found and None not in found else None


def _read_instructions(value: Any, subject: Mapping[str, Any]) -> Taken | None:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    if any(set(each) - {"type", "description"} for each in value):
        return None
    return _read_list([each.get("description") for each in value], subject)


def _read_commodity(value: Any, _: Mapping[str, Any]) -> Taken | None:
    """A code of the Harmonized System, or of the HTSUS that begins with it."""
    if not isinstance(value, Mapping) or value.get("commodityCodeType") not in ("HS", "HTS"):
        return None
    try:
        number = parse_tariff_number(str(value.get("commodityCode")))
    except TariffNumberMalformed:
        return None
    return Taken(number.dotted, whole=not set(value) - {"type", "commodityCode", "commodityCodeType"})


def _write_commodity(value: str, _: Mapping[str, Any]) -> dict[str, Any]:
    kind = "HS" if len(value) == len("8413.70") else "HTS"
    return {"type": ["Commodity"], "commodityCode": value.replace(".", ""), "commodityCodeType": kind}


def _measure(units: Mapping[str, Decimal], unit: str) -> Conversion:
    def read(value: Any, _: Mapping[str, Any]) -> Taken | None:
        if not isinstance(value, Mapping) or set(value) - {"type", "value", "unitCode"}:
            return None
        exact, factor = _decimal(value.get("value")), units.get(str(value.get("unitCode")).lower())
        return None if exact is None or factor is None else Taken(decimal_text(exact * factor))

    def write(value: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": ["QuantitativeValue"], "unitCode": unit, "value": value}

    return Conversion(read, write)


def _same(value: Any, _: Mapping[str, Any]) -> Any:
    return value


TEXT = Conversion(_read_text, _same)
NUMBER = Conversion(_read_number, lambda value, _: write_number(value))
COUNT = Conversion(_read_count, _same)
DAY = Conversion(_read_day, _same)
PRICE = Conversion(
    _read_price,
    lambda value, subject: {
        "type": ["PriceSpecification"],
        "price": write_number(value),
        "priceCurrency": subject.get("currency"),
    },
)
CODED = Conversion(_read_text, lambda value, _: value if "—" in value else None)
"""A code that is written there with its words behind a dash; one that stands alone is none of theirs."""
TEXTS = Conversion(_read_list, _same)
INSTRUCTIONS = Conversion(
    _read_instructions, lambda value, _: [{"type": ["Instructions"], "description": each} for each in value]
)
KILOGRAMS = _measure(_KILOGRAMS, "kg")
CUBIC_METRES = _measure(_CUBIC_METRES, "cbm")
COMMODITY = Conversion(_read_commodity, _write_commodity)
COUNTRY = Conversion(lambda value, _: Taken(value) if isinstance(value, str) and value in countries() else None, _same)
CURRENCY = Conversion(_read_matching("[A-Z]{3}"), _same)
DID = Conversion(_read_matching(r"did:(key|web):[A-Za-z0-9.%:_-]{1,290}"), _same)
PHONE = Conversion(_read_matching(r"\+?[0-9][0-9 ()./-]{4,30}"), _same)
EMAIL = Conversion(_read_matching(r"[^@\s]{1,64}@[^@\s]{1,180}"), _same)
SCAC = Conversion(_read_matching("[A-Z]{2,4}"), _same)
UN_LOCODE = Conversion(_read_matching("[A-Z]{2}[A-Z2-9]{3}"), _same)
AIRPORT = Conversion(_read_matching("[A-Z]{3}"), _same)
PAID = Conversion(_read_matching("prepaid|collect"), _same)
PAID_CAPITAL = Conversion(
    lambda value, _: Taken(value.lower()) if value in ("Prepaid", "Collect") else None,
    lambda value, _: value.capitalize(),
)


def read_seals(found: Any) -> Taken | None:
    """The numbers of seals; seals of which more is said do not fit."""
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        return None
    if any(set(each) - {"type", "sealNumber"} for each in found):
        return None
    return _read_list([each.get("sealNumber") for each in found], {})


def read_air_number(found: Sequence[Any]) -> Taken | None:
    joined = "-".join(str(each) for each in found)
    return Taken(joined) if re.fullmatch("[0-9]{3}-[0-9]{8}", joined) else None


def read_air_weight(found: Sequence[Any]) -> Taken | None:
    exact, factor = _decimal(found[0]), _KILOGRAMS.get(str(found[1]).lower())
    return None if exact is None or factor is None else Taken(decimal_text(exact * factor))


def _read_measured(value: Any, _: Mapping[str, Any]) -> Taken | None:
    """A measure in whatever unit, as one text: the number, a blank, the unit."""
    if not isinstance(value, Mapping) or set(value) - {"type"} != {"value", "unitCode"}:
        return None
    said = (value["value"], value["unitCode"])
    fits = all(isinstance(each, str) and re.fullmatch(r"\S{1,60}", each) for each in said)
    return Taken(" ".join(said)) if fits else None


def _write_measured(value: str, _: Mapping[str, Any]) -> dict[str, Any]:
    amount, _blank, unit = value.partition(" ")
    return {"type": ["MeasuredValue"], "value": amount, "unitCode": unit}


MEASURED = Conversion(_read_measured, _write_measured)
