"""Ending versions of a member's own documents, so that a crash between two steps leaves nothing half ended.

A new version, or a notice of withdrawal, is durable first; then the version before is ended on the ledger, and the
person is answered. Should the node stop in between, the ending is made up for when the ledger accepts the statement
(`finish_endings`), which every node does before anything else after its start.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import structlog

from transire.errors import TransireError
from transire.ledger.endings import ended_key
from transire.node.errors import WitnessRefused
from transire.node.tenant import Tenant
from transire.vault.statements import ISSUED

ALREADY_ENDED = "ledger.already-ended"
"""The ledger's answer to whoever ends a version again; what was to be reached is reached."""

log = structlog.get_logger(__name__)


def end_version(tenant: Tenant, version: str, *, successor: str | None = None) -> None:
    """End a version of this member's own document, unless the ledger has ended it already."""
    if tenant.engine.state(ended_key(tenant.did, version)) is not None:
        return
    try:
        tenant.end(version, successor)
    except WitnessRefused as error:
        if error.got != ALREADY_ENDED:
            raise


def finish_endings(
    tenant: Tenant, context: Any, statement: Any, *, schemas: Collection[str], withdrawn: str | None = None
) -> None:
    """End what a statement of this member says is no more: the version before a new one, or one that is withdrawn."""
    if not context.own:
        return
    body: dict[str, Any] = statement.body
    try:
        if statement.kind == ISSUED.name and body["schema"] in schemas and "previous" in body:
            end_version(tenant, body["previous"], successor=body["commitment"])
        elif statement.kind == withdrawn:
            end_version(tenant, body["version"])
    except TransireError as error:
        # The statement stands whatever becomes of this; a turn that failed for ever would keep all others waiting.
        log.warning("version not ended", tenant=tenant.slug, code=error.code)
