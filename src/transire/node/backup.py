"""Copying a node, running or not, into one sealed file (docs/how-to/back-up-and-restore, docs/decisions/0010).

All databases and the ledger are seen at one moment: for some milliseconds nobody writes a row, so that no action can
be signed that a database does not know yet, and the ledger proves its last block. Then the copies are made at leisure,
each from what was seen. A sealed document is written before any row names it, and so the documents come last.

Left out: the secret that unlocks the keys, and what the validator signed last. Whoever restores gets another
validator key and with it another network, which continues this one (`node.restore`). The ledger of a network of several
organisations is left out too: the others have it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from transire import __version__
from transire.crypto.canonical import canonical_bytes
from transire.crypto.keystore import KeyStore
from transire.engines.earlier import earlier_folders
from transire.engines.snapshot import LedgerSeen, looking_at
from transire.ledger.genesis import Previous
from transire.node.anchor import write_time
from transire.node.enrolment import CUSTODIAN_KEY
from transire.node.errors import BackupExists, BackupFailed
from transire.node.home import Home, read_secret
from transire.node.ledger import network_stands_at
from transire.node.rooms import DATABASE_FILE, database_branches, database_file, open_blobs, open_database
from transire.node.sealed_tar import MANIFEST, FileEntry, Progress, SealedTar
from transire.node.settings import FILE_NAME, MemberSettings, NodeSettings, read_settings
from transire.storage.database import Database
from transire.storage.dump import dump_rows
from transire.storage.errors import BlobMissing
from transire.vault import outbox

FORMAT: Final = "transire/backup/1"
ROWS_FILE: Final = "rows.jsonl"
QUIET_WITHIN_S: Final = 5.0
"""How long writers are kept waiting for the ledger to prove its last block: half of their patience."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a backup holds and of when it is. `end` is how the ledger stood, as the network that continues it says."""

    format: str = FORMAT
    program: str
    made: str
    last_block: str
    end: Previous
    members: tuple[str, ...]
    files: tuple[FileEntry, ...]

    @property
    def raw(self) -> bytes:
        return canonical_bytes(msgspec.to_builtins(self))


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    manifest: Manifest
    size: int
    digest: str


def create_backup(path: Path, file: Path, progress: Progress = lambda name, done: None) -> Backup:
    """Copy the node in a folder into a new file, which is there whole or not at all."""
    home, settings = Home(path), read_settings(path)
    keys = KeyStore.open(home.keys, read_secret(settings))
    if file.exists():
        raise BackupExists(where=str(file))
    with _failing(), _aside(file) as (partial, staging):
        end, last_block = _stage(home, settings, staging)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            tar = SealedTar(out, progress)
            _fill(tar, home, settings, staging)
            manifest = _manifest(tar, settings, end, last_block)
            tar.add(MANIFEST, len(manifest.raw), [manifest.raw])
            digest = tar.seal(keys.signing_key(CUSTODIAN_KEY).sign)
        partial.rename(file)
        _sync(file.parent)
    return Backup(manifest, tar.size, digest)


@contextmanager
def _failing() -> Iterator[None]:
    """A full disk, a missing folder, in the room's own form."""
    try:
        yield
    except OSError as error:
        raise BackupFailed(got=error.strerror or str(error), where=error.filename and str(error.filename)) from error


@contextmanager
def _aside(file: Path) -> Iterator[tuple[Path, Path]]:
    """Where the file grows, and where copies lie until they are in it: beside it, and gone afterwards."""
    partial, staging = file.with_name(f".{file.name}.partial"), file.with_name(f".{file.name}.staging")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield partial, staging
    finally:
        partial.unlink(missing_ok=True)
        shutil.rmtree(staging, ignore_errors=True)


