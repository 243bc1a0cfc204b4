"""A node's checkpoints: the log as the last header shows it, signed by the node, countersigned by witnesses.

What a witness sends is checked against this node's own log and kept durably, for the newest sizes: a receipt carries a
countersignature if one exists for a size that one of the last few headers shows (`spec/checkpoint.md`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
import structlog

from transire.ledger.checkpoint import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    NoteSignature,
    NoteVerifier,
    read_note,
    sign_note,
    verify_cosignature,
)
from transire.node.errors import CheckpointUnknown, WitnessUnknown

if TYPE_CHECKING:
    from transire.engines.base import Engine
    from transire.node.anchor import Signer

log = structlog.get_logger(__name__)

SIZES_KEPT = 64
HEIGHTS_SHOWN = 14
"""How far back a receipt may stand: the replica can prove the state of a few blocks more."""


class _Kept(msgspec.Struct, frozen=True):
    """Countersignatures by the size of the log."""

    notes: dict[int, str] = msgspec.field(default_factory=dict)


class Checkpoints:
    """Checkpoints of one node. Thread-safe."""

    def __init__(self, path: Path, engine: Engine, witnesses: Sequence[str]) -> None:
        self._path = path
        self._engine = engine
        self._witnesses = [NoteVerifier.parse(text) for text in witnesses]
        self._lock = Lock()
        self._notes = self._read()

    def present(self, signer: Signer) -> Note:
        """The log that the last header shows, signed by that key, with the countersignatures that are known."""
        checkpoint = self._at(self._engine.height)
        return self._signed(checkpoint, signer)

    def take(self, whole: str) -> Checkpoint:
        """Keep the countersignatures of a note; refused unless its text is what this node's log was at that size."""
        note = read_note(whole)
        checkpoint = Checkpoint.parse(note.text)
        good = [witness for witness in self._witnesses if verify_cosignature(note, witness) is not None]
        if not good:
            raise WitnessUnknown(got=", ".join(line.name for line in note.signatures)[:200])
        if checkpoint != self._of_size(checkpoint.size):
            raise CheckpointUnknown(got=f"size {checkpoint.size} of {checkpoint.origin}")
        lines = [line for line in note.signatures if any(_made(line, witness) for witness in good)]
        with self._lock:
            before = self._notes.get(checkpoint.size)
            others = (
                []
                if before is None
                else [one for one in read_note(before).signatures if one.name not in {line.name for line in lines}]
            )
            self._notes[checkpoint.size] = Note(note.text, (*others, *lines)).whole
            for size in sorted(self._notes)[:-SIZES_KEPT]:
                del self._notes[size]
            self._write()
        return checkpoint

    def countersigned(self, above: int) -> tuple[int, str] | None:
        """The newest header above that height whose log is countersigned, and the note; None if there is none."""
        if not self._notes:
            return None
        tip = self._engine.height
        for height in range(tip, max(above, tip - HEIGHTS_SHOWN), -1):
            checkpoint = self._at(height)
            whole = self._notes.get(checkpoint.size)
            if whole is not None and read_note(whole).text == checkpoint.text:
                return height, whole
        return None

    def _signed(self, checkpoint: Checkpoint, signer: Signer) -> Note:
        own = sign_note(checkpoint.text, name=signer.did, key=signer.key)
        whole = self._notes.get(checkpoint.size)
        known = () if whole is None else read_note(whole).signatures
        return Note(checkpoint.text, (own, *known))

    def _at(self, height: int) -> Checkpoint:
        roots = self._engine.log_until(height)
        return Checkpoint(self._engine.network, roots.log_size, roots.log_root)

    def _of_size(self, size: int) -> Checkpoint | None:
        """The checkpoint of that size, if one of the last headers showed it."""
        tip = self._engine.height
        for height in range(tip, max(self._engine.genesis.height + 1, tip - 1000), -1):
            found = self._at(height)
            if found.size <= size:
                return found if found.size == size else None
        return None

    def _read(self) -> dict[int, str]:
        """What was kept. A file that cannot be read costs countersignatures, which witnesses give again."""
        if not self._path.exists():
            return {}
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept).notes
        except msgspec.DecodeError:
            log.warning("the file of countersignatures is damaged and begun anew", file=self._path.name)
            return {}

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(_Kept(self._notes)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def verifier_of(signer: Signer) -> NoteVerifier:
    """The key by which a node's own signature on its checkpoints is checked."""
    return NoteVerifier(signer.did, ED25519, signer.key.public)


def _made(line: NoteSignature, witness: NoteVerifier) -> bool:
    return witness.kind == COSIGNATURE and (line.name, line.key_id) == (witness.name, witness.key_id)
