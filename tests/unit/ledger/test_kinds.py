"""Kinds: what nodes check of a statement, and the ledger never does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ledger_world import PRODUCER
from transire.crypto.canonical import Json
from transire.ledger.errors import KindRefused, KindUnknown
from transire.ledger.kinds import Kind, KindRegistry, check_statement
from transire.ledger.statement import Statement, make_statement, parse_statement, statement_bytes

FILED = Kind(
    name="entry.filed/1",
    body_schema={
        "type": "object",
        "properties": {"lines": {"type": "integer", "minimum": 1}, "on": {"type": "string", "format": "date"}},
        "required": ["lines"],
        "additionalProperties": False,
    },
    stated_by=frozenset({"broker", "importer"}),
    follows=("entry.drafted/1", "entry.corrected/1"),
)
ANYBODY = Kind(name="document.opened/1", body_schema={"type": "object"}, unhurried=True)
KINDS = KindRegistry([FILED, ANYBODY])


def statement(kind: str, body: dict[str, Json]) -> Statement:
    return parse_statement(statement_bytes(make_statement(kind, body, about=[], by=PRODUCER, actor="x")))


def test_a_statement_that_keeps_the_rules_of_its_kind_passes() -> None:
    KINDS.check_statement(statement(FILED.name, {"lines": 2}), ["broker"], ["entry.drafted/1"])
    check_statement(KINDS, statement(ANYBODY.name, {}), [], [])


def test_all_faults_of_the_body_are_named_with_their_places() -> None:
    with pytest.raises(KindRefused) as refusal:
        KINDS.check_statement(statement(FILED.name, {"lines": 0, "on": "soon"}), ["broker"], ["entry.drafted/1"])
    assert "/body/lines" in str(refusal.value)
    assert "/body/on" in str(refusal.value)


def test_a_member_without_the_role_may_not_state_it() -> None:
    with pytest.raises(KindRefused, match=r"Expected broker or importer, got .* by carrier"):
        KINDS.check_statement(statement(FILED.name, {"lines": 1}), ["carrier"], ["entry.drafted/1"])


def test_what_must_precede_must_be_known() -> None:
    with pytest.raises(KindRefused, match=r"or entry.corrected/1 before"):
        KINDS.check_statement(statement(FILED.name, {"lines": 1}), ["broker"], ["document.opened/1"])


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KindUnknown, match="does not know"):
        KINDS.check_statement(statement("entry.eaten/1", {}), ["broker"], [])


def test_a_kind_has_one_meaning_for_ever() -> None:
    registry = KindRegistry([FILED])
    registry.register(FILED)
    with pytest.raises(KindRefused, match="second definition"):
        registry.register(Kind(name=FILED.name, body_schema={}))


def test_a_kind_needs_a_versioned_name() -> None:
    with pytest.raises(KindUnknown):
        KindRegistry([Kind(name="filed", body_schema={})])


def test_registered_kinds_are_found() -> None:
    assert [kind.name for kind in KINDS] == [FILED.name, ANYBODY.name]
    assert FILED.name in KINDS
    assert KINDS.find(FILED.name) is FILED


def test_the_machine_never_looks_at_kinds(repository: Path) -> None:
    """The ledger knows no kind and no procedure: nothing that the machine imports may reach `ledger.kinds`."""
    seen: set[str] = set()
    pending = ["transire.ledger.machine"]
    while pending:
        module = pending.pop()
        seen.add(module)
        path = repository / "src" / Path(*module.split("."))
        source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        for node in ast.walk(ast.parse(source.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                inside = repository / "src" / Path(*name.split("."))
                if name.startswith("transire.") and name not in seen and inside.with_suffix(".py").exists():
                    pending.append(name)
    assert "transire.ledger.admission" in seen
    assert "transire.ledger.kinds" not in seen
    assert "transire.ledger.statement" not in seen
