"""Checkpoints of the log, in the text that transparency logs share, so that outside witnesses can countersign them.

C2SP tlog-checkpoint (origin, size, root), C2SP signed-note (the text with signature lines), C2SP tlog-cosignature
(a witness's signature with its time). Lines by unknown keys are ignored, as the specification demands; a line by a
known key that does not verify refuses the whole. What a witness says: "I saw this log with this root, and it continued
every one that I saw before." The origin of a network's log is the network's id.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

import msgspec

from transire.crypto.digests import sha256
from transire.crypto.keys import SigningKey, verify_signature
from transire.errors import TransireError
from transire.ledger.proof.errors import NoteMalformed, NoteSignatureInvalid

ED25519: Final = 1
"""Signature type of a log's own signature (C2SP signed-note)."""
COSIGNATURE: Final = 4
"""Signature type of a witness: Ed25519 over the time and the note (C2SP tlog-cosignature)."""
LATEST: Final = 253_402_300_799
"""The last second of the year 9999: what a calendar can show."""
MAX_NOTE: Final = 16_384
MAX_SIGNATURES: Final = 64
_DASH: Final = "\u2014 "
_MAX_SIZE: Final = 2**53 - 1
_KEY_ID: Final = 4
_TIME: Final = 8
_SIGNATURE: Final = 64


class Checkpoint(msgspec.Struct, frozen=True):
    """A log's size and root. Extension lines are discouraged by the specification, and Transire writes none.

    >>> print(Checkpoint("transire-demo-3f9a", 1, bytes(32)).text, end="")
    transire-demo-3f9a
    1
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note as checkpoint; it has one spelling."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            raise NoteMalformed(got=f"{len(lines) - 1} lines", expected="origin, size and root")
        origin, size, root, *extensions = lines[:-1]
        if not size.isascii() or not size.isdigit() or len(size) > 16 or int(size) > _MAX_SIZE:
            raise NoteMalformed(got=size[:40], expected="a size")
        checkpoint = cls(origin, int(size), _unbase64(root), tuple(extensions))
        if not origin or not all(extensions) or len(checkpoint.root) != 32 or checkpoint.text != text:
            raise NoteMalformed(got=text[:80], expected="origin, size and root, each in its one spelling")
        return checkpoint


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes


class Note(msgspec.Struct, frozen=True):
    """A signed text."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @property
    def whole(self) -> str:
        """The note as it is published."""
        lines = (f"{_DASH}{one.name} {b64encode(one.key_id + one.signature).decode()}\n" for one in self.signatures)
        return f"{self.text}\n{''.join(lines)}"


class NoteVerifier(msgspec.Struct, frozen=True):
    """A name and a public key whose signatures on notes are to be believed.

    >>> key = NoteVerifier("witness.example/w1", COSIGNATURE, bytes(32))
    >>> NoteVerifier.parse(key.text) == key
    True
    """

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, line feed, signature type and key."""
        return sha256(self.name.encode(), b"\n", bytes([self.kind]), self.public)[:_KEY_ID]

    @property
    def text(self) -> str:
        """The verifier key as it is handed out: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> NoteVerifier:
        """Read a verifier key; its id must be that of name and key."""
        name, _, rest = text.partition("+")
        raw = _unbase64(rest.partition("+")[2])
        if not _is_name(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise NoteMalformed(got=text[:120], expected="name+id+key of an Ed25519 signer or witness")
        verifier = cls(name, raw[0], raw[1:])
        if verifier.text != text:
            raise NoteMalformed(got=text[:120], expected=verifier.text)
        return verifier


def read_note(whole: str) -> Note:
    """Read a signed note; its signatures are not checked here."""
    if len(whole.encode()) > MAX_NOTE or any(ord(sign) < 0x20 and sign != "\n" for sign in whole):
        raise NoteMalformed(got="control characters or too long a text", expected=f"at most {MAX_NOTE} bytes of text")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteMalformed(got="no signature lines", expected="a text, an empty line, and signature lines")
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise NoteMalformed(got=f"{len(signatures)} signatures", expected=f"at most {MAX_SIGNATURES}")
    return Note(f"{text}\n", signatures)


def sign_note(text: str, *, name: str, key: SigningKey) -> NoteSignature:
    """A log's own signature on a text."""
    return NoteSignature(name, NoteVerifier(name, ED25519, key.public).key_id, key.sign(text.encode()))


def cosign(text: str, *, name: str, key: SigningKey, time: int) -> NoteSignature:
    """A witness's countersignature on a checkpoint, at that time (seconds since 1970)."""
    signature = time.to_bytes(_TIME, "big") + key.sign(_cosigned(text, time))
    return NoteSignature(name, NoteVerifier(name, COSIGNATURE, key.public).key_id, signature)


def verify_note(note: Note, verifiers: Sequence[NoteVerifier]) -> tuple[str, ...]:
    """The names of those who signed; a wrong signature by one of them refuses, an unknown line is ignored."""
    return tuple(verifier.name for verifier in verifiers if _signature_by(note, verifier) is not None)


def verify_cosignature(note: Note, witness: NoteVerifier) -> int | None:
    """When the witness countersigned; None if it did not, a refusal if its line is wrong."""
    signature = _signature_by(note, witness)
    if signature is None:
        return None
    time = int.from_bytes(signature[:_TIME], "big")
    if time > LATEST:
        raise NoteSignatureInvalid(got=f"time {time}", expected=f"at most {LATEST}", where=witness.name)
    return time


def _signature_by(note: Note, verifier: NoteVerifier) -> bytes | None:
    lines = [one for one in note.signatures if (one.name, one.key_id) == (verifier.name, verifier.key_id)]
    for line in lines:
        _verify_line(note.text, line, verifier)
    return lines[0].signature if lines else None


def _verify_line(text: str, line: NoteSignature, verifier: NoteVerifier) -> None:
    timed = verifier.kind == COSIGNATURE
    if len(line.signature) != _SIGNATURE + (_TIME if timed else 0):
        raise NoteSignatureInvalid(got=f"{len(line.signature)} bytes", where=line.name)
    message = _cosigned(text, int.from_bytes(line.signature[:_TIME], "big")) if timed else text.encode()
    try:
        verify_signature(verifier.public, message, line.signature[-_SIGNATURE:])
    except TransireError as error:
        raise NoteSignatureInvalid(got="a wrong signature", expected=verifier.text, where=line.name) from error


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _read_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) <= _KEY_ID:
        raise NoteMalformed(got=line[:120], expected="a signature line")
    return NoteSignature(name, raw[:_KEY_ID], raw[_KEY_ID:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def _unbase64(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise NoteMalformed(got=text[:80], expected="base64") from error
    if b64encode(raw).decode() != text:
        raise NoteMalformed(got=text[:80], expected="base64 in its one spelling")
    return raw
