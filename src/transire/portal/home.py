"""The home page: four buckets with their counts, as a customs declarations service has them, and what waits."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from transire.api import documents, envelopes
from transire.desk.drafts import list_drafts
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit
from transire.records.documents import DocumentFilter, DocumentLine

PAGES = Pages(Place("/", N_("Home"), "", "network.read"))

BUCKETS = ("action", "in-force", "refused", "ended")


@PAGES.get("/", operation="network.read")
def show_home(visit: Visit) -> Response:
    """The bucket that was asked for; by default what needs action."""
    if not visit.may("documents.read"):
        return visit.show("home_bare.html")
    asked = visit.asked("bucket")
    bucket = asked if asked in BUCKETS else "action"
    waiting = envelopes.count_waiting(visit.tenant, visit.actor)
    counts = documents.count_buckets(visit.tenant, visit.actor)
    view = _action(visit) if bucket == "action" else _documents(visit, bucket)
    return visit.show("home.html", bucket=bucket, waiting=waiting, counts=counts, **view)


def _action(visit: Visit) -> dict[str, Any]:
    page = envelopes.show_inbox(visit.tenant, visit.actor, limit=20)
    with visit.tenant.database.reading() as view:
        drafts = [draft for draft in list_drafts(view) if visit.portal.shows_draft(visit.actor, draft.kind)]
    labels = documents.labels(visit.tenant, (line.document_id for line in page.rows))
    return {"items": page.rows, "drafts": drafts, "lines": (), "refusals": (), "names": {}, "labels": labels}


def _documents(visit: Visit, bucket: str) -> dict[str, Any]:
    refusals = documents.list_refused(visit.tenant, visit.actor) if bucket == "refused" else []
    lines: tuple[DocumentLine, ...] = ()
    dids = {refusal.member for refusal in refusals}
    if bucket != "refused":
        in_force = DocumentFilter(status="current", latest_version=True)
        wanted = in_force if bucket == "in-force" else DocumentFilter(status="ended")
        page = documents.browse_documents(visit.tenant, visit.actor, wanted, limit=20)
        lines = page.rows
        dids |= {line.issuer for line in page.rows}
    names = {did: visit.tenant.name_of(did) for did in dids}
    return {"items": (), "drafts": (), "lines": lines, "refusals": refusals, "names": names, "labels": {}}
