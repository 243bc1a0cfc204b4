"""Certifications of origin under NAFTA, USMCA and CAFTA-DR: one shape for the three, the law of each in its schema.

A certification is its certifier's statement about goods. What it is not: a finding of origin, or a shipment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from transire.documents.catalogue import schema_id_of
from transire.documents.errors import DocumentTypeUnknown
from transire.documents.parties import Party, Period, SigningOfficial
from transire.documents.wire import make_subject, read_document, read_subject
from transire.origin.agreements import Agreement, Capacity, agreement, agreements
from transire.tariff.number import parse_tariff_number, same_subheading


class RuleOfOrigin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rule under which a good is certified: where it stands, which numbers it covers, what it says."""

    citation: str
    scope: str | None = None
    text: str | None = None


class CertifiedGood(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One good of a certification; `producer_basis` and the two that follow are fields 8 and 9 of CBP Form 434.

    `determination` is the document that its criterion was taken from: only its certifier and customs hold it.
    """

    good_number: int
    description: str
    tariff_number: str
    origin_criterion: str
    product_number: str | None = None
    rule_of_origin: RuleOfOrigin | None = None
    country_of_origin: str | None = None
    schedule_statement: str | None = None
    producer_basis: Literal["YES", "NO(1)", "NO(2)", "NO(3)"] | None = None
    net_cost_basis: Literal["NC", "NO"] | None = None
    net_cost_period: Period | None = None
    determination: str | None = None


class Certification(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A certification of origin, as its credential subject says it."""

    agreement: Literal["nafta", "usmca", "cafta_dr"]
    certifier_capacity: Capacity
    certifier: Party
    signing_official: SigningOfficial
    goods: tuple[CertifiedGood, ...]
    coverage: Literal["single", "blanket"]
    certification_date: date
    certification_statement: str
    exporter: Party | None = None
    producers: tuple[Party, ...] = ()
    producer_statement: str | None = None
    importers: tuple[Party, ...] = ()
    importer_statement: str | None = None
    invoice_number: str | None = None
    blanket_period: Period | None = None

    @property
    def law(self) -> Agreement:
        """The agreement under which it speaks."""
        return agreement(self.agreement)

    @property
    def schema_id(self) -> str:
        return self.law.schema_id

    @property
    def known_producers(self) -> tuple[Party, ...]:
        """The producers that it names; the certifier itself where it certifies as the producer."""
        if self.producers or self.certifier_capacity != "producer":
            return self.producers
        return (self.certifier,)

    @property
    def known_exporter(self) -> Party | None:
        """The exporter that it names; the certifier itself where it certifies as the exporter."""
        if self.exporter is None and self.certifier_capacity == "exporter":
            return self.certifier
        return self.exporter


def read_certification(document: Mapping[str, Any]) -> Certification:
    """Read a credential that must be a certification of origin, checking all of it first."""
    return read_document(_certification_schema(document), document, Certification)


def read_certification_subject(subject: Mapping[str, Any]) -> Certification:
    """Read a credential subject that is not yet issued, as a draft is before its signature."""
    return read_subject(agreement(str(subject.get("agreement"))).schema_id, subject, Certification)


def certification_subject(certification: Certification) -> dict[str, Any]:
    """The credential subject of a certification, checked against its schema."""
    return make_subject(certification.schema_id, certification)


def is_certification(document: Mapping[str, Any]) -> bool:
    """Whether a credential is a certification of origin under any agreement."""
    try:
        _certification_schema(document)
    except DocumentTypeUnknown:
        return False
    return True


def find_good(certification: Certification, good_number: int) -> CertifiedGood | None:
    """The good of this number, if the certification has one."""
    return next((good for good in certification.goods if good.good_number == good_number), None)


def matching_goods(
    certification: Certification, *, product_number: str | None, description: str, tariff_number: str | None
) -> tuple[CertifiedGood, ...]:
    """The goods that an invoice or entry line can mean: by product number, else by description and subheading.

    A line with a product number matches by it alone, whatever the tariff numbers say, so that a differing tariff
    number is found as an error of a covered good and not as a good that is not covered.
    """
    if product_number is not None:
        by_number = tuple(good for good in certification.goods if good.product_number == product_number)
        if by_number:
            return by_number
    return tuple(
        good
        for good in certification.goods
        if (good.product_number is None or product_number is None)
        and _words(good.description) == _words(description)
        and tariff_number is not None
        and same_subheading(good.tariff_number, tariff_number)
    )


def covers_tariff_number(good: CertifiedGood, tariff_number: str) -> bool:
    """Whether an entry's number lies at or below the number that was certified."""
    return parse_tariff_number(good.tariff_number).covers(parse_tariff_number(tariff_number))


def covers_day(certification: Certification, day: date) -> bool:
    """Whether goods entered on this day lie in the blanket period; a single shipment has no period to be outside of."""
    return certification.blanket_period is None or certification.blanket_period.covers(day)


def is_still_acceptable(certification: Certification, day: date) -> bool:
    """Whether a claim of this day may rest on it by its age alone (four years: 19 CFR 182.12(h), 10.584(f))."""
    return day <= certification.law.validity_end(certification.certification_date)


def _certification_schema(document: Mapping[str, Any]) -> str:
    schema_id = schema_id_of(document)
    if all(schema_id != known.schema_id for known in agreements().values()):
        raise DocumentTypeUnknown(got=schema_id, expected="a certification of origin")
    return schema_id


def _words(text: str) -> list[str]:
    return text.casefold().split()
