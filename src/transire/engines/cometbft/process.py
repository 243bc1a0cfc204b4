"""CometBFT as a child of this process: started, watched, started again, stopped.

It ends with us: the kernel kills it when the thread that started it dies, however we die. When it ends by itself it is
started again, whatever its exit code (after `CONSENSUS FAILURE` it is 0), unless it ended several times in a row
without one call that moved the chain on. When it hangs, no call comes either: after a while it is killed and started
again, with patience that doubles each time, since a network that has lost a third of its power is just as silent.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

from transire.engines.cometbft.errors import CometBftFailed
from transire.engines.cometbft.files import RPC_SOCKET, KeyFiles, PairKeys
from transire.engines.errors import ReplicaDiffers

STOP_S: Final = 8.0
"""How long CometBFT may take to end when it is asked to; then it is killed."""
MOST_SILENCE_S: Final = 600.0
FRUITLESS: Final = 5
"""Ends in a row without progress after which there is no use in another start."""
BACKOFF_S: Final = 0.5
LOG_BYTES: Final = 64 << 20
LOG_FILE: Final = "log"
_TAIL: Final = 4000
_LONG_TAIL: Final = 1 << 20
# What a header says of the application's state, and so what two nodes with different states cannot agree about.
_OF_STATE: Final = (
    r"[^\n]*?(wrong Block\.Header\.(?:AppHash|ConsensusHash|LastResultsHash|ValidatorsHash|NextValidatorsHash)[^\n\"]*)"
)
_DIFFERENT: Final = re.compile(r"(?:reactor validation error|CONSENSUS FAILURE)" + _OF_STATE)
_DISPUTED: Final = re.compile(r"(?:reactor validation error|CONSENSUS FAILURE|prevoting nil)" + _OF_STATE)
_REJECTED: Final = re.compile(
    r"(?:Inbound Peer rejected|Error dialing peer|reconnecting to peer)[^\n]*?err=\"([^\"\n]*)\""
)
_OF_THE_LINE: Final = re.compile(
    r"EOF|connection re(?:set|fused)|broken pipe|timeout|no route|unreachable|closed|duplicate"
)
"""What a line or a node that is away brings about, and no peer is to blame for."""
TOLD_REJECTIONS: Final = 100
"""So many different reasons are told; more would fill our log as well."""
LISTEN_S: Final = 2.0
"""How often CometBFT's log is looked into for peers that it refused."""
_COMMITTED: Final = "committed state"
"""What CometBFT writes for each block that it and the application have taken."""

_LEASH: Final = (
    "import ctypes,os,sys;"
    "ctypes.CDLL(None).prctl(1,9);"  # PR_SET_PDEATHSIG, SIGKILL; it survives exec
    "os.getppid()==int(sys.argv[1]) or sys.exit(1);"
    "os.execv(sys.argv[2],sys.argv[2:])"
)

log = logging.getLogger("transire.engine.cometbft")


