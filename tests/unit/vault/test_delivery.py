"""What arrives is believed only when all of it holds: each defect with its code, and nothing written twice."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transire.credentials.errors import IssuerNotKeyHolder, KeyUnresolved, ProofInvalid, TermNotMapped
from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.keys import AgreementKey, SigningKey
from transire.crypto.sealing import seal_content, wrap_key
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import commitment_of
from transire.documents.errors import DocumentInvalid
from transire.errors import TransireError
from transire.ledger.errors import KindRefused, KindUnknown, PoolMismatch, StatementForeign
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import Pool, parse_statement, statement_bytes
from transire.storage.errors import StorageFull
from transire.vault import journal
from transire.vault.delivery import check_envelope, may_come_again
from transire.vault.envelope import parse_envelope, write_envelope
from transire.vault.errors import (
    ActionNotAccepted,
    ActionUnfit,
    CiphertextDiffers,
    CommitmentDiffers,
    CredentialUnfit,
    DocumentDiffers,
    DocumentNotIssued,
    EnvelopeMisdirected,
    IssuerDiffers,
    KeyNotOurs,
    PackageMalformed,
    PrecedingMissing,
    SealUnopened,
    SenderSilent,
    VersionContradicted,
)
from transire.vault.journal import Located
from transire.vault.sealing import Package, pack, seal
from transire.vault.statements import named_body
from transire.vault.stored import SealedDocument, StoredDocument, digest_of

from .conftest import NOW, REQUEST, Member


@pytest.fixture
def producer(member: Callable[..., Member]) -> Member:
    return member("producer")


@pytest.fixture
def importer(member: Callable[..., Member]) -> Member:
    return member("importer")


def located(owner: Member, name: str) -> Located:
    with owner.database.reading() as view:
        found = journal.locate(view, name)
    assert found is not None
    return found


def one_envelope(producer: Member, importer: Member, **rest: Any) -> tuple[StoredDocument, dict[str, Any]]:
    stored = producer.issue(importer, **rest)
    return stored, orjson.loads(producer.envelopes(importer)[-1])


def test_a_delivery_that_holds(producer: Member, importer: Member) -> None:
    credential = producer.credential()
    stored = producer.issue(importer, content={MEDIA_TYPE: canonical_bytes(credential), "text/plain": b"rendering"})
    (raw,) = producer.envelopes(importer)
    checked = importer.check(raw)
    assert checked.sender == producer.did
    assert checked.delivered.statement.kind == "document.issued/1"
    (document,) = checked.documents
    assert document.credential == credential
    assert document.not_compared == ("text/plain",)
    assert document.stored == dataclasses.replace(stored, issued_by=checked.delivered.statement.id)
    kept = importer.receive(raw)
    assert kept.statements == (checked.delivered.statement.id,)
    assert kept.documents == (document.stored,)
    with importer.database.reading() as view:
        opened = importer.vault.open(view, stored.commitment)
        assert journal.locate(view, checked.delivered.statement.id) is not None
    assert opened.credential == credential
    assert opened.stored.issuer == producer.did
    assert checked.delivered_bodies(kept) == [
        {
            "statement": checked.delivered.statement.id,
            "document": stored.document_id,
            "commitment": stored.commitment,
            "issuer": producer.did,
        }
    ]


def test_a_second_delivery_changes_nothing_and_states_nothing(producer: Member, importer: Member) -> None:
    producer.issue(importer)
    (raw,), (again,) = producer.envelopes(importer), producer.envelopes(importer)
    assert raw != again  # the key is wrapped anew
    importer.receive(raw)
    for repeated in (raw, again):
        checked = importer.check(repeated)
        kept = importer.receive(repeated)
        assert (kept.statements, kept.documents) == ((), ())
        assert checked.delivered_bodies(kept) == []


def test_a_crash_while_keeping_leaves_nothing_half_done(producer: Member, importer: Member) -> None:
    stored = producer.issue(importer)
    (raw,) = producer.envelopes(importer)
    checked = importer.check(raw)
    with pytest.raises(ZeroDivisionError), importer.database.transaction() as tx:
        len(checked.keep(tx, importer.vault, now=NOW).documents) / 0
    with importer.database.reading() as view:
        assert not importer.vault.has(view, stored.commitment)
        assert journal.locate(view, checked.delivered.statement.id) is None
    assert len(importer.receive(raw).documents) == 1


def test_a_statement_alone_is_delivered_too(producer: Member, member: Callable[..., Member]) -> None:
    customs = member("customs")
    stored = producer.issue(customs)
    customs.receive(producer.envelopes(customs)[0])
    asked = customs.say(producer, kind="request.made/1", body={"question": "Which mill?"}, about=[stored.document_id])
    (raw,) = customs.envelopes(producer)
    checked = producer.check(raw)
    kept = producer.receive(raw)
    assert checked.delivered_bodies(kept) == [{"statement": asked}]


def test_a_recipient_shares_what_it_holds_with_a_third(
    producer: Member, importer: Member, member: Callable[..., Member]
) -> None:
    broker = member("broker")
    stored = producer.issue(importer)
    importer.receive(producer.envelopes(importer)[0])
    body = {
        **named_body(stored.document_id, stored.commitment, producer.did),
        "recipient": broker.did,
        "purpose": "entry",
    }
    importer.say(
        broker, kind="document.granted/1", body=body, about=[stored.document_id], documents=[stored.commitment]
    )
    (raw,) = importer.envelopes(broker)
    kept = broker.receive(raw)
    assert [document.issuer for document in kept.documents] == [producer.did]
    checked = broker.check(raw)
    assert [found.statement.kind for found in checked.statements] == ["document.granted/1", "document.issued/1"]
    # The same ciphertext all the way: encrypted once, its digest stated by the producer.
    with producer.database.reading() as mine, broker.database.reading() as theirs:
        assert producer.vault.stored(mine, stored.commitment).ciphertext == kept.documents[0].ciphertext
        assert broker.vault.open(theirs, stored.commitment).credential is not None


def test_a_plain_file_needs_no_credential_and_a_typed_document_does(producer: Member, importer: Member) -> None:
    producer.issue(importer, content={"application/pdf": b"%PDF"}, schema_id="file/1")
    importer.receive(producer.envelopes(importer)[0])
    producer.issue(importer, content={"application/pdf": b"%PDF"}, schema_id="evidence/1")
    with pytest.raises(CredentialUnfit):
        importer.check(producer.envelopes(importer)[1])


def test_many_versions_and_replacement(producer: Member, importer: Member) -> None:
    first = producer.issue(importer)
    second = producer.issue(importer, previous=first.commitment)
    for raw in reversed(producer.envelopes(importer)):
        importer.receive(raw)
    with importer.database.reading() as view:
        assert importer.vault.newest(view, first.document_id) == second.commitment


# One defect each.


def refused(owner: Member, wire: dict[str, Any], error: type[TransireError], where: str | None = None) -> None:
    with pytest.raises(error) as found:
        owner.check(canonical_bytes(wire))
    if where is not None:
        assert found.value.where == where


def test_for_another_member(producer: Member, importer: Member, member: Callable[..., Member]) -> None:
    _, wire = one_envelope(producer, importer)
    refused(member("broker"), wire, EnvelopeMisdirected, "/to")
    wire["to"] = producer.did
    refused(importer, wire, EnvelopeMisdirected)


def test_sent_in_the_name_of_another(producer: Member, importer: Member, member: Callable[..., Member]) -> None:
    _, wire = one_envelope(producer, importer)
    wire["from"] = member("broker").did
    refused(importer, wire, SenderSilent)


def test_not_on_our_replica_yet(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    importer.ledger.places.clear()
    refused(importer, wire, ActionNotAccepted, "/statements/0/action")
    assert may_come_again(ActionNotAccepted())
    assert not may_come_again(CiphertextDiffers())
    assert may_come_again(StorageFull())  # our own disk says nothing about what was delivered


def test_the_action_is_not_the_accepted_one(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    wire["statements"][0]["action"]["expires"] = "2026-11-22T10:20:01Z"
    refused(importer, wire, ActionNotAccepted)


def test_the_action_witnesses_nothing(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    wire["statements"][0]["action"].update(action="document.end/1", body={"version": b64url(bytes(32))})
    refused(importer, wire, ActionUnfit)


@pytest.mark.parametrize("name", ["count", "network", "root", "salt"])
def test_the_opening_does_not_open(producer: Member, importer: Member, name: str) -> None:
    _, wire = one_envelope(producer, importer)
    opening = wire["statements"][0]["opening"]
    opening[name] = {"count": 2, "network": "transire-other"}.get(name, b64url(bytes(32)))
    refused(importer, wire, PoolMismatch)


def test_another_network(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    importer.ledger.network = "transire-other-3f9a5c2e71b04d68a1c5770b2e94d3f0"
    refused(importer, wire, PoolMismatch)


def test_another_path_or_place(producer: Member, importer: Member) -> None:
    producer.issue(importer, anchor=False)
    producer.issue(importer)
    _, wire = (None, orjson.loads(producer.envelopes(importer)[0]))
    changed = copy.deepcopy(wire)
    changed["statements"][0]["index"] = 1
    refused(importer, changed, PoolMismatch)
    changed = copy.deepcopy(wire)
    changed["statements"][0]["path"] = []
    refused(importer, changed, PoolMismatch)
    changed = copy.deepcopy(wire)
    changed["statements"][0]["path"][0] = b64url(bytes(32))
    refused(importer, changed, PoolMismatch)


def test_another_statement_under_the_same_path(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    wire["statements"][0]["statement"]["actor"] = "b"
    refused(importer, wire, PoolMismatch)


def test_a_statement_in_the_pool_of_another_member(
    producer: Member, importer: Member, member: Callable[..., Member]
) -> None:
    """The producer's statement cannot be anchored by somebody else, earlier or later."""
    thief = member("broker")
    _, wire = one_envelope(producer, importer)
    statement = wire["statements"][0]["statement"]
    pool = Pool.of_ids(producer.ledger.network, thief.did, [unb64url(parse_statement(statement_bytes(statement)).id)])
    action = thief.witness(pool.commitment)
    thief.ledger.accept(action)
    item = {"action": orjson.loads(action), "index": 0, "opening": pool.opening(), "path": [], "statement": statement}
    refused(importer, {**wire, "statements": [item]}, StatementForeign)
    opening = {**pool.opening(), "by": producer.did}
    refused(importer, {**wire, "statements": [{**item, "opening": opening}]}, PoolMismatch)


