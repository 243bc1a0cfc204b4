"""Sharing: a right to read is given, narrowed, passed on, expires and is withdrawn, on a real node with its ledger."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from api_world import Caller, Told

from transire.api import documents, sharing
from transire.api.sharing import NewGrant
from transire.crypto.encoding import b64url
from transire.demo.stage import today
from transire.demo.story import Story
from transire.demo.world import Actor, World, make_world
from transire.desk.errors import PermissionDenied
from transire.desk.person import Person
from transire.documents.differences import leaves
from transire.node import tenant as tenants
from transire.node.post import Post
from transire.node.rebuilding import rebuilt_digest, records_digest
from transire.portal.app import create_app
from transire.procedures.origin_certification import service as origin
from transire.procedures.papers import issue_paper
from transire.records.documents import find_document
from transire.records.errors import DocumentUnknown
from transire.vault import tables as vault
from transire.vault.errors import GrantEnded, GrantUnfit, GrantUnknown, PartsImpossible
from transire.vault.parts import parts_subject
from transire.vault.statements import GRANT, PURPOSES

pytestmark = pytest.mark.xdist_group("sharing")

LATEST_S = 20.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    patch = pytest.MonkeyPatch()
    patch.setattr(tenants, "UNHURRIED_AT_MOST_S", 1)  # what nobody waits for is waited for here
    made = make_world(Path(tmp_path_factory.mktemp("sharing")), port=8400)
    producer = made.actors["bajio"]
    origin.import_products(
        producer.tenant, producer.person, made.read("mx-producer/products.csv"), made.read("mx-producer/materials.csv")
    )
    yield made
    made.node.close()
    patch.undo()


@pytest.fixture
def certified(world: World) -> str:
    """A certification that the producer issued to the importer: a new document for each test."""
    producer, importer = world.actors["bajio"], world.actors["riogrande"]
    draft = origin.draft_certification(
        producer.tenant,
        producer.person,
        agreement="usmca",
        importer_did=importer.did,
        importer=world.party_of("riogrande"),
        goods=world.goods_of("bajio")[:1],
        blanket=(today(), today() + timedelta(days=300)),
    )
    issued = origin.sign_certification(producer.tenant, producer.person, draft)
    world.node.settle()
    return issued.document_id


def in_days(days: float) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def give(world: World, by: str, to: str, document: str, **terms: object) -> str:
    actor = world.actors[by]
    new = NewGrant(**{"recipient": world.actors[to].did, "purpose": "audit", **terms})  # type: ignore[arg-type]
    grant = sharing.grant_document(actor.tenant, actor.person, document, new)
    world.node.settle()
    return grant


def reads(actor: Actor, document: str) -> bool:
    """Whether the member's own node shows the content."""
    return documents.show_document(actor.tenant, actor.person, document).content is not None


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LATEST_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)


def has_ended(world: World, slug: str, document: str, standing: str) -> None:
    """The member's node shows the document no more, says why, and has neither key nor blob nor row of it."""
    actor = world.actors[slug]
    with pytest.raises(GrantEnded, match=standing):
        documents.show_document(actor.tenant, actor.person, document)
    with pytest.raises(GrantEnded, match=standing):
        documents.read_content(actor.tenant, actor.person, document)
    with actor.tenant.database.reading() as view:
        row = view.execute(vault.documents.select().where(vault.documents.c.document_id == document)).one()
        assert row.wrapped_key is None
        assert row.lapsed_at is not None
        assert not actor.tenant.vault.has(view, row.commitment)
    assert records_digest(actor.tenant) == rebuilt_digest(actor.tenant)


def standings(world: World, slug: str, document: str) -> dict[str, str]:
    actor = world.actors[slug]
    found = sharing.show_sharing(actor.tenant, actor.person, document)
    return {each.grant.id: each.grant.standing for each in found.grants}


