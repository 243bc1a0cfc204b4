"""A node that is asked to stop does, also while a neighbour never answers and while the ledger is silent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cometbft_world import LONG, free_ports
from node_world import make_node
from transire.cli import cli
from transire.node.node import Node
from transire.node.settings import amend_settings, read_settings
from transire.node.tenant import Tenant
from two_nodes import free_port, until

pytestmark = pytest.mark.timeout(400)
SOMETHING = "A" * 43
ENDS_S = 100.0
"""Far less than anything took that had no bound: a delivery 120 s, each turn 30 s for every act that it waited for."""


def stated(tenant: Tenant, *recipients: str) -> None:
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        tenant.state(tx, None, "document.held/1", body, about=[SOMETHING], recipients=recipients)


@contextmanager
def running(home: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`transire node run` in a process of its own, once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "transire", "node", "run", "--home", str(home)],
        env={**os.environ, "TRANSIRE_PORT": str(port), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: _answers(port) or process.poll() is not None, LONG)
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
            return True
    except OSError:
        return False


def stops(process: subprocess.Popen[bytes]) -> str:
    """Ask it to stop; what it wrote until then. Its exit status must be that of an orderly end."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=ENDS_S)
    assert process.returncode == 0, said.decode()
    return said.decode()


def test_a_delivery_that_hangs_keeps_no_node_from_stopping(tmp_path: Path) -> None:
    made = make_node(tmp_path)
    producer, importer = made.tenant("producer"), made.tenant("importer")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        try:
            importer.announce(f"http://127.0.0.1:{silent.getsockname()[1]}")
            stated(producer, importer.did)
        finally:
            made.close()
        home, port, came = tmp_path / "node", free_port(), threading.Event()
        # From now on the importer is somewhere else, where somebody takes connections and says nothing.
        amend_settings(home, lambda s: replace(s, member=tuple(one for one in s.member if one.slug != "importer")))

        def take() -> None:
            connection, _ = silent.accept()
            with connection:
                while connection.recv(1 << 16):
                    came.set()

        threading.Thread(target=take, daemon=True).start()
        with running(home, port, TRANSIRE_DELIVERY_TIMEOUT_S="120") as process:
            assert came.wait(LONG), "nothing was brought"
            assert "something hangs" in stops(process)
    with Node.open(home) as again:  # whole, and the envelope still waits
        assert again.tenant("producer").slug == "producer"


@pytest.mark.cometbft
@pytest.mark.xdist_group("network")
def test_a_silent_ledger_keeps_no_node_from_stopping(
    cometbft_program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two validators alone: no block is made. Meanwhile a turn owes the ledger more than it can wait for."""
    first, second = (f"127.0.0.1:{port}" for port in free_ports(2))
    monkeypatch.chdir(tmp_path)
    for slug, listen in (("customs", first), ("chamber", second)):
        member = ["--slug", slug, "--name", slug.title(), "--role", slug, "--secret-file", f"{slug}.secret"]
        typed("ledger", "offer", "--home", slug, *member, "--listen", listen, "--out", f"{slug}.json")
    typed("ledger", "found", "two", "customs.json", "chamber.json", "--registrar", "customs.json",
          "--out", "g.json")  # fmt: skip
    options = ["--slug", "chamber", "--secret-file", "chamber.secret", "--listen", second, "--genesis", "g.json"]
    typed("ledger", "join", "--home", "chamber", *options, "--peer", "customs.json")
    home, port = tmp_path / "chamber", free_port()
    opened = Node.open(home)
    chamber = opened.tenant("chamber")
    with chamber.transaction() as tx:
        for number in range(8):
            assert chamber.end(tx, f"{number}" * 42 + "A")
    stated(chamber)
    opened.close()
    with running(home, port, TRANSIRE_COMETBFT=cometbft_program) as process:
        until(lambda: b'"pending":1' in status(port), LONG)
        stops(process)
    assert read_settings(home).ledger.engine == "cometbft"


def typed(*words: str) -> None:
    result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output


def status(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/status", timeout=10) as answer:
        return bytes(answer.read()).replace(b" ", b"")
