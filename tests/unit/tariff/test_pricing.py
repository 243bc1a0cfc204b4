"""Duty and fees of entries: published vectors, every column, every way in which a number of chapter 98 or 99 acts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schedule_files import book_of
from transire.tariff.answer import CaseAnswer, LineAnswer
from transire.tariff.case import read_case
from transire.tariff.law import fees
from transire.tariff.notices import SENTENCES
from transire.tariff.pricing import price
from transire.tariff.schedule import Shelf, shipped


@pytest.fixture(scope="module")
def shelf(shared_data: Path) -> Shelf:
    return Shelf([*shipped(), *(book_of(shared_data, year) for year in ("2024", "2025", "2026"))])


def priced(shelf: Shelf | None = None, **changes: Any) -> CaseAnswer:
    """A case of one line, ceiling fans of Malaysia by vessel, with some members changed; None takes one out."""
    line = {"line": 1, "tariff_number": "8414.51.30.00", "origin": "MY", "value": "10000"}
    case: dict[str, Any] = {"entry_date": "2024-11-02", "mode": "11"}
    for name, value in changes.items():
        (case if name in {"entry_date", "entry_type", "mode", "filed", "exchange", "lines"} else line)[name] = value
    case.setdefault("lines", [line])
    kept = {name: value for name, value in case.items() if value is not None}
    return price(read_case(json.dumps(kept).encode()), shelf or Shelf(shipped()))


def only(answer: CaseAnswer) -> LineAnswer:
    (line,) = answer.lines
    return line


def amounts(answer: CaseAnswer) -> dict[str, Decimal]:
    return {fee.code: fee.amount for fee in answer.fees}


def problem(answer: CaseAnswer) -> str:
    found = [*only(answer).problems, *answer.problems]
    assert answer.totals.total is None
    assert found[0].sentence
    assert found[0].fix
    return found[0].code


def test_the_published_sample() -> None:
    """CATAIR sample: value 10,000, class 499 34.64, class 501 12.50; its duty figure is misprinted there."""
    answer = priced(entry_date="2026-11-02")
    assert amounts(answer) == {"499": Decimal("34.64"), "501": Decimal("12.50")}
    assert only(answer).duty == Decimal("470.00")
    assert answer.totals.total == Decimal("517.14")


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        ("2026-10-01", "34.58", "670.86"),
        ("2027-09-30", "34.58", "670.86"),
        ("2026-09-30", "33.58", "651.50"),
        ("2025-10-01", "33.58", "651.50"),
        ("2025-09-30", "32.71", "634.62"),
        ("2024-09-30", "31.67", "614.35"),
        ("2024-10-01", "32.71", "634.62"),
    ],
)
def test_the_processing_fee_has_a_minimum_and_a_maximum_by_fiscal_year(day: str, low: str, high: str) -> None:
    assert amounts(priced(entry_date=day, value="100"))["499"] == Decimal(low)
    assert amounts(priced(entry_date=day, value="5000000"))["499"] == Decimal(high)


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        (date(2023, 9, 30), "29.66", "575.35"),
        (date(2022, 9, 30), "27.75", "538.40"),
        (date(2021, 9, 30), "27.23", "528.33"),
        (date(2020, 9, 30), "26.79", "519.76"),
        (date(2019, 9, 30), "26.22", "508.70"),
        (date(2018, 1, 1), "25.67", "497.99"),
        (date(2017, 12, 31), "25.00", "485.00"),
    ],
)
def test_the_older_rows_of_the_processing_fee(day: date, low: str, high: str) -> None:
    row = fees().mpf_formal.on(day)
    assert (row.minimum, row.maximum, row.percent) == (low, high, "0.3464")


def test_the_rows_of_a_fee_follow_one_another_without_a_gap() -> None:
    for fee in (fees().mpf_formal, fees().mpf_informal, fees().manual_surcharge, fees().dutiable_mail):
        for newer, older in zip(fee.rows, fee.rows[1:], strict=False):
            assert older.end is not None
            assert (newer.start - older.end).days == 1


def test_informal_manual_and_mail_entries_pay_fixed_fees() -> None:
    assert amounts(priced(entry_date="2026-11-02", entry_type="11", value="900", mode="40")) == {"311": Decimal("2.77")}
    assert amounts(priced(entry_date="2026-09-02", entry_type="11", value="900", mode="40")) == {"311": Decimal("2.69")}
    manual = priced(entry_date="2026-11-02", filed="manually", mode="40")
    assert amounts(manual) == {"499": Decimal("34.64"), "500": Decimal("4.15")}
    assert amounts(priced(entry_date="2026-09-02", filed="manually", mode="40"))["500"] == Decimal("4.03")
    assert amounts(priced(entry_date="2026-11-02", entry_type="13", value="90", mode="50")) == {"496": Decimal("7.61")}
    assert amounts(priced(entry_date="2026-09-02", entry_type="13", value="90", mode="50")) == {"496": Decimal("7.39")}


def test_a_fee_that_is_not_at_hand_is_not_zero() -> None:
    answer = priced(entry_date="2027-10-01")
    assert problem(answer) == "tariff.fee-not-at-hand"
    assert only(answer).duty == Decimal("470.00")
    assert problem(priced(entry_type="23")) == "tariff.fee-not-at-hand"


def test_only_what_comes_by_vessel_pays_the_harbor_fee() -> None:
    assert "501" in amounts(priced(mode="10"))
    assert "501" not in amounts(priced(mode="40"))
    without = priced(mode=None)
    assert "501" not in amounts(without)
    assert "tariff.no-mode" in {one.code for one in without.notices}


def test_an_originating_good_pays_no_processing_fee_and_still_the_harbor_fee() -> None:
    answer = priced(origin="MX", programme="S")
    assert amounts(answer) == {"501": Decimal("12.50")}
    assert only(answer).duty == 0
    assert "58c(b)(10)(B)" in only(answer).exemption


def test_the_processing_fee_is_on_the_lines_that_pay_it_together(shelf: Shelf) -> None:
    base = {"tariff_number": "8414.51.30.00", "value": "20000"}
    lines = [
        {"line": 1, "origin": "MX", "programme": "S", **base},
        {"line": 2, "origin": "MY", **base},
        {"line": 3, "origin": "MY", **base},
    ]
    assert amounts(priced(shelf, lines=lines))["499"] == Decimal("138.56")  # 0.3464% of 40,000


@pytest.mark.parametrize(("origin", "free"), [("GU", True), ("JM", True), ("MY", False)])
def test_products_of_some_countries_pay_no_processing_fee(origin: str, free: bool) -> None:
    assert ("499" not in amounts(priced(origin=origin))) is free


@pytest.mark.parametrize(
    ("changes", "column", "duty"),
    [
        ({}, "general", "470.00"),
        ({"origin": "MX", "programme": "S"}, "special", "0.00"),
        ({"origin": "CR", "programme": "P"}, "special", "0.00"),
        ({"origin": "AU", "programme": "AU"}, "special", "0.00"),
        ({"origin": "RU"}, "column 2", "3500.00"),
        ({"origin": "CU"}, "column 2", "3500.00"),
    ],
)
def test_the_column_that_applies(changes: dict[str, str], column: str, duty: str) -> None:
    line = only(priced(**changes))
    assert (line.column, line.duty) == (column, Decimal(duty))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"programme": "S"}, "tariff.programme-other-country"),
        ({"origin": "MX", "programme": "MX"}, "tariff.programme-not-open"),  # NAFTA has ended
        ({"origin": "MX", "programme": "S+"}, "tariff.programme-not-open"),  # not printed for this item
        ({"origin": "MX", "programme": "ZZ"}, "tariff.programme-unknown"),
        ({"tariff_number": "8414.51"}, "tariff.number-too-short"),
        ({"tariff_number": "not-a-no"}, "tariff.number-malformed"),
        ({"tariff_number": "0101.21.00.10"}, "tariff.number-not-at-hand"),
        ({"value": "0"}, "tariff.value-zero"),
        ({"value": "0.49"}, "tariff.value-zero"),
        ({"currency": "EUR"}, "tariff.currency-without-rate"),
        ({"currency": "XXQ"}, "tariff.currency-unknown"),
        ({"entry_date": "2001-01-01"}, "tariff.number-not-at-hand"),
        ({"additional_numbers": [{"number": "8413.70.20.04"}]}, "tariff.rate-not-computable"),
        ({"additional_numbers": [{"number": "9903.99.99"}]}, "tariff.number-not-at-hand"),
        ({"tariff_number": "5810.91.00"}, "tariff.rate-not-computable"),  # See additional U.S. note 1
        ({"parts": [{"part": "case", "value": "10001"}]}, "tariff.part-value-too-high"),
        ({"tariff_number": "2206.00.30"}, "tariff.quantity-missing"),
        (
            {"tariff_number": "9102.11.10", "quantities": [{"quantity": "5", "unit": "No."}]},
            "tariff.part-value-missing",
        ),
        ({"tariff_number": "2206.00.30", "quantities": [{"quantity": "5", "unit": "kg"}]}, "tariff.quantity-missing"),
    ],
)
def test_what_cannot_be_computed_says_so_and_is_not_zero(changes: dict[str, Any], code: str) -> None:
    answer = priced(**changes)
    assert problem(answer) == code
    assert answer.totals.duty is None


def test_a_line_that_cannot_be_priced_does_not_stop_the_others() -> None:
    good = {"line": 1, "tariff_number": "8414.51.30.00", "origin": "MY", "value": "10000"}
    answer = priced(lines=[good, {**good, "line": 2, "value": "0"}])
    assert [line.duty for line in answer.lines] == [Decimal("470.00"), None]
    assert (answer.totals.duty, answer.totals.fees, answer.totals.total) == (None, None, None)
    assert answer.lines[1].problems[0].where == "$.lines[1]"


# Chapters 98 and 99.


def test_an_additional_duty_is_added_on_the_value_it_names() -> None:
    answer = priced(origin="CN", additional_numbers=[{"number": "9903.88.15"}])
    assert [charge.amount for charge in only(answer).charges] == [Decimal("470.00"), Decimal("750.00")]
    part = priced(origin="CN", additional_numbers=[{"number": "9903.88.15", "value": "4000"}])
    assert only(part).duty == Decimal("770.00")


def test_an_additional_number_stands_on_a_line_once_and_on_no_more_than_its_value() -> None:
    twice = [{"number": "9903.88.15"}, {"number": "99038815"}]
    assert problem(priced(origin="CN", additional_numbers=twice)) == "tariff.number-twice"
    more = [{"number": "9903.88.15", "value": "10001"}]
    assert problem(priced(origin="CN", additional_numbers=more)) == "tariff.part-value-too-high"


def test_a_column_that_is_blank_is_not_replaced_by_another(shelf: Shelf) -> None:
    """Goods of column 2 on a number of chapter 99 that prints nothing there."""
    number = next(
        row.number for row in book_of_shelf(shelf) if row.digits[:4] == "9903" and row.general and not row.column_2
    )
    assert problem(priced(shelf, origin="CU", additional_numbers=[{"number": number}])) == "tariff.rate-not-computable"


def test_an_additional_duty_on_a_part_of_the_value(shelf: Shelf) -> None:
    # 9903.81.91 (2025): + a duty of 25% upon the value of the steel content.
    changes: dict[str, Any] = {"entry_date": "2025-05-02", "additional_numbers": [{"number": "9903.81.91"}]}
    assert problem(priced(shelf, **changes)) == "tariff.part-value-missing"
    answer = priced(shelf, **changes, parts=[{"part": "steel content", "value": "1000"}])
    assert only(answer).duty == Decimal("720.00")


def test_a_temporary_rate_stands_instead_of_the_other(shelf: Shelf) -> None:
    # 9902.01.04: artichokes of 2001.90.25, 7.2% instead of 10.2%.
    changes: dict[str, Any] = {
        "tariff_number": "2001.90.25.00",
        "quantities": [{"quantity": "50", "unit": "kg"}],
        "additional_numbers": [{"number": "9902.01.04"}],
    }
    answer = priced(shelf, **changes)
    assert [(charge.code, charge.amount) for charge in only(answer).charges] == [("9902.01.04", Decimal("720.00"))]
    unchanged = priced(shelf, **{**changes, "origin": "RU"})
    assert [charge.rate for charge in only(unchanged).charges] == ["35%", "No change"]


def test_a_rate_of_its_own_has_to_be_placed_by_a_person(shelf: Shelf) -> None:
    number = next(
        row.number for row in book_of_shelf(shelf) if row.digits.startswith("9904") and row.general.endswith("¢/kg")
    )
    changes: dict[str, Any] = {"quantities": [{"quantity": "100", "unit": "kg"}]}
    assert problem(priced(shelf, **changes, additional_numbers=[{"number": number}])) == "tariff.action-unclear"
    added = priced(shelf, **changes, additional_numbers=[{"number": number, "acts": "adds"}])
    instead = priced(shelf, **changes, additional_numbers=[{"number": number, "acts": "replaces"}])
    assert only(added).duty == Decimal("470.00") + (only(instead).duty or 0)


def book_of_shelf(shelf: Shelf) -> Any:
    found = shelf.book_on(date(2024, 11, 2))
    assert found is not None
    return found


def test_repairs_abroad_pay_on_the_repairs(shelf: Shelf) -> None:
    changes: dict[str, Any] = {"additional_numbers": [{"number": "9802.00.40"}]}
    assert problem(priced(shelf, **changes)) == "tariff.part-value-missing"
    answer = priced(shelf, **changes, parts=[{"part": "repairs or alterations", "value": "2000"}])
    assert only(answer).duty == Decimal("94.00")
    assert "499" not in amounts(answer)  # chapter 98 pays no processing fee (19 USC 58c(b)(8)(B)(i))


def test_assembly_abroad_leaves_out_what_came_from_the_united_states(shelf: Shelf) -> None:
    changes: dict[str, Any] = {
        "value": "100000",
        "additional_numbers": [{"number": "9802.00.80"}],
        "parts": [{"part": "products of the United States", "value": "60000"}],
    }
    answer = priced(shelf, **changes)
    assert only(answer).duty == Decimal("1880.00")
    assert amounts(answer)["499"] == Decimal("138.56")  # on 40,000 (58c(b)(8)(D)(iv))


def test_a_quota_number_that_the_special_column_names(shelf: Shelf) -> None:
    changes: dict[str, Any] = {
        "tariff_number": "1704.90.58.00",
        "origin": "MX",
        "programme": "S+",
        "quantities": [{"quantity": "1000", "unit": "kg"}],
    }
    assert problem(priced(shelf, **changes)) == "tariff.rate-not-computable"
    answer = priced(shelf, **changes, additional_numbers=[{"number": "9823.08.01"}])
    assert [charge.code for charge in only(answer).charges] == ["9823.08.01"]


def test_a_rate_in_doubt_is_not_computed_with(shelf: Shelf) -> None:
    changes: dict[str, Any] = {"entry_date": "2025-05-02", "additional_numbers": [{"number": "9819.11.03"}]}
    assert problem(priced(shelf, **changes)) == "tariff.rate-not-computable"


def test_a_footnote_that_names_a_number_is_told(shelf: Shelf) -> None:
    shirt = {"tariff_number": "6109.10.00.12", "origin": "CN", "entry_date": "2026-05-02"}
    told = [one.got for one in only(priced(shelf, **shirt)).notices if one.code == "tariff.number-in-footnote"]
    assert told == ["9903.88.15 (See 9903.88.15.)"]
    carried = priced(shelf, **shirt, additional_numbers=[{"number": "9903.88.15"}])
    assert "tariff.number-in-footnote" not in {one.code for one in only(carried).notices}


# Specific rates, parts, sugar, rounding.


def test_a_specific_rate_takes_any_unit_that_converts_exactly() -> None:
    changes: dict[str, Any] = {"tariff_number": "2206.00.30"}
    for unit, quantity in (("liters", "1000"), ("hl", "10")):
        given = [{"quantity": quantity, "unit": unit}, {"quantity": "120", "unit": "pf.liters"}]
        line = only(priced(**changes, quantities=given))
        assert line.duty == Decimal("57.52")  # 1000 x 3.1 cents + 120 x 22.1 cents


def test_a_watch_is_computed_part_by_part() -> None:
    line = only(
        priced(
            tariff_number="9102.11.10",
            value="5000",
            quantities=[{"quantity": "100", "unit": "pcs"}],
            parts=[
                {"part": "case", "value": "1500"},
                {"part": "strap, band or bracelet", "value": "600"},
                {"part": "battery", "value": "50"},
            ],
        )
    )
    assert line.duty == Decimal("220.65")  # 44.00 + 90.00 + 84.00 + 2.65


def test_jewels_over_seven() -> None:
    """9105.19.30: 43¢ each + 2.8¢/jewel over 7 + 3.7% on the case."""
    changes: dict[str, Any] = {"tariff_number": "9105.19.30", "parts": [{"part": "case", "value": "1000"}]}
    for jewels, expected in (("1000", "88.40"), ("700", "80.00"), ("100", "80.00")):
        given = [{"quantity": "100", "unit": "No."}, {"quantity": jewels, "unit": "Jwls."}]
        assert only(priced(**changes, quantities=given)).duty == Decimal(expected)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ("100", "1460.60"),
        ("96", "1377.93"),  # less 4 x 0.020668 cents
        ("98.5", "1429.60"),  # fractions of a degree in proportion
        ("50", "943.85"),  # the floor, 0.943854 cents
    ],
)
def test_raw_sugar_by_its_polarization(degrees: str, expected: str) -> None:
    given = [{"quantity": "100000", "unit": "kg"}, {"quantity": degrees, "unit": "degrees"}]
    assert only(priced(tariff_number="1701.13.10.00", quantities=given)).duty == Decimal(expected)


def test_content_is_not_the_goods(shelf: Shelf) -> None:
    """2603.00.00: 1.7¢/kg on lead content; kilograms of ore are not kilograms of lead."""
    changes: dict[str, Any] = {"tariff_number": "2603.00.00.10"}
    assert (
        problem(priced(shelf, **changes, quantities=[{"quantity": "1000", "unit": "kg"}])) == "tariff.quantity-missing"
    )
    named = [{"quantity": "100", "unit": "Pb kg"}]
    spelt = [{"quantity": "0.1", "unit": "t", "of": "lead content"}]
    one, other = (only(priced(shelf, **changes, quantities=given)) for given in (named, spelt))
    assert one.duty == other.duty == Decimal("1.70")


def test_values_are_whole_dollars_and_quantities_hundredths() -> None:
    rounded = only(priced(value="9999.50"))
    assert rounded.entered_value == 10_000
    assert "tariff.value-rounded" in {one.code for one in rounded.notices}
    line = only(priced(quantities=[{"quantity": "1.005", "unit": "No."}]))
    assert line.quantities == ("1.01 No.",)
    assert "tariff.quantity-rounded" in {one.code for one in line.notices}


def test_half_a_cent_counts_as_a_cent() -> None:
    assert only(priced(value="50", tariff_number="8414.51.30.00")).duty == Decimal("2.35")
    assert amounts(priced(value="10004"))["501"] == Decimal("12.51")  # 12.505


def test_a_value_in_another_currency() -> None:
    line = only(priced(currency="EUR", exchange={"EUR": "1.085"}, value="10000"))
    assert (line.entered_value, line.duty) == (10_850, Decimal("509.95"))


def test_a_unit_that_nothing_asks_for_is_told() -> None:
    line = only(priced(quantities=[{"quantity": "5", "unit": "kg"}]))
    assert {"tariff.unit-not-asked", "tariff.unit-not-given"} <= {one.code for one in line.notices}
    part = only(priced(parts=[{"part": "handle", "value": "5"}]))
    assert "tariff.part-not-used" in {one.code for one in part.notices}


def test_fees_that_the_filer_states_are_taken_over_and_said_to_be_so(shelf: Shelf) -> None:
    shirt: dict[str, Any] = {"tariff_number": "6109.10.00.12"}
    told = only(priced(shelf, **shirt)).notices
    assert any(one.code == "tariff.fee-not-computed" and one.got.startswith("056") for one in told)
    answer = priced(shelf, **shirt, fees=[{"class": "056", "amount": "3.21"}])
    assert amounts(answer)["056"] == Decimal("3.21")
    assert all(not one.got.startswith("056") for one in only(answer).notices)


def test_every_notice_and_figure_says_what_it_rests_on(shelf: Shelf) -> None:
    answer = priced(shelf, origin="CN", additional_numbers=[{"number": "9903.88.15"}])
    for charge in (*only(answer).charges, *answer.fees):
        assert charge.formula
        assert charge.citation
        assert charge.as_of
    assert all(one.sentence == SENTENCES[one.code] for one in (*only(answer).notices, *answer.notices))
