"""Examining a node that is not running: is everything there, readable, and what the signed ledger says it is?

Each examination is named and gives its complaints; an empty list is health. The deep ones compute everything again:
the ledger's roots from its rows, each document's commitment from its bytes, the records from what they were made of.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from transire.crypto.encoding import b64url
from transire.crypto.keystore import KeyStore
from transire.engines.embedded import inspect
from transire.errors import TransireError
from transire.node.home import Home, read_secret
from transire.node.node import Node
from transire.node.rebuilding import rebuild_records, records_digest
from transire.node.settings import read_settings
from transire.node.tenant import Tenant
from transire.vault import journal

FREE_BYTES = 1 << 30
"""Less free disk than this is a complaint: the ledger stops cleanly on a full disk, but it stops."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was examined and what is wrong with it."""

    name: str
    complaints: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        return not self.complaints


def examine(path: Path, *, deep: bool = False) -> Iterator[Examination]:
    """Examine the node in a folder, one thing after the other; yields as it goes, for the deep ones are slow."""
    home = Home(path)
    yield _examined("settings and keys", lambda: _keys(home))
    yield _examined("disk", lambda: _disk(home))
    ledger = _examined("ledger, computed again" if deep else "ledger", lambda: _ledger(home, deep))
    yield ledger
    if not ledger.healthy:
        return  # what rests on it would only repeat the complaint
    node = Node.open(path)
    try:
        for tenant in node.tenants.values():
            yield _examined(f"{tenant.slug}: journal against the ledger", partial(_journal, tenant))
            if deep:
                yield _examined(f"{tenant.slug}: documents", partial(_documents, tenant))
                yield _examined(f"{tenant.slug}: records, built again", partial(_records, tenant))
    finally:
        node.close()


def as_json(examinations: list[Examination]) -> bytes:
    """The report for a monitor."""
    return msgspec.json.encode(
        [{"name": one.name, "healthy": one.healthy, "complaints": one.complaints} for one in examinations]
    )


def _examined(name: str, look: Callable[[], list[str]]) -> Examination:
    try:
        return Examination(name, tuple(look()))
    except TransireError as error:
        return Examination(name, (f"{error} ({error.code})",))


def _keys(home: Home) -> list[str]:
    settings = read_settings(home.path)
    secret = read_secret(settings)
    stores = [home.keys, *(home.member(member.slug) / "keys.json" for member in settings.member)]
    for store in stores:
        KeyStore.open(store, secret)
    return [f"{store} is readable by others" for store in stores if store.stat().st_mode & 0o077]


def _disk(home: Home) -> list[str]:
    free = shutil.disk_usage(home.path).free
    return [] if free >= FREE_BYTES else [f"{free >> 20} MiB are free, {FREE_BYTES >> 20} MiB should be"]


def _ledger(home: Home, deep: bool) -> list[str]:
    return [str(damage) for damage in inspect(home.ledger, deep=deep)]


def _journal(tenant: Tenant) -> list[str]:
    """Every accepted pool stands on the ledger where the journal says, by the member that it names."""
    complaints = []
    with tenant.database.reading() as view:
        for pool in journal.accepted_pools(view):
            outcome = tenant.engine.lookup(pool.action_id)
            if outcome is None:
                complaints.append(f"pool {pool.pool}: its action {pool.action_id} is not on the ledger")
            elif (outcome.height, outcome.log_index) != (pool.height, pool.log_index):
                complaints.append(f"pool {pool.pool}: expected block {outcome.height}, found block {pool.height}")
    return complaints


def _documents(tenant: Tenant) -> list[str]:
    complaints = []
    with tenant.database.reading() as view:
        for stored in tenant.vault.all_stored(view):
            try:
                tenant.vault.open(view, stored.commitment, issuer=stored.issuer)
            except TransireError as error:
                complaints.append(f"document {stored.commitment}: {error}")
    return complaints


def _records(tenant: Tenant) -> list[str]:
    before = records_digest(tenant)
    after = rebuild_records(tenant)
    if before == after:
        return []
    return [f"content differed and is now rebuilt: expected {b64url(after)}, found {b64url(before)}"]
