"""What is handed to the projection: values that the node has parsed and checked against the ledger before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

DeliveryEvent = Literal["granted", "delivered", "refused", "opened", "held"]

LATER, SOON, NOW = 0, 1, 2
"""Urgency of an inbox item: for information; work that waits; a clock that runs or a right that may be lost."""


class Place(msgspec.Struct, frozen=True, order=True):
    """Where on the ledger: log index, then position in the pool; height and time follow from these.

    >>> from datetime import UTC, datetime
    >>> first, second = (Place(7, at, 3, datetime(2026, 11, 22, tzinfo=UTC)) for at in (0, 1))
    >>> first < second
    True
    """

    log_index: int
    position: int
    height: int
    accepted_at: datetime


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that this member has stated or received, with its place; its body stays in the vault."""

    id: str
    kind: str
    by: str
    about: tuple[str, ...]
    place: Place
    arrival: int


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document that this member holds.

    `fields` are those that its schema marks as indexable (`documents.catalogue.indexable`), and `title` is made of
    these and the title of the document's type only.
    """

    issuer: str
    commitment: str
    document_id: str
    version: int
    schema_id: str
    issued_statement: str
    place: Place
    title: str
    fields: Mapping[str, Sequence[str]]
    previous: str | None = None


class EndingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version that its issuer has ended on the ledger."""

    issuer: str
    commitment: str
    place: Place
    successor: str | None = None


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a member stated of a document that came to it."""

    statement_id: str
    document_id: str
    commitment: str
    member: str
    event: DeliveryEvent
    issuer: str | None = None
    code: str | None = None


class InboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person of this member should know or do."""

    kind: str
    params: Mapping[str, Any]
    place: Place
    urgency: int = LATER
    document_id: str | None = None
    statement_id: str | None = None
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        """The same for the same cause, however often it is projected."""
        return inbox_item_id(self.kind, self.statement_id or self.document_id or "")


def inbox_item_id(kind: str, cause: str) -> str:
    """The id of the item of a kind that a statement, or else a document, gives rise to.

    >>> inbox_item_id("request.asked", "Zm9v")
    'request.asked:Zm9v'
    """
    return f"{kind}:{cause}"
