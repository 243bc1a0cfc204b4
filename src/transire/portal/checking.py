"""Check a credential: anybody's file is dropped here, and each check says by name what was found. Nothing is kept."""

from __future__ import annotations

from starlette.responses import Response

from transire.api import checking
from transire.api.checking import CheckedFile
from transire.portal.errors import FieldMissing
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

PAGES = Pages(Place("/check", N_("Check a credential"), N_("Documents"), "documents.read"))

TITLES = {
    "form": N_("It has the form of a credential"),
    "terms": N_("Every word in it has a meaning"),
    "proof": N_("It was signed, and not changed since"),
    "issuer": N_("The issuer's own key signed it"),
    "validity": N_("It is valid now"),
    "status": N_("It was not withdrawn"),
    "holder": N_("The holder's own key signed the presentation"),
    "credentials": N_("The credentials in it hold"),
}
KINDS = {
    "credential": N_("Credential"),
    "presentation": N_("Presentation of credentials"),
    "disclosure": N_("Parts of a document of this network"),
    "receipt": N_("Receipt"),
}
BESIDE = ("did_document", "status_list")


@PAGES.get("/check", operation="documents.read")
def show_check(visit: Visit) -> Response:
    """The form."""
    return _page(visit, None)


@PAGES.post("/check", operation="documents.read", again=show_check)
def check_credential(visit: Visit) -> Response:
    """The checks of what was dropped or pasted. It is forgotten with the answer."""
    node, form = visit.portal.node, visit.form
    raw = form.files.get("file") or (form.optional("pasted") or "").encode()
    if not raw:
        raise FieldMissing(where="file")
    beside = [form.files[name] for name in BESIDE if form.files.get(name)]
    web = node.web_reader() if form.optional("online") == "yes" else None
    lookup = None if web is None else web.lookup()
    return _page(visit, checking.check_file(visit.tenant, visit.actor, raw, beside=beside, lookup=lookup))


def _page(visit: Visit, checked: CheckedFile | None) -> Response:
    return visit.show(
        "check.html",
        checked=checked,
        titles=TITLES,
        kinds=KINDS,
        issuer_name="" if checked is None else visit.tenant.name_of(checked.issuer),
        online=visit.portal.node.settings.online,
    )
