"""Tariff numbers mean what they say at their own level."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transire.tariff.errors import TariffNumberMalformed
from transire.tariff.number import TariffNumber, parse_tariff_number, same_subheading


@pytest.mark.parametrize(
    ("written", "dotted", "level"),
    [
        ("84.14", "8414", 4),
        ("8414", "8414", 4),
        ("841459", "8414.59", 6),
        ("8414.59", "8414.59", 6),
        ("84.14.59", "8414.59", 6),
        ("8413.70.20", "8413.70.20", 8),
        ("8413702004", "8413.70.20.04", 10),
        ("8413.70.2004", "8413.70.20.04", 10),
    ],
)
def test_a_number_is_read_with_or_without_dots(written: str, dotted: str, level: int) -> None:
    number = parse_tariff_number(written)
    assert (number.dotted, number.level) == (dotted, level)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "84",
        "841",
        "84145",
        "8414.5",
        "7701",
        "0001",
        "8414 59",
        " 8414",
        "8414\n",
        "٨٤١٤",
        "8414.59.",
        "84141459001",
        "A414",
    ],
)
def test_what_no_schedule_prints_is_refused(written: str) -> None:
    with pytest.raises(TariffNumberMalformed) as refused:
        parse_tariff_number(written)
    assert refused.value.code == "tariff.number-malformed"


def test_a_number_covers_what_lies_below_it_and_not_its_neighbour() -> None:
    pumps = parse_tariff_number("8413.70")
    assert pumps.covers(parse_tariff_number("8413.70.20.04"))
    assert pumps.covers(pumps)
    assert not pumps.covers(parse_tariff_number("8413"))
    assert not pumps.covers(parse_tariff_number("8413.71"))


def test_a_heading_agrees_with_no_subheading() -> None:
    assert same_subheading("8413.70.20.04", "8413.70")
    assert not same_subheading("8413.70", "8413.60.00.90")
    assert not same_subheading("8413", "8413")


@settings(deadline=None)
@given(st.from_regex(r"(0[1-9]|[1-6][0-9]|8[0-9])([0-9]{2}){1,4}", fullmatch=True))
def test_the_dotted_form_reads_back(digits: str) -> None:
    assert parse_tariff_number(TariffNumber(digits=digits).dotted).digits == digits
