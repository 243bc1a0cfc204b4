"""What records take of a shipment: codes of carriers and places, bills of lading by their issuer, in-bond numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from transire.documents.carriage import VESSEL
from transire.procedures.entry_summary.catair.layout import plain

AIR: Final = ("40", "41")
"""Modes of transport by air (CBP Form 7501 instructions, block 9)."""

_CARRIER: Final = re.compile(r"[A-Z0-9]{2,4}", re.ASCII)
_FIRMS: Final = re.compile(r"[A-Z0-9]{4}", re.ASCII)
_BILL: Final = re.compile(r"([A-Z]{4})([A-Z0-9]{1,12})", re.ASCII)
_WAYBILL: Final = re.compile(r"([0-9]{3})-?([0-9]{8})", re.ASCII)
_CONVEYANCE: Final = 20


class Bill(msgspec.Struct, frozen=True):
    """A bill as records name it: `I` an in-bond number, `M` a master bill; the issuer's code where it has one."""

    kind: str
    issuer: str | None
    number: str


def carrier_code(text: str | None) -> str | None:
    """The carrier's code of two to four signs; None where a carrier is named otherwise.

    >>> carrier_code("MAEU"), carrier_code("Border Truck Line")
    ('MAEU', None)
    """
    code = plain(text or "")
    return code if _CARRIER.fullmatch(code) else None


def conveyance(text: str | None, *, mode: str | None) -> str | None:
    """The name of the vessel, where the carrier is named by it and it fits.

    >>> conveyance("Ever Given", mode="11"), conveyance("Border Truck Line", mode="30")
    ('EVER GIVEN', None)
    """
    if mode not in VESSEL:
        return None
    name = plain(text or "")
    return name if name and carrier_code(name) is None and len(name) <= _CONVEYANCE else None


def place_code(text: str | None) -> str | None:
    """The code of a place of four signs (FIRMS); None where a place is named otherwise."""
    code = plain(text or "")
    return code if _FIRMS.fullmatch(code) else None


def bills(*, mode: str | None, in_transit: str | None, document: str | None) -> Iterator[Bill]:
    """In the chapters' order: the in-bond number, then the master bill, whose issuer's four letters stand before it.

    >>> list(bills(mode="11", in_transit=None, document="MAEU123456789"))
    [Bill(kind='M', issuer='MAEU', number='123456789')]
    >>> list(bills(mode="40", in_transit="823456782", document="001-12345675"))[1].number
    '00112345675'
    """
    if in_transit:
        yield Bill("I", None, in_transit)
    text = plain(document or "")
    waybill, bill = _WAYBILL.fullmatch(text), _BILL.fullmatch(text)
    if mode in AIR and waybill is not None:
        yield Bill("M", None, waybill[1] + waybill[2])
    elif bill is not None:
        yield Bill("M", bill[1], bill[2])
