"""The pages of `spec/` name what the code has, and nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import fields

import transire.ledger.machine  # noqa: F401 - so that every rule's refusals are known
from replay_corpus import replayed
from transire.errors import catalogue
from transire.ledger.bodies import ACTIONS
from transire.ledger.errors import Inadmissible, Refused
from transire.ledger.parameters import PARAMETERS
from transire.ledger.state import ROWS, MemberKey, Row
from transire.ledger.store import MemoryStore

BASES = {"ledger.inadmissible", "ledger.not-allowed"}


@pytest.fixture
def spec(repository: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (repository / "spec").glob("*.md")}


def test_every_action_has_its_line(spec: dict[str, str]) -> None:
    lines = re.findall(r"^\| `([a-z_.]+/\d+)` \| (.*?) \|", spec["action"], flags=re.MULTILINE)
    assert [name for name, _ in lines] == list(ACTIONS)
    for name, body in lines:
        members = [one.encode_name for one in fields(ACTIONS[name])]
        assert re.findall(r"`([a-z]+)`", body)[: len(members)] == members, name


def test_every_row_of_the_state_has_its_line(spec: dict[str, str]) -> None:
    lines = re.findall(r"^\| `([a-z]+)[/`]", spec["state"], flags=re.MULTILINE)
    assert set(lines) >= set(ROWS)
    for name, row in ROWS.items():
        (line,) = re.findall(rf"^\| `{name}[/`].*$", spec["state"], flags=re.MULTILINE)
        assert [member for member in _members(row) if f"`{member}`" not in line] == [], name
    assert [member for member in _members(MemberKey) if f"`{member}`" not in spec["state"]] == []


def _members(row: type[Row]) -> list[str]:
    return [one.encode_name for one in fields(row)]


def test_every_parameter_has_its_line(spec: dict[str, str]) -> None:
    for name, rule in PARAMETERS.items():
        assert re.search(rf"^\| `{name}` \| {rule.default} \| {rule.least}", spec["state"], flags=re.MULTILINE), name


def test_every_refusal_is_named(spec: dict[str, str]) -> None:
    for code, error in catalogue().items():
        if issubclass(error, Inadmissible) and code not in BASES:
            assert f"`{code}`" in spec["action"], code
        if issubclass(error, Refused) and code not in BASES:
            short = code.removeprefix("ledger.")
            assert f"{short}`" in spec["machine"] or f"`-{short.partition('-')[2]}`" in spec["machine"], code


def test_every_event_has_its_line(spec: dict[str, str], repository: Path) -> None:
    corpus = repository / "vectors" / "machine" / "corpus-1.jsonl"
    for _, _, results in replayed(corpus, MemoryStore()):
        for event in (event for result in results for event in result.events):
            (line,) = re.findall(rf"^\| .*`{event['event']}`.* \|.*$", spec["machine"], flags=re.MULTILINE)
            assert all(f"`{member}`" in line for member in event if member != "event"), event
