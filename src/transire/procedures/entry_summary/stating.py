"""What the filer states of the transport: from a table that nobody signed, confirmed once, and marked as its statement.

What a signed document says is not overwritten: of such a field the table is not taken.
"""

from __future__ import annotations

from typing import Any

from transire.desk import drafts as desk
from transire.desk.drafts import Source
from transire.desk.person import Person
from transire.desk.pointer import with_value
from transire.documents.transport import Transport, read_transport_csv
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.drafting import STATED
from transire.procedures.entry_summary.errors import PackedLineUnknown
from transire.procedures.entry_summary.relations import find_own_draft


def state_transport(tenant: Tenant, person: Person, draft_id: str, table: bytes) -> desk.Draft:
    """Take the facts of a bill of lading or air waybill, and of its packing list, into a draft.

    Refused as a whole where one row is wrong, or packs a line that the draft does not declare.
    """
    stated = read_transport_csv(table)
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        by = "the importer" if (draft.content.get("importer") or {}).get("id") == tenant.did else "the broker"
        content, sources = draft.content, dict(draft.sources)
        for pointer, (value, place) in _found(draft.content, stated).items():
            known = sources.get(pointer)
            if known is None or known.origin != "document":
                content = with_value(content, pointer, value)
                detail = f"{STATED} {by}: {stated.transport_document[:120]}{place}"
                sources[pointer] = Source("computed", detail=detail)
        return desk.save_draft(
            tx,
            person,
            draft.id,
            expected_version=draft.version,
            content=content,
            sources=sources,
            now=tenant.now(),
        )


def _found(content: dict[str, Any], stated: Transport) -> dict[str, tuple[Any, str]]:
    """The value of each field that the table states, by its pointer, and its place in the table."""
    found: dict[str, tuple[Any, str]] = {f"/{name}": (value, "") for name, value in stated.facts.items()}
    places = {
        (line["invoice"]["invoiceNumber"], line["invoice"]["lineNumber"]): at
        for at, line in enumerate(content["lines"])
        if line.get("invoice")
    }
    for packed in stated.packed:
        at = places.get((packed.invoice_number, packed.line_number))
        if at is None:
            told = f"row {packed.row}: invoice {packed.invoice_number}, line {packed.line_number}"
            raise PackedLineUnknown(got=told, expected="a line of an invoice of this entry")
        found[f"/lines/{at}/grossWeight"] = (format(packed.gross_weight, "f"), f", packing list row {packed.row}")
    return found
