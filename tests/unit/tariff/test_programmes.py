"""Whether a tariff item is open to a programme: three answers, each with what it rests on."""

from __future__ import annotations

from datetime import date

import pytest

from transire.origin.agreements import agreements
from transire.tariff.errors import ProgrammeUnknown, TariffNumberMalformed
from transire.tariff.programmes import (
    Opening,
    programme,
    programme_open,
    programmes,
    programmes_of,
    special_rates,
)

NOW = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("code", "indicator", "state", "rate"),
    [
        ("8414.51.30.00", "S", Opening.OPEN, "Free"),
        ("8414.51.30", "P", Opening.OPEN, "Free"),
        ("8414.51.30.00", "S+", Opening.CLOSED, None),
        ("1704.90.58.00", "P", Opening.OPEN, "4¢/kg + 1%"),
        ("1704.90.58.00", "S", Opening.CLOSED, None),
        ("1704.90.58.00", "S+", Opening.OPEN, "See 9823.08.01-9823.08.38"),
        ("1704.90.64.00", "S", Opening.OPEN, "Free"),
        ("1704.90.64.00", "P", Opening.CLOSED, None),
        ("8413.70.20.05", "S", Opening.OPEN, "Free"),  # general rate Free, special column blank
        ("8413.70.20.06", "S", Opening.UNKNOWN, None),  # no such statistical number
        ("8413.70", "S", Opening.UNKNOWN, None),  # too coarse: rates stand on items
        ("0101.21.00", "S", Opening.UNKNOWN, None),  # not among the lines that are shipped
    ],
)
def test_the_special_column_is_read(code: str, indicator: str, state: Opening, rate: str | None) -> None:
    answer = programme_open(code, indicator, NOW)
    assert (answer.state, answer.rate) == (state, rate)
    assert answer.why
    assert answer.citation


@pytest.mark.parametrize(
    ("indicator", "day", "state"),
    [
        ("S", date(2020, 6, 30), Opening.CLOSED),
        ("S", date(2020, 7, 1), Opening.UNKNOWN),
        ("MX", date(2020, 7, 1), Opening.CLOSED),
        ("MX", date(2020, 6, 30), Opening.UNKNOWN),
        ("P", date(2006, 2, 28), Opening.CLOSED),
        ("S", date(2024, 7, 24), Opening.UNKNOWN),
        ("S", date(2024, 7, 25), Opening.OPEN),
    ],
)
def test_days_outside_the_programme_or_before_the_edition(indicator: str, day: date, state: Opening) -> None:
    assert programme_open("8414.51.30.00", indicator, day).state is state


def test_a_free_item_is_open_for_the_fee_and_says_so() -> None:
    answer = programme_open("9018.39.00.40", "P", NOW)
    assert answer.why == "The general rate is Free; the claim frees from the processing fee (19 USC 58c(b)(15))."


def test_an_unknown_indicator_and_a_bad_number_are_refused() -> None:
    with pytest.raises(ProgrammeUnknown):
        programme_open("8414.51.30.00", "ZZ", NOW)
    with pytest.raises(TariffNumberMalformed):
        programme_open("pump", "S", NOW)


def test_each_programme_is_of_an_agreement_and_in_force_while_it_is() -> None:
    known = [one for one in programmes().values() if one.agreement in agreements()]
    assert {one.agreement for one in known} == set(agreements())
    for one in known:
        law = agreements()[one.agreement]
        assert (one.start, one.end) == (law.in_force_from, law.in_force_until)
        assert one.parties is not None
        assert one.parties.items() <= law.parties.items()
        assert set(law.parties) - set(one.parties) <= ({"CA", "MX"} if one.agreement == "nafta" else set())


def test_the_indicators_of_an_agreement() -> None:
    assert programmes_of("usmca") == ("S", "S+")
    assert programmes_of("nafta") == ("CA", "MX")
    assert programmes_of("nafta", country="CA") == ("CA",)
    assert programmes_of("nafta", country="US") == ()
    assert programme("P+").agreement == "cafta_dr"


def test_a_column_with_spaces_and_several_rates() -> None:
    rates = special_rates("Free (AU,BH, CL,S,SG)2.8% (JP) See 9822.03.01(MA)")
    assert rates == {
        "AU": "Free",
        "BH": "Free",
        "CL": "Free",
        "S": "Free",
        "SG": "Free",
        "JP": "2.8%",
        "MA": "See 9822.03.01",
    }
