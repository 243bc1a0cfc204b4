"""Where the pairs of a network live: each in a network namespace of its own, or all on the loopback behind proxies.

The namespaces hang on a bridge in one more namespace, so nothing of it is seen outside, no port can be taken by
somebody else, and several networks may live at one time. Their names hold the process that made them: what a killed run
left behind is swept away by the next one.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Protocol

from pair_lines import BadLine, Lines

from cometbft_world import free_ports

PORT = 26656
_NAME = re.compile(r"^transire-(\d+)-")


class CannotHere(Exception):
    """A fault that this machine or this ground cannot make; the text says why."""


class Ground(Protocol):
    """Addresses for so many pairs, and what can be done to the lines between them."""

    kind: str
    addresses: Sequence[tuple[str, int]]

    def prefix(self, place: int) -> list[str]:
        """What to put before a command that shall run at that place."""

    def dialled(self, here: int, there: int) -> tuple[str, int]:
        """The address by which one place reaches another."""

    def cut(self, lines: Iterable[tuple[int, int]]) -> None:
        """No packet passes between these two any more, in both directions."""

    def mend(self) -> None:
        """All lines are as they were at first."""

    def impair(self, places: Iterable[int], bad: BadLine) -> str:
        """Everything that these send goes by bad lines. Returns what of it cannot be had here."""

    def close(self) -> None:
        """End every process there and take it all away."""


class Loopback:
    """All on 127.0.0.1 at free ports; each dials each other through a proxy (`pair_lines`)."""

    kind = "loopback, lines by proxies"

    def __init__(self, count: int) -> None:
        ports = free_ports(count)
        self.addresses = [("127.0.0.1", port) for port in ports]
        self._lines = Lines(ports)

    def prefix(self, place: int) -> list[str]:
        return []

    def dialled(self, here: int, there: int) -> tuple[str, int]:
        return "127.0.0.1", self._lines.port(here, there)

    def cut(self, lines: Iterable[tuple[int, int]]) -> None:
        self._lines.cut(lines)

    def mend(self) -> None:
        self._lines.mend()

    def impair(self, places: Iterable[int], bad: BadLine) -> str:
        self._lines.impair(places, bad)
        return bad.by_proxy

    def close(self) -> None:
        self._lines.close()


class Namespaces:
    """Each pair in its namespace, joined by veth pairs to one bridge."""

    kind = "network namespaces"

    def __init__(self, count: int) -> None:
        self._name = f"transire-{os.getpid()}-{secrets.token_hex(3)}"
        self._count = count
        self._hub = f"{self._name}-hub"
        self._cut: set[tuple[int, int]] = set()
        self._impaired: set[int] = set()
        self.addresses = [(f"10.77.0.{place + 1}", PORT) for place in range(count)]
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def prefix(self, place: int) -> list[str]:
        return ["ip", "netns", "exec", self._at(place)]

    def dialled(self, here: int, there: int) -> tuple[str, int]:
        return self.addresses[there]

    def cut(self, lines: Iterable[tuple[int, int]]) -> None:
        """By a route to nowhere on both sides: a firewall that drops, not one that answers."""
        for one, other in lines:
            for here, there in ((one, other), (other, one)):
                if (here, there) not in self._cut:
                    _ip("-n", self._at(here), "route", "add", "blackhole", self.addresses[there][0])
                    self._cut.add((here, there))

    def mend(self) -> None:
        for here, there in sorted(self._cut):
            _ip("-n", self._at(here), "route", "del", "blackhole", self.addresses[there][0])
        self._cut.clear()
        for place in sorted(self._impaired):
            _run("tc", "-n", self._at(place), "qdisc", "del", "dev", "eth0", "root")
        self._impaired.clear()

    def impair(self, places: Iterable[int], bad: BadLine) -> str:
        for place in places:
            try:
                _run("tc", "-n", self._at(place), "qdisc", "replace", "dev", "eth0", "root", *bad.queue)
            except subprocess.CalledProcessError as error:
                raise CannotHere(f"this kernel has no such queue: {error.stderr.strip()}") from error
            self._impaired.add(place)
        return ""

    def close(self) -> None:
        for name in (*(self._at(place) for place in range(self._count)), self._hub):
            _take_away(name)

    def _at(self, place: int) -> str:
        return f"{self._name}-{place}"

    def _make(self) -> None:
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._hub, "link", "set", "bridge", "up")
        for place, (address, _) in enumerate(self.addresses):
            at = self._at(place)
            _ip("netns", "add", at)
            _ip("-n", self._hub, "link", "add", f"n{place}", "type", "veth", "peer", "name", "eth0", "netns", at)
            _ip("-n", self._hub, "link", "set", f"n{place}", "master", "bridge", "up")
            _ip("-n", at, "addr", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", at, "link", "set", device, "up")


def make_ground(count: int, bad: Iterable[BadLine] = ()) -> Ground:
    """Namespaces where they can be had and their kernel has queues for these bad lines, else the loopback."""
    if why_no_namespaces():
        return Loopback(count)
    sweep()
    made = Namespaces(count)
    try:
        for line in bad:
            made.impair([0], line)
            made.mend()
    except CannotHere:
        made.close()
        return Loopback(count)
    return made


def why_no_namespaces() -> str:
    """Why there are no network namespaces here; empty if there are."""
    if os.geteuid() != 0:
        return "not root"
    if shutil.which("ip") is None or shutil.which("tc") is None:
        return "iproute2 is not installed"
    probe = f"transire-{os.getpid()}-probe"
    try:
        _ip("netns", "add", probe)
        _ip("netns", "del", probe)
    except subprocess.CalledProcessError as error:
        return f"namespaces are not allowed here: {error.stderr.strip()}"
    return ""


def sweep() -> None:
    """Take away the namespaces of runs that are dead."""
    for line in _run("ip", "netns", "list").splitlines():
        found = _NAME.match(line)
        if found and not os.path.exists(f"/proc/{found.group(1)}"):
            _take_away(line.split()[0])


def between(one: Iterable[int], other: Iterable[int]) -> list[tuple[int, int]]:
    """Every line from these to those.

    >>> between([0, 1], [3])
    [(0, 3), (1, 3)]
    """
    there = list(other)
    return [(a, b) for a in one for b in there]


def lines_of(count: int) -> list[tuple[int, int]]:
    """Every line of a network of that many."""
    return list(combinations(range(count), 2))


def _take_away(name: str) -> None:
    with suppress(subprocess.CalledProcessError):
        for pid in _run("ip", "netns", "pids", name).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "del", name)


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
