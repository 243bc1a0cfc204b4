"""A network of pairs, each a process of its own, as seen by those who do things to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from pair_child import Life
from pair_ground import Ground, make_ground
from pair_lines import BadLine

from cometbft_world import keys_of_node
from ledger_world import genesis
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.files import node_id
from transire.engines.cometbft.settings import PairSettings
from transire.ledger.genesis import Genesis

CHILD = Path(__file__).with_name("pair_child.py")
LONG_S = 150.0
"""Longer than anything here takes on a machine that many others use as well."""
ASK_S = 30.0
VALIDATORS = 4


class Silent(Exception):
    """A pair does not answer: it is dead, stopped or not yet there."""


class Refused(Exception):
    """What a pair answered instead of what was asked; `code` is that of the error."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class PairProcess:
    """One pair: its folder, its place on the ground, and its process while it has one."""

    def __init__(self, folder: Path, place: int, settings: PairSettings, prefix: Sequence[str]) -> None:
        self.folder = folder
        self.place = place
        self.settings = settings
        self._prefix = list(prefix)
        self._process: subprocess.Popen[bytes] | None = None
        self._frozen: list[int] = []

    def start(self, *, environment: Mapping[str, str] | None = None, wrapper: Sequence[str] = (), **life: Any) -> None:
        """Start the process; `life` as in `pair_child.Life`. Does not wait until it answers."""
        assert not self.runs, f"pair {self.place} runs already"
        facts: dict[str, Any] = {"validator": self.place, "node": self.place, "settings": self.settings}
        (self.folder / "life.json").write_bytes(msgspec.json.encode(Life(**(facts | life))))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, *wrapper, sys.executable, str(CHILD), str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
            )

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def ask(self, name: str, *, within: float = ASK_S, **facts: Any) -> Any:
        """What the pair answers; raises `Silent` or `Refused`."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
                asking.settimeout(within)
                asking.connect(str(self.folder / "control"))
                asking.sendall(json.dumps({"ask": name, **facts}).encode() + b"\n")
                with asking.makefile("rb") as answering:
                    line = answering.readline()
        except OSError as error:
            raise Silent(f"pair {self.place}: {error}") from error
        if not line.endswith(b"\n"):
            raise Silent(f"pair {self.place} ended before it answered")
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer["text"])
        return answer["told"]

    @property
    def height(self) -> int:
        """Its last committed height; -1 while it does not answer."""
        try:
            return int(self.ask("height", within=5.0))
        except (Silent, Refused):
            return -1

    @property
    def failure(self) -> str:
        """Why it stopped, as its status says; empty while it goes on or does not answer."""
        try:
            return str(self.ask("status", within=5.0)["failure"])
        except (Silent, Refused):
            return ""

    def send(self, number: signal.Signals) -> None:
        if self.runs:
            os.kill(self.pid, number)

    def freeze(self) -> None:
        """SIGSTOP to the application, then to its CometBFT."""
        below = self.ask("status")["pid"]
        self._frozen = [self.pid, *([below] if below else [])]
        for pid in self._frozen:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._frozen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._frozen = []

    def kill(self) -> None:
        """SIGKILL; CometBFT dies with it."""
        self.send(signal.SIGKILL)
        self.ended()

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self.send(signal.SIGTERM)
        self.ended()

    def kill_cometbft(self) -> None:
        """SIGKILL to CometBFT alone."""
        pid = self.ask("status")["pid"]
        if pid is not None:
            os.kill(int(pid), signal.SIGKILL)

    def ended(self, within: float = LONG_S) -> int:
        """Wait until the process has ended; its exit status, negative for a signal."""
        assert self._process is not None
        try:
            status = self._process.wait(within)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"pair {self.place} did not end within {within:.0f} s\n{self.log()}") from error
        if self._process.stdin is not None:
            self._process.stdin.close()
        return status

    def founded_again(self, founded: Genesis) -> None:
        """Let it begin anew with the genesis. What its validator signed last stays: it must not sign anything twice."""
        home = self.folder / "ledger"
        signed = {path.name: path.read_bytes() for path in (home / "cometbft" / "data").glob("signed-*.json")}
        shutil.rmtree(home)
        CometBftEngine.create(home, founded, keys_of_node(self.place), self.settings).close()
        data = home / "cometbft" / "data"
        data.mkdir(parents=True, mode=0o700)
        for name, content in signed.items():
            (data / name).write_bytes(content)

    def cometbft_log(self) -> str:
        """All that its CometBFT wrote since its log was turned over."""
        path = self.folder / "ledger" / "cometbft" / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def log(self) -> str:
        """The end of what it wrote, and what each of its threads does now."""
        self.send(signal.SIGUSR1)
        time.sleep(0.5)
        path = self.folder / "log"
        return path.read_text(errors="replace")[-8000:] if path.exists() else ""


class PairNetwork:
    """Validators on a ground; more pairs may be added at places that are left. Use as a context.

    `lives` are the first lives of the validators, `more` the settings that all of them have; with `rpc` they tell light
    blocks to who joins. `bad_lines` are those that the ground must be able to make.
    """

    def __init__(
        self,
        program: str,
        *,
        validators: int = VALIDATORS,
        places: int = 0,
        lives: Sequence[Mapping[str, Any]] = (),
        rpc: bool = False,
        bad_lines: Sequence[BadLine] = (),
        **more: Any,
    ) -> None:
        self.program = program
        self.validators = validators
        self.genesis = genesis(validators=validators)
        self.ground: Ground = make_ground(places or validators, bad_lines)
        self._lives = [*lives, *[{}] * validators][:validators]
        self.folder = Path(tempfile.mkdtemp(prefix="transire-net-"))
        self._more = more
        self._serves_light_blocks = rpc
        self.pairs = [self._made(place) for place in range(validators)]

    def __enter__(self) -> PairNetwork:
        try:
            for pair, life in zip(self.pairs, self._lives, strict=True):
                pair.start(**life)
            self.wait(2)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process, take away ground and folder."""
        for pair in self.pairs:
            with suppress(Exception):
                pair.thaw()
            with suppress(Exception):
                pair.kill()
        self.ground.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, place: int, *, name: str = "", **more: Any) -> PairProcess:
        """A further pair, not started: it follows the network, and validates if it is voted in."""
        made = self._made(place, name=name, **more)
        self.pairs.append(made)
        return made

    def wait(self, height: int, pairs: Iterable[PairProcess] | None = None, within: float = LONG_S) -> None:
        """Wait until these, or all, have that height."""
        for pair in self.pairs if pairs is None else pairs:
            until(lambda pair=pair: pair.height >= height, within, lambda pair=pair: self._why(pair, height))

    @property
    def height(self) -> int:
        """The highest height of all."""
        return max(pair.height for pair in self.pairs)

    def _why(self, pair: PairProcess, height: int) -> str:
        heights = [one.height for one in self.pairs]
        state = "runs" if pair.runs else f"has ended with {pair.ended()}"
        return f"pair {pair.place} {state} and is not at height {height}; all are at {heights}\n{pair.log()}"

    def _made(self, place: int, *, name: str = "", **more: Any) -> PairProcess:
        folder = self.folder / (name or f"n{place}")
        folder.mkdir()
        settings = self._settings(place, **more)
        keys = keys_of_node(place)
        CometBftEngine.create(folder / "ledger", self.genesis, keys, settings).close()
        return PairProcess(folder, place, settings, self.ground.prefix(place))

    def _settings(self, place: int, **more: Any) -> PairSettings:
        host, port = self.ground.addresses[place]
        peers = tuple(
            f"{node_id(keys_of_node(other).node.public)}@{address}:{its_port}"
            for other in range(self.validators)
            if other != place
            for address, its_port in (self.ground.dialled(place, other),)
        )
        facts: dict[str, Any] = {"moniker": f"n{place}", "p2p_host": host, "p2p_port": port, "peers": peers}
        quick = {"binary": self.program, "idle_s": 1.0, "propose_ms": 3000, "snapshot_every": 0}
        if self._serves_light_blocks:
            quick["rpc_listen"] = f"{host}:{port + 1}"
        return PairSettings(**(facts | quick | self._more | more))


def until(condition: Callable[[], bool], within: float = LONG_S, why: Callable[[], str] = lambda: "") -> float:
    """Wait for a condition; returns the seconds that it took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() > begun + within:
            raise AssertionError(f"not within {within:.0f} s: {why()}")
        time.sleep(0.1)
    return time.monotonic() - begun
