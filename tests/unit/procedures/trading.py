"""The five members of the examples on one node, and the acts that the tests repeat."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from transire.demo.stage import today
from transire.demo.world import Actor, World
from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import service as power

NOT_CERTIFIED = "BV-PN100"
"""A product of the example master for which no criterion is stated."""
LATEST_S = 20.0


@dataclass(frozen=True)
class Trade:
    """The world, and what its members do in nearly every test."""

    world: World

    @property
    def bajio(self) -> Actor:
        return self.world.actors["bajio"]

    @property
    def valle(self) -> Actor:
        return self.world.actors["valle"]

    @property
    def riogrande(self) -> Actor:
        return self.world.actors["riogrande"]

    @property
    def gateway(self) -> Actor:
        return self.world.actors["gateway"]

    @property
    def customs(self) -> Actor:
        return self.world.actors["customs"]

    def settle(self) -> None:
        self.world.node.settle()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the ledger decides and nobody delivers."""
        deadline = time.monotonic() + LATEST_S
        while not holds():
            assert time.monotonic() < deadline, "it did not come to hold"
            time.sleep(0.02)

    @property
    def blanket(self) -> tuple[date, date]:
        return today() - timedelta(days=30), today() + timedelta(days=300)

    def import_products(self) -> None:
        for slug, folder in (("bajio", "mx-producer"), ("valle", "cr-producer")):
            actor, read = self.world.actors[slug], self.world.read
            origin.import_products(
                actor.tenant, actor.person, read(f"{folder}/products.csv"), read(f"{folder}/materials.csv")
            )

    def certify(self, slug: str = "bajio", agreement: str = "usmca") -> Issued:
        actor = self.world.actors[slug]
        draft = origin.draft_certification(
            actor.tenant,
            actor.person,
            agreement=agreement,
            importer_did=self.riogrande.did,
            importer=self.world.party_of("riogrande"),
            goods=[number for number in self.world.goods_of(slug) if number != NOT_CERTIFIED],
            blanket=self.blanket,
        )
        return origin.sign_certification(actor.tenant, actor.person, draft)

    def empower(self) -> Issued:
        return power.grant_authority(
            self.riogrande.tenant,
            self.riogrande.person,
            broker_did=self.gateway.did,
            broker=self.world.party_of("gateway"),
            filer_code="B76",
            valid=(today() - timedelta(days=1), today() + timedelta(days=365)),
        )

    def invoice(self, name: str = "mx-producer/invoice-2026-0419-corrected.csv", slug: str = "bajio") -> Issued:
        actor = self.world.actors[slug]
        table = self.world.read_of_this_week(name)
        return entry.issue_invoice(actor.tenant, actor.person, table, importer_did=self.riogrande.did)

    def draft(self, *invoices: Issued) -> str:
        return entry.draft_entry(
            self.gateway.tenant,
            self.gateway.person,
            importer_did=self.riogrande.did,
            invoices=[invoice.document_id for invoice in invoices],
        )

    def key_arrival(self, draft: str) -> None:
        for pointer in ("/importDate", "/entryDate"):
            entry.set_field(self.gateway.tenant, self.gateway.person, draft, pointer, _arrived().isoformat())

    def file(self, *invoices: Issued) -> Issued:
        draft = self.draft(*invoices)
        self.key_arrival(draft)
        return entry.file_entry(self.gateway.tenant, self.gateway.person, draft)


def _arrived() -> date:
    """After the export date of the example invoices, which is two days before the day of the story."""
    return today()
