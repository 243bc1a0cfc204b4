"""What the rows of the fault suite are made of: a network under load, faults that are done to it, what was seen."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Thread
from typing import Any

from pair_checks import check_everything
from pair_ground import CannotHere
from pair_load import PairLoad
from pair_network import LONG_S, PairNetwork, PairProcess, until

SAMPLE_S = 5.0
"""So long a fault lasts in a selection, at most."""
UNDER_WAY_S = 4.0
"""So long a block that was under way may still be finished after a fault began."""


class Meanwhile(Enum):
    """What the network does while a fault lasts."""

    GOES_ON = "goes on"
    HALTS = "makes no block"
    EITHER = "may do either"


@dataclass
class Seen:
    """What was seen in a row: how often something was done, what held, and figures."""

    done: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    recovered_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    """Of its networks, one after the other."""

    def did(self, what: str, times: int = 1) -> None:
        self.done[what] = self.done.get(what, 0) + times

    def holds(self, what: str, times: int = 1) -> None:
        self.held[what] = self.held.get(what, 0) + times


@dataclass
class Scene:
    """A network under load, and the journal of what is done to it."""

    network: PairNetwork
    load: PairLoad
    seen: Seen
    chance: random.Random
    whole: bool
    """Whether all is done as often and as long as the row asks; else a shorter selection."""
    hit: list[PairProcess] = field(default_factory=list)
    """Those to whom the present fault is done."""
    marks: dict[str, int] = field(default_factory=dict)
    """What the beginning of a fault leaves for its end."""
    missing: list[str] = field(default_factory=list)
    """What of the faults cannot be had on this machine."""
    worker: Thread | None = None
    ended: Event = field(default_factory=Event)
    """Who makes a fault while it lasts, and tells when it is over."""

    @property
    def pairs(self) -> list[PairProcess]:
        return self.network.pairs

    @property
    def spared(self) -> list[PairProcess]:
        return [pair for pair in self.pairs if pair not in self.hit]

    def choose(self, count: int = 1) -> list[PairProcess]:
        """Some pairs by chance, which the fault is done to."""
        self.hit = self.chance.sample(self.pairs, count)
        return self.hit

    def go_on(self, pairs: Sequence[PairProcess] | None = None, blocks: int = 2) -> float:
        """Wait until these, or all, are some blocks beyond what is the highest now; the seconds that it took."""
        begun, goal = time.monotonic(), self.network.height + blocks
        self.network.wait(goal, pairs)
        return time.monotonic() - begun


@dataclass(frozen=True)
class Fault:
    """Something that is done to a running network, lasts, and is undone."""

    name: str
    begin: Callable[[Scene], None]
    end: Callable[[Scene], None]
    meanwhile: Meanwhile
    lasts_s: float = 2.0
    times: int = 1
    sample: int = 1
    """How often it is done in a selection."""

    def inflict(self, scene: Scene) -> None:
        """Do it, see what the network does meanwhile, undo it, and wait until everybody has caught up."""
        for _ in range(self.times if scene.whole else self.sample):
            scene.load.phase = "during"
            self.begin(scene)
            self._watch(scene)
            self.end(scene)
            scene.load.phase = "after"
            scene.seen.recovered_s.append(scene.go_on())
            scene.hit = []
            scene.seen.did(self.name)

    def _watch(self, scene: Scene) -> None:
        if self.meanwhile is Meanwhile.HALTS:
            self._watch_halt(scene)
            return
        until_s = time.monotonic() + self._lasts_s(scene)
        if self.meanwhile is Meanwhile.GOES_ON:
            scene.go_on(scene.spared)
            scene.seen.holds("the others went on")
        time.sleep(max(0.0, until_s - time.monotonic()))

    def _lasts_s(self, scene: Scene) -> float:
        return self.lasts_s if scene.whole else min(self.lasts_s, SAMPLE_S)

    def _watch_halt(self, scene: Scene) -> None:
        """No block, and no answer but about blocks that were proved before: one that a node cannot give yet, since it
        lacks the newest block, another may."""
        time.sleep(UNDER_WAY_S)
        before = sorted(pair.height for pair in scene.spared)
        time.sleep(self._lasts_s(scene))
        after = sorted(pair.height for pair in scene.spared)
        assert after == before, f"blocks during a halt: {before}, then {after}"
        unproved = [entry.height for entry in scene.load.acknowledged if entry.height >= max(before)]
        assert not unproved, f"answers about blocks that nothing proves at {before}: {unproved}"
        scene.seen.holds("no block during the halt, no answer that it does not prove")


@dataclass(frozen=True)
class Row:
    """A row of the fault suite."""

    number: int
    fault: str
    must_hold: str
    act: Callable[[Scene], None] | None = None
    alone: Callable[[Seen, str, float, bool], None] | None = None
    """What a row does that makes its own networks, or none: given the program of CometBFT, the rate and `whole`."""
    faults: tuple[Fault, ...] = ()
    found: str = ""
    """What a failure in an earlier run came from, once that is known and mended."""
    places: int = 4
    settings: dict[str, Any] = field(default_factory=dict)

    def run(self, program: str, seen: Seen, *, rate: float, whole: bool) -> None:
        """Run it; what does not hold is an AssertionError, what this machine cannot do a `CannotHere`.

        A fault that cannot be made here does not keep the others, or the checks, from being made.
        """
        if self.alone is not None:
            self.alone(seen, program, rate, whole)
            return
        with staged(program, rate, seen, whole, places=self.places, **self.settings) as scene:
            missing = self.play(scene)
        if missing:
            raise CannotHere("; ".join(missing))

    def play(self, scene: Scene) -> list[str]:
        """Do it on a network that is there; returns what cannot be done here."""
        for fault in self.faults:
            try:
                fault.inflict(scene)
            except CannotHere as error:
                scene.missing.append(f"{fault.name}: {error}")
        if self.act is not None:
            self.act(scene)
        return scene.missing


@contextmanager
def staged(
    program: str, rate: float, seen: Seen, whole: bool, *, checks: bool = True, **network: Any
) -> Iterator[Scene]:
    """A network under load; in the end everything is checked on all pairs of it."""
    with PairNetwork(program, **network) as made:
        seen.grounds.append(made.ground.kind)
        load = PairLoad(made, rate)
        load.start()
        try:
            scene = Scene(made, load, seen, random.Random(20261128), whole)
            until(lambda: len(load.acknowledged) >= 20, LONG_S, lambda: f"nothing is answered: {load.refusals}")
            yield scene
            if checks:
                time.sleep(1.0)
                record(seen, check_everything(made, load, made.pairs))
        finally:
            load.close()


def record(seen: Seen, counted: dict[str, int]) -> None:
    """Enter what the checkers counted."""
    seen.holds("acknowledged actions on every node, once, at their place", counted["actions"])
    seen.holds("heights with one app_hash on every node", counted["heights"])
    seen.holds("allowances drawn to what they hold and no further", counted["allowances"])
    seen.holds("receipts verified offline", counted["receipts"])
    seen.holds("replicas whole to the last row", counted["replicas"])


def summary(values: Sequence[float]) -> str:
    """Median and most of some seconds.

    >>> summary([1.0, 3.0, 2.0])
    'median 2.0 s, at most 3.0 s'
    """
    if not values:
        return ""
    return f"median {statistics.median(values):.1f} s, at most {max(values):.1f} s"
