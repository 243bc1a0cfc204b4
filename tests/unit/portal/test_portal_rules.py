"""The page of the rules of origin: found, held, refused."""

from __future__ import annotations

import uuid

import pytest
from browsing import add


@pytest.fixture
def reader(browser, node):
    """Somebody new at the broker's, signed in."""
    address = f"{uuid.uuid4().hex[:8]}@harbor.example"
    add(node.tenant("harbor"), "Entry clerk", address, "preparer")
    browser.sign_in("harbor", address)
    return browser


def test_the_rules_of_a_number_and_the_notes_that_alter_them(reader) -> None:
    page = reader.get("/m/harbor/rules?agreement=nafta&code=6203.11&date=2019-05-01")
    assert page.status_code == 200
    assert "Rule for 6203.11-6203.12" in page.text
    assert "comes from another chapter than the good" in page.text
    assert "Note 1 to chapter 62" in page.text


def test_without_a_number_what_the_catalogue_holds(reader) -> None:
    page = reader.get("/m/harbor/rules?agreement=cafta_dr").text
    assert "Texts of the source" in page
    assert "an alternative may be missing" in page


def test_a_number_that_is_none_is_refused_on_the_page(reader) -> None:
    page = reader.get("/m/harbor/rules?agreement=usmca&code=84%3Cb%3E")
    assert page.status_code == 400
    assert "tariff.number-malformed" in page.text
    assert "84<b>" not in page.text


def test_a_day_that_is_none_is_today_and_an_unknown_agreement_the_first_shown(reader) -> None:
    page = reader.get("/m/harbor/rules?agreement=efta&code=8413.70&date=tomorrow").text
    assert "Rule for 8413.11-8413.82" in page
