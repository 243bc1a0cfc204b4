"""What the ledger shows to anybody, and the door for members that keep their own keys: no token is needed.

A checkpoint says how much was accepted and under which root, never what. An action is signed by itself.
"""

from __future__ import annotations

from typing import Any

import msgspec

from transire.api.errors import RequestInvalid
from transire.api.operations import Answer, Call, Operations
from transire.crypto.encoding import b64url
from transire.engines.base import Outcome
from transire.ledger.action import parse_action
from transire.node.checkpoints import verifier_of
from transire.node.tenant import await_outcome

OPERATIONS = Operations(prefix="")
TEXT = "text/plain"


@OPERATIONS.op("GET", "/status", "showStatus", public=True)
def show_status(call: Call) -> Any:
    """How this node stands: its height, what its state is, and how many peers it has."""
    engine = call.node.engine
    height = min(call.query.get("height", engine.height), engine.height)
    header = engine.header(height) if height else None
    asked = getattr(engine, "status", None)
    pair = {} if asked is None else msgspec.to_builtins(asked())
    return {
        "network": engine.network,
        "engine": call.node.settings.ledger.engine,
        "height": engine.height,
        "at": height,
        "app_hash": None if header is None else header.app_hash.hex(),
        "block_time": None if header is None else header.time.text,
        "validators": len(engine.validators(height)) if height else 0,
        "peers": pair.get("peers"),
        "catching_up": pair.get("catching_up"),
        "restarts": pair.get("restarts", 0),
        "pending": pair.get("pending"),
        "failure": engine.failure,
        "checkpoint_key": verifier_of(call.node.speaker).text,
    }


@OPERATIONS.op("GET", "/checkpoint", "showCheckpoint", public=True)
def show_checkpoint(call: Call) -> Any:
    """The log that the last header shows, as a signed note (C2SP tlog-checkpoint)."""
    note = call.node.checkpoints.present(call.node.speaker)
    return Answer(raw=note.whole.encode(), media_type=TEXT)


@OPERATIONS.op("GET", "/checkpoint/consistency", "proveConsistency", public=True)
def prove_consistency(call: Call) -> Any:
    """The proof that the log of one size continues that of a smaller one (RFC 9162)."""
    old, new = call.query["from"], call.query["to"]
    if old > new:
        raise RequestInvalid([("query/from", "it must not be above `to`")])
    return {"from": old, "to": new, "path": [b64url(node) for node in call.node.engine.log_consistency(old, new)]}


@OPERATIONS.op("PUT", "/checkpoint/countersignatures", "takeCountersignatures", public=True)
def take_countersignatures(call: Call) -> Any:
    """Keep what a witness of this node signed; its note proves itself."""
    try:
        whole = call.raw.decode()
    except UnicodeDecodeError as error:
        raise RequestInvalid([("body", "the note is not UTF-8")]) from error
    taken = call.node.checkpoints.take(whole)
    return {"size": taken.size}


@OPERATIONS.op("PUT", "/actions/{action_id}", "submitAction", public=True)
def submit_action(call: Call) -> Any:
    """Submit a signed action and wait for what becomes of it; the same bytes are never applied twice."""
    action = parse_action(call.raw)
    if action.id != call.path["action_id"]:
        raise RequestInvalid([("action_id", f"the body is the action {action.id}")])
    return _shown(await_outcome(call.node.engine.submit(call.raw)))


def _shown(outcome: Outcome) -> dict[str, Any]:
    return {
        "action_id": outcome.action_id,
        "height": outcome.height,
        "code": outcome.code,
        "log_index": outcome.log_index,
        "accepted_at": None if outcome.accepted_at is None else outcome.accepted_at.text,
    }
