"""A commercial invoice as ASC X12 810 (version 004010 and later), read into the columns of the invoice table.

What the 810 has no place for, or leaves out (the port of entry, where goods were produced), whoever hands it in states
once. Then the table's own reader takes it: what is wrong is told with row and column; row 2 is the first IT1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from transire.documents.errors import InterchangeUnreadable, PdfUnconfirmed
from transire.documents.invoice import INVOICE_COLUMNS, LINE_COLUMNS, Invoice, read_invoice_csv
from transire.documents.pdf_places import looks_like_pdf
from transire.documents.x12 import Segment, looks_like_x12, read_transaction
from transire.tariff.currencies import is_currency, minor_units

GROUP: Final = "IN"
KIND: Final = "810"
STATED: Final = ("port_of_entry", "currency", "export_country", "export_date", "country_of_origin")
"""Columns that may be stated beside an 810, for where it says nothing."""

_SELLERS: Final = ("SE", "SU", "VN")
"""Selling party, supplier, vendor (element 98): the first that is named counts."""
_BUYERS: Final = ("BY", "BT")
"""Buying party, bill-to party."""
_CHARGES: Final = {"D240": "freight", "D980": "insurance"}
"""Codes of services and charges (element 1300) that the table has a column for."""
_CREDITS: Final = ("CN", "CR")
"""Types (element 640) that give money back: no invoice of goods that come in."""
_GOODS: Final = {"VP": "product_number", "HD": "tariff_number", "CH": "country_of_origin"}
"""Qualifiers of a line's identifiers (element 235): vendor's part, harmonized commodity code, country of origin."""
_PER_ONE: Final = ("", "PE")
"""Bases of a unit price (element 639): for one unit. Others are for a hundred, a thousand and so on."""
_UNITS: Final = {"EA": "each", "PC": "pcs", "KG": "kg", "LB": "lb", "DZ": "doz.", "PR": "prs."}
_CONTACTS: Final = {"TE": "phone", "EM": "email"}


def read_invoice_file(raw: bytes, stated: Mapping[str, str | None]) -> Invoice:
    """An invoice, as CSV or as X12 810 by how the file begins; `stated` is for the latter.

    A PDF is refused: what is read from one is confirmed first.
    """
    if looks_like_pdf(raw):
        raise PdfUnconfirmed(got="a PDF", expected="a table (CSV) or an X12 810")
    return read_invoice_x12(raw, stated) if looks_like_x12(raw) else read_invoice_csv(raw)


def read_invoice_x12(raw: bytes, stated: Mapping[str, str | None]) -> Invoice:
    """Read one 810 with what is stated beside it; refuse all of it where one part is wrong.

    What the 810 says counts for more than what is stated.
    """
    reading = _Reading()
    for segment in read_transaction(raw, GROUP, KIND):
        reading.take(segment)
    return read_invoice_csv(_table(reading, {name: value for name in STATED if (value := stated.get(name))}))


class _Reading:
    """The columns of the table as they are read, segment by segment."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.parties: dict[str, dict[str, str]] = {}
        self.lines: list[dict[str, str]] = []
        self.party: dict[str, str] = {}
        self.in_lines = False

    def take(self, segment: Segment) -> None:
        """Read one segment. Those that say nothing which an invoice here holds are passed over."""
        reader = _READERS.get(segment.name)
        if reader is not None:
            reader(self, segment)

    def begin(self, segment: Segment) -> None:
        """BIG: date, number, type."""
        if segment.at(7) in _CREDITS:
            raise InterchangeUnreadable(got=f"a credit ({segment.at(7)})", expected="an invoice", where=segment.where)
        self.head |= {"invoice_date": _day(segment.at(1)), "invoice_number": segment.at(2)}

    def money(self, segment: Segment) -> None:
        """CUR: the currency."""
        self.head["currency"] = segment.at(2)

    def name(self, segment: Segment) -> None:
        """N1 opens a party."""
        self.party = {} if self.in_lines else self.parties.setdefault(segment.at(1), {})
        self.party["name"] = segment.at(2)

    def street(self, segment: Segment) -> None:
        """N3: one or two lines of an address."""
        self.party["street"] = ", ".join(filter(None, (self.party.get("street"), segment.at(1), segment.at(2))))

    def city(self, segment: Segment) -> None:
        """N4: city, state or province, postal code, country."""
        names = ("city", "region", "postal_code", "country")
        self.party |= {name: segment.at(place) for place, name in enumerate(names, start=1)}

    def contact(self, segment: Segment) -> None:
        """PER: pairs of a qualifier and a number or address."""
        for place in (3, 5, 7):
            if segment.at(place) in _CONTACTS:
                self.party[_CONTACTS[segment.at(place)]] = segment.at(place + 1)

    def terms(self, segment: Segment) -> None:
        """ITD: terms of payment in words."""
        self.head["payment_terms"] = segment.at(12)

    def delivery(self, segment: Segment) -> None:
        """FOB: an Incoterms rule (04 = 01) and its place."""
        if segment.at(4) == "01":
            self.head["delivery_terms"] = f"{segment.at(5)} {segment.at(7) or segment.at(3)}".strip()

    def charge(self, segment: Segment) -> None:
        """SAC: an allowance or charge on the invoice as a whole, in hundredths."""
        kind, code = segment.at(1), segment.at(2)
        if kind not in ("A", "C"):
            return  # N: neither
        column = "discount" if kind == "A" else _CHARGES.get(code)
        if self.in_lines or column is None:
            got = f"{'an allowance' if kind == 'A' else 'a charge'} ({code}{' on a line' if self.in_lines else ''})"
            expected = f"an allowance, or a charge {', '.join(_CHARGES)}, on the invoice as a whole"
            raise InterchangeUnreadable(got=got, expected=expected, where=segment.where)
        before = Decimal(self.head.get(column, "0"))
        self.head[column] = str(before + _hundredths(segment, 5))
        if kind == "C":
            self.head["charges_included"] = "no"

    def tax(self, segment: Segment) -> None:
        """TXI: a tax, which no invoice of exported goods should bear."""
        raise InterchangeUnreadable(got="a tax", expected="an invoice without taxes", where=segment.where)

    def line(self, segment: Segment) -> None:
        """IT1: a line with its quantity, price and pairs of identifiers."""
        self.in_lines, self.party = True, {}
        if segment.at(5) not in _PER_ONE:
            got = f"a price on the basis {segment.at(5)}"
            raise InterchangeUnreadable(got=got, expected="a price for one unit", where=segment.where)
        unit = segment.at(3)
        read = {"line": segment.at(1), "quantity": segment.at(2), "unit": _UNITS.get(unit, unit)}
        read["unit_price"] = segment.at(4)
        for place in range(6, len(segment.elements), 2):
            column = _GOODS.get(segment.at(place))
            if column is not None:
                read[column] = segment.at(place + 1)
        self.lines.append(read)

    def describe(self, segment: Segment) -> None:
        """PID: what a good is, in words."""
        if self.lines and self.in_lines:
            said = self.lines[-1].get("description")
            self.lines[-1]["description"] = f"{said}; {segment.at(5)}" if said else segment.at(5)

    def total(self, segment: Segment) -> None:
        """TDS: the total, in hundredths; what follows is of the invoice as a whole again."""
        self.in_lines = False
        self.head["total"] = str(_hundredths(segment, 1))


