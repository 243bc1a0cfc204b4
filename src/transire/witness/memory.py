"""What a witness remembers, durably: its key, the newest log that it saw, and how each node speaks.

witness.json     name and key; for its owner alone
log.json         the log as it was last countersigned; written before anything is signed
split-*.txt      two signed checkpoints that cannot both be true
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import TypeVar

import msgspec

from transire.crypto.encoding import b64url, unb64url
from transire.crypto.keys import SigningKey
from transire.ledger.checkpoint import COSIGNATURE, Checkpoint, NoteVerifier
from transire.witness.errors import WitnessExists, WitnessMissing

T = TypeVar("T")


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the witness is."""

    name: str
    seed: str

    def __repr__(self) -> str:
        return f"<Identity {self.name}>"

    @property
    def key(self) -> SigningKey:
        return SigningKey.from_seed(unb64url(self.seed, length=32))

    @property
    def verifier(self) -> NoteVerifier:
        """What it hands out: who trusts this witness names this key."""
        return NoteVerifier(self.name, COSIGNATURE, self.key.public)


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest log, the note that showed it, when it was countersigned, and the keys of the nodes by address."""

    origin: str
    size: int
    root: str
    note: str
    signed_at: int
    logs: dict[str, str]

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.origin, self.size, unb64url(self.root, length=32))

    @classmethod
    def of(cls, checkpoint: Checkpoint, note: str, signed_at: int, logs: dict[str, str]) -> Seen:
        return cls(checkpoint.origin, checkpoint.size, b64url(checkpoint.root), note, signed_at, logs)


class Memory:
    """The folder of a witness."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def begin(self, name: str) -> Identity:
        """A new witness of that name, with a new key."""
        if (self.home / "witness.json").exists():
            raise WitnessExists(where=str(self.home))
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Identity(name, b64url(SigningKey.generate().seed))
        NoteVerifier.parse(made.verifier.text)  # a name that no note could carry is refused here
        self._write("witness.json", msgspec.json.encode(made))
        return made

    @property
    def identity(self) -> Identity:
        return self._read("witness.json", Identity)

    @property
    def seen(self) -> Seen | None:
        return self._read("log.json", Seen) if (self.home / "log.json").exists() else None

    def remember(self, seen: Seen) -> None:
        """Durable before it is acted on: a witness that forgot could countersign a second past."""
        self._write("log.json", msgspec.json.format(msgspec.json.encode(seen), indent=1))

    def keep_split(self, one: str, other: str, size: int) -> Path:
        """Keep two notes that contradict one another, under a name made of both."""
        mark = b64encode(other.encode()[-12:], b"-_").decode().strip("=")
        name = f"split-{size}-{mark}.txt"
        self._write(name, f"{one}\n{other}".encode())
        return self.home / name

    def _read(self, name: str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode((self.home / name).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError) as error:
            raise WitnessMissing(got=str(error)[:200], where=str(self.home)) from error

    def _write(self, name: str, content: bytes) -> None:
        beside = self.home / f".{name}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.home / name)
