"""What every rule gets and gives back. A rule is a pure function: it raises `Refused`, or changes `context.view`.

`view` is the rule's own sheet over the block so far: what a refused action wrote is thrown away. Histories (members,
offices, parameters) are read at `height`, so changes made earlier in the same block do not rule yet; what can be done
only once (ending, drawing) is read from `view`, so the first action of a block that does it wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from transire.ledger.action import Action
from transire.ledger.block import Event
from transire.ledger.errors import Refused
from transire.ledger.state import Changes, MemberRecord, View

Events: TypeAlias = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """One action in its block. `time` is the block's own, in whole seconds."""

    view: Changes
    action: Action
    height: int
    time: int


Rule: TypeAlias = Callable[[Context], Events]


class MemberUnknown(Refused):
    code = "ledger.member-unknown"
    sentence = "The ledger has no such active member."
    fix = "Check the DID; a member is enrolled by a registrar and may have been suspended."


def member_key(did: str) -> str:
    """The state key of a member's record."""
    return f"member/{did}"


def active_member(view: View, did: str, height: int) -> MemberRecord:
    """The record of a member that is active at that height."""
    record = view.find(member_key(did), MemberRecord)
    if record is None or not record.is_active(height):
        raise MemberUnknown(got=did)
    return record
