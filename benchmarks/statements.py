"""Statements through a node: from the journal to a committed pool, and the making of receipts.

    python -m benchmarks.statements

Goals: 10,000 statements a second from pool to committed receipt on one node; a receipt assembled in 1 ms.
The statements are made and kept in one SQL transaction, as a bulk sender does; what is timed is everything from there:
pool, action, block, proof block, journal and records.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.filing import quieten
from transire.demo.world import World, make_world
from transire.node.receipts import statement_receipt

COUNT = 20_000
RECEIPTS = 200
RUNS = 3


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    quieten()
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder), port=8499)
        try:
            runs = [anchored(world) for _ in range(RUNS)]
            ids = runs[-1][2]
            making = statistics.median(made for made, _, _ in runs)
            anchoring = statistics.median(taken for _, taken, _ in runs)
            return {
                f"{COUNT:,} statements made and kept in one transaction": f"{COUNT / making:,.0f} a second",
                "from the journal to the ledger and the records": f"{COUNT / anchoring:,.0f} a second",
                "a receipt of one of them": f"{receipts(world, ids):.2f} ms (median of {RECEIPTS})",
            }
        finally:
            world.node.close()


def anchored(world: World) -> tuple[float, float, list[str]]:
    """Seconds to make the statements, seconds until all are accepted, and their ids."""
    tenant = world.actors["valle"].tenant
    subject = "A" * 43
    body = {"statement": subject, "recipient": tenant.did, "envelope": subject}
    begun = time.monotonic()
    with tenant.transaction() as tx:
        ids = [tenant.state(tx, None, "document.held/1", dict(body), about=[subject]) for _ in range(COUNT)]
    kept = time.monotonic()
    world.node.settle(300)
    return kept - begun, time.monotonic() - kept, ids


def receipts(world: World, ids: list[str]) -> float:
    """Milliseconds to assemble one receipt."""
    tenant, times = world.actors["valle"].tenant, []
    for statement in ids[:: max(1, len(ids) // RECEIPTS)][:RECEIPTS]:
        begun = time.monotonic()
        statement_receipt(tenant, statement)
        times.append((time.monotonic() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")
