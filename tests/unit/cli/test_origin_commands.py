"""`transire origin determine` and the schedules' calculations, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from transire.cli import cli
from transire.cli.origin_determine import answer_run

CASE: dict[str, Any] = {
    "agreement": "nafta",
    "import_date": "2019-05-02",
    "good": {"tariff": "8414.59", "value": {"transaction": "100"}},
    "rule": {"text": "A change to heading 84.14 from any other heading."},
    "materials": [{"id": "motor", "tariff": "8501.10", "value": "5", "origin": "non_originating"}],
}


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["origin", *arguments], input=stdin)


def named(name: str, **change: Any) -> dict[str, Any]:
    return {"case": name, **CASE, **change}


def test_one_case_a_file_spread_over_lines(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(named("one"), indent=2))
    done = run("determine", str(file), "--json")
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert (answer["case"], answer["outcome"], answer["criterion"]) == ("one", "originating", "B")


def test_lines_keep_their_order_and_a_bad_case_stands_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    bad = json.dumps(named("two", materials=[{"id": "a", "tariff": "9999.99", "origin": "unknown"}]))
    file.write_text("\n".join([json.dumps(named("one")), bad, "", '{"case": "three", ', json.dumps(named("four"))]))
    done = run("determine", str(file), "--json")
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("case") for line in lines] == ["one", "two", None, "four"]
    assert lines[1]["error"]["code"] == "origin.code-unknown"
    assert lines[1]["error"]["where"] == "/materials/0/tariff"
    assert lines[2]["error"]["code"] == "origin.case-invalid"
    assert lines[3]["outcome"] == "originating"


@pytest.mark.parametrize(
    "text", [json.dumps(CASE), json.dumps(CASE, indent=1), f"{json.dumps(CASE)}\n{json.dumps(CASE)}\n"]
)
def test_standard_input(text: str) -> None:
    done = run("determine", "-", "--json", stdin=text)
    assert done.exit_code == 0
    assert {json.loads(line)["outcome"] for line in done.stdout.splitlines()} == {"originating"}


def test_a_first_line_that_is_broken_does_not_take_the_others_with_it() -> None:
    done = run("determine", "-", "--json", stdin='{"agreement": \n' + json.dumps(named("two")))
    assert done.exit_code == 1
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["error"]["code"] == "origin.case-invalid"
    assert second["case"] == "two"


def test_an_empty_file_is_no_case(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("")
    done = run("determine", str(tmp_path / "empty.json"), "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "origin.case-invalid")


def test_the_page_reads_as_the_law_reads() -> None:
    done = run("determine", "-", stdin=json.dumps(named("one", rule={"text": CASE["rule"]["text"]})))
    assert done.exit_code == 0
    order = ["one: does the good", "ORIGINATING", "Rule 8414.59", "1. tariff shift: met", "needed:", "found:"]
    places = [done.stdout.index(words) for words in order]
    assert places == sorted(places)


def test_names_cannot_move_the_cursor() -> None:
    done = run("determine", "-", stdin=json.dumps(named("a\x1b[2Jb")))
    assert "\x1b[2J" not in done.stdout


def test_brief_leaves_the_tests_out() -> None:
    answer = json.loads(run("determine", "-", "--json", "--brief", stdin=json.dumps(named("one"))).stdout)
    assert answer == {"case": "one", "outcome": "originating", "criterion": "B"}


def test_many_cases_by_two_processes_keep_their_order(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    lines = [json.dumps(named(str(at), agreement="nafta" if at % 7 else "efta")) for at in range(1200)]
    file.write_text("\n".join(lines))
    done = run("determine", str(file), "--json", "--processes", "2")
    assert done.exit_code == 1
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["case"] for answer in answers] == [str(at) for at in range(1200)]
    assert sum("error" in answer for answer in answers) == len(range(0, 1200, 7))


def test_the_same_case_gives_the_same_bytes() -> None:
    from transire.cli.origin_determine import _Style

    raw = [json.dumps(CASE).encode()] * 2
    first, second = answer_run(raw, _Style(True, False)).out.splitlines()
    assert first == second


ALLOCATION = {"method": "units", "amount": "90", "products": [{"id": "A", "base": "1"}, {"id": "B", "base": "2"}]}


def test_a_calculation_as_json_and_as_a_page() -> None:
    done = run("allocate", "-", "--json", stdin=json.dumps(ALLOCATION))
    assert json.loads(done.stdout)["products"][1] == {"id": "B", "ratio": "0.666666666666", "amount": "60"}
    page = run("allocate", "-", stdin=json.dumps(ALLOCATION))
    assert "amount: 60" in page.stdout


@pytest.mark.parametrize(
    ("command", "asked", "code"),
    [
        ("allocate", {**ALLOCATION, "surprise": 1}, "origin.schedule-invalid"),
        ("allocate", {**ALLOCATION, "excluded": "91"}, "origin.part-exceeds-whole"),
        ("allocate", {**ALLOCATION, "products": [{"id": "A", "base": "0"}]}, "origin.base-is-zero"),
        ("allocate", {**ALLOCATION, "method": "direct_cost"}, "origin.schedule-invalid"),
        ("inventory", {"policy": "fifo", "movements": [{"shipment": "1"}]}, "origin.inventory-short"),
        ("inventory", {"policy": "fifo", "movements": [{"date": "2020-01-01"}]}, "origin.schedule-invalid"),
        ("inventory", {"policy": "average_preceding_period", "movements": []}, "origin.figure-missing"),
        ("trace", {"material": {"imported_by": "producer"}, "tariff": "8708.91"}, "origin.figure-missing"),
        ("trace", {"material": {"customs_value": "1"}, "tariff": "8708.99"}, "origin.figure-missing"),
        (
            "interest",
            {"principal": "0", "rate": "6", "weighted_payments": "1", "yields": {"1": "1"}},
            "origin.base-is-zero",
        ),
        (
            "interest",
            {"principal": "1", "rate": "60", "weighted_payments": "1", "yields": {"1": "1"}},
            "origin.figure-missing",
        ),
    ],
)
def test_a_calculation_that_cannot_be_done_says_why(command: str, asked: dict[str, Any], code: str) -> None:
    done = run(command, "-", "--json", stdin=json.dumps(asked))
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, code)


def test_interest_above_the_limit_is_left_out() -> None:
    loan = {
        "principal": "100",
        "rate": "12",
        "weighted_payments": "300",
        "yields": {"2": "2", "4": "4"},
        "interest_paid": "36",
    }
    result = json.loads(run("interest", "-", "--json", stdin=json.dumps(loan)).stdout)
    assert (result["weighted_average_maturity"], result["yield"], result["non_allowable"]) == ("3", "3", "6")


@pytest.mark.parametrize(
    ("policy", "units", "value"),
    [("fifo", "5", "10"), ("lifo", "10", "20"), ("average_rolling", "7.5", "11.25"), ("specific", "9", "18")],
)
def test_policies_of_an_inventory(policy: str, units: str, value: str) -> None:
    opening = [
        {"quantity": "10", "unit_value": "1", "origin": "originating"},
        {"quantity": "10", "unit_value": "2", "origin": "non_originating"},
    ]
    shipment: dict[str, Any] = {"shipment": "15"}
    if policy == "specific":
        shipment["units"] = {"originating": "6", "non_originating": "9"}
    asked = {"policy": policy, "opening": opening, "movements": [shipment]}
    result = json.loads(run("inventory", "-", "--json", stdin=json.dumps(asked)).stdout)
    taken = result["shipments"][0]
    assert (taken["units"]["non_originating"], taken["value_non_originating"]) == (units, value)


def test_a_file_that_is_not_there_is_refused_in_its_place_and_the_rest_still_run(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(named("one")))
    done = run("determine", str(tmp_path / "none.json"), str(file), str(tmp_path), "--json")
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("error", {}).get("code") for line in lines] == [
        "origin.file-unreadable",
        None,
        "origin.file-unreadable",
    ]
    assert "none.json" in lines[0]["error"]["got"]
    assert "Check its name" in lines[0]["error"]["fix"]


@pytest.mark.parametrize("command", ["allocate", "inventory", "trace", "interest", "vehicle"])
def test_the_calculations_refuse_it_too(command: str) -> None:
    done = run(command, "none.json", "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "origin.file-unreadable")


def test_imported_rules_are_used_and_the_answer_says_so(tmp_path: Path) -> None:
    table, case, home = tmp_path / "own.tsv", tmp_path / "case.json", tmp_path / "home"
    table.write_text("hs_scope\trule_text\n8414.51\tA change to subheading 8414.51 from any other chapter.\n")
    foreign = [{"id": "motor", "tariff": "8414.90", "value": "50", "origin": "non_originating"}]
    asked = named("one", agreement="usmca", import_date="2026-01-15", materials=foreign)
    asked["good"] = {"tariff": "8414.51", "value": {"transaction": "100"}}
    case.write_text(json.dumps({name: value for name, value in asked.items() if name != "rule"}))
    done = run("import", str(table), "--agreement", "usmca", "--edition", "HTSUS (2027)", "--home", str(home))
    assert done.exit_code == 0, done.output
    shipped = json.loads(run("determine", str(case), "--json").stdout)
    own = json.loads(run("determine", str(case), "--json", "--home", str(home)).stdout)
    brief = json.loads(run("determine", str(case), "--json", "--brief", "--home", str(home)).stdout)
    assert (shipped["outcome"], own["outcome"], brief["outcome"]) == (
        "originating",
        "not_originating",
        "not_originating",
    )
    assert own["rule"]["edition"] == "HTSUS (2027)"
    assert any("own catalogue" in said and "own.tsv" in said for said in own["notices"])
    assert not any("own catalogue" in said for said in shipped.get("notices", ()))
    elsewhere = run("determine", str(case), "--json", "--home", str(tmp_path / "nobody imported here"))
    assert json.loads(elsewhere.stdout) == shipped
