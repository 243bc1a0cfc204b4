"""Dropping a tenant's records and building them again from its journal, its vault and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import sqlalchemy as sa

from transire.node.following import replay_endings
from transire.node.projection import Documents, arrivals_at, project_accepted
from transire.node.tenant import Tenant
from transire.procedures.catalogue import derivations, procedures
from transire.records import tables as records_tables
from transire.records.rebuild import content_digest, digest_if_rebuilt, rebuild, rows_if_rebuilt
from transire.vault import journal

Progress = Callable[[int, int], None]
"""Called with how many statements are done, and of how many."""


def rebuild_records(tenant: Tenant, progress: Progress = lambda done, of: None) -> bytes:
    """Rebuild, in one transaction; returns the digest of the content. Nothing is stated, delivered or told anew."""

    rebuild(tenant.database, lambda tx: _replay(tx, tenant, progress), also=_procedure_tables())
    return records_digest(tenant)


def rebuilt_digest(tenant: Tenant) -> bytes:
    """The digest that the records would have after a rebuild; they stay as they are."""
    return digest_if_rebuilt(
        tenant.database, lambda tx: _replay(tx, tenant, lambda done, of: None), also=_procedure_tables()
    )


def records_digest(tenant: Tenant) -> bytes:
    """The same for equal content, whatever the order in which it came to be."""
    return content_digest(tenant.database, also=_procedure_tables())


def rows_that_differ(tenant: Tenant) -> Iterator[str]:
    """Each row that a rebuild would alter, named by its table and key. What it holds is not told: reports travel."""
    found, expected = (
        _by_key(lines)
        for lines in rows_if_rebuilt(
            tenant.database, lambda tx: _replay(tx, tenant, lambda done, of: None), also=_procedure_tables()
        )
    )
    for key in sorted(found.keys() | expected.keys()):
        yield f"{key}: {_difference(found.get(key), expected.get(key))}"


def _by_key(lines: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    metadatas = (records_tables.metadata, *_procedure_tables())
    tables = {name: table for metadata in metadatas for name, table in metadata.tables.items()}
    rows = {}
    for line in lines:
        name, values = orjson.loads(line)
        key = (f"{column.name} {values[column.name]}" for column in tables[name].primary_key.columns)
        rows[", ".join((name, *key))] = values
    return rows


def _difference(found: dict[str, Any] | None, expected: dict[str, Any] | None) -> str:
    if found is None or expected is None:
        return "expected a row, found none" if found is None else "expected no row, found one"
    return f"another value in {', '.join(name for name in expected if found[name] != expected[name])}"


def _replay(tx: sa.Connection, tenant: Tenant, progress: Progress) -> None:
    arrivals = list(arrivals_at(tenant, journal.all_accepted(tx)))
    documents = Documents(tx, tenant.vault)
    for done, arrival in enumerate(arrivals, start=1):
        project_accepted(tx, [arrival], documents)
        progress(done, len(arrivals))
    height = replay_endings(tx, tenant.engine)
    for derivation in derivations():
        derivation.derive(tenant, tx, height)


def _procedure_tables() -> list[sa.MetaData]:
    return [procedure.metadata() for procedure in procedures()]
