"""The certifications that are held and in force, searched for the one that fits a line of a filed entry best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from transire.documents.certification import (
    CertifiedGood,
    covers_day,
    covers_tariff_number,
    matching_goods,
    read_certification,
)
from transire.documents.entry import EntryLine, EntrySummary
from transire.documents.parties import is_same_party
from transire.node.tenant import Tenant
from transire.origin.agreements import agreements
from transire.procedures.entry_summary.checks.case import HeldCertification
from transire.procedures.entry_summary.gathering import held_particulars
from transire.procedures.papers import open_version
from transire.records.documents import DocumentFilter, every_document

CITATIONS: Final = {
    "usmca": "19 USC 1520(d), 4531; 19 CFR 182.31-182.33",
    "cafta_dr": "19 USC 1520(d), 4033; 19 CFR 10.590-10.592",
}
"""The agreements known here that 19 USC 1520(d) names, and the regulations of the claim under each."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A certification that names the good of a line."""

    certification: HeldCertification
    good: CertifiedGood

    @property
    def agreement(self) -> str:
        """The agreement that it certifies under."""
        return self.certification.content.agreement


class Certificates:
    """The certifications that are held and in force, each opened once for a page."""

    def __init__(self, tenant: Tenant, tx: sa.Connection) -> None:
        self._tenant, self._tx = tenant, tx
        self._opened: dict[str, HeldCertification | None] = {}
        self._listed: dict[str, Sequence[str]] = {}

    def best(self, entry: EntrySummary, line: EntryLine) -> Match | None:
        """The certification that fits the line best: its agreement, its importer, the day, the number, the producer."""
        found: tuple[tuple[bool, ...], Match] | None = None
        for held in self._candidates(line):
            for good in matching_goods(
                held.content,
                product_number=line.product_number,
                description=line.description,
                tariff_number=line.tariff_number,
            ):
                rank = _fit(held, good, entry, line)
                if found is None or rank > found[0]:
                    found = rank, Match(certification=held, good=good)
        return None if found is None else found[1]

    def _candidates(self, line: EntryLine) -> Iterator[HeldCertification]:
        for version in self._versions(line.product_number):
            held = self._open(version)
            if held is not None:
                yield held

    def _versions(self, product: str | None) -> Sequence[str]:
        """By the product's number, where one of them names it; else all."""
        key = product or ""
        if key not in self._listed:
            fields = {"goods/productNumber": product} if product else {}
            schemas = tuple(agreements()[name].schema_id for name in CITATIONS)
            wanted = DocumentFilter(schema_ids=schemas, fields=fields, status="current", latest_version=True)
            found = [one.commitment for one in every_document(self._tx, wanted)]
            self._listed[key] = found or (self._versions(None) if product else ())
        return self._listed[key]

    def _open(self, version: str) -> HeldCertification | None:
        if version not in self._opened:
            paper = open_version(self._tenant, self._tx, version)
            self._opened[version] = (
                None
                if paper is None
                else HeldCertification(
                    content=paper.read_as(read_certification), **held_particulars(self._tenant, self._tx, paper)
                )
            )
        return self._opened[version]


def _fit(held: HeldCertification, good: CertifiedGood, entry: EntrySummary, line: EntryLine) -> tuple[bool, ...]:
    """How well it fits, the weightiest first; what does not fit is told by the checks."""
    content = held.content
    producers = content.known_producers
    return (
        content.law.is_party(line.country_of_origin, entry.entry_date),
        not content.importers or any(is_same_party(party, entry.importer) for party in content.importers),
        covers_day(content, entry.import_date),
        covers_tariff_number(good, line.tariff_number),
        line.producer is None or not producers or any(is_same_party(one, line.producer) for one in producers),
    )
