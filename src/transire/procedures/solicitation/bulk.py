"""Asking in bulk: a table of part numbers, suppliers and agreements becomes as few requests as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import msgspec

from transire.documents.csv_cells import day, line_of_text, one_of
from transire.documents.csv_table import CellRefused, Column, Problems, Row, find_duplicates, read_rows
from transire.origin.agreements import agreements

_AGREEMENTS: Final[Mapping[str, str]] = {name: law.id for law in agreements().values() for name in (law.id, law.short)}

COLUMNS: Final = (
    Column("part_number", line_of_text, "The supplier's number of the good, as its invoices name it."),
    Column("supplier", line_of_text, "The supplier: its DID, or its name as the network has it."),
    Column("agreement", one_of(_AGREEMENTS), "nafta, usmca or cafta_dr."),
    Column("description", line_of_text, "What the good is.", required=False),
    Column("valid_from", day, "First day of the blanket period; the form's where it is empty.", required=False),
    Column("valid_until", day, "Last day of the blanket period; the form's where it is empty.", required=False),
)

_UNKNOWN = CellRefused(
    "table-supplier-unknown",
    "No member of the network that can certify has this name.",
    "Write its DID or its name as the list of members has it, or ask suppliers without an account through links.",
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a good that a certification is wanted for."""

    part_number: str
    supplier: str
    agreement: str
    description: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class Supplier(msgspec.Struct, frozen=True):
    """Who is asked; without a DID it is no member, and answers through a link."""

    name: str
    did: str | None = None


Find = Callable[[str], Supplier | None]


def read_wanted(raw: bytes, find: Find) -> tuple[tuple[Wanted, Supplier], ...]:
    """Every row with its supplier; refused with all of its problems, or taken whole."""
    problems = Problems("requests")
    rows: tuple[Row[Wanted], ...] = read_rows(raw, COLUMNS, Wanted, problems)
    find_duplicates(rows, _key, "part_number", problems)
    found = []
    for row in rows:
        supplier = find(row.content.supplier)
        if supplier is None:
            problems.add(row.number, "supplier", _UNKNOWN, row.content.supplier)
        else:
            found.append((row.content, supplier))
    problems.refuse_if_any()
    return tuple(found)


def _key(row: Wanted) -> tuple[str, ...]:
    return (row.part_number, row.supplier, row.agreement, str(row.valid_from or ""))
