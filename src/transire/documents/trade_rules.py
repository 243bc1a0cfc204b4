"""What a JSON Schema cannot say of the documents of the trade: check digits, sums, and what belongs together.

A sum that its lines do not give is no rule here where the whole is stated by weighing or counting: the procedures
compare it. A purchase order is different: its total is nothing but the sum of what stands above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from transire.documents.codes import parse_decimal
from transire.documents.errors import Problem

Subject = dict[str, Any]

_SHIPMENT = ("packingListNumber", "invoiceNumber", "orderNumber", "transportDocument")


def names_a_shipment(subject: Subject) -> Iterator[Problem]:
    """A packing list says of which shipment it is: by a number of its own, of an invoice, an order or a carriage."""
    if any(name in subject for name in _SHIPMENT) or any("invoiceNumber" in line for line in subject["lines"]):
        return
    yield Problem(
        where="/invoiceNumber",
        code="documents.packing-of-nothing",
        sentence="A packing list says of which shipment it is.",
        expected=f"one of {', '.join(_SHIPMENT)}",
    )


def air_waybill_digit(subject: Subject) -> Iterator[Problem]:
    """The serial number of an air waybill ends in the remainder of its first seven digits by seven.

    >>> list(air_waybill_digit({"masterAirWaybillNumber": "172-48835010"}))
    []
    """
    number = subject.get("masterAirWaybillNumber")
    if number is None:
        return
    serial, digit = number[4:11], number[11:]
    expected = str(int(serial) % 7)
    if digit != expected:
        yield Problem(
            where="/masterAirWaybillNumber",
            code="documents.air-waybill-digit",
            sentence="The check digit of this air waybill number is wrong, so that a digit of it is.",
            got=str(number),
            expected=f"{number[:4]}{serial}{expected}, if the other digits are right",
        )


def house_names_its_master(subject: Subject) -> Iterator[Problem]:
    """Only a house bill rides on another bill."""
    if "masterBillOfLadingNumber" in subject and subject["billType"] != "house":
        yield Problem(
            where="/masterBillOfLadingNumber",
            code="documents.not-a-house-bill",
            sentence="Only a house bill of lading rides on a master bill.",
            got=str(subject["billType"]),
            expected="house, or no master bill",
        )


def containers_are_listed(subject: Subject) -> Iterator[Problem]:
    """Where containers are listed, a line stands in one of them."""
    listed = {container["containerNumber"] for container in subject.get("containers", ())}
    for at, line in enumerate(subject["lines"]):
        number = line.get("containerNumber")
        if listed and number is not None and number not in listed:
            yield Problem(
                where=f"/lines/{at}/containerNumber",
                code="documents.container-unlisted",
                sentence="This container is not among those of the bill.",
                got=str(number),
                expected=", ".join(sorted(listed))[:120],
            )


def order_total(subject: Subject) -> Iterator[Problem]:
    """The total of an order is the amounts of its lines, with tax, freight and insurance where they are stated."""
    goods = sum((parse_decimal(line["amount"]) for line in subject["lines"]), Decimal(0))
    beside = sum((parse_decimal(subject[name]) for name in ("tax", "freight", "insurance") if name in subject), goods)
    for name, expected in (("goodsTotal", goods), ("total", beside)):
        if name in subject and parse_decimal(subject[name]) != expected:
            yield Problem(
                where=f"/{name}",
                code="documents.total-differs",
                sentence="The total is not the sum of what stands above it.",
                got=str(subject[name]),
                expected=str(expected),
            )


def tests_are_of_heats(subject: Subject) -> Iterator[Problem]:
    """What was measured was measured on a heat that the report lists, and no heat is more than a whole."""
    heats = {line["heatNumber"] for line in subject["lines"]}
    for name in ("composition", "mechanicalTests"):
        for at, found in enumerate(subject.get(name, ())):
            if found["heatNumber"] not in heats:
                yield Problem(
                    where=f"/{name}/{at}/heatNumber",
                    code="documents.heat-unlisted",
                    sentence="This heat is not among those of the report.",
                    got=str(found["heatNumber"]),
                    expected=", ".join(sorted(heats))[:120],
                )
    for heat in sorted(heats):
        shares = [
            parse_decimal(one["massPercent"]) for one in subject.get("composition", ()) if one["heatNumber"] == heat
        ]
        if sum(shares, Decimal(0)) > 100:
            yield Problem(
                where="/composition",
                code="documents.more-than-whole",
                sentence="The elements of a heat are more than the whole of it.",
                got=f"{sum(shares)} per cent of heat {heat}",
                expected="at most 100 per cent",
            )
