"""The ABCI server: CometBFT's four connections over one unix socket, each served in its own order by its own thread.

CometBFT sends as many requests as it has before it waits for an answer. Whatever lies there is read at once, by a
thread that does nothing else; a run of CheckTx is judged together and then answered in its order.

CometBFT must never have to wait until we read. While its writer does, the timer by which it flushes fires every 20
nanoseconds (`flushThrottleMS` of its socket client is a number without a unit; so in 0.38.26) and takes a whole core:
the very time that we need to catch up. On a busy machine a network stood still over this under load.

So all that it sends lies here, and before each commit it waits until the last CheckTx of it is answered. Two things
keep a flood of actions from holding a network up: the calls by which a chain moves on go first (`Precedence`), and an
action that has lain here for `PATIENCE_S` is answered *busy* instead of having its signature verified. It may still
come into a block: the node that took it proposes it.
"""

from __future__ import annotations

import logging
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any, Final

from transire.engines.cometbft.app import BUSY, DECIDED, Application, Look, encode, encode_exception, encode_refusal
from transire.engines.cometbft.messages import message
from transire.engines.cometbft.peer_buffer import widen_peer
from transire.engines.cometbft.rpc import opened_folder
from transire.errors import TransireError
from transire.ledger.protobuf import delimited

CHUNK: Final = 1 << 20
"""Bytes that are read at once."""
MUCH: Final = 1 << 16
"""So many bytes at once are a part of more: a block, or the first of thousands of actions."""
PAUSE: Final = struct.pack("ll", 0, 1000)
"""A stream that pauses for a millisecond has ended for now (a `timeval`)."""
PORTION: Final = 1 << 18
"""Bytes that are looked at together: some 170 actions."""
MOST_HELD: Final = 256 << 20
"""Bytes that are read and not yet looked at, at most: twice what CometBFT's mempool may hold."""
SLICE: Final = 64
"""Requests that are answered together: neither the first of many nor a call that moves the chain waits for the last."""
PATIENCE_S: Final = 0.25
"""How long actions may lie here unlooked at: about as long as a block takes, which waits for them."""
BUSY_S: Final = 0.25
"""How long this node is called busy after it turned actions away unlooked at."""
GIVE_WAY_S: Final = 10.0
"""Longer than any call that moves a chain takes: one that hangs must not keep the others."""
RECHECK: Final = 1
"""The kind of CheckTx that asks about what the mempool holds. CometBFT drops for good what is not accepted then."""
MAX_MESSAGE: Final = 128 << 20
"""CometBFT's own bound is 100 MiB."""
_MAX_LENGTH_BYTES: Final = 10
MOVING: Final = frozenset(
    ("prepare_proposal", "process_proposal", "finalize_block", "commit", "offer_snapshot", "apply_snapshot_chunk")
)
"""The calls by which a chain moves on; what peers ask by and by is none."""

log = logging.getLogger("transire.engine.abci")