def test_a_member_that_was_no_recipient_reads_and_the_owner_sees_that_it_did(world: World, certified: str) -> None:
    producer, auditor = world.actors["bajio"], world.actors["valle"]
    with pytest.raises(DocumentUnknown):
        documents.show_document(auditor.tenant, auditor.person, certified)
    grant = give(world, "bajio", "valle", certified, authority="19 CFR 163.6", expires=in_days(1))
    log = sharing.show_sharing(producer.tenant, producer.person, certified)
    (given,) = log.grants
    assert (given.grant.id, given.grant.standing, given.grant.authority) == (grant, "live", "19 CFR 163.6")
    assert given.delivered is not None
    assert given.opened is None
    assert reads(auditor, certified)
    world.node.settle()
    (given,) = sharing.show_sharing(producer.tenant, producer.person, certified).grants
    assert given.opened is not None
    assert given.opened.member == auditor.did
    located = producer.tenant.located(given.opened.statement_id)
    assert located.statement.by == auditor.did, "opened is stated by the one who opened"
    log = sharing.show_sharing(producer.tenant, producer.person, certified)
    assert {(each.member, each.event) for each in log.readings} >= {
        (auditor.did, "delivered"),
        (auditor.did, "opened"),
        (world.actors["riogrande"].did, "delivered"),
    }
    before = sharing.show_sharing(producer.tenant, producer.person, certified, at=in_days(-1))
    assert before.grants == ()


def test_taking_the_bytes_out_is_opening_them(world: World, certified: str) -> None:
    producer, auditor = world.actors["bajio"], world.actors["valle"]
    give(world, "bajio", "valle", certified)
    documents.read_content(auditor.tenant, auditor.person, certified)
    world.node.settle()
    (given,) = sharing.show_sharing(producer.tenant, producer.person, certified).grants
    assert given.opened is not None


def test_a_right_is_passed_on_within_its_terms_and_no_further(world: World, certified: str) -> None:
    end = in_days(2)
    first = give(world, "bajio", "valle", certified, expires=end, may_delegate=True)
    second = give(world, "valle", "gateway", certified, expires=end - timedelta(days=1))
    assert reads(world.actors["gateway"], certified)
    world.node.settle()
    assert standings(world, "bajio", certified) == {first: "live", second: "live"}, "the owner is told"
    opened = sharing.show_sharing(*_of(world, "bajio"), certified).grants[1].opened
    assert opened is not None, "and of the reading too"
    wider = [
        {"expires": end + timedelta(days=1)},
        {"expires": None},
        {"purpose": "finance", "expires": end},
    ]
    for terms in wider:
        with pytest.raises(GrantUnfit):
            give(world, "valle", "customs", certified, **terms)
    with pytest.raises(GrantUnfit):
        give(world, "gateway", "customs", certified, expires=end - timedelta(days=1))
    with pytest.raises(GrantUnfit):  # a recipient at issue holds it, and has no leave to give it
        give(world, "riogrande", "customs", certified)


def _of(world: World, slug: str) -> tuple[tenants.Tenant, Person]:
    actor = world.actors[slug]
    return actor.tenant, actor.person


def test_narrowing_takes_from_who_had_it_and_from_all_below(world: World, certified: str) -> None:
    first = give(world, "bajio", "valle", certified, may_delegate=True)
    second = give(world, "valle", "gateway", certified)
    assert reads(world.actors["gateway"], certified)
    with pytest.raises(GrantUnknown):
        sharing.narrow_grant(*_of(world, "riogrande"), first)
    third = sharing.narrow_grant(*_of(world, "bajio"), first, expires=in_days(3))
    world.node.settle()
    assert standings(world, "bajio", certified) == {first: "narrowed", second: "fallen", third: "live"}
    assert reads(world.actors["valle"], certified)
    with pytest.raises(GrantUnfit):
        give(world, "valle", "customs", certified, expires=in_days(1))
    with pytest.raises(GrantEnded):
        sharing.narrow_grant(*_of(world, "bajio"), first)
    with pytest.raises(GrantUnfit):
        sharing.narrow_grant(*_of(world, "bajio"), third, expires=in_days(9))


