"""A commercial invoice out of a PDF: what can be read of its fields and lines, and where on its pages each stands.

A reading is a proposal. What stands there twice and differs, what may mean two things and what is not found is left
blank with the reason: a person types it beside the original's text, and confirms the rest once. Then it is the table of
an invoice like any other (`invoice.read_invoice_csv`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from transire.documents import pdf_parties
from transire.documents.csv_table import CellRefused, Column
from transire.documents.invoice import INVOICE_COLUMNS, LINE_COLUMNS
from transire.documents.pdf_labels import HEAD, column_of
from transire.documents.pdf_lines import Cells, read_lines
from transire.documents.pdf_places import Standing, all_lines
from transire.documents.pdf_words import (
    Cell,
    Point,
    Unclear,
    cells_of,
    decimal_sign,
    folded,
    read_country,
    read_currency,
    read_day,
    read_number,
)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of one field: `value` blank where nothing is, and then `why`.

    `text` is what stands in the file, on this line of this page, both counted from 1. Without a page it is worked out
    from other fields, and `why` says how.
    """

    value: str = ""
    text: str = ""
    page: int | None = None
    line: int | None = None
    why: str = ""


class PdfReading(msgspec.Struct, frozen=True, kw_only=True):
    """A reading: the text of each page line by line, the fields of the invoice, and those of its lines."""

    pages: tuple[tuple[str, ...], ...]
    head: dict[str, Said]
    lines: tuple[dict[str, Said], ...]


def read_invoice_text(pages: tuple[tuple[str, ...], ...]) -> PdfReading:
    """Read what stands on these pages.

    >>> heads, first = "Qty  Description  Unit price  Amount", "2    Pump         1.50        3.00"
    >>> reading = read_invoice_text((("Invoice No.: F-77    Currency: USD", heads, first),))
    >>> reading.head["invoice_number"], reading.lines[0]["quantity"].value
    (Said(value='F-77', text='F-77', page=1, line=1, why=''), '2')
    """
    standing = all_lines(pages)
    rows = read_lines(standing)
    sign = decimal_sign(
        word for one in standing for cell in cells_of(one.text) for word in (cell.text, cell.text.split()[-1])
    )
    head = {column.name: _head_field(column, standing, sign) for column in INVOICE_COLUMNS}
    head |= {name: _said(_COLUMNS[name], found, sign) for name, found in pdf_parties.read_parties(standing).items()}
    origin = _head_field(_COLUMNS["country_of_origin"], standing, sign)
    lines = tuple(_line(at, row, sign, origin) for at, row in enumerate(rows, start=1))
    return PdfReading(pages=pages, head={**head, **_worked_out(head, lines)}, lines=lines)


def reading_table(reading: PdfReading) -> bytes:
    """A reading as the table of an invoice, blank where nothing was read."""
    head = {name: one.value for name, one in reading.head.items()}
    return write_table(head, [{name: one.value for name, one in line.items()} for line in reading.lines])


