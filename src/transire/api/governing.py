"""Governing the network: what governors propose and approve, and what registrars do for members.

A person's node signs with the member's own key: `govern` for votes, `act` for the registrar's acts. Whether the member
holds the office the ledger alone decides. Before anything is signed the rules of the ledger are asked what they would
say of it (`ledger.rehearsal`): what they would refuse is refused here, and `check` tells what would come of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from transire.api.changes import Saying, enrolment_words, proposal_words, readmission_words, suspension_words
from transire.api.errors import ActRefused, RequestInvalid
from transire.api.network import office_holders
from transire.crypto.canonical import Json
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.engines.base import Outcome
from transire.ledger.block import Event
from transire.ledger.bodies import GovernPropose, MemberEnrol
from transire.ledger.governance import GovernorOnly
from transire.ledger.members import RegistrarOnly
from transire.ledger.rehearsal import rehearse
from transire.node.errors import WitnessRefused

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a governor or registrar, as it is to be signed."""

    action: str
    body: dict[str, Json]

    @property
    def governs(self) -> bool:
        """Whether it is a governor's; else it is a registrar's."""
        return self.action.startswith("govern.")


def proposing(change: Mapping[str, Any]) -> Step:
    """To open a vote on a change, with the member's own approval; the proposal's id is the action's."""
    body = {"change": dict(change)}
    _check_form(body, GovernPropose)
    return Step("govern.propose/1", cast("dict[str, Json]", body))


def approving(proposal: str) -> Step:
    """To approve an open proposal; the approval that makes more than two thirds decides it."""
    return Step("govern.approve/1", {"proposal": proposal})


def enrolling(enrolment: Mapping[str, Any]) -> Step:
    """To enter a new member, as its registrar: the enrolment comes from whoever keeps the member's keys."""
    _check_form(enrolment, MemberEnrol)
    return Step("member.enrol/1", dict(enrolment))


def suspending(did: str) -> Step:
    """From the next block on nothing that the member signs enters the ledger."""
    return Step("member.suspend/1", {"did": did})


def readmitting(did: str) -> Step:
    """To let a suspended member act again."""
    return Step("member.update/1", {"did": did, "status": "active"})


def check(tenant: Tenant, person: Person, step: Step) -> list[Saying]:
    """What would come of it, in sentences; raises what the ledger would refuse. Nothing is signed."""
    events = _rehearsed(tenant, person, step)
    match step.action:
        case "govern.propose/1":
            change = cast("dict[str, Any]", step.body["change"])
            return proposal_words(tenant, change, decides=any(event["event"] == "decided" for event in events))
        case "member.enrol/1":
            return enrolment_words(msgspec.convert(step.body, MemberEnrol))
        case "member.suspend/1":
            return suspension_words(tenant, str(step.body["did"]))
        case "member.update/1":
            return readmission_words(tenant, str(step.body["did"]))
    return []


def take(tenant: Tenant, person: Person, step: Step) -> Outcome:
    """Check it, sign it with the member's key and wait for the ledger's answer."""
    _rehearsed(tenant, person, step)
    try:
        return tenant.act(step.action, step.body, purpose="govern" if step.governs else "act")
    except WitnessRefused as error:
        raise ActRefused(got=error.got) from error  # something else came between: told with the ledger's own code


def _rehearsed(tenant: Tenant, person: Person, step: Step) -> tuple[Event, ...]:
    require(person, "network.govern" if step.governs else "network.enrol")
    engine = tenant.engine
    _require_office(tenant, step)
    now = int(tenant.now().timestamp())
    return rehearse(engine.state, step.action, step.body, by=tenant.did, height=engine.height + 1, time=now)


def _require_office(tenant: Tenant, step: Step) -> None:
    """A member without the office is told so first: whatever else is wrong is none of its business."""
    office, refusal = ("governor", GovernorOnly) if step.governs else ("registrar", RegistrarOnly)
    if tenant.did not in office_holders(tenant.engine, office, tenant.engine.height + 1):
        raise refusal(got=tenant.did)


def _check_form(body: Any, kind: type[Any]) -> None:
    """Refuse here what the ledger would find malformed, in words that say where."""
    try:
        msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise RequestInvalid([("body", str(error))]) from error
