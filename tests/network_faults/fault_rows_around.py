"""Rows 14 to 18: votes, joining, no room, floods and an upgrade."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fault_scene import Row, Scene
from msgspec.structs import replace
from pair_ground import CannotHere
from pair_load import Entry
from pair_network import Refused, until

from cometbft_world import keys_of_node
from ledger_world import (
    AGENCY,
    CHAMBER,
    CUSTOMS,
    World,
    public,
)
from transire.crypto.canonical import Json
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.errors import CometBftMissing, CometBftWrong
from transire.engines.cometbft.settings import StateSync
from transire.ledger.possession import prove_validator

GOVERNORS = (CUSTOMS, CHAMBER, AGENCY)
DISK_BYTES = 48 << 20


# Row 14.


def vote_validators(scene: Scene) -> None:
    """A fifth validator comes, powers change, a key is rotated, one goes; each in force two blocks after its vote."""
    fifth = scene.network.add(4)
    fifth.start()
    scene.network.wait(scene.network.height, [fifth])
    scene.load.phase = "during"
    for what, place, operator, power in (
        ("added", 4, CHAMBER, 10),
        ("power changed", 0, CUSTOMS, 25),
        ("key rotated: the new one", 5, AGENCY, 10),
        ("key rotated: the old one removed", 1, CUSTOMS, 0),
        ("removed", 5, AGENCY, 0),
    ):
        height = _decide(scene, _seat(place, power, operator))
        scene.network.wait(height + 3)
        key = keys_of_node(place).validator.public.hex()
        for pair in scene.pairs:
            powers = [dict(pair.ask("validators", height=height + after)).get(key, 0) for after in (1, 2)]
            assert powers[1] == power, f"pair {pair.place}: {what}: {powers}"
            assert powers[0] != power
        scene.seen.did(f"validator {what}")
        scene.seen.holds("the change was in force at H+2 on every node, and not at H+1")
    scene.load.phase = "after"
    scene.go_on(blocks=4)


def _seat(place: int, power: int, operator: str) -> dict[str, Json]:
    key = keys_of_node(place).validator
    proof = prove_validator(operator, key)
    return {"type": "validator", "public": public(key), "power": power, "operator": operator, "possession": proof}


def _decide(scene: Scene, change: dict[str, Json]) -> int:
    """Have the governors carry a change through; the height that decided it."""
    world = World(genesis=scene.network.genesis)
    world.time, world.nonce = int(time.time()), time.time_ns()
    proposal = _carried(scene, world.sign("govern.propose/1", {"change": change}, by=GOVERNORS[0]))
    for governor in GOVERNORS[1:]:
        last = _carried(scene, world.sign("govern.approve/1", {"proposal": proposal.action}, by=governor))
    return last.height


def _carried(scene: Scene, raw: bytes) -> Entry:
    entry = scene.load.offer(raw)
    until(lambda: entry.answered, why=lambda: str(dict(scene.load.refusals)))
    assert entry.code == ""
    return entry


# Row 15.


def join_from_snapshots(scene: Scene) -> None:
    """A node joins from snapshots of which some peers serve bad chunks; those are asked for again elsewhere."""
    scene.network.wait(12)
    for how in ("corrupt", "missing", "of another place")[: None if scene.whole else 1]:
        liar = scene.pairs[3]
        liar.stop()
        liar.start(twist=("serves chunks", how))
        scene.go_on()
        height = scene.network.height - 1
        servers = tuple(f"http://{pair.settings.rpc_listen}" for pair in scene.pairs[:2])
        trusted = scene.pairs[0].ask("header_hash", height=height - 1)
        sync = StateSync(servers=servers, trust_height=height - 1, trust_hash=trusted)
        joining = scene.network.add(4, name=f"joins {how}".replace(" ", "-"), state_sync=sync)
        joining.start()
        until(lambda joining=joining: joining.height >= scene.pairs[0].height - 2, 240.0, joining.log)
        assert joining.ask("base") > 1
        scene.seen.did(f"joined while a peer served chunks {how}")
        scene.seen.holds("state of the joining node is that of the others")
        joining.kill()
        scene.pairs.remove(joining)
        liar.stop()
        liar.start()
    scene.go_on()


# Row 16.


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A small disk with room for not much, mounted over a folder."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        raise CannotHere(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def run_out_of_room(scene: Scene) -> None:
    """The disk of one pair is full: it stops and says so; with room it goes on. The same with file descriptors."""
    pair = scene.pairs[3]
    scene.hit, scene.load.phase = [pair], "during"
    pair.stop()
    home, kept = pair.folder / "ledger", pair.folder / "kept"
    home.rename(kept)
    home.mkdir()
    with small_disk(home):
        _copy(kept, home)
        shutil.rmtree(kept)
        pair.start()
        scene.go_on()
        _fill(home / "ballast")
        until(lambda: bool(pair.failure) or not pair.runs, why=lambda: "a full disk did not stop the pair")
        scene.seen.notes.append(f"said on the full disk: {pair.failure[:160] or 'ended'}")
        scene.seen.did("disk filled up under a pair")
        scene.go_on(scene.spared)
        pair.stop()
        (home / "ballast").unlink()
        pair.start()
        scene.seen.recovered_s.append(scene.go_on())
        scene.seen.holds("with room again the pair went on")
        pair.stop()
        _copy(home, kept)
    _copy(kept, home)
    pair.start(wrapper=("prlimit", "--nofile=48:48"))
    scene.go_on(scene.spared)
    pair.stop() if pair.runs else None
    scene.seen.did("file descriptors limited to 48")
    pair.start()
    scene.seen.recovered_s.append(scene.go_on())
    scene.hit, scene.load.phase = [], "after"


def _copy(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))


def _fill(ballast: Path) -> None:
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            return


# Row 17.


def flood(scene: Scene) -> None:
    """Ten times the load, actions that are too long, and old ones once more after CometBFT forgot them."""
    scene.load.phase = "during"
    usual, before = scene.load.rate, _memory(scene)
    scene.load.rate = 10 * usual
    time.sleep(20 if scene.whole else 5)
    scene.load.rate = usual
    scene.seen.did("load of ten times the rate")
    until(lambda: scene.load._left < 20)
    grown = max(after - old for after, old in zip(_memory(scene), before, strict=True)) >> 20
    assert grown < 400, f"memory grew by {grown} MiB"
    scene.seen.notes.append(f"memory of a pair grew by at most {grown} MiB")
    for pair in scene.pairs:
        try:
            pair.ask("submit", raw="{" + " " * (1 << 20) + "}", wait=5.0)
        except Refused as refusal:
            scene.seen.holds(f"an action of 1 MiB refused by {refusal.code}")
        else:
            raise AssertionError("an action of 1 MiB was taken")
    _replay(scene)


def _replay(scene: Scene) -> None:
    """CometBFT's memory of hashes is emptied by a restart; the ledger's own is not."""
    pair = scene.pairs[2]
    old = [entry for entry in scene.load.acknowledged if not entry.code][:50]
    pair.kill_cometbft()
    scene.go_on()
    for entry in old:
        told = pair.ask("submit", raw=entry.raw, wait=20.0)
        assert (told["height"], told["index"]) == (entry.height, entry.index)
    scene.seen.holds("old actions given again got their old answer and were not applied", len(old))


def _memory(scene: Scene) -> list[int]:
    """Bytes in use by application and CometBFT of each pair."""
    return [_resident(pair.pid) + _resident(pair.ask("status")["pid"]) for pair in scene.pairs]


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


# Row 18.


def upgrade(scene: Scene) -> None:
    """One pair after the other runs the next release of CometBFT; then one goes back."""
    try:
        newer = str(find_cometbft(version="v0.40.0"))
    except (CometBftMissing, CometBftWrong) as error:
        raise CannotHere(f"CometBFT v0.40.0 is not installed: {error}") from error
    scene.load.phase = "during"
    for pair in list(scene.pairs):
        scene.hit = [pair]
        pair.stop()
        scene.go_on(scene.spared)
        pair.settings = replace(pair.settings, binary=newer)
        pair.start()
        scene.seen.recovered_s.append(scene.go_on())
        scene.seen.did("pair upgraded from 0.38.26 to 0.40.0 while the others went on")
    scene.hit, scene.load.phase = [], "after"
    scene.go_on(blocks=5)
    scene.seen.holds("all four went on with 0.40.0")


ROWS = (
    Row(
        14,
        "validator added, its power changed, its key rotated, removed",
        "in force at H+2 on every node, receipts follow",
        act=vote_validators,
        places=5,
    ),
    Row(
        15,
        "joining from a snapshot while a peer serves chunks that are corrupt, missing or of another place",
        "asked for again, the sender refused, the state that of the others",
        act=join_from_snapshots,
        places=5,
        settings={"snapshot_every": 5, "rpc": True},
    ),
    Row(16, "a full disk; few file descriptors", "a clean stop, and a start with room works", act=run_out_of_room),
    Row(
        17,
        "ten times the load, actions of 1 MiB, old actions once more after CometBFT forgot them",
        "bounded memory, replay refused",
        act=flood,
    ),
    Row(18, "rolling upgrade from CometBFT 0.38.26 to 0.40.0", "no fork", act=upgrade),
)
