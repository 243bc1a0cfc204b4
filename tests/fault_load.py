"""The load under which nodes are killed: members at their daily work, a few acts a second each, said when acknowledged.

An act is acknowledged when the service has returned. Whatever is said here must be there after any crash; what a
service had not returned may be there or not, but never in part.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from transire.crypto.canonical import canonical_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.demo.stage import today
from transire.demo.world import Actor, World
from transire.desk import drafts as desk
from transire.desk.drafts import Source
from transire.errors import TransireError
from transire.node.node import NewMember
from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.errors import EntryRefused
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import service as power

PAUSE_S = 0.05
"""The longest pause between two acts of a load."""
PAUSES_S = {"stating": 0.2, "drafting": 0.3, "certifying": 0.3, "invoicing": 0.6}
"""What is quickly done is done less often, so that the dear acts come to their end as well."""

AFTER_A_FAILURE_S = 0.2

INVOICE = "mx-producer/invoice-2026-0419-corrected.csv"
INVOICE_NUMBER = b"F-2026-0419"
SHIPPED = ("BV-CP200", "BV-CF132", "BV-TK1100", "BV-RH019", "BV-PL120")


class Load:
    """What all members at work share: the world, whom they tell, and when it is enough."""

    def __init__(self, world: World, said: Callable[..., None], *, seed: int, acts: int, failures: int) -> None:
        self.world = world
        self._said = said
        self._seed = seed
        self._acts_left = acts
        self._failures_left = failures
        self._lock = threading.Lock()

    def run(self, acts: Callable[[Load, random.Random], Iterator[None]], name: str) -> None:
        """Act after act, until enough was done in all or one was refused for good."""
        chance = random.Random(f"{self._seed} {name}")
        work = acts(self, chance)
        while self._goes_on():
            try:
                next(work)
            except TransireError as error:
                self._said("failed", code=error.code, load=name)
                self._failures_left -= 1
                time.sleep(AFTER_A_FAILURE_S)
                work = acts(self, chance)
            time.sleep(chance.uniform(0, PAUSES_S.get(name, PAUSE_S)))

    def said(self, act: str, by: str, **facts: Any) -> None:
        """An act was acknowledged."""
        self._said(act, by=by, **facts)

    def dids(self, *slugs: str) -> list[str]:
        return [self.world.actors[slug].did for slug in slugs]

    def _goes_on(self) -> bool:
        with self._lock:
            self._acts_left -= 1
            return self._acts_left >= 0 and self._failures_left > 0


def random_id(chance: random.Random) -> str:
    return b64url(chance.randbytes(32))


def stating(load: Load, chance: random.Random) -> Iterator[None]:
    """Members state this and that to one another: the smallest act there is."""
    everybody = sorted(load.world.actors)
    while True:
        by, *to = chance.sample(everybody, 3)
        tenant, about = load.world.actors[by].tenant, random_id(chance)
        body = {"statement": about, "recipient": load.dids(to[0])[0], "envelope": random_id(chance)}
        with tenant.transaction() as tx:
            statement = tenant.state(tx, None, "document.held/1", body, about=[about], recipients=load.dids(*to))
        load.said("stated", by, statement=statement, to=to)
        yield


def granting(load: Load, chance: random.Random) -> Iterator[None]:
    """The importer grants its broker powers of attorney and revokes most of them: documents, and endings."""
    importer, broker = load.world.actors["riogrande"], load.world.actors["gateway"]
    to = ["gateway", "customs"]
    while True:
        issued = power.grant_authority(
            importer.tenant,
            importer.person,
            broker_did=broker.did,
            broker=load.world.party_of("gateway"),
            filer_code="B76",
            valid=(today() - timedelta(days=1), today() + timedelta(days=365)),
        )
        load.said("stated", "riogrande", statement=issued.statement_id, to=to, document=issued.commitment)
        yield
        if chance.random() < 0.6:
            notice = power.revoke_authority(importer.tenant, importer.person, issued.document_id, "not needed")
            load.said("stated", "riogrande", statement=notice, to=to)
            load.said("ended", "riogrande", version=issued.commitment)
            yield


def drafting(load: Load, chance: random.Random) -> Iterator[None]:
    """The broker drafts and drafts: nothing of it is on any ledger, all of it is work."""
    broker = load.world.actors["gateway"]
    tenant, person = broker.tenant, broker.person
    while True:
        with tenant.transaction() as tx:
            draft = desk.create_draft(tx, person, "notes", title="A draft", content={}, sources={}, now=tenant.now())
        say_draft(load, draft)
        for place in range(chance.randrange(1, 8)):
            yield
            with tenant.transaction() as tx:
                draft = desk.set_draft_field(
                    tx, person, draft.id, f"/line {place}", chance.random().hex(), now=tenant.now(), source=KEYED
                )
            say_draft(load, draft)


KEYED = Source("keyed", person_id="someone")


def say_draft(load: Load, draft: desk.Draft) -> None:
    load.said("drafted", "gateway", draft=draft.id, version=draft.version, content=content_of(draft))


def content_of(draft: desk.Draft) -> str:
    """The digest of what is in a draft."""
    return b64url(sha256(canonical_bytes(draft.content)))


def certifying(load: Load, chance: random.Random) -> Iterator[None]:
    """The producer certifies, replaces and withdraws; the importer's node shares with the broker by itself."""
    producer, importer = load.world.actors["bajio"], load.world.actors["riogrande"]
    while True:
        draft = origin.draft_certification(
            producer.tenant,
            producer.person,
            agreement="usmca",
            importer_did=importer.did,
            importer=load.world.party_of("riogrande"),
            goods=chance.sample(SHIPPED, 2),
            blanket=(today() - timedelta(days=30), today() + timedelta(days=300)),
        )
        say_certified(load, origin.sign_certification(producer.tenant, producer.person, draft))
        yield
        change_certification(load, chance, producer)
        yield


