"""The proof panel: the named checks of a statement's receipt, and the receipt as a file to keep."""

from __future__ import annotations

import re

from markupsafe import Markup
from starlette.responses import Response

from transire.api import proofs
from transire.node.errors import StatementNotAccepted
from transire.portal.findings import said_finding
from transire.portal.registry import Pages
from transire.portal.visit import Visit
from transire.portal.words import identifier

PAGES = Pages()

_DID = re.compile(r"did:(?:key|web):[A-Za-z0-9.%:_-]*[A-Za-z0-9]")


@PAGES.get("/proofs/{statement_id}", operation="receipts.read")
def show_proof(visit: Visit) -> Response:
    """Verify the receipt here and now, check by check. A statement on its way to the ledger has none yet."""
    try:
        proof = proofs.show_proof(visit.tenant, visit.actor, visit.named("statement_id"))
    except StatementNotAccepted:
        return visit.show("proof_waiting.html", statement_id=visit.named("statement_id"), status=404)
    return visit.show("proof.html", proof=proof, named=lambda text: _named(visit, text))


@PAGES.get("/receipts/{statement_id}", operation="receipts.read")
def download_receipt(visit: Visit) -> Response:
    """The receipt: one file, for `transire verify` and for a court."""
    statement_id = visit.named("statement_id").removesuffix(".json")
    reveal = visit.asked("reveal", "yes") != "no"
    receipt = proofs.export_receipt(visit.tenant, visit.actor, statement_id, reveal=reveal)
    headers = {"Content-Disposition": f'attachment; filename="{statement_id[:12]}.receipt.json"'}
    return Response(receipt, media_type="application/json", headers=headers)


def _named(visit: Visit, text: str) -> Markup:
    """A finding in words, with the names of members in place of their DIDs, which stay in the titles."""
    text = said_finding(text, visit.language.say)
    told = Markup("")
    done = 0
    for found in _DID.finditer(text):
        before = text[done : found.start()]
        told += Markup("{}{}").format(before, _member(visit, found[0], said=before))
        done = found.end()
    return told + text[done:]


def _member(visit: Visit, did: str, *, said: str) -> Markup:
    """The member's name; the DID itself, shortened, right after its name."""
    name = visit.tenant.name_of(did)
    if name == did or said.endswith(f"{name} ("):
        return identifier(did)
    return Markup('<abbr title="{}">{}</abbr>').format(did, name)
