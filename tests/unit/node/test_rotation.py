"""Exchanging a hosted member's keys: who can sign afterwards, and what still verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sample_documents import USMCA

from credential_world import unsigned
from transire.api.checking import check_file
from transire.credentials.envelope import open_jws
from transire.credentials.errors import KeyUnresolved
from transire.credentials.exchange import EXCHANGE
from transire.credentials.issue import secure_credential
from transire.credentials.resolve import document_resolver
from transire.desk.person import Person
from transire.desk.persons import add_person, list_accounts
from transire.documents.certification import certification_subject
from transire.ledger.errors import SignerUnknown
from transire.ledger.verify import verify_receipt
from transire.node.did_document import did_document
from transire.node.doctor import examine
from transire.node.errors import ExchangeKeyUntold
from transire.node.node import Node
from transire.node.receipts import statement_receipt
from transire.node.rotation import PURPOSES, rotate_exchange_key, rotate_key
from transire.node.tenant import Tenant
from transire.procedures.origin_certification import service as origin
from transire.procedures.papers import issue_paper

SOMETHING = "A" * 43


def held(tenant: Tenant, *recipients: str) -> str:
    """A statement that any member may make."""
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        return tenant.state(tx, None, "document.held/1", body, about=[SOMETHING], recipients=recipients)


def rotated(folder: Path, purpose: str, slug: str = "producer", distrusted_from: int | None = None) -> str:
    with Node.open(folder) as node:
        return rotate_key(node, node.tenant(slug), purpose, distrusted_from=distrusted_from).name


def test_the_new_act_key_signs_and_the_old_receipts_still_verify(folder: Path) -> None:
    with Node.open(folder) as node:
        before = held(node.tenant("producer"))
        node.settle()
    assert rotated(folder, "act") == "act-2"
    with Node.open(folder) as node:
        producer, network = node.tenant("producer"), node.home.network.read_bytes()
        assert producer.signer.key_name == "act-2"
        after = held(producer, node.tenant("importer").did)
        node.settle()
        for statement, key in ((before, "act-1"), (after, "act-2")):
            verified = verify_receipt(statement_receipt(producer, statement), network)
            assert verified.holds
            assert f"its key {key}" in verified.check("stated-by").found


def test_a_checked_credential_counts_by_the_keys_on_the_ledger(folder: Path) -> None:
    """Also where the member is named by a did:key, which itself knows nothing of what became of its keys."""

    def proof_holds(key_name: str) -> bool:
        with Node.open(folder) as node:
            importer = node.tenant("importer")
            said = {**unsigned(), "issuer": importer.did}
            raw = json.dumps(secure_credential(said, key=importer.keys.signing_key(key_name))).encode()
            told = check_file(importer, Person("p", "Export clerk", frozenset({"preparer"})), raw)
            return next(line.outcome == "holds" for line in told.lines if line.name == "proof")

    assert proof_holds("credential-1")
    rotated(folder, "credential", "importer")
    assert proof_holds("credential-1")
    assert proof_holds("credential-2")
    rotated(folder, "credential", "importer", distrusted_from=1)
    assert not proof_holds("credential-2")
    assert proof_holds("credential-3")


def test_the_old_act_key_enters_no_block(folder: Path) -> None:
    rotated(folder, "act")
    with Node.open(folder) as node:
        producer = node.tenant("producer")
        record = producer.record
        assert record is not None
        old = record.key("act-1")
        assert old is not None
        assert (old.retired_from is not None, old.in_force(node.engine.height)) == (True, False)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_can_be_rotated_again_and_again(folder: Path, purpose: str) -> None:
    assert [rotated(folder, purpose) for _ in range(2)] == [f"{purpose}-2", f"{purpose}-3"]
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        record = producer.record
        assert record is not None
        (present,) = record.keys_in_force(purpose, node.engine.height + 1)
        assert present.name == f"{purpose}-3"
        there, back = held(producer, importer.did), held(importer, producer.did)
        node.settle()
        assert importer.located(there)
        assert producer.located(back)


def test_a_stolen_act_key_cannot_change_keys(node: Node) -> None:
    producer = node.tenant("producer")
    body = {"did": producer.did, "add": [], "retire": ["recover-1"], "distrust": []}
    with pytest.raises(SignerUnknown):
        producer.act("member.rotate_key/1", body)  # type: ignore[arg-type]


def test_a_compromised_key_is_distrusted_from_a_height_of_the_past(folder: Path) -> None:
    with Node.open(folder) as node:
        since = node.engine.height
    rotated(folder, "act", distrusted_from=since)
    with Node.open(folder) as node:
        record = node.tenant("producer").record
        assert record is not None
        old = record.key("act-1")
        assert old is not None
        assert old.distrusted_from == since


def test_the_did_document_tells_exchanged_keys_and_none_that_is_distrusted(folder: Path) -> None:
    with Node.open(folder) as node:
        since, before = node.engine.height, did_document(node.tenant("producer"))
        assert did_document(node.tenant("importer")) is None  # a did:key is its own document
    rotated(folder, "credential")
    rotated(folder, "agree")
    with Node.open(folder) as node:
        after = did_document(node.tenant("producer"))
    assert before is not None
    assert after is not None
    assert set(before["assertionMethod"]) < set(after["assertionMethod"])
    assert len(after["assertionMethod"]) == len(before["assertionMethod"]) + 1
    assert [each["id"] for each in after["keyAgreement"]] != [each["id"] for each in before["keyAgreement"]]
    rotated(folder, "credential", distrusted_from=since + 1)
    with Node.open(folder) as node:
        told = did_document(node.tenant("producer"))
        node.tenant("customs").act("member.suspend/1", {"did": node.tenant("producer").did})
        assert did_document(node.tenant("producer")) is None
    assert told is not None
    assert len(set(told["assertionMethod"]) & set(after["assertionMethod"])) == 2  # the first one, and that for ES384


def told(node: Node, tenant: Tenant) -> str:
    """The token for readers outside of a document that is issued now; members compared it with the credential."""
    with tenant.transaction() as tx:
        login = f"p{node.engine.height}@{tenant.slug}.example"
        person = add_person(tx, name="P", login=login, roles=["signing_official"], now=tenant.now())
        subject, schema = certification_subject(USMCA), "certification-of-origin/usmca/1"
        issued = issue_paper(tenant, tx, person, subject, schema, recipients=[node.tenant("importer").did])
    node.settle()
    with node.tenant("importer").database.reading() as view:
        taken = node.tenant("importer").vault.open(view, issued.commitment, issuer=tenant.did)
    return taken.representations[EXCHANGE].decode()


def test_a_rotated_exchange_key_signs_and_the_old_one_stays_told(folder: Path) -> None:
    with Node.open(folder) as node:
        producer = node.tenant("producer")
        tokens = [told(node, producer)]
        for name in ("exchange-2", "exchange-3"):
            assert rotate_exchange_key(producer).name == name
            tokens.append(told(node, producer))
    with Node.open(folder) as node:
        resolve = document_resolver([did_document(node.tenant("producer")) or {}])
        assert len({open_jws(token, resolve).method for token in tokens}) == 3


def test_a_compromised_exchange_key_is_told_no_more(folder: Path) -> None:
    with Node.open(folder) as node:
        producer = node.tenant("producer")
        before = told(node, producer)
        rotate_exchange_key(producer)
        stolen = told(node, producer)
        assert rotate_exchange_key(producer, compromised=True).name == "exchange-3"
        after = told(node, producer)
        resolve = document_resolver([did_document(producer) or {}])
        for token in (before, after):
            assert open_jws(token, resolve).controller == producer.did
        with pytest.raises(KeyUnresolved):
            open_jws(stolen, resolve)
        with pytest.raises(ExchangeKeyUntold):  # a did:key tells of no other key
            rotate_exchange_key(node.tenant("importer"))


def test_a_suspended_member_s_rotation_is_refused_and_may_be_tried_again(folder: Path) -> None:
    with Node.open(folder) as node:
        customs, producer = node.tenant("customs"), node.tenant("producer")
        customs.act("member.suspend/1", {"did": producer.did})
        with pytest.raises(SignerUnknown):
            rotate_key(node, producer, "act")
        customs.act("member.update/1", {"did": producer.did, "status": "active"})
        assert rotate_key(node, producer, "act").name == "act-3"  # act-2 is a key that nobody knows


def test_documents_of_before_open_and_new_ones_are_issued_and_taken(demo_node: Path) -> None:
    """The producer signs with a new credential key; the importer opens with a new agree key what came before."""
    with Node.open(demo_node) as node:
        assert rotate_key(node, node.tenant("riogrande"), "agree").rewrapped > 5
        assert rotate_key(node, node.tenant("bajio"), "credential").name == "credential-2"
    with Node.open(demo_node) as node:
        bajio, riogrande = node.tenant("bajio"), node.tenant("riogrande")
        with bajio.database.reading() as view:
            person = list_accounts(view)[0].person
        (current, *_) = origin.list_certifications(bajio, person, status="current").rows
        changes = {"/goods/0/description": "Another description"}
        issued = origin.replace_certification(bajio, person, current.document_id, changes, reason="A test of keys")
        node.settle()
        with riogrande.database.reading() as view:
            taken = riogrande.vault.open(view, issued.commitment, issuer=bajio.did)
        assert b"Another description" in next(iter(taken.representations.values()))
    assert [one.complaints for one in examine(demo_node, deep=True) if not one.healthy] == []
