"""Governing the network: what governors propose and approve, and what registrars do for members.

A person's node signs with the member's own key: `govern` for votes, `act` for the registrar's acts. Whether the member
holds the office the ledger alone decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from transire.api.errors import ActRefused, RequestInvalid
from transire.api.network import office_holders
from transire.crypto.canonical import Json
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.engines.base import Outcome
from transire.ledger.bodies import GovernPropose, MemberEnrol
from transire.ledger.governance import GovernorOnly
from transire.ledger.members import RegistrarOnly
from transire.node.errors import WitnessRefused

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


def propose(tenant: Tenant, person: Person, change: Mapping[str, Any]) -> Outcome:
    """Open a vote on a change, with the member's own approval; the proposal's id is the action's."""
    require(person, "network.govern")
    _require_governor(tenant)
    body = {"change": dict(change)}
    _check(body, GovernPropose)
    return _act(tenant, "govern.propose/1", cast("dict[str, Json]", body), purpose="govern")


def approve(tenant: Tenant, person: Person, proposal: str) -> Outcome:
    """Approve an open proposal; the approval that makes more than two thirds decides it."""
    require(person, "network.govern")
    _require_governor(tenant)
    return _act(tenant, "govern.approve/1", {"proposal": proposal}, purpose="govern")


def enrol(tenant: Tenant, person: Person, enrolment: Mapping[str, Any]) -> Outcome:
    """Enter a new member, as its registrar: the enrolment comes from whoever keeps the member's keys."""
    require(person, "network.enrol")
    _require_registrar(tenant)
    _check(enrolment, MemberEnrol)
    return _act(tenant, "member.enrol/1", dict(enrolment))


def suspend(tenant: Tenant, person: Person, did: str) -> Outcome:
    """From the next block on nothing that the member signs enters the ledger."""
    require(person, "network.enrol")
    _require_registrar(tenant)
    return _act(tenant, "member.suspend/1", {"did": did})


def readmit(tenant: Tenant, person: Person, did: str) -> Outcome:
    """Let a suspended member act again."""
    require(person, "network.enrol")
    _require_registrar(tenant)
    return _act(tenant, "member.update/1", {"did": did, "status": "active"})


def _require_governor(tenant: Tenant) -> None:
    """Say in the ledger's own words what it would answer; a member without the office has no key to ask with."""
    if tenant.did not in office_holders(tenant.engine, "governor", tenant.engine.height + 1):
        raise GovernorOnly(got=tenant.did)


def _require_registrar(tenant: Tenant) -> None:
    """The same for a registrar; which of them is responsible for a member the ledger alone decides."""
    if tenant.did not in office_holders(tenant.engine, "registrar", tenant.engine.height + 1):
        raise RegistrarOnly(got=tenant.did)


def _act(tenant: Tenant, action: str, body: dict[str, Json], *, purpose: str = "act") -> Outcome:
    """Sign and submit; what the ledger refuses is told with its own code, as no fault of this node."""
    try:
        return tenant.act(action, body, purpose=purpose)
    except WitnessRefused as error:
        raise ActRefused(got=error.got) from error


def _check(body: Any, kind: type[Any]) -> None:
    """Refuse here what the ledger would find malformed, in words that say where."""
    try:
        msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise RequestInvalid([("body", str(error))]) from error
