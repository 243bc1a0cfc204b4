"""The reference of documents as a page, written from the schemas and tables themselves so that it cannot lag behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec

from transire.documents.catalogue import document_type, schema_bytes, schema_ids, schema_url
from transire.documents.csv_table import MAX_BYTES, MAX_CELL, MAX_ROWS, Column
from transire.documents.form import Table, columns_of, form_of
from transire.documents.invoice import INVOICE_COLUMNS, LINE_COLUMNS
from transire.documents.product_columns import MATERIAL_COLUMNS, PRODUCT_COLUMNS
from transire.documents.transport import PACKING_COLUMNS, TRANSPORT_COLUMNS

_HEAD: Final = """# Documents

Written by `python scripts/write_document_reference.py` from the schemas and tables of `transire.documents`.
The normative page is `spec/documents.md`.

Each document is a W3C Verifiable Credential; the members below are those of its `credentialSubject`. *needed* members
must always be there; others may be needed in one case, as their line says. *index* marks what records may hold in
clear: everything else is only in the sealed document and goes when its key is erased.
"""

_TABLES_HEAD: Final = f"""
# Tables

CSV as an ERP exports it: UTF-8, commas between cells, a header row, decimals with a point; at most
{MAX_BYTES // 1024 // 1024} MB, {MAX_ROWS:,} rows and {MAX_CELL:,} characters a cell.
The order of the columns is free, an unknown column is refused. A table is taken whole or not at all, and every problem
is told with its row and column. A cell that begins like a formula stays the text it is. `examples/` holds tables of
each kind.
"""

_PARTIES: Final = """
`contactParty` is a `party` with telephone number and e-mail address, `phonedParty` one with telephone number.
"""


def reference_page() -> str:
    """The whole page."""
    types = "".join(_type_section(schema_id) for schema_id in schema_ids())
    return _HEAD + types + _common_section() + _TABLES_HEAD + "".join(_table_sections())


def _type_section(schema_id: str) -> str:
    kind = document_type(schema_id)
    subject = _decoded(schema_bytes(schema_id))["properties"]["credentialSubject"]
    facts = f"Type `{kind.type_name}` · schema `{schema_url(schema_id)}`"
    if kind.issued_by:
        facts += f" · issued by a member that is {' or '.join(name.replace('_', ' ') for name in kind.issued_by)}"
    return f"\n## {kind.title}: `{schema_id}`\n\n{kind.description}\n\n{facts}\n\n{_member_table(subject)}"


def _common_section() -> str:
    common = _decoded((files("transire.documents") / "schemas" / "common.1.json").read_bytes())
    parts = [_PARTIES]
    for name in ("party", "address", "signingOfficial", "period", "ruleOfOrigin", "tradeParty", "tradePlace"):
        parts.append(f"\n### `{name}`\n\n{_member_table(common['$defs'][name])}")
    codes = "\n".join(
        f"| `{name}` | {schema['x-expected']} |" for name, schema in common["$defs"].items() if "x-expected" in schema
    )
    return f"\n## Building blocks\n{''.join(parts)}\n### Codes\n\n| name | looks like |\n|---|---|\n{codes}\n"


def _member_table(schema: Mapping[str, Any]) -> str:
    rows = "".join(_member_rows(schema, ""))
    return f"| member | is | needed | index | meaning |\n|---|---|---|---|---|\n{rows}"


def _member_rows(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        here = f"{path}{name}"
        needed = "yes" if name in schema.get("required", ()) else ""
        index = "yes" if member.get("x-indexable") else ""
        yield f"| `{here}` | {_kind(member)} | {needed} | {index} | {_meaning(member)} |\n"
        yield from _member_rows(member, f"{here}.")
        yield from _member_rows(member.get("items", {}), f"{here}[].")


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rsplit('/', 1)[1]}`"
    if "const" in schema:
        return "fixed text" if len(str(schema["const"])) > 20 else f"`{schema['const']}`"
    if "enum" in schema:
        return " ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "any"))


def _meaning(schema: Mapping[str, Any]) -> str:
    words = f" UN/CEFACT: `{schema['x-uncefact']}`." if "x-uncefact" in schema else ""
    return (str(schema.get("description", "")) + words).strip().replace("|", "\\|")


def _table_sections() -> Iterator[str]:
    for title, columns in (
        ("Products (`products.csv`)", PRODUCT_COLUMNS),
        ("Materials (`materials.csv`)", MATERIAL_COLUMNS),
        ("Invoice: columns that are the same on each row", INVOICE_COLUMNS),
        ("Invoice: columns of the line", LINE_COLUMNS),
        ("Transport of an entry: columns of the shipment", TRANSPORT_COLUMNS),
        ("Transport of an entry: columns of the packing list", PACKING_COLUMNS),
    ):
        yield f"\n## {title}\n\n{_column_table(columns)}"
    for schema_id in schema_ids():
        if document_type(schema_id).issued_by:
            yield from _lists_of(schema_id)


def _lists_of(schema_id: str) -> Iterator[str]:
    """The lists of a type that its form takes as CSV."""
    for part in form_of(schema_id):
        if isinstance(part, Table):
            title = f"{document_type(schema_id).title}: rows of `{part.name}`"
            yield f"\n## {title}\n\n{_column_table(columns_of(schema_id, part.name))}"


def _column_table(columns: Sequence[Column]) -> str:
    rows = "".join(
        f"| `{column.name}` | {'yes' if column.required else ''} | {column.meaning} |\n" for column in columns
    )
    return f"| column | needed | holds |\n|---|---|---|\n{rows}"


def _decoded(raw: bytes) -> dict[str, Any]:
    return msgspec.json.decode(raw, type=dict[str, Any])
