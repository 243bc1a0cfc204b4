"""The documents of the trade: what their rules refuse, their forms and tables, and what an entry takes from them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_trade import TRADE_SUBJECTS

from transire.documents.carriage import carriage_facts, packed_weights
from transire.documents.catalogue import document_type, find_subject_problems, free_types
from transire.documents.errors import TableRefused
from transire.documents.form import (
    Field,
    Group,
    Table,
    TableUnknown,
    columns_of,
    form_of,
    read_table,
    subject_of,
    values_of,
)


def _without_ids(value: Any) -> Any:
    """A DID is nothing that a form asks for."""
    if isinstance(value, dict):
        return {name: _without_ids(inner) for name, inner in value.items() if name != "id"}
    return [_without_ids(each) for each in value] if isinstance(value, list) else value


NUMBERS = "/packingListNumber /invoiceNumber /orderNumber /transportDocument"
MASTER = "/masterAirWaybillNumber"
GONE = None


@pytest.mark.parametrize(
    ("schema_id", "places", "value", "code"),
    [
        ("packing-list", NUMBERS, GONE, "packing-of-nothing /invoiceNumber"),
        ("packing-list", "/lines/1/lineNumber", 1, "not-unique"),
        ("air-waybill", MASTER, "172-48835011", "air-waybill-digit"),
        ("air-waybill", MASTER, "17248835010", "pattern"),
        ("bill-of-lading", "/masterBillOfLadingNumber", "M-1", "not-a-house-bill"),
        ("bill-of-lading", "/lines/0/containerNumber", "X", "container-unlisted"),
        ("bill-of-lading", "/portOfLoading", {}, "min-properties"),
        ("bill-of-lading", "/portOfLoading/unLocode", "mxnld", "pattern"),
        ("purchase-order", "/total", "16714.99", "total-differs"),
        ("purchase-order", "/lines/0/quantity", "0", "pattern"),
        ("mill-test-report", "/composition/0/heatNumber", "9", "heat-unlisted"),
        ("mill-test-report", "/composition/0/massPercent", "92.5", "more-than-whole /composition"),
        ("phytosanitary-certificate", "/importingCountry", GONE, "required"),
        ("phytosanitary-certificate", "/lines/0/colour", "green", "additional-properties"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(schema_id: str, places: str, value: Any, code: str) -> None:
    subject = copy.deepcopy(TRADE_SUBJECTS[f"{schema_id}/1"])
    for place in places.split():
        _set(subject, place, value)
    problems = find_subject_problems(f"{schema_id}/1", subject)
    wanted, _, where = code.partition(" ")
    assert (f"documents.{wanted}", where or places) in {(each.code, each.where) for each in problems}, problems


def _set(target: Any, place: str, value: Any) -> None:
    *above, last = place.split("/")[1:]
    for name in above:
        target = target[int(name)] if isinstance(target, list) else target[name]
    if value is GONE:
        del target[last]
    else:
        target[last] = value


@pytest.mark.parametrize("schema_id", TRADE_SUBJECTS)
def test_a_form_says_all_that_its_document_says_and_gives_it_back(schema_id: str) -> None:
    subject = _without_ids(TRADE_SUBJECTS[schema_id])
    values = values_of(subject)
    asked = {
        field.pointer
        for part in form_of(schema_id)
        if not isinstance(part, Table)
        for field in (part.fields if isinstance(part, Group) else [part])
    }
    tables = tuple(part.pointer for part in form_of(schema_id) if isinstance(part, Table))
    assert all(pointer in asked or pointer.startswith(tables) for pointer in values)
    assert subject_of(schema_id, values) == subject


@given(st.sampled_from(list(TRADE_SUBJECTS)), st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_becomes_a_subject_that_the_catalogue_judges(schema_id: str, data: st.DataObject) -> None:
    parts = form_of(schema_id)
    pointers = [part.pointer for part in parts if isinstance(part, Field)]
    for table in (part for part in parts if isinstance(part, Table)):
        pointers += [f"{table.pointer}/{row}{column.pointer}" for column in table.columns for row in (0, 7)]
    pointers += ["/nothing", "/lines/x/description", "/lines", "/lines/99999999/description", "//"]
    values = data.draw(st.dictionaries(st.sampled_from(pointers), st.text(max_size=12)))
    find_subject_problems(schema_id, subject_of(schema_id, values))  # never a fault


def test_rows_come_from_a_table_and_every_wrong_cell_is_named() -> None:
    rows = read_table(
        "mill-test-report/1", "composition", b"heat_number,element,mass_percent\n4761,Cr,18.2\n4761,Ni,8\n"
    )
    assert rows == [
        {"heatNumber": "4761", "element": "Cr", "massPercent": "18.2"},
        {"heatNumber": "4761", "element": "Ni", "massPercent": "8"},
    ]
    with pytest.raises(TableRefused) as refused:
        read_table("mill-test-report/1", "composition", b"heat_number,element,mass_percent\n,Chrome,much\n")
    found = {(each.row, each.column, each.code) for each in refused.value.problems}
    assert found >= {
        (2, "heat_number", "documents.table-cell-missing"),
        (2, "element", "documents.table-shape"),
        (2, "mass_percent", "documents.table-decimal"),
    }
    every = [(each, part.name) for each in TRADE_SUBJECTS for part in form_of(each) if isinstance(part, Table)]
    assert all(columns_of(*table) for table in every)
    assert read_table("bill-of-lading/1", "notifyParties", b"name,scac\nTwo Bridges,TBCA\n") == [
        {"name": "Two Bridges", "scac": "TBCA"}
    ]
    with pytest.raises(TableUnknown, match="composition"):
        columns_of("mill-test-report/1", "nothing")


def test_each_type_is_issued_by_whom_it_is_for() -> None:
    assert set(free_types({"carrier"})) == {"packing-list/1", "bill-of-lading/1", "air-waybill/1"}
    assert "phytosanitary-certificate/1" not in free_types({"producer", "exporter", "importer", "broker", "carrier"})
    assert document_type("commercial-invoice/1").issued_by == ()


def test_an_entry_takes_what_a_bill_says_and_concludes_nothing() -> None:
    said = carriage_facts("bill-of-lading/1", TRADE_SUBJECTS["bill-of-lading/1"])
    assert {name: (each.value, each.pointer) for name, each in said.items()} == {
        "transportDocument": ("TBCA4471", "/billOfLadingNumber"),
        "carrier": ("Two Bridges Carriers", "/carrier/name"),
        "modeOfTransport": ("30", "/modeOfTransport"),
        "importDate": ("2026-11-17", "/importDate"),
        "unladingPort": ("2304", "/portOfDischarge/portCode"),
    }
    by_sea = TRADE_SUBJECTS["bill-of-lading/1"] | {"modeOfTransport": "11"}
    assert carriage_facts("bill-of-lading/1", by_sea)["carrier"].value == "Truck 17"
    flown = carriage_facts("air-waybill/1", TRADE_SUBJECTS["air-waybill/1"])
    assert flown["transportDocument"].value == "172-48835010"
    assert "modeOfTransport" not in flown


def test_the_weight_of_a_line_is_that_of_all_its_packages_or_none() -> None:
    packed = list(packed_weights(TRADE_SUBJECTS["packing-list/1"]))
    assert [(each.invoice_number, each.invoice_line, each.gross_weight) for each in packed] == [
        ("F-2026-0418", 1, "1038.8"),
        ("F-2026-0418", 2, "2.6"),
    ]
    more = copy.deepcopy(TRADE_SUBJECTS["packing-list/1"])
    more["lines"] += [{"lineNumber": 3, "invoiceLine": 1, "description": "Pump", "grossWeight": "0.2"}]
    more["lines"] += [{"lineNumber": 4, "invoiceLine": 2, "description": "Hose, not weighed"}]
    assert [(each.invoice_line, each.gross_weight) for each in packed_weights(more)] == [(1, "1039.0")]
