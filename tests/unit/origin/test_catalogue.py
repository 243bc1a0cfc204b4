"""The catalogue is what the official tables compile to, and the most specific rule binds."""

from __future__ import annotations

import runpy
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from rule_corpora import TABLES
from transire.origin.agreements import agreement
from transire.origin.browsing import rules_shown
from transire.origin.catalogue import Trade, catalogue, notes_for, rules_for
from transire.origin.compiling import compile_catalogue, edition_of, read_rows
from transire.origin.concordance import before
from transire.origin.errors import RulesUnreadable
from transire.origin.rule.notes import ComponentDecides, LiningShift
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Unread
from transire.tariff.number import parse_tariff_number

NOW = date(2026, 11, 22)


@pytest.mark.parametrize("agreement_id", TABLES)
def test_the_shipped_catalogue_is_what_the_texts_compile_to(shared_data: Path, agreement_id: str) -> None:
    script = runpy.run_path(str(Path(__file__).parents[3] / "scripts" / "write_origin_catalogue.py"))
    shipped = files("transire.origin") / "data" / "rules" / f"{agreement_id}.json"
    made = script["compiled"](shared_data / "origin", agreement_id)
    assert made == shipped.read_bytes(), "run python scripts/write_origin_catalogue.py"


@pytest.mark.parametrize(
    ("agreement_id", "texts", "rules"), [("nafta", 1377, 1362), ("usmca", 79, 71), ("cafta_dr", 49, 49)]
)
def test_every_text_of_the_source_is_a_rule_or_notes(agreement_id: str, texts: int, rules: int) -> None:
    found = catalogue(agreement_id)
    assert (found.texts, len(found.rules)) == (texts, rules)
    # Letters stand in section 13 for items that each country numbers in its own tariff ("8708.99.aa").
    assert {one.scope for one in found.not_understood} <= {"8708.99"}


def test_a_rule_that_is_not_whole_is_listed_with_the_reason() -> None:
    for agreement_id in TABLES:
        found = catalogue(agreement_id)
        listed = {one.scope for one in found.anomalies}
        partial = {rule.scope for rule in found.rules if not rule.complete}
        assert {scope.replace(".", "") for scope in partial} <= {scope.replace(".", "") for scope in listed}
        assert all(one.reason for one in found.anomalies)


def test_a_rule_that_names_other_goods_than_its_numbers_decides_nothing() -> None:
    (rule,) = rules_for("nafta", "8536.50.90", date(2019, 5, 1))
    (one, two) = rule.rule.alternatives
    assert isinstance(one.way, Unread)
    assert isinstance(two.way, Unread)
    assert "8536.30" in one.way.words
    assert not rule.complete


def test_the_ranges_say_what_the_scope_says() -> None:
    for agreement_id in TABLES:
        for rule in catalogue(agreement_id).rules:
            written = [part.replace(".", "").split("-") for part in rule.scope.split(",")]
            assert [(one[0], one[-1]) for one in written] == [(codes.first, codes.last) for codes in rule.ranges]
            assert len({codes.level for codes in rule.ranges}) == 1
            assert all(len(codes.last) == codes.level in (4, 6, 8) for codes in rule.ranges)


def test_the_sentence_of_a_rule_reads_back_to_its_tree() -> None:
    whole = [rule for agreement_id in TABLES for rule in catalogue(agreement_id).rules if rule.complete]
    assert len(whole) > 1450
    for rule in whole:
        assert read_rule(rule.text) == rule.rule


def _scopes(agreement_id: str, code: str, on: date = NOW) -> list[str]:
    return [rule.scope for rule in rules_for(agreement_id, code, on)]


def test_a_tariff_item_rule_rules_alone_then_the_subheading_then_the_heading() -> None:
    item = ["1806.10.43,1806.10.45,1806.10.55,1806.10.65,1806.10.75"]
    assert _scopes("usmca", "1806.10.45") == item
    assert _scopes("usmca", "1806.10.45.00") == item
    assert _scopes("usmca", "1806.10.50") == ["1806.10"]
    assert _scopes("usmca", "1806.10") == ["1806.10"]
    assert _scopes("usmca", "4415.20.80.00") == ["4401-4421"]
    assert _scopes("cafta_dr", "6209.20.10") == ["6209.20.10"]
    assert _scopes("cafta_dr", "6209.20.20") == ["6209"]


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
        ("usmca", "1901.10.15", ["1901.10.05,1901.10.15,1901.10.30,1901.10.35,1901.10.40,1901.10.45"]),
    ],
)
def test_the_rule_of_a_number(agreement_id: str, code: str, scopes: list[str]) -> None:
    assert _scopes(agreement_id, code) == scopes


def test_a_rule_binds_on_its_days() -> None:
    assert _scopes("nafta", "8413.70", date(2018, 9, 17)) == ["8413.11-8413.82"]
    assert _scopes("nafta", "8413.70", date(2020, 7, 1)) == []
    assert _scopes("usmca", "8413.70", date(2020, 6, 30)) == []
    assert _scopes("usmca", "8607.11", date(2023, 6, 30)) == []
    assert _scopes("usmca", "8607.11", date(2023, 7, 1)) == ["8607.11-8607.12"]


