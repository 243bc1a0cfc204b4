"""The reference page is the one that the schemas and tables give."""

from __future__ import annotations

from pathlib import Path

from transire.documents.catalogue import schema_ids
from transire.documents.invoice import INVOICE_COLUMNS, LINE_COLUMNS
from transire.documents.product_columns import MATERIAL_COLUMNS, PRODUCT_COLUMNS
from transire.documents.reference import reference_page


def test_the_committed_page_is_up_to_date(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "documents.md").read_text(encoding="utf-8")
    assert page == reference_page(), "run python scripts/write_document_reference.py"


def test_every_type_and_column_stands_on_it() -> None:
    page = reference_page()
    for name in (*schema_ids(), *(column.name for column in (*PRODUCT_COLUMNS, *MATERIAL_COLUMNS))):
        assert f"`{name}`" in page
    for column in (*INVOICE_COLUMNS, *LINE_COLUMNS):
        assert f"| `{column.name}` | {'yes' if column.required else ''} | {column.meaning} |" in page
