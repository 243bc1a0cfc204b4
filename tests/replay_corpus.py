"""Applies a frozen corpus of blocks and compares what each comes to with what it came to when it was written.

As a program it prints one digest over everything that the machine gave back, so that runs under other hash seeds, time
zones, locales and versions of Python can be compared:  replay_corpus.py vectors/machine/corpus-1.jsonl
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from transire.crypto.encoding import b64url, unb64url
from transire.ledger.block import DecidedBlock, Misbehaviour, Result
from transire.ledger.chain import Time
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.store import MemoryStore, Store


def read_corpus(path: Path) -> tuple[Genesis, list[dict[str, Any]]]:
    first, *blocks = (json.loads(line) for line in path.read_text(encoding="ascii").splitlines())
    return Genesis.parse(first["genesis"].encode()), blocks


def block_of(line: dict[str, Any]) -> DecidedBlock:
    misbehaviour = (
        Misbehaviour(kind, unb64url(address), height, Time(*time), power)
        for kind, address, height, time, power in line.get("misbehaviour", ())
    )
    return DecidedBlock(
        height=line["height"],
        time=Time(*line["time"]),
        actions=tuple(unb64url(raw) for raw in line["actions"]),
        misbehaviour=tuple(misbehaviour),
    )


def replayed(path: Path, store: Store) -> Iterator[tuple[dict[str, Any], dict[str, Any], tuple[Result, ...]]]:
    """Each block of the corpus as it was written, as it came to now, and the results."""
    genesis, lines = read_corpus(path)
    machine = Machine.create(store, genesis)
    for line in lines:
        results = machine.apply(block_of(line))
        updates = [[b64url(update.public_key), update.power] for update in machine.validator_updates]
        machine.commit()
        found = {
            "results": [[result.code, result.log_index] for result in results],
            "app_hash": b64url(machine.root),
            "validator_updates": updates,
        }
        expected = {"results": line["results"], "app_hash": line["app_hash"]}
        yield expected | {"validator_updates": line.get("validator_updates", [])}, found, results


def main(path: str) -> None:
    digest = sha256()
    for expected, found, results in replayed(Path(path), MemoryStore()):
        assert found == expected
        digest.update(json.dumps(found, sort_keys=True).encode())
        digest.update(repr(results).encode())
    print(digest.hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