def test_a_kind_that_is_unknown_malformed_or_not_for_this_role(
    producer: Member, importer: Member, member: Callable[..., Member]
) -> None:
    stored = producer.issue(importer)
    about = [stored.document_id]
    producer.say(importer, kind="request.made/1", body={}, about=about)
    producer.say(importer, kind="document.opened/1", body={"colour": "red"}, about=about)
    producer.say(importer, kind="entry.filed/1", body={}, about=about)
    first, *others = producer.envelopes(importer)
    importer.receive(first)
    for raw, error in zip(others, (KindRefused, KindRefused, KindUnknown), strict=True):
        refused(importer, orjson.loads(raw), error)


def test_what_must_come_before_has_not_come(producer: Member, member: Callable[..., Member]) -> None:
    customs = member("customs")
    stored = producer.issue(customs)
    (issued,) = producer.envelopes(customs)
    asked = customs.say(producer, kind="request.made/1", body={}, about=[stored.document_id])
    (raw,) = customs.envelopes(producer)
    producer.receive(raw)  # its own statement is in its journal
    other = member("importer")
    wire = orjson.loads(raw)
    wire["to"] = other.did
    refused(other, wire, PrecedingMissing)
    assert may_come_again(PrecedingMissing())
    wire["statements"].append(orjson.loads(issued)["statements"][0])
    checked = other.check(canonical_bytes(wire))
    assert checked.delivered.statement.id == asked


