"""The tables of the customs documents of the traceability vocabulary: USMCA claims of origin, entry summaries.

They say less than the law asks of ours (who signs, the certification's own words, what a line rests on): what is read
from them is a beginning, and the catalogue says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from transire.documents.traceability import Conversion, Joined, Link, Links, Nested, Rows, Table, Taken
from transire.documents.traceability_types import PARTY
from transire.documents.traceability_values import (
    COMMODITY,
    COUNTRY,
    DAY,
    KILOGRAMS,
    TEXT,
    write_number,
)

_ENTRY_NUMBER: Final = re.compile(r"([A-Z0-9]{3})([0-9]{7})([0-9])")


def _read_tariff(found: Sequence[Any]) -> Taken | None:
    code, kind = found
    return COMMODITY.read({"commodityCode": code, "commodityCodeType": kind}, {})


def _write_tariff(number: str) -> tuple[str, str]:
    made = COMMODITY.write(number, {})
    return made["commodityCode"], made["commodityCodeType"]


def _read_entry_number(value: Any, _: Mapping[str, Any]) -> Taken | None:
    parts = _ENTRY_NUMBER.fullmatch(value) if isinstance(value, str) else None
    return None if parts is None else Taken("-".join(parts.groups()))


def _read_dollars(value: Any, _: Mapping[str, Any]) -> Taken | None:
    """Whole US dollars: an entry knows no others."""
    if not isinstance(value, Mapping) or value.get("priceCurrency") != "USD":
        return None
    price = value.get("price")
    if isinstance(price, bool) or not isinstance(price, int | float) or price != int(price) or not 0 <= price < 10**12:
        return None
    return Taken(str(int(price)))


ENTRY_NUMBER = Conversion(_read_entry_number, lambda value, _: value.replace("-", ""))
DOLLARS = Conversion(
    _read_dollars,
    lambda value, _: {"type": ["PriceSpecification"], "price": write_number(value), "priceCurrency": "USD"},
)
YES_OR_NO = Conversion(lambda value, _: Taken(value) if isinstance(value, bool) else None, lambda value, _: value)
PORT = Conversion(
    lambda value, _: Taken(value) if isinstance(value, str) and re.fullmatch("[0-9]{4}", value) else None,
    lambda value, _: value,
)
CRITERION = Conversion(
    lambda value, _: Taken(value) if isinstance(value, str) and value in ("A", "B", "C", "D") else None,
    lambda value, _: value if value in ("A", "B", "C", "D") else None,
)

_CLAIMS: Final[Links] = (
    Link("invoiceNumber", "invoiceNumber", TEXT),
    Nested("exporter", "exporterDetails:Organization", PARTY),
    Nested("producers/0", "producerDetails:Organization", PARTY),
    Rows("importers", "importerDetails", "Organization", PARTY),
    Rows(
        "goods",
        "goods",
        "USMCAProduct",
        (
            Link("description", "description", TEXT),
            Joined("tariffNumber", ("commodityCode", "commodityCodeType"), _read_tariff, _write_tariff),
            Link("originCriterion", "originCriterion", CRITERION),
            Link("countryOfOrigin", "countryOfOrigin", COUNTRY),
        ),
        counted="goodNumber",
    ),
)
_SUMMARY: Final[Links] = (
    Link("entryNumber", "entryNumber", ENTRY_NUMBER),
    Link("entryType", "entryType", TEXT),
    Link("summaryDate", "summaryDate", DAY),
    Link("suretyNumber", "suretyCode", TEXT),
    Link("portOfEntry", "portCode:Place/usPortCode", PORT),
    Link("entryDate", "entryDate", DAY),
    Link("carrier", "importingCarrier", TEXT),
    Link("importDate", "importDate", DAY),
    Link("transportDocument", "billOfLadingNumber", TEXT),
    Link("exportingCountry", "exportingCountry", COUNTRY),
    Link("exportDate", "exportDate", DAY),
    Link("unladingPort", "portOfUnlading:Place/usPortCode", PORT),
    Link("consigneeNumber", "consigneeNumber", TEXT),
    Link("importerNumber", "importerNumber:CBPImporterOfRecord/number", TEXT),
    Link("referenceNumber", "referenceNumber", TEXT),
    Nested("consignee", "ultimateConsignee:Organization", PARTY),
    Nested("importer", "importerOfRecord:Organization", PARTY),
    Rows(
        "lines",
        "descriptionOfMerchandise",
        "CBPEntrySummaryLineItem",
        (
            Joined(
                "tariffNumber",
                ("commodity:Commodity/commodityCode", "commodity:Commodity/commodityCodeType"),
                _read_tariff,
                _write_tariff,
            ),
            Link("description", "commodity:Commodity/description", TEXT),
            Link("grossWeight", "grossWeight", KILOGRAMS),
            Link("enteredValue", "enteredValue", DOLLARS),
            Link("importCharges", "charges", DOLLARS),
            Link("relatedParties", "relationship", YES_OR_NO),
        ),
        counted="lineNumber",
    ),
    Link("totalEnteredValue", "totalEnteredValue", DOLLARS),
)

CUSTOMS_TABLES: Final = (
    Table("USMCAClaims", "certification-of-origin/usmca/1", _CLAIMS, {"agreement": "usmca"}),
    Table("CBPEntrySummary", "entry-summary/1", _SUMMARY),
)
