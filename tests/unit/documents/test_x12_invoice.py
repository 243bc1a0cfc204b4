"""Invoices as X12 810: read into the same invoice as a table gives, and refused whole with the place."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from transire.documents.errors import InterchangeUnreadable, TableRefused
from transire.documents.invoice import NamedAmount, find_sum_errors
from transire.documents.x12 import MOST_BYTES
from transire.documents.x12_invoice import read_invoice_file

STATED: dict[str, str | None] = {"port_of_entry": "2304", "export_country": "MX", "country_of_origin": "MX"}
BODY = (
    "BIG*20261102*F-2026-0419*20261001*PO-7***DI",
    "CUR*SE*USD",
    "REF*BM*BOL-77",
    "N1*SU*A supplier that does not count",
    "N1*SE*Bombas del Norte, S.A. de C.V.",
    "N3*Av. Industrias 100*Nave 3",
    "N4*Monterrey*NL*64000*MX",
    "PER*IC*Sales*TE*+52 81 5555 0100*EM*ventas@bombas.example",
    "N1*BY*Rio Grande Supply, Inc.",
    "N3*4100 Bridge Commerce Drive",
    "N4*Laredo*TX*78045*US",
    "ITD*01*3*****30*****net 30 days",
    "FOB*PP*OR*Monterrey*01*FCA*OR*Monterrey",
    "SAC*C*D240***12550",
    "SAC*A*F800***1000",
    "IT1*1*12*EA*104.125*PE*VP*P-100*HD*8413.70",
    "PID*F****Centrifugal pump, 2 in",
    "IT1*2*3.5*KG*10**VP*G-1*CH*CA",
    "PID*F****Grease",
    "TDS*140000",
    "CTT*2",
)


def interchange(
    *body: str, between: str = "*", end: str = "~\r\n", usage: str = "P", count: int | None = None, **changed: str
) -> bytes:
    """One 810 in its envelopes; `changed` are segments by name that stand in the place of others."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SELLER':15}*ZZ*{'BROKER':15}*261102*1015*U*00401*000000905*0*{usage}*>"
    count = len(body) + 2 if count is None else count
    frame = {
        "GS": "GS*IN*SELLER*BROKER*20261102*1015*17*X*004010",
        "ST": "ST*810*0001",
        "SE": f"SE*{count}*0001",
        "GE": "GE*1*17",
        "IEA": "IEA*1*000000905",
    } | changed
    segments = (isa, frame["GS"], frame["ST"], *body, frame["SE"], frame["GE"], frame["IEA"])
    return "".join(f"{segment}{end}" for segment in segments).replace("*", between).encode()


def test_an_810_is_the_invoice_that_a_table_would_be() -> None:
    invoice = read_invoice_file(interchange(*BODY), STATED)
    assert (invoice.invoice_number, invoice.invoice_date, invoice.currency) == (
        "F-2026-0419",
        date(2026, 11, 2),
        "USD",
    )
    assert (invoice.seller.name, invoice.seller.address.street, invoice.seller.email) == (
        "Bombas del Norte, S.A. de C.V.",
        "Av. Industrias 100, Nave 3",
        "ventas@bombas.example",
    )
    assert (invoice.buyer.name, invoice.buyer.address.region) == ("Rio Grande Supply, Inc.", "TX")
    assert (invoice.delivery_terms, invoice.payment_terms) == ("FCA Monterrey", "net 30 days")
    assert invoice.port_of_entry == "2304"
    pump, grease = invoice.lines
    assert (pump.product_number, pump.tariff_number, pump.country_of_origin) == ("P-100", "8413.70", "MX")
    assert (pump.quantity, pump.unit, pump.unit_price, pump.amount) == (
        Decimal(12),
        "each",
        Decimal("104.125"),
        Decimal("1249.50"),
    )
    assert (grease.description, grease.country_of_origin, grease.amount) == ("Grease", "CA", Decimal("35.00"))
    assert invoice.charges == (NamedAmount(name="freight", amount=Decimal("125.50"), included=False),)
    assert (invoice.goods_total, invoice.total) == (Decimal("1284.50"), Decimal("1400.00"))
    assert find_sum_errors(invoice) == ()