def test_a_rule_read_on_a_day_before_its_text_says_so() -> None:
    (rule,) = rules_for("nafta", "8413.70", date(2004, 3, 1))
    assert "2018-06-21" in (rule.notice(date(2004, 3, 1)) or "")
    assert rule.notice(date(2019, 1, 1)) is None
    assert (rule.agreement, rule.hs) == ("nafta", "2007")


def test_the_direction_of_trade_chooses_the_rule() -> None:
    both = rules_for("usmca", "6110.30", NOW)
    assert len(both) == 2
    (mexico,) = rules_for("usmca", "6110.30", NOW, exporter="US", importer="MX")
    assert mexico.trade == Trade(between=("MX", "US"))
    (other,) = rules_for("usmca", "6110.30", NOW, exporter="CA", importer="US")
    assert other.trade == Trade(other=True)


def test_the_notes_of_a_chapter_bind_with_their_dates() -> None:
    kinds = {type(one.note) for one in notes_for("nafta", "6203.11", date(2019, 1, 1))}
    assert {LiningShift, ComponentDecides} <= kinds
    before = [one.citation for one in notes_for("usmca", "6203.11", date(2021, 6, 30))]
    after = [one.citation for one in notes_for("usmca", "6203.11", date(2021, 7, 1))]
    assert set(after) - set(before) == {"General Note 11(o), chapter 62, chapter rule 4, HTSUS"}


def test_a_number_of_a_later_edition_is_looked_up_under_those_it_was_made_from() -> None:
    for number, scope in (("8701.21", "8701.20"), ("8704.41", "8704.21"), ("8703.60.00", "8703.21-8703.90")):
        (rule,) = rules_for("usmca", number, NOW)
        assert (rule.scope, rule.hs, rule.declared != "") == (scope, "2012", True)
    (rule,) = rules_for("usmca", "8703.23", NOW)
    assert (rule.scope, rule.declared) == ("8703.21-8703.90", "")


def test_rules_below_a_chapter_or_heading_are_browsed() -> None:
    shown = rules_shown("nafta", "84.14", date(2019, 5, 1))
    assert {rule.scope.partition(".")[0] for rule in shown.rules} == {"8414"}
    assert "stand below" in shown.notices[0]


def test_a_note_about_one_rule_guards_that_rule_alone() -> None:
    panel, envelope = rules_for("nafta", "8540.12.91", date(2019, 1, 1))
    assert "glass panel" in panel.rule.alternatives[0].guard
    assert "glass envelope" in envelope.rule.alternatives[0].guard


def test_an_operators_own_table_is_read_in_place_of_the_shipped_one() -> None:
    rows = read_rows(["hs_scope,rule_text", '8413.70,"A change to subheading 8413.70 from any other subheading."'])
    own = compile_catalogue(rows, agreement("usmca"), edition_of("usmca"))
    (rule,) = rules_for("usmca", "8413.70.20", NOW, own=own)
    assert rule.text == "A change to subheading 8413.70 from any other subheading."


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["hs_scope,rule_text"],
        ["code,words", "84.14,A change"],
        ["hs_scope,rule_text", "8415-8414,A change to heading 8414 from any other heading."],
        ["hs_scope,rule_text", "84-8414,A change to heading 8414 from any other heading."],
    ],
)
def test_a_table_that_cannot_be_read_is_refused(lines: list[str]) -> None:
    with pytest.raises(RulesUnreadable):
        compile_catalogue(read_rows(lines), agreement("usmca"), edition_of("usmca"))


def test_a_text_that_is_not_understood_is_listed_and_decides_nothing() -> None:
    rows = read_rows(["hs_scope\trule_text", "84.14\tThe fans shall be blue."])
    own = compile_catalogue(rows, agreement("usmca"), edition_of("usmca"))
    assert [one.kind for one in own.anomalies] == ["not_understood"]
    assert all(not rule.complete for rule in own.rules)


def test_a_number_that_is_too_coarse_has_no_rule() -> None:
    for rule in catalogue("nafta").by_chapter["84"]:
        if rule.level == 6:
            assert not rule.holds(parse_tariff_number("8414"))


def test_a_number_of_a_later_edition_is_looked_up_under_the_one_it_was_made_from() -> None:
    (rule,) = rules_for("nafta", "8523.49", date(2019, 5, 1))
    assert rule.scope == "8523.40"
    assert "not a number of HS 2007" in (rule.notice(date(2019, 5, 1)) or "")
    assert rules_for("nafta", "8523.40", date(2019, 5, 1))[0].notice(date(2019, 5, 1)) is None
    assert before("961900", "2007") == ("481840", "560110")
    assert before("961900", "2012") == ()
    assert before("841370", "2007") == ()


def test_no_number_of_the_rules_edition_is_said_to_be_made_later() -> None:
    """The NAFTA table is of HS 2007: a number that it prints cannot have been made after it."""
    printed = {codes.first for rule in catalogue("nafta").rules for codes in rule.ranges if codes.level == 6}
    assert {number for number in printed if before(number, "2007")} == set()
