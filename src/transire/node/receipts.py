"""Receipts of what a tenant knows: the ledger's evidence, written down so that anybody can check it offline."""

from __future__ import annotations

from collections.abc import Sequence

from transire.ledger.receipt import OpenedDocument, StatementEvidence, build_receipt, receipt_bytes, receipt_keys
from transire.node.tenant import Tenant

StatusOf = Sequence[tuple[str, str]]
"""Pairs of issuer and version (commitment) whose ending, or its absence, the receipt is to show."""


def statement_receipt(
    tenant: Tenant, statement_id: str, *, reveal: Sequence[str] = (), status_of: StatusOf = ()
) -> bytes:
    """The receipt of an accepted statement. `reveal` names the documents (commitments) that it opens to its reader."""
    found = tenant.located(statement_id)
    documents = _opened(tenant, reveal)
    keys = receipt_keys(found.action, statement=found.raw, status_of=status_of, documents=documents)
    # Where an outside witness countersigned the log as one of the last headers shows it, all of it stands there.
    shown_at, checkpoint = tenant.countersigned(found.place.height) or (None, "")
    evidence = tenant.engine.evidence(found.action_id, keys=keys, shown_at=shown_at)
    statement = StatementEvidence(raw=found.raw, index=found.index, path=tuple(found.path), opening=found.opening)
    return receipt_bytes(build_receipt(evidence, statement=statement, documents=documents, checkpoint=checkpoint))


def _opened(tenant: Tenant, commitments: Sequence[str]) -> list[OpenedDocument]:
    if not commitments:
        return []
    with tenant.database.reading() as view:
        opened = [(commitment, tenant.vault.open(view, commitment)) for commitment in commitments]
    return [
        OpenedDocument(commitment=commitment, salt=document.salt, representations=document.representations)
        for commitment, document in opened
    ]
