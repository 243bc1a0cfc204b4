"""Commercial invoices (19 CFR 141.86): the credential, the table that an ERP exports, and whether the sums add up.

An invoice whose sums do not add up is still the invoice that the seller issued: it can be read, and the checks of the
procedures say what is wrong with it before it is declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from transire.documents.csv_cells import (
    amount,
    country,
    currency,
    day,
    email,
    line_of_text,
    one_of,
    phone,
    port,
    positive,
    tariff_number,
    whole_number,
)
from transire.documents.csv_table import CellRefused, Column, Problems, Row, find_duplicates, read_rows
from transire.documents.parties import Address, Party
from transire.documents.wire import make_subject, read_document, read_subject
from transire.tariff.currencies import minor_units

SCHEMA_ID = "commercial-invoice/1"


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line of an invoice; `amount` is the price of the whole quantity as the seller states it, weights in kg."""

    line_number: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    country_of_origin: str
    product_number: str | None = None
    tariff_number: str | None = None
    net_weight: Decimal | None = None
    gross_weight: Decimal | None = None


class NamedAmount(msgspec.Struct, frozen=True, kw_only=True):
    """A charge or discount by name; `included` where the prices of the lines contain it already."""

    name: str
    amount: Decimal
    included: bool


class Assist(msgspec.Struct, frozen=True, kw_only=True):
    """Goods or services furnished for the production and not in the price (19 CFR 141.86(a)(11))."""

    name: str
    amount: Decimal


