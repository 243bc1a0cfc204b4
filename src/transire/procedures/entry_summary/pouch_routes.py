"""The API operation of an entry's pouch."""

from __future__ import annotations

from typing import Any

from transire.api.operations import Answer, Call, Operations
from transire.procedures.entry_summary.pouch import export_pouch

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/entries/{document_id}/pouch", "exportPouch", scope="documents.share")
def export(call: Call) -> Any:
    """The documents of an entry in one file, for `transire verify`."""
    number, raw = export_pouch(call.tenant, call.person, call.path["document_id"])
    return Answer(raw=raw, file_name=f"{number}.pouch.json")
