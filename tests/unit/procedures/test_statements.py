"""What members may state: bodies are closed, roles are held to, and nothing comes before what it follows."""

from __future__ import annotations

from typing import Any

import pytest

from transire.crypto.encoding import b64url
from transire.ledger.errors import KindRefused
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import make_statement, parse_statement, statement_bytes
from transire.procedures.catalogue import kinds, procedure, procedures
from transire.storage.database import Database
from transire.storage.migrations import schema_differences, upgrade

REGISTRY = KindRegistry(kinds())
ID, OTHER = b64url(bytes(32)), b64url(b"\x01" * 32)
CLAIM = {"line": 1, "certification": ID, "version": ID, "issued": ID, "delivered": ID}

# kind -> (a body that is allowed, roles that may state it, a kind that precedes it)
SOUND: dict[str, tuple[dict[str, Any], set[str], str]] = {
    "authority.granted/1": (
        {"agent": "did:web:broker.example", "valid_from": "2026-01-01", "valid_until": "2026-12-31"},
        {"importer", "exporter", "producer"},
        "document.issued/1",
    ),
    "authority.revoked/1": (
        {"version": ID, "reason": "We changed brokers"},
        {"importer", "exporter", "producer"},
        "authority.granted/1",
    ),
    "certification.withdrawn/1": (
        {"version": ID, "reason": "Wrong"},
        {"producer", "exporter", "importer"},
        "document.issued/1",
    ),
    "certification.replaced/1": (
        {"version": ID, "successor": OTHER, "reason": "Corrected"},
        {"producer", "exporter", "importer"},
        "document.issued/1",
    ),
    "origin.determined/1": (
        {"version": ID, "outcome": "originating"},
        {"producer", "exporter", "importer"},
        "document.issued/1",
    ),
    "origin.turned/1": (
        {"version": ID, "good": 1, "outcome": "not_originating"},
        {"producer", "exporter", "importer"},
        "document.issued/1",
    ),
    "entry.filed/1": ({"version": ID, "claims": [CLAIM]}, {"broker", "importer"}, "document.issued/1"),
    "entry.corrected/1": (
        {"version": OTHER, "previous": ID, "reason": "Corrected", "claims": [CLAIM]},
        {"broker", "importer"},
        "entry.filed/1",
    ),
    "claim.accepted/1": ({"line": 1, "version": ID, "note": "Checked"}, {"customs"}, "entry.filed/1"),
    "request.made/1": (
        {
            "line": 1,
            "question": "Which motor?",
            "questions": ["process"],
            "due_by": "2026-12-22",
            "basis": "19 USC 1509",
        },
        {"customs", "agency"},
        "entry.filed/1",
    ),
    "certifier.asked/1": (
        {"line": 1, "good": 1, "question": "Which motor?", "due_by": "2026-12-22", "basis": "19 CFR 182.75(c)(1)"},
        {"customs"},
        "document.issued/1",
    ),
    "visit.proposed/1": (
        {"line": 1, "place": "The works", "on": "2027-01-12", "due_by": "2026-12-22", "basis": "19 CFR 182.74"},
        {"customs"},
        "document.issued/1",
    ),
    "visit.answered/1": (
        {"answer": "postponed", "days": 60, "words": "Stocktaking"},
        {"exporter", "producer", "importer"},
        "visit.proposed/1",
    ),
    "action.proposed/1": (
        {"line": 1, "version": ID, "reason": "The motor", "due_by": "2026-12-22", "basis": "CBP Form 29"},
        {"customs"},
        "entry.filed/1",
    ),
    "request.extended/1": ({"due_by": "2027-01-22", "reason": "Holidays"}, {"customs"}, "action.proposed/1"),
    "request.answered/1": ({"answer": ID}, {"broker", "importer", "exporter", "producer"}, "request.made/1"),
    "request.closed/1": ({"outcome": "sufficient", "note": "Thanks"}, {"customs", "agency"}, "certifier.asked/1"),
    "determination.deferred/1": ({"line": 1, "reason": "Many materials"}, {"customs"}, "entry.filed/1"),
    "refund.claimed/1": (
        {
            "line": 1,
            "certification": ID,
            "version": ID,
            "good": 1,
            "declaration": "It qualified",
            "informed": False,
            "protested": False,
        },
        {"broker", "importer"},
        "entry.filed/1",
    ),
    "origin.decided/1": (
        {"line": 1, "version": ID, "outcome": "not_originating"},
        {"customs"},
        "document.issued/1",
    ),
    "entry.noted/1": ({"version": ID, "line": 3, "note": "Name the model"}, {"customs", "agency"}, "entry.filed/1"),
}
SUPPLIER = {"name": "Supplier", "did": "did:web:supplier.example"}
SOLICITED: dict[str, Any] = {
    "supplier": SUPPLIER,
    "agreement": "usmca",
    "goods": [{"number": "P-1", "description": "Pump"}],
    "from": "2026-01-01",
    "until": "2026-12-31",
    "answer_by": "2026-02-01",
    "remind_every": 14,
}
SOUND |= {
    "solicitation.asked/1": (SOLICITED, {"importer", "exporter"}, ""),
    "solicitation.reminded/1": (
        {"goods": ["P-1"], "answer_by": "2026-02-01"},
        {"importer", "exporter"},
        "solicitation.asked/1",
    ),
    "solicitation.declined/1": (
        {"goods": ["P-1"], "reason": "not_originating", "note": "The motor is foreign"},
        {"producer", "exporter"},
        "solicitation.asked/1",
    ),
    "solicitation.heard/1": (
        {"goods": [{"number": "P-1", "says": "originating", "criterion": "B"}]},
        {"importer", "exporter"},
        "solicitation.asked/1",
    ),
    "solicitation.withdrawn/1": ({"note": "Bought elsewhere"}, {"importer", "exporter"}, "solicitation.asked/1"),
}
ROLES = {"producer", "exporter", "importer", "broker", "customs", "agency", "chamber", "carrier"}