_READERS: Final[Mapping[str, Callable[[_Reading, Segment], None]]] = {
    "BIG": _Reading.begin,
    "CUR": _Reading.money,
    "N1": _Reading.name,
    "N3": _Reading.street,
    "N4": _Reading.city,
    "PER": _Reading.contact,
    "ITD": _Reading.terms,
    "FOB": _Reading.delivery,
    "SAC": _Reading.charge,
    "TXI": _Reading.tax,
    "IT1": _Reading.line,
    "PID": _Reading.describe,
    "TDS": _Reading.total,
}


def _table(reading: _Reading, stated: Mapping[str, str]) -> bytes:
    """The table of the invoice: amounts of lines, which an 810 does not state, are quantity times price."""
    head = {**stated, **_said(reading.head)}
    for role, kinds in (("seller", _SELLERS), ("buyer", _BUYERS)):
        party = next((reading.parties[kind] for kind in kinds if kind in reading.parties), {})
        head |= {f"{role}_{name}": value for name, value in _said(party).items()}
    places = _places(head.get("currency", ""))
    lines = [{**head, **_said(line), "amount": _amount(line, places)} for line in reading.lines]
    if not all(line["line"].isdecimal() for line in reading.lines):
        lines = [{**line, "line": str(number)} for number, line in enumerate(lines, start=1)]
    goods = str(sum((Decimal(line["amount"]) for line in lines if line["amount"]), Decimal(0)))
    names = [column.name for column in (*INVOICE_COLUMNS, *LINE_COLUMNS)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows({**line, "goods_total": goods} for line in lines)
    return text.getvalue().encode()


def _said(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _places(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency) if is_currency(currency) else -2)


def _amount(line: Mapping[str, str], places: Decimal) -> str:
    """Quantity times unit price; blank where one of them is no number, which the table's reader tells."""
    try:
        exact = Decimal(line["quantity"]) * Decimal(line["unit_price"])
        return str(exact.quantize(places, rounding=ROUND_HALF_UP)) if exact.is_finite() else ""
    except ArithmeticError:  # no number, or one of no sense
        return ""


def _day(text: str) -> str:
    """CCYYMMDD as ISO 8601; anything else as it is, which the table's reader refuses."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text


def _hundredths(segment: Segment, place: int) -> Decimal:
    """An amount of two implied decimals (N2)."""
    text = segment.at(place)
    if not (text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 15):
        raise InterchangeUnreadable(got=repr(text), expected="an amount in hundredths", where=segment.where)
    return Decimal(text).scaleb(-2)
