"""Statements anchored in pools from four nodes at once, each a whole node of the network with its own journal.

    python -m benchmarks.pools [STATEMENTS]

Each of four organisations makes so many statements (20,000) and keeps them in one SQL transaction, as a bulk sender
does; all four transactions end at one moment. Counted is from there until the last node has settled: pools, actions,
blocks of the network, journal and records, so that each statement has its receipt. Goal: 20,000 statements a second.
One receipt of each node is made and verified afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from benchmarks.filing import quieten
from transire.ledger.verify import verify_receipt
from transire.network.founding import found
from transire.network.plan import FIRST_PORT, Place, Plan
from transire.node.node import Node
from transire.node.receipts import statement_receipt

VALIDATORS = 4
STATEMENTS = 20_000
WITHIN_S = 300.0
READY, MADE = "ready", "made"


class Came(msgspec.Struct, frozen=True):
    """What came of it on one node."""

    kept_at: float
    settled_at: float
    cpu_s: float
    receipt_ms: float


def measure(statements: int = STATEMENTS) -> dict[str, str]:
    """Every figure of this page, in words."""
    quieten()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "network")
        plan = found(place, Plan.of("pools", VALIDATORS, FIRST_PORT), lambda fact: None)
        nodes = [begin(place.node(node.slug), node.slug, statements) for node in plan.nodes]
        try:
            for word in (READY, MADE):
                for node in nodes:
                    expect(node, word)
                for node in nodes:
                    tell(node)
            came = [msgspec.json.decode(line(node), type=Came) for node in nodes]
        finally:
            for node in nodes:
                node.kill()
                node.wait()
    took = max(one.settled_at for one in came) - min(one.kept_at for one in came)
    total = statements * len(came)
    return {
        f"{total:,} statements of four nodes, until the last node has settled": f"{total / took:,.0f} a second",
        "CPU of the node's process, a statement": f"{sum(one.cpu_s for one in came) / total * 1e6:,.0f} us",
        "a receipt of one of them, made and verified": f"{max(one.receipt_ms for one in came):.1f} ms",
    }


def begin(home: Path, slug: str, statements: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.pools", "node", str(home), slug, str(statements)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(node: subprocess.Popen[str]) -> str:
    assert node.stdout is not None
    return node.stdout.readline()


def expect(node: subprocess.Popen[str], word: str) -> None:
    said = line(node)
    assert said == f"{word}\n", f"a node said {said!r}"


def tell(node: subprocess.Popen[str]) -> None:
    assert node.stdin is not None
    node.stdin.write("go\n")
    node.stdin.flush()


def serve(home: Path, slug: str, statements: int) -> None:
    """One node: says when it is there, makes its statements, keeps them when it is told to, and settles."""
    quieten()
    with Node.open(home) as node:
        tenant = node.tenant(slug)
        assert node.engine.wait_for(3, 120.0)
        hear(READY)
        subject = "A" * 43
        body = {"statement": subject, "recipient": tenant.did, "envelope": subject}
        with tenant.transaction() as tx:
            ids = [tenant.state(tx, None, "document.held/1", dict(body), about=[subject]) for _ in range(statements)]
            hear(MADE)
            before, cpu = time.monotonic(), time.process_time()
        node.settle(WITHIN_S)
        settled, spent = time.monotonic(), time.process_time() - cpu
        begun = time.monotonic()
        receipt = statement_receipt(tenant, ids[-1])
        verification = verify_receipt(receipt, node.home.network.read_bytes())
        assert all(check.passed for check in verification.checks)
        came = Came(before, settled, spent, (time.monotonic() - begun) * 1000)
        print(msgspec.json.encode(came).decode(), flush=True)
        sys.stdin.readline()  # the others still need this validator


def hear(word: str) -> None:
    print(word, flush=True)
    assert sys.stdin.readline() == "go\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["node"]:
        serve(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        for name, figure in measure(*map(int, sys.argv[1:])).items():
            print(f"{name}: {figure}")
