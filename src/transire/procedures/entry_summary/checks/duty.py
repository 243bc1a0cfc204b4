"""Duty and fees of an entry, worked out from what it says, for whoever reads it: the filer and customs alike.

Where a rate needs what the entry does not say, the line says that its duty is not known. Pure: the editions of the
schedule are those at hand.
"""

from __future__ import annotations

from transire.documents.entry import EntryLine, EntrySummary
from transire.tariff.answer import CaseAnswer
from transire.tariff.case import AdditionalNumber, Case, CaseLine, PartValue, Quantity, StatedFee
from transire.tariff.pricing import price


def duty_of(entry: EntrySummary) -> CaseAnswer:
    """Duty and fees of every line and of the entry, each figure with its formula, citation and date."""
    return price(
        Case(
            reference=entry.entry_number,
            entry_date=entry.entry_date,
            entry_type=entry.entry_type,
            mode=entry.mode_of_transport,
            lines=tuple(_line(line) for line in entry.lines),
        )
    )


def _line(line: EntryLine) -> CaseLine:
    return CaseLine(
        line=line.line_number,
        tariff_number=line.tariff_number,
        origin=line.country_of_origin,
        value=format(line.entered_value, "f"),
        quantities=tuple(Quantity(format(said.quantity, "f"), said.unit) for said in line.quantities),
        programme=line.claim.programme if line.claim is not None else None,
        additional_numbers=tuple(
            AdditionalNumber(said.tariff_number, None if said.value is None else format(said.value, "f"), said.acts)
            for said in line.additional_numbers
        ),
        parts=tuple(PartValue(said.part, format(said.value, "f")) for said in line.parts),
        fees=tuple(StatedFee(said.fee_class, format(said.amount, "f")) for said in line.stated_fees),
    )
