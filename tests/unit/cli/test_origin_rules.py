"""`transire origin rules` and `transire origin import`: what a person reads, and what another system reads."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from transire.cli import cli


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["origin", *arguments])


def test_the_rules_of_a_number_in_plain_words() -> None:
    said = " ".join(_run("rules", "usmca", "8413.70", "--date", "2026-11-28").output.split())
    assert "Rule for 8413.11-8413.82" in said
    assert "General Note 11(o), chapter 84, rule 40, HTSUS" in said
    assert "(A) Every material that does not originate comes from another heading than the good." in said
    assert "at least 60 % by the transaction value method or 50 % by the net cost method" in said


def test_the_same_as_json_with_the_tree() -> None:
    found = json.loads(_run("rules", "cafta_dr", "8477.10", "--date", "2026-11-28", "--json").output)
    (rule,) = found["rules"]
    assert rule["scope"] == "8477.10-8477.80"
    assert rule["tree"]["alternatives"][0]["value"][0] == {"node": "value_limit", "percent": "35", "method": "build_up"}


def test_a_number_without_a_rule_says_so() -> None:
    assert "holds no rule for this number" in " ".join(_run("rules", "usmca", "8537.10").output.split())


def test_a_day_on_which_the_agreement_is_not_in_force() -> None:
    assert "NAFTA is not in force on 2024-01-01" in _run("rules", "nafta", "8413.70", "--date", "2024-01-01").output


def test_the_coverage_names_what_is_wrong_in_the_source() -> None:
    said = " ".join(_run("rules", "cafta_dr").output.split())
    assert "49 texts of the source: 49 rules, 49 of them whole, 0 notes." in said
    assert "8477: dangling." in said
    assert json.loads(_run("rules", "nafta", "--json").output)["texts"] == 1377


def test_an_imported_table_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    table = tmp_path / "rules.csv"
    table.write_text(
        "hs_scope,rule_text\n"
        '8413.70,"A change to subheading 8413.70 from any other subheading."\n'
        "8414,Blue fans only.\n",
        encoding="utf-8",
    )
    done = _run("import", str(table), "--agreement", "usmca", "--edition", "HTSUS (2027)", "--home", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "8414: not understood." in " ".join(done.output.split())
    said = " ".join(_run("rules", "usmca", "8413.70", "--home", str(tmp_path)).output.split())
    assert "comes from another subheading than the good" in said
    assert "HTSUS (2027)" in said


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    for name, content in (("empty.tsv", b""), ("other.tsv", b"a\tb\n1\t2\n"), ("bytes.tsv", b"\xff\xfe\x00")):
        path = tmp_path / name
        path.write_bytes(content)
        refused = _run("import", str(path), "--agreement", "usmca", "--home", str(tmp_path))
        assert refused.exit_code == 1
        assert getattr(refused.exception, "code", "") == "origin.rules-unreadable"


def test_an_unknown_agreement_and_a_number_that_is_none() -> None:
    assert getattr(_run("rules", "efta").exception, "code", "") == "origin.agreement-unknown"
    assert getattr(_run("rules", "usmca", "841").exception, "code", "") == "tariff.number-malformed"


def test_the_rules_below_a_chapter_are_listed() -> None:
    told = _run("rules", "usmca", "84").stdout
    assert "stand below it" in told
    assert "Rule for 8414.51" in told
