"""Determinations of origin by customs: what it finds of one good, with facts and law (19 CFR 182.75).

It goes to importer, filer and certifier alike, so that it says nothing of prices, of the entry, or of other goods.
What it is not: the answer of the producer's engine (`determination`), or a liquidation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

from transire.documents.parties import Party
from transire.documents.wire import make_subject, read_document

SCHEMA_ID: Final = "customs-determination/1"

CustomsOutcome = Literal["originating", "not_originating"]


class CustomsDetermination(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What customs finds of one good. `is_unsupported`: the certification was false or without support."""

    agreement: Literal["nafta", "usmca", "cafta_dr"]
    outcome: CustomsOutcome
    certifier: Party
    certification: str
    description: str
    tariff_number: str
    findings: str
    legal_basis: str
    is_unsupported: bool = msgspec.field()
    determined_on: date
    certification_good: int | None = None
    product_number: str | None = None

    def is_identical(self, *, product_number: str | None, tariff_number: str, description: str) -> bool:
        """Whether it speaks of a good: the same product number, else the same tariff number and description."""
        if self.product_number is not None and product_number is not None:
            return self.product_number == product_number
        same_description = self.description.casefold() == description.casefold()
        return same_description and self.tariff_number[:7] == tariff_number[:7]


def read_customs_determination(document: Mapping[str, Any]) -> CustomsDetermination:
    """Read a credential that must be a determination by customs, checking all of it first."""
    return read_document(SCHEMA_ID, document, CustomsDetermination)


def customs_determination_subject(determination: CustomsDetermination) -> dict[str, Any]:
    """The credential subject of a determination by customs, checked against its schema."""
    return make_subject(SCHEMA_ID, determination)
