"""Faults of one member, one recipient or one envelope keep nobody else waiting, and speak against nobody else.

In one process: what fails here fails by an exception, and the node lives on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fault_load import random_id
from fault_world import Place, open_world
from transire.crypto.encoding import unb64url
from transire.crypto.keystore import KeyStore
from transire.demo.stage import today
from transire.demo.world import Actor, World
from transire.node import reception
from transire.node.enrolment import CUSTODIAN_KEY, enrolment, make_member_keys
from transire.node.rebuilding import rebuild_records
from transire.node.tenant import Issued, Tenant
from transire.procedures.power_of_attorney import service as power
from transire.records.tables import endings
from transire.vault import journal, outbox
from transire.vault.tables import outbox as outbox_rows
from transire.vault.tables import statements

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

PATIENCE_S = 30.0


@pytest.fixture
def world(papers: Place) -> Iterator[World]:
    """Running, with nothing under way."""
    opened = open_world(papers.home)
    with opened.node:
        yield opened


def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)


def say(actor: Actor, *to: Actor) -> str:
    import random

    about = random_id(random.Random())
    body = {"statement": about, "recipient": actor.did, "envelope": about}
    with actor.tenant.transaction() as tx:
        recipients = [one.did for one in to]
        return actor.tenant.state(tx, None, "document.held/1", body, about=[about], recipients=recipients)


def grant(world: World) -> Issued:
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    return power.grant_authority(
        importer.tenant,
        importer.person,
        broker_did=broker.did,
        broker=world.party_of("gateway"),
        filer_code="B76",
        valid=(today(), today() + timedelta(days=30)),
    )


def has(tenant: Tenant, statement: str) -> bool:
    with tenant.database.reading() as view:
        return journal.locate(view, statement) is not None


def holds(tenant: Tenant, issued: Issued) -> bool:
    with tenant.database.reading() as view:
        return tenant.vault.has(view, issued.commitment)


def rows_of(tenant: Tenant, recipient: str) -> list[tuple[str, int]]:
    with tenant.database.reading() as view:
        query = sa.select(outbox_rows.c.state, outbox_rows.c.attempts).where(outbox_rows.c.recipient == recipient)
        return [(row.state, row.attempts) for row in view.execute(query.order_by(outbox_rows.c.seq))]


def count_own(tenant: Tenant, kind: str) -> int:
    with tenant.database.reading() as view:
        query = sa.select(sa.func.count()).where(statements.c.kind == kind, statements.c.own)
        return int(view.execute(query).scalar_one())


def test_a_suspended_member_anchors_nothing_and_still_receives_and_follows(world: World) -> None:
    customs, valle, importer = (world.actors[slug] for slug in ("customs", "valle", "riogrande"))
    customs.tenant.act("member.suspend/1", {"did": valle.did})
    own = say(valle, importer)
    until(lambda: "submitted" in states(valle.tenant))
    told, ended = say(importer, valle), grant(world)
    power.revoke_authority(importer.tenant, importer.person, ended.document_id, "not needed")
    world.node.settle(but=["valle"])
    assert has(valle.tenant, told)
    until(lambda: ended.commitment in endings_of(valle.tenant))
    assert not has(importer.tenant, own)


def states(tenant: Tenant) -> set[str]:
    with tenant.database.reading() as view:
        return set(view.execute(sa.select(statements.c.state)).scalars())


def endings_of(tenant: Tenant) -> set[str]:
    with tenant.database.reading() as view:
        return set(view.execute(sa.select(endings.c.commitment)).scalars())


def test_a_recipient_that_cannot_be_reached_keeps_no_other_waiting(world: World, tmp_path: Path) -> None:
    stranger = enrol_stranger(world, tmp_path)
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    body = {"statement": "A" * 43, "recipient": importer.did, "envelope": "A" * 43}
    with importer.tenant.transaction() as tx:
        recipients = [stranger, broker.did]
        importer.tenant.state(tx, None, "document.held/1", body, about=["A" * 43], recipients=recipients)
    until(lambda: rows_of(importer.tenant, stranger) == [(outbox.WAITING, 1)])
    until(lambda: rows_of(importer.tenant, broker.did) == [(outbox.DELIVERED, 0)])
    later = say(importer, broker)
    until(lambda: has(broker.tenant, later))


def enrol_stranger(world: World, folder: Path) -> str:
    """A member of the network that no node hosts yet."""
    keys = KeyStore.create(folder / "stranger.json", b"a secret of a stranger", profile="test")
    did = make_member_keys(keys)
    custodian = world.node.keys.signing_key(CUSTODIAN_KEY)
    body = enrolment(keys, did=did, name="Stranger", roles=["importer"], custodian=custodian)
    world.actors["customs"].tenant.act("member.enrol/1", body)
    return did


def test_an_envelope_at_which_a_node_fails_is_neither_refused_nor_in_the_way(
    world: World, papers: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, customs = world.actors["gateway"], world.actors["customs"]
    keep = broker.tenant.vault.keep

    def fail_once(tx: sa.Connection, stored: Any, **facts: Any) -> bool:
        if stored.commitment == bad.commitment:
            raise ZeroDivisionError("a fault of the program")
        return keep(tx, stored, **facts)

    with monkeypatch.context() as patched:
        world.node.beat.stop()  # so that both envelopes come together
        bad, good = grant(world), grant(world)
        patched.setattr(broker.tenant.vault, "keep", fail_once)
        take_turns(world, "riogrande")
    assert (holds(broker.tenant, bad), holds(broker.tenant, good)) == (False, True)
    assert (holds(customs.tenant, bad), holds(customs.tenant, good)) == (True, True)
    assert count_own(broker.tenant, "document.refused/1") == 0
    world.node.close()
    papers.check()
    reopened = open_world(papers.home)
    try:
        assert holds(reopened.actors["gateway"].tenant, bad)
    finally:
        reopened.node.close()


def take_turns(world: World, slug: str) -> None:
    """The turns of one member, one after the other, while the beat stands still."""
    turn = world.node.beat._turns[slug]
    for _ in range(2):
        time.sleep(0.06)
        turn()


def test_a_reaction_that_fails_here_is_no_refusal_of_what_came(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from transire.ledger.errors import KindRefused

    def refuse(*arguments: Any) -> None:
        raise KindRefused(got="a statement of our own")

    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    with monkeypatch.context() as patched:
        patched.setattr(reception, "take_in", refuse)
        statement = say(importer, broker)
        until(lambda: rows_of(importer.tenant, broker.did) == [(outbox.WAITING, 1)])
    assert not has(broker.tenant, statement)
    assert count_own(broker.tenant, "document.refused/1") == 0


def test_a_document_whose_bytes_are_gone_keeps_no_other_waiting(papers: Place) -> None:
    still = open_world(papers.home)
    lost, whole = grant(still), grant(still)
    importer = still.actors["riogrande"].tenant
    with importer.database.reading() as view:
        name = unb64url(importer.vault.stored(view, lost.commitment).ciphertext).hex()
    still.node.close()
    blob = papers.home / "members" / "riogrande" / "blobs" / name[:2] / name[2:]
    content = blob.read_bytes()
    blob.unlink()
    world = open_world(papers.home)
    with world.node:
        broker = world.actors["gateway"].tenant
        until(lambda: holds(broker, whole))
        until(lambda: (outbox.WAITING, 1) in rows_of(world.actors["riogrande"].tenant, broker.did))
        assert not holds(broker, lost)
    blob.write_bytes(content)
    with open_world(papers.home).node as node:
        node.settle()
        assert holds(node.tenant("gateway"), lost)
        rebuild_records(node.tenant("riogrande"))  # its rows were made without the document
    papers.check()


def test_what_is_refused_is_refused_once(world: World) -> None:
    """A crash kept the sender from noting the answer: it brings the envelope again, and is answered the same."""
    importer, broker, customs = (world.actors[slug] for slug in ("riogrande", "gateway", "customs"))
    statement = say(importer, customs)
    world.node.settle()
    row = outbox.OutboxRow(0, customs.did, statement, (), (), "filing", 0)
    with importer.tenant.database.reading() as view:
        astray = importer.tenant.envelope(view, row)
    for _ in range(2):
        [reply] = world.node.post.receive(broker.did, [astray], bringer=importer.did)
        assert reply.refused_with == "vault.envelope-misdirected"
    assert count_own(broker.tenant, "document.refused/1") == 1


def test_a_steady_load_keeps_no_delivery_waiting(world: World) -> None:
    importer, broker = world.actors["riogrande"], world.actors["gateway"]
    stop, said = threading.Event(), []

    def load() -> None:
        while not stop.is_set():
            said.append(say(importer, broker))

    thread = threading.Thread(target=load)
    thread.start()
    try:
        until(lambda: said and has(broker.tenant, said[0]))
        until(lambda: len(said) > 20 and has(broker.tenant, said[20]))
    finally:
        stop.set()
        thread.join()
    world.node.settle()
    assert all(has(broker.tenant, one) for one in said)
