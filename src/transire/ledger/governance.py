"""Governance: governors propose and vote; more than two thirds of them decide (LEDGER.md 9).

Votes count only while the voter is a governor, and a proposal that was not decided in its time lapses. A decided change
rules from the next height on; validators change at the height after that, as CometBFT has it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, cast

import msgspec
from msgspec import structs

from transire.crypto.encoding import b64url, unb64url
from transire.ledger.block import Event
from transire.ledger.bodies import (
    Appoint,
    Change,
    Dismiss,
    GovernApprove,
    GovernPropose,
    SetParameter,
    SetValidator,
    UpgradeRules,
)
from transire.ledger.chain import validator_address
from transire.ledger.errors import Refused
from transire.ledger.members import holders, office_key
from transire.ledger.parameters import check_parameter, parameter, parameter_key, with_parameter
from transire.ledger.possession import verify_validator
from transire.ledger.rules import Context, Events, active_member
from transire.ledger.state import (
    RULES_KEY,
    Changes,
    Office,
    Proposal,
    RulesRow,
    Since,
    ValidatorRow,
    View,
    at,
    extended,
)

DAY: Final = 24 * 60 * 60
VALIDATOR_DELAY: Final = 2
"""A validator update of block H is in force at H + 2 (CometBFT, FinalizeBlock)."""
MAX_VALIDATORS: Final = 200
RULES_NOTICE: Final = 2
"""Heights at least between the decision on new rules and their beginning."""


class GovernorOnly(Refused):
    code = "ledger.governor-only"
    sentence = "Only a governor may propose and vote."
    fix = "Ask a governor of the network."


class ProposalUnknown(Refused):
    code = "ledger.proposal-unknown"
    sentence = "There is no such open proposal."
    fix = "Look up the proposals: it may have been decided or have lapsed."


class VotedAlready(Refused):
    code = "ledger.voted-already"
    sentence = "This governor has approved the proposal already."
    fix = "Wait for the other governors."


class ChangeRefused(Refused):
    code = "ledger.change-refused"
    sentence = "The change cannot be made."
    fix = "Propose a change that is possible in the present state of the network."


def propose(context: Context) -> Events:
    """`govern.propose/1`: opens a vote with the proposer's own approval; its id is the action's."""
    body = context.action.terms
    assert isinstance(body, GovernPropose)
    _check_governor(context)
    check_change(context, body.change)
    days = parameter(context.view, "proposal_days", context.height)
    proposal = Proposal(
        change=cast("dict[str, object]", context.action.body["change"]),
        proposer=context.action.by,
        opened=context.height,
        lapses=context.time + days * DAY,
        approvals=(),
    )
    event: Event = {"by": context.action.by, "event": "proposed", "proposal": context.action.id}
    return (event, *_approved(context, context.action.id, proposal))


def approve(context: Context) -> Events:
    """`govern.approve/1`: one more approval; the one that makes more than two thirds decides."""
    body = context.action.terms
    assert isinstance(body, GovernApprove)
    _check_governor(context)
    proposal = context.view.find(proposal_key(body.proposal), Proposal)
    if proposal is None or proposal.decided is not None or context.time > proposal.lapses:
        raise ProposalUnknown(got=body.proposal)
    if context.action.by in proposal.approvals:
        raise VotedAlready(got=context.action.by)
    return _approved(context, body.proposal, proposal)


def proposal_key(proposal: str) -> str:
    """The state key of a proposal."""
    return f"proposal/{proposal}"


def validator_key(address: str) -> str:
    """The state key of a validator, by its address."""
    return f"validator/{address}"


def rules_version(view: View, height: int) -> int:
    """The version of the rules that decides at that height."""
    row = view.find(RULES_KEY, RulesRow)
    return (at(row.version, height) if row is not None else None) or 1


def rules_to_come(view: View, height: int) -> tuple[Since[int], ...]:
    """The versions of the rules that were decided on and decide at that height or later, the earliest first."""
    row = view.find(RULES_KEY, RulesRow)
    if row is None:
        return ()
    ended = {earlier for earlier, later in pairwise(row.version) if later.height <= height}
    return tuple(since for since in row.version if since not in ended)


def check_change(context: Context, change: Change) -> None:
    """Refuse a change that could not be made now; asked when it is proposed and again when it is decided."""
    match change:
        case Appoint():
            _check_appointment(context, change)
        case Dismiss():
            _check_dismissal(context, change)
        case SetValidator():
            _check_validator(context, change)
        case SetParameter():
            check_parameter(change.name, change.value, by_vote=True)
        case UpgradeRules():
            _check_upgrade(context, change)


def _approved(context: Context, proposal_id: str, proposal: Proposal) -> Events:
    approvals = tuple(sorted((*proposal.approvals, context.action.by)))
    governors = holders(context.view, "governor", context.height)
    votes = sum(1 for governor in governors if governor in approvals)
    decided = votes * 3 > len(governors) * 2
    counted = structs.replace(proposal, approvals=approvals, decided=context.height if decided else None)
    context.view.put(proposal_key(proposal_id), counted)
    approved: Event = {"by": context.action.by, "event": "approved", "proposal": proposal_id}
    if not decided:
        return (approved,)
    change = msgspec.convert(proposal.change, Change)
    check_change(context, change)
    _make(context.view, change, context.height)
    return (approved, {"event": "decided", "proposal": proposal_id})


def _make(view: Changes, change: Change, height: int) -> None:
    starts = height + 1
    match change:
        case Appoint():
            _seat(view, change.office, (*_latest(view, change.office), change.member), starts)
        case Dismiss():
            rest = tuple(holder for holder in _latest(view, change.office) if holder != change.member)
            _seat(view, change.office, rest, starts)
        case SetValidator():
            _set_validator(view, change, height + VALIDATOR_DELAY)
        case SetParameter():
            view.put(parameter_key(change.name), with_parameter(view, change.name, change.value, starts))
        case UpgradeRules():
            view.put(RULES_KEY, RulesRow(version=_rules_until(view, height, change)))


def _check_governor(context: Context) -> None:
    if context.action.by not in holders(context.view, "governor", context.height):
        raise GovernorOnly(got=context.action.by)


def _check_appointment(context: Context, change: Appoint) -> None:
    if change.member in _latest(context.view, change.office):
        raise ChangeRefused(got=f"{change.member} is {change.office} already")
    record = active_member(context.view, change.member, context.height)
    if change.office == "governor" and not record.keys_in_force("govern", context.height):
        raise ChangeRefused(got=f"{change.member} has no govern key", expected="one in force")


def _check_dismissal(context: Context, change: Dismiss) -> None:
    present = _latest(context.view, change.office)
    if change.member not in present:
        raise ChangeRefused(got=f"{change.member} is no {change.office}")
    if len(present) == 1:
        raise ChangeRefused(got=f"the last {change.office}", expected="another appointed first")


def _check_validator(context: Context, change: SetValidator) -> None:
    if parameter(context.view, "fixed_validators", context.height):
        raise ChangeRefused(got="another validator", expected="the genesis fixes the validators of this network")
    verify_validator(change.operator, change.public, change.possession)
    address = _address(change.public)
    present = _latest(context.view, "validator")
    if change.power == 0:
        if address not in present or len(present) == 1:
            raise ChangeRefused(got="removal of a validator", expected="one of several")
        return
    active_member(context.view, change.operator, context.height)
    if address not in present and len(present) >= MAX_VALIDATORS:
        raise ChangeRefused(got=f"{len(present) + 1} validators", expected=f"at most {MAX_VALIDATORS}")


def _check_upgrade(context: Context, change: UpgradeRules) -> None:
    if change.version <= rules_version(context.view, context.height):
        raise ChangeRefused(got=f"rules {change.version}", expected="a later version")
    if change.height < context.height + RULES_NOTICE:
        raise ChangeRefused(got=f"height {change.height}", expected=f"{context.height + RULES_NOTICE} or later")


def _latest(view: View, office: str) -> tuple[str, ...]:
    """Who will hold an office after this block, as it stands."""
    row = view.find(office_key(office), Office)
    return row.holders[-1].value if row is not None else ()


def _seat(view: Changes, office: str, members: tuple[str, ...], starts: int) -> None:
    row = view.find(office_key(office), Office)
    history: tuple[Since[tuple[str, ...]], ...] = () if row is None else row.holders
    view.put(office_key(office), Office(holders=extended(history, tuple(sorted(members)), starts)))


def _set_validator(view: Changes, change: SetValidator, starts: int) -> None:
    address = _address(change.public)
    row = view.find(validator_key(address), ValidatorRow)
    history: tuple[Since[int], ...] = () if row is None else row.power
    power = extended(history, change.power, starts)
    view.put(validator_key(address), ValidatorRow(public=change.public, operator=change.operator, power=power))
    rest = tuple(other for other in _latest(view, "validator") if other != address)
    _seat(view, "validator", (*rest, address) if change.power else rest, starts)


def _rules_until(view: View, height: int, change: UpgradeRules) -> tuple[Since[int], ...]:
    """The history with the upgrade; one that was decided before but has not begun is replaced by it."""
    row = view.find(RULES_KEY, RulesRow)
    begun = tuple(since for since in row.version if since.height <= height) if row is not None else ()
    return (*begun, Since(change.height, change.version))


def _address(public: str) -> str:
    return b64url(validator_address(unb64url(public, length=32)))
