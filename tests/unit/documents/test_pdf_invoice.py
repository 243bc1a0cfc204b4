"""Invoices out of PDFs: three layouts read to the last field, what is unclear left blank, hostile files refused."""

from __future__ import annotations

import io
import zlib
from decimal import Decimal

import pytest
from invoice_layouts import blank, english, long, plain, spanish

from transire.documents.errors import PdfUnconfirmed, PdfUnreadable
from transire.documents.invoice import LINE_COLUMNS
from transire.documents.pdf_invoice import PdfReading, read_invoice_text
from transire.documents.x12_invoice import read_invoice_file
from transire.procedures.pdf_text import MOST_BYTES, MOST_PAGES, read_pdf


def read_invoice_pdf(raw: bytes) -> PdfReading:
    return read_invoice_text(read_pdf(raw))


def said(reading: PdfReading) -> dict[str, str]:
    return {name: one.value for name, one in reading.head.items() if one.value}


def rows(reading: PdfReading) -> list[dict[str, str]]:
    return [{name: one.value for name, one in line.items() if one.value} for line in reading.lines]


def test_labels_with_a_colon_and_a_table_over_pages() -> None:
    reading = read_invoice_pdf(english(60))
    assert said(reading) == {
        "invoice_number": "F-2026-0501",
        "invoice_date": "2026-11-18",
        "currency": "USD",
        "port_of_entry": "2304",
        "export_country": "MX",
        "delivery_terms": "FCA Celaya",
        "seller_name": "Bombas y Ventiladores del Bajío, S.A. de C.V.",
        "seller_street": "Carretera Industrial km 4.5, Lote 12",
        "seller_city": "Celaya",
        "seller_region": "Guanajuato",
        "seller_postal_code": "38010",
        "seller_country": "MX",
        "seller_phone": "+52 461 555 0142",
        "seller_email": "exportaciones@bvbajio.example",
        "buyer_name": "Rio Grande Industrial and Medical Supply, Inc.",
        "buyer_street": "4100 Bridge Commerce Drive, Suite 210",
        "buyer_city": "Laredo",
        "buyer_region": "TX",
        "buyer_postal_code": "78045",
        "buyer_country": "US",
        "freight": "1000.00",
        "charges_included": "no",
        "goods_total": "8100000.00",
        "total": "8101000.00",
    }
    assert len(reading.pages) > 1
    assert len(reading.lines) == 60
    assert sum(Decimal(line["amount"].value) for line in reading.lines) == 8_100_000
    assert rows(reading)[59] == {
        "line": "60",
        "product_number": "P-60",
        "description": "Centrifugal pump, stainless steel, model 60, for clean water in tall buildings",
        "tariff_number": "8413.70.20.04",
        "quantity": "1200",
        "unit": "each",
        "unit_price": "112.50",
        "amount": "135000.00",
        "country_of_origin": "MX",
    }
    last = reading.lines[59]["amount"]
    assert last.page is not None
    assert last.line is not None
    assert last.page > 1
    assert last.text in reading.pages[last.page - 1][last.line - 1]


def test_labels_above_their_values_and_decimal_commas() -> None:
    reading = read_invoice_pdf(spanish())
    told = said(reading)
    assert {name: told[name] for name in ("invoice_number", "invoice_date", "currency", "goods_total", "total")} == {
        "invoice_number": "A-77",
        "invoice_date": "2026-11-18",
        "currency": "USD",
        "goods_total": "5375.00",
        "total": "5495.00",
    }
    assert [told[f"seller_{name}"] for name in ("street", "city", "postal_code", "country")] == [
        "Zona Franca, Edificio 7",
        "Heredia",
        "40101",
        "CR",
    ]
    assert [told[f"buyer_{name}"] for name in ("street", "city", "region")] == ["4100 Bridge Drive", "Laredo", "TX"]
    assert [(row["line"], row["quantity"], row["unit_price"], row["amount"]) for row in rows(reading)] == [
        ("1", "1500", "2.25", "3375.00"),
        ("2", "200", "10.00", "2000.00"),
    ]
    assert reading.head["port_of_entry"].value == ""
    assert reading.head["port_of_entry"].why == "This was not found on the pages."