def test_what_comes_later_does_not_precede(producer: Member, member: Callable[..., Member]) -> None:
    customs = member("customs")
    with producer.database.transaction() as tx:
        stored = producer.vault.put(tx, b"{}", issuer=producer.did, schema_id="file/1", now=NOW)
    customs.say(producer, kind="request.made/1", body={}, about=[stored.document_id])
    with producer.database.transaction() as tx:
        producer.state(tx, "document.issued/1", stored.issued_body(), about=[stored.document_id])
    producer.anchor()
    refused(producer, orjson.loads(customs.envelopes(producer)[0]), PrecedingMissing)


def test_statements_of_one_pool_may_rest_on_one_another(producer: Member, member: Callable[..., Member]) -> None:
    customs = member("customs")
    stored = producer.issue(customs, anchor=False)
    body = named_body(stored.document_id, stored.commitment, producer.did)
    producer.say(customs, kind="document.opened/1", body=body, about=[stored.document_id])
    for raw in producer.envelopes(customs):
        customs.receive(raw)


def test_a_document_without_its_issuers_statement(producer: Member, importer: Member) -> None:
    stored, wire = one_envelope(producer, importer)
    opened = producer.say(
        importer,
        kind="document.opened/1",
        body=named_body(stored.document_id, stored.commitment, producer.did),
        about=[stored.document_id],
    )
    importer.receive(canonical_bytes(wire))
    raw = write_envelope(sender=producer.did, recipient=importer.did, statements=[located(producer, opened)])
    changed = {**orjson.loads(raw), "documents": wire["documents"]}
    refused(importer, changed, DocumentNotIssued)


