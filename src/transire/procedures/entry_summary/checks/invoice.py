"""Do the invoice and the entry say the same of quantities, values and dates, and is each thing declared once?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from transire.documents.entry import EntryLine
from transire.documents.invoice import Invoice, NamedAmount, find_sum_errors
from transire.documents.parties import is_same_party
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import CaseFile, Declared, HeldInvoice
from transire.procedures.entry_summary.checks.check import Hit, check, listed
from transire.tariff.units import printed_unit

DOLLAR = Decimal(1)
"""Entered values are whole dollars (19 CFR 141.90(c)): each line may differ from its invoice by less than one."""


@check(
    "entry.invoice-not-at-hand",
    sentence="The invoice line that this line declares has not reached us, so that nothing of it can be checked.",
    fix="Ask the seller to issue the invoice to the importer, or correct the invoice and line number.",
    law="19 CFR 141.81",
)
def invoice_not_at_hand(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        if line.invoice_line is None:
            reference = line.line.invoice
            yield Hit(
                where=line.where("invoice"),
                got=f"invoice {reference.invoice_number}, line {reference.line_number}",
                expected="an invoice line that we hold",
            )


@check(
    "entry.invoice-replaced",
    sentence="The seller withdrew or replaced this invoice.",
    fix="Draft the entry again from the invoice that stands now.",
    law="19 CFR 141.86",
)
def invoice_replaced(case: CaseFile) -> Iterator[Hit]:
    for at, held in _invoices(case):
        if held.ended is not None and held.ended.is_before(case.filed):
            yield Hit(
                where=f"/invoices/{at}",
                got=f"invoice {held.content.invoice_number}, ended on {held.ended.at:%Y-%m-%d}",
                expected="an invoice that stands",
            )


@check(
    "entry.invoice-line-arithmetic",
    sentence="On the invoice, quantity times unit price is not the amount of this line.",
    fix="Ask the seller for a corrected invoice.",
    law="19 CFR 141.86(a)(5)",
)
def invoice_line_arithmetic(case: CaseFile) -> Iterator[Hit]:
    for at, held in _invoices(case):
        for found in find_sum_errors(held.content):
            if found.where.startswith("/lines/"):
                said = f"{held.content.invoice_number}{found.where}: {found.got}"
                yield Hit(where=f"/invoices/{at}", got=said, expected=str(found.expected))


@check(
    "entry.invoice-total-wrong",
    sentence="The totals of the invoice are not the sum of its lines, charges and discounts.",
    fix="Ask the seller for a corrected invoice.",
    law="19 CFR 141.86(a)(5)",
)
def invoice_total_wrong(case: CaseFile) -> Iterator[Hit]:
    for at, held in _invoices(case):
        for found in find_sum_errors(held.content):
            if not found.where.startswith("/lines/"):
                said = f"{held.content.invoice_number}{found.where}: {found.got}"
                yield Hit(where=f"/invoices/{at}", got=said, expected=str(found.expected))


@check(
    "entry.value-differs",
    sentence="The entered values of the lines of this invoice do not add up to its value.",
    fix="Enter every line of the invoice once, at its price in whole dollars; freight and insurance that the invoice "
    "shows apart may be left out, assists are to be added.",
    law="19 USC 1401a(b); 19 CFR 141.90(c)",
)
def value_differs(case: CaseFile) -> Iterator[Hit]:
    declared: dict[str, list[EntryLine]] = {}
    for one in case.entry.lines:
        declared.setdefault(one.invoice.document, []).append(one)
    for at, held in _invoices(case):
        if held.content.currency != "USD":
            continue
        lines = declared.get(case.entry.invoices[at], [])
        entered = sum((one.entered_value for one in lines), Decimal(0))
        least, most = _value_range(held.content)
        if not least - DOLLAR * len(lines) < entered < most + DOLLAR * len(lines):
            yield Hit(
                where=f"/invoices/{at}",
                got=f"{entered} US dollars entered",
                expected=f"{most}" if least == most else f"between {least} and {most}",
            )


@check(
    "entry.currency-to-convert",
    severity="warning",
    sentence="The invoice is not in US dollars, so that its value and the entered value cannot be compared here.",
    fix="Convert at the rate that is certified for the day of export, and keep the computation with the entry.",
    law="31 USC 5151; 19 CFR 159.31-159.35",
)
def currency_to_convert(case: CaseFile) -> Iterator[Hit]:
    for at, held in _invoices(case):
        if held.content.currency != "USD":
            yield Hit(where=f"/invoices/{at}", got=held.content.currency, expected="USD")


@check(
    "entry.quantity-differs",
    sentence="Entry and invoice give different quantities in the same unit.",
    fix="Enter the quantity that was shipped; if the invoice is wrong, ask the seller for a corrected one.",
    law="19 CFR 141.86(a)(4); CBP Form 7501 block 31",
)
def quantity_differs(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        if line.invoice_line is None:
            continue
        invoiced, unit = line.invoice_line.quantity, printed_unit(line.invoice_line.unit)
        for at, entered in enumerate(line.line.quantities):
            if printed_unit(entered.unit) == unit and entered.quantity != invoiced:
                yield Hit(
                    where=line.where(f"quantities/{at}/quantity"),
                    got=f"{entered.quantity} {entered.unit}",
                    expected=f"{invoiced} {line.invoice_line.unit}",
                )


@check(
    "entry.invoice-line-declared-twice",
    sentence="This invoice line is declared more than once, here or on another entry, for more than its value.",
    fix="Take the line off one of the entries; part shipments are declared each for its own part of the value.",
    law="19 USC 1484(a)(1)",
)
def invoice_line_declared_twice(case: CaseFile) -> Iterator[Hit]:
    before: dict[tuple[str, int], list[Declared]] = {}
    for other in case.declared:
        before.setdefault((other.invoice, other.line_number), []).append(other)
    here: dict[tuple[str, int], list[Decimal]] = {}
    for line in case.lines():
        key, value = _key(line.line), line.line.entered_value
        others, values = before.get(key, []), here.setdefault(key, [])
        declared = sum((*(other.entered_value for other in others), *values), value)
        count = len(others) + len(values)
        values.append(value)
        if line.invoice_line is None or line.invoice is None or line.invoice.content.currency != "USD" or not count:
            continue
        if declared > line.invoice_line.amount + DOLLAR * (count + 1):
            elsewhere = listed(other.entry_number for other in others) or "another line of this entry"
            yield Hit(
                where=line.where("invoice"),
                got=f"{declared} US dollars together with {elsewhere}",
                expected=f"at most {line.invoice_line.amount}",
            )


@check(
    "entry.invoice-from-outside",
    sentence="The certification stands on an invoice that was not issued in a USMCA country.",
    fix="Ask the certifier to certify on a document of its own, or on an invoice of a seller in a USMCA country.",
    law="19 CFR 182.12(a)",
)
def invoice_from_outside(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if claim.agreement != "usmca" or line.invoice is None or held.content.coverage != "single":
            continue
        invoice = line.invoice.content
        is_same = held.content.invoice_number == invoice.invoice_number
        if is_same and invoice.seller.country not in agreement("usmca").parties:
            yield Hit(
                where=line.where("invoice"),
                got=f"{invoice.seller.name}, {invoice.seller.country}",
                expected=listed(agreement("usmca").parties),
            )


@check(
    "entry.buyer-differs",
    severity="warning",
    sentence="The invoice is made out neither to the importer of record nor to the consignee of this entry.",
    fix="Make sure that this importer may enter the goods: as owner, as purchaser, or through its broker.",
    law="19 USC 1484(a)(2)(B)",
)
def buyer_differs(case: CaseFile) -> Iterator[Hit]:
    declared = [party for party in (case.entry.importer, case.entry.consignee) if party]
    for at, held in _invoices(case):
        named = [party for party in (held.content.buyer, held.content.consignee) if party]
        if not any(is_same_party(one, other) for one in named for other in declared):
            yield Hit(
                where=f"/invoices/{at}",
                got=held.content.buyer.name,
                expected=listed(party.name for party in declared),
            )


def _key(line: EntryLine) -> tuple[str, int]:
    return line.invoice.document, line.invoice.line_number


def _invoices(case: CaseFile) -> Iterator[tuple[int, HeldInvoice]]:
    for at, document in enumerate(case.entry.invoices):
        if document in case.invoices:
            yield at, case.invoices[document]


def _added(amounts: Iterable[NamedAmount]) -> Decimal:
    """Charges or discounts that the prices of the lines do not contain yet."""
    return sum((one.amount for one in amounts if not one.included), Decimal(0))


def _value_range(invoice: Invoice) -> tuple[Decimal, Decimal]:
    """Between leaving out every charge that the prices contain and adding every one that they do not (19 USC 1401a)."""
    goods = sum((line.amount for line in invoice.lines), Decimal(0))
    assists = sum((assist.amount for assist in invoice.assists), Decimal(0))
    contained = sum((charge.amount for charge in invoice.charges if charge.included), Decimal(0))
    least = goods + assists - contained - _added(invoice.discounts)
    return least, goods + assists + _added(invoice.charges)
