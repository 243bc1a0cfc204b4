"""The file of a backup: a tar that any tool can list, of which not one byte can be altered unnoticed.

Its last entry but one is the manifest: each file with its size and SHA-256. The last one is the seal: the SHA-256 of
every byte before it, signed by the node's custodian key. Headers are written in one way only, and nothing follows the
seal but the zeros that end a tar, so that the seal covers all of the file.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.node.errors import BackupInvalid

SEAL_DOMAIN: Final = b"transire/backup/v1\n"
SEAL: Final = "seal.json"
MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 1 << 30
"""Some five million files; a manifest beyond it is no manifest."""
MAX_SEAL_BYTES: Final = 1024
BLOCK: Final = 512
CHUNK: Final = 1 << 20

Progress = Callable[[str, int], None]
"""Called with the name of a file and how many bytes more of it are done."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the backup."""

    name: str
    size: int
    digest: str


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digest of all before it, and the signature over that digest."""

    digest: str
    signature: str

    @property
    def raw(self) -> bytes:
        return canonical_bytes(msgspec.to_builtins(self))


class SealedTar:
    """Written front to back, each file once."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._digest = hashlib.sha256()
        self.entries: list[FileEntry] = []
        self.size = 0

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> None:
        """Write a file of exactly that size."""
        self._write(_header(name, size))
        digest, written = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            written += len(chunk)
            self._write(chunk)
            self._progress(name, len(chunk))
        if written != size:
            raise BackupInvalid(got=f"{written} bytes", expected=f"{size} bytes", where=name)
        self._write(_padding(size))
        self.entries.append(FileEntry(name, size, b64url(digest.digest())))

    def add_file(self, name: str, path: Path) -> None:
        """Write a file that lies on the disk."""
        self.add(name, path.stat().st_size, read_chunks(path))

    def seal(self, sign: Callable[[bytes], bytes]) -> str:
        """End the file; returns the digest that was signed."""
        digest = self._digest.digest()
        seal = Seal(b64url(digest), b64url(sign(SEAL_DOMAIN + digest)))
        self._write(_ending(seal.raw))
        self._file.flush()
        os.fsync(self._file.fileno())
        return seal.digest

    def _write(self, octets: bytes) -> None:
        self._file.write(octets)
        self._digest.update(octets)
        self.size += len(octets)


class OpenedTar:
    """A backup that was read through: every byte is covered by its seal, and every file is what the manifest says.

    Whose seal it is remains to be seen: `verify_signature`.
    """

    def __init__(self, file: BinaryIO, members: dict[str, tarfile.TarInfo], seal: Seal) -> None:
        self._file = file
        self._members = members
        self.signed = SEAL_DOMAIN + unb64url(seal.digest, length=32)
        self.signature = unb64url(seal.signature, length=64)
        self.digest = seal.digest

    def read(self, name: str, *, limit: int = MAX_MANIFEST_BYTES) -> bytes:
        """A small file whole."""
        member = self._member(name)
        if member.size > limit:
            raise BackupInvalid(got=f"{member.size} bytes", expected=f"at most {limit}", where=name)
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file in pieces."""
        member = self._member(name)
        self._file.seek(member.offset_data)
        left = member.size
        while left:
            chunk = self._file.read(min(left, CHUNK))
            if not chunk:
                raise BackupInvalid(got="the end of the file", expected=f"{left} bytes more", where=name)
            left -= len(chunk)
            yield chunk

    def names(self) -> list[str]:
        """The names of all files but the seal, in their order."""
        return list(self._members)

    def verify(self, entries: Iterable[FileEntry], progress: Progress) -> None:
        """Refuse unless the files are exactly these."""
        listed = {entry.name: entry for entry in entries}
        found = [name for name in self._members if name != MANIFEST]
        if sorted(listed) != sorted(found):
            odd = sorted(set(listed) ^ set(found))[:3]
            raise BackupInvalid(got=", ".join(odd) or "a file twice", expected="the files of the manifest")
        for name in found:
            entry = listed[name]
            digest, size = hashlib.sha256(), 0
            for chunk in self.chunks(name):
                digest.update(chunk)
                size += len(chunk)
                progress(name, len(chunk))
            if (size, b64url(digest.digest())) != (entry.size, entry.digest):
                raise BackupInvalid(got=b64url(digest.digest()), expected=entry.digest, where=name)

    def _member(self, name: str) -> tarfile.TarInfo:
        member = self._members.get(name)
        if member is None:
            raise BackupInvalid(got="nothing", expected="a file", where=name)
        return member


@contextmanager
def open_sealed(path: Path) -> Iterator[OpenedTar]:
    """Open a backup and compare all of it with its seal."""
    try:
        with path.open("rb") as file:
            yield _opened(file, path)
    except (OSError, tarfile.TarError) as error:
        raise BackupInvalid(got=str(error), where=str(path)) from error


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _opened(file: BinaryIO, path: Path) -> OpenedTar:
    with tarfile.open(fileobj=file, mode="r:") as tar:
        members = tar.getmembers()
    if not members or members[-1].name != SEAL or not all(member.isreg() for member in members):
        raise BackupInvalid(got="a file without seal", expected="a whole backup", where=str(path))
    last = members.pop()
    if len({member.name for member in members}) != len(members):
        raise BackupInvalid(got="a name twice", where=str(path))
    raw = _read_at(file, last.offset_data, min(last.size, MAX_SEAL_BYTES))
    seal = _read_seal(raw, path)
    if _read_at(file, last.offset, -1) != _ending(raw):
        raise BackupInvalid(got="something else at its end", expected="the seal and nothing after it", where=str(path))
    found = _digest_until(file, last.offset)
    if b64url(found) != seal.digest:
        raise BackupInvalid(got=b64url(found), expected=seal.digest, where=str(path))
    return OpenedTar(file, {member.name: member for member in members}, seal)


def _read_seal(raw: bytes, path: Path) -> Seal:
    try:
        return msgspec.convert(parse_canonical(raw), Seal)
    except (TransireError, msgspec.ValidationError) as error:
        raise BackupInvalid(got=str(error)[:200], expected="a seal", where=str(path)) from error


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _digest_until(file: BinaryIO, end: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    left = end
    while left and (chunk := file.read(min(left, CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.digest()


def _header(name: str, size: int) -> bytes:
    """One way of writing a header: no owner, no time, readable by the owner alone."""
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def _ending(seal: bytes) -> bytes:
    """The seal's entry, and the two empty blocks that end a tar."""
    return _header(SEAL, len(seal)) + seal + _padding(len(seal)) + bytes(2 * BLOCK)
