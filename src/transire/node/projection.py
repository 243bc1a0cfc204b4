"""From a statement that the ledger has accepted to the rows that pages read.

The generic rows (statements, documents, deliveries, inbox) are written here; the rows of a procedure by its own
projector. Both run in the transaction that writes the journal, may run twice, and do not depend on the order of
arrival, so that a rebuild from vault and ledger gives equal content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from transire.crypto.canonical import Json
from transire.documents.catalogue import document_type, indexable
from transire.engines.base import Outcome
from transire.ledger.statement import Statement
from transire.node.anchor import read_time
from transire.node.granting import project_granting
from transire.node.tenant import Tenant
from transire.procedures.catalogue import projectors, reactions
from transire.records import project
from transire.records.rows import DeliveryEvent, DeliveryRow, DocumentRow, EndingRow, Place, StatementRow
from transire.vault import journal
from transire.vault.vault import Vault

ENDED_EVENT = "ended"
"""How the ledger's `document.end` names its event (ledger.endings)."""

DELIVERY_EVENTS: Mapping[str, DeliveryEvent] = {
    "document.granted/1": "granted",
    "document.granted/2": "granted",
    "document.delivered/1": "delivered",
    "document.refused/1": "refused",
    "document.opened/1": "opened",
    "document.held/1": "held",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a projector may know beside the statement and its documents."""

    did: str
    roles: tuple[str, ...]
    statement_id: str
    place: Place
    own: bool
    now: datetime


Arrival = tuple[Context, journal.Accepted]


class Documents:
    """The documents of one member's vault, opened when a projector asks."""

    def __init__(self, tx: sa.Connection, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def credential(self, commitment: str) -> dict[str, Json] | None:
        """The credential of that version; None when this member does not hold it."""
        opened = self._vault.find(self._tx, commitment)
        return None if opened is None else opened.credential

    def of(self, document_id: str) -> str | None:
        """The commitment of the newest version of a document that this member holds."""
        return self._vault.newest(self._tx, document_id)


def place_of(located: journal.Accepted) -> Place:
    """The place of a statement, as the records sort by it."""
    place = located.place
    return Place(place.log_index, located.index, place.height, place.accepted_at)


def take_in(tx: sa.Connection, tenant: Tenant, found: Iterable[journal.Accepted], *, pool: str | None = None) -> None:
    """Statements have become known as accepted, for the first time: write their rows, and let procedures react.

    `pool` says that they are a whole pool of this member's, which may hold thousands.
    """
    arrivals = arrivals_at(tenant, found)
    documents = Documents(tx, tenant.vault)
    if pool is None:
        known = list(arrivals)
        _project_rows(tx, known)
        arrivals = iter(known)
    else:
        project.project_pool(tx, pool)
    reacting = []
    for context, one in arrivals:
        _project_meaning(tx, context, one, documents)
        if reactions(one.statement.kind):
            reacting.append((context, one))
    for context, one in reacting:  # not before the rows of all are written
        for react in reactions(one.statement.kind):
            react(tenant, tx, context, one.statement, documents)


def arrivals_at(tenant: Tenant, found: Iterable[journal.Accepted]) -> Iterator[Arrival]:
    """Each statement with what a projector may know about its arrival at this member."""
    now = tenant.now()
    roles: dict[int, tuple[str, ...]] = {}
    for one in found:
        height = one.place.height
        if height not in roles:
            roles[height] = tenant.roles_at(height)
        context = Context(
            did=tenant.did,
            roles=roles[height],
            statement_id=one.id,
            place=place_of(one),
            own=one.statement.by == tenant.did,
            now=now,
        )
        yield context, one


def project_accepted(tx: sa.Connection, arrivals: Sequence[Arrival], documents: Documents) -> None:
    """Write all rows that follow from accepted statements: the whole of what a rebuild does for them."""
    _project_rows(tx, arrivals)
    for context, located in arrivals:
        _project_meaning(tx, context, located, documents)


def _project_rows(tx: sa.Connection, arrivals: Sequence[Arrival]) -> None:
    """The rows of the statements themselves."""
    project.project_statements(tx, [_statement_row(context, located) for context, located in arrivals])


def _project_meaning(tx: sa.Connection, context: Context, located: journal.Accepted, documents: Documents) -> None:
    """The rows beside those of the statement itself."""
    statement = located.statement
    _project_document(tx, context, statement, documents)
    _project_delivery(tx, context, statement)
    project_granting(tx, context.did, context.statement_id, context.place, statement)
    for write in projectors(statement.kind):
        write(tx, context, statement, documents)


def _statement_row(context: Context, located: journal.Accepted) -> StatementRow:
    statement = located.statement
    return StatementRow(
        id=context.statement_id,
        kind=statement.kind,
        by=statement.by,
        about=statement.about,
        place=context.place,
        arrival=located.seq,
    )


def is_ending(outcome: Outcome) -> bool:
    """Whether this action was accepted and ended a version of a document."""
    return outcome.accepted and any(event.get("event") == ENDED_EVENT for event in outcome.events)


def project_ending(tx: sa.Connection, outcome: Outcome) -> None:
    """Write the endings that one accepted action brought."""
    assert outcome.accepted_at is not None  # what an engine promises of blocks that it shows
    place = Place(outcome.log_index or 0, 0, outcome.height, read_time(outcome.accepted_at))
    for event in outcome.events:
        if event.get("event") == ENDED_EVENT:
            successor = event.get("successor")
            row = EndingRow(
                issuer=str(event["by"]),
                commitment=str(event["version"]),
                place=place,
                successor=None if successor is None else str(successor),
            )
            project.project_ending(tx, row)


def _project_document(tx: sa.Connection, context: Context, statement: Statement, documents: Documents) -> None:
    """The index row of a document version, if this member holds it."""
    if statement.kind != "document.issued/1":
        return
    body = cast("dict[str, Any]", statement.body)
    credential = documents.credential(body["commitment"])
    if credential is None:
        return
    fields = indexable(body["schema"], credential)
    row = DocumentRow(
        issuer=statement.by,
        commitment=body["commitment"],
        document_id=body["id"],
        version=body["version"],
        schema_id=body["schema"],
        issued_statement=context.statement_id,
        place=context.place,
        title=document_type(body["schema"]).title,
        fields=fields,
        previous=body.get("previous"),
    )
    project.project_document(tx, row)


def _project_delivery(tx: sa.Connection, context: Context, statement: Statement) -> None:
    event = DELIVERY_EVENTS.get(statement.kind)
    body = cast("dict[str, Any]", statement.body)
    if event is None or "document" not in body:
        return
    row = DeliveryRow(
        statement_id=context.statement_id,
        document_id=body["document"],
        commitment=body["commitment"],
        member=statement.by,
        event=event,
        issuer=body.get("issuer"),
        code=body.get("code"),
    )
    project.project_delivery(tx, row)
