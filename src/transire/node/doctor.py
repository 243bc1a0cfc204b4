"""Examining a node that is not running: is everything there, readable, and what the signed ledger says it is?

Each examination is named and gives its complaints; an empty list is health. The deep ones compute everything again:
the ledger's roots from its rows, each statement's way to the ledger, each document's commitment from its bytes, the
records from what they were made of. Nothing is altered.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
import sqlalchemy as sa

from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url
from transire.crypto.keystore import KeyStore
from transire.errors import TransireError
from transire.ledger.action import parse_action
from transire.ledger.machine import rules_unknown
from transire.ledger.statement import verify_pool_opening, verify_statement
from transire.node.errors import StatementAltered
from transire.node.following import Follower
from transire.node.home import Home, read_secret
from transire.node.ledger import disputed_state, inspect_ledger
from transire.node.node import Node
from transire.node.rebuilding import rebuilt_digest, records_digest, rows_that_differ
from transire.node.rooms import database_file, open_database
from transire.node.settings import MemberSettings, read_settings
from transire.node.tenant import Tenant
from transire.vault import journal
from transire.vault.trees import KeptTrees

FREE_BYTES = 1 << 30
"""Less free disk than this is a complaint: the ledger stops cleanly on a full disk, but it stops."""


ROWS_NAMED = 20
"""Of rows that differ, as many are named; what altered more than these altered nearly all."""


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
    keys = _examined("settings and keys", lambda: _keys(home))
    yield keys
    if not home.path.is_dir():
        return  # there is nothing to look at, as was said
    yield _examined("disk", lambda: _disk(home))
    ledger = _examined("ledger, computed again" if deep else "ledger", lambda: _ledger(home, deep))
    yield ledger
    if not (keys.healthy and ledger.healthy):
        return  # what rests on them would only repeat the complaint
    members = read_settings(path).member
    databases = [_examined(f"{each.slug}: database", partial(_database, home, each, deep)) for each in members]
    yield from databases
    if not all(database.healthy for database in databases):
        return
    node = Node.open(path)
    try:
        yield _examined("genesis and network file", lambda: _network_files(node))
        yield _examined("rules of the ledger", lambda: _rules(node))
        for tenant in node.tenants.values():
            yield from _tenant(tenant, deep)
    finally:
        node.close()


def _tenant(tenant: Tenant, deep: bool) -> Iterator[Examination]:
    looks = [("journal against the ledger", _journal)]
    looks += [("statements", _statements), ("documents", _documents)] if deep else []
    well = True
    for name, look in looks:
        found = _examined(f"{tenant.slug}: {name}", partial(look, tenant))
        well &= found.healthy
        yield found
    if deep and well:
        # From damaged statements or documents other records would come, and the complaint would be about those.
        yield _examined(f"{tenant.slug}: records, built again", partial(_records, tenant))


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
    except OSError as error:  # a file of the node that is not there or may not be read: what the doctor is asked for
        return Examination(name, (f"{error.filename} cannot be read: {error.strerror}",))


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


def _database(home: Home, member: MemberSettings, deep: bool) -> list[str]:
    settings = read_settings(home.path)
    if settings.records.url == "sqlite" and not database_file(home, member).exists():
        return [f"{database_file(home, member)} is missing"]
    database = open_database(home, settings, member)
    try:
        return database.damage(deep=deep)
    finally:
        database.close()


def _ledger(home: Home, deep: bool) -> list[str]:
    settings = read_settings(home.path).ledger
    complaints = [str(damage) for damage in inspect_ledger(home, settings, deep=deep)]
    if disputed := disputed_state(home, settings):
        complaints.append(f"when it stopped, validators did not agree about the state: {disputed}")
    return complaints


def _network_files(node: Node) -> list[str]:
    """A backup is restored by the genesis, and whoever verifies is given the network file: both the ledger's own."""
    genesis = node.engine.beginnings()[-1]
    wanted = {node.home.genesis: genesis.raw, node.home.network: canonical_bytes(genesis.trust_root())}
    return [
        f"{path.name} is not the one of this ledger, {genesis.network}: restore it from a backup"
        for path, content in wanted.items()
        if path.read_bytes() != content
    ]


def _rules(node: Node) -> list[str]:
    """The rules that the governors decided on must be here before the block from which on they decide."""
    missing = node.engine.missing_rules
    return [] if missing is None else [str(rules_unknown(missing))]


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


def _statements(tenant: Tenant) -> list[str]:
    """Every accepted statement is what its id says, and leads to a pool that its action anchored."""
    complaints = []
    with tenant.database.reading() as view:
        kept = KeptTrees()
        for statement_id in journal.accepted_ids(view):
            try:
                _statement(view, statement_id, kept)
            except TransireError as error:
                complaints.append(f"statement {statement_id}: {error}")
    return complaints


def _statement(view: sa.Connection, statement_id: str, kept: KeptTrees) -> None:
    found = journal.locate(view, statement_id, kept=kept)
    if found is None or found.statement.id != statement_id:
        raise StatementAltered(got=found and found.statement.id, expected=statement_id)
    action = parse_action(found.action)
    if action.id != found.action_id:
        raise StatementAltered(got=action.id, expected=found.action_id, where="its action")
    opening = verify_pool_opening(str(action.body["pool"]), found.opening, network=action.network, by=action.by)
    verify_statement(found.raw, opening=opening, index=found.index, path=found.path)


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
    Follower(tenant).follow()  # after a crash the records may be behind the ledger; a start would do this first
    found, expected = records_digest(tenant), rebuilt_digest(tenant)
    if found == expected:
        return []
    differing = rows_that_differ(tenant)
    named = list(islice(differing, ROWS_NAMED))
    if more := sum(1 for _ in differing):
        named.append(f"and {more} more rows")
    digests = f"expected {b64url(expected)}, found {b64url(found)}"
    return [*named, f"content differs: {digests}; `transire records rebuild` mends it"]
