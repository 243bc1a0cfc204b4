"""From `file_entry` to the entry on the officer's page, on one node with the embedded engine.

    python -m benchmarks.filing

Goal: p99 under 250 ms with 10 clients. The clients are threads of one broker, each filing drafted entries of six
lines; once the filing stands at customs, its officer opens the page. One watcher looks what has come in every five
milliseconds, whoever waits: clients that each asked by themselves would take the processor from the node. *At work*
they file one every five seconds each, as fast as clerks would; *without a pause* they file one after the other, which
measures what the node can do at most.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from transire.demo import story as steps
from transire.demo.stage import today
from transire.demo.telling import Telling
from transire.demo.world import World, make_world
from transire.node.logs import configure_logs
from transire.node.memory import keep_for_good
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.tables import filings

CLIENTS = ((1, 0.0), (10, 5.0), (10, 0.0), (50, 0.0))
"""How many at once, and how many seconds from one filing of a client to its next."""
FILINGS = {1: 20, 10: 60, 50: 100}
"""Entries filed in all, by the number of clients."""
INVOICE = "mx-producer/invoice-2026-0419-corrected.csv"
GIVE_UP_S = 120.0
ARRIVED = sa.select(filings.c.entry).where(filings.c.entry.in_(sa.bindparam("awaited", expanding=True)))


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    quieten()
    with tempfile.TemporaryDirectory() as folder:
        world = prepared_world(Path(folder))
        try:
            return {
                f"file to officer's page, {clients} clients {'at work' if every else 'without a pause'}": measured(
                    world, clients, every
                )
                for clients, every in CLIENTS
            }
        finally:
            world.node.close()


def quieten() -> None:
    """The demo's development parts warn; here that is known."""
    configure_logs("error")
    logging.disable(logging.WARNING)


def prepared_world(folder: Path) -> World:
    """The demo's world after the certifications are signed and the broker is empowered."""
    world, telling, story = make_world(folder, port=8499), Silent(), steps.Story()
    steps.import_once(world, telling, story)
    steps.sign_once(world, telling, story)
    steps.grant_power(world, telling, story)
    keep_for_good()  # as a node does before it serves
    return world


class Silent(Telling):
    """Tells nobody."""

    def _print(self, line: str) -> None:
        del line


def measured(world: World, clients: int, every: float) -> str:
    """Latencies of all filings of that many clients at once."""
    drafts = drafted(world, FILINGS[clients], f"{clients}{'w' if every else 'p'}")
    with Watcher(world) as watcher:
        latencies, taken = filed(world, watcher, drafts, clients, every)
    world.node.settle(GIVE_UP_S)
    rate = len(latencies) / taken
    return f"p50 {quantile(latencies, 0.5):.0f} ms, p99 {quantile(latencies, 0.99):.0f} ms, {rate:.1f} entries/s"


def filed(
    world: World, watcher: Watcher, drafts: Sequence[str], clients: int, every: float
) -> tuple[list[float], float]:
    """The latencies in order, and how many seconds all took."""
    begun = time.monotonic()

    def take_turn(number: int) -> float:
        # The clients begin one after the other, evenly, and keep to their beat whatever an answer takes.
        due = begun + every * (number // clients + number % clients / clients)
        time.sleep(max(0.0, due - time.monotonic()))
        return file_and_wait(world, watcher, drafts[number])

    with ThreadPoolExecutor(clients) as pool:
        latencies = sorted(pool.map(take_turn, range(len(drafts))))
    return latencies, time.monotonic() - begun


def drafted(world: World, count: int, series: str) -> list[str]:
    """Drafts of entries, each of an invoice of its own."""
    producer, importer, broker = (world.actors[slug] for slug in ("bajio", "riogrande", "gateway"))
    table = world.read_of_this_week(INVOICE)
    invoices = [
        entry.issue_invoice(
            producer.tenant,
            producer.person,
            table.replace(b"F-2026-0419", f"F-{series}-{number}".encode()),
            importer_did=importer.did,
        ).document_id
        for number in range(count)
    ]
    world.node.settle(GIVE_UP_S)
    drafts = []
    for invoice in invoices:
        draft = entry.draft_entry(broker.tenant, broker.person, importer_did=importer.did, invoices=[invoice])
        for pointer, day in (("/importDate", today() - timedelta(days=1)), ("/entryDate", today())):
            entry.set_field(broker.tenant, broker.person, draft, pointer, day.isoformat())
        drafts.append(draft)
    return drafts


def file_and_wait(world: World, watcher: Watcher, draft: str) -> float:
    """Milliseconds from filing until the officer's page shows the entry."""
    broker, customs = world.actors["gateway"], world.actors["customs"]
    begun = time.monotonic()
    document = entry.file_entry(broker.tenant, broker.person, draft).document_id
    watcher.await_arrival(document)
    entry.show_entry(customs.tenant, document)
    return (time.monotonic() - begun) * 1000


class Watcher:
    """Looks for filings in the records of customs, for all clients in one query."""

    LOOK_EVERY_S = 0.005

    def __init__(self, world: World) -> None:
        self._database = world.actors["customs"].tenant.database
        self._waiting: dict[str, threading.Event] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._ended.set()
        self._thread.join()

    def await_arrival(self, document: str) -> None:
        """Until a filing of that entry stands there."""
        arrived = self._waiting.setdefault(document, threading.Event())
        if not arrived.wait(GIVE_UP_S):
            raise TimeoutError(document)

    def _watch(self) -> None:
        while not self._ended.wait(self.LOOK_EVERY_S):
            awaited = list(self._waiting)
            if not awaited:
                continue
            with self._database.reading() as view:
                found = view.execute(ARRIVED, {"awaited": awaited}).scalars().all()
            for document in set(found):
                self._waiting.pop(document).set()


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of an ordered sample lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")
