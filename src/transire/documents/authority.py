"""Customs powers of attorney: the elements of CBP Form 5291 (19 CFR 141.32), as the importer states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from transire.documents.parties import Party, SigningOfficial
from transire.documents.wire import make_subject, read_document

SCHEMA_ID = "power-of-attorney/1"

Power = Literal["entry", "entry_summary", "bond", "drawback", "protest", "documents"]
PrincipalKind = Literal[
    "individual",
    "partnership",
    "corporation",
    "sole_proprietorship",
    "limited_liability_company",
    "association",
]


class PowerOfAttorney(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What an importer lets a broker do in its name. `ports` empty: in all of the customs territory."""

    principal: Party
    principal_kind: PrincipalKind
    importer_number: str
    agent: Party
    powers: tuple[Power, ...]
    effective_from: date
    executed_on: date
    signing_official: SigningOfficial
    organized_under: str | None = None
    filer_code: str | None = None
    ports: tuple[str, ...] = ()
    effective_until: date | None = None
    authority_text: str | None = None


def read_power_of_attorney(document: Mapping[str, Any]) -> PowerOfAttorney:
    """Read a credential that must be a power of attorney, checking all of it first."""
    return read_document(SCHEMA_ID, document, PowerOfAttorney)


def power_of_attorney_subject(authority: PowerOfAttorney) -> dict[str, Any]:
    """The credential subject of a power of attorney, checked against its schema."""
    return make_subject(SCHEMA_ID, authority)


def is_effective(authority: PowerOfAttorney, day: date) -> bool:
    """Whether the power speaks on this day; revocation is told by the ledger, not by the document."""
    return authority.effective_from <= day and (authority.effective_until is None or day <= authority.effective_until)


def empowers(authority: PowerOfAttorney, power: Power, *, port: str | None = None) -> bool:
    """Whether the power is among those granted, and the port among those named."""
    return power in authority.powers and (port is None or not authority.ports or port in authority.ports)
