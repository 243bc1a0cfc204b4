"""Lines between the nodes of a network on one machine: TCP proxies that delay, slow down, cut and reset connections.

Where there are no network namespaces, or the kernel has no queue for bad lines (netem), each node dials each other one
through a proxy of its own. What a proxy can do, it does to the bytes of a connection. What it cannot: lose, repeat or
reorder packets. The kernel below it sees perfect lines, acknowledges at once and never slows down or sends again; to
the nodes a line that loses much shows as connections that break, and that is what is done here instead.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

CHUNK = 8 * 1024
"""Bytes that are passed on at once: at 1 Mbit/s a sixteenth of a second."""
HELD = 64
"""Chunks that are on their way at a time in each direction; more are not read from the sender."""
RESET_EVERY_S = 15.0
"""How often a connection breaks on a line that loses packets, on average."""


@dataclass(frozen=True, kw_only=True)
class BadLine:
    """How bad lines are. `loss` and `reorder` are in percent, 0 for what is in order."""

    delay_ms: int = 0
    jitter_ms: int = 0
    loss: int = 0
    reorder: int = 0
    rate_kbit: int = 0

    @property
    def queue(self) -> tuple[str, ...]:
        """The same as a queue of the kernel (tc-netem(8), tc-tbf(8)).

        >>> " ".join(BadLine(rate_kbit=1000).queue)
        'tbf rate 1000kbit burst 32kbit latency 400ms'
        """
        if not (self.delay_ms or self.loss or self.reorder):
            return ("tbf", "rate", f"{self.rate_kbit}kbit", "burst", "32kbit", "latency", "400ms")
        words = ["netem", "delay", f"{self.delay_ms}ms", f"{self.jitter_ms}ms"]
        words += ["loss", f"{self.loss}%"] if self.loss else []
        words += ["reorder", f"{self.reorder}%"] if self.reorder else []
        return (*words, *(["rate", f"{self.rate_kbit}kbit"] if self.rate_kbit else []))

    @property
    def by_proxy(self) -> str:
        """What proxies do of it, and what not; empty if they do all of it."""
        if not (self.loss or self.reorder):
            return ""
        return f"packets lost or reordered: proxies broke connections instead, every {RESET_EVERY_S:.0f} s on average"


GOOD = BadLine()


class Lines:
    """A proxy for each direction between any two of so many places on the loopback, from the start to `close`."""

    def __init__(self, ports: list[int], *, seed: int = 0) -> None:
        self._ports = ports
        self._chance = random.Random(seed)
        self._bad = [GOOD] * len(ports)
        self._free_at = [0.0] * len(ports)
        self._cut: set[frozenset[int]] = set()
        self._mended: asyncio.Event
        self._connections: set[_Connection] = set()
        self._addresses: dict[tuple[int, int], int] = {}
        self.resets = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)
        self._thread.start()
        self._do(self._open())

    def port(self, here: int, there: int) -> int:
        """Where `here` dials to reach `there`."""
        return self._addresses[here, there]

    def cut(self, lines: Iterable[tuple[int, int]]) -> None:
        """Nothing passes any more between these two, and nobody is told so: as by a firewall that drops."""
        self._do(self._change(cut={frozenset(line) for line in lines}))

    def impair(self, places: Iterable[int], bad: BadLine) -> None:
        """Whatever these send goes by bad lines."""
        self._do(self._change(bad=dict.fromkeys(places, bad)))

    def mend(self) -> None:
        """All lines are good; what was held back comes through."""
        self._do(self._mend())

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # On the loop.

    def is_cut(self, here: int, there: int) -> bool:
        return frozenset((here, there)) in self._cut

    async def until_open(self, here: int, there: int) -> None:
        while self.is_cut(here, there):
            await self._mended.wait()

    def arrives_at(self, here: int, size: int) -> float:
        """When bytes that `here` sends now arrive: behind what it sends already, and after the delay of its line."""
        bad, now = self._bad[here], self._loop.time()
        begins = max(now, self._free_at[here])
        ends = begins + (size * 8 / (bad.rate_kbit * 1000) if bad.rate_kbit else 0.0)
        self._free_at[here] = ends
        return ends + max(0.0, self._chance.uniform(bad.delay_ms - bad.jitter_ms, bad.delay_ms + bad.jitter_ms)) / 1000

    def lasts_s(self, here: int, there: int) -> float | None:
        """After how many seconds the connection breaks; None for never."""
        if not (self._bad[here].loss or self._bad[there].loss):
            return None
        return self._chance.expovariate(1 / RESET_EVERY_S)

    def forget(self, connection: _Connection) -> None:
        self._connections.discard(connection)

    def _do(self, work: Any) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(10)

    async def _open(self) -> None:
        self._mended = asyncio.Event()
        self._servers = []
        for here in range(len(self._ports)):
            for there in range(len(self._ports)):
                if here != there:
                    server = await asyncio.start_server(self._taking(here, there), "127.0.0.1", 0)
                    self._servers.append(server)
                    self._addresses[here, there] = server.sockets[0].getsockname()[1]

    def _taking(self, here: int, there: int) -> Any:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = _Connection(self, here, there, reader, writer)
            self._connections.add(connection)
            await connection.run(self._ports[there])

        return take

    async def _change(self, *, cut: set[frozenset[int]] | None = None, bad: dict[int, BadLine] | None = None) -> None:
        self._cut |= cut or set()
        for place, line in (bad or {}).items():
            self._bad[place] = line
        self._mended.clear()
        for connection in self._connections:
            connection.changed()

    async def _mend(self) -> None:
        self._cut.clear()
        self._bad = [GOOD] * len(self._ports)
        self._free_at = [0.0] * len(self._ports)
        self._mended.set()
        for connection in self._connections:
            connection.changed()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._mended.set()
        for connection in list(self._connections):
            connection.reset()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Connection:
    """What one node dialled, and what the proxy dialled for it."""

    def __init__(
        self, lines: Lines, here: int, there: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._lines = lines
        self._ends = (here, there)
        self._near = (reader, writer)
        self._writers = [writer]
        self._breaking: asyncio.TimerHandle | None = None

    async def run(self, port: int) -> None:
        here, there = self._ends
        try:
            await self._lines.until_open(here, there)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            self._writers.append(writer)
            self.changed()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(here, there, self._near[0], writer))
                group.create_task(self._carry(there, here, reader, self._near[1]))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self.reset()
            self._lines.forget(self)

    def changed(self) -> None:
        """Lines are better or worse from now on: it may have to break some time."""
        if self._breaking is not None:
            self._breaking.cancel()
        lasts = self._lines.lasts_s(*self._ends)
        self._breaking = None if lasts is None else asyncio.get_running_loop().call_later(lasts, self._break)

    def reset(self) -> None:
        """Both ends learn that it is broken."""
        if self._breaking is not None:
            self._breaking.cancel()
        for writer in self._writers:
            with suppress(RuntimeError):
                writer.transport.abort()

    def _break(self) -> None:
        self._lines.resets += 1
        self.reset()

    async def _carry(self, here: int, there: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read what one end sends, and write it to the other when it has arrived, in its order."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(HELD)
        delivering = asyncio.create_task(self._deliver(here, there, under_way, writer))
        try:
            while chunk := await reader.read(CHUNK):
                await under_way.put((self._lines.arrives_at(here, len(chunk)), chunk))
                if delivering.done():
                    break
            await under_way.put((0.0, b""))
            await delivering
        finally:
            delivering.cancel()
        raise ConnectionResetError  # one end is gone: so is the other

    async def _deliver(
        self, here: int, there: int, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, chunk = await under_way.get()
            if not chunk:
                return
            await asyncio.sleep(max(0.0, at - loop.time()))
            await self._lines.until_open(here, there)
            writer.write(chunk)
            await writer.drain()
