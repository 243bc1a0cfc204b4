"""`transire tariff` as it is typed: import, search, show, price; refusals with a code, and the right exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from transire.cli import cli
from transire.errors import TransireError
from transire.tariff.schedule import use_folder

LINE = {"line": 1, "tariff_number": "8414.51.30.00", "origin": "MY", "value": "10000"}


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Call a command with a folder of its own for editions; afterwards only what is shipped is at hand again."""

    def call(*words: str, typed: str | None = None) -> Result:
        return CliRunner(env={"TRANSIRE_TARIFF_FOLDER": str(tmp_path / "kept")}).invoke(
            cli, ["tariff", *words], input=typed, catch_exceptions=True
        )

    yield call
    use_folder(tmp_path / "nowhere")


def code_of(result: Result) -> str:
    assert isinstance(result.exception, TransireError)
    return result.exception.code


def case(**changes: Any) -> str:
    return json.dumps({"entry_date": "2026-11-02", "mode": "11", "lines": [{**LINE, **changes}]})


def test_an_edition_is_imported_and_answers(run: Any, shared_data: Path) -> None:
    exports = [str(shared_data / "hts" / f"hts_2026_chapter_{chapter}.json") for chapter in ("61", "62", "99")]
    made = run("import", *exports, "--edition", "2026-04-03")
    assert made.exit_code == 0, made.output
    assert "6,871 rows of 3 chapters" in made.output
    assert "rate-unread: 1." in made.output
    assert "2026-04-03" in run("editions").output
    shown = run("show", "6109.10.00.12", "--date", "2026-05-01")
    assert "Free for AU, BH" in shown.output
    assert "footnote  See 9903.88.15." in shown.output
    assert "edition of 2026-04-03" in shown.output
    assert "6109.10.00" in run("search", "t-shirts", "cotton").output
    assert code_of(run("show", "6109.10.00.99")) == "tariff.number-not-listed"


def test_what_is_shipped_answers_without_an_import(run: Any) -> None:
    assert "4.7%" in run("show", "8414.51.30").output
    listed = run("show", "8414.51")
    assert listed.exit_code == 0
    assert "8414.51.30.00" in listed.output
    assert run("search", "xyzzy").exit_code == 1
    assert run("search", "ceiling fans").exit_code == 0
    assert code_of(run("show", "1")) == "tariff.number-malformed"


def test_a_file_that_is_no_export_is_refused_and_nothing_is_kept(run: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    assert code_of(run("import", str(wrong), "--edition", "2026-04-03")) == "tariff.export-unreadable"
    assert not (tmp_path / "kept").exists()


def test_an_altered_edition_is_refused(run: Any, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "2026-04-03.tariff").write_bytes(b"transire-tariff/1\n" + bytes(200))
    assert code_of(run("show", "8414.51.30")) == "tariff.edition-damaged"


def test_a_case_is_priced(run: Any) -> None:
    told = run("duty", "-", typed=case())
    assert told.exit_code == 0, told.output
    for expected in (
        "$10000 x 4.7% = 470, that is 470.00 USD",
        "34.64 USD",
        "12.50 USD",
        "517.14 USD",
        "as of 2026-10-01",
    ):
        assert expected in told.output
    answer = json.loads(run("duty", "-", "--json", typed=case()).output)
    assert answer["totals"] == {"entered_value": "10000", "duty": "470.00", "fees": "47.14", "total": "517.14"}


def test_a_total_that_is_not_known_is_null_and_the_status_is_one(run: Any) -> None:
    told = run("duty", "-", "--json", typed=case(value="0"))
    assert told.exit_code == 1
    answer = json.loads(told.output)
    assert answer["totals"]["total"] is None
    assert answer["lines"][0]["duty"] is None
    assert answer["lines"][0]["problems"][0]["code"] == "tariff.value-zero"
    assert "NOT COMPUTED" in run("duty", "-", typed=case(value="0")).output


def test_a_batch_goes_on_after_a_bad_case(run: Any) -> None:
    told = run("duty", "-", "--json", typed=f'{case()}\n{{"entry_date": 5}}\n{case(origin="CN")}\n')
    assert told.exit_code == 1
    first, second, third = (json.loads(line) for line in told.output.splitlines())
    assert first["totals"]["total"] == third["totals"]["total"] == "517.14"
    assert second["problems"][0]["code"] == "tariff.case-malformed"
    assert second["problems"][0]["where"] == "$.entry_date"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"value": 10000}, "$.lines[0].value"),
        ({"value": "-1"}, "$.lines[0].value"),
        ({"value": "1e9"}, "$.lines[0].value"),
        ({"value": "NaN"}, "$.lines[0].value"),
        ({"value": "1,000"}, "$.lines[0].value"),
        ({"value": "9" * 400}, "$.lines[0].value"),
        ({"origin": "Mexico"}, "$.lines[0].origin"),
        ({"line": 0}, "$.lines[0].line"),
        ({"line": 1000}, "$.lines[0].line"),
        ({"surprise": 1}, "$.lines[0]"),
        ({"quantities": [{"quantity": "1"}]}, "$.lines[0].quantities[0]"),
    ],
)
def test_a_case_of_another_form_is_refused_at_its_place(run: Any, changes: dict[str, Any], where: str) -> None:
    refused = run("duty", "-", typed=case(**changes))
    assert code_of(refused) == "tariff.case-malformed"
    assert isinstance(refused.exception, TransireError)
    assert refused.exception.where == where


def test_lines_have_numbers_of_their_own_and_there_are_999_at_most(run: Any) -> None:
    twice = json.dumps({"entry_date": "2026-11-02", "lines": [LINE, LINE]})
    assert code_of(run("duty", "-", typed=twice)) == "tariff.line-repeated"
    many = json.dumps({"entry_date": "2026-11-02", "lines": [{**LINE, "line": at + 1} for at in range(999)]})
    assert run("duty", "-", "--json", typed=many).exit_code == 0
    more = json.dumps({"entry_date": "2026-11-02", "lines": [LINE] * 1000})
    assert code_of(run("duty", "-", typed=more)) == "tariff.case-malformed"


def test_hostile_text_is_printed_harmless(run: Any) -> None:
    told = run("duty", "-", typed=case(quantities=[{"quantity": "1", "unit": "kg\u001b[2J\u202e"}]))
    assert "\x1b" not in told.output
    assert "\u202e" not in told.output


def test_the_schema_accepts_the_examples_and_refuses_what_the_reader_refuses(run: Any, repository: Path) -> None:
    form = json.loads(run("schema").output)
    jsonschema.Draft202012Validator.check_schema(form)
    checker = jsonschema.Draft202012Validator(form)
    examples = sorted((repository / "examples" / "duty").glob("*.json"))
    assert examples
    for path in examples:
        checker.validate(json.loads(path.read_text()))
        assert run("duty", str(path)).exit_code == 0
    for changes in ({"value": 10000}, {"origin": "Mexico"}, {"surprise": 1}, {"value": "1e9"}):
        assert list(checker.iter_errors(json.loads(case(**changes)))), changes