class CometBftProcess:
    """The program in its folder. `before_start` runs before each start, `on_failure` when there will be no other."""

    def __init__(
        self,
        program: Path,
        home: Path,
        keys: PairKeys,
        *,
        before_start: Callable[[], None],
        on_failure: Callable[[Exception], None],
        silence_s: float,
    ) -> None:
        self._program = program
        self._home = home
        self._keys = keys
        self._before_start = before_start
        self._on_failure = on_failure
        self._silence_s = silence_s
        self._closing = Event()
        self._last_progress = time.monotonic()
        self._progress = 0
        self._log_begins = 0
        self._heard_until = 0
        self._rejections: set[str] = set()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: Thread | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    @property
    def silent_s(self) -> float:
        """Seconds since CometBFT last asked anything that moves the chain on."""
        return time.monotonic() - self._last_progress

    def start(self) -> None:
        """Start it, and keep it running from now on."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="transire-cometbft", daemon=True)
            self._thread.start()

    def stop(self, within: float = 3 * STOP_S) -> bool:
        """End it, and wait until it has ended, so long at most; then it is killed. Whether its supervisor has ended."""
        self.abandon()
        if self._thread is None:
            return True
        self._thread.join(within)
        if self._thread.is_alive() and self._child is not None:
            self._child.kill()
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """End it without waiting, and do not start it again. From any thread, its own included."""
        self._closing.set()

    def progressed(self) -> None:
        """CometBFT asked something that moves the chain on."""
        self._last_progress = time.monotonic()
        self._progress += 1

    def last_words(self) -> str:
        """The last error that it wrote into its log."""
        lines = _tail(self._home / LOG_FILE).splitlines()
        told = [line for line in lines if line.startswith(("E[", "panic", "ERROR", "Error"))]
        return (told or lines or ["nothing"])[-1][:600]

    def _differing(self) -> str:
        """What this run said of a block that validators made final and that shows another app_hash than ours.

        There is no use in another start. While it follows the chain CometBFT does not end over this: it asks every peer
        for a better block, for ever, and is silent.
        """
        found = _DIFFERENT.search(_tail(self._home / LOG_FILE, since=self._log_begins))
        return "" if found is None else found.group(1)[:300]

    def disputed(self) -> str:
        """What validators do not agree about since the last block, as this node's CometBFT wrote it; empty for nothing.

        Said once a round while it lasts: no block, and no end either. One validator that errs is outvoted in the next
        round; where it lasts, nobody is in the right by more than two thirds.
        """
        return disputed_in(self._home)

    def _tell_rejections(self) -> None:
        """Say why peers were refused, once for each reason: CometBFT does at each of their attempts, in its own log."""
        heard, self._heard_until = self._heard_until, _size(self._home / LOG_FILE)
        for reason in rejections_of(_tail(self._home / LOG_FILE, since=min(heard, self._heard_until))):
            # A stranger's numbers make no new reason: it could use up all that are told.
            kind = re.sub(r"\b\d+\b", "#", reason)
            if kind not in self._rejections and len(self._rejections) < TOLD_REJECTIONS:
                self._rejections.add(kind)
                log.warning("a peer was refused: %s", reason)

    def _run(self) -> None:
        try:
            self._supervise()
        except Exception as error:  # no room for a log, no process to be had: say it, and leave nothing running
            log.exception("CometBFT can be watched no longer")
            self._on_failure(error)
        finally:
            if self._child is not None:
                end(self._child)

    def _supervise(self) -> None:
        fruitless, patience = 0, self._silence_s
        while not self._closing.is_set():
            before = self._progress
            self._before_start()
            self._child = self._spawn()
            hung = self._watch(self._child, patience)
            if self._closing.is_set():
                break
            differing = self._differing()
            if differing:
                log.error("more than two thirds of the validators come to another state: %s", differing)
                self._on_failure(ReplicaDiffers(got=differing))
                return
            moved = self._progress > before
            patience = self._silence_s if moved else min(patience * 2, MOST_SILENCE_S) if hung else patience
            fruitless = 0 if moved or hung else fruitless + 1
            if fruitless >= FRUITLESS:
                log.error("CometBFT ended %d times without progress: %s", fruitless, self.last_words())
                self._on_failure(CometBftFailed(got=self.last_words()))
                return
            self.restarts += 1
            log.warning("CometBFT %s, starting it again: %s", "hung" if hung else "ended", self.last_words())
            self._closing.wait(BACKOFF_S * 2**fruitless)

    def _watch(self, child: subprocess.Popen[bytes], patience: float) -> bool:
        """Wait until it ends or we close; one that is silent for too long is killed, and True returned."""
        self._last_progress = listened = time.monotonic()
        while not self._closing.is_set() and child.poll() is None:
            self._closing.wait(0.1)
            if time.monotonic() - listened > LISTEN_S:
                listened = time.monotonic()
                self._tell_rejections()
            if self.silent_s > patience:
                end(child)
                return True
        return False

    def _spawn(self) -> subprocess.Popen[bytes]:
        (self._home / RPC_SOCKET).unlink(missing_ok=True)
        _turn_over(self._home / LOG_FILE)
        self._log_begins = _size(self._home / LOG_FILE)
        keys = KeyFiles(self._keys)
        try:
            with (self._home / LOG_FILE).open("ab") as output:
                command = [str(self._program), "start", "--home", str(self._home)]
                return subprocess.Popen(  # noqa: S603 - the program was checked, the arguments are ours
                    [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command],
                    cwd=self._home,
                    env={**os.environ, **keys.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=keys.descriptors,
                    # Ctrl-C on a terminal goes to us alone: we end it in our own order.
                    start_new_session=True,
                )
        finally:
            keys.close()


def disputed_in(home: Path) -> str:
    """What the log in CometBFT's folder says last of a state that others do not share, unless a block came after it."""
    text = _tail(home / LOG_FILE, since=0)
    found = _DISPUTED.findall(text, max(text.rfind(_COMMITTED), 0))
    return found[-1][:300] if found else ""


def rejections_in(home: Path) -> list[str]:
    """Why peers were refused of late, by the end of the log in CometBFT's folder; each reason once."""
    return rejections_of(_tail(home / LOG_FILE, since=0))


def rejections_of(text: str) -> list[str]:
    """Why peers were refused, as CometBFT's log has it; each reason once. That a line breaks is no refusal.

    >>> rejections_of('I[] Inbound Peer rejected module=p2p err="incompatible: peer is on a different network" n=0')
    ['incompatible: peer is on a different network']
    >>> rejections_of('I[] Error dialing peer err="dial tcp 10.0.0.1:1: i/o timeout"')
    []
    >>> rejections_of('I[] Inbound Peer rejected err="incompatible: half a li')
    []
    """
    return [reason[:300] for reason in dict.fromkeys(_REJECTED.findall(text)) if not _OF_THE_LINE.search(reason)]


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and kill it if it does not."""
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        with suppress(subprocess.TimeoutExpired):  # the kernel ends it when the disk lets go of it
            child.wait(STOP_S)


def _turn_over(path: Path) -> None:
    """Keep one log before the present one, so that an old node does not fill its disk."""
    if _size(path) > LOG_BYTES:
        path.replace(path.with_suffix(".old"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _tail(path: Path, *, since: int | None = None) -> str:
    """The end of a file: from a place on (a million bytes at most), or some screens of it."""
    size = _size(path)
    begin = size - _TAIL if since is None else max(since, size - _LONG_TAIL)
    try:
        with path.open("rb") as file:
            file.seek(max(0, begin))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
