"""CometBFT's own socket is given more room, by its process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transire.engines.cometbft.peer_buffer import WANTED_BYTES, widen_peer

WRITER = """
import socket, sys
here = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
here.connect(sys.argv[1])
here.setblocking(False)
sent = 0
sys.stdin.readline()
try:
    while True:
        sent += here.send(bytes(65536))
except BlockingIOError:
    print(sent, here.gettimeout(), flush=True)
"""


def written_before_it_blocks(listener: socket.socket, *, widen: bool) -> tuple[int, int, str]:
    """What the buffer is said to hold, how much a child writes that nobody reads, and its socket's timeout then."""
    command = [sys.executable, "-c", WRITER, listener.getsockname()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        connection, _ = listener.accept()
        with connection:
            granted = widen_peer(connection) if widen else 0
            sent, timeout = writer.communicate("\n", timeout=20)[0].split()
            return granted, int(sent), timeout


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.listen()
        yield listening


@pytest.mark.skipif(sys.platform != "linux", reason="a system call of Linux")
def test_a_child_can_write_more_before_it_has_to_wait(listener: socket.socket) -> None:
    _, before, _ = written_before_it_blocks(listener, widen=False)
    granted, after, timeout = written_before_it_blocks(listener, widen=True)
    allowed = int(Path("/proc/sys/net/core/wmem_max").read_text())
    if not granted:
        pytest.skip("this system lets no process reach into its child")
    assert granted == 2 * min(WANTED_BYTES, allowed)  # the kernel doubles what is asked for, socket(7)
    assert after > before
    assert timeout == "0.0"  # ours is another descriptor of the same socket: it stays as it was


def test_only_sockets_that_are_connected_to_ours_are_touched() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        before = theirs.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert widen_peer(ours) == 0  # both ends are nameless and this process's own
        assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == before


def test_a_python_without_the_call_serves_all_the_same(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.pidfd_open")
    assert written_before_it_blocks(listener, widen=True)[0] == 0
