"""One process a ledger: a lock that the operating system takes back when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from transire.engines.errors import ReplicaInUse

LOCK_FILE: Final = "lock"


class Occupation:
    """Held as long as an engine runs: a second one with the same validator key would sign against the first."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, home: Path) -> Occupation:
        """Occupy a folder, or refuse."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise ReplicaInUse(got=home.name) from error
        return cls(descriptor)

    def release(self) -> None:
        """Give the folder free."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
