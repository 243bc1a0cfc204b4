"""How a request stands: each good of it certified, stated without signature, declined, or open.

A certification answers a request by what it says, whether or not it was made for it: it is of the supplier (or of the
asker itself), under the agreement, for the part number, and its blanket period covers the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from transire.origin.agreements import agreements
from transire.records.documents import DocumentFilter, DocumentLine, every_document

GoodState = Literal["certified", "partly", "stated", "declined", "open"]
State = Literal["answered", "open", "overdue", "declined", "withdrawn"]

SCHEMAS = tuple(law.schema_id for law in agreements().values())


@dataclass(frozen=True, slots=True)
class Cover:
    """That a certification covers a part number from one day to another (ISO 8601; they compare as text)."""

    document_id: str
    issuer: str
    agreement: str
    number: str
    start: str
    until: str
    importers: tuple[str, ...]


class GoodStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One good of a request: what there is of it, and where."""

    number: str
    state: GoodState
    certification: str | None = None
    certified_until: str | None = None
    reason: str | None = None
    through_link: bool = False


@dataclass(slots=True)
class Covers:
    """The certifications that a member holds or has issued, by issuer, agreement and part number."""

    by_good: dict[tuple[str, str, str], list[Cover]] = field(default_factory=dict)

    @classmethod
    def held(cls, tx: sa.Connection, *, ever: bool = False) -> Covers:
        """Those in force; with `ever`, all that once were."""
        wanted = DocumentFilter(schema_ids=SCHEMAS, status="any" if ever else "current", latest_version=not ever)
        found = cls()
        for line in every_document(tx, wanted):
            for cover in covers_of(line):
                found.by_good.setdefault((cover.issuer, cover.agreement, cover.number), []).append(cover)
        return found

    def of(self, issuers: Iterable[str], agreement: str, number: str, importer: str) -> list[Cover]:
        """The covers of a good by any of these issuers, of which the importer may be one."""
        found = (cover for issuer in issuers for cover in self.by_good.get((issuer, agreement, number), ()))
        return [cover for cover in found if not cover.importers or importer in cover.importers]


def covers_of(line: DocumentLine) -> list[Cover]:
    """What a certification covers; nothing for one of a single shipment."""
    fields = line.fields
    if "blanketPeriod/from" not in fields:
        return []
    start, until = fields["blanketPeriod/from"][0], fields["blanketPeriod/until"][0]
    agreement, importers = fields["agreement"][0], fields.get("importers/id", ())
    return [
        Cover(line.document_id, line.issuer, agreement, number, start, until, importers)
        for number in fields.get("goods/productNumber", ())
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the requests with what was said of it."""

    row: Any
    goods: tuple[str, ...]
    answers: Mapping[str, Any]
    withdrawn: bool
    reminded: tuple[datetime, ...] = ()

    @property
    def last_told(self) -> datetime:
        """When the supplier was last told: by the request, or by a reminder."""
        told: datetime = max((self.row.accepted_at, *self.reminded))
        return told

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose certification answers: the supplier's, or the asker's own."""
        return (self.row.by,) if self.row.supplier is None else (self.row.supplier, self.row.by)


def goods_standing(asked: Asked, covers: Covers) -> tuple[GoodStanding, ...]:
    """How each good of a request stands, in its order."""
    return tuple(_good(asked, number, covers) for number in asked.goods)


def _good(asked: Asked, number: str, covers: Covers) -> GoodStanding:
    row = asked.row
    found = covers.of(asked.issuers, row.agreement, number, row.by)
    best = max(found, key=lambda cover: (_covers(cover, row), cover.until), default=None)
    if best is not None and (_covers(best, row) or _touches(best, row)):
        return GoodStanding(
            number=number,
            state="certified" if _covers(best, row) else "partly",
            certification=best.document_id,
            certified_until=best.until,
        )
    said = asked.answers.get(number)
    if said is None:
        return GoodStanding(number=number, state="open")
    return GoodStanding(
        number=number,
        state="stated" if said.says == "originating" else "declined",
        reason=said.reason,
        through_link=bool(said.heard),
    )


def state_of(asked: Asked, goods: Iterable[GoodStanding], today: str) -> State:
    """How the request stands as a whole."""
    states = {good.state for good in goods}
    if asked.withdrawn:
        return "withdrawn"
    if states == {"certified"}:
        return "answered"
    if states <= {"certified", "declined"}:
        return "declined"
    return "overdue" if asked.row.answer_by < today else "open"


def said_by_whom_it_concerns(rows: Iterable[Any], asked: Any) -> dict[str, Any]:
    """The last word on each good: declined by the supplier itself, heard by who asked; others say nothing here."""
    found: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: (row.log_index, row.position)):
        if row.by == (asked.by if row.heard else asked.supplier):
            found[row.number] = row
    return found


def _covers(cover: Cover, row: Any) -> bool:
    return bool(cover.start <= row.valid_from and row.valid_until <= cover.until)


def _touches(cover: Cover, row: Any) -> bool:
    return bool(cover.start <= row.valid_until and row.valid_from <= cover.until)
