"""The index of documents: found by id, listed, filtered, counted. What a page needs to know before opening one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.documents.catalogue import document_type
from transire.records import tables as t
from transire.records.cursor import Page, SortKey, page_size, read_cursor, write_cursor
from transire.records.errors import DocumentUnknown
from transire.records.rows import DeliveryEvent
from transire.storage.folding import holds_words

_d, _e, _s = t.documents.c, t.endings.c, t.statements.c


class DocumentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which documents: every condition that is set must hold; several values of one condition are alternatives."""

    schema_ids: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    not_issuer: str | None = None
    document_id: str | None = None
    commitments: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}
    words: str = ""
    status: Literal["any", "current", "ended"] = "any"
    latest_version: bool = False


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document as a list shows it."""

    issuer: str
    commitment: str
    document_id: str
    version: int
    schema_id: str
    previous: str | None
    issued_statement: str
    title: str
    log_index: int
    position: int
    height: int | None
    accepted_at: datetime | None
    ended_at: datetime | None
    ended_height: int | None
    successor: str | None
    fields: dict[str, tuple[str, ...]]

    @property
    def number(self) -> str | None:
        """The number that people call it by, where documents of its type bear one."""
        name = document_type(self.schema_id).number_field
        found = self.fields.get(name, ()) if name else ()
        return found[0] if found else None

    @property
    def is_current(self) -> bool:
        """Whether its issuer has not ended this version, as far as this member's records reach."""
        return self.ended_height is None


