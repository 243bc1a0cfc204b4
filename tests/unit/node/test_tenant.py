"""What a hosted member can do: state, issue, deliver, end; and what happens after a stop in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_documents import USMCA

from node_world import PRODUCER
from transire.credentials.envelope import open_jws, sign_envelope
from transire.credentials.errors import CredentialRefused
from transire.credentials.exchange import EXCHANGE, compare_exchange, exchange_token
from transire.credentials.resolve import document_resolver
from transire.desk.persons import add_person
from transire.documents.certification import certification_subject
from transire.ledger.errors import KindRefused
from transire.ledger.verify import verify_receipt
from transire.node.did_document import did_document
from transire.node.errors import EvidenceMissing, RecipientUnknown, StatementNotAccepted, UnknownTenant
from transire.node.node import Node
from transire.node.receipts import statement_receipt
from transire.node.tenant import Tenant
from transire.procedures.papers import issue_paper
from transire.vault import journal, outbox

SOMETHING = "A" * 43


def held(tenant: Tenant, *recipients: str) -> str:
    """A statement that any member may make."""
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        return tenant.state(tx, None, "document.held/1", body, about=[SOMETHING], recipients=recipients)


def test_a_statement_reaches_its_recipient_with_its_place(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    statement = held(producer, importer.did)
    node.settle()
    assert importer.located(statement).place == producer.located(statement).place


def test_nobody_else_learns_of_a_statement(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    statement = held(producer, importer.did)
    node.settle()
    with pytest.raises(StatementNotAccepted):
        node.tenant("customs").located(statement)


def test_a_receipt_verifies_with_the_network_file_alone(node: Node) -> None:
    producer = node.tenant("producer")
    statement = held(producer)
    node.settle()
    receipt = statement_receipt(producer, statement)
    assert verify_receipt(receipt, node.home.network.read_bytes()).holds


def test_what_was_pooled_is_anchored_after_a_restart(folder: Path) -> None:
    stopped = Node.open(folder)
    statement = held(stopped.tenant("producer"), stopped.tenant("importer").did)
    stopped.close()
    with Node.open(folder) as node:
        node.settle()
        assert node.tenant("importer").located(statement).statement.id == statement


def test_an_envelope_that_comes_twice_is_stated_once(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    statement = held(producer, importer.did)
    node.settle()
    row = outbox.OutboxRow(0, importer.did, statement, (), (), "filing", 0)
    before = count_statements(importer)
    with producer.database.reading() as view:
        envelope = producer.envelope(view, row)
    [reply] = node.post.receive(importer.did, [envelope], bringer=producer.did)
    assert reply.refused_with is None
    assert count_statements(importer) == before


def test_a_document_of_a_did_web_is_a_jwt_too_under_the_same_commitment(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    with producer.transaction() as tx:
        person = add_person(tx, name="P", login="p@producer.example", roles=["signing_official"], now=producer.now())
        schema_id = "certification-of-origin/usmca/1"
        subject = certification_subject(USMCA)
        issued = issue_paper(producer, tx, person, subject, schema_id, recipients=[importer.did])
    node.settle()
    with importer.database.reading() as view:
        taken = importer.vault.open(view, issued.commitment, issuer=producer.did)
    assert sorted(taken.representations) == ["application/vc", "application/vc+jwt", "application/vc+sd-jwt"]
    token, credential = taken.representations[EXCHANGE], taken.credential
    assert credential is not None
    opened = open_jws(token.decode(), document_resolver([did_document(producer) or {}]), at=producer.now())
    assert opened.controller == PRODUCER
    assert opened.document == {name: value for name, value in credential.items() if name != "proof"}
    other = {**credential, "validFrom": "2020-01-01T00:00:00Z"}
    for refused in (
        token[:-90],
        exchange_token(other, producer.exchange_keys()[0]),
        exchange_token(credential, producer.keys.signing_key("credential-1")),
        sign_envelope(opened.document, key=producer.exchange_keys()[0], kid="did:web:other.example#a").encode(),
    ):
        with pytest.raises(CredentialRefused):
            compare_exchange(credential, refused or b"")


def test_a_recipient_must_be_a_member(node: Node) -> None:
    with pytest.raises(RecipientUnknown, match="no member of this network"):
        held(node.tenant("producer"), "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")


def test_evidence_must_be_held(node: Node) -> None:
    producer = node.tenant("producer")
    body = {"statement": SOMETHING, "recipient": producer.did, "envelope": SOMETHING}
    with producer.transaction() as tx, pytest.raises(EvidenceMissing, match="made or received"):
        producer.state(tx, None, "document.held/1", body, about=[SOMETHING], attach=["B" * 43])


def test_a_role_may_state_only_its_own_kinds(node: Node) -> None:
    importer = node.tenant("importer")
    body = {"line": 1, "version": SOMETHING}
    with importer.transaction() as tx, pytest.raises(KindRefused):
        importer.state(tx, None, "claim.accepted/1", body, about=[SOMETHING])


def test_an_unknown_member_is_named(node: Node) -> None:
    with pytest.raises(UnknownTenant, match="customs, producer, importer"):
        node.tenant("nobody")


def count_statements(tenant: Tenant) -> int:
    with tenant.database.reading() as view:
        return len(journal.all_accepted(view))
