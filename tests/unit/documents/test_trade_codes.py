"""The small codes of trade documents, against the published vectors."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transire.documents.codes import (
    FORMATS,
    check_entry_number,
    check_importer_number,
    countries,
    decimal_text,
    entry_number,
    is_filer_code,
    parse_decimal,
)
from transire.documents.errors import DecimalMalformed, EntryNumberMalformed, ImporterNumberMalformed


@pytest.mark.parametrize("number", ["ABC-1234567-6", "999-9999999-0", "B76-0324527-8", "300-0000001-5"])
def test_the_published_entry_numbers_hold(number: str) -> None:
    check_entry_number(number)
    filer, sequence, _ = number.split("-")
    assert entry_number(filer, int(sequence)) == number


@settings(deadline=None)
@given(st.from_regex(r"[A-Z0-9]{3}", fullmatch=True).filter(is_filer_code), st.integers(0, 9_999_999), st.data())
def test_one_wrong_character_is_found(filer: str, sequence: int, data: st.DataObject) -> None:
    """The check digit is Luhn's over values 1 to 9: each single change of a digit is found."""
    number = entry_number(filer, sequence)
    at = data.draw(st.sampled_from([4, 5, 6, 7, 8, 9, 10, 12]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    with pytest.raises(EntryNumberMalformed):
        check_entry_number(number[:at] + other + number[at + 1 :])


def test_the_wrong_check_digit_is_told_with_the_right_one() -> None:
    with pytest.raises(EntryNumberMalformed, match=r"Expected check digit 6, got check digit 7 in ABC-1234567-7"):
        check_entry_number("ABC-1234567-7")


@pytest.mark.parametrize(
    "number", ["", "ABC12345676", "abc-1234567-6", "ABC-123456-6", "000-1234567-2", "AB-1234567-6", "ABC-1234567-6\n"]
)
def test_other_forms_are_no_entry_numbers(number: str) -> None:
    with pytest.raises(EntryNumberMalformed):
        check_entry_number(number)


def test_numbers_are_made_for_real_filers_and_seven_digits_only() -> None:
    for filer, sequence in (("000", 1), ("ABC", -1), ("ABC", 10_000_000), ("abc", 1)):
        with pytest.raises(EntryNumberMalformed):
            entry_number(filer, sequence)


@pytest.mark.parametrize(("code", "is_one"), [("001", True), ("999", True), ("000", False), ("ABC", True),
                                              ("9ZZ", True), ("A1", False), ("A1é", False)])  # fmt: skip
def test_filer_codes(code: str, is_one: bool) -> None:
    assert is_filer_code(code) is is_one


@pytest.mark.parametrize("number", ["12-345678900", "12-3456789AB", "123-45-6789", "230401-00017"])
def test_importer_numbers_of_the_three_forms(number: str) -> None:
    check_importer_number(number)


@pytest.mark.parametrize("number", ["", "12-3456789", "123456789", "12-3456789ab", "2304-00017", "123-45-67890"])
def test_other_forms_are_no_importer_numbers(number: str) -> None:
    with pytest.raises(ImporterNumberMalformed):
        check_importer_number(number)


@pytest.mark.parametrize("text", ["0", "1250.50", "-3.000", "0.000000000001", "999999999999999"])
def test_an_exact_decimal_is_read_and_written_as_it_stands(text: str) -> None:
    assert decimal_text(parse_decimal(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "1,5", "1e3", "NaN", "Infinity", "+1", "01", ".5", "5.", "1 000", "1_000", "--1", "٣"),
        *("0.0000000000001", "1" * 16),
    ],
)
def test_what_is_no_exact_decimal_is_refused(text: str) -> None:
    with pytest.raises(DecimalMalformed):
        parse_decimal(text)


def test_decimals_are_written_without_exponent_and_minus_zero() -> None:
    assert decimal_text(Decimal("1E+3")) == "1000"
    assert decimal_text(Decimal("-0.00")) == "0.00"
    for wrong in (Decimal("NaN"), Decimal("Infinity"), Decimal("1E+20"), Decimal("1E-20")):
        with pytest.raises(DecimalMalformed):
            decimal_text(wrong)


def test_countries_are_the_249_of_iso_3166() -> None:
    assert len(countries()) == 249
    assert {"US", "MX", "CA", "CR", "DO", "GT", "HN", "NI", "SV"} <= countries()
    assert not {"UK", "EU", "XX", "us"} & countries()


def test_the_formats_that_schemas_name_take_text_only() -> None:
    good = {
        "iso-country": "MX",
        "iso-currency": "USD",
        "tariff-number": "8413.70",
        "entry-number": "B76-0324527-8",
        "importer-number": "12-345678900",
        "filer-code": "B76",
        "in-bond-number": "123456782",
    }
    assert set(good) == set(FORMATS)
    for name, value in good.items():
        assert FORMATS[name](value)
        assert not FORMATS[name](value + "x")
    assert not FORMATS["tariff-number"]("841370")