def check(kind: str, body: dict[str, Any], roles: set[str], known: set[str]) -> None:
    made = make_statement(kind, body, about=[ID], by="did:web:a.example", actor="x")
    REGISTRY.check_statement(parse_statement(statement_bytes(made)), roles, known)


def test_every_kind_is_held_to_here() -> None:
    assert sorted(SOUND) == sorted(kind.name for kind in kinds())


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_body_by_each_role_that_may(kind: str) -> None:
    body, roles, precedes = SOUND[kind]
    for role in roles:
        check(kind, body, {role}, {precedes})


@pytest.mark.parametrize("kind", SOUND)
def test_no_other_role_may(kind: str) -> None:
    body, roles, precedes = SOUND[kind]
    for role in ROLES - roles:
        with pytest.raises(KindRefused):
            check(kind, body, {role}, {precedes})


@pytest.mark.parametrize("kind", [kind for kind, (_, _, precedes) in SOUND.items() if precedes])
def test_nothing_comes_before_what_it_follows(kind: str) -> None:
    body, roles, _ = SOUND[kind]
    with pytest.raises(KindRefused):
        check(kind, body, roles, {"document.opened/1"})


@pytest.mark.parametrize("kind", SOUND)
def test_a_body_with_an_unknown_member_is_refused(kind: str) -> None:
    body, roles, precedes = SOUND[kind]
    with pytest.raises(KindRefused):
        check(kind, {**body, "colour": "blue"}, roles, {precedes})


@pytest.mark.parametrize("kind", SOUND)
def test_an_id_that_is_none_and_an_empty_text_are_refused(kind: str) -> None:
    body, roles, precedes = SOUND[kind]
    for name, value in body.items():
        if isinstance(value, str):
            with pytest.raises(KindRefused):
                check(kind, {**body, name: " "}, roles, {precedes})


def test_a_claim_may_leave_out_the_delivery_and_nothing_else() -> None:
    for name in CLAIM:
        claim = {key: value for key, value in CLAIM.items() if key != name}
        body = {"version": ID, "claims": [claim]}
        if name == "delivered":
            check("entry.filed/1", body, {"broker"}, {"document.issued/1"})
        else:
            with pytest.raises(KindRefused):
                check("entry.filed/1", body, {"broker"}, {"document.issued/1"})


def test_the_catalogue_loads_every_part_that_it_names() -> None:
    for found in procedures():
        assert procedure(found.name) is found
        assert found.metadata().tables
        assert found.branch().label == found.name
        assert callable(found.projector())
        react = found.on_received()
        assert react is None or callable(react)
        assert found.summary.endswith(".")
        assert found.law
        assert found.not_this
    with pytest.raises(KeyError):
        procedure("carnet")


def test_the_migrations_give_the_tables(tmp_path: Any) -> None:
    branches = [found.branch() for found in procedures()]
    database = Database.open(f"sqlite:///{tmp_path}/x.db", tables=[branch.metadata for branch in branches])
    upgrade(database, branches)
    assert schema_differences(database, branches) == []
    database.close()
