"""The tariff schedule in the portal: search, chapters, the tree below a number, and refusals."""

from __future__ import annotations

import pytest


@pytest.fixture
def signed_in(browser):
    browser.sign_in("taller", "admin@taller.example")
    return browser


def test_words_and_digits_find_rows_with_their_rates(signed_in) -> None:
    page = signed_in.get("/m/taller/tariff?words=ceiling fans").text
    assert '<a href="/m/taller/tariff/8414.51.30.00' in page
    assert "4.7%" in page
    assert "8413.70.20.04" in signed_in.get("/m/taller/tariff?words=8413.70").text
    assert "list nothing under these words" in signed_in.get("/m/taller/tariff?words=xyzzy").text


def test_chapters_lead_to_headings_and_these_to_everything_below(signed_in) -> None:
    assert "chapter=84" in signed_in.get("/m/taller/tariff").text
    assert "/m/taller/tariff/8414?date=" in signed_in.get("/m/taller/tariff?chapter=84").text
    tree = signed_in.get("/m/taller/tariff/8414").text
    assert "Ceiling fans for permanent installation" in tree
    assert "35%" in tree
    over = signed_in.get("/m/taller/tariff/8414.51.30.00").text
    assert "Air or vacuum pumps" in over


def test_a_rate_that_is_not_read_is_marked(signed_in) -> None:
    assert "not computed with" in signed_in.get("/m/taller/tariff/1701.13.10.00").text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tariff/99999", "tariff.number-malformed"),
        ("tariff/0101.21.00", "tariff.number-not-at-hand"),
        ("tariff/8414.51.30.00?date=2001-01-01", "tariff.number-not-at-hand"),
    ],
)
def test_what_cannot_be_shown_says_why(signed_in, path: str, code: str) -> None:
    answer = signed_in.get(f"/m/taller/{path}")
    assert answer.status_code == 400
    assert code in answer.text


def test_hostile_words_are_text(signed_in) -> None:
    page = signed_in.get("/m/taller/tariff?words=<script>alert(1)</script>&date=never&chapter='--").text
    assert "<script>alert" not in page


def test_nobody_looks_without_signing_in(browser) -> None:
    assert browser.get("/m/taller/tariff").status_code == 303
