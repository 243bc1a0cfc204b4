"""Pages of destroying: what stands against it, legal holds, and the step that cannot be undone."""

from __future__ import annotations

from starlette.responses import Response

from transire.api import destruction, documents
from transire.desk.permissions import require_some
from transire.portal.registry import N_, Pages
from transire.portal.visit import Visit

PAGES = Pages(
    told={
        "document-destroyed": N_("Destroyed. Key, salt and sealed file are gone here; what was stated stays provable."),
        "hold-set": N_("The legal hold is set."),
        "hold-lifted": N_("The legal hold is lifted."),
    },
    kinds={"document.destroyed/1": N_("destroyed its copy")},
)


@PAGES.get("/documents/{document_id}/keeping", operation="documents.read")
def show_keeping(visit: Visit) -> Response:
    """Until when the record has to be kept, and the holds on it."""
    document_id = visit.named("document_id")
    found = destruction.show_safekeeping(visit.tenant, visit.actor, document_id)
    line = documents.find_line(visit.tenant, visit.actor, document_id)
    return visit.show("keeping.html", line=line, found=found, own=line.issuer == visit.tenant.did)


@PAGES.post("/documents/{document_id}/destroy", operation="documents.destroy", again=show_keeping)
def destroy_document(visit: Visit) -> Response:
    """Destroy it here, for good."""
    require_some(visit.actor, "documents.destroy")
    visit.form.one_of("confirm", ("destroy",))
    destruction.destroy_document(visit.tenant, visit.actor, visit.named("document_id"))
    return visit.go("/documents", told="document-destroyed")


@PAGES.post("/documents/{document_id}/hold", operation="holds.manage", again=show_keeping)
def set_hold(visit: Visit) -> Response:
    """Set a legal hold."""
    document_id = visit.named("document_id")
    destruction.set_hold(visit.tenant, visit.actor, document_id, visit.form.text("reason"))
    return visit.go(f"/documents/{document_id}/keeping", told="hold-set")


@PAGES.post("/documents/{document_id}/holds/{hold_id}/lift", operation="holds.manage", again=show_keeping)
def lift_hold(visit: Visit) -> Response:
    """Lift a legal hold."""
    destruction.lift_hold(visit.tenant, visit.actor, visit.named("hold_id"), visit.form.text("why"))
    return visit.go(f"/documents/{visit.named('document_id')}/keeping", told="hold-lifted")
