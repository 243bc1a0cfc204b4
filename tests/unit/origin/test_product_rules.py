"""The rules are quoted word for word, and the most specific one binds."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from transire.origin.rules import CodeRange, ProductRule, product_rules, rules_for
from transire.tariff.number import parse_tariff_number

NOW = date(2026, 11, 22)
_FILES = {
    "usmca": "usmca_gn11_rules.tsv",
    "cafta_dr": "cafta_dr_gn29_rules.tsv",
    "nafta": "nafta_annex401_rules.tsv",
}


@pytest.mark.parametrize("agreement_id", _FILES)
def test_every_rule_is_quoted_word_for_word(shared_data: Path, agreement_id: str) -> None:
    path = shared_data / "origin" / _FILES[agreement_id]
    with path.open(encoding="utf-8", newline="") as file:
        texts = {
            row["hs_scope"].replace(".", ""): row["rule_text"].strip() for row in csv.DictReader(file, delimiter="\t")
        }
    rules = [rule for rule in product_rules() if rule.agreement == agreement_id]
    assert rules
    for rule in rules:
        assert texts[rule.scope.replace(".", "")] == rule.text


def test_the_ranges_say_what_the_scope_says() -> None:
    for rule in product_rules():
        written = [part.replace(".", "").split("-") for part in rule.scope.split(",")]
        assert [(one[0], one[-1]) for one in written] == [(codes.first, codes.last) for codes in rule.ranges]
        assert len({codes.level for codes in rule.ranges}) == 1
        assert all(len(codes.last) == codes.level in (4, 6, 8) for codes in rule.ranges)


def _scopes(agreement_id: str, code: str, on: date = NOW) -> list[str]:
    return [rule.scope for rule in rules_for(agreement_id, code, on)]


def test_a_tariff_item_rule_rules_alone_then_the_subheading_then_the_heading() -> None:
    item = ["1806.10.43,1806.10.45,1806.10.55,1806.10.65,1806.10.75"]
    assert _scopes("usmca", "1806.10.45") == item
    assert _scopes("usmca", "1806.10.45.00") == item
    assert _scopes("usmca", "1806.10.50") == ["1806.10"]
    assert _scopes("usmca", "1806.10") == ["1806.10"]
    assert _scopes("usmca", "4415.20.80.00") == ["4401-4421"]


@pytest.mark.parametrize(
    ("agreement_id", "code", "scopes"),
    [
        ("usmca", "8413.70.20.05", ["8413.11-8413.82"]),
        ("usmca", "8413.91.90", []),
        ("usmca", "8537.10.91.70", []),
        ("cafta_dr", "9018.39.00.40", ["9017.10-9022.90"]),
        ("cafta_dr", "8481.80.50.90", ["8481"]),
        ("cafta_dr", "9608.30.00", []),
        ("usmca", "8413", []),
    ],
)
def test_the_rule_of_a_number(agreement_id: str, code: str, scopes: list[str]) -> None:
    assert _scopes(agreement_id, code) == scopes


def test_a_rule_binds_on_its_days() -> None:
    assert _scopes("nafta", "8413.70", date(2018, 9, 17)) == ["8413.11-8413.82"]
    assert _scopes("nafta", "8413.70", date(2020, 7, 1)) == []
    assert _scopes("usmca", "8413.70", date(2020, 6, 30)) == []


def test_the_finest_rule_that_is_in_force_binds() -> None:
    old = ProductRule(
        agreement="usmca", scope="8413.70", ranges=(CodeRange("841370", "841370"),), text="", citation="", edition="",
        start=date(2020, 7, 1), end=date(2021, 6, 30),
    )  # fmt: skip
    number = parse_tariff_number("8413.70.20")
    assert old.binds(number, date(2021, 6, 30))
    assert not old.binds(number, date(2021, 7, 1))
    assert not old.binds(number, date(2020, 6, 30))
