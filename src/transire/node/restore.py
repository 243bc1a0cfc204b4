"""A node from its backup: everything as it was, and a ledger that goes on under another name and key.

A restored validator never signs with its old key: nobody can know what it signed after the backup was made. It gets a
new key, and its network a new genesis that embeds how the old network ended (LEDGER 6, docs/decisions/0010). State, log
and heights are carried over; the old network stays beside the new one, to be proved from.

All of it happens in a folder beside the wanted one, which gets its name at the end: what fails leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.errors import SignatureInvalid
from transire.crypto.keys import verify_signature
from transire.crypto.keystore import FILE_LIMIT, KeyStore
from transire.engines.earlier import EARLIER_FOLDER, REPLICA_FOLDER, Earlier
from transire.engines.embedded import EmbeddedEngine
from transire.engines.errors import ReplicaDamaged
from transire.errors import TransireError
from transire.ledger.genesis import Genesis
from transire.node.backup import FORMAT, ROWS_FILE, Manifest
from transire.node.destroying import TombstonesDamaged, append_tombstones, read_tombstones
from transire.node.enrolment import CUSTODIAN_KEY, continued_network, next_validator_key
from transire.node.errors import BackupFailed, BackupInvalid, HomeExists
from transire.node.home import Home, read_secret
from transire.node.ledger import begin_again
from transire.node.node import Node
from transire.node.rooms import database_branches, open_blobs, open_database
from transire.node.sealed_tar import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    OpenedTar,
    Progress,
    open_sealed,
)
from transire.node.settings import FILE_NAME, MemberSettings, NodeSettings, amend_settings, read_settings
from transire.storage.dump import load_rows
from transire.storage.migrations import upgrade
from transire.vault import acts, journal

NAME: Final = re.compile(
    r"(transire\.toml|genesis\.json|network\.json|keys\.json"
    r"|ledger/(earlier/[a-z0-9-]{1,50}/)?(replica|chain)/data\.mdb"
    r"|ledger/earlier/[a-z0-9-]{1,50}/network\.json"
    r"|origin/[a-z_]{1,32}\.json"
    r"|members/[a-z0-9-]{1,63}/(keys\.json|member\.db|rows\.jsonl|blobs/[0-9a-f]{64}))\Z"
)
"""Every name that a backup can hold: nothing is ever written anywhere else."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored node: the network that ended, the one that continues it, and what the backup said of itself."""

    manifest: Manifest
    genesis: Genesis


def check_backup(file: Path, progress: Progress = lambda name, done: None) -> Manifest:
    """Read a backup through; refused when one byte of it is not what it was. Needs no secret.

    Whether the node sealed it that it says only who knows the node's secret can tell: `restore_backup` does.
    """
    with open_sealed(file) as tar:
        return _checked(tar, progress)


