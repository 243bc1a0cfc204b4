"""The door for other nodes: envelopes are brought here, and answered one by one."""

from __future__ import annotations

from typing import Any

from transire.api.operations import Answer, Call, Operations
from transire.node.deliveries import read_delivery, write_answers
from transire.node.recovery import bring_again

OPERATIONS = Operations(prefix="")


@OPERATIONS.op("PUT", "/deliveries/{did}", "takeDelivery", transport=True)
def take_delivery(call: Call) -> Any:
    """What comes twice changes nothing, so that a sender which lost the answer brings it again."""
    assert call.sender is not None  # the door let nobody else in
    replies = call.node.post.receive(call.tenant.did, read_delivery(call.raw), bringer=call.sender)
    return Answer(raw=write_answers(replies))


@OPERATIONS.op("PUT", "/deliveries/{did}/again", "bringAgain", transport=True)
def bring_again_to(call: Call) -> Any:
    """Another member lost something: all that this one ever brought to it goes out once more (LEDGER 8)."""
    assert call.sender is not None
    return {"envelopes": bring_again(call.tenant, call.sender)}
