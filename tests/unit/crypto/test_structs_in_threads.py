"""Threads that all read a struct for the first time at once do not end the process."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest

from ledger_world import BROKER, CHAMBER, CUSTOMS, World, public, signing_key
from transire.ledger.store import STATE

READ = """
import base64, json, sys, threading
rows = [(key, base64.b64decode(raw)) for key, raw in json.load(sys.stdin)]
from transire.crypto.structs import prepare_structs
from transire.ledger.state import read_row
{prepare}
sys.setswitchinterval(1e-6)
begin = threading.Barrier(24)
def read():
    begin.wait()
    for key, raw in rows:
        read_row(key, raw)
threads = [threading.Thread(target=read) for _ in range(24)]
[one.start() for one in threads]
[one.join() for one in threads]
"""
TRIES = 3


@pytest.fixture(scope="module")
def rows() -> str:
    """A row of each kind that a young ledger has."""
    world = World()
    body = {"unit": "kg", "quantity": "20", "keys": [public(signing_key("draw 0"))], "releaser": CUSTOMS}
    world.done(world.sign("allowance.open/1", body, by=CHAMBER), world.witness(BROKER))
    kinds = {key.partition(b"/")[0]: (key, raw) for key, raw in world.store.range(STATE)}
    return json.dumps([(key.decode(), base64.b64encode(raw).decode()) for key, raw in kinds.values()])


def statuses(rows: str, prepare: str) -> set[int]:
    program = READ.format(prepare=prepare)
    command = [sys.executable, "-c", program]
    return {subprocess.run(command, input=rows.encode(), capture_output=True).returncode for _ in range(TRIES)}


def test_structs_that_were_prepared_are_read_by_many_threads_at_once(rows: str) -> None:
    assert statuses(rows, "assert prepare_structs() > 10") == {0}