def restore_backup(
    file: Path,
    path: Path,
    *,
    secret_file: Path | None = None,
    tombstones: Path | None = None,
    progress: Progress = lambda name, done: None,
) -> Restored:
    """Make a node from a backup in a folder that does not exist yet.

    `tombstones`: the list of what the old node destroyed; the new one destroys it again when it is opened.
    """
    if path.exists():
        raise HomeExists(where=str(path))
    with _aside(path) as partial, open_sealed(file) as tar:
        manifest = _checked(tar, progress)
        settings = _unpack_settings(tar, partial, secret_file)
        if tombstones is not None:
            if not tombstones.exists():
                raise TombstonesDamaged(got="no such file", where=str(tombstones))
            append_tombstones(Home(partial).tombstones, read_tombstones(tombstones))
        secret = read_secret(settings)
        _check_seal(tar, partial, secret)
        _unpack(tar, manifest, partial, settings, progress)
        if settings.ledger.engine == "embedded":
            genesis = _carry_on(Home(partial), secret)
            _let_go_of_signed(partial)
        else:
            genesis = _join_again(Home(partial), settings, secret)
        _sync_all(partial)
        partial.rename(path)
        _sync(path.parent)
    return Restored(manifest, genesis)


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """The folder in which the node is made; gone when making it failed."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        yield partial
    except OSError as error:
        raise BackupFailed(got=error.strerror or str(error), where=error.filename and str(error.filename)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _checked(tar: OpenedTar, progress: Progress) -> Manifest:
    try:
        manifest = msgspec.convert(parse_canonical(tar.read(MANIFEST), limit=MAX_MANIFEST_BYTES), Manifest)
    except (TransireError, msgspec.ValidationError) as error:
        raise BackupInvalid(got=str(error)[:200], expected="a manifest", where=MANIFEST) from error
    if manifest.format != FORMAT:
        raise BackupInvalid(got=manifest.format, expected=FORMAT, where=MANIFEST)
    for entry in manifest.files:
        if not NAME.match(entry.name):
            raise BackupInvalid(got=entry.name[:100], expected="a file of a node", where=MANIFEST)
    tar.verify(manifest.files, progress)
    return manifest


def _unpack_settings(tar: OpenedTar, partial: Path, secret_file: Path | None) -> NodeSettings:
    """The settings come first: they, or the command, say where the secret is."""
    _write(partial / FILE_NAME, tar.chunks(FILE_NAME))
    if secret_file is not None:
        where = str(secret_file.resolve())
        amend_settings(partial, lambda written: replace(written, secret_file=where))
        return replace(read_settings(partial), secret_file=where)
    return read_settings(partial)


def _check_seal(tar: OpenedTar, partial: Path, secret: bytes) -> None:
    """The key store in the backup opens with the secret and is whole: its custodian key must have sealed it all."""
    _write(partial / "keys.json", iter([tar.read("keys.json", limit=FILE_LIMIT)]))
    custodian = KeyStore.open(partial / "keys.json", secret).signing_key(CUSTODIAN_KEY)
    try:
        verify_signature(custodian.public, tar.signed, tar.signature)
    except SignatureInvalid as error:
        raise BackupInvalid(got="another node's seal", expected="the seal of the node whose keys are in it") from error


def _unpack(tar: OpenedTar, manifest: Manifest, partial: Path, settings: NodeSettings, progress: Progress) -> None:
    home = Home(partial)
    home.make(*(member.slug for member in settings.member))
    for entry in manifest.files:
        if "/blobs/" not in entry.name and entry.name != FILE_NAME:
            _write(partial / entry.name, tar.chunks(entry.name))
            progress(entry.name, entry.size)
    for member in settings.member:
        _unpack_blobs(tar, manifest, home, settings, member, progress)
        _load_rows(home, settings, member)


def _unpack_blobs(
    tar: OpenedTar, manifest: Manifest, home: Home, settings: NodeSettings, member: MemberSettings, progress: Progress
) -> None:
    blobs = open_blobs(home, settings, member)
    prefix = f"members/{member.slug}/blobs/"
    for entry in manifest.files:
        if entry.name.startswith(prefix):
            blobs.put(tar.read(entry.name))
            progress(entry.name, entry.size)


def _load_rows(home: Home, settings: NodeSettings, member: MemberSettings) -> None:
    """Rows that came from a server go into the database that the settings name, which must be empty."""
    rows = home.member(member.slug) / ROWS_FILE
    if not rows.exists():
        return
    branches = database_branches()
    database = open_database(home, settings, member)
    try:
        upgrade(database, branches)
        with database.transaction() as tx, rows.open("rb") as lines:
            load_rows(tx, [branch.metadata for branch in branches], lines)
    finally:
        database.close()
    rows.unlink()


def _carry_on(home: Home, secret: bytes) -> Genesis:
    """Put the old network aside, whole, and begin the one that continues it under a new key."""
    ended = _put_aside(home)
    try:
        damage = ended.inspect(deep=True)
        if damage or ended.end is None:
            raise ReplicaDamaged(got="; ".join(map(str, damage[:3])) or "a last block that is not proved")
        ended.copy_replica(home.ledger / REPLICA_FOLDER)
        name, key = next_validator_key(KeyStore.open(home.keys, secret))
        # Whole seconds, and later than any block: the last vote may be later than the last block's own time.
        now = datetime.fromtimestamp(max(int(time.time()), ended.last_time + 1), UTC)
        genesis = continued_network(ended.genesis, ended.end, validator=key, now=now)
    finally:
        ended.close()
    EmbeddedEngine.carry_on(home.ledger, genesis, key).close()
    home.network.write_bytes(canonical_bytes(genesis.trust_root()))
    home.genesis.write_bytes(genesis.raw)
    amend_settings(home.path, lambda written: replace(written, ledger=replace(written.ledger, validator_key=name)))
    return genesis


def _join_again(home: Home, settings: NodeSettings, secret: bytes) -> Genesis:
    """Begin the same network anew under a new validator key; the other organisations' nodes give the blocks.

    What was signed before stays as it is: the network may have it already, and the same bytes are never applied twice.
    """
    keys = KeyStore.open(home.keys, secret)
    name, _ = next_validator_key(keys)
    genesis = Genesis.parse(home.genesis.read_bytes())
    begin_again(home, replace(settings.ledger, validator_key=name), keys, genesis)
    amend_settings(home.path, lambda written: replace(written, ledger=replace(written.ledger, validator_key=name)))
    return genesis


def _put_aside(home: Home) -> Earlier:
    network = Genesis.parse(home.genesis.read_bytes()).network
    folder = home.ledger / EARLIER_FOLDER / network
    folder.mkdir(parents=True, mode=0o700)
    for name in ("replica", "chain"):
        (home.ledger / name).rename(folder / name)
    shutil.copyfile(home.network, folder / home.network.name)
    return Earlier(folder)


def _let_go_of_signed(path: Path) -> None:
    """What was signed for the old network and is not on it never will be: pools and acts are signed anew."""
    node = Node.open(path)
    try:
        for tenant in node.tenants.values():
            with tenant.database.transaction() as tx:
                for pending in journal.pending_pools(tx):
                    if node.engine.lookup(pending.action_id) is None:
                        journal.abandon_pool(tx, pending.pool)
                for act in acts.owed(tx):
                    if act.signed is not None and node.engine.lookup(act.signed.action_id) is None:
                        acts.mark_signed(tx, act.seq, None)
    finally:
        node.close()


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())


def _sync_all(folder: Path) -> None:
    for path, _, files in os.walk(folder):
        for name in files:
            _sync(Path(path) / name)
        _sync(Path(path))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