class VersionPlace(msgspec.Struct, frozen=True):
    """A version and where the ledger has it: enough to know whether it concerns somebody."""

    document_id: str
    commitment: str
    log_index: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What a member stated of a document that came to it, and when the ledger took it."""

    member: str
    event: DeliveryEvent
    code: str | None
    commitment: str
    statement_id: str
    height: int | None
    log_index: int | None
    accepted_at: datetime | None


def list_documents(
    tx: Connection, wanted: DocumentFilter | None = None, *, after: str | None = None, limit: int = 50
) -> Page[DocumentLine]:
    """The documents that fit, the latest first."""
    query = _filtered(_lines(), wanted or DocumentFilter())
    if after is not None:
        query = query.where(_key() < sa.tuple_(*msgspec.structs.astuple(read_cursor(after))))
    size = page_size(limit)
    latest_first = (_d.log_index.desc(), _d.position.desc(), _d.commitment.desc())
    found = tx.execute(query.order_by(*latest_first).limit(size + 1)).all()
    shown = _with_fields(tx, found[:size])
    more = len(found) > size
    return Page(shown, write_cursor(_sort_key(shown[-1])) if more else None)


def every_document(tx: Connection, wanted: DocumentFilter | None = None) -> Iterator[DocumentLine]:
    """All documents that fit, page by page: for an export."""
    page = list_documents(tx, wanted, limit=500)
    yield from page.rows
    while page.next:
        page = list_documents(tx, wanted, after=page.next, limit=500)
        yield from page.rows


def count_documents(tx: Connection, wanted: DocumentFilter | None = None) -> int:
    """How many documents fit."""
    query = _filtered(_lines(), wanted or DocumentFilter())
    return tx.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()


def find_document(tx: Connection, document_id: str, *, version: int | None = None) -> DocumentLine:
    """The latest version of a document, or the one asked for."""
    for line in versions_of(tx, document_id):
        if version is None or line.version == version:
            return line
    raise DocumentUnknown(got=document_id if version is None else f"{document_id} version {version}")


def find_version(tx: Connection, commitment: str, *, issuer: str | None = None) -> DocumentLine:
    """The version with this commitment; of several issuers that claim it, the one that stated it first."""
    query = _lines().where(_d.commitment == commitment)
    if issuer is not None:
        query = query.where(_d.issuer == issuer)
    found = tx.execute(query.order_by(_d.log_index, _d.position).limit(1)).all()
    if not found:
        raise DocumentUnknown(got=commitment)
    return _with_fields(tx, found)[0]


def versions_of(tx: Connection, document_id: str) -> tuple[DocumentLine, ...]:
    """The versions of a document that this member holds, the latest first.

    A document is (issuer, id): whoever stated the id first is its issuer; later statements of others are not shown.
    """
    return _with_fields(tx, tx.execute(_VERSIONS, {"document": document_id}).all())


def places_of(tx: Connection, document_id: str) -> list[VersionPlace]:
    """Where the versions of a document stand, the latest first: `versions_of` without what a page shows."""
    return [VersionPlace(*row) for row in tx.execute(_PLACES, {"document": document_id})]


def ended_at(tx: Connection, issuer: str, commitment: str) -> datetime | None:
    """When an issuer ended a version, whether this member holds it or not: the ledger tells everybody."""
    query = sa.select(_e.accepted_at).where(_e.issuer == issuer, _e.commitment == commitment)
    found: datetime | None = tx.execute(query).scalar_one_or_none()
    return found


def find_holding(tx: Connection, schema_id: str, field: str, value: str) -> list[VersionPlace]:
    """The versions in which a field has this value, the latest first."""
    return [VersionPlace(*row) for row in tx.execute(_HOLDING, {"schema": schema_id, "field": field, "value": value})]


def first_values(tx: Connection, commitments: Collection[str], names: Collection[str]) -> dict[str, dict[str, str]]:
    """The first value of each of these fields, by version."""
    found: dict[str, dict[str, str]] = {}
    for row in tx.execute(_FIRST_VALUES, {"commitments": list(commitments), "names": list(names)}):
        found.setdefault(row.commitment, {})[row.name] = row.value
    return found


def deliveries_of(tx: Connection, document_id: str) -> Sequence[Delivery]:
    """Who got, refused, opened or keeps a document, in the order of the ledger."""
    return [Delivery(**row._mapping) for row in tx.execute(_DELIVERIES, {"document": document_id})]


@cache
def _lines() -> sa.Select[Any]:
    ending = sa.and_(_e.issuer == _d.issuer, _e.commitment == _d.commitment)
    return sa.select(
        _d.issuer,
        _d.commitment,
        _d.document_id,
        _d.version,
        _d.schema_id,
        _d.previous,
        _d.issued_statement,
        _d.title,
        _d.log_index,
        _d.position,
        _s.height,
        _s.accepted_at,
        _e.accepted_at.label("ended_at"),
        _e.height.label("ended_height"),
        _e.successor,
    ).select_from(t.documents.outerjoin(t.endings, ending).outerjoin(t.statements, _s.id == _d.issued_statement))


def _filtered(query: sa.Select[Any], wanted: DocumentFilter) -> sa.Select[Any]:
    for column, values in (
        (_d.schema_id, wanted.schema_ids),
        (_d.issuer, wanted.issuers),
        (_d.commitment, wanted.commitments),
    ):
        query = query.where(column.in_(values)) if values else query
    if wanted.not_issuer is not None:
        query = query.where(_d.issuer != wanted.not_issuer)
    if wanted.document_id is not None:
        query = query.where(_d.document_id == wanted.document_id)
    for name, value in wanted.fields.items():
        query = query.where(_has_field(name, value))
    if wanted.status != "any":
        query = query.where(_e.height.is_(None) if wanted.status == "current" else _e.height.is_not(None))
    if wanted.latest_version:
        query = query.where(~_has_later_version())
    return query.where(*holds_words(_d.words, wanted.words))


def _has_field(name: Any, value: Any) -> sa.ColumnElement[bool]:
    of = t.fields.c
    held = sa.select(of.issuer, of.commitment).where(of.name == name, of.value == value)
    return sa.tuple_(_d.issuer, _d.commitment).in_(held)


def _has_later_version() -> sa.Exists:
    later = t.documents.alias("later").c
    return (
        sa.select(later.version)
        .where(later.issuer == _d.issuer, later.document_id == _d.document_id, later.version > _d.version)
        .exists()
    )


def _key() -> sa.Tuple:
    return sa.tuple_(_d.log_index, _d.position, _d.commitment)


def _sort_key(line: DocumentLine) -> SortKey:
    return SortKey(line.log_index, line.position, line.commitment)


def _with_fields(tx: Connection, rows: Sequence[sa.Row[Any]]) -> tuple[DocumentLine, ...]:
    fields = _fields_of(tx, rows)
    return tuple(DocumentLine(**row._mapping, fields=fields.get((row.issuer, row.commitment), {})) for row in rows)


def _fields_of(tx: Connection, rows: Sequence[sa.Row[Any]]) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    of = {"issuers": list({row.issuer for row in rows}), "commitments": list({row.commitment for row in rows})}
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for issuer, commitment, name, _, value in tx.execute(_FIELDS, of):
        found.setdefault((issuer, commitment), {}).setdefault(name, []).append(value)
    return {key: {name: tuple(values) for name, values in held.items()} for key, held in found.items()}


# Built once: building a statement costs several times what running it does.

_IS_DOCUMENT = _d.document_id == sa.bindparam("document")
_FIRST_ISSUER = sa.select(_d.issuer).where(_IS_DOCUMENT).order_by(_d.log_index, _d.position).limit(1)
_IS_VERSION = (_IS_DOCUMENT, _d.issuer == _FIRST_ISSUER.scalar_subquery())
_NEWEST_FIRST = (_d.version.desc(), _d.log_index.desc(), _d.position.desc())
_VERSIONS = _lines().where(*_IS_VERSION).order_by(*_NEWEST_FIRST)
_PLACE = sa.select(_d.document_id, _d.commitment, _d.log_index)
_PLACES = _PLACE.where(*_IS_VERSION).order_by(*_NEWEST_FIRST)
_HOLDING = _PLACE.where(
    _d.schema_id == sa.bindparam("schema"), _has_field(sa.bindparam("field"), sa.bindparam("value"))
).order_by(_d.log_index.desc(), _d.position.desc(), _d.commitment.desc())

_fc, _dc = t.fields.c, t.deliveries.c
_FIRST_VALUES = (
    sa.select(_fc.commitment, _fc.name, _fc.value)
    .join_from(t.documents, t.fields, sa.and_(_fc.issuer == _d.issuer, _fc.commitment == _d.commitment))
    .where(
        _d.commitment.in_(sa.bindparam("commitments", expanding=True)),
        # As an expression, so that SQLite, which knows no figures, reads from the documents and not all of each name.
        _fc.name.concat("").in_(sa.bindparam("names", expanding=True)),
        _fc.place == 0,
    )
)
# The issuers too, although the commitments would do: together they are the beginning of the primary key.
_FIELDS = (
    sa.select(t.fields)
    .where(
        _fc.issuer.in_(sa.bindparam("issuers", expanding=True)),
        _fc.commitment.in_(sa.bindparam("commitments", expanding=True)),
    )
    .order_by(_fc.issuer, _fc.commitment, _fc.name, _fc.place)
)
_DELIVERIES = (
    sa.select(
        _dc.member,
        _dc.event,
        _dc.code,
        _dc.commitment,
        _dc.statement_id,
        _s.height,
        _s.log_index,
        _s.accepted_at,
    )
    .select_from(t.deliveries.outerjoin(t.statements, _s.id == _dc.statement_id))
    .where(_dc.document_id == sa.bindparam("document"))
    .order_by(sa.func.coalesce(_s.log_index, -1), _s.position, _dc.statement_id)
)
