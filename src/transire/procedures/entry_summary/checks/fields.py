"""Which field of an entry which document says: drafting fills them from here, and a check finds those keyed anyway.

The only place where the correspondence of certification, invoice, power of attorney and CBP Form 7501 is written down.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from transire.documents.certification import CertifiedGood
from transire.documents.codes import decimal_text
from transire.documents.invoice import Invoice, InvoiceLine
from transire.documents.wire import as_wire
from transire.procedures.entry_summary.checks.case import (
    CaseFile,
    HeldAuthority,
    HeldCertification,
    HeldInvoice,
)
from transire.procedures.entry_summary.checks.units import printed_unit
from transire.tariff.number import parse_tariff_number

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


def drawn_fields(case: CaseFile) -> dict[str, Drawn]:
    """Every field of the entry that a document of the case says, by its JSON pointer."""
    authority = case.authorities.get(case.entry.power_of_attorney or "")
    first = case.invoices.get(case.entry.invoices[0]) if case.entry.invoices else None
    drawn = draw_header(authority, first)
    for line in case.lines():
        if line.invoice is not None and line.invoice_line is not None:
            drawn |= draw_line(line.where(), line.invoice, line.invoice_line, line.certification, line.good)
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
    said: InvoiceLine,
    certification: HeldCertification | None,
    good: CertifiedGood | None,
) -> dict[str, Drawn]:
    """The fields of one line: the goods as invoiced, the producer and the number as certified."""
    place = f"lines/{invoice.content.lines.index(said)}"
    quantity = {"quantity": decimal_text(said.quantity), "unit": printed_unit(said.unit)}
    drawn = {
        f"{base}/description": _from(invoice, _titled(invoice), f"{place}/description", said.description),
        f"{base}/countryOfOrigin": _from(invoice, _titled(invoice), f"{place}/countryOfOrigin", said.country_of_origin),
        f"{base}/quantities": _from(invoice, _titled(invoice), f"{place}/quantity", [quantity]),
    }
    if said.product_number is not None:
        field = "productNumber"
        drawn[f"{base}/{field}"] = _from(invoice, _titled(invoice), f"{place}/{field}", said.product_number)
    if invoice.content.currency == "USD":
        drawn[f"{base}/enteredValue"] = msgspec.structs.replace(
            _from(invoice, _titled(invoice), f"{place}/amount", whole_dollars(said.amount)),
            computed="the amount of the invoice line in whole dollars",
        )
    if certification is not None and good is not None:
        drawn |= _certified_fields(base, certification)
    return drawn | _tariff_number(base, _numbers(invoice, said, certification, good))


def _certified_fields(base: str, certification: HeldCertification) -> dict[str, Drawn]:
    producers = certification.content.known_producers
    if len(producers) != 1:  # a list of producers does not say which of them made this good
        return {}
    member = "producers/0" if certification.content.producers else "certifier"
    return {f"{base}/producer": _from(certification, "the certification", member, as_wire(producers[0]))}


def _numbers(
    invoice: HeldInvoice, said: InvoiceLine, certification: HeldCertification | None, good: CertifiedGood | None
) -> list[Drawn]:
    """The tariff numbers that the documents give for a line, the certifier's first."""
    found = []
    if certification is not None and good is not None:
        place = f"goods/{certification.content.goods.index(good)}/tariffNumber"
        found.append(_from(certification, "the certification", place, good.tariff_number))
    if said.tariff_number is not None:
        place = f"lines/{invoice.content.lines.index(said)}/tariffNumber"
        found.append(_from(invoice, _titled(invoice), place, said.tariff_number))
    return found


def _tariff_number(base: str, numbers: list[Drawn]) -> dict[str, Drawn]:
    """The most detailed of the numbers; one of fewer than eight digits does not suffice for an entry."""
    fit = [drawn for drawn in numbers if parse_tariff_number(drawn.value).level >= TARIFF_ITEM_DIGITS]
    if not fit:
        return {}
    return {f"{base}/tariffNumber": max(fit, key=lambda drawn: parse_tariff_number(drawn.value).level)}


def whole_dollars(amount: Decimal) -> str:
    """An amount in whole dollars, half a dollar and more rounded up (19 CFR 141.90(c)).

    >>> whole_dollars(Decimal("1249.50"))
    '1250'
    """
    return str(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _from(held: HeldAuthority | HeldCertification | HeldInvoice, title: str, member: str, value: Any) -> Drawn:
    return Drawn(value=value, document=held.document_id, pointer=f"{SUBJECT}/{member}", title=title)


def _titled(invoice: HeldInvoice) -> str:
    return f"invoice {invoice.content.invoice_number}"
