"""Published vectors of the numbers of customs: entry, in-bond, importer, manufacturer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.documents.codes import check_entry_number, check_importer_number, entry_check_digit
from transire.documents.errors import (
    EntryNumberMalformed,
    ImporterNumberMalformed,
    InBondNumberMalformed,
    ManufacturerUnsuitable,
)
from transire.documents.in_bond import check_in_bond_number, in_bond_check_digit
from transire.documents.manufacturer_id import city_part, manufacturer_id, name_part, street_part


@pytest.mark.parametrize(
    ("filer", "sequence", "digit"),
    [("ABC", "1234567", "6"), ("999", "9999999", "0"), ("B76", "0324527", "8"), ("300", "0000001", "5")],
)
def test_check_digits_of_entry_numbers(filer: str, sequence: str, digit: str) -> None:
    assert entry_check_digit(filer, sequence) == digit
    check_entry_number(f"{filer}-{sequence}-{digit}")
    with pytest.raises(EntryNumberMalformed):
        check_entry_number(f"{filer}-{sequence}-{(int(digit) + 1) % 10}")


@given(st.text("0123456789", min_size=7, max_size=7), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_of_an_entry_number_is_always_found(sequence: str, place: int, off: int) -> None:
    wrong = sequence[:place] + str((int(sequence[place]) + off) % 10) + sequence[place + 1 :]
    assert entry_check_digit("ABC", sequence) != entry_check_digit("ABC", wrong)


@pytest.mark.parametrize(("digits", "digit"), [("82345678", "2"), ("25770003", "0"), ("25770005", "2")])
def test_check_digits_of_in_bond_numbers(digits: str, digit: str) -> None:
    assert in_bond_check_digit(digits) == digit
    check_in_bond_number(digits + digit)


@pytest.mark.parametrize(
    "text", ["823456783", "82345678", "8234567822", "82345678a", "", "\uff182345678\u0662", "82345678 2"]
)
def test_what_is_no_in_bond_number_is_refused(text: str) -> None:
    with pytest.raises(InBondNumberMalformed):
        check_in_bond_number(text)


@pytest.mark.parametrize("text", ["12-345678900", "12-3456789AB", "123-45-6789", "260142-12345"])
def test_the_forms_of_importer_numbers(text: str) -> None:
    check_importer_number(text)


@pytest.mark.parametrize("text", ["12-3456789", "12-3456789ab", "1234-5-6789", "26014-123456", "12-34567890000", ""])
def test_what_is_no_importer_number_is_refused(text: str) -> None:
    with pytest.raises(ImporterNumberMalformed):
        check_importer_number(text)


# 19 CFR part 102, appendix: the examples that are published there.


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Amalgamated Plastics Corp.", "AMAPLA"),
        ("Bergstrom", "BER"),
        ("A.B.C. Company", "ABCCOM"),
        ("O.A.S.I.S. Corp.", "OASCOR"),
        ("Dr. S.A. Smith", "DRSA"),
        ("Shavings B L Inc.", "SHABL"),
        ("The Embassy of Spain", "EMBSPA"),
        ("Rawles-Aden Corp.", "RAWCOR"),
        ("20th Century Fox", "20TCEN"),
        ("Concept 2000", "CON200"),
        ("PT Textile Industries", "TEXIND"),
        ("Müller & Söhne", "MULSOH"),
        ("John X Smith", "JOHSMI"),  # an initial alone is no word
    ],
)
def test_the_name_in_a_manufacturer_id(name: str, part: str) -> None:
    assert name_part(name) == part


@pytest.mark.parametrize(
    ("street", "part"),
    [
        ("11455 Main Street, Suite 9999", "1145"),
        ("232 Main Street, Suite 1234", "1234"),
        ("One Thousand Century Plaza, Suite 345", "345"),
        ("12,34,56 Alaska Road", "1234"),
        ("Apt. 509 2727 Cleveland St.", "2727"),
        ("Century Plaza", ""),
    ],
)
def test_the_street_in_a_manufacturer_id(street: str, part: str) -> None:
    assert street_part(street) == part


@pytest.mark.parametrize(
    ("city", "part"),
    [
        ("St. Michel", "STM"),
        ("18-Mile High", "MIL"),
        ("The Hague", "HAG"),
        ("Hong Kong", "HON"),
        ("Singapore", "SIN"),
        ("Macau", "MAC"),
        ("Zürich 8001", "ZUR"),
    ],
)
def test_the_city_in_a_manufacturer_id(city: str, part: str) -> None:
    assert city_part(city) == part


def test_a_manufacturer_id_as_a_whole() -> None:
    assert manufacturer_id("MX", "Bombas del Bajio, S.A.", "Av. Industria 1250", "Leon") == "MXBOMDEL1250LEO"
    assert manufacturer_id("CA", "Rawles-Aden Corp.", "", "Regina", province="SK") == "XSRAWCORREG"


@pytest.mark.parametrize(
    ("country", "name", "city", "province", "where"),
    [
        ("CA", "Maker", "Regina", None, "province"),
        ("Mexico", "Maker", "Leon", None, "country"),
        ("MX", "of the", "Leon", None, "name"),
        ("CN", "\u5de5\u5382", "Shenzhen", None, "name"),
        ("MX", "Maker", "123", None, "city"),
        ("MX", "x" * 5000, "Leon", None, None),
    ],
)
def test_what_gives_no_code_is_refused(
    country: str, name: str, city: str, province: str | None, where: str | None
) -> None:
    with pytest.raises(ManufacturerUnsuitable) as refusal:
        manufacturer_id(country, name, "1 Road", city, province=province)
    assert refusal.value.where == where


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_a_code_is_made_or_refused_and_never_longer_than_fifteen(name: str, street: str, city: str) -> None:
    try:
        code = manufacturer_id("MX", name, street, city)
    except ManufacturerUnsuitable:
        return
    assert len(code) <= 15
    assert code.isascii()
    assert code.isalnum()
    assert code == code.upper()
