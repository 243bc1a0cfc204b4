"""Which field of an entry which document says: drafting fills them from here, and a check finds those keyed anyway.

The only place where the correspondence of certification, invoice, power of attorney and CBP Form 7501 is written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from transire.documents.certification import CertifiedGood
from transire.documents.codes import decimal_text
from transire.documents.errors import ManufacturerUnsuitable
from transire.documents.invoice import Invoice, InvoiceLine
from transire.documents.manufacturer_id import manufacturer_id
from transire.documents.wire import as_wire
from transire.procedures.entry_summary.checks.case import CaseFile, HeldAuthority, HeldCertification, HeldInvoice
from transire.procedures.entry_summary.checks.units import quantities_in
from transire.tariff.number import parse_tariff_number, same_subheading

SUBJECT = "/credentialSubject"
TARIFF_ITEM_DIGITS = 8
"""An entry needs the tariff item at least, on which the rate stands; a certification may stop at six digits."""


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A value and where it stands: a place in a document; `computed` says how it was worked out from that place."""

    value: Any
    document: str
    pointer: str
    title: str
    computed: str = ""


def drawn_fields(case: CaseFile, *, near: Iterable[str]) -> dict[str, Drawn]:
    """The fields that the documents of the case say with one voice, by their JSON pointers.

    Of the lines, those that hold one of the fields of `near` or are held by one: the others need not be drawn.
    """
    asked = {"/".join(field.split("/")[:3]) for field in near}
    every = not asked.isdisjoint(("", "/lines"))
    authority = case.authorities.get(case.entry.power_of_attorney or "")
    first = case.invoices.get(case.entry.invoices[0]) if case.entry.invoices else None
    drawn = draw_header(authority, first)
    for line in case.lines():
        if not (every or line.where() in asked):
            continue
        if line.invoice is not None and line.invoice_line is not None and line.invoice_at is not None:
            fields = draw_line(line.where(), line.invoice, line.invoice_at, line.certification, line.good)
            if line.good is not None and not _agree(line.good, line.invoice_line):
                fields.pop(line.where("tariffNumber"), None)  # the two disagree: a person has to say which is right
            drawn |= fields
    return drawn


def draw_header(authority: HeldAuthority | None, invoice: HeldInvoice | None) -> dict[str, Drawn]:
    """The fields of the entry as a whole: parties from the power of attorney, the rest from the first invoice."""
    drawn: dict[str, Drawn] = {}
    if authority is not None:
        power = authority.content
        for field, member, value in (
            ("importer", "principal", as_wire(power.principal)),
            ("importerNumber", "importerNumber", power.importer_number),
            ("broker", "agent", as_wire(power.agent)),
        ):
            drawn[f"/{field}"] = _from(authority, "the power of attorney", member, value)
    if invoice is not None:
        for field, member, value in _header_of(invoice.content):
            if value is not None:
                drawn[f"/{field}"] = _from(invoice, _titled(invoice), member, value)
    return drawn


def _header_of(invoice: Invoice) -> tuple[tuple[str, str, Any], ...]:
    return (
        ("portOfEntry", "portOfEntry", invoice.port_of_entry),
        ("exportingCountry", "exportCountry", invoice.export_country),
        ("exportDate", "exportDate", invoice.export_date.isoformat() if invoice.export_date else None),
        ("consignee", "consignee", as_wire(invoice.consignee) if invoice.consignee else None),
    )


