"""What a broker is given under its power of attorney: a notice never without the paper that it is about."""

from __future__ import annotations

import sqlalchemy as sa
from trading import Trade

from transire.node.projection import Context
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import sharing
from transire.vault import journal
from transire.vault.journal import Accepted
from transire.vault.statements import DELIVERED
from transire.vault.tables import outbox

NOTICE = "certification.withdrawn/1"


def react_to(trade: Trade, document_id: str, kind: str) -> None:
    """The importer's node becomes aware, now, of its statement of that kind about the document."""
    tenant = trade.riogrande.tenant
    with tenant.transaction() as tx:
        (found,) = (one for one in journal.find_about(tx, document_id, kinds=[kind]) if is_heard(trade, one))
        own = found.statement.by == tenant.did
        context = Context(tenant.did, tenant.roles, found.id, found.place, own, tenant.now())
        sharing.on_received(tenant, tx, context, found.statement, None)


def is_heard(trade: Trade, one: Accepted) -> bool:
    return one.statement.by == trade.riogrande.tenant.did or one.statement.kind == NOTICE


def envelopes_to_the_broker(trade: Trade) -> list[str]:
    with trade.riogrande.tenant.database.reading() as view:
        query = sa.select(outbox.c.purpose).where(outbox.c.recipient == trade.gateway.did).order_by(outbox.c.seq)
        return [purpose for purpose in view.execute(query).scalars() if purpose in ("entry", "notice")]


def test_a_notice_waits_for_the_paper_and_goes_with_it(trade: Trade) -> None:
    """After a fall the node may learn of a withdrawal before its own receipt of the paper is on the ledger."""
    trade.import_products()
    issued = trade.certify()
    trade.settle()
    origin.withdraw_certification(trade.bajio.tenant, trade.bajio.person, issued.document_id, "A supplier was wrong")
    trade.settle()
    trade.until(lambda: origin.show_certification(trade.riogrande.tenant, issued.document_id).line.state == "withdrawn")
    trade.empower()  # what has ended already is not given to it
    trade.settle()
    assert envelopes_to_the_broker(trade) == []
    react_to(trade, issued.document_id, NOTICE)
    assert envelopes_to_the_broker(trade) == []
    react_to(trade, issued.document_id, DELIVERED.name)
    assert envelopes_to_the_broker(trade) == ["entry", "notice"]
    trade.settle()
    (notice,) = origin.show_certification(trade.gateway.tenant, issued.document_id).notices
    assert notice.reason == "A supplier was wrong"