def test_other_delimiters_are_read_from_the_isa() -> None:
    told = read_invoice_file(interchange(*BODY, between="|", end="\n"), STATED)
    assert told == read_invoice_file(interchange(*BODY), STATED)


def test_what_the_810_says_counts_for_more_than_what_is_stated() -> None:
    invoice = read_invoice_file(interchange(*BODY), {**STATED, "currency": "MXN", "country_of_origin": "US"})
    assert (invoice.currency, [line.country_of_origin for line in invoice.lines]) == ("USD", ["US", "CA"])


def test_what_nobody_says_is_asked_for_by_row_and_column() -> None:
    with pytest.raises(TableRefused) as refused:
        read_invoice_file(interchange(*BODY), {"export_country": "MX"})
    asked = {(one.row, one.column) for one in refused.value.problems}
    assert asked == {(2, "port_of_entry"), (3, "port_of_entry"), (2, "country_of_origin")}


@pytest.mark.parametrize(
    ("said", "instead", "got"),
    [
        ("BIG*20261102*F-2026-0419*20261001*PO-7***DI", "BIG*20261102*F-1*****CR", "a credit (CR)"),
        ("SAC*C*D240***12550", "SAC*C*G830***100", "a charge (G830)"),
        ("SAC*C*D240***12550", "SAC*C*D240***1.50", "'1.50'"),
        ("PID*F****Grease", "SAC*A*F800***100", "an allowance (F800 on a line)"),
        ("PID*F****Grease", "TXI*TX*5", "a tax"),
        ("IT1*1*12*EA*104.125*PE*VP*P-100*HD*8413.70", "IT1*1*12*EA*104.125*HP", "a price on the basis HP"),
        ("TDS*140000", "TDS*", "''"),
        ("REF*BM*BOL-77", "REF*BM*a>b", "'a>b'"),
        ("REF*BM*BOL-77", "REF*BM*\x07", r"'\x07'"),
        ("REF*BM*BOL-77", "ref*BM", "'ref'"),
        ("REF*BM*BOL-77", f"REF*{'x' * 1001}", repr("x" * 40)),
    ],
)
def test_what_an_invoice_here_cannot_hold_is_refused_with_its_segment(said: str, instead: str, got: str) -> None:
    with pytest.raises(InterchangeUnreadable) as refused:
        read_invoice_file(interchange(*(instead if segment == said else segment for segment in BODY)), STATED)
    assert str(refused.value.got) == got
    assert re.fullmatch(r"segment \d+ \([A-Za-z0-9]+\)", str(refused.value.where))


@pytest.mark.parametrize(
    "raw",
    [
        interchange(*BODY, usage="T"),
        interchange(*BODY, count=5),
        interchange(*BODY, SE="SE*23*0002"),
        interchange(*BODY, GE="GE*1*18"),
        interchange(*BODY, IEA="IEA*1*000000906"),
        interchange(*BODY, GS="GS*PO*SELLER*BROKER*20261102*1015*17*X*004010"),
        interchange(*BODY, ST="ST*850*0001"),
        interchange(*BODY, "SE*24*0001", "ST*810*0002"),
        interchange(*BODY)[:-4],
        interchange(*BODY).replace(b"~", b"*"),
        interchange(*BODY)[:90],
        b"ISA",
        b"ISA*",
        b"ISA*00*" + b"~" * 200,
        interchange(*BODY).replace(b"Norte", b"N\xff"),
        b"ISA*" + b"x" * MOST_BYTES,
    ],
)
def test_what_is_no_interchange_of_one_invoice_is_refused(raw: bytes) -> None:
    with pytest.raises(InterchangeUnreadable):
        read_invoice_file(raw, STATED)


def test_a_number_that_is_none_is_told_by_its_cell() -> None:
    body = [segment.replace("*3.5*KG", "*1E999999*KG") for segment in BODY]
    with pytest.raises(TableRefused) as refused:
        read_invoice_file(interchange(*body), STATED)
    assert {(one.row, one.column) for one in refused.value.problems} == {(3, "quantity"), (3, "amount")}
