"""The bodies of every action, one class each: what may stand in them and nothing else (`spec/action.md`).

Names carry a version. A released body is never edited: a change is a new name, and the old one stays, so that every
block that was ever made can be replayed.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from transire.ledger.fields import (
    Did,
    Digest,
    Name,
    Natural,
    PublicKey,
    Quantity,
    SignatureText,
)

Role = Literal[
    "producer",
    "exporter",
    "importer",
    "broker",
    "customs",
    "agency",
    "chamber",
    "association",
    "carrier",
    "rights_holder",
]
"""What a registrar can enter a member as. Registrars and governors are made by the governors' vote."""
Purpose = Literal["act", "credential", "agree", "transport", "govern", "recover"]
Keys = Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=64)]
Unit = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}\Z")]
Endpoint = Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]{1,190}\Z")]
# What a member is called is shown to people: no control characters, no line ends, nothing that turns the text around.
Title = Annotated[
    str,
    Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+\Z", min_length=1, max_length=200),
]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The base of the bodies: unknown members are refused, optional ones are left out."""


class Countersignature(Body, frozen=True, kw_only=True):
    """The custodian's word that it keeps the key: by its `act` key of that name, or `own` for a did:key outside."""

    key: Name
    signature: SignatureText


class KeyEntry(Body, frozen=True, kw_only=True):
    """A key as it enters the ledger: with proof of possession, and the word of whoever keeps it."""

    name: Name
    purpose: Purpose
    public: PublicKey
    custodian: Did
    possession: SignatureText
    countersignature: Countersignature | UnsetType = UNSET


class Distrust(Body, frozen=True, kw_only=True):
    """From this height on nothing that the key signed is to be believed; the height may lie in the past."""

    key: Name
    height: Natural


class Witness(Body, frozen=True, kw_only=True):
    pool: Digest


class DocumentEnd(Body, frozen=True, kw_only=True):
    version: Digest
    successor: Digest | UnsetType = UNSET


class AllowanceOpen(Body, frozen=True, kw_only=True):
    unit: Unit
    quantity: Quantity
    keys: Keys
    releaser: Did


class AllowanceDraw(Body, frozen=True, kw_only=True):
    allowance: Digest
    quantity: Quantity
    use: Digest = msgspec.field(name="for")


class AllowanceReturn(Body, frozen=True, kw_only=True):
    allowance: Digest
    use: Digest = msgspec.field(name="for")


class AllowanceSplit(Body, frozen=True, kw_only=True):
    allowance: Digest
    quantity: Quantity
    keys: Keys
    releaser: Did | UnsetType = UNSET


class AllowanceClose(Body, frozen=True, kw_only=True):
    allowance: Digest


class MemberEnrol(Body, frozen=True, kw_only=True):
    did: Did
    name: Title
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=10)]
    keys: Annotated[tuple[KeyEntry, ...], Meta(min_length=1, max_length=16)]
    endpoint: Endpoint | UnsetType = UNSET


class MemberUpdate(Body, frozen=True, kw_only=True):
    did: Did
    name: Title | UnsetType = UNSET
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=10)] | UnsetType = UNSET
    endpoint: Endpoint | UnsetType = UNSET
    status: Literal["active"] | UnsetType = UNSET


class MemberRotateKey(Body, frozen=True, kw_only=True):
    did: Did
    add: Annotated[tuple[KeyEntry, ...], Meta(max_length=16)] = ()
    retire: Annotated[tuple[Name, ...], Meta(max_length=16)] = ()
    distrust: Annotated[tuple[Distrust, ...], Meta(max_length=16)] = ()


class MemberSuspend(Body, frozen=True, kw_only=True):
    did: Did


class Appoint(Body, frozen=True, kw_only=True, tag="appoint"):
    """Make a member a governor or a registrar."""

    office: Literal["governor", "registrar"]
    member: Did


class Dismiss(Body, frozen=True, kw_only=True, tag="dismiss"):
    """End that office."""

    office: Literal["governor", "registrar"]
    member: Did


class SetValidator(Body, frozen=True, kw_only=True, tag="validator"):
    """Give a validator's key a power; 0 takes it out. The operator is a member."""

    public: PublicKey
    power: Annotated[int, Meta(ge=0, le=2**40)]
    operator: Did
    possession: SignatureText


class SetParameter(Body, frozen=True, kw_only=True, tag="parameter"):
    name: Name
    value: Natural


class UpgradeRules(Body, frozen=True, kw_only=True, tag="rules"):
    """From that height on the rules of that version decide."""

    version: Annotated[int, Meta(ge=1, le=2**31)]
    height: Natural


Change = Appoint | Dismiss | SetValidator | SetParameter | UpgradeRules


class GovernPropose(Body, frozen=True, kw_only=True):
    change: Change


class GovernApprove(Body, frozen=True, kw_only=True):
    proposal: Digest


ACTIONS: Final[dict[str, type[Body]]] = {
    "witness/1": Witness,
    "document.end/1": DocumentEnd,
    "allowance.open/1": AllowanceOpen,
    "allowance.draw/1": AllowanceDraw,
    "allowance.return/1": AllowanceReturn,
    "allowance.split/1": AllowanceSplit,
    "allowance.close/1": AllowanceClose,
    "member.enrol/1": MemberEnrol,
    "member.update/1": MemberUpdate,
    "member.rotate_key/1": MemberRotateKey,
    "member.suspend/1": MemberSuspend,
    "govern.propose/1": GovernPropose,
    "govern.approve/1": GovernApprove,
}
"""Every action that the ledger knows, by its versioned name."""
