"""Duty and fees beside a second computation that shares no code with the first: regular expressions and decimals.

The oracle reads the text of the rate itself, works in `Decimal` with its own table of units, and rounds by `quantize`.
Cases are drawn from the numbers of the whole schedule of 2024.
"""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal, getcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedule_files import book_of
from transire.tariff.case import read_case
from transire.tariff.edition_file import EditionBook
from transire.tariff.pricing import price
from transire.tariff.schedule import Shelf

getcontext().prec = 60
CENT = Decimal("0.01")

# Units as the rate writes them, and two ways in which a filer may give the quantity: unit, and how many make one.
UNITS = {
    "/kg": (("kg", Decimal(1)), ("lb", Decimal("0.45359237")), ("t", Decimal(1000))),
    " each": (("No.", Decimal(1)), ("doz.", Decimal(12))),
    "/liter": (("liters", Decimal(1)), ("hl", Decimal(100))),
    "/bbl": (("bbl", Decimal(1)),),
    "/pr.": (("prs.", Decimal(1)),),
    "/doz.": (("doz.", Decimal(1)), ("gross", Decimal(12))),
    "/m3": (("m3", Decimal(1)),),
    "/t": (("t", Decimal(1)), ("kg", Decimal("0.001"))),
}
TERM = re.compile(
    r"(?P<percent>[0-9.]+)%"
    r"|(?P<cents>[0-9.]+)¢(?P<of>/[a-z0-9]+\.?| each)"
    r"|\$(?P<dollars>[0-9.]+)(?P<per>/[a-z0-9]+\.?| each)"
)


def terms(text: str) -> list[tuple[str, Decimal]] | None:
    """The rate as (unit or "%", money or percent); None for what the oracle does not read."""
    found = []
    for part in text.split(" + "):
        matched = TERM.fullmatch(part)
        if matched is None:
            return [] if text == "Free" else None
        unit = matched["of"] or matched["per"] or "%"
        if unit != "%" and unit not in UNITS:
            return None
        cents = matched["cents"]
        found.append((unit, Decimal(cents) / 100 if cents else Decimal(matched["dollars"] or matched["percent"])))
    return found


@pytest.fixture(scope="module")
def book(shared_data: Path) -> EditionBook:
    return book_of(shared_data, "2024")


@pytest.fixture(scope="module")
def numbers(book: EditionBook) -> list[tuple[str, str]]:
    """Every ten-digit number of chapters 1 to 97 with rates of its own that the oracle reads, most of them not free."""
    found = [
        (row.number, row.general)
        for row in book
        if len(row.digits) == 10 and row.digits < "98" and row.general and terms(row.general) is not None
    ]
    assert len(found) > 7_500
    dear = [one for one in found if one[1] != "Free"]
    compound = [one for one in dear if "+" in one[1] or "¢" in one[1] or "$" in one[1]]
    assert len(compound) > 400
    return [*dear, *compound * 8, *found[::20]]


@st.composite
def lines(draw: st.DrawFn, numbers: list[tuple[str, str]]) -> tuple[dict[str, Any], Decimal, Decimal]:
    """A line, the duty that the oracle expects, and its value in whole dollars."""
    number, rate = draw(st.sampled_from(numbers))
    value = draw(st.decimals("0.5", "9999999", places=2))
    whole = value.quantize(Decimal(1), ROUND_HALF_UP)
    line: dict[str, Any] = {"tariff_number": number, "origin": "MY", "value": str(value), "quantities": []}
    duty = Decimal(0)
    given_units: set[str] = set()
    for unit, money in terms(rate) or []:
        if unit == "%":
            duty += whole * money / 100
            continue
        assert unit not in given_units
        given_units.add(unit)
        name, makes = draw(st.sampled_from(UNITS[unit]))
        quantity = draw(st.decimals("0.01", "99999", places=2))
        line["quantities"].append({"quantity": str(quantity), "unit": name})
        duty += (quantity * makes).quantize(CENT, ROUND_HALF_UP) * money
    return line, duty.quantize(CENT, ROUND_HALF_UP), whole


@settings(max_examples=150)
@given(data=st.data())
def test_duty_and_fees_are_what_a_second_computation_says(
    data: st.DataObject, book: EditionBook, numbers: list[tuple[str, str]]
) -> None:
    drawn = data.draw(st.lists(lines(numbers), min_size=1, max_size=4))
    case = {"entry_date": "2025-01-15", "mode": data.draw(st.sampled_from(["10", "11", "40"])), "lines": []}
    for at, (line, _, _) in enumerate(drawn, 1):
        case["lines"].append({"line": at, **line})
    answer = price(read_case(json.dumps(case).encode()), Shelf([book]))
    assert [line.duty for line in answer.lines] == [duty for _, duty, _ in drawn], case
    value = sum(whole for _, _, whole in drawn)
    processing = min(max(value * Decimal("0.003464"), Decimal("32.71")), Decimal("634.62"))
    expected = {"499": processing.quantize(CENT, ROUND_HALF_UP)}
    if case["mode"] != "40":
        harbor = ((whole * Decimal("0.00125")).quantize(CENT, ROUND_HALF_UP) for _, _, whole in drawn)
        expected["501"] = sum(harbor, Decimal(0))
    assert {fee.code: fee.amount for fee in answer.fees} == expected
    assert answer.totals.total == sum((duty for _, duty, _ in drawn), Decimal(0)) + sum(expected.values())


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_comes_is_read_as_a_case_or_refused_with_a_code(value: Any) -> None:
    from transire.errors import TransireError

    with pytest.raises(TransireError) as refusal:
        read_case(json.dumps(value).encode())
    assert refusal.value.code == "tariff.case-malformed"
