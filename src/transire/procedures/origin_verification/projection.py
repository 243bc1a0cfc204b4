"""From the statements of a verification to its rows, and to the items of the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.procedures.clocks import end_of
from transire.procedures.origin_verification import statements as s
from transire.procedures.origin_verification import tables as t
from transire.procedures.rows import place_values, put_row
from transire.records import tables as records
from transire.records.project import project_inbox_item, settle_inbox_item
from transire.records.rows import LATER, NOW, SOON, InboxRow, inbox_item_id

ITEMS: Final[Mapping[str, tuple[str, int]]] = {
    s.ASKED.name: ("request.made", NOW),
    s.CERTIFIER_ASKED.name: ("certifier.asked", NOW),
    s.VISIT.name: ("visit.proposed", NOW),
    s.PROPOSED.name: ("action.proposed", NOW),
    s.EXTENDED.name: ("request.extended", LATER),
    s.ANSWERED.name: ("request.answered", SOON),
    s.CLOSED.name: ("request.closed", LATER),
    s.VISIT_ANSWERED.name: ("visit.answered", SOON),
    s.DEFERRED.name: ("determination.deferred", LATER),
    s.DECIDED.name: ("origin.decided", SOON),
    s.REFUND.name: ("refund.claimed", SOON),
}
"""The item of each kind for whoever receives it, and how it presses."""

OPENING = frozenset({s.ASKED.name, s.CERTIFIER_ASKED.name, s.VISIT.name, s.PROPOSED.name})
FOLLOWING = frozenset({s.EXTENDED.name, s.ANSWERED.name, s.CLOSED.name, s.VISIT_ANSWERED.name})
SETTLING = FOLLOWING - {s.EXTENDED.name}
REMINDERS = ("request.due", "request.overdue")

_FORGET = sa.delete(t.reminders).where(t.reminders.c.statement_id == sa.bindparam("of"))
_FORGET_ITEMS = sa.delete(records.inbox).where(records.inbox.c.id.in_(sa.bindparam("items", expanding=True)))


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """One row a statement, and its item; idempotent, in any order."""
    if statement.kind not in ITEMS:
        return
    body: Mapping[str, Any] = statement.body
    about = tuple(statement.about)
    is_following = statement.kind in FOLLOWING
    put_row(
        tx,
        t.steps,
        **place_values(context, statement.by),
        kind=statement.kind,
        entry=about[-1],
        line=body.get("line"),
        of=about[0] if is_following else None,
        document=_document(statement.kind, about, body),
        due_by=body.get("due_by"),
        outcome=body.get("outcome", body.get("answer") if statement.kind == s.VISIT_ANSWERED.name else None),
        days=body.get("days"),
    )
    if is_following:
        _follow(tx, context, statement.kind, about[0], body)
    _tell(tx, context, statement, about, body)


def _document(kind: str, about: tuple[str, ...], body: Mapping[str, Any]) -> str | None:
    if kind == s.ANSWERED.name:
        return str(body["answer"])
    if kind == s.REFUND.name:
        return str(body["certification"])
    if kind in (s.CERTIFIER_ASKED.name, s.VISIT.name, s.DECIDED.name):
        return about[0]
    return None


def _follow(tx: Connection, context: Any, kind: str, of: str, body: Mapping[str, Any]) -> None:
    """What was reminded of is looked at again; what asked for an answer is done with."""
    tx.execute(_FORGET, {"of": of})
    tx.execute(_FORGET_ITEMS, {"items": [inbox_item_id(name, of) for name in REMINDERS]})
    if kind in SETTLING and body.get("answer") != "postponed":
        for opening in OPENING:
            settle_inbox_item(tx, inbox_item_id(ITEMS[opening][0], of), context.statement_id)
        for name in REMINDERS:
            settle_inbox_item(tx, inbox_item_id(name, of), context.statement_id)


def _tell(tx: Connection, context: Any, statement: Any, about: tuple[str, ...], body: Mapping[str, Any]) -> None:
    """An item in the inbox of whoever received the statement; whoever made it knows already."""
    if context.own:
        return
    kind, urgency = ITEMS[statement.kind]
    opening = statement.kind in OPENING
    item = InboxRow(
        kind=kind,
        params={name: body[name] for name in ("line", "due_by", "outcome", "answer") if _is_word(body.get(name))},
        place=context.place,
        urgency=urgency,
        document_id=about[0] if statement.kind == s.DECIDED.name else about[-1],
        statement_id=context.statement_id,
        due_at=last_moment(date.fromisoformat(body["due_by"])) if opening else None,
    )
    project_inbox_item(tx, item)


def _is_word(value: Any) -> bool:
    """Params are said in a sentence: numbers, days and single words, never an identifier."""
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= 20)


def last_moment(day: date) -> datetime:
    """The last second of a day where customs decides: the day that a list shows is that day."""
    return end_of(day) - timedelta(seconds=1)
