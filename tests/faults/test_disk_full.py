"""A disk that fills up under a node: acts are refused by their code, the node closes, and goes on when there is room.
A map of LMDB that fills up is no such thing: it grows by itself.

The disk is a small tmpfs in a mount namespace of its own, which needs root or unprivileged user namespaces.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fault_load import PAPERS
from fault_world import Kill, Nursery, Place
from transire.engines.embedded import REPLICA_FOLDER
from transire.node.home import Home

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

DISK_BYTES = 32 << 20
ROOM_BYTES = 2 << 20
"""What the ballast leaves at first: a few seconds of work."""
REFUSALS = {"storage.full", "storage.database-unreachable", "engine.stopped", "engine.storage-failed"}
"""How a service may refuse when nothing can be written; the first is what a trader should mostly see."""

SMALL_MAP_BYTES = 64 << 10

MOUNTED = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$1" && shift && exec "$@"'


class Disk:
    """A small disk that only the nursery's processes see; from outside it is reached through their view of the root."""

    def __init__(self, nursery: Nursery, mountpoint: Path) -> None:
        self.nursery = nursery
        self.mountpoint = mountpoint
        self.outside = Path(f"/proc/{nursery.pid}/root{mountpoint}")

    def fill(self, *, leave: int = 0) -> None:
        room = os.statvfs(self.outside)
        with (self.outside / "ballast").open("wb") as ballast:
            ballast.write(bytes(room.f_bavail * room.f_frsize - leave))

    def clear(self) -> None:
        (self.outside / "ballast").unlink()


def alone() -> list[str]:
    """The command that runs another one in a mount namespace of its own."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


def nursery_on_a_disk(mountpoint: Path) -> Nursery:
    mountpoint.mkdir()
    return Nursery(*alone(), "sh", "-c", MOUNTED, "sh", str(mountpoint))


def can_mount() -> bool:
    command = [*alone(), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if not can_mount():
        pytest.skip("NOT TESTED: a full disk, for no file system may be mounted here")
    nursery = nursery_on_a_disk(tmp_path / "disk")
    try:
        nursery.greet()
        yield Disk(nursery, tmp_path / "disk")
    finally:
        nursery.close()


def test_a_full_disk_stops_acts_cleanly_and_nothing_is_lost(disk: Disk, papers_world: Path, tmp_path: Path) -> None:
    place = Place(disk.outside, papers_world, said_in=tmp_path / "said", seen_as=disk.mountpoint)
    disk.fill(leave=ROOM_BYTES)
    assert disk.nursery.live(place.life(load=PAPERS, failures=12, settles=False)) == 0, place.log()
    codes = {one["code"] for one in place.said("failed")}
    assert "storage.full" in codes
    assert codes <= REFUSALS
    assert place.said("closed")
    assert len(place.said("stated")) > 3, "the disk was full before anything happened"

    # A start while the disk is still full: refused or running, but by the code and not by a crash.
    assert disk.nursery.live(place.life(load=PAPERS, seed=1, failures=6, settles=False)) == 0, place.log()
    assert {one["code"] for one in place.said("failed", "not started")} <= REFUSALS

    disk.clear()
    before = len(place.said("stated"))
    assert disk.nursery.live(place.life(load=PAPERS, seed=2, acts=20)) == 0, place.log()
    assert len(place.said("stated")) > before
    check_elsewhere(place, tmp_path)


def test_a_ledger_that_cannot_be_written_stops_alone(papers: Place, nursery: Nursery) -> None:
    """The engine stops; what members do is still kept, and comes onto the ledger after the next start."""
    full = Kill(place="transire.engines.replica:LmdbStore._commit", edge="fails")
    assert nursery.live(papers.life(load=PAPERS, acts=25, settles=False, kill=full)) == 0, papers.log()
    assert papers.said("closed")
    assert len(papers.said("stated")) > 3
    assert "engine.stopped" in papers.log()
    papers.check()


def test_a_full_map_grows_by_itself_also_when_killed_at_it(papers: Place, nursery: Nursery) -> None:
    replica = Home(papers.home).ledger / REPLICA_FOLDER / "data.mdb"
    before = replica.stat().st_size
    for edge in ("entered", "left"):
        kill = Kill(place="transire.engines.replica:LmdbStore._grow", edge=edge)
        life = papers.life(load=PAPERS, map_bytes=SMALL_MAP_BYTES, kill=kill)
        assert nursery.live(life) == -signal.SIGKILL, papers.log()
    assert nursery.live(papers.life(load=PAPERS, map_bytes=SMALL_MAP_BYTES, acts=60)) == 0, papers.log()
    assert not papers.said("failed")
    assert replica.stat().st_size > before
    papers.check()


def check_elsewhere(place: Place, folder: Path) -> None:
    """The promises, held on a copy of what is on the small disk."""
    copy = Place(folder / "copy", place.home.parent, said_in=place.said_in)
    copy.check()
