"""The API operations of powers of attorney."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from transire.api.operations import Answer, Call, Collection, Operations
from transire.documents.authority import Power
from transire.documents.parties import Party
from transire.procedures.power_of_attorney import service

OPERATIONS = Operations()


class NewAuthority(msgspec.Struct, frozen=True):
    """To whom, for what, from when until when."""

    broker: str
    valid_from: datetime.date
    valid_until: datetime.date | None = None
    powers: tuple[Power, ...] = service.ENTRY_POWERS
    ports: tuple[str, ...] = ()
    filer_code: str | None = None
    broker_party: Party | None = None


@OPERATIONS.op("GET", "/authorities", "listAuthorities", scope="authority.read")
def list_authorities(call: Call) -> Any:
    return Collection(service.list_authorities(call.tenant, call.person))


@OPERATIONS.op("POST", "/authorities", "grantAuthority", scope="authority.grant")
def grant_authority(call: Call) -> Any:
    new = call.into(NewAuthority)
    issued = service.grant_authority(
        call.tenant,
        call.person,
        broker_did=new.broker,
        valid=(new.valid_from, new.valid_until),
        scope=new.powers,
        broker=new.broker_party,
        filer_code=new.filer_code,
        ports=new.ports,
    )
    return Answer(value=issued, status=201, location=f"/documents/{issued.document_id}")


@OPERATIONS.op("POST", "/authorities/{authority_id}/revoke", "revokeAuthority", scope="authority.withdraw")
def revoke_authority(call: Call) -> Any:
    stated = service.revoke_authority(call.tenant, call.person, call.path["authority_id"], call.body["reason"])
    return {"statement_id": stated}
