"""What signed documents of carriage and packing say of an entry summary: which member of theirs fills which field.

The same facts as of the table that nobody signed (`transport`), each with the place where the document says it. What a
document does not say of itself is not concluded: an air waybill does not tell whether its goods flew in containers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from transire.documents.codes import decimal_text, parse_decimal

BILL: Final = "bill-of-lading/1"
WAYBILL: Final = "air-waybill/1"
PACKING: Final = "packing-list/1"
VESSEL: Final = ("10", "11", "12")
"""Modes of transport on which the importing carrier is named by its vessel (CBP Form 7501 instructions, block 8)."""

_FACTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    BILL: {
        "transportDocument": ("/masterBillOfLadingNumber", "/billOfLadingNumber"),
        "carrier": ("/carrier/name",),
        "modeOfTransport": ("/modeOfTransport",),
        "importDate": ("/importDate",),
        "unladingPort": ("/portOfDischarge/portCode",),
    },
    WAYBILL: {
        "transportDocument": ("/masterAirWaybillNumber", "/airWaybillNumber"),
        "carrier": ("/carrier/name",),
        "importDate": ("/importDate",),
        "unladingPort": ("/destinationAirport/portCode",),
    },
}


class SaidThere(NamedTuple):
    """A value, and the place of the subject that says it."""

    value: str
    pointer: str


class Packed(NamedTuple):
    """The gross weight of one line of an invoice, in kilograms, and the first place of the list that says it."""

    invoice_number: str
    invoice_line: int
    gross_weight: str
    pointer: str


def carriage_facts(schema_id: str, subject: Mapping[str, Any]) -> dict[str, SaidThere]:
    """The fields of an entry summary that a bill of lading or air waybill says, by their names there.

    >>> carriage_facts("air-waybill/1", {"airWaybillNumber": "T-1", "destinationAirport": {"iataCode": "LRD"}})
    {'transportDocument': SaidThere(value='T-1', pointer='/airWaybillNumber')}
    """
    found = {}
    for field, pointers in _FACTS[schema_id].items():
        if field == "carrier" and subject.get("modeOfTransport") in VESSEL and "vesselName" in subject:
            pointers = ("/vesselName",)
        said = next(((pointer, value) for pointer in pointers if (value := _at(subject, pointer)) is not None), None)
        if said is not None:
            found[field] = SaidThere(str(said[1]), said[0])
    return found


def packed_weights(subject: Mapping[str, Any]) -> Iterator[Packed]:
    """The gross weight of each line of an invoice that a packing list names, added up over its packages.

    A line of which one package has no weight is left out: part of a weight is none.
    """
    rows: dict[tuple[str, int], list[tuple[int, str | None]]] = {}
    for at, line in enumerate(subject["lines"]):
        number = line.get("invoiceNumber", subject.get("invoiceNumber"))
        if number is not None and "invoiceLine" in line:
            rows.setdefault((number, line["invoiceLine"]), []).append((at, line.get("grossWeight")))
    for (number, place), packages in rows.items():
        weights = [weight for _, weight in packages]
        if None not in weights:
            total = sum((parse_decimal(weight) for weight in weights if weight is not None), Decimal(0))
            yield Packed(number, place, decimal_text(total), f"/lines/{packages[0][0]}/grossWeight")


def _at(value: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
