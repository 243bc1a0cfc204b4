"""The lines on which networks are tested where the kernel has none: they do what they say, and nothing else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pair_lines import BadLine, Lines

PATIENCE_S = 10.0


@pytest.fixture
def echoing() -> Iterator[list[int]]:
    """Two places; what is sent to one comes back from it."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]

    def serve(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(connection,), daemon=True).start()

    def echo(connection: socket.socket) -> None:
        with connection:
            try:
                while raw := connection.recv(1 << 16):
                    connection.sendall(raw)
            except OSError:
                return

    for server in servers:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
    yield [server.getsockname()[1] for server in servers]
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


@pytest.fixture
def lines(echoing: list[int]) -> Iterator[Lines]:
    made = Lines(echoing, seed=7)
    yield made
    made.close()


@pytest.fixture
def dialled(lines: Lines) -> Iterator[socket.socket]:
    """Place 0 has dialled place 1."""
    with socket.create_connection(("127.0.0.1", lines.port(0, 1)), timeout=PATIENCE_S) as made:
        assert round_trip(made, b"hello") < PATIENCE_S
        yield made


def round_trip(connection: socket.socket, raw: bytes) -> float:
    """Seconds until all of it has come back, in its order."""
    begun = time.monotonic()
    threading.Thread(target=connection.sendall, args=(raw,), daemon=True).start()
    back = b""
    while len(back) < len(raw):
        back += connection.recv(1 << 16) or pytest.fail("the connection was closed")
    assert back == raw
    return time.monotonic() - begun


def talk_until_it_breaks(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        if not connection.recv(100):
            raise ConnectionResetError


def test_delay_and_rate_are_those_of_who_sends(lines: Lines, dialled: socket.socket) -> None:
    words = b"".join(b"%07d " % number for number in range(8_000))
    assert round_trip(dialled, words) < 1.0
    lines.impair([1], BadLine(delay_ms=150, jitter_ms=50))
    assert 0.1 < round_trip(dialled, b"there at once, back late") < 1.0
    lines.impair([0, 1], BadLine(delay_ms=100))
    assert round_trip(dialled, b"late both ways") > 0.2
    lines.impair([1], BadLine())
    lines.impair([0], BadLine(rate_kbit=1000))
    assert round_trip(dialled, words) > len(words) * 8 / 1e6 * 0.8
    lines.mend()
    assert round_trip(dialled, words) < 1.0


def test_what_a_cut_holds_back_comes_when_it_is_mended(lines: Lines, dialled: socket.socket) -> None:
    lines.cut([(1, 0)])
    dialled.sendall(b"held back")
    dialled.settimeout(0.3)
    with pytest.raises(TimeoutError):
        dialled.recv(100)
    with socket.create_connection(("127.0.0.1", lines.port(0, 1)), timeout=0.3) as late:
        late.sendall(b"dialled meanwhile")
        with pytest.raises(TimeoutError):
            late.recv(100)
        lines.mend()
        for connection, said in ((dialled, b"held back"), (late, b"dialled meanwhile")):
            connection.settimeout(PATIENCE_S)
            assert connection.recv(100) == said


def test_a_line_that_loses_breaks_connections_and_a_new_one_is_had(
    lines: Lines, dialled: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pair_lines.RESET_EVERY_S", 0.05)
    bad = BadLine(loss=2)
    assert "broke connections" in bad.by_proxy
    lines.impair([1], bad)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        talk_until_it_breaks(dialled)
    assert lines.resets >= 1
    lines.mend()
    with socket.create_connection(("127.0.0.1", lines.port(0, 1)), timeout=PATIENCE_S) as again:
        assert round_trip(again, b"again") < PATIENCE_S


def test_a_node_that_ends_is_seen_to_have_ended(lines: Lines, echoing: list[int]) -> None:
    ends = socket.create_connection(("127.0.0.1", lines.port(1, 0)), timeout=PATIENCE_S)
    round_trip(ends, b"here")
    with socket.create_connection(("127.0.0.1", lines.port(0, 1)), timeout=PATIENCE_S) as other:
        round_trip(other, b"here too")
        ends.close()
        assert round_trip(other, b"still here") < PATIENCE_S
