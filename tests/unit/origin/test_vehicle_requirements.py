"""Labour value, steel and aluminum, and core parts of USMCA vehicles, against figures worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from transire.errors import TransireError
from transire.origin.schedules import calculate


def result_of(vehicle: str = "passenger_vehicle", date: str = "2024-05-02", **more: Any) -> dict[str, Any]:
    raw = json.dumps({"vehicle": vehicle, "date": date, **more})
    result: dict[str, Any] = msgspec.to_builtins(calculate("vehicle", raw))
    return result


def of(result: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in result["requirements"] if one["requirement"] == name]
    return found


LABOUR = {"high_wage_materials": "5000", "high_wage_labour": "1000", "net_cost": "20000"}


@pytest.mark.parametrize(
    ("date", "needed", "met"),
    [
        ("2020-07-01", "30", True),
        ("2021-06-30", "30", True),
        ("2021-07-01", "33", False),
        ("2022-07-01", "36", False),
        ("2023-07-01", "40", False),
    ],
)
def test_the_labour_value_content_rises_by_steps(date: str, needed: str, met: bool) -> None:
    labour = of(result_of(date=date, labour=LABOUR), "labour value content")
    assert (labour["needed"], labour["found"], labour["met"]) == (needed, "30", met)


def test_credits_are_capped_and_do_not_stand_for_high_wage_points() -> None:
    credits = {"technology_wages": "15", "production_wages": "100", "assembly_plant": True}
    enough = of(result_of(labour=LABOUR | credits), "labour value content")
    assert (enough["found"], enough["met"], enough["declare"]) == (
        "45", True, "the labor value content requirement is met",
    )  # fmt: skip
    few = {"high_wage_materials": "4980", "net_cost": "20000"}
    short = of(result_of(labour=few | credits), "labour value content")
    assert (short["found"], short["met"]) == ("39.9", False)
    few = {"high_wage_materials": "5980", "high_wage_labour": "19", "net_cost": "20000"}
    truck = of(result_of("light_truck", labour=few | credits), "labour value content")
    assert (truck["found"], truck["met"]) == ("44.995", False)


def test_labour_counts_above_and_below_the_line_of_purchases_if_at_all() -> None:
    by_purchases = {"high_wage_materials": "3000", "high_wage_labour": "1000", "annual_purchases": "9000"}
    without = of(result_of(labour=by_purchases), "labour value content")
    within = of(result_of(labour=by_purchases | {"labour_in_purchases": True}), "labour value content")
    assert (without["found"], within["found"]) == ("33.3333333333", "40")


def test_steel_and_aluminum_are_tested_apart() -> None:
    result = result_of(
        steel={"purchases": "1000", "originating": "700"}, aluminum={"purchases": "1000", "originating": "699.99"}
    )
    assert (of(result, "purchases of steel")["met"], of(result, "purchases of aluminum")["met"]) == (True, False)
    assert result["met"] is False


def test_core_parts_each_or_as_one() -> None:
    parts = [
        {"part": "engine", "table": "A.2", "value": "100", "value_non_originating": "30"},
        {"part": "transmission", "table": "A.2", "value": "100", "value_non_originating": "10"},
    ]
    assert of(result_of(parts=parts), "core parts")["met"] is False
    as_one = of(result_of(parts=parts, super_core=True), "core parts")
    assert (as_one["found"], as_one["met"]) == ("80", True)
    parts.append({"part": "advanced battery", "table": "A.2", "originates": True})  # type: ignore[dict-item]
    parts[0]["value_non_originating"] = "25"
    assert of(result_of(parts=parts), "core parts")["met"] is True
    assert of(result_of(), "core parts")["met"] is None


def test_parts_of_heavy_trucks_and_the_excess_of_their_labour_value() -> None:
    part = {"part": "axle", "table": "D", "method": "transaction_value", "value": "100", "value_non_originating": "27"}
    result = result_of(
        "heavy_truck", "2024-07-01", parts=[part], labour={"high_wage_materials": "46", "net_cost": "100"}
    )
    axle = of(result, "axle (Table D)")
    assert (axle["needed"], axle["found"], axle["met"]) == ("74", "73", False)
    assert result["content_credit"] == "16"
    assert all(one["requirement"] != "core parts" for one in result["requirements"])


def test_an_eligible_vehicle_under_alternative_staging_is_free_of_core_parts() -> None:
    result = result_of(
        date="2023-05-02", alternative_staging=True, labour={"high_wage_materials": "25", "net_cost": "100"}
    )
    labour = of(result, "labour value content")
    assert (labour["needed"], labour["met"]) == ("25", True)
    assert all(one["requirement"] != "core parts" for one in result["requirements"])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"labour": {"high_wage_materials": "1"}}, "/labour"),
        ({"labour": LABOUR | {"net_cost": "0"}}, "/labour/net_cost"),
        ({"labour": LABOUR | {"net_cost": "10"}}, "/labour/net_cost"),
        ({"labour": LABOUR | {"technology_wages": "1"}}, "/labour/production_wages"),
        ({"steel": {"purchases": "1", "originating": "2"}}, "/steel/purchases"),
        ({"date": "2020-06-30"}, "/date"),
        ({"wheels": 4}, "/wheels"),
    ],
)
def test_bad_figures_are_refused_by_member(change: dict[str, Any], where: str) -> None:
    with pytest.raises(TransireError) as refused:
        result_of(**change)
    assert refused.value.where == where