def test_after_its_end_nothing_is_shown_and_a_new_grant_brings_it_again(
    world: World, certified: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = world.actors["valle"]
    give(world, "bajio", "valle", certified, expires=in_days(1))
    assert reads(auditor, certified)
    world.node.settle()
    with monkeypatch.context() as later:
        later.setattr(auditor.tenant, "now", lambda: in_days(1.01))
        auditor.tenant.wake()
        until(lambda: not _holds(auditor, certified))
        world.node.settle()
        has_ended(world, "valle", certified, "expired")
    give(world, "bajio", "valle", certified, expires=in_days(2))
    assert reads(auditor, certified)
    assert records_digest(auditor.tenant) == rebuilt_digest(auditor.tenant)


def _holds(actor: Actor, document: str) -> bool:
    with actor.tenant.database.reading() as view:
        return actor.tenant.vault.has(view, document)


def test_a_withdrawn_right_ends_for_all_below_and_is_said(world: World, certified: str) -> None:
    first = give(world, "bajio", "valle", certified, may_delegate=True)
    give(world, "valle", "gateway", certified)
    with pytest.raises(GrantUnknown):
        sharing.revoke_grant(*_of(world, "gateway"), first)
    sharing.revoke_grant(*_of(world, "bajio"), first, "the audit is over")
    world.node.settle()
    until(lambda: not _holds(world.actors["valle"], certified) and not _holds(world.actors["gateway"], certified))
    world.node.settle()
    has_ended(world, "valle", certified, "revoked")
    assert set(standings(world, "bajio", certified).values()) == {"revoked", "fallen"}
    with pytest.raises(GrantEnded):
        sharing.revoke_grant(*_of(world, "bajio"), first)
    assert reads(world.actors["riogrande"], certified), "who had it in another way keeps it"


def test_the_owner_withdraws_what_another_passed_on(world: World, certified: str) -> None:
    give(world, "bajio", "valle", certified, may_delegate=True)
    second = give(world, "valle", "gateway", certified)
    sharing.revoke_grant(*_of(world, "bajio"), second)
    world.node.settle()
    until(lambda: not _holds(world.actors["gateway"], certified))
    assert reads(world.actors["valle"], certified)


def test_what_was_not_delivered_yet_is_called_back(
    world: World, certified: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipient's node cannot be reached while the right is given and withdrawn: it never gets the document."""
    producer, auditor = world.actors["bajio"], world.actors["valle"]
    with monkeypatch.context() as broken:

        def nobody(*_: object) -> None:
            raise OSError

        broken.setattr(Post, "bring", nobody)
        new = NewGrant(recipient=auditor.did, purpose="audit")
        grant = sharing.grant_document(producer.tenant, producer.person, certified, new)
        until(lambda: grant in standings(world, "bajio", certified))
        sharing.revoke_grant(producer.tenant, producer.person, grant)
        with producer.tenant.database.reading() as view:
            query = vault.outbox.select().where(vault.outbox.c.statement == grant)
            assert [row.state for row in view.execute(query)] == ["given_up"]
    assert not _holds(auditor, certified)


def test_a_forged_right_is_refused_by_the_recipients_node(world: World, certified: str) -> None:
    """The importer holds the document and its node is made to lie: the recipient's node checks the chain."""
    importer, auditor = world.actors["riogrande"], world.actors["valle"]
    body = {
        "document": certified,
        "commitment": certified,
        "issuer": world.actors["bajio"].did,
        "recipient": auditor.did,
        "purpose": "audit",
        "may_delegate": False,
    }
    with importer.tenant.transaction() as tx:
        importer.tenant.state(
            tx,
            importer.person,
            GRANT.name,
            body,
            about=[certified],
            recipients=[auditor.did],
            documents=[certified],
            purpose="audit",
        )
    world.node.settle()
    with importer.tenant.database.reading() as view:
        rows = view.execute(vault.outbox.select().where(vault.outbox.c.recipient == auditor.did))
        assert GrantUnfit.code in {row.answer for row in rows}
    assert not _holds(auditor, certified)


def test_over_the_api(world: World, certified: str) -> None:
    told = Told(world, Story(), create_app(world.node))
    producer, auditor = told.caller("bajio"), told.caller("valle")
    address = f"/documents/{certified}/grants"
    sent = {"recipient": world.actors["valle"].did, "purpose": "audit", "expires": in_days(1).isoformat()}
    made = _post(producer, address, sent)
    assert made.status_code == 201, made.text
    world.node.settle()
    assert auditor.read(f"/documents/{certified}")["content"] is not None
    world.node.settle()
    found = producer.read(address)
    assert found["may_give"] is True
    assert [each["grant"]["standing"] for each in found["grants"]] == ["live"]
    assert found["grants"][0]["opened"]["member"] == world.actors["valle"].did
    grant = made.json()["grant_id"]
    narrowed = _post(producer, f"/grants/{grant}/narrow", {"expires": in_days(0.5).isoformat()})
    assert narrowed.status_code == 200, narrowed.text
    world.node.settle()
    ended = _post(producer, f"/grants/{narrowed.json()['grant_id']}/revoke", {"reason": "done"})
    assert ended.status_code == 200, ended.text
    world.node.settle()
    until(lambda: not _holds(world.actors["valle"], certified))
    gone = auditor.get(auditor.at(f"/documents/{certified}"))
    assert (gone.status_code, gone.json()["code"]) == (410, "vault.grant-ended")
    refused = _post(auditor, address, sent)
    assert refused.status_code in (403, 404, 422)
    bad = _post(producer, address, {**sent, "purpose": "curiosity"})
    assert bad.status_code == 422


def _post(caller: Caller, path: str, body: object) -> object:
    return caller.post(caller.at(path), json=body, headers={"idempotency-key": f"{time.monotonic_ns():032d}"})


def test_a_preparer_gives_nothing(world: World, certified: str) -> None:
    clerk = Person("p", "Clerk", frozenset({"preparer"}))
    with pytest.raises(PermissionDenied):
        sharing.grant_document(
            world.actors["bajio"].tenant,
            clerk,
            certified,
            NewGrant(recipient=world.actors["valle"].did, purpose="audit"),
        )


def test_the_contract_names_every_purpose(repository: Path) -> None:
    from transire.api.contract import read_contract  # the contract is large: read where it is needed

    schema = read_contract().document["components"]["schemas"]["NewGrant"]
    assert schema["properties"]["purpose"]["enum"] == [*PURPOSES]


# Single parts for a member: a document of their own, under the same rights.

PARTS = ("/goods/0/description", "/goods/0/originCriterion", "/agreement")


def _kept_by(actor: Actor) -> dict[str, bytes]:
    """Everything that a member's vault holds in clear, representation by representation."""
    with actor.tenant.database.reading() as view:
        held = view.execute(vault.documents.select().where(vault.documents.c.wrapped_key.is_not(None))).all()
        opened = [actor.tenant.vault.open(view, row.commitment, issuer=row.issuer) for row in held]
    return {f"{one.stored.commitment} {name}": raw for one in opened for name, raw in one.representations.items()}


def _decoded(raw: bytes) -> list[bytes]:
    """The bytes, and whatever is base64url inside of them, twice over: a token, and the disclosures behind it."""
    found, here = [raw], [raw]
    for _ in range(2):
        texts = [text for each in here for text in re.findall(rb"[A-Za-z0-9_-]{16,}", each)]
        here = [base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)) for text in texts if len(text) % 4 != 1]
        found += here
    return found


