"""The ABCI server: CometBFT's four connections over one unix socket, each served in its own order by its own thread.

CometBFT sends as many requests as it has before it waits for an answer. Whatever lies there is read at once, by a
thread that does nothing else; a run of CheckTx is judged together and then answered in its order.

CometBFT must never have to wait until we read. While its writer does, the timer by which it flushes fires every 20
nanoseconds (`flushThrottleMS` of its socket client is a number without a unit; so in 0.38.26) and takes a whole core:
the very time that we need to catch up. On a busy machine a network stood still over this under load.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any, Final

from transire.engines.cometbft.app import Application, encode, encode_exception, encode_refusal
from transire.engines.cometbft.messages import message
from transire.engines.cometbft.rpc import opened_folder
from transire.ledger.protobuf import delimited

CHUNK: Final = 1 << 18
"""Bytes that are read at once: some 170 actions."""
MOST_HELD: Final = 256 << 20
"""Bytes that are read and not yet looked at, at most: twice what CometBFT's mempool may hold."""
SLICE: Final = 256
"""Requests that are answered together: the first of many does not wait for the last."""
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
        self._checked = delimited(encode("check_tx", {}))
        self._connections: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        self._closing = False
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
        inbox = Inbox(connection)
        try:
            for frames in received(inbox):
                connection.sendall(b"".join(self._answers(frames)))
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

    def _answers(self, frames: list[bytes]) -> Iterator[bytes]:
        read = message("Request").FromString
        waiting: list[bytes] = []
        for frame in frames:
            request = read(frame)
            call = request.WhichOneof("value")
            if call == "check_tx":
                waiting.append(request.check_tx.tx)
                continue
            yield from self._check(waiting)
            waiting = []
            yield self._answer(call, getattr(request, call))
        yield from self._check(waiting)

    def _check(self, raws: list[bytes]) -> Iterator[bytes]:
        for refusal in self._application.check(raws) if raws else ():
            yield self._checked if refusal is None else delimited(encode_refusal(refusal))

    def _answer(self, call: str, request: Any) -> bytes:
        if call in MOVING:
            self._on_activity()
        return delimited(encode(call, self._application.answer(call, request)))


class Inbox:
    """Reads a connection as soon as anything comes, from a thread of its own, and holds it until it is taken."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._chunks: list[bytes] = []
        self._held = 0
        self._ended = False
        self._changed = Condition()
        self._thread = Thread(target=self._read, name="transire-abci-reading", daemon=True)
        self._thread.start()

    def take(self) -> bytes:
        """All that has come and was not taken; waits for something, and is empty when nothing will come any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._chunks or self._ended)
            taken = b"".join(self._chunks)
            self._chunks.clear()
            self._held = 0
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Read nothing more, and wait until the thread has let go of the connection."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _read(self) -> None:
        with suppress(OSError):
            while chunk := self._connection.recv(CHUNK):
                with self._changed:
                    self._chunks.append(chunk)
                    self._held += len(chunk)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: self._held < MOST_HELD or self._ended)
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def received(inbox: Inbox) -> Iterator[list[bytes]]:
    """The messages that came, some at a time; each follows its length, which may come in pieces."""
    buffer = bytearray()
    while chunk := inbox.take():
        buffer += chunk
        frames, used = split_frames(buffer)
        del buffer[:used]
        for start in range(0, len(frames), SLICE):
            yield frames[start : start + SLICE]


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