def draw_line(
    base: str,
    invoice: HeldInvoice,
    at: int,
    certification: HeldCertification | None,
    good: CertifiedGood | None,
) -> dict[str, Drawn]:
    """The fields of one line: the goods as invoiced, on the line at this place, and the producer as certified."""
    said, place = invoice.content.lines[at], f"lines/{at}"

    def drawn(member: str, value: Any, computed: str = "") -> Drawn:
        return _from(invoice, _titled(invoice), f"{place}/{member}", value, computed)

    fields = {
        "description": drawn("description", said.description),
        "countryOfOrigin": drawn("countryOfOrigin", said.country_of_origin),
        "productNumber": drawn("productNumber", said.product_number) if said.product_number else None,
        "grossWeight": drawn("grossWeight", decimal_text(said.gross_weight)) if said.gross_weight else None,
        "enteredValue": drawn("amount", whole_dollars(said.amount), _IN_DOLLARS)
        if invoice.content.currency == "USD"
        else None,
        "producer": _producer(certification) if certification is not None and good is not None else None,
        "manufacturerId": _manufacturer(certification) if certification is not None and good is not None else None,
        "tariffNumber": _tariff_number(invoice, at, certification, good),
    }
    number = fields["tariffNumber"]
    unit_day = invoice.content.export_date or invoice.content.invoice_date
    quantities = quantities_in(said, number.value if number else None, unit_day)
    fields["quantities"] = drawn("quantity", quantities, _IN_UNITS)
    return {f"{base}/{field}": found for field, found in fields.items() if found is not None}


_IN_DOLLARS = "the amount of the invoice line in whole dollars"
_CODED = "made of the producer's name and address (19 CFR part 102, appendix)"
_IN_UNITS = "the quantity of the invoice line in the units of the tariff schedule"


def _producer(certification: HeldCertification) -> Drawn | None:
    producers = certification.content.known_producers
    if len(producers) != 1:  # a list of producers does not say which of them made this good
        return None
    member = "producers/0" if certification.content.producers else "certifier"
    return _from(certification, "the certification", member, as_wire(producers[0]))


def _manufacturer(certification: HeldCertification) -> Drawn | None:
    """The manufacturer's code, made of the producer's name and address as the appendix to 19 CFR part 102 says."""
    producer = _producer(certification)
    party = certification.content.known_producers[0] if producer is not None else None
    if producer is None or party is None:
        return None
    address = party.address
    try:
        code = manufacturer_id(address.country, party.name, address.street, address.city, province=address.region)
    except ManufacturerUnsuitable:
        return None  # a name or place of which no code can be made: a person gives it
    return msgspec.structs.replace(producer, value=code, computed=_CODED)


def _tariff_number(
    invoice: HeldInvoice, at: int, certification: HeldCertification | None, good: CertifiedGood | None
) -> Drawn | None:
    """The most detailed number that the documents give.

    Where seller and certifier classify differently the seller's stands, which is of these very goods; a check then
    tells that the certification says otherwise.
    """
    found, said = [], invoice.content.lines[at]
    if certification is not None and good is not None and _agree(good, said):
        place = f"goods/{certification.content.goods.index(good)}/tariffNumber"
        found.append(_from(certification, "the certification", place, good.tariff_number))
    if said.tariff_number is not None:
        found.append(_from(invoice, _titled(invoice), f"lines/{at}/tariffNumber", said.tariff_number))
    fit = [drawn for drawn in found if parse_tariff_number(drawn.value).level >= TARIFF_ITEM_DIGITS]
    return max(fit, key=lambda drawn: parse_tariff_number(drawn.value).level, default=None)


def _agree(good: CertifiedGood, said: InvoiceLine) -> bool:
    return said.tariff_number is None or same_subheading(good.tariff_number, said.tariff_number)


def whole_dollars(amount: Decimal) -> str:
    """An amount in whole dollars, half a dollar and more rounded up (19 CFR 141.90(c)).

    >>> whole_dollars(Decimal("1249.50"))
    '1250'
    """
    return str(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _from(
    held: HeldAuthority | HeldCertification | HeldInvoice, title: str, member: str, value: Any, computed: str = ""
) -> Drawn:
    pointer = f"{SUBJECT}/{member}"
    return Drawn(value=value, document=held.document_id, pointer=pointer, title=title, computed=computed)


def _titled(invoice: HeldInvoice) -> str:
    return f"invoice {invoice.content.invoice_number}"
