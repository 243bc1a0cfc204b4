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


def test_what_blocks_16_to_19_and_the_manifest_say() -> None:
    head = b"transport_document,lading_port,in_transit_number,in_transit_date,packages,package_unit\n"
    assert read_transport_csv(head + b"BL-1,20187,823456782,2026-10-30,40,CTNS\n").facts == {
        "transportDocument": "BL-1",
        "ladingPort": "20187",
        "inTransitNumber": "823456782",
        "inTransitDate": "2026-10-30",
        "manifestQuantity": {"quantity": "40", "unit": "CTNS"},
    }
    for row, column in (
        (b"BL-1,2018,,,,", "lading_port"),
        (b"BL-1,,823456783,,,", "in_transit_number"),
        (b"BL-1,,,,40,", "package_unit"),
        (b"BL-1,,,,40,cartons", "package_unit"),
    ):
        with pytest.raises(TableRefused) as refused:
            read_transport_csv(head + row + b"\n")
        assert [one.column for one in refused.value.problems] == [column]


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
