"""Between a step and its being on the ledger: a moment, in which a person need not look at an empty page.

A service has kept everything when it returns; what it stated is on the ledger one block later, and in the records
after that. The door waits this moment, and shows a page that looks again by itself where it takes longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from transire.records.documents import DocumentFilter, list_documents
from transire.records.errors import StatementUnknown
from transire.records.statements import find_statement

if TYPE_CHECKING:
    from transire.node.tenant import Tenant
    from transire.portal.visit import Visit

PATIENCE_SECONDS = 2.0
"""Longer than a block of the embedded engine takes, shorter than a person's doubt."""
LOOK_EVERY_SECONDS = 0.02


def await_version(tenant: Tenant, commitment: str) -> None:
    """Wait until the records know this version of a document, or patience is over."""
    _await(lambda: _knows_version(tenant, commitment))


def await_statement(tenant: Tenant, statement_id: str) -> None:
    """Wait until the records know this statement, or patience is over."""
    _await(lambda: _knows_statement(tenant, statement_id))


def show_under_way(visit: Visit, document_id: str) -> Response | None:
    """The page for a document that is kept but not on the ledger yet; None when it is not held at all."""
    with visit.tenant.database.reading() as view:
        if visit.tenant.vault.newest(view, document_id) is None:
            return None
    return visit.show("under_way.html")


def _await(is_there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there() and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)


def _knows_version(tenant: Tenant, commitment: str) -> bool:
    with tenant.database.reading() as view:
        return bool(list_documents(view, DocumentFilter(commitments=(commitment,)), limit=1).rows)


def _knows_statement(tenant: Tenant, statement_id: str) -> bool:
    with tenant.database.reading() as view:
        try:
            find_statement(view, statement_id)
        except StatementUnknown:
            return False
    return True
