"""Whatever comes in as a table is read whole or refused whole, with problems that a person can find."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_tables import INVOICE, MATERIAL, PRODUCT, table

from transire.documents.catalogue import find_subject_problems
from transire.documents.errors import TableRefused
from transire.documents.invoice import SCHEMA_ID, Invoice, invoice_subject, read_invoice_csv
from transire.documents.product import read_materials_csv, read_product_master, read_products_csv

READERS: list[tuple[Callable[[bytes], object], dict[str, str]]] = [
    (read_products_csv, PRODUCT),
    (read_materials_csv, MATERIAL),
    (read_invoice_csv, INVOICE),
]
every_reader = pytest.mark.parametrize(("read", "row"), READERS, ids=["products", "materials", "invoice"])


def _read_or_refuse(read: Callable[[bytes], object], raw: bytes) -> object | None:
    refused = None
    try:
        return read(raw)
    except TableRefused as error:
        refused = error
    assert refused.problems
    assert all(problem.row >= 1 and problem.sentence and problem.fix for problem in refused.problems)
    assert refused.as_problem()["code"] == "documents.table-refused"
    return None


@every_reader
@settings(deadline=None)
@given(raw=st.binary(max_size=400))
def test_any_bytes(read: Callable[[bytes], object], row: dict[str, str], raw: bytes) -> None:
    assert _read_or_refuse(read, raw) is None
    _read_or_refuse(read, table(row) + raw)


@every_reader
@settings(deadline=None)
@given(data=st.data())
def test_any_text_in_any_cell(read: Callable[[bytes], object], row: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    cell = data.draw(
        st.one_of(
            st.text(max_size=40),
            st.text("0123456789.,-+eE ", max_size=24),
            st.sampled_from(["=1+1", "\ufeff", "\u2028", "0" * 30, "9" * 30, "2026-13-01", "0000-01-01", "MX ", "nan"]),
        )
    )
    try:
        raw = table({**row, name: cell})
    except UnicodeEncodeError:
        return
    found = _read_or_refuse(read, raw)
    if isinstance(found, Invoice):
        # What a table gives can always be issued: the schema refuses nothing that the table let through.
        assert not find_subject_problems(SCHEMA_ID, invoice_subject(found))


@every_reader
@settings(deadline=None)
@given(data=st.data())
def test_one_byte_changed_or_lost(read: Callable[[bytes], object], row: dict[str, str], data: st.DataObject) -> None:
    raw = table(row, {**row, **{name: "B" for name in ("product_number",) if name in row}})
    at = data.draw(st.integers(0, len(raw) - 1))
    _read_or_refuse(read, raw[:at])
    _read_or_refuse(read, raw[:at] + bytes([data.draw(st.integers(0, 255))]) + raw[at + 1 :])


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["C"], exclude_characters="\u2028\u2029"), min_size=1, max_size=250))
def test_a_description_is_kept_letter_by_letter(text: str) -> None:
    if text.strip():
        (product,) = read_products_csv(table({**PRODUCT, "description": text}))
        assert product.description == text.strip()


@settings(deadline=None)
@given(products=st.binary(max_size=60), materials=st.binary(max_size=60))
def test_two_tables_together(products: bytes, materials: bytes) -> None:
    with pytest.raises(TableRefused):
        read_product_master(products, materials)
