"""Inbox and outbox: envelopes as they come and go."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from transire.api import documents, envelopes
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit
from transire.records.inbox import InboxState

PAGES = Pages(
    Place("/inbox", N_("Inbox"), N_("Envelopes"), "inbox.read"),
    Place("/outbox", N_("Outbox"), N_("Envelopes"), "documents.read"),
    told={
        "item-done": N_("Marked as done."),
        "item-reopened": N_("The item waits again."),
    },
)

STATES = ("waiting", "done", "all")


@PAGES.get("/inbox", operation="inbox.read")
def show_inbox(visit: Visit) -> Response:
    """What waits, the pressing first; or what was done."""
    asked = visit.asked("state", "waiting")
    state = cast("InboxState", asked if asked in STATES else "waiting")
    after = visit.asked("after") or None
    page = envelopes.show_inbox(visit.tenant, visit.actor, state=state, after=after)
    counts = envelopes.count_waiting(visit.tenant, visit.actor)
    labels = documents.labels(visit.tenant, (line.document_id for line in page.rows))
    return visit.show("inbox.html", page=page, state=state, states=STATES, counts=counts, labels=labels)


@PAGES.get("/inbox/{item_id:path}/open", operation="inbox.read")
def open_item(visit: Visit) -> Response:
    """Mark as seen, and on to what the item is about."""
    item = envelopes.open_item(visit.tenant, visit.actor, visit.named("item_id"))
    return visit.go(visit.portal.item_page(item))


@PAGES.post("/inbox/{item_id:path}/done", operation="inbox.work", again=show_inbox)
def finish_item(visit: Visit) -> Response:
    """The work is done."""
    envelopes.finish_item(visit.tenant, visit.actor, visit.named("item_id"))
    return visit.go("/inbox", told="item-done")


@PAGES.post("/inbox/{item_id:path}/reopen", operation="inbox.work", again=show_inbox)
def reopen_item(visit: Visit) -> Response:
    """Put it back."""
    envelopes.reopen_item(visit.tenant, visit.actor, visit.named("item_id"))
    return visit.go("/inbox", told="item-reopened")


@PAGES.get("/outbox", operation="documents.read")
def show_outbox(visit: Visit) -> Response:
    """What went out, and what its recipients answered."""
    asked = visit.asked("before")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    return visit.show("outbox.html", page=envelopes.show_outbox(visit.tenant, visit.actor, before=before))
