"""Dropping a tenant's records and building them again from its journal, its vault and the ledger."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from transire.node.following import replay_endings
from transire.node.projection import Documents, arrivals_at, project_accepted
from transire.node.tenant import Tenant
from transire.procedures.catalogue import derivations, procedures
from transire.records.rebuild import content_digest, digest_if_rebuilt, rebuild
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
