"""Duty and fees of an entry: what it says is what is priced."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec.structs import replace
from sound_case import entry

from transire.documents.entry import EntryQuantity, EntrySummary
from transire.procedures.entry_summary.checks.duty import duty_of


def fans(**changes: object) -> EntrySummary:
    """The sound entry with one line of ceiling fans of Malaysia, without a claim."""
    line = replace(
        entry.lines[0],
        tariff_number="8414.51.30.00",
        country_of_origin="MY",
        entered_value=Decimal("10000"),
        quantities=(EntryQuantity(quantity=Decimal("400"), unit="No."),),
        claim=None,
    )
    return replace(
        entry, entry_date=date(2026, 11, 2), entry_type="01", mode_of_transport="11", lines=(line,), **changes
    )


def test_the_sound_entry_is_priced_under_its_claim() -> None:
    answer = duty_of(entry)
    assert answer.reference == entry.entry_number
    assert [line.line for line in answer.lines] == [line.line_number for line in entry.lines]
    assert answer.totals.duty == 0
    assert {line.column for line in answer.lines} == {"special"}
    assert "499" not in {fee.code for fee in answer.fees}  # an originating good pays no processing fee


def test_a_line_without_a_claim_pays_duty_and_fees() -> None:
    answer = duty_of(fans())
    assert answer.totals.duty == Decimal("470.00")
    assert {fee.code: fee.amount for fee in answer.fees} == {"499": Decimal("34.64"), "501": Decimal("12.50")}
    assert answer.lines[0].quantities == ("400 No.",)


def test_what_cannot_be_known_is_not_zero() -> None:
    unknown = fans()
    line = replace(unknown.lines[0], tariff_number="0101.21.00.10")
    answer = duty_of(replace(unknown, lines=(line,)))
    assert (answer.totals.duty, answer.totals.total) == (None, None)
    assert answer.lines[0].problems[0].code == "tariff.number-not-at-hand"
