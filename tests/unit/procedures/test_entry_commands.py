"""`transire entry` as it is typed: records of an entry in a file, and the answer to it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from records_case import WHOLE

from transire.cli import cli
from transire.crypto.encoding import b64url
from transire.documents.wire import as_wire
from transire.errors import TransireError
from transire.tariff.schedule import use_folder

CLAIM = WHOLE.lines[0].claim
assert CLAIM is not None
NAMES = {
    WHOLE.power_of_attorney,
    *WHOLE.invoices,
    *(line.invoice.document for line in WHOLE.lines),
    CLAIM.certification,
    CLAIM.issued_statement,
    CLAIM.delivered_statement,
}
SUMMARY = "E0 SUMMRY 000001 REF ID: B76 03245278"


def identified(value: Any) -> Any:
    """The entry with identifiers as they are issued in the place of the case's names."""
    if isinstance(value, dict):
        return {name: identified(member) for name, member in value.items()}
    if isinstance(value, list):
        return [identified(member) for member in value]
    return b64url(sha256(value.encode()).digest()) if value in NAMES else value


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Call a command over the entry of the golden files, with a folder of its own for editions."""
    file = tmp_path / "entry.json"
    file.write_text(json.dumps(identified(as_wire(WHOLE))), encoding="utf-8")

    def call(command: str, *words: str) -> Result:
        runner = CliRunner(env={"TRANSIRE_TARIFF_FOLDER": str(tmp_path / "kept")})
        return runner.invoke(cli, ["entry", command, str(file), *words], catch_exceptions=True)

    yield call
    use_folder(tmp_path / "nowhere")


def test_release_records_are_written_and_what_is_blank_is_told(run: Any, tmp_path: Path) -> None:
    told = run("release", "--output", str(tmp_path / "release.txt"))
    assert told.exit_code == 0, told.output
    records = (tmp_path / "release.txt").read_bytes().decode("ascii").split("\r\n")
    assert {len(record) for record in records[:-1]} == {80}
    assert "not certified" in told.stderr


def test_an_answer_is_read_and_a_refusal_is_the_exit_status(run: Any, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text(f"{SUMMARY}\nE0 LINITM 000002 REF ID: 002\nE1 F368   NUMBER UNKNOWN\nE1RFR01   REJECTED\n")
    told = run("answer", str(answer))
    assert (told.exit_code, "line 2: NUMBER UNKNOWN" in told.stdout) == (1, True)
    answer.write_text(f"{SUMMARY}\nE1A S01   SUMMARY HAS BEEN ADDED\n")
    assert run("answer", str(answer), "--json").exit_code == 0
    answer.write_text(SUMMARY.replace("B76", "B77") + "\n")
    refused = run("answer", str(answer))
    assert isinstance(refused.exception, TransireError)
    assert refused.exception.code == "entry.answer-of-another"


def test_what_is_no_entry_is_refused(run: Any, tmp_path: Path) -> None:
    (tmp_path / "entry.json").write_text("[", encoding="utf-8")
    refused = run("records")
    assert isinstance(refused.exception, TransireError)
    assert refused.exception.code == "documents.unreadable"
