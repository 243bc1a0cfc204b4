"""The facts of a bill of lading or an air waybill, and of the packing list, as a table that nobody signed.

They are what whoever hands the table over states. One table is one shipment; the columns of its packing list may be
left out, or name the lines of its invoices with their weights.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from transire.documents.csv_cells import (
    amount,
    day,
    foreign_port,
    in_bond_number,
    line_of_text,
    one_of,
    package,
    port,
    whole_number,
)
from transire.documents.csv_table import CellRefused, Column, Problems, Row, find_duplicates, read_rows

MODES: Final = ("10", "11", "12", "20", "21", "30", "31", "32", "33", "40", "41", "50", "60", "70")
"""Modes of transport (CBP Form 7501 instructions, block 9)."""

TRANSPORT_COLUMNS: Final = (
    Column("transport_document", line_of_text, "number of the bill of lading or air waybill, the same on each row"),
    Column("carrier", line_of_text, "importing carrier: vessel, or code of the carrier", required=False),
    Column("mode_of_transport", one_of({mode: mode for mode in MODES}), "mode, block 9 of the form", required=False),
    Column("import_date", day, "date of arrival in the limits of the port", required=False),
    Column("unlading_port", port, "Schedule D code of the US port of unlading, four digits", required=False),
    Column("location_of_goods", line_of_text, "where the goods are: pier or FIRMS code", required=False),
    Column("lading_port", foreign_port, "Schedule K code of the foreign port of lading, five digits", required=False),
    Column("in_transit_number", in_bond_number, "I.T. number, nine digits", required=False),
    Column("in_transit_date", day, "date of the I.T. entry", required=False),
    Column("packages", whole_number, "packages of the bill of lading or air waybill", required=False),
    Column("package_unit", package, "kind of package in capitals, as CTNS", required=False),
)
PACKING_COLUMNS: Final = (
    Column("invoice_number", line_of_text, "number of the invoice that this row packs", required=False),
    Column("invoice_line", whole_number, "line of that invoice", required=False),
    Column("gross_weight", amount, "gross weight of that line in kilograms", required=False),
)


class PackedLine(msgspec.Struct, frozen=True):
    """The gross weight in kilograms of one line of an invoice; `row` is its row in the table."""

    invoice_number: str
    line_number: int
    gross_weight: Decimal
    row: int


class Transport(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment as its table states it."""

    transport_document: str
    carrier: str | None = None
    mode_of_transport: str | None = None
    import_date: date | None = None
    unlading_port: str | None = None
    location_of_goods: str | None = None
    lading_port: str | None = None
    in_transit_number: str | None = None
    in_transit_date: date | None = None
    packages: int | None = None
    package_unit: str | None = None
    packed: tuple[PackedLine, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """What the table states of the shipment, by the names of the fields of an entry summary."""
        packed = {"quantity": str(self.packages), "unit": self.package_unit} if self.packages else None
        stated = {
            "transportDocument": self.transport_document,
            "carrier": self.carrier,
            "modeOfTransport": self.mode_of_transport,
            "importDate": self.import_date.isoformat() if self.import_date else None,
            "unladingPort": self.unlading_port,
            "locationOfGoods": self.location_of_goods,
            "ladingPort": self.lading_port,
            "inTransitNumber": self.in_transit_number,
            "inTransitDate": self.in_transit_date.isoformat() if self.in_transit_date else None,
            "manifestQuantity": packed,
        }
        return {name: value for name, value in stated.items() if value is not None}


class _TransportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was read; the names are those of the columns."""

    transport_document: str
    carrier: str | None = None
    mode_of_transport: str | None = None
    import_date: date | None = None
    unlading_port: str | None = None
    location_of_goods: str | None = None
    lading_port: str | None = None
    in_transit_number: str | None = None
    in_transit_date: date | None = None
    packages: int | None = None
    package_unit: str | None = None
    invoice_number: str | None = None
    invoice_line: int | None = None
    gross_weight: Decimal | None = None


_DIFFERS: Final = CellRefused(
    "table-differs",
    "This differs from the first row, and one table holds one shipment.",
    "Write each shipment into a file of its own, with the same values on each row.",
)
_HALF_PACKAGES: Final = CellRefused(
    "table-packages",
    "Packages need their number and their kind, and this table gives only one of them.",
    "Fill in packages and package_unit, or leave both blank.",
)
_HALF: Final = CellRefused(
    "table-packed-line",
    "A packed line needs invoice number, line and gross weight, and this row gives only some of them.",
    "Fill in all three, or leave all three blank.",
)


def read_transport_csv(raw: bytes) -> Transport:
    """Read the table of one shipment; refuse all of it where one row is wrong."""
    problems = Problems("transport")
    rows = read_rows(raw, (*TRANSPORT_COLUMNS, *PACKING_COLUMNS), _TransportRow, problems)
    for row in rows[1:]:
        for column in TRANSPORT_COLUMNS:
            here = getattr(row.content, column.name)
            if here != getattr(rows[0].content, column.name):
                problems.add(row.number, column.name, _DIFFERS, "" if here is None else str(here))
    if rows and (rows[0].content.packages is None) != (rows[0].content.package_unit is None):
        problems.add(rows[0].number, "package_unit", _HALF_PACKAGES, "")
    for row in rows:
        if 0 < sum(value is not None for value in _packing(row)) < len(PACKING_COLUMNS):
            problems.add(row.number, "gross_weight", _HALF, "")
    packed = [row for row in rows if None not in _packing(row)]
    find_duplicates(packed, lambda row: f"{row.invoice_number} / {row.invoice_line}", "invoice_line", problems)
    problems.refuse_if_any()
    head: dict[str, Any] = {column.name: getattr(rows[0].content, column.name) for column in TRANSPORT_COLUMNS}
    return Transport(**head, packed=tuple(PackedLine(*_packing(row), row.number) for row in packed))


def _packing(row: Row[_TransportRow]) -> tuple[Any, Any, Any]:
    said = row.content
    return said.invoice_number, said.invoice_line, said.gross_weight