class AbciServer:
    """Serves until `close`. `on_activity` is called at every call that moves a chain on; `on_fault` at the first
    fault of the application, after which CometBFT is told to stop."""

    def __init__(
        self,
        folder: Path,
        name: str,
        application: Application,
        *,
        on_activity: Callable[[], None],
        on_fault: Callable[[Exception], None],
    ) -> None:
        self._application = application
        self._on_activity = on_activity
        self._on_fault = on_fault
        self._encoded: dict[TransireError | None, bytes] = {
            refusal: encode_check(refusal) for refusal in (None, BUSY, DECIDED)
        }
        self._connections: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        self._closing = False
        self._precedence = Precedence()
        self._busy_until = 0.0
        (folder / name).unlink(missing_ok=True)  # what a killed process left: CometBFT would try it for ever
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with opened_folder(folder) as path:
            self._listener.bind(f"{path}/{name}")
        self._listener.listen(16)
        Thread(target=self._accept, name="transire-abci", daemon=True).start()

    def drop(self, within: float) -> bool:
        """End all connections and wait, so long at most, until nothing that came by them is still being done.

        Returns whether that is so.

        Before another CometBFT is started: what the last one asked must not be carried out after the new one has asked
        where the application stands.
        """
        with self._lock:
            connections = dict(self._connections)
        deadline = time.monotonic() + within
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in connections.values())

    @property
    def busy(self) -> bool:
        """Whether actions were turned away unlooked at a moment ago: whoever has more had better wait."""
        return time.monotonic() < self._busy_until

    def give_way(self) -> None:
        """Wait while a call that moves the chain is under way: for whoever has work of this process to do besides."""
        self._precedence.give_way(GIVE_WAY_S)

    def close(self, within: float = 10.0) -> bool:
        """Take no more connections and end those that there are; whether all of them have ended in that time."""
        with self._lock:
            self._closing = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        return self.drop(within)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = Thread(target=self._serve, args=(connection,), name="transire-abci-connection", daemon=True)
            with self._lock:
                if self._closing:
                    connection.close()
                    return
                self._connections[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        room = widen_peer(connection)
        log.debug("CometBFT's socket holds %d bytes that we have not read", room)
        inbox = Inbox(connection)
        try:
            for read_at, frames in received(inbox):
                connection.sendall(b"".join(self._answers(frames, read_at)))
        except OSError:
            pass  # CometBFT ended; its supervisor sees that too
        except Exception as error:
            log.exception("the application cannot go on")
            self._on_fault(error)
            with suppress(OSError):
                connection.sendall(delimited(encode_exception(error)))
        finally:
            inbox.close()
            connection.close()
            with self._lock:
                self._connections.pop(connection, None)

    def _answers(self, frames: list[bytes], read_at: float) -> Iterator[bytes]:
        read = message("Request").FromString
        waiting: list[Any] = []
        for frame in frames:
            request = read(frame)
            call = request.WhichOneof("value")
            if call == "check_tx":
                waiting.append(request.check_tx)
                continue
            yield from self._check(waiting, read_at)
            waiting = []
            yield self._answer(call, getattr(request, call))
        yield from self._check(waiting, read_at)

    def _check(self, requests: list[Any], read_at: float) -> Iterator[bytes]:
        if not requests:
            return
        self.give_way()
        late = time.monotonic() - read_at > PATIENCE_S
        fresh = Look.LATE if late else Look.NEW
        looks = (Look.AGAIN if request.type == RECHECK else fresh for request in requests)
        refusals = self._application.check([(request.tx, look) for request, look in zip(requests, looks, strict=True)])
        if BUSY in refusals:
            self._busy_until = time.monotonic() + BUSY_S
        for refusal in refusals:
            yield self._encoded.get(refusal) or encode_check(refusal)

    def _answer(self, call: str, request: Any) -> bytes:
        if call not in MOVING:
            return delimited(encode(call, self._application.answer(call, request)))
        self._on_activity()
        with self._precedence:
            return delimited(encode(call, self._application.answer(call, request)))


def encode_check(refusal: TransireError | None) -> bytes:
    """The answer to one CheckTx, as it goes over the wire."""
    return delimited(encode("check_tx", {}) if refusal is None else encode_refusal(refusal))


class Precedence:
    """Lets the calls by which a chain moves on go first: a thread that has other things to do gives way to them.

    Threads of one interpreter take turns, many times a second; a call that shares them with a thread that judges
    thousands of actions takes twice its time and more.
    """

    def __init__(self) -> None:
        self._moving = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._moving += 1

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._moving -= 1
            self._changed.notify_all()

    def give_way(self, within: float) -> None:
        """Wait, so long at most, until no such call is under way."""
        if self._moving:
            with self._changed:
                self._changed.wait_for(lambda: not self._moving, within)


class Inbox:
    """Reads a connection as soon as anything comes, from a thread of its own, and holds it until it is taken."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._ended = False
        self._changed = Condition()
        self._readable = select.poll()
        self._thread = Thread(target=self._read, name="transire-abci-reading", daemon=True)
        self._thread.start()

    def take(self) -> tuple[float, bytes]:
        """Some of what has come and was not taken, and when the first of it came.

        Waits for something; empty when nothing will come any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._ended)
            if not self._chunks:
                return 0.0, b""
            read_at, chunk = self._chunks.popleft()
            taken, size = [chunk], len(chunk)
            while self._chunks and size < PORTION:
                taken.append(self._chunks.popleft()[1])
                size += len(taken[-1])
            self._held -= size
            self._changed.notify_all()
            return read_at, b"".join(taken)

    def close(self) -> None:
        """Read nothing more, and wait until the thread has let go of the connection."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _read(self) -> None:
        room = memoryview(bytearray(CHUNK))
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, PAUSE)
        self._readable.register(self._connection, select.POLLIN)
        with suppress(OSError):
            while size := self._fill(room):
                with self._changed:
                    self._chunks.append((time.monotonic(), bytes(room[:size])))
                    self._held += size
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._held < MOST_HELD or self._ended)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _fill(self, room: memoryview) -> int:
        """What has come; if that is much, also what follows without a pause: how many bytes.

        The kernel alone gathers what follows. A thread of this interpreter would have to wait for its turn after each
        of some twenty pieces of a block, and CometBFT meanwhile.
        """
        while True:
            self._readable.poll()
            with suppress(BlockingIOError):
                size = self._connection.recv_into(room)
                break
        if size >= MUCH:
            with suppress(BlockingIOError):
                size += self._connection.recv_into(room[size:], 0, socket.MSG_WAITALL)
        return size


def received(inbox: Inbox) -> Iterator[tuple[float, list[bytes]]]:
    """The messages that came, some at a time, and when they came; each follows its length, which may come in pieces."""
    buffer = bytearray()
    while True:
        read_at, chunk = inbox.take()
        if not chunk:
            return
        buffer += chunk
        frames, used = split_frames(buffer)
        del buffer[:used]
        for start in range(0, len(frames), SLICE):
            yield read_at, frames[start : start + SLICE]


def split_frames(buffer: bytes | bytearray) -> tuple[list[bytes], int]:
    """The whole messages at the beginning of a buffer, and how many bytes they take.

    >>> split_frames(delimited(b"one") + delimited(b"two") + b"\\x05th")
    ([b'one', b'two'], 8)
    """
    frames: list[bytes] = []
    at, end = 0, len(buffer)
    while True:
        length, start = 0, at
        while start < end:
            byte = buffer[start]
            length |= (byte & 0x7F) << (7 * (start - at))
            start += 1
            if byte < 0x80:
                break
            if start - at >= _MAX_LENGTH_BYTES:
                raise ValueError("a length of more than ten bytes")
        else:
            return frames, at
        if length > MAX_MESSAGE:
            raise ValueError(f"a message of {length} bytes")
        if start + length > end:
            return frames, at
        frames.append(bytes(buffer[start : start + length]))
        at = start + length
