"""Operations of destroying: what stands against it, legal holds, and doing it."""

from __future__ import annotations

from typing import Any

import msgspec

from transire.api import destruction
from transire.api.operations import Answer, Call, Operations

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/documents/{document_id}/safekeeping", "showSafekeeping", scope="documents.read")
def show_safekeeping(call: Call) -> Any:
    """The duties of record keeping and the legal holds."""
    found = destruction.show_safekeeping(call.tenant, call.person, call.path["document_id"])
    return msgspec.structs.asdict(found) | {"may_be_destroyed": found.may_be_destroyed}


@OPERATIONS.op("POST", "/documents/{document_id}/destruction", "destroyDocument", scope="documents.destroy")
def destroy_document(call: Call) -> Any:
    """Destroy every version that this member holds."""
    return {"statements": destruction.destroy_document(call.tenant, call.person, call.path["document_id"])}


@OPERATIONS.op("POST", "/documents/{document_id}/holds", "setHold", scope="holds.manage")
def set_hold(call: Call) -> Any:
    """Set a legal hold."""
    document_id = call.path["document_id"]
    hold = destruction.set_hold(call.tenant, call.person, document_id, call.body["reason"])
    return Answer(value={"id": hold.id}, status=201, location=f"/documents/{document_id}/safekeeping")


@OPERATIONS.op("POST", "/holds/{hold_id}/lift", "liftHold", scope="holds.manage")
def lift_hold(call: Call) -> Any:
    """Lift a legal hold."""
    destruction.lift_hold(call.tenant, call.person, call.path["hold_id"], call.body["reason"])
    return Answer(status=204)