def test_labels_beside_their_values_without_rules() -> None:
    reading = read_invoice_pdf(plain())
    told = said(reading)
    assert (told["invoice_number"], told["invoice_date"], told["total"]) == ("10077", "2026-11-18", "3599.00")
    assert (told["buyer_name"], told["buyer_city"], told["buyer_country"]) == (
        "Rio Grande Industrial, Inc.",
        "Laredo",
        "US",
    )
    assert (told["seller_name"], told["seller_city"], told["seller_country"]) == ("Bombas del Bajío", "Celaya", "MX")
    assert [(row["quantity"], row["unit"], row["country_of_origin"]) for row in rows(reading)] == [
        ("40", "pcs", "MX"),
        ("2", "kg", "MX"),
    ]
    assert reading.head["goods_total"].value == ""  # it stands nowhere: its sum is beside it, and is not taken for it
    assert reading.head["goods_total"].text == "3599.00"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("11/12/2026", "It is not clear which of these is the day and which the month."),
        ("31/02/2026", "There is no such day."),
        ("hoy", "This is no day that can be read."),
    ],
)
def test_a_day_that_is_not_clear_is_left_blank_with_what_stands_there(day: str, why: str) -> None:
    found = read_invoice_pdf(spanish(day)).head["invoice_date"]
    assert (found.value, found.text, found.why) == ("", day, why)


def test_numbers_that_may_mean_two_things_are_left_blank() -> None:
    heads = "Qty      Description      Unit price      Amount"
    page = ("Currency: USD", heads, "1,250    Pump             2               2,500")
    reading = read_invoice_text((page,))
    assert reading.lines[0]["quantity"].value == ""
    assert "point or the comma" in reading.lines[0]["quantity"].why
    clear = read_invoice_text(((*page, "Freight: 12.50"),))
    assert clear.lines[0]["quantity"].value == "1250"


def test_what_stands_twice_and_differs_is_left_blank() -> None:
    found = read_invoice_text((("Invoice No.: A-1",), ("Invoice No.: A-2",))).head["invoice_number"]
    assert (found.value, found.text) == ("", "A-1; A-2")


def test_a_pdf_is_no_table_and_is_not_issued_unconfirmed() -> None:
    with pytest.raises(PdfUnconfirmed):
        read_invoice_file(english(), {})


def drawn(content: bytes, *, filters: bytes = b"", more: bytes = b"") -> bytes:
    """A PDF of one page with this content, written by hand."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + more + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    file = io.BytesIO(b"%PDF-1.7\n")
    file.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(file.tell())
        file.write(b"%d 0 obj%s endobj\n" % (number, body))
    table = file.tell()
    file.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places))
    file.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % table)
    return file.getvalue()


TEXT = b"BT /F 12 Tf 50 700 Td (Invoice No.: X-1) Tj ET"


def bomb() -> bytes:
    """A stream of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    return zlib.compress(b"q Q " * 40_000_000, 9)


def test_a_script_in_the_file_is_not_run_and_its_text_is_read() -> None:
    script = b"/OpenAction<</S/JavaScript/JS(app.launchURL('http://192.0.2.1/'))>>/AA<</O<</S/Launch/F(/bin/sh)>>>>"
    assert read_pdf(drawn(TEXT, more=script)) == (("Invoice No.: X-1",),)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: b"invoice_number,seller", "no PDF"),
        (lambda: b"%PDF-1.7\n" + b"0" * 2000, "damaged"),
        (lambda: drawn(TEXT)[:300], "damaged"),
        (lambda: b"%PDF-1.7" + b" " * MOST_BYTES, "at most 10,000,000 bytes"),
        (lambda: long(MOST_PAGES + 1), f"at most {MOST_PAGES} pages"),
        (blank, "without text"),
        (lambda: drawn(bomb(), filters=b"/Filter/FlateDecode"), "a PDF that"),
        (lambda: drawn(b"[" * 200_000), "a PDF"),
    ],
    ids=["table", "noise", "cut", "large", "pages", "scan", "bomb", "deep"],
)
def test_what_cannot_be_read_is_refused_by_name(made, told) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PdfUnreadable, match=told):
        read_pdf(made())


def test_words_far_off_the_page_fill_no_memory() -> None:
    pages = read_pdf(drawn(b"BT /F 12 Tf 1e6 700 Td (far) Tj ET BT /F 12 Tf 50 600 Td (near) Tj ET"))
    assert sum(len(line) for page in pages for line in page) < 100_000
    assert any("near" in line for page in pages for line in page)


def test_every_column_of_a_line_is_told_of() -> None:
    line = read_invoice_pdf(plain()).lines[0]
    assert set(line) == {column.name for column in LINE_COLUMNS}