class Invoice(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A commercial invoice as its credential subject says it."""

    invoice_number: str
    invoice_date: date
    port_of_entry: str
    seller: Party
    buyer: Party
    currency: str
    lines: tuple[InvoiceLine, ...]
    goods_total: Decimal
    total: Decimal
    place_of_sale: str | None = None
    shipper: Party | None = None
    consignee: Party | None = None
    delivery_terms: str | None = None
    payment_terms: str | None = None
    export_country: str | None = None
    export_date: date | None = None
    packages: str | None = None
    charges: tuple[NamedAmount, ...] = ()
    discounts: tuple[NamedAmount, ...] = ()
    assists: tuple[Assist, ...] = ()
    responsible_employee: str | None = None


class SumError(msgspec.Struct, frozen=True, kw_only=True):
    """A sum that does not add up: its place, what the seller states, and what the other figures give."""

    where: str
    got: Decimal
    expected: Decimal


def read_invoice(document: Mapping[str, Any]) -> Invoice:
    """Read a credential that must be a commercial invoice, checking all of it first."""
    return read_document(SCHEMA_ID, document, Invoice)


def read_invoice_subject(subject: Mapping[str, Any]) -> Invoice:
    """Read a credential subject that is not yet issued."""
    return read_subject(SCHEMA_ID, subject, Invoice)


def invoice_subject(invoice: Invoice) -> dict[str, Any]:
    """The credential subject of an invoice, checked against its schema."""
    return make_subject(SCHEMA_ID, invoice)


def find_line(invoice: Invoice, line_number: int) -> InvoiceLine | None:
    """The line of this number, if the invoice has one."""
    return next((line for line in invoice.lines if line.line_number == line_number), None)


def find_sum_errors(invoice: Invoice) -> tuple[SumError, ...]:
    """Every amount and total that does not follow from the figures before it.

    An amount may be rounded to the minor unit of the currency either way; totals must be exact.
    """
    half = Decimal(1).scaleb(-minor_units(invoice.currency)) / 2
    found = []
    for at, line in enumerate(invoice.lines):
        exact = line.quantity * line.unit_price
        if abs(line.amount - exact) > half:
            found.append(SumError(where=f"/lines/{at}/amount", got=line.amount, expected=exact))
    goods_total = sum((line.amount for line in invoice.lines), Decimal(0))
    if invoice.goods_total != goods_total:
        found.append(SumError(where="/goodsTotal", got=invoice.goods_total, expected=goods_total))
    total = invoice.goods_total + _beside(invoice.charges) - _beside(invoice.discounts)
    if invoice.total != total:
        found.append(SumError(where="/total", got=invoice.total, expected=total))
    return tuple(found)


def _beside(amounts: tuple[NamedAmount, ...]) -> Decimal:
    """What stands beside the prices of the lines and not in them."""
    return sum((named.amount for named in amounts if not named.included), Decimal(0))


def _party_columns(role: str) -> tuple[Column, ...]:
    return (
        Column(f"{role}_name", line_of_text, f"legal name of the {role}"),
        Column(f"{role}_street", line_of_text, "street and number"),
        Column(f"{role}_city", line_of_text, "city"),
        Column(f"{role}_region", line_of_text, "state or province", required=False),
        Column(f"{role}_postal_code", line_of_text, "postal code", required=False),
        Column(f"{role}_country", country, "country"),
        Column(f"{role}_phone", phone, "telephone number", required=False),
        Column(f"{role}_email", email, "e-mail address", required=False),
    )


INVOICE_COLUMNS: Final = (
    Column("invoice_number", line_of_text, "number of the invoice, the same on each row"),
    Column("invoice_date", day, "date of sale"),
    Column("place_of_sale", line_of_text, "where sold", required=False),
    Column("port_of_entry", port, "Schedule D code of the US port, four digits"),
    *_party_columns("seller"),
    *_party_columns("buyer"),
    Column("delivery_terms", line_of_text, "Incoterms rule and place", required=False),
    Column("payment_terms", line_of_text, "when payment is due", required=False),
    Column("export_country", country, "country of exportation"),
    Column("export_date", day, "date of exportation", required=False),
    Column("packages", line_of_text, "marks, numbers and count of packages", required=False),
    Column(
        "responsible_employee",
        line_of_text,
        "the employee of the exporter with knowledge of the facts, by name or duty",
        required=False,
    ),
    Column("currency", currency, "currency of the sale"),
    Column("freight", amount, "freight charge", required=False),
    Column("insurance", amount, "insurance charge", required=False),
    Column("packing", amount, "packing charge", required=False),
    Column(
        "charges_included",
        one_of({"yes": "yes", "no": "no"}),
        "yes where the prices of the lines contain these charges, else no",
        required=False,
    ),
    Column("discount", amount, "discount on the invoice as a whole", required=False),
    Column("goods_total", amount, "sum of the lines as the seller states it"),
    Column("total", amount, "total as the seller states it"),
)

LINE_COLUMNS: Final = (
    Column("line", whole_number, "number of the line"),
    Column("product_number", line_of_text, "number under which the good is sold", required=False),
    Column("description", line_of_text, "what the good is"),
    Column("tariff_number", tariff_number, "tariff number as the seller classifies it", required=False),
    Column("quantity", positive, "quantity sold"),
    Column("unit", line_of_text, "unit of the quantity"),
    Column("unit_price", amount, "price of one unit"),
    Column("amount", amount, "price of the line"),
    Column("country_of_origin", country, "where the good was produced"),
    Column("net_weight", amount, "net weight of the line in kilograms", required=False),
    Column("gross_weight", amount, "gross weight of the line in kilograms", required=False),
)

_CHARGES: Final = ("freight", "insurance", "packing")
_INCLUDED_UNSAID: Final = CellRefused(
    "table-charges-included",
    "It is not said whether the prices of the lines contain the charges.",
    "Write yes or no.",
)


def read_invoice_csv(raw: bytes) -> Invoice:
    """Read the table of one invoice; refuse all of it where one row is wrong."""
    problems = Problems("invoice")
    rows = read_rows(raw, (*INVOICE_COLUMNS, *LINE_COLUMNS), _InvoiceRow, problems)
    find_duplicates(rows, lambda row: row.line, "line", problems)
    _same_on_each_row(rows, problems)
    _charges_said(rows, problems)
    problems.refuse_if_any()
    return _invoice(rows)


def _same_on_each_row(rows: tuple[Row[_InvoiceRow], ...], problems: Problems) -> None:
    for row in rows[1:]:
        for column in INVOICE_COLUMNS:
            here, first = getattr(row.content, column.name), getattr(rows[0].content, column.name)
            if here != first:
                refused = CellRefused(
                    "table-differs",
                    f"This differs from row {rows[0].number}, and one table holds one invoice.",
                    "Export each invoice into a file of its own, with the same values on each row.",
                )
                problems.add(row.number, column.name, refused, str(here))


def _charges_said(rows: tuple[Row[_InvoiceRow], ...], problems: Problems) -> None:
    for row in rows[:1]:
        given = [name for name in _CHARGES if getattr(row.content, name) is not None]
        if given and row.content.charges_included is None:
            problems.add(row.number, "charges_included", _INCLUDED_UNSAID, ", ".join(given))


class _InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was read; the names are those of the columns."""

    invoice_number: str
    invoice_date: date
    port_of_entry: str
    seller_name: str
    seller_street: str
    seller_city: str
    seller_country: str
    buyer_name: str
    buyer_street: str
    buyer_city: str
    buyer_country: str
    export_country: str
    currency: str
    goods_total: Decimal
    total: Decimal
    line: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    country_of_origin: str
    place_of_sale: str | None = None
    seller_region: str | None = None
    seller_postal_code: str | None = None
    seller_phone: str | None = None
    seller_email: str | None = None
    buyer_region: str | None = None
    buyer_postal_code: str | None = None
    buyer_phone: str | None = None
    buyer_email: str | None = None
    delivery_terms: str | None = None
    payment_terms: str | None = None
    export_date: date | None = None
    packages: str | None = None
    responsible_employee: str | None = None
    freight: Decimal | None = None
    insurance: Decimal | None = None
    packing: Decimal | None = None
    charges_included: str | None = None
    discount: Decimal | None = None
    product_number: str | None = None
    tariff_number: str | None = None
    net_weight: Decimal | None = None
    gross_weight: Decimal | None = None


def _invoice(rows: tuple[Row[_InvoiceRow], ...]) -> Invoice:
    head = rows[0].content
    return Invoice(
        invoice_number=head.invoice_number,
        invoice_date=head.invoice_date,
        place_of_sale=head.place_of_sale,
        port_of_entry=head.port_of_entry,
        seller=_party(head, "seller"),
        buyer=_party(head, "buyer"),
        delivery_terms=head.delivery_terms,
        payment_terms=head.payment_terms,
        export_country=head.export_country,
        export_date=head.export_date,
        packages=head.packages,
        responsible_employee=head.responsible_employee,
        currency=head.currency,
        lines=tuple(_line(row.content) for row in sorted(rows, key=lambda row: row.content.line)),
        charges=tuple(_charges(head)),
        discounts=() if head.discount is None else (_not_included("discount", head.discount),),
        goods_total=head.goods_total,
        total=head.total,
    )


def _charges(head: _InvoiceRow) -> Iterable[NamedAmount]:
    for name in _CHARGES:
        given: Decimal | None = getattr(head, name)
        if given is not None:
            yield NamedAmount(name=name, amount=given, included=head.charges_included == "yes")


def _not_included(name: str, given: Decimal) -> NamedAmount:
    return NamedAmount(name=name, amount=given, included=False)


def _party(head: _InvoiceRow, role: str) -> Party:
    given: dict[str, Any] = {name: getattr(head, f"{role}_{name}") for name in _PARTY_FIELDS}
    return Party(
        name=given["name"],
        address=Address(
            street=given["street"],
            city=given["city"],
            region=given["region"],
            postal_code=given["postal_code"],
            country=given["country"],
        ),
        phone=given["phone"],
        email=given["email"],
    )


_PARTY_FIELDS: Final = ("name", "street", "city", "region", "postal_code", "country", "phone", "email")


def _line(row: _InvoiceRow) -> InvoiceLine:
    return InvoiceLine(
        line_number=row.line,
        product_number=row.product_number,
        description=row.description,
        tariff_number=row.tariff_number,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        amount=row.amount,
        country_of_origin=row.country_of_origin,
        net_weight=row.net_weight,
        gross_weight=row.gross_weight,
    )
