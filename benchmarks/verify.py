"""Verification of receipts: many in one process, and one from the shell.

    python -m benchmarks.verify

Goals: 3,000 receipts a second a core in bulk, headers checked once; 0.3 s from the shell. CPU time counts for
the first, the time on the wall for the second; the best of several runs is given, with the machine's own Ed25519 beside
it. No receipt comes twice: each is of a statement of its own, with the proof that its own document is not withdrawn. A
run begins with a cache that has seen one other receipt of the same block. A bulk sender's statements share an action,
whose signature then is checked once; where each has an action of its own, each costs one Ed25519 verification more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ledger_world import CUSTOMS, PRODUCER, signing_key
from receipt_world import OPERATORS, Chain, Story, credential_document, network, tell
from transire.crypto.canonical import Json
from transire.crypto.digests import sha256
from transire.crypto.keys import verify_signature
from transire.ledger.receipt import OpenedDocument, StatementEvidence
from transire.ledger.statement import Pool, make_statement, statement_bytes
from transire.ledger.verify import TrustRoot, VerifyCache, verify_receipt
from transire.merkle.tree import leaf_hash

RUNS = 10
RECEIPTS = 100
SHELL_RUNS = 5
POOL = 1000
"""Statements in the pool: a path of ten digests, as a bulk sender's receipts have."""


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    small, pooled = tell(pool=POOL), Bulk()
    alone, four = Bulk(pools=RECEIPTS), Bulk(OPERATORS, pools=RECEIPTS)
    figures = {
        "Ed25519 verification, 600 bytes": f"{ed25519_seconds() * 1e6:.0f} us",
        "statements of one pool, with status": in_bulk(pooled),
        "statements of a pool each, with status": in_bulk(alone),
        "the same with the document and its credential": in_bulk(alone, opened=True),
        "statements of a pool each, four validators": in_bulk(four),
        "the same by a verifier that has seen nothing": cold(four),
        "size of the first receipt": f"{len(pooled.receipts()[0])} bytes",
    }
    return figures | shell(small)


class Bulk:
    """A producer's statements that it issued documents, in one pool or spread over several, filled up with others."""

    def __init__(self, operators: Sequence[str] = (CUSTOMS,), *, pools: int = 1) -> None:
        self._chain = Chain(network(operators))
        self._issued: list[tuple[bytes, StatementEvidence, OpenedDocument]] = []
        documents = [credential_document(number) for number in range(RECEIPTS + 1)]
        self._chain.done(*[self._pooled(documents[first::pools]) for first in range(pools)])
        self._chain.block()
        self.trust = TrustRoot.parse(self._chain.trust_root)

    def receipts(self, *, opened: bool = False) -> list[bytes]:
        """A receipt for each statement."""
        return [
            self._chain.receipt(
                action,
                said,
                status_of=[(PRODUCER, document.commitment)],
                documents=[document] if opened else [],
            )
            for action, said, document in self._issued
        ]

    def _pooled(self, documents: Sequence[OpenedDocument]) -> bytes:
        """The action that anchors the statements of these documents among others."""
        raws = [statement_bytes(_issue(document)) for document in documents]
        others = [sha256(documents[0].salt, place.to_bytes(8, "big")) for place in range(POOL - len(raws))]
        pool = Pool.of_ids(self._chain.genesis.network, PRODUCER, [*map(leaf_hash, raws), *others])
        action = self._chain.world.sign("witness/1", pool.body(), by=PRODUCER)
        for place, (raw, document) in enumerate(zip(raws, documents, strict=True)):
            path = tuple(pool.path(place))
            said = StatementEvidence(raw=raw, index=place, path=path, opening=pool.opening())
            self._issued.append((action, said, document))
        return action


def _issue(document: OpenedDocument) -> dict[str, Json]:
    body: dict[str, Json] = {"commitment": document.commitment, "schema": "note/1", "to": CUSTOMS}
    return make_statement("document.issued/1", body, about=[document.commitment], by=PRODUCER, actor="person-1")


def in_bulk(bulk: Bulk, *, opened: bool = False) -> str:
    """Receipts one after the other, each once, after one of the same network."""
    first, *others = bulk.receipts(opened=opened)

    def run() -> float:
        cache = VerifyCache()
        verify_receipt(first, bulk.trust, cache=cache).require_all()
        start = time.process_time()
        for raw in others:
            verify_receipt(raw, bulk.trust, cache=cache).require_all()
        return (time.process_time() - start) / len(others)

    return _in_words(min(run() for _ in range(RUNS)))


def cold(bulk: Bulk) -> str:
    """The same receipts, each by a verifier that has seen nothing before."""
    raw = bulk.receipts()[0]
    return _in_words(best_of(lambda: verify_receipt(raw, bulk.trust).require_all()))


def _in_words(seconds: float) -> str:
    return f"{1 / seconds:,.0f} a second ({seconds * 1e6:.0f} us)"


def ed25519_seconds() -> float:
    key, message = signing_key("bench"), bytes(600)
    signature = key.sign(message)
    return best_of(lambda: verify_signature(key.public, message, signature))


def best_of(work: Callable[[], None]) -> float:
    """CPU seconds of one call: the best mean of some runs."""
    work()
    return min(_mean(work) for _ in range(RUNS))


def _mean(work: Callable[[], None]) -> float:
    start = time.process_time()
    for _ in range(RECEIPTS):
        work()
    return (time.process_time() - start) / RECEIPTS


def shell(story: Story) -> dict[str, str]:
    """`transire verify` as a person starts it, compiled modules in place."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(home / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        (home / "network.json").write_bytes(story.chain.trust_root)
        (home / "bare.json").write_bytes(story.receipt(documents=[]))
        (home / "opened.json").write_bytes(story.receipt())
        return {
            "transire verify, from the shell": _command(home, "bare.json", environment),
            "transire verify with a document and its credential": _command(home, "opened.json", environment),
        }


def _command(home: Path, receipt: str, environment: Mapping[str, str]) -> str:
    code = "from transire.cli import main; main()"
    command = [sys.executable, "-c", code, "verify", home / receipt, "--network", home / "network.json"]
    times = []
    for _ in range(SHELL_RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return f"{min(times[1:]):.2f} s"


def main() -> None:
    for name, figure in measure().items():
        print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