def _stage(home: Home, settings: NodeSettings, staging: Path) -> tuple[Previous, int]:
    """Copies of everything that changes, as all of it was at one moment."""
    with _one_moment(home, settings) as (views, ledger):
        if ledger is not None:
            ledger.copy(staging / "ledger")
        for member, (database, view) in zip(settings.member, views, strict=True):
            folder = staging / member.slug
            folder.mkdir()
            _copy_database(database, view, folder)
        # The ledger of several organisations stays with them: whoever restores joins again and gets it from the others.
        return (ledger.end, ledger.time) if ledger is not None else network_stands_at(home, settings.ledger)


@contextmanager
def _one_moment(
    home: Home, settings: NodeSettings
) -> Iterator[tuple[list[tuple[Database, sa.Connection]], LedgerSeen | None]]:
    """See all databases and the ledger as they are while nobody writes to any of the databases."""
    with ExitStack() as seen:
        databases = [_existing_database(home, settings, member) for member in settings.member]
        for database in databases:
            seen.callback(database.close)
        with ExitStack() as writers:
            for database in databases:
                writers.enter_context(database.transaction())
            views = [(database, seen.enter_context(database.reading())) for database in databases]
            for _, view in views:
                outbox.count_waiting(view)  # a snapshot begins with the first row that is read
            embedded = settings.ledger.engine == "embedded"
            ledger = seen.enter_context(looking_at(home.ledger, patience=QUIET_WITHIN_S)) if embedded else None
        yield views, ledger


def _existing_database(home: Home, settings: NodeSettings, member: MemberSettings) -> Database:
    if settings.records.url == "sqlite":
        database_file(home, member).stat()  # raises; opening would make an empty one
    return open_database(home, settings, member)


def _copy_database(database: Database, view: sa.Connection, folder: Path) -> None:
    """SQLite as it is, page by page; from a server the rows, which any database takes."""
    if database.dialect != "sqlite":
        with (folder / ROWS_FILE).open("wb") as out:
            out.writelines(dump_rows(view, [branch.metadata for branch in database_branches()]))
        return
    source: Any = view.connection.dbapi_connection
    target = sqlite3.connect(folder / DATABASE_FILE)
    try:
        source.backup(target)
    finally:
        target.close()


def _fill(tar: SealedTar, home: Home, settings: NodeSettings, staging: Path) -> None:
    """The files of the backup, in the layout of a node's folder."""
    for path in (home.path / FILE_NAME, home.genesis, home.network, home.keys):
        tar.add_file(path.name, path)
    for path in sorted((staging / "ledger").glob("*/data.mdb")):
        tar.add_file(f"ledger/{path.parent.name}/{path.name}", path)
    for folder in earlier_folders(home.ledger):
        for path in sorted([*folder.glob("*/data.mdb"), *folder.glob("*.json")]):
            tar.add_file(str(path.relative_to(home.path)), path)
    for path in sorted(home.origin_rules.glob("*.json")):
        tar.add_file(f"{home.origin_rules.name}/{path.name}", path)
    for member in settings.member:
        tar.add_file(f"members/{member.slug}/keys.json", home.member(member.slug) / "keys.json")
        for path in sorted((staging / member.slug).iterdir()):
            tar.add_file(f"members/{member.slug}/{path.name}", path)
        _add_blobs(tar, home, settings, member)


def _add_blobs(tar: SealedTar, home: Home, settings: NodeSettings, member: MemberSettings) -> None:
    blobs = open_blobs(home, settings, member)
    for digest in blobs.digests():
        try:
            content = blobs.get(digest)
        except BlobMissing:
            continue  # erased since it was listed
        tar.add(f"members/{member.slug}/blobs/{digest.hex()}", len(content), [content])


def _manifest(tar: SealedTar, settings: NodeSettings, end: Previous, last_block: int) -> Manifest:
    return Manifest(
        program=__version__,
        made=write_time(datetime.now(UTC)),
        last_block=write_time(datetime.fromtimestamp(last_block, UTC)),
        end=end,
        members=tuple(member.slug for member in settings.member),
        files=tuple(tar.entries),
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
