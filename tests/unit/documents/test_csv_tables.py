"""Tables of an ERP: every problem at once with row and column, nothing half-taken, every cell the text it is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sample_tables import INVOICE, MATERIAL, PRODUCT, table

from transire.documents.csv_table import MAX_BYTES, MAX_PROBLEMS, MAX_ROWS
from transire.documents.errors import TableRefused
from transire.documents.invoice import read_invoice_csv
from transire.documents.product import (
    costed_product,
    read_materials_csv,
    read_product_master,
    read_products_csv,
)
from transire.documents.product_columns import PRODUCT_COLUMNS


def places(read: Callable[[bytes], object], raw: bytes) -> list[tuple[int, str | None, str]]:
    with pytest.raises(TableRefused) as refused:
        read(raw)
    assert all(problem.sentence.endswith(".") and problem.fix.endswith(".") for problem in refused.value.problems)
    return [
        (problem.row, problem.column, problem.code.removeprefix("documents.table-"))
        for problem in refused.value.problems
    ]


def test_a_product_and_its_bill_are_read_and_costed() -> None:
    master = read_product_master(table({**PRODUCT, "promotion_cost": "4.00"}), table(MATERIAL))
    (product,) = master.products
    (line,) = master.bills["BV-CP200"]
    assert (product.tariff_number, product.transaction_value) == ("8413.70.20.05", Decimal("412.00"))
    assert line.supplier is None
    good = costed_product(product, master.bills["BV-CP200"])
    assert str(good.total_cost) == "189.50"
    assert str(good.net_cost) == "185.50"


def test_an_undotted_number_is_written_as_the_schedule_prints_it() -> None:
    (product,) = read_products_csv(table({**PRODUCT, "tariff_number": "8413702005"}))
    assert product.tariff_number == "8413.70.20.05"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_mark(encoding: str) -> None:
    (product,) = read_products_csv(table({**PRODUCT, "description": "Válvula ñ 泵"}, encoding=encoding))
    assert product.description == "Válvula ñ 泵"


@pytest.mark.parametrize(
    ("encoding", "guess"), [("latin-1", "Windows-1252 or Latin-1"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")]
)
def test_other_encodings_are_refused_with_the_fix(encoding: str, guess: str) -> None:
    with pytest.raises(TableRefused, match=f"looks like {guess}.*Save it again as 'CSV UTF-8") as refused:
        read_products_csv(table({**PRODUCT, "description": "Válvula"}, encoding=encoding))
    assert [problem.code for problem in refused.value.problems] == ["documents.table-encoding"]


@pytest.mark.parametrize("head", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"])
def test_a_workbook_is_called_one(head: bytes) -> None:
    with pytest.raises(TableRefused, match=r"workbook.*Save it again as 'CSV UTF-8") as refused:
        read_products_csv(head)
    assert [problem.code for problem in refused.value.problems] == ["documents.table-workbook"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("tariff_number", "8413.7", "tariff-number"),
        ("tariff_number", "8413", "tariff-number"),
        ("tariff_number", "7713.70", "tariff-number"),
        ("tariff_number", "pump", "tariff-number"),
        ("transaction_value", "412,00", "decimal-comma"),
        ("transaction_value", "1.412,00", "decimal-comma"),
        ("transaction_value", "1,412.00", "decimal-comma"),
        ("transaction_value", "1,412", "decimal-comma"),
        ("transaction_value", "$412", "decimal"),
        ("transaction_value", "4.12E+02", "decimal"),
        ("transaction_value", "=1+1", "decimal"),
        ("labour_cost", "-1", "negative"),
        ("country_of_origin", "Mexico", "country"),
        ("country_of_origin", "mx", "country"),
        ("currency", "US$", "currency"),
        ("agreement", "nafta2", "choice"),
        ("origin_criterion", "E", "criterion"),
        ("origin_criterion", "", "criterion"),
        ("agreement", "", "criterion"),
        ("description", "", "cell-missing"),
        ("description", "two\nlines", "cell-control"),
        ("description", "bell\x07", "cell-control"),
        ("description", "x" * 251, "cell-long"),
        ("description", "x" * 1001, "cell-long"),
    ],
)
def test_a_cell_that_its_column_does_not_take(column: str, cell: str, code: str) -> None:
    raw = table(PRODUCT, {**PRODUCT, "product_number": "BV-2", column: cell})
    assert places(read_products_csv, raw) == [(3, column, code)]


def test_all_problems_of_both_tables_are_told_at_once() -> None:
    products = table({**PRODUCT, "currency": "usd", "unit": ""}, {**PRODUCT, "product_number": "X", "labour_cost": "a"})
    materials = table({**MATERIAL, "quantity": "0"}, {**MATERIAL, "origin": "yes"})
    with pytest.raises(TableRefused) as refused:
        read_product_master(products, materials)
    assert [(problem.table, problem.row, problem.column) for problem in refused.value.problems] == [
        ("products", 2, "unit"),
        ("products", 2, "currency"),
        ("products", 3, "labour_cost"),
        ("materials", 2, "quantity"),
        ("materials", 3, "origin"),
    ]
    assert str(refused.value.problems[3]) == (
        "materials, row 2, column quantity: This number must be more than zero. Write the quantity."
    )
    assert len(refused.value.as_problem()["problems"]) == 5


def test_tables_that_do_not_fit_together() -> None:
    products = table(
        PRODUCT, {**PRODUCT, "product_number": "BARE"}, {**PRODUCT, "product_number": "GROWN", "origin_criterion": "A"}
    )
    materials = table(
        MATERIAL, {**MATERIAL, "product_number": "GHOST"}, {**MATERIAL, "material_number": "2", "currency": "MXN"}
    )
    with pytest.raises(TableRefused) as refused:
        read_product_master(products, materials)
    assert [(problem.table, problem.row, problem.code) for problem in refused.value.problems] == [
        ("products", 3, "documents.table-no-materials"),
        ("materials", 3, "documents.table-unknown-product"),
        ("materials", 4, "documents.table-other-currency"),
    ]


def test_a_number_that_stands_twice_names_the_first_row() -> None:
    raw = table(PRODUCT, {**PRODUCT, "product_number": "B"}, PRODUCT)
    with pytest.raises(TableRefused, match="stands in row 2 already"):
        read_products_csv(raw)
    assert places(read_products_csv, raw) == [(4, "product_number", "duplicate")]
    twice = table(MATERIAL, {**MATERIAL, "product_number": "B"}, MATERIAL)
    assert places(read_materials_csv, twice) == [(4, "material_number", "duplicate")]


def test_more_left_out_than_there_are_costs() -> None:
    raw = table({**PRODUCT, "royalty_cost": "93.01"})
    assert places(read_products_csv, raw) == [(2, None, "excluded-costs")]
    read_products_csv(table({**PRODUCT, "royalty_cost": "93.00"}))


def test_columns_unknown_missing_and_twice_are_told_with_the_cells_below() -> None:
    raw = b"product_number,description,desc,unit,unit\nA,,x,EA,EA\n"
    found = places(read_products_csv, raw)
    assert (1, "desc", "column-unknown") in found
    assert (1, "unit", "column-twice") in found
    assert (1, "currency", "column-missing") in found
    assert (2, "description", "cell-missing") in found
    assert (1, "period_cost", "column-missing") not in found
    with pytest.raises(TableRefused) as refused:
        read_products_csv(raw)
    (missing,) = (one for one in refused.value.problems if one.column == "currency")
    assert missing.fix == "Add a column of this name to the export."  # whoever reads it has no reference at hand


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (table(PRODUCT).splitlines()[0], "empty"),
        (table(PRODUCT).replace(b",", b";"), "delimiter"),
        (table(PRODUCT).replace(b",", b"\t"), "delimiter"),
        (b"1,2,3\n4,5,6\n", "no-header"),
        (b"unit" + b"," * 500_000, "no-header"),
        (b"x" * (MAX_BYTES + 1), "too-large"),
        (table(PRODUCT) + b"\x00", "encoding"),
        (table(PRODUCT) + b'"BV-2,Pump', "quoting"),
        (table(PRODUCT) + b'"BV-2"x,Pump', "quoting"),
        (table(PRODUCT) + b"BV-2,Pump\n", "row-length"),
        (table({**PRODUCT, "transaction_value": "412"}).replace(b",412,", b",412,00,"), "row-length"),
    ],
)
def test_files_that_are_no_table_of_products(raw: bytes, code: str) -> None:
    assert code in {found for _, _, found in places(read_products_csv, raw)}


def test_a_table_that_is_too_long_is_refused_and_a_broken_one_read_only_so_far() -> None:
    row = table(PRODUCT).splitlines()[1] + b"\n"
    long = table(PRODUCT) + row * (MAX_ROWS + 1)
    assert places(read_products_csv, long)[0][2] in ("too-long", "duplicate")
    broken = table({**PRODUCT, "unit": ""}) + row.replace(b"EA", b"") * (MAX_ROWS - 1)
    assert MAX_PROBLEMS <= len(places(read_products_csv, broken)) <= MAX_PROBLEMS + len(PRODUCT_COLUMNS)


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    """Blank rows count, and a cell with a line break inside its quotes is one row."""
    head, row = table(PRODUCT).splitlines()
    broken = row.replace(b"Centrifugal pump", b'"two\nlines"')
    raw = b"\n".join([head, b"", b"," * head.count(b","), row, broken, b""])
    assert places(read_products_csv, raw) == [(5, "description", "cell-control")]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "'quoted"]
)
def test_a_formula_is_text_and_stays_text(cell: str) -> None:
    (product,) = read_products_csv(table({**PRODUCT, "description": cell}))
    assert product.description == cell


def test_an_invoice_is_read_in_the_order_of_its_lines() -> None:
    second = {**INVOICE, "line": "2", "description": "Fan", "net_weight": "5.4"}
    rows = [{**second, "freight": "10", "charges_included": "no", "discount": "2"}, INVOICE | {"line": "1"}]
    rows[1] = rows[0] | rows[1]
    invoice = read_invoice_csv(table(*rows))
    assert [line.line_number for line in invoice.lines] == [1, 2]
    assert [(one.name, str(one.amount), one.included) for one in invoice.charges] == [("freight", "10", False)]
    assert [(one.name, one.included) for one in invoice.discounts] == [("discount", False)]
    assert invoice.seller.address.country == "MX"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("invoice_date", "12/11/2026", "date"),
        ("invoice_date", "2026-02-30", "date"),
        ("invoice_date", "20261112", "date"),
        ("port_of_entry", "712", "port"),
        ("line", "0", "number"),
        ("line", "1.0", "number"),
        ("line", "1" * 400, "number"),
        ("quantity", "0.00", "not-positive"),
        ("seller_phone", "call us", "phone"),
        ("seller_email", "sales at example.com", "email"),
        ("charges_included", "maybe", "choice"),
    ],
)
def test_a_cell_that_an_invoice_does_not_take(column: str, cell: str, code: str) -> None:
    assert places(read_invoice_csv, table({**INVOICE, column: cell})) == [(2, column, code)]


def test_one_table_holds_one_invoice_and_each_line_once() -> None:
    raw = table(INVOICE, {**INVOICE, "line": "2", "invoice_number": "F-2"}, {**INVOICE, "total": "1"})
    assert places(read_invoice_csv, raw) == [
        (4, "line", "duplicate"),
        (3, "invoice_number", "differs"),
        (4, "total", "differs"),
    ]


def test_charges_must_say_whether_the_prices_contain_them() -> None:
    assert places(read_invoice_csv, table({**INVOICE, "freight": "5"})) == [(2, "charges_included", "charges-included")]
