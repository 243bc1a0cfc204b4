"""The page of an entry's pouch: what is in it, and the file to hand over."""

from __future__ import annotations

from starlette.responses import Response

from transire.portal.registry import Pages
from transire.portal.visit import Visit
from transire.procedures.entry_summary.pouch import export_pouch, pouch_contents

PAGES = Pages()


@PAGES.get("/entries/{document_id}/pouch", operation="documents.share")
def show_pouch(visit: Visit) -> Response:
    """Which documents go into it, how they stand, and which are not held here."""
    contents = pouch_contents(visit.tenant, visit.actor, visit.named("document_id"))
    names = {line.issuer: visit.tenant.name_of(line.issuer) for line in contents.documents}
    return visit.show(
        "entry_summary/pouch.html",
        contents=contents,
        names=names,
        entry_id=visit.named("document_id"),
        command=f"transire verify {contents.entry_number}.pouch.json --network network.json",
    )


@PAGES.get("/entries/{document_id}/pouch.json", operation="documents.share")
def download_pouch(visit: Visit) -> Response:
    """The file."""
    number, raw = export_pouch(visit.tenant, visit.actor, visit.named("document_id"))
    headers = {"Content-Disposition": f'attachment; filename="{number}.pouch.json"'}
    return Response(raw, media_type="application/json", headers=headers)