def _is_in(needle: str, raws: Iterable[bytes]) -> bool:
    return any(needle.encode() in each for raw in raws for each in _decoded(raw))


def test_a_member_is_given_parts_and_nothing_else_leaves_the_node(
    world: World, certified: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer, buyer = world.actors["bajio"], world.actors["valle"]
    brought: list[bytes] = []
    monkeypatch.setattr(Post, "bring", _listening(Post.bring, brought, buyer.did))
    before = _kept_by(buyer)
    whole = documents.subject_of(documents.show_document(producer.tenant, producer.person, certified))
    grant = give(world, "bajio", "valle", certified, fields=PARTS, purpose="purchase", expires=in_days(1))
    (given,) = sharing.show_sharing(producer.tenant, producer.person, certified).grants
    assert (given.grant.id, given.parts, given.delivered is not None) == (grant, PARTS_SORTED, True)
    shown = documents.show_document(buyer.tenant, buyer.person, given.grant.document_id)
    assert shown.shown is not None
    assert documents.subject_of(shown) == {
        "agreement": "usmca",
        "goods": [{name: whole["goods"][0][name] for name in ("description", "originCriterion")}],
    }
    source = documents.source_of(buyer.tenant, shown)
    assert source is not None
    assert (source.held, source.ended_at) == (False, None)
    with pytest.raises(DocumentUnknown):
        documents.show_document(buyer.tenant, buyer.person, certified)
    world.node.settle()
    (given,) = sharing.show_sharing(producer.tenant, producer.person, certified).grants
    assert given.opened is not None, "the owner sees that the parts were read"
    received = [raw for name, raw in _kept_by(buyer).items() if name not in before]
    assert received
    assert brought
    secrets = {
        text
        for pointer, text in leaves(whole)
        # Always shown are the issuer and the period: they say which credential it is.
        if not pointer.startswith(PARTS) and len(text) > 5 and text != producer.did and not text.startswith("20")
    }
    assert len(secrets) > 12
    told = {whole["goods"][0]["description"], whole["agreement"]}
    assert all(_is_in(text, received) for text in told)
    assert [text for text in sorted(secrets) if _is_in(text, [*received, *brought])] == []
    assert not _is_in(whole["goods"][0]["description"], brought), "what was given is sealed on its way"


PARTS_SORTED = ("/agreement", "/goods/0/description", "/goods/0/originCriterion")


def _listening(bring: Callable[..., object], brought: list[bytes], did: str) -> Callable[..., object]:
    """The node's own way of bringing, with a copy of the bytes that go to one member."""

    def heard(self: Post, sender: tenants.Tenant, recipient: str, envelopes: Sequence[bytes]) -> object:
        if recipient == did:
            brought.extend(envelopes)
        return bring(self, sender, recipient, envelopes)

    return heard


def test_parts_are_narrowed_to_fewer_and_withdrawn_like_any_right(world: World, certified: str) -> None:
    producer, buyer = world.actors["bajio"], world.actors["valle"]
    first = give(world, "bajio", "valle", certified, fields=PARTS)
    (given,) = sharing.show_sharing(producer.tenant, producer.person, certified).grants
    parts = given.grant.document_id
    assert reads(buyer, parts)
    for wider in ({"fields": ["/goods/0/tariffNumber"]}, {"fields": ["/agreement"], "may_delegate": True}):
        with pytest.raises(GrantUnfit):
            sharing.narrow_grant(*_of(world, "bajio"), first, **wider)  # type: ignore[arg-type]
    second = sharing.narrow_grant(*_of(world, "bajio"), first, fields=["/agreement"])
    world.node.settle()
    until(lambda: set(_said(buyer, parts)) == {"agreement"})
    assert standings(world, "bajio", certified) == {first: "revoked", second: "live"}
    until(lambda: not _holds_version(buyer, given.grant.commitment))
    sharing.revoke_grant(*_of(world, "bajio"), second, "bought elsewhere")
    world.node.settle()
    until(lambda: not _is_held(buyer, parts))
    with pytest.raises(GrantEnded):
        documents.show_document(buyer.tenant, buyer.person, parts)
    assert records_digest(producer.tenant) == rebuilt_digest(producer.tenant)
    with pytest.raises(PartsImpossible):  # a holder hands out a file; parts are given by the issuer
        give(world, "riogrande", "valle", certified, fields=PARTS)


def _said(actor: Actor, document: str) -> dict[str, object]:
    return documents.subject_of(documents.show_document(actor.tenant, actor.person, document))


def _holds_version(actor: Actor, commitment: str) -> bool:
    with actor.tenant.database.reading() as view:
        return actor.tenant.vault.has(view, commitment)


def _is_held(actor: Actor, document: str) -> bool:
    with actor.tenant.database.reading() as view:
        query = vault.documents.select().where(vault.documents.c.document_id == document)
        return any(row.wrapped_key is not None for row in view.execute(query))


def test_parts_of_another_document_than_they_say_are_refused_by_the_readers_node(world: World, certified: str) -> None:
    """The issuer's node is made to name another version than the token is of."""
    producer, reader = world.actors["bajio"], world.actors["gateway"]
    with producer.tenant.transaction() as tx:
        line = find_document(tx, certified)
        opened = producer.tenant.vault.open(tx, line.commitment)
        subject = parts_subject(opened, ["/agreement"])
        subject["openingLeaves"] = [*subject["openingLeaves"][:-1], b64url(b"application/vc+sd-jwt\x00" + bytes(32))]
        issued = issue_paper(producer.tenant, tx, producer.person, subject, "disclosed-parts/1", recipients=())
        body = {
            "document": issued.document_id,
            "commitment": issued.commitment,
            "issuer": producer.did,
            "recipient": reader.did,
            "purpose": "audit",
            "may_delegate": False,
        }
        stated = producer.tenant.state(
            tx,
            producer.person,
            GRANT.name,
            body,
            about=[issued.document_id],
            recipients=[reader.did],
            attach=[issued.statement_id, line.issued_statement],
            documents=[issued.commitment],
            purpose="audit",
        )
    world.node.settle()
    with producer.tenant.database.reading() as view:
        (row,) = view.execute(vault.outbox.select().where(vault.outbox.c.statement == stated))
    assert row.answer == "documents.commitment-mismatch"
    assert not _holds_version(reader, issued.commitment)