def test_another_members_issued_statement_does_not_do(
    producer: Member, importer: Member, member: Callable[..., Member]
) -> None:
    """A member that states somebody else's commitment as its own is refused by the credential inside."""
    thief = member("broker")
    stored, wire = one_envelope(producer, importer)
    thief.say(importer, kind="document.issued/1", body=stored.issued_body(), about=[stored.document_id])
    stolen = orjson.loads(thief.envelopes(importer)[0])
    refused(importer, {**stolen, "documents": wire["documents"]}, DocumentNotIssued)
    documents = copy.deepcopy(wire["documents"])
    documents[0]["meta"]["issuer"] = thief.did
    refused(importer, {**stolen, "documents": documents}, IssuerDiffers)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("commitment", b64url(bytes(32)), DocumentNotIssued),
        ("document", b64url(bytes(32)), DocumentDiffers),
        ("version", 2, DocumentDiffers),
        ("schema", "cost-sheet/1", DocumentDiffers),
        ("media_types", ["text/plain"], DocumentDiffers),
        ("issuer", "did:web:other.example", DocumentNotIssued),
    ],
)
def test_particulars_that_differ(
    producer: Member, importer: Member, name: str, value: Any, error: type[TransireError]
) -> None:
    _, wire = one_envelope(producer, importer)
    wire["documents"][0]["meta"][name] = value
    refused(importer, wire, error)


