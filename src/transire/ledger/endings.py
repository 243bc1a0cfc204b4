"""Witnessing a pool, and ending a version of a document (LEDGER.md 3 and 4).

The ledger does not know what a pool holds, nor who issued a version: `document.end` writes under the signer's own
name only, so a foreign `by` ends nothing that anybody relies on.
"""

from __future__ import annotations

from msgspec import UNSET

from transire.ledger.block import Event
from transire.ledger.bodies import DocumentEnd, Witness
from transire.ledger.errors import Refused
from transire.ledger.rules import Context, Events
from transire.ledger.state import Ended


class AlreadyEnded(Refused):
    code = "ledger.already-ended"
    sentence = "This version was ended before."
    fix = "Look up which version stands in its place; an ending cannot be changed."


class SuccessorItself(Refused):
    code = "ledger.successor-itself"
    sentence = "A version cannot stand in its own place."
    fix = "Name the new version as successor, or none."


def ended_key(issuer: str, version: str) -> str:
    """The state key whose absence means "current and not withdrawn"."""
    return f"ended/{issuer}/{version}"


def witness(context: Context) -> Events:
    """`witness/1`: the pool's commitment enters the log; nothing else changes."""
    body = context.action.terms
    assert isinstance(body, Witness)
    return ({"by": context.action.by, "event": "witnessed", "pool": body.pool},)


def end(context: Context) -> Events:
    """`document.end/1`: once, and for good."""
    body = context.action.terms
    assert isinstance(body, DocumentEnd)
    successor = None if body.successor is UNSET else body.successor
    if successor == body.version:
        raise SuccessorItself(got=successor)
    key = ended_key(context.action.by, body.version)
    if context.view.get(key) is not None:
        raise AlreadyEnded(got=body.version)
    context.view.put(key, Ended(height=context.height, successor=successor))
    event: Event = {"by": context.action.by, "event": "ended", "version": body.version}
    return (event if successor is None else event | {"successor": successor},)
