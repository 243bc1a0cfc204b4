"""From the statements of the procedure to its rows, and to the items of the inbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.procedures.bodies import claimed_lines
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.standing import stand
from transire.procedures.entry_summary.statements import ACCEPTED, CORRECTED, FILED, NOTED
from transire.procedures.rows import place_values, put_row, put_rows
from transire.records.project import project_inbox_item
from transire.records.rows import LATER, SOON, InboxRow

Write = Callable[[Connection, Any, Any], None]

ISSUED, DELIVERED = "document.issued/1", "document.delivered/1"
# The verification of origin tells of these in the inbox; here they are counted in lists and shown beside their line.
ASKED, ANSWERED, CLOSED = "request.made/1", "request.answered/1", "request.closed/1"
DECIDED, DETERMINATIONS = "origin.decided/1", "determinations"
"""What customs decides bears on claims that were filed after it, whenever it comes to be known."""
TURNED = "origin.turned/1"

_LOOKED_FOR = sa.select(t.sought.c.version).where(t.sought.c.name == sa.bindparam("name"))
_LOOKED_FOR_AFTER = _LOOKED_FOR.join(t.filings, t.filings.c.version == t.sought.c.version).where(
    sa.or_(t.filings.c.log_index > sa.bindparam("log_index"), t.filings.c.entry == sa.bindparam("name"))
)
_WAITS = sa.select(t.unexamined.c.version).where(t.unexamined.c.version == t.sought.c.version).exists()
_FORGET_SEEKERS = sa.insert(t.unexamined).from_select(["version"], _LOOKED_FOR.where(~_WAITS).distinct())
_FORGET_LATER_SEEKERS = sa.insert(t.unexamined).from_select(["version"], _LOOKED_FOR_AFTER.where(~_WAITS).distinct())


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """Rows for one statement; idempotent, in any order."""
    write = WRITERS.get(statement.kind)
    if write is not None:
        write(tx, context, statement)
    if statement.kind in (ISSUED, DELIVERED):
        tx.execute(_FORGET_SEEKERS, {"name": context.statement_id})
    if statement.kind == DECIDED:
        forget_later(tx, DETERMINATIONS, context.place.log_index)
    if statement.kind == ISSUED:
        forget_later(tx, statement.body["id"], context.place.log_index)


def forget_later(tx: Connection, name: str, log_index: int) -> None:
    """Something has come to be known that stood before some filings: what was found without it does not stand."""
    tx.execute(_FORGET_LATER_SEEKERS, {"name": name, "log_index": log_index})


def _filing(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    entry = statement.about[0]
    values = place_values(context, statement.by)
    put_row(tx, t.filings, **values, entry=entry, version=body["version"], previous=body.get("previous"))
    put_rows(tx, t.claims, [_claim(context, claim, at) for claim in body["claims"] for at in claimed_lines(claim)])
    put_row(tx, t.unexamined, version=body["version"])
    stand(tx, entry)
    kind = "entry.filed" if statement.kind == FILED.name else "entry.corrected"
    _tell(tx, context, kind, document_id=entry, urgency=SOON if "customs" in context.roles else LATER)


def _claim(context: Any, claim: Mapping[str, Any], line: int) -> dict[str, Any]:
    return {
        "statement_id": context.statement_id,
        "line": line,
        "certification": claim["certification"],
        "certification_version": claim["version"],
        "issued": claim["issued"],
        "delivered": claim.get("delivered"),
    }


def _acceptance(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    entry, line = statement.about[0], body["line"]
    put_row(tx, t.acceptances, **place_values(context, statement.by), entry=entry, line=line, version=body["version"])
    stand(tx, entry)
    _tell(tx, context, "claim.accepted", document_id=entry, params={"line": line})


def _question(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    entry, line, due_by = statement.about[0], body["line"], body["due_by"]
    put_row(tx, t.requests, **place_values(context, statement.by), entry=entry, line=line, due_by=due_by)
    stand(tx, entry)


def _answer(tx: Connection, context: Any, statement: Any) -> None:
    put_row(tx, t.answers, **place_values(context, statement.by), request=statement.about[0])
    stand(tx, statement.about[-1])


def _closing(tx: Connection, context: Any, statement: Any) -> None:
    request, outcome = statement.about[0], statement.body["outcome"]
    put_row(tx, t.closings, **place_values(context, statement.by), request=request, outcome=outcome)
    stand(tx, statement.about[-1])


def _note(tx: Connection, context: Any, statement: Any) -> None:
    entry, line = statement.about[0], statement.body.get("line")
    put_row(tx, t.remarks, **place_values(context, statement.by), entry=entry, line=line)
    _tell(tx, context, "entry.noted", document_id=entry, urgency=SOON)


def _turn(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    told = {"version": body["version"], "good": body["good"], "outcome": body["outcome"]}
    put_row(tx, t.turns, **place_values(context, statement.by), **told)


WRITERS: Mapping[str, Write] = {
    FILED.name: _filing,
    CORRECTED.name: _filing,
    ACCEPTED.name: _acceptance,
    ASKED: _question,
    ANSWERED: _answer,
    CLOSED: _closing,
    NOTED.name: _note,
    TURNED: _turn,
}


def _tell(
    tx: Connection,
    context: Any,
    kind: str,
    *,
    document_id: str,
    params: Mapping[str, Any] | None = None,
    urgency: int = LATER,
    due_at: datetime | None = None,
) -> None:
    """An item in the inbox of whoever received the statement; whoever made it knows already."""
    if context.own:
        return
    item = InboxRow(
        kind=kind,
        params=params or {},
        place=context.place,
        urgency=urgency,
        document_id=document_id,
        statement_id=context.statement_id,
        due_at=due_at,
    )
    project_inbox_item(tx, item)
