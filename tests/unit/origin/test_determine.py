"""Determinations, one thing of the law at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from origin_cases import asked, case_of, fact, material

from transire.origin.determine import determine
from transire.origin.reading import read_case

ANY_HEADING = "A change to heading 84.14 from any other heading."
BY_VALUE = (
    "No required change in tariff classification to heading 84.14, provided there is a regional value content of not "
    "less than: (a) 60 per cent where the transaction value method is used, or (b) 50 per cent where the net cost "
    "method is used."
)
CAFTA_VALUE = (
    "No change in tariff classification to heading 8414 is required, provided there is a regional value content of "
    "not less than: (i) 35 percent when the build-up method is used, or (ii) 45 percent when the build-down method "
    "is used."
)
RING = material("ring", "8414.90", "50")


def test_a_good_that_is_declared_wholly_obtained_meets_the_first_criterion() -> None:
    answer = asked("usmca", "0302.13", [], good={"wholly_obtained": True})
    assert (answer.outcome, answer.criterion) == ("originating", "A")


def test_foreign_materials_belie_wholly_obtained() -> None:
    answer = asked("nafta", "8414.59", [RING], rule=ANY_HEADING, good={"wholly_obtained": True})
    assert answer.outcome == "not_originating"


@pytest.mark.parametrize(
    ("agreement", "criterion"), [("nafta", "C"), ("usmca", "C"), ("cafta_dr", "originating_materials")]
)
def test_originating_materials_alone_meet_the_third_criterion(agreement: str, criterion: str) -> None:
    answer = asked(agreement, "8414.59", [material("a", "8414.90", "5", "originating")], rule=ANY_HEADING)
    assert (answer.outcome, answer.criterion) == ("originating", criterion)


def test_without_a_bill_of_materials_nothing_is_settled() -> None:
    answer = asked("nafta", "8414.59", [], rule=ANY_HEADING)
    assert answer.outcome == "undetermined"
    assert [one.fact for one in answer.missing] == ["materials"]


def test_a_material_declared_to_be_what_the_rule_excepts_in_words_does_not_change() -> None:
    rule = (
        "A change to subheading 8471.60 from any other subheading, except from subheading 8504.90 or printed circuit "
        "assemblies."
    )
    declared = [fact("description", {"words": "printed circuit assemblies", "match": True})]
    answer = asked("nafta", "8471.60", [material("board", "8534.00", "50", facts=declared)], rule=rule, value="100")
    assert (answer.outcome, answer.figures.materials_not_shifting) == ("not_originating", ("board",))
    assert asked("nafta", "8471.60", [material("board", "8534.00", "50")], rule=rule).outcome == "originating"


def test_a_code_too_coarse_to_tell_leaves_the_change_open() -> None:
    rule = "A change to subheading 8414.59 from any other subheading."
    answer = asked("nafta", "8414.59", [material("part", "8414")], rule=rule)
    assert answer.outcome == "undetermined"
    assert [one.fact for one in answer.missing] == ["materials[part].tariff"]


def test_without_a_rule_the_answer_says_that_the_rule_is_missing() -> None:
    answer = asked("cafta_dr", "0302.13", [material("fish", "0301.91")])
    assert (answer.outcome, answer.missing[0].fact) == ("undetermined", "rule")


def test_an_alternative_that_does_not_cover_the_good_is_passed_over_but_counted() -> None:
    rule = (
        "(A) A change to subheadings 8414.10 through 8414.40 from any other heading; or (B) A change to subheading "
        "8414.59 from any other heading."
    )
    answer = asked("usmca", "8414.59", [material("motor", "8501.10")], rule=rule)
    assert answer.rule is not None
    assert (answer.outcome, answer.rule.alternative) == ("originating", 2)


# Value content.


def test_the_method_with_most_to_spare_is_named() -> None:
    costs = {"product": "90"}
    answer = asked("nafta", "8414.59", [RING], rule=BY_VALUE, value="130", costs=costs)
    assert (answer.outcome, answer.method) == ("originating", "net_cost")
    answer = asked("nafta", "8414.59", [RING], rule=BY_VALUE, value="1000", costs=costs)
    assert (answer.outcome, answer.method) == ("originating", "transaction_value")


def test_costs_of_international_shipment_are_no_part_of_the_transaction_value() -> None:
    value = {"international_shipment": "20"}
    answer = asked("usmca", "8414.59", [RING], rule=BY_VALUE, value="140", good={"value": value})
    assert answer.figures.transaction_value == "120"
    assert (answer.outcome, answer.figures.regional_value_content) == ("not_originating", "58.3333333333")


@pytest.mark.parametrize(
    ("share", "related", "outcome", "method"),
    [
        ("0.85", True, "originating", "transaction_value"),
        ("0.86", True, "undetermined", "net_cost"),
        ("0.86", None, "undetermined", "net_cost"),
        ("0.86", False, "originating", "transaction_value"),
        (None, True, "undetermined", "transaction_value"),
    ],
)
def test_sales_to_related_persons_close_the_transaction_value_method(
    share: str | None, related: bool | None, outcome: str, method: str
) -> None:
    more: dict[str, Any] = {} if share is None else {"related_party_share": share}
    value = {} if related is None else {"related_sale": related}
    answer = asked("nafta", "8414.59", [RING], rule=BY_VALUE, value="200", good={"value": value}, **more)
    assert (answer.outcome, answer.method) == (outcome, method)
    if share is None:
        assert answer.missing[0].fact == "related_party_share"


def test_accumulation_forces_net_cost_under_nafta_and_not_under_usmca() -> None:
    stated = [{"material": "ring", "states": {"net_cost": "45", "value_non_originating": "20", "country": "MX"}}]
    more: dict[str, Any] = {"rule": BY_VALUE, "value": "100", "accumulation": stated}
    nafta = asked("nafta", "8414.59", [RING], costs={"product": "5"}, **more)
    assert (nafta.outcome, nafta.method, nafta.figures.net_cost) == ("originating", "net_cost", "50")
    assert nafta.figures.value_non_originating == "20"
    usmca = asked("usmca", "8414.59", [RING], **more)
    assert (usmca.outcome, usmca.method, usmca.figures.regional_value_content) == (
        "originating",
        "transaction_value",
        "80",
    )


def test_a_statement_of_a_regional_amount_is_taken_off_the_value() -> None:
    stated = [{"material": "ring", "states": {"other_product_costs": "15"}}]
    answer = asked("nafta", "8414.59", [RING], rule=BY_VALUE, accumulation=stated, costs={"product": "30"})
    assert (answer.figures.net_cost, answer.figures.value_non_originating) == ("80", "35")


def test_a_statement_from_outside_the_territory_does_not_count() -> None:
    stated = [{"material": "ring", "states": {"other_product_costs": "15", "country": "CN"}}]
    answer = asked("nafta", "8414.59", [RING], rule=BY_VALUE, accumulation=stated, costs={"product": "30"})
    assert answer.figures.value_non_originating == "50"
    assert "CN" in answer.notices[0]


def test_build_up_and_build_down() -> None:
    own = material("own", "7208.10", "36", "originating")
    answer = asked("cafta_dr", "8414.59", [own, material("ring", "8414.90", "60")], rule=CAFTA_VALUE, value="100")
    assert (answer.outcome, answer.method, answer.figures.regional_value_content) == ("originating", "build_up", "36")
    down = asked("cafta_dr", "8414.59", [material("ring", "8414.90", "50")], rule=CAFTA_VALUE, value="100")
    assert (down.outcome, down.method, down.figures.regional_value_content) == ("originating", "build_down", "50")
    assert down.criterion == "product_rule"


def test_the_adjusted_value_stands_before_the_transaction_value() -> None:
    good = {"value": {"adjusted": "80"}}
    answer = asked("cafta_dr", "8414.59", [RING], rule=CAFTA_VALUE, value="100", good=good)
    assert (answer.figures.adjusted_value, answer.figures.regional_value_content) == ("80", "37.5")


@pytest.mark.parametrize(
    ("agreement", "adjustments", "counted"),
    [
        ("nafta", {"freight": "5"}, "50"),
        ("nafta", {"freight": {"amount": "5", "included": False}}, "55"),
        ("nafta", {"duties": {"amount": "2", "included": False}, "waste": {"amount": "1", "included": False}}, "53"),
        ("nafta", {"assists": "3"}, "53"),
        ("nafta", {"processing": "9", "originating_content": "4"}, "50"),
        ("usmca", {"freight": "5", "duties": "2", "waste": "1"}, "42"),
        ("usmca", {"freight": {"amount": "5", "included": False}}, "50"),
        ("usmca", {"processing": "9", "originating_content": "4"}, "37"),
        ("usmca", {"assists": "3"}, "53"),
        ("cafta_dr", {"freight": "5", "originating_content": "4", "processing": "9"}, "41"),
    ],
)
def test_what_is_added_to_the_value_of_a_material_or_let_out_of_it(
    agreement: str, adjustments: dict[str, Any], counted: str
) -> None:
    bill = [material("ring", "8414.90", "50", adjustments=adjustments)]
    rule = CAFTA_VALUE if agreement == "cafta_dr" else BY_VALUE
    answer = asked(agreement, "8414.59", bill, rule=rule, value="100")
    assert answer.figures.value_non_originating == counted


def test_net_cost_that_is_forced_and_not_stated_is_missing() -> None:
    rule = "A change to heading 84.69 from any other heading, except from heading 84.73, provided there is a regional "
    rule += "value content of not less than: (a) 60 per cent where the transaction value method is used, or (b) 50 per "
    rule += "cent where the net cost method is used."
    answer = asked("nafta", "8469.11", [material("motor", "8501.10", "1")], rule=rule, value="10")
    assert answer.outcome == "undetermined"
    assert "costs" in [one.fact for one in answer.missing]


def test_a_value_that_is_missing_does_not_save_what_fails_without_it() -> None:
    bill = [RING, material("gear", "8483.40", None)]
    answer = asked("nafta", "8414.59", bill, rule=BY_VALUE, value="100")
    assert answer.outcome == "not_originating"
    answer = asked("nafta", "8414.59", bill, rule=BY_VALUE, value="500")
    assert (answer.outcome, answer.missing[0].fact) == ("undetermined", "materials[gear].value")


# Tolerances.


def test_usmca_tolerates_ten_per_cent_of_either_base() -> None:
    bill = [material("ring", "8414.90", "10")]
    assert asked("usmca", "8414.59", bill, rule=ANY_HEADING, value="100").outcome == "originating"
    answer = asked("usmca", "8414.59", bill, rule=ANY_HEADING, value="99", costs={"product": "91"})
    assert (answer.outcome, answer.figures.de_minimis_base) == ("originating", "total_cost")


def test_cigarettes_are_tolerated_nine_per_cent() -> None:
    rule = "A change to heading 24.02 from any other heading."
    good = {"facts": []}
    bill = [material("tobacco", "2402.10", "9")]
    answer = asked("nafta", "2402.20", bill, rule=rule, value="100", good=good)
    assert (answer.outcome, answer.figures.de_minimis_share) == ("originating", "0.09")


def test_goods_of_chapters_1_to_27_tolerate_only_another_subheading() -> None:
    rule = "A change to heading 17.04 from any other heading."
    same = asked("usmca", "1704.90", [material("mass", "1704.90", "1")], rule=rule, value="100")
    assert same.outcome == "not_originating"
    other = asked("usmca", "1704.90", [material("gum", "1704.10", "1")], rule=rule, value="100")
    assert other.outcome == "originating"


def test_dairy_is_not_tolerated_in_dairy() -> None:
    rule = "A change to headings 04.01 through 04.10 from any other chapter."
    answer = asked("nafta", "0406.10", [material("milk", "0402.10", "1")], rule=rule, value="100")
    assert answer.outcome == "not_originating"
    tolerance = next(test for test in answer.tests if test.test == "de minimis")
    assert "s.5(4)(a)" in tolerance.found


def test_what_words_exclude_from_the_tolerance_is_asked() -> None:
    rule = "A change to heading 21.05 from any other heading, except from chapter 19."
    bill = [material("mix", "1901.90", "1")]
    answer = asked("usmca", "2105.00", bill, rule=rule, value="100")
    assert answer.outcome == "undetermined"
    assert "milk solids" in answer.missing[0].fact


def test_elastomeric_yarn_is_tolerated_up_to_seven_per_cent() -> None:
    rule = "A change to headings 60.01 through 60.06 from any other chapter, except from chapter 54."
    bill = [
        material("cotton", "5205.11", origin="originating", weight="92"),
        material("elastane", "5402.44", weight="8", textile={"elastomeric": True}),
    ]
    assert asked("usmca", "6006.21", bill, rule=rule).outcome == "not_originating"
    bill[1]["weight"] = "6"
    assert asked("usmca", "6006.21", bill, rule=rule).outcome == "originating"
    cafta = asked("cafta_dr", "6006.21", bill, rule=rule)
    assert cafta.outcome == "not_originating"


# Textiles.


def test_only_the_component_that_determines_the_classification_must_change() -> None:
    sewn = {"facts": [fact("cut_and_sewn")]}
    shell = material("shell", "6006.21", textile={"role": "determining"}, origin="originating")
    trim = material("ribbon", "6002.40", textile={"role": "trim"})
    answer = asked("usmca", "6110.20", [shell, trim], rule=_APPAREL, good=sewn)
    assert answer.outcome == "originating"
    shell["origin"] = "non_originating"
    assert asked("usmca", "6110.20", [shell, trim], rule=_APPAREL, good=sewn).outcome == "not_originating"


_APPAREL = (
    "A change to subheading 6110.20 from any other chapter, except from headings 51.06 through 51.13, chapter 54 or "
    "headings 60.01 through 60.06, provided that the good is both cut (or knit to shape) and sewn or otherwise "
    "assembled in the territory of one or more of the USMCA countries."
)


def test_cut_and_sewn_that_is_not_declared_is_missing_and_declared_false_fails() -> None:
    shell = [material("shell", "6006.21", origin="originating"), material("button", "9606.21")]
    answer = asked("usmca", "6110.20", shell, rule=_APPAREL)
    assert (answer.outcome, answer.missing[0].fact) == ("undetermined", "good.facts[cut_and_sewn]")
    assert asked("usmca", "6110.20", shell, rule=_APPAREL, good={"facts": [fact("cut_and_sewn", False)]}).outcome == (
        "not_originating"
    )


@pytest.mark.parametrize(
    ("day", "role", "tariff", "outcome"),
    [
        ("2021-06-30", "sewing_thread", "5401.10", "originating"),
        ("2021-07-01", "sewing_thread", "5401.10", "not_originating"),
        ("2021-12-31", "narrow_elastic", "5806.20", "originating"),
        ("2022-01-01", "narrow_elastic", "5806.20", "not_originating"),
        ("2021-12-31", "pocket_bag", "5208.21", "originating"),
        ("2022-01-01", "pocket_bag", "5208.21", "not_originating"),
    ],
)
def test_thread_elastics_and_pocket_bags_by_date(day: str, role: str, tariff: str, outcome: str) -> None:
    bill = [
        material("shell", "6006.21", origin="originating", textile={"role": "determining"}),
        material("other", tariff, textile={"role": role}),
        material("button", "9606.21", textile={"role": "trim"}),
    ]
    good = {"facts": [fact("cut_and_sewn")]}
    answer = asked("usmca", "6110.20", bill, rule=_APPAREL, good=good, import_date=day)
    assert answer.outcome == outcome


def test_the_notes_can_be_set_aside_with_a_rule_of_ones_own() -> None:
    bill = [
        material("shell", "6006.21", origin="originating", textile={"role": "determining"}),
        material("thread", "5401.10", textile={"role": "sewing_thread"}),
    ]
    rule = {"text": "A change to subheading 6110.20 from any other chapter.", "notes": False}
    assert asked("usmca", "6110.20", bill, rule=rule).outcome == "originating"


# Named goods.


def test_words_of_a_rule_are_asked_unless_they_are_declared() -> None:
    rule = "A change to vermouth of heading 22.05 from any other heading."
    bill = [material("wine", "2204.21", "1")]
    answer = asked("usmca", "2205.10", bill, rule=rule)
    assert answer.outcome == "undetermined"
    assert "vermouth" in answer.missing[0].fact
    declared = {"facts": [fact("description", {"words": "vermouth", "match": True})]}
    assert asked("usmca", "2205.10", bill, rule=rule, good=declared).outcome == "originating"
    denied = {"facts": [fact("description", {"words": "vermouth", "match": False})]}
    assert asked("usmca", "2205.10", bill, rule=rule, good=denied).outcome == "not_originating"


def test_what_fails_on_codes_fails_whatever_facts_are_open() -> None:
    rule = "A change to vermouth of heading 22.05 from any other heading."
    answer = asked("usmca", "2205.10", [material("wine", "2205.90", "1")], rule=rule)
    assert answer.outcome == "not_originating"


def test_a_name_that_decides_nothing_is_not_asked() -> None:
    rule = "(1) A change to vermouth of heading 22.05 from any other heading; or (2) A change to any other good of "
    rule += "heading 22.05 from any other chapter."
    answer = asked("usmca", "2205.10", [material("glass", "7010.90", "1")], rule=rule)
    assert answer.outcome == "originating"
    answer = asked("usmca", "2205.10", [material("wine", "2204.21", "1")], rule=rule)
    assert answer.outcome == "undetermined"


# Parts and unassembled goods, sets, recovered materials.


def test_goods_classified_with_their_parts_need_a_value_content_instead() -> None:
    bill = [material("part", "8414.59", "30", facts=[fact("parts_of_the_good")]), material("motor", "8501.10", "1")]
    answer = asked("nafta", "8414.59", bill, rule=ANY_HEADING, value="100")
    assert (answer.outcome, answer.criterion, answer.method) == ("originating", "D", "transaction_value")
    assert answer.figures.regional_value_content_needed == "60"
    bill[0]["value"] = "45"
    assert asked("nafta", "8414.59", bill, rule=ANY_HEADING, value="100").outcome == "not_originating"


def test_what_is_not_declared_to_be_a_part_is_not_claimed() -> None:
    answer = asked("nafta", "8414.59", [material("part", "8414.59", "30")], rule=ANY_HEADING, value="100")
    assert (answer.outcome, answer.missing) == ("not_originating", ())


def test_an_unassembled_good_needs_a_value_content_instead() -> None:
    good = {"facts": [fact("gri_2a")]}
    answer = asked("usmca", "8414.59", [material("kit", "8414.59", "40")], rule=ANY_HEADING, value="100", good=good)
    assert (answer.outcome, answer.criterion) == ("originating", "D")


def test_garments_have_no_such_way() -> None:
    good = {"facts": [fact("gri_2a")]}
    rule = "A change to heading 61.10 from any other heading."
    answer = asked("usmca", "6110.20", [material("kit", "6110.20", "10")], rule=rule, value="100", good=good)
    assert answer.outcome == "not_originating"


@pytest.mark.parametrize(
    ("agreement", "tariff", "foreign", "outcome"),
    [
        ("usmca", "8205.51", "10", "originating"),
        ("usmca", "8205.51", "10.01", "not_originating"),
        ("cafta_dr", "8205.51", "15", "originating"),
        ("cafta_dr", "8205.51", "15.01", "not_originating"),
        ("cafta_dr", "6110.20", "10.01", "not_originating"),
    ],
)
def test_sets(agreement: str, tariff: str, foreign: str, outcome: str) -> None:
    bill = [
        material("knife", "8211.92", "50", "originating", use="set_component"),
        material("fork", "8215.99", foreign, use="set_component"),
    ]
    assert asked(agreement, tariff, bill, value="100", good={"set": "gri3"}).outcome == outcome


def test_recovered_materials_of_a_party_originate_in_a_remanufactured_good() -> None:
    bill = [material("core", "8413.91", "80", use="recovered", country="US"), material("seal", "4016.93", "5")]
    rule = "A change to heading 84.13 from any other heading, except from subheading 8413.91."
    good = {"facts": [fact("remanufactured")]}
    assert asked("usmca", "8413.50", bill, rule=rule, good=good).outcome == "originating"
    assert asked("usmca", "8413.50", bill, rule=rule).outcome == "not_originating"
    bill[0]["country"] = "CN"
    assert asked("usmca", "8413.50", bill, rule=rule, good=good).outcome == "not_originating"


# Transit.


@pytest.mark.parametrize(
    ("agreement", "operation", "control", "outcome"),
    [
        ("usmca", "storing", True, "originating"),
        ("nafta", "storing", True, "not_originating"),
        ("nafta", "preserving", True, "originating"),
        ("cafta_dr", "labelling", True, "not_originating"),
        ("usmca", "unloading", False, "not_originating"),
        ("usmca", "unloading", None, "undetermined"),
        ("usmca", "polishing", True, "undetermined"),
        ("usmca", "further_production", True, "not_originating"),
    ],
)
def test_what_happens_on_the_way(agreement: str, operation: str, control: bool | None, outcome: str) -> None:
    moved = {"country": "PA", "operation": operation} | ({} if control is None else {"customs_control": control})
    bill = [material("motor", "8501.10", "1")]
    assert asked(agreement, "8414.59", bill, rule=ANY_HEADING, movement=[moved]).outcome == outcome


def test_what_happens_inside_the_territory_takes_nothing_away() -> None:
    moved = {"country": "MX", "operation": "further_production"}
    assert asked("usmca", "8414.59", [material("motor", "8501.10")], rule=ANY_HEADING, movement=[moved]).outcome == (
        "originating"
    )


def test_production_outside_the_territory_does_not_originate() -> None:
    good = {"produced_in": ["MX", "CN"]}
    assert asked("usmca", "8414.59", [material("motor", "8501.10")], rule=ANY_HEADING, good=good).outcome == (
        "not_originating"
    )


# What is disregarded.


@pytest.mark.parametrize("use", ["indirect", "packing_retail", "packing_shipping", "accessory"])
def test_what_need_not_change(use: str) -> None:
    bill = [material("motor", "8501.10", "10"), material("aside", "8414.90", "90", use=use)]
    assert asked("nafta", "8414.59", bill, rule=ANY_HEADING).outcome == "originating"


@pytest.mark.parametrize(
    ("use", "foreign", "net_cost"),
    [
        ("indirect", "10", "150"),
        ("packing_retail", "50", "150"),
        ("packing_shipping", "10", "110"),
        ("accessory", "50", "150"),
    ],
)
def test_what_value_content_counts(use: str, foreign: str, net_cost: str) -> None:
    bill = [material("motor", "8501.10", "10"), material("aside", "4819.10", "40", use=use)]
    answer = asked("nafta", "8414.59", bill, rule=BY_VALUE, costs={"product": "100"}, method="net_cost")
    assert (answer.figures.value_non_originating, answer.figures.net_cost) == (foreign, net_cost)


def test_not_originating_says_what_would_change_it() -> None:
    answer = asked("nafta", "8414.59", [RING, material("motor", "8501.10", "5")], rule=BY_VALUE, value="100")
    assert answer.headroom.value_non_originating_may_rise == "-15"
    assert answer.headroom.value_may_fall == "-37.5"
    assert [one.material for one in answer.headroom.materials_to_source] == ["ring"]
    assert answer.headroom.alternative == 1


def test_a_rule_for_other_goods_settles_nothing() -> None:
    answer = asked("nafta", "8501.10", [material("part", "8503.00", "1")], rule=ANY_HEADING)
    assert (answer.outcome, [one.fact for one in answer.missing]) == ("undetermined", ["rule"])


def test_a_value_content_by_a_method_of_another_agreement_settles_nothing() -> None:
    answer = asked("cafta_dr", "8414.59", [RING], rule=BY_VALUE, value="100")
    assert (answer.outcome, [one.fact for one in answer.missing]) == ("undetermined", ["rule"])


def test_an_unread_alternative_can_only_be_the_way_that_is_missing() -> None:
    answer = asked("usmca", "9619.00", [material("pulp", "4803.00", "60")])
    assert answer.outcome in ("originating", "undetermined")


def test_a_number_that_was_made_later_is_judged_by_the_rule_of_the_one_it_was_made_from() -> None:
    answer = asked("nafta", "8539.50", [material("diode", "8541.10", "1")])
    assert answer.rule is not None
    assert (answer.outcome, answer.rule.scope) == ("originating", "8543.70")
    assert "8539.50" in answer.notices[0]


def test_a_code_above_the_rules_asks_for_a_longer_one() -> None:
    answer = asked("nafta", "8414", [material("diode", "8541.10", "1")])
    assert (answer.outcome, answer.missing[0].fact) == ("undetermined", "good.tariff")


TRUCK = "A change to subheading 8704.21 from any other heading."
REQUIRED = (
    "the labor value content requirement is met",
    "the steel purchase requirement is met",
    "the aluminum purchase requirement is met",
    "the core parts originate",
)


def test_of_a_usmca_vehicle_is_said_what_is_asked_beside_its_rule() -> None:
    engine = material("engine", "8408.20")
    answer = asked("usmca", "8704.21", [engine], rule=TRUCK)
    assert answer.outcome == "originating"
    assert len(answer.notices) == 1
    assert all(words in answer.notices[0] for words in REQUIRED)
    facts = [fact("as_stated", True, text=words) for words in REQUIRED]
    declared = asked("usmca", "8704.21", [engine], rule=TRUCK, good={"facts": facts})
    assert (declared.outcome, declared.notices) == ("originating", ())
    facts[1]["value"] = False
    assert asked("usmca", "8704.21", [engine], rule=TRUCK, good={"facts": facts}).outcome == "not_originating"


def test_a_vehicle_of_another_kind_is_free_of_it() -> None:
    words = {"words": "passenger vehicle, light truck or heavy truck", "match": False}
    rule = TRUCK.replace("8704.21", "8703.32")
    good = {"facts": [fact("description", words)]}
    assert asked("usmca", "8703.32", [material("engine", "8408.20")], rule=rule, good=good).outcome == "originating"
    assert asked("cafta_dr", "8703.32", [material("engine", "8408.20")], rule=rule).outcome == "originating"


def test_the_short_answer_does_not_forget_the_vehicle() -> None:
    facts = [fact("as_stated", False, text=REQUIRED[0])]
    case = case_of("usmca", "8704.21", [material("engine", "8408.20")], rule=TRUCK, value="100", good={"facts": facts})
    assert determine(read_case(json.dumps(case)), full=False).outcome == "not_originating"


@pytest.mark.parametrize(
    ("used", "outcome"), [(None, "undetermined"), (False, "originating"), (True, "not_originating")]
)
def test_a_part_for_a_computer_does_not_originate_by_its_value(used: bool | None, outcome: str) -> None:
    words = "used in the production of a good of subheading 8469.11 or heading 8471"
    facts = [] if used is None else [fact("as_stated", used, text=words)]
    bill = [material("board", "8473.50", "10")]
    answer = asked("nafta", "8473.50", bill, value="100", good={"facts": facts})
    assert answer.outcome == outcome
    if used is None:
        assert [one.fact for one in answer.missing] == [f"good.facts[as_stated: {words}]"]
    case = case_of("nafta", "8473.50", bill, value="100", good={"facts": facts})
    assert determine(read_case(json.dumps(case)), full=False).outcome == outcome


# Numbers of another edition.

PARTS_BY_SUBHEADING = "A change to subheading 8413.70 from any other subheading, except from subheading 8413.60."


def test_a_number_that_the_edition_in_force_does_not_print_is_asked_for_and_not_guessed() -> None:
    answer = asked("usmca", "8413.70", [material("part", "8413.99")], rule=PARTS_BY_SUBHEADING)
    assert (answer.outcome, [one.fact for one in answer.missing]) == ("undetermined", ["materials[part].tariff"])
    assert "HS 2022, the edition in force, prints no subheading 8413.99" in answer.missing[0].why
    of_good = asked("usmca", "8413.99", [material("part", "8501.10")])
    assert (of_good.outcome, [one.fact for one in of_good.missing]) == ("undetermined", ["good.tariff"])
    given = asked("usmca", "8413.99", [material("part", "8501.10")], rule="A change to heading 84.13 from chapter 85.")
    assert given.outcome == "undetermined"


def test_its_heading_decides_where_that_suffices() -> None:
    answer = asked("usmca", "8413.70", [material("part", "8501.99")], rule=PARTS_BY_SUBHEADING)
    assert answer.outcome == "originating"
    assert answer.notices == ("HS 2022 prints no subheading 850199: nothing below its heading is taken from it.",)


def test_a_number_that_the_rule_spells_is_one_of_its_edition() -> None:
    rule = "A change to subheading 8413.70 from subheading 8413.99."
    answer = asked("usmca", "8413.70", [material("part", "8413.99")], rule=rule)
    assert answer.outcome == "originating"
    assert answer.notices == (
        "HS 2022 prints no subheading 841399: the code is taken as it stands in an older edition.",
    )


def test_before_the_edition_at_hand_was_taken_up_everywhere_a_number_is_taken_as_it_stands() -> None:
    bill = [material("part", "8413.99")]
    answer = asked("usmca", "8413.70", bill, rule=PARTS_BY_SUBHEADING, import_date="2022-06-01")
    assert answer.outcome == "originating"


def test_a_self_produced_material_of_an_unknown_number_is_not_judged_as_a_good() -> None:
    made = {"materials": [material("cast", "8413.91", "5")], "designated": True, "costs": {"product": "1"}}
    bill = [material("unit", "8413.55", origin=None, self_produced=made)]
    answer = asked("usmca", "8413.70", bill, value="20", rule="A change to subheading 8413.70 from any other heading.")
    assert (answer.outcome, answer.missing[0].fact) == ("undetermined", "materials[unit].tariff")


# Headroom of the tolerance.


def test_what_is_tolerated_may_become_dearer_by_what_the_tolerance_leaves() -> None:
    answer = asked("usmca", "8414.59", [material("ring", "8414.90", "4")], rule=ANY_HEADING, value="100")
    assert (answer.outcome, answer.headroom.not_shifting_may_rise) == ("originating", "6")
    # By total cost, which rises with it: (4 + x) is a tenth of (94 + x) where x is 6.
    costs = {"product": "90"}
    answer = asked("usmca", "8414.59", [material("ring", "8414.90", "4")], rule=ANY_HEADING, costs=costs)
    assert answer.headroom.not_shifting_may_rise == "6"
    answer = asked("nafta", "8414.59", [material("ring", "8414.90", "9")], rule=ANY_HEADING, value="100")
    assert (answer.outcome, answer.headroom.not_shifting_may_rise) == ("not_originating", "-2")
