"""The generic kinds: closed bodies that name documents and nothing of their content."""

from __future__ import annotations

from typing import Any

import pytest

from transire.crypto.encoding import b64url
from transire.ledger.errors import KindRefused
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import make_statement, parse_statement, statement_bytes
from transire.vault.statements import KINDS, delivered_body, named_body, refused_body

ID, OTHER = b64url(bytes(32)), b64url(bytes([1]) * 32)
DID = "did:web:producer.example"
KEY_DID = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
NAMED = named_body(ID, ID, DID)
GRANTED = {**NAMED, "recipient": DID, "purpose": "audit"}
RIGHT = {**GRANTED, "may_delegate": False}
ISSUED = {"id": ID, "commitment": ID, "version": 1, "schema": "evidence/1", "ciphertext": OTHER}

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("document.issued/1", ISSUED),
    ("document.issued/1", {**ISSUED, "version": 2, "commitment": OTHER, "previous": ID}),
    ("document.issued/1", {**ISSUED, "schema": "certification-of-origin/cafta-dr/1"}),
    (
        "document.granted/1",
        {**NAMED, "recipient": KEY_DID, "purpose": "entry"},
    ),
    (
        "document.granted/1",
        {**NAMED, "recipient": DID, "purpose": "audit", "expires": "2027-01-01T00:00:00Z", "may_delegate": True},
    ),
    ("document.granted/2", RIGHT),
    ("document.granted/2", {**RIGHT, "authority": "19 CFR 163.6", "expires": "2027-01-01T00:00:00Z", "under": OTHER}),
    ("document.granted/2", {**RIGHT, "replaces": OTHER}),
    ("document.grant_ended/1", {**NAMED, "grant": OTHER}),
    ("document.grant_ended/1", {**NAMED, "grant": OTHER, "reason": "the audit is over"}),
    ("document.destroyed/1", NAMED),
    ("document.withdrawn/1", {**NAMED, "reason": "entered twice"}),
    ("document.delivered/1", delivered_body(OTHER, **NAMED)),
    ("document.delivered/1", delivered_body(OTHER)),
    ("document.refused/1", refused_body(OTHER, "vault.commitment-differs", **NAMED)),
    ("document.refused/1", refused_body(OTHER, "ledger.pool-mismatch")),
    ("document.opened/1", NAMED),
    ("document.held/1", {"statement": ID, "recipient": DID, "envelope": OTHER}),
    ("member.hybrid_key/1", {"agree": ID}),
    ("member.hybrid_key/1", {"agree": ID, "mlkem768": "A" * 1579}),
]

BAD: list[tuple[str, dict[str, Any]]] = [
    ("document.issued/1", {**ISSUED, "version": 0}),
    ("document.issued/1", {**ISSUED, "version": "1"}),
    ("document.issued/1", {**ISSUED, "title": "Certification for housing"}),
    ("document.issued/1", {**ISSUED, "schema": "Evidence"}),
    ("document.issued/1", {**ISSUED, "ciphertext": ID[:-1] + "B"}),
    ("document.issued/1", {**ISSUED, "id": ID + "\n"}),
    ("document.granted/1", {**NAMED, "recipient": "producer", "purpose": "entry"}),
    ("document.granted/1", {**NAMED, "recipient": DID, "purpose": "For the entry"}),
    ("document.granted/1", {**NAMED, "recipient": DID, "purpose": "entry", "expires": "tomorrow"}),
    ("document.granted/2", GRANTED),
    ("document.granted/2", {**RIGHT, "purpose": "curiosity"}),
    ("document.granted/2", {**RIGHT, "fields": ["/goods"]}),
    ("document.grant_ended/1", NAMED),
    ("document.grant_ended/1", {**NAMED, "grant": OTHER, "reason": ""}),
    ("document.destroyed/1", {**NAMED, "reason": "old"}),
    ("document.withdrawn/1", NAMED),
    ("document.withdrawn/1", {**NAMED, "reason": " "}),
    ("document.delivered/1", {"statement": OTHER, "document": ID}),
    ("document.delivered/1", {"statement": OTHER, "document": ID, "commitment": ID}),
    ("document.delivered/1", NAMED),
    ("document.refused/1", {"statement": OTHER}),
    ("document.refused/1", refused_body(OTHER, "I do not like it")),
    ("document.opened/1", {**NAMED, "by": "clerk"}),
    ("document.held/1", {"statement": ID, "recipient": DID}),
    ("member.hybrid_key/1", {"mlkem768": "A" * 1579}),
    ("member.hybrid_key/1", {"agree": ID, "mlkem768": "A" * 1578}),
    ("member.hybrid_key/1", {"agree": ID, "mlkem768": None}),
]


KNOWN = ["document.issued/1", "document.granted/2"]


def check(kind: str, body: dict[str, Any]) -> None:
    made = make_statement(kind, body, about=[ID], by=DID, actor="a")
    KindRegistry(KINDS).check_statement(parse_statement(statement_bytes(made)), ["carrier"], KNOWN)


@pytest.mark.parametrize(("kind", "body"), GOOD)
def test_what_may_be_stated(kind: str, body: dict[str, Any]) -> None:
    check(kind, body)


@pytest.mark.parametrize(("kind", "body"), BAD)
def test_what_may_not_be_stated(kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(KindRefused):
        check(kind, body)


def test_every_kind_is_tried() -> None:
    assert {kind.name for kind in KINDS} == {name for name, _ in GOOD} == {name for name, _ in BAD}


def test_nobody_waits_to_learn_that_a_person_looked_or_that_a_copy_is_gone() -> None:
    assert [kind.name for kind in KINDS if kind.unhurried] == ["document.opened/1", "document.destroyed/1"]
