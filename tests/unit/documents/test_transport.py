"""The table of a shipment: read strictly, and refused as a whole."""

from __future__ import annotations

import pytest

from transire.documents.errors import TableRefused
from transire.documents.transport import read_transport_csv

HEAD = (
    b"transport_document,carrier,mode_of_transport,import_date,unlading_port,invoice_number,invoice_line,gross_weight\n"
)


def test_a_shipment_with_its_packing_list() -> None:
    stated = read_transport_csv(
        HEAD + b"BL-1,MAEU,11,2026-11-24,2704,F-1,1,120.5\nBL-1,MAEU,11,2026-11-24,2704,F-1,2,3\n"
    )
    assert stated.facts == {
        "transportDocument": "BL-1",
        "carrier": "MAEU",
        "modeOfTransport": "11",
        "importDate": "2026-11-24",
        "unladingPort": "2704",
    }
    assert [(one.line_number, str(one.gross_weight), one.row) for one in stated.packed] == [
        (1, "120.5", 2),
        (2, "3", 3),
    ]


def test_a_shipment_alone() -> None:
    assert read_transport_csv(b"transport_document\nAWB 001-1\n").facts == {"transportDocument": "AWB 001-1"}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (b"BL-1,,99,,,,,\n", "documents.table-"),
        (b"BL-1,,,,,,,\nBL-2,,,,,,,\n", "documents.table-differs"),
        (b"BL-1,,,,,F-1,,4\n", "documents.table-packed-line"),
        (b"BL-1,,,,,F-1,1,4\nBL-1,,,,,F-1,1,5\n", "documents.table-duplicate"),
        (b"", "documents.table-"),
    ],
)
def test_what_is_wrong_is_refused(rows: bytes, code: str) -> None:
    with pytest.raises(TableRefused) as refused:
        read_transport_csv(HEAD + rows)
    assert all(one.code.startswith(code) for one in refused.value.problems)
