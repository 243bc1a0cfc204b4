"""The standing instruction that comes with a power of attorney: the principal's node gives the broker its papers.

What the broker needs to draft an entry (certifications and invoices) goes to it as soon as both the power and the
paper are there, with the statements that prove the principal's own possession; so does every notice that one of these
papers was withdrawn or replaced. Nothing else goes, and nothing once the power is revoked.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from transire.documents.authority import Power, read_power_of_attorney
from transire.node.tenant import Tenant
from transire.procedures.papers import deliveries_to, open_newest, share_paper
from transire.procedures.power_of_attorney.statements import GRANTED, NOTICES
from transire.procedures.power_of_attorney.tables import list_grants
from transire.records.documents import DocumentFilter, every_document
from transire.vault import journal, outbox
from transire.vault.statements import DELIVERED, named_body
from transire.vault.statements import GRANTED as SHARED

NEEDED: tuple[str, ...] = (
    "certification-of-origin/usmca/1",
    "certification-of-origin/cafta-dr/1",
    "certification-of-origin/nafta/1",
    "commercial-invoice/1",
)
"""The papers that an entry is drafted from."""

POWER: Power = "documents"


def on_received(tenant: Tenant, tx: sa.Connection, context: Any, statement: Any, documents: Any) -> None:
    """React to a statement that has just become known as accepted."""
    body: dict[str, Any] = statement.body
    if context.own and statement.kind == GRANTED.name and statement.about:
        if _may_have_papers(tenant, tx, statement.about[0]):
            _share_all(tenant, tx, body["agent"])
    elif context.own and statement.kind == DELIVERED.name and "commitment" in body:
        if tenant.vault.stored(tx, body["commitment"]).schema_id in NEEDED:
            for agent in _agents(tenant, tx):
                _share(tenant, tx, body["commitment"], agent)
    elif not context.own and statement.kind in NOTICES:
        for agent in _agents(tenant, tx):
            _pass_on(tenant, tx, context.statement_id, body["version"], agent)


def _agents(tenant: Tenant, tx: sa.Connection) -> list[str]:
    """The brokers to which this member's papers go today."""
    today = tenant.now().date()
    live = [grant for grant in list_grants(tx, principal=tenant.did) if grant.is_live(today)]
    return sorted({grant.agent for grant in live if _may_have_papers(tenant, tx, grant.authority)})


def _may_have_papers(tenant: Tenant, tx: sa.Connection, authority: str) -> bool:
    paper = open_newest(tenant, tx, authority)
    return paper is not None and POWER in read_power_of_attorney(paper.credential).powers


def _share_all(tenant: Tenant, tx: sa.Connection, agent: str) -> None:
    for line in every_document(tx, DocumentFilter(schema_ids=NEEDED, status="current", latest_version=True)):
        _share(tenant, tx, line.commitment, agent)


def _share(tenant: Tenant, tx: sa.Connection, version: str, agent: str) -> None:
    """Share a paper with the proof of possession; one whose delivery is still on its way to the ledger waits for it."""
    stored = tenant.vault.stored(tx, version)
    is_proven = stored.issuer == tenant.did or deliveries_to(tx, stored.document_id, version, tenant.did)
    if stored.schema_id not in NEEDED or not is_proven:
        return
    if share_paper(tenant, tx, None, version, agent, purpose="entry"):
        # What came before the paper could go is told with it: alone it would be about a paper that nobody there has.
        for notice in journal.find_about(tx, stored.document_id, kinds=NOTICES):
            if notice.statement.by != tenant.did and notice.statement.body["version"] == version:
                _pass_on(tenant, tx, notice.id, version, agent)


def _pass_on(tenant: Tenant, tx: sa.Connection, notice: str, version: str, agent: str) -> None:
    """Bring the notice itself: the granting statement that goes with it says that the paper is still shared.

    A broker that was not given the paper would wait for it for ever; if it is given yet, the notice goes along.
    """
    if not tenant.vault.has(tx, version):
        return
    stored = tenant.vault.stored(tx, version)
    if not outbox.is_given(tx, agent, stored.document_id, version):
        return
    named = named_body(stored.document_id, version, stored.issuer)
    tenant.state(
        tx,
        None,
        SHARED.name,
        {**named, "recipient": agent, "purpose": "notice"},
        about=[stored.document_id],
        recipients=[agent],
        attach=[notice],
        purpose="notice",
    )