def change_certification(load: Load, chance: random.Random, producer: Actor) -> None:
    """Replace or withdraw one that stands: two documents, a notice and an ending, or a notice and an ending."""
    lines = origin.list_certifications(producer.tenant, producer.person, status="current").rows
    line = chance.choice([line for line in lines if line.agreement == "usmca"])
    if chance.random() < 0.5:
        changes = {"/goods/0/description": f"Pump, series {chance.randrange(1000)}"}
        say_certified(load, origin.replace_certification(producer.tenant, producer.person, line.document_id, changes))
    else:
        notice = origin.withdraw_certification(producer.tenant, producer.person, line.document_id, "an error")
        load.said("stated", "bajio", statement=notice, to=HOLDERS)
    load.said("ended", "bajio", version=line.version)


def say_certified(load: Load, issued: Issued) -> None:
    load.said("stated", "bajio", statement=issued.statement_id, to=HOLDERS, document=issued.commitment)


HOLDERS = ("riogrande", "customs")


def invoicing(load: Load, chance: random.Random) -> Iterator[None]:
    """The seller invoices the importer, whose node passes the invoice on to the broker."""
    seller, importer = load.world.actors["bajio"], load.world.actors["riogrande"]
    table = load.world.read_of_this_week(INVOICE)
    while True:
        number = f"F-{chance.randrange(10**8):08}".encode()
        invoice = entry.issue_invoice(
            seller.tenant, seller.person, table.replace(INVOICE_NUMBER, number), importer_did=importer.did
        )
        load.said("stated", "bajio", statement=invoice.statement_id, to=["riogrande"], document=invoice.commitment)
        yield


def filing(load: Load, chance: random.Random) -> Iterator[None]:
    """The broker takes up the drafts that it finds, and drafts entries of the invoices that no entry declares yet."""
    broker, importer = load.world.actors["gateway"], load.world.actors["riogrande"]
    tenant, person = broker.tenant, broker.person
    while True:
        for draft in entry.list_drafts(tenant, person):
            for pointer in ("/importDate", "/entryDate"):
                say_draft(load, entry.set_field(tenant, person, draft.id, pointer, today().isoformat()))
            yield
            try:
                filed = entry.file_entry(tenant, person, draft.id)
            except EntryRefused:
                entry.discard_draft(tenant, person, draft.id)  # a certification was withdrawn meanwhile
                continue
            load.said("filed", "gateway", entry=filed.document_id)
            to = ["customs", "riogrande"]
            load.said("stated", "gateway", statement=filed.statement_id, to=to, document=filed.commitment)
            yield
        open_ones = [row.document_id for row in entry.list_invoices(tenant, person).rows if not row.entries]
        if open_ones:
            invoices = [chance.choice(open_ones)]
            entry.draft_entry(tenant, person, importer_did=importer.did, invoices=invoices)
        yield


def joining(load: Load, chance: random.Random) -> Iterator[None]:
    """Customs enrols traders, and the node hosts them."""
    node = load.world.node
    registrar = node.tenant("customs")
    while True:
        slug = f"trader-{len(node.tenants)}"
        joined = node.add_member(NewMember(slug, f"Trader {slug}", ("importer",)), registrar=registrar)
        load.said("joined", slug, did=joined.did)
        yield


LOADS: dict[str, Callable[[Load, random.Random], Iterator[None]]] = {
    "stating": stating,
    "granting": granting,
    "drafting": drafting,
    "certifying": certifying,
    "invoicing": invoicing,
    "filing": filing,
    "joining": joining,
}

PAPERS: Sequence[str] = ("stating", "granting", "drafting")
"""What members can do who have nothing but one another."""
TRADE: Sequence[str] = ("stating", "drafting", "certifying", "invoicing", "filing")
"""The main job: for a world in which products were imported and a power of attorney was granted."""
