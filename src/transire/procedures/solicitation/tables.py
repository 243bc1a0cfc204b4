"""The rows of solicitation in the records: what was asked of whom, what was reminded, declined, heard, withdrawn.

Which certification answers a request is no row: it is told from the documents when it is read (`standing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table

from transire.procedures.rows import place_values, put_row, put_rows, statement_columns
from transire.procedures.solicitation.statements import ASKED, DECLINED, HEARD, REMINDED, WITHDRAWN
from transire.records.project import project_inbox_item
from transire.records.rows import NOW, SOON, InboxRow
from transire.storage.columns import NAMING, Name, Words
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "solicitation", metadata)

requests = Table(
    "solicitation_requests",
    metadata,
    *statement_columns(),
    # None: the supplier is no member, and answers through a link.
    Column("supplier", Name),
    Column("supplier_name", Words, nullable=False),
    Column("agreement", Name, nullable=False),
    # ISO 8601 days; they sort as text.
    Column("valid_from", Name, nullable=False),
    Column("valid_until", Name, nullable=False),
    Column("answer_by", Name, nullable=False),
    Column("remind_every", Integer, nullable=False),
    Index(None, "log_index", "position"),
    Index(None, "by"),
    Index(None, "supplier"),
)

goods = Table(
    "solicitation_goods",
    metadata,
    Column("statement_id", Name, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("number", Name, nullable=False),
)

reminders = Table(
    "solicitation_reminders",
    metadata,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Index(None, "request"),
)

# What is said of one good in answer, without a certification: declined by the supplier, or heard through a link.
answers = Table(
    "solicitation_answers",
    metadata,
    *statement_columns(),
    Column("place", Integer, primary_key=True),
    Column("request", Name, nullable=False),
    Column("number", Name, nullable=False),
    Column("says", Name, nullable=False),
    Column("reason", Name),
    Column("heard", Integer, nullable=False),
    Index(None, "request"),
)

withdrawals = Table(
    "solicitation_withdrawals",
    metadata,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Index(None, "request"),
)

Write = Callable[[Connection, Any, Any], None]


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """Rows for one statement; idempotent, in any order."""
    write = _WRITERS.get(statement.kind)
    if write is not None:
        write(tx, context, statement)


def _request(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    supplier = body["supplier"]
    put_row(
        tx,
        requests,
        **place_values(context, statement.by),
        supplier=supplier.get("did"),
        supplier_name=supplier["name"],
        agreement=body["agreement"],
        valid_from=body["from"],
        valid_until=body["until"],
        answer_by=body["answer_by"],
        remind_every=body["remind_every"],
    )
    rows = [
        {"statement_id": context.statement_id, "place": place, "number": good["number"]}
        for place, good in enumerate(body["goods"])
    ]
    put_rows(tx, goods, rows)
    if not context.own:
        params = {"count": len(rows), "answer_by": body["answer_by"]}
        _tell(tx, context, "solicitation.asked", params=params, due=body["answer_by"])


def _reminder(tx: Connection, context: Any, statement: Any) -> None:
    put_row(tx, reminders, **place_values(context, statement.by), request=statement.about[0])
    if not context.own:
        body: Mapping[str, Any] = statement.body
        params = {"count": len(body["goods"]), "answer_by": body["answer_by"]}
        _tell(tx, context, "solicitation.reminded", params=params, urgency=NOW, due=body["answer_by"])


def _refusal(tx: Connection, context: Any, statement: Any) -> None:
    body: Mapping[str, Any] = statement.body
    said = [{"number": number, "says": "declined", "reason": body["reason"]} for number in body["goods"]]
    _answer(tx, context, statement, said, heard=0)
    if not context.own:
        _tell(tx, context, "solicitation.declined", params={"count": len(said)})


def _hearsay(tx: Connection, context: Any, statement: Any) -> None:
    """Stated by the member's own node: its persons have not seen it yet."""
    said = [{"reason": None, **good} for good in statement.body["goods"]]
    _answer(tx, context, statement, said, heard=1)
    _tell(tx, context, "solicitation.heard", params={"count": len(said)})


def _answer(tx: Connection, context: Any, statement: Any, said: list[dict[str, Any]], *, heard: int) -> None:
    values = place_values(context, statement.by) | {"request": statement.about[0], "heard": heard}
    rows = [
        {**values, "place": place, "number": one["number"], "says": one["says"], "reason": one["reason"]}
        for place, one in enumerate(said)
    ]
    put_rows(tx, answers, rows)


def _withdrawal(tx: Connection, context: Any, statement: Any) -> None:
    put_row(tx, withdrawals, **place_values(context, statement.by), request=statement.about[0])


_WRITERS: Mapping[str, Write] = {
    ASKED.name: _request,
    REMINDED.name: _reminder,
    DECLINED.name: _refusal,
    HEARD.name: _hearsay,
    WITHDRAWN.name: _withdrawal,
}


def _tell(
    tx: Connection,
    context: Any,
    kind: str,
    *,
    params: Mapping[str, Any],
    urgency: int = SOON,
    due: str | None = None,
) -> None:
    """An item of the inbox; it leads to the request that the statement is, or is about."""
    item = InboxRow(
        kind=kind,
        params=params,
        place=context.place,
        urgency=urgency,
        document_id=None,
        statement_id=context.statement_id,
        due_at=None if due is None else datetime.combine(datetime.fromisoformat(due), time.max, tzinfo=UTC),
    )
    project_inbox_item(tx, item)
