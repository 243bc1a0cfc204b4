"""Operations of the node itself, outside of any member: the contract, the hosted members, the catalogue of errors."""

from __future__ import annotations

from typing import Any

from transire.api.contract import read_contract
from transire.api.errors import ErrorCodeUnknown
from transire.api.operations import Call, Collection, Operations
from transire.errors import TransireError, catalogue

OPERATIONS = Operations(prefix="")


@OPERATIONS.op("GET", "/openapi.json", "showContract", public=True)
def show_contract(call: Call) -> Any:
    return read_contract().document


@OPERATIONS.op("GET", "/members", "listHostedMembers", public=True)
def list_hosted_members(call: Call) -> Any:
    """The members that sign in at this node; a network has more."""
    members = sorted(call.node.tenants.values(), key=lambda tenant: tenant.slug)
    return Collection(
        [{"slug": each.slug, "did": each.did, "name": each.name, "roles": sorted(each.roles)} for each in members]
    )


@OPERATIONS.op("GET", "/errors", "listErrors", public=True)
def list_errors(call: Call) -> Any:
    return Collection([_shown(kind) for kind in catalogue().values()])


@OPERATIONS.op("GET", "/errors/{code}", "showError", public=True)
def show_error(call: Call) -> Any:
    kind = catalogue().get(call.path["code"])
    if kind is None:
        raise ErrorCodeUnknown(got=call.path["code"])
    return _shown(kind)


def _shown(kind: type[TransireError]) -> dict[str, Any]:
    return {"code": kind.code, "sentence": kind.sentence, "fix": kind.fix, "status": kind.status}
