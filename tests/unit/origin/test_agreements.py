"""Agreements bind on their days and their parties, and a certification under each says what its law asks for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transire.documents.catalogue import document_type, schema_ids
from transire.origin.agreements import agreement, agreement_of_schema, agreements
from transire.origin.errors import AgreementUnknown


@pytest.mark.parametrize(
    ("agreement_id", "day", "in_force"),
    [
        ("nafta", date(1993, 12, 31), False),
        ("nafta", date(1994, 1, 1), True),
        ("nafta", date(2020, 6, 30), True),
        ("nafta", date(2020, 7, 1), False),
        ("usmca", date(2020, 6, 30), False),
        ("usmca", date(2020, 7, 1), True),
        ("cafta_dr", date(2006, 2, 28), False),
        ("cafta_dr", date(2026, 11, 22), True),
    ],
)
def test_an_agreement_is_in_force_on_its_days(agreement_id: str, day: date, in_force: bool) -> None:
    assert agreement(agreement_id).is_in_force(day) is in_force


@pytest.mark.parametrize(
    ("country", "since"),
    [
        ("US", date(2006, 3, 1)),
        ("SV", date(2006, 3, 1)),
        ("HN", date(2006, 4, 1)),
        ("NI", date(2006, 4, 1)),
        ("GT", date(2006, 7, 1)),
        ("DO", date(2007, 3, 1)),
        ("CR", date(2009, 1, 1)),
    ],
)
def test_the_parties_of_cafta_dr_joined_one_after_another(country: str, since: date) -> None:
    law = agreement("cafta_dr")
    assert law.is_party(country, since)
    assert not law.is_party(country, date.fromordinal(since.toordinal() - 1))


def test_a_stranger_is_no_party_and_nobody_is_after_the_end() -> None:
    assert not agreement("usmca").is_party("CR", date(2026, 1, 1))
    assert not agreement("nafta").is_party("MX", date(2021, 1, 1))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 3, 15), date(2027, 3, 14)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_a_blanket_period_of_twelve_months(start: date, end: date) -> None:
    assert agreement("usmca").blanket_end(start) == end


@settings(deadline=None)
@given(st.dates(date(1994, 1, 1), date(2100, 1, 1)))
def test_twelve_months_are_a_year_and_four_years_never_more(day: date) -> None:
    law = agreement("usmca")
    assert 364 <= (law.blanket_end(day) - day).days <= 365
    assert 1460 <= (law.validity_end(day) - day).days <= 1461


def test_each_agreement_has_its_certification_among_the_documents() -> None:
    for law in agreements().values():
        assert law.schema_id in schema_ids()
        assert law.short in document_type(law.schema_id).title
        assert agreement_of_schema(law.schema_id) is law
        assert all(criterion.citation and criterion.title for criterion in law.criteria.values())


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(AgreementUnknown):
        agreement("kusfta")
    with pytest.raises(AgreementUnknown):
        agreement_of_schema("commercial-invoice/1")
