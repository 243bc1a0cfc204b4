"""What an act of governors or registrars would do, in sentences: the same for page, API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import msgspec

from transire.api.network import office_holders
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.bodies import MemberEnrol
from transire.ledger.chain import validator_address
from transire.ledger.machine import RULES
from transire.ledger.parameters import PARAMETERS, parameter_key
from transire.ledger.state import ParameterRow, at

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

SENTENCES: Final = {
    "appoint governor": "%(member)s becomes a governor.",
    "appoint registrar": "%(member)s becomes a registrar.",
    "dismiss governor": "%(member)s is no governor any more.",
    "dismiss registrar": "%(member)s is no registrar any more.",
    "validator": "The validator %(address)s of %(operator)s votes with power %(power)s.",
    "validator out": "The validator %(address)s of %(operator)s votes no more.",
    "parameter": "%(name)s becomes %(value)s.",
    "rules": "From block %(height)s on the rules of version %(version)s decide.",
    "present value": "Its value is %(value)s now.",
    "share": "It would hold %(share)s %% of the power. While a third or more of the power is gone, no block is made.",
    "rules missing": "This node does not have these rules: it has to be upgraded before that block.",
    "decides": "It is decided at once: your approval is enough.",
    "votes": "It is decided when %(needed)s of the %(governors)s governors have approved; proposing counts as yours.",
    "enrol": "%(member)s becomes a member, with %(count)s keys.",
    "suspend": "Nothing that %(member)s signs enters the ledger, from the next block on.",
    "readmit": "%(member)s can act again, from the next block on.",
}
"""Messages of the catalogues. What was proved before stays proved, whatever becomes of a member."""


class Saying(msgspec.Struct, frozen=True):
    """A sentence with places, and what stands in them."""

    sentence: str
    values: dict[str, str]

    @property
    def text(self) -> str:
        """In English.

        >>> Saying(SENTENCES["parameter"], {"name": "proposal_days", "value": "20"}).text
        'proposal_days becomes 20.'
        """
        return self.sentence % self.values


def change_words(change: Mapping[str, Any], names: Mapping[str, str]) -> Saying:
    """What a change of the network says, decided or not; `names` are those of members, by their DID."""
    values = {key: str(value) for key, value in change.items()}
    kind = str(change.get("type"))
    if kind in ("appoint", "dismiss"):
        kind = f"{kind} {change['office']}"
    if kind == "validator":
        kind = "validator" if change["power"] else "validator out"
        values["address"] = _address(str(change["public"]))[:8]
    for place in ("member", "operator"):
        if place in values:
            values[place] = names.get(values[place], values[place])
    return _said(kind, **values)


def proposal_words(tenant: Tenant, change: Mapping[str, Any], *, decides: bool) -> list[Saying]:
    """A change that is about to be proposed: what it says, what it would mean now, and who has to approve it."""
    named = (str(change.get(place)) for place in ("member", "operator") if place in change)
    said = [change_words(change, {did: tenant.name_of(did) for did in named})]
    said += _bearing(tenant, change)
    governors = len(office_holders(tenant.engine, "governor", tenant.engine.height + 1))
    votes = _said("votes", needed=governors * 2 // 3 + 1, governors=governors)
    return [*said, _said("decides") if decides else votes]


def validator_change(file: Mapping[str, Any], power: int | None) -> dict[str, Any]:
    """The change that a file with a validator's key stands for: an offer, a change, or an entry of a genesis.

    The power is the one that is given, else that of the file. What is missing in the file the ledger's form names.

    >>> validator_change({"validator": {"public": "k", "operator": "did:web:a.example", "power": 10}}, 20)
    {'type': 'validator', 'public': 'k', 'operator': 'did:web:a.example', 'power': 20}
    """
    part = file.get("validator", file)
    entry = dict(part) if isinstance(part, Mapping) else {}
    return {"type": "validator", **{key: value for key, value in entry.items() if key != "type"}} | (
        {} if power is None else {"power": power}
    )


def enrolment_words(body: MemberEnrol) -> list[Saying]:
    """A member that is about to be entered."""
    return [_said("enrol", member=body.name, count=len(body.keys))]


def suspension_words(tenant: Tenant, did: str) -> list[Saying]:
    """A member that is about to be suspended."""
    return [_said("suspend", member=tenant.name_of(did))]


def readmission_words(tenant: Tenant, did: str) -> list[Saying]:
    """A suspended member that is about to be let in again."""
    return [_said("readmit", member=tenant.name_of(did))]


def _bearing(tenant: Tenant, change: Mapping[str, Any]) -> list[Saying]:
    match change["type"]:
        case "parameter":
            return [_said("present value", value=parameter_value(tenant, str(change["name"])))]
        case "validator" if change["power"]:
            return [_said("share", share=_share(tenant, change))]
        case "rules" if change["version"] not in RULES:
            return [_said("rules missing")]
    return []


def parameter_value(tenant: Tenant, name: str) -> int:
    """What a number of the network is for the next block."""
    row, height = tenant.engine.state(parameter_key(name)), tenant.engine.height + 1
    value = None if row is None else at(msgspec.convert(row, ParameterRow).value, height)
    return PARAMETERS[name].default if value is None else value


def _share(tenant: Tenant, change: Mapping[str, Any]) -> int:
    """The part of all power that a validator would have, in whole hundredths."""
    own = unb64url(str(change["public"]), length=32)
    height = tenant.engine.height
    others = sum(each.power for each in tenant.engine.validators(height) if each.public_key != own) if height else 0
    return round(100 * Fraction(change["power"], change["power"] + others))


def _address(public: str) -> str:
    return b64url(validator_address(unb64url(public, length=32)))


def _said(sentence: str, /, **values: object) -> Saying:
    return Saying(SENTENCES[sentence], {key: str(value) for key, value in values.items()})
