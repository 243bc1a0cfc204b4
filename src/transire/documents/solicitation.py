"""Solicitations: an importer asks a supplier to certify the origin of goods, or to say why it cannot.

What it is not: a request of customs, which has a clock in law. Nobody is bound to answer one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

from transire.documents.parties import Party, Period
from transire.documents.wire import make_subject, read_document

SCHEMA_ID: Final = "origin-solicitation/1"


class SolicitedGood(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A good as the importer knows it."""

    description: str
    product_number: str | None = None
    tariff_number: str | None = None


class Solicitation(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What one importer asks of one supplier under one agreement."""

    agreement: Literal["nafta", "usmca", "cafta_dr"]
    importer: Party
    supplier: Party
    goods: tuple[SolicitedGood, ...]
    needed_by: date
    blanket_period: Period | None = None
    message: str | None = None


def read_solicitation(document: Mapping[str, Any]) -> Solicitation:
    """Read a credential that must be a solicitation, checking all of it first."""
    return read_document(SCHEMA_ID, document, Solicitation)


def solicitation_subject(solicitation: Solicitation) -> dict[str, Any]:
    """The credential subject of a solicitation, checked against its schema."""
    return make_subject(SCHEMA_ID, solicitation)