def write_table(head: Mapping[str, str], lines: Iterable[Mapping[str, str]]) -> bytes:
    """The table of an invoice: the fields of the whole on each row."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(_COLUMNS), restval="")
    writer.writeheader()
    writer.writerows({**head, **line} for line in lines)
    return text.getvalue().encode()


_COLUMNS: Final = {column.name: column for column in (*INVOICE_COLUMNS, *LINE_COLUMNS)}
_NUMBERS: Final = (
    "freight",
    "insurance",
    "packing",
    "discount",
    "goods_total",
    "total",
    "quantity",
    "unit_price",
    "amount",
)
_WEIGHTS: Final = ("net_weight", "gross_weight")
_NOT_FOUND: Final = "This was not found on the pages."
_SEVERAL: Final = "Different things stand there in several places."
_SUM_BESIDE: Final = "This was not found on the pages; beside it stands the sum of the lines."
_COUNTED: Final = "Counted: the lines have no numbers."
_TOGETHER: Final = "The total is that of the goods and these charges together."
_UNSAID: Final = "It is not said whether the prices of the lines contain the charges."
REASONS: Final = (_NOT_FOUND, _SEVERAL, _SUM_BESIDE, _COUNTED, _TOGETHER, _UNSAID)
"""Why something was not read, or from what it was worked out."""


def _readers(sign: Point | None) -> Mapping[str, Callable[[str], str]]:
    """How the words of a column are turned into what the table takes."""
    numbers = {name: lambda text: read_number(text, sign) for name in (*_NUMBERS, *_WEIGHTS)}
    days = dict.fromkeys(("invoice_date", "export_date"), read_day)
    lands = dict.fromkeys(("seller_country", "buyer_country", "export_country", "country_of_origin"), read_country)
    return {**numbers, **days, **lands, "currency": read_currency}


def _said(column: Column, found: Sequence[Standing], sign: Point | None) -> Said:
    """What one field says: the text of the first place, if all places say the same and its column takes it."""
    if not found:
        return Said(why=_NOT_FOUND if column.required else "")
    first = found[0]
    texts = dict.fromkeys(one.text for one in found)
    if len(texts) > 1:
        return _refused(first.saying("; ".join(texts)[:200]), _SEVERAL)
    try:
        value = _readers(sign).get(column.name, str)(first.text)
        column.read(value)
    except (Unclear, CellRefused) as refusal:
        return _refused(first, str(refusal))  # its sentence alone
    return Said(value=value, text=first.text, page=first.page, line=first.line)


def _refused(place: Standing, why: str) -> Said:
    return Said(text=place.text, page=place.page, line=place.line, why=why)


# The fields of the invoice as a whole.


def _head_field(column: Column, standing: Sequence[Standing], sign: Point | None) -> Said:
    """A field by the best of its labels that stands on the pages with something beside or below it."""
    best: list[Standing] = []
    for label in HEAD.get(column.name, ()):
        best = [found for at in range(len(standing)) for found in _beside(standing, at, label, column, sign)]
        if best:
            break
    return _said(column, best, sign)


def _beside(
    standing: Sequence[Standing], at: int, label: str, column: Column, sign: Point | None
) -> Iterator[Standing]:
    """What stands with a label on one line: behind its colon, in the next cell, behind its words, or below it."""
    here = standing[at]
    cells = cells_of(here.text)
    for place, cell in enumerate(cells):
        name, colon, rest = cell.text.partition(":")
        if colon and rest.strip() and folded(name) == label:
            yield here.saying(rest.strip())
        elif folded(cell.text) == label:
            following = cells[place + 1] if place + 1 < len(cells) else None
            if following is not None and not _is_label(following.text):
                yield here.saying(following.text)
            else:
                yield from _below(standing, at, cell)
        elif folded(cell.text).startswith(f"{label} ") and column.name in _ONE_WORD:
            word = cell.text.split()[-1]
            if folded(" ".join(cell.text.split()[:-1])) == label and _reads(column, word, sign):
                yield here.saying(word)


_ONE_WORD: Final = (*_NUMBERS, "invoice_number", "currency", "port_of_entry", "invoice_date", "export_date")
"""Columns whose value may stand behind the label without a colon: it is one word, and can be told from a label."""


def _reads(column: Column, word: str, sign: Point | None) -> bool:
    if not any(letter.isdigit() for letter in word) and column.name != "currency":
        return False
    try:
        _readers(sign).get(column.name, str)(word)
    except Unclear:
        return column.name in _NUMBERS and word[0].isdigit()  # a number that is unclear is still what stands there
    return True


def _below(standing: Sequence[Standing], at: int, label: Cell) -> Iterator[Standing]:
    """The cell under a label, on the next line of the page that has one there."""
    for one in standing[at + 1 : at + 3]:
        under = [cell for cell in cells_of(one.text) if label.distance(cell) < 0]
        if one.page == standing[at].page and len(under) == 1 and not _is_label(under[0].text):
            yield one.saying(under[0].text)
            return


def _is_label(text: str) -> bool:
    name = folded(text.partition(":")[0])
    return column_of(name, HEAD) is not None or pdf_parties.role_of(name) is not None


# The lines.


def _line(at: int, cells: Cells, sign: Point | None, origin: Said) -> dict[str, Said]:
    said = {column.name: _said(column, cells.get(column.name, ()), sign) for column in LINE_COLUMNS}
    if not cells.get("line"):
        said["line"] = Said(value=str(at), why=_COUNTED)
    if not cells.get("country_of_origin") and origin.text:
        said["country_of_origin"] = origin
    if not cells.get("unit") and cells.get("quantity"):
        said |= _with_unit(cells["quantity"][0], sign)
    return said


def _with_unit(quantity: Standing, sign: Point | None) -> dict[str, Said]:
    """A quantity and its unit that stand in one cell: `40 pcs`."""
    number, _, unit = quantity.text.partition(" ")
    if not unit:
        return {}
    found = {"quantity": (quantity.saying(number),), "unit": (quantity.saying(unit),)}
    return {name: _said(_COLUMNS[name], places, sign) for name, places in found.items()}


# What other fields tell.


def _worked_out(head: Mapping[str, Said], lines: Iterable[Mapping[str, Said]]) -> dict[str, Said]:
    """What follows from other figures; what only might follow is told beside the blank field."""
    made: dict[str, Said] = {}
    amounts = [line["amount"].value for line in lines]
    if not head["goods_total"].text and amounts and all(amounts):
        made["goods_total"] = Said(text=str(sum(map(Decimal, amounts))), why=_SUM_BESIDE)
    charges = [head[name].value for name in ("freight", "insurance", "packing") if head[name].text]
    if charges:
        made["charges_included"] = _included(head, charges)
    return made


def _included(head: Mapping[str, Said], charges: Sequence[str]) -> Said:
    figures = [head["goods_total"].value, head["total"].value, *charges]
    if all(figures):
        goods, total, *beside = map(Decimal, figures)
        off = Decimal(head["discount"].value or 0)
        if goods + sum(beside) - off == total:
            return Said(value="no", why=_TOGETHER)
    return Said(why=_UNSAID)
