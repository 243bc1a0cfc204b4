"""The network's numbers: set by the genesis, changed by the governors' vote, each within bounds."""

from __future__ import annotations

from typing import Final

import msgspec

from transire.ledger.errors import Refused
from transire.ledger.state import ParameterRow, Since, View, at, extended


class ParameterRefused(Refused):
    code = "ledger.parameter-refused"
    sentence = "The network has no such parameter, or not with this value."
    fix = "Choose a parameter of spec/state.md and a value within its bounds."


class ParameterRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a parameter starts as, and between which values it may be; `voted` whether a vote can change it."""

    default: int
    least: int
    most: int
    voted: bool = True


PARAMETERS: Final[dict[str, ParameterRule]] = {
    # Actions of one `by` in one block: what a single member can take of everybody's block.
    "actions_per_block": ParameterRule(default=500, least=1, most=100_000),
    # 1: the validators of the genesis are the validators for ever (the embedded engine has one key and cannot add any).
    "fixed_validators": ParameterRule(default=0, least=0, most=1, voted=False),
    # How long governors may take to vote.
    "proposal_days": ParameterRule(default=30, least=1, most=365),
}


def parameter_key(name: str) -> str:
    """The state key of a parameter."""
    return f"parameter/{name}"


def parameter(view: View, name: str, height: int) -> int:
    """The value that rules at that height."""
    row = view.find(parameter_key(name), ParameterRow)
    value = at(row.value, height) if row is not None else None
    return PARAMETERS[name].default if value is None else value


def check_parameter(name: str, value: int, *, by_vote: bool) -> None:
    """Refuse an unknown parameter, a value out of bounds, and a vote on what cannot be voted on."""
    rule = PARAMETERS.get(name)
    if rule is None:
        raise ParameterRefused(got=name, expected=", ".join(PARAMETERS))
    if not rule.least <= value <= rule.most:
        raise ParameterRefused(got=value, expected=f"{rule.least} to {rule.most}", where=name)
    if by_vote and not rule.voted:
        raise ParameterRefused(got=f"a vote on {name}", expected="what the genesis says")


def with_parameter(view: View, name: str, value: int, height: int) -> ParameterRow:
    """The parameter's row with a value that rules from that height on."""
    row = view.find(parameter_key(name), ParameterRow)
    history: tuple[Since[int], ...] = () if row is None else row.value
    return ParameterRow(value=extended(history, value, height))
