"""The same blocks give the same state: from a frozen corpus, in any store, under any environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import replay_corpus
import transire.ledger.machine as machine_module
from replay_corpus import read_corpus, replayed
from transire.engines.replica import LmdbStore
from transire.errors import catalogue
from transire.ledger.bodies import ACTIONS
from transire.ledger.errors import Inadmissible, Refused
from transire.ledger.machine import Machine
from transire.ledger.store import TABLES, MemoryStore, Store

CORPUS = Path(__file__).resolve().parents[2] / "vectors" / "machine" / "corpus-1.jsonl"

# Codes that no block of rules version 1 can lead to.
NEVER_IN_A_BLOCK = {
    "ledger.inadmissible",  # the base of its kind
    "ledger.not-allowed",  # the base of its kind
    "ledger.action-unknown",  # an action that later rules take away
}


@pytest.fixture(params=["memory", "lmdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else LmdbStore(tmp_path / "replica", map_bytes=1 << 17)
    yield made
    made.close()


def test_every_block_of_the_corpus_comes_to_what_it_came_to_when_it_was_written(store: Store) -> None:
    for expected, found, _ in replayed(CORPUS, store):
        assert found == expected


def test_a_corpus_replayed_with_a_restart_after_every_block_comes_to_the_same(store: Store) -> None:
    genesis, lines = read_corpus(CORPUS)
    machine = Machine.create(store, genesis)
    for line in lines:
        machine = Machine.open(store)
        machine.apply(replay_corpus.block_of(line))
        machine.commit()
        assert replay_corpus.b64url(machine.root) == line["app_hash"]


def test_both_stores_hold_the_same_rows(tmp_path: Path) -> None:
    memory, lmdb = MemoryStore(), LmdbStore(tmp_path / "replica")
    for one in (memory, lmdb):
        for _ in replayed(CORPUS, one):
            pass
    for table in TABLES:
        assert list(memory.range(table)) == list(lmdb.range(table))
    lmdb.close()


def test_the_corpus_holds_every_action_and_every_refusal() -> None:
    assert machine_module.RULES[1].keys() == ACTIONS.keys()
    seen: set[str] = set()
    events: set[str] = set()
    for _, found, results in replayed(CORPUS, MemoryStore()):
        seen |= {code for code, _ in found["results"]}
        events |= {event["event"] for result in results for event in result.events}
    refusals = {code for code, error in catalogue().items() if issubclass(error, Refused | Inadmissible)}
    assert refusals - seen == NEVER_IN_A_BLOCK
    assert events == EVENTS


EVENTS = {
    *("witnessed", "ended", "opened", "drawn", "returned", "closed", "proposed", "approved", "decided"),
    *("member.enrolled", "member.updated", "member.suspended", "member.key_rotated"),
}

ENVIRONMENTS = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8", "PYTHONOPTIMIZE": "1"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LC_ALL": "POSIX", "PYTHONUTF8": "0"},
]


def test_no_hash_seed_time_zone_or_locale_makes_a_difference() -> None:
    program = Path(replay_corpus.__file__)
    running = [
        subprocess.Popen(
            [sys.executable, str(program), str(CORPUS)], env=os.environ | more, stdout=subprocess.PIPE, text=True
        )
        for more in ENVIRONMENTS
    ]
    digests = {child.communicate(timeout=120)[0] for child in running}
    assert [child.returncode for child in running] == [0] * len(running)
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