def test_another_ciphertext(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    _, other = one_envelope(producer, importer, content=canonical_bytes(producer.credential("Another.")))
    wire["documents"][0]["ciphertext"] = other["documents"][0]["ciphertext"][:-1] + "A"
    refused(importer, wire, CiphertextDiffers, "/documents/0/ciphertext")


def test_a_key_that_is_not_ours(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    wire["documents"][0]["wrapped"]["key_id"] = b64url(AgreementKey.generate().public)
    refused(importer, wire, KeyNotOurs)


@pytest.mark.parametrize(
    ("name", "value"), [("purpose", "audit"), ("expires", "2027-01-01T00:00:00Z"), ("key", b64url(bytes(80)))]
)
def test_a_key_wrapped_for_something_else(producer: Member, importer: Member, name: str, value: str) -> None:
    _, wire = one_envelope(producer, importer)
    wire["documents"][0]["wrapped"][name] = value
    refused(importer, wire, SealUnopened)


def forge(
    producer: Member,
    importer: Member,
    package: Package,
    *,
    sealed_as: Package | None = None,
    **changes: Any,
) -> bytes:
    """What a dishonest issuer could deliver: a statement of its own choosing over a seal of its own choosing."""
    commitment = b64url(commitment_of(package.representations, package.salt))
    stored = StoredDocument(
        issuer=producer.did,
        commitment=commitment,
        document_id=commitment,
        version=1,
        schema_id="evidence/1",
        media_types=tuple(sorted(package.representations)),
        previous=None,
        ciphertext="",
    )
    about, plaintext = changes.pop("about", None), changes.pop("plaintext", None)
    stored = dataclasses.replace(stored, **changes)
    sealed = seal(sealed_as or package, stored.identity)
    if plaintext is not None:
        sealed = seal_content(plaintext, aad=stored.identity.aad)
    stored = dataclasses.replace(stored, ciphertext=digest_of(sealed.ciphertext))
    name = producer.say(kind="document.issued/1", body=stored.issued_body(), about=about or [stored.document_id])
    public = importer.vault.agree_public
    info = stored.identity.grant_info(b64url(public), "filing", None)
    document = SealedDocument(
        stored=stored,
        ciphertext=sealed.ciphertext,
        key_id=b64url(public),
        purpose="filing",
        expires=None,
        wrapped=wrap_key(sealed.key, recipient_public=public, info=info),
    )
    return write_envelope(
        sender=producer.did, recipient=importer.did, statements=[located(producer, name)], documents=[document]
    )


def package_of(credential: dict[str, Any]) -> Package:
    return Package(representations={MEDIA_TYPE: canonical_bytes(credential)}, salt=bytes(32))


def test_the_forger_of_these_tests_can_be_honest(producer: Member, importer: Member) -> None:
    importer.receive(forge(producer, importer, package_of(producer.credential())))


def test_other_content_than_was_committed_to(producer: Member, importer: Member) -> None:
    stated, shown = package_of(producer.credential("One.")), package_of(producer.credential("Two."))
    with pytest.raises(CommitmentDiffers):
        importer.check(forge(producer, importer, stated, sealed_as=shown))
    with pytest.raises(CommitmentDiffers):
        importer.check(forge(producer, importer, stated, sealed_as=dataclasses.replace(stated, salt=bytes([1]) * 32)))


@pytest.mark.parametrize(
    "changes",
    [
        {"document_id": b64url(bytes(32))},
        {"version": 2},
        {"version": 2, "document_id": b64url(bytes(32))},
        {"previous": b64url(bytes(32))},
        {"about": [REQUEST]},
    ],
)
def test_an_identity_that_is_none(producer: Member, importer: Member, changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentDiffers):
        importer.check(forge(producer, importer, package_of(producer.credential()), **changes))


def test_a_credential_that_does_not_hold(producer: Member, importer: Member) -> None:
    altered = producer.credential()
    altered["credentialSubject"]["answer"] = "Altered."
    foreign = {**producer.credential(), "colour": "red"}
    for credential, error in (
        (altered, ProofInvalid),
        (foreign, TermNotMapped),
        (producer.credential(schema_id="cost-sheet/1"), CredentialUnfit),
        (producer.credential(schema_id=None), CredentialUnfit),
        (producer.credential(types=["CostSheet"]), DocumentInvalid),
        (producer.credential(answer=""), DocumentInvalid),
    ):
        with pytest.raises(error):
            importer.check(forge(producer, importer, package_of(credential)))


def test_a_credential_by_another_issuer(producer: Member, importer: Member, member: Callable[..., Member]) -> None:
    other = member("broker")
    with pytest.raises(IssuerDiffers):
        importer.check(forge(producer, importer, package_of(other.credential())))
    borrowed = producer.credential(key=other.key)
    with pytest.raises((IssuerNotKeyHolder, KeyUnresolved)):
        importer.check(forge(producer, importer, package_of(borrowed)))


def test_a_key_that_is_distrusted_at_that_height(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    producer.ledger.credential_keys[producer.did] = [SigningKey.from_seed(bytes(32)).public]
    refused(importer, wire, KeyUnresolved)


NO_MEDIA_TYPE = Package(representations={"Text/Plain": b"x"}, salt=bytes(32))


@pytest.mark.parametrize("plaintext", [b"", bytes(4096), b"transire/package/1\n" + bytes(4077), pack(NO_MEDIA_TYPE)])
def test_a_seal_that_holds_no_package(producer: Member, importer: Member, plaintext: bytes) -> None:
    with pytest.raises(PackageMalformed) as found:
        importer.check(forge(producer, importer, package_of(producer.credential()), plaintext=plaintext))
    assert not may_come_again(found.value)


@pytest.mark.parametrize("content", [b"[]", b'{"b":1,"a":2}', b"not json", b'{"a":1.5}'])
def test_a_credential_that_is_no_canonical_json(producer: Member, importer: Member, content: bytes) -> None:
    with pytest.raises(CredentialUnfit):
        importer.check(forge(producer, importer, Package(representations={MEDIA_TYPE: content}, salt=bytes(32))))


def test_two_contents_for_one_version(producer: Member, importer: Member) -> None:
    """Both statements stay provable; the second content is not taken silently for the first."""
    first = producer.issue(importer)
    importer.receive(producer.envelopes(importer)[0])
    for answer in ("Two.", "Three."):
        package = package_of(producer.credential(answer))
        raw = forge(producer, importer, package, document_id=first.document_id, version=2, previous=first.commitment)
        if answer == "Two.":
            importer.receive(raw)
            continue
        with pytest.raises(VersionContradicted):
            importer.receive(raw)
    package = package_of(producer.credential("Four."))
    changes: dict[str, Any] = {"document_id": first.document_id, "version": 4, "previous": first.commitment}
    with pytest.raises(VersionContradicted):
        importer.receive(forge(producer, importer, package, **changes))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for name in value for found in places(value[name], (*path, name))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in places(item, (*path, index))]
    return [path]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_altered_value_is_refused(producer: Member, importer: Member, data: st.DataObject) -> None:
    if not producer.ledger.places:
        producer.issue(importer, anchor=False)
        producer.issue(importer)
    (first, _) = producer.envelopes(importer)
    wire = orjson.loads(first)
    path = data.draw(st.sampled_from(places(wire)))
    part = wire
    for step in path[:-1]:
        part = part[step]
    old = part[path[-1]]
    if isinstance(old, str):
        at = data.draw(st.integers(0, max(0, len(old) - 1)))
        part[path[-1]] = old[:at] + data.draw(st.sampled_from("Ab0-_.")) + old[at + 1 :]
    else:
        part[path[-1]] = data.draw(st.sampled_from([0, 1, 2, -1, None, "x", True, 2**53 - 1]))
    if part[path[-1]] == old and type(part[path[-1]]) is type(old):
        return
    with pytest.raises(TransireError) as found:
        importer.check(canonical_bytes(wire))
    assert "." in found.value.code


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_altered_byte_is_refused(producer: Member, importer: Member, data: st.DataObject) -> None:
    if not producer.ledger.places:
        producer.issue(importer)
    (raw,) = producer.envelopes(importer)
    place = data.draw(st.integers(0, len(raw) - 1))
    altered = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    with pytest.raises(TransireError):
        importer.check(altered)


def test_a_member_or_a_statement_may_not_be_added_unseen(producer: Member, importer: Member) -> None:
    _, wire = one_envelope(producer, importer)
    for part in (wire, wire["statements"][0], wire["documents"][0], wire["documents"][0]["meta"]):
        part["extra"] = "x"
        with pytest.raises(TransireError):
            importer.check(canonical_bytes(wire))
        del part["extra"]
    importer.check(canonical_bytes(wire))


def test_the_check_needs_no_journal(producer: Member, importer: Member) -> None:
    """It is a function of the envelope and of what it is told of ledger and journal."""
    _, wire = one_envelope(producer, importer)
    checked = check_envelope(
        parse_envelope(canonical_bytes(wire)),
        recipient=importer.did,
        ledger=importer.ledger,
        agreement_keys=importer.vault.agreement_keys(),
        kinds=KindRegistry(list(importer.kinds)),
        known_kinds=lambda subject, place: (),
    )
    assert checked.delivered.seq == 0


def test_a_short_and_a_long_answer_look_alike(producer: Member, importer: Member) -> None:
    texts = ("a", "b" * 900)
    wires = [one_envelope(producer, importer, content=canonical_bytes(producer.credential(text)))[1] for text in texts]
    assert len({len(wire["documents"][0]["ciphertext"]) for wire in wires}) == 1
