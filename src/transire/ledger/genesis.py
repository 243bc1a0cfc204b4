"""How a network begins: who governs, registers and validates, with which keys and numbers (LEDGER.md 9).

The genesis is canonical JSON; the network's name ends in its digest, so every action and every commit is bound to all
of it. Its keys carry the same proofs of possession and countersignatures as any later key; they name no network, since
the name comes after them. `network.json`, the trust root of a verifier, is derived from it.

A genesis may continue another network, after a restore or a move to another engine (LEDGER.md 6): then it names nobody
but the new validators, and everything else is carried over. What is carried over is bound all the same, by the root of
state and log that the other network ended with (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Annotated, Final, Literal, cast

import msgspec
from msgspec import Meta, structs

from transire.crypto.canonical import Json, canonical_bytes, parse_canonical
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.ledger import chain
from transire.ledger.bodies import MemberEnrol
from transire.ledger.errors import GenesisInvalid
from transire.ledger.fields import Did, Digest, Moment, Natural, PublicKey, SignatureText, seconds_of
from transire.ledger.governance import validator_key
from transire.ledger.members import GENESIS, check_keys, member_keys, new_record, office_key
from transire.ledger.parameters import PARAMETERS, check_parameter, parameter_key
from transire.ledger.possession import verify_validator
from transire.ledger.rules import member_key
from transire.ledger.state import (
    RULES_KEY,
    Changes,
    MemberRecord,
    Office,
    ParameterRow,
    Row,
    RulesRow,
    Since,
    ValidatorRow,
    View,
    extended,
)

GENESIS_DOMAIN: Final = b"transire/genesis/v1\n"
FORMAT: Final = "transire/genesis/1"
NETWORK_FORMAT: Final = "transire/network/1"
FIRST_HEIGHT: Final = 1
"""From this height on the genesis rules."""
_DIGITS: Final = 32
_GROUP: Final = 5
_GROUPS: Final = 8
"""Eight groups of five digits, some 132 bits: what two people can read to one another by telephone."""

NetworkName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{0,15}[a-z0-9]\Z")]
"""2 to 17 characters: with a dash and 32 digits it fills CometBFT's 50."""


class GenesisValidator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A validator's key, the member that operates it, and the key's proof of possession."""

    operator: Did
    possession: SignatureText
    power: Annotated[int, Meta(ge=1, le=2**40)]
    public: PublicKey


class Consensus(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The consensus parameters that every header binds."""

    block_max_bytes: Annotated[int, Meta(ge=1 << 20, le=4 << 20)] = 4 << 20
    block_max_gas: Annotated[int, Meta(ge=-1, le=-1)] = -1


class Previous(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The network that this one continues, as it ended: its last header, and the root of its state and log."""

    network: Annotated[str, Meta(min_length=1, max_length=50)]
    height: Natural
    header_hash: Digest
    app_hash: Digest


class Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """The beginning of a network. Members are written like the enrolments that come later.

    With `previous` it names validators only: who governs, registers and belongs to the network is carried over.
    """

    format: Literal["transire/genesis/1"] = FORMAT
    name: NetworkName
    time: Moment
    governors: tuple[Did, ...]
    registrars: tuple[Did, ...]
    validators: Annotated[tuple[GenesisValidator, ...], Meta(min_length=1)]
    members: tuple[MemberEnrol, ...]
    parameters: dict[str, int] = msgspec.field(default_factory=dict)
    consensus: Consensus = msgspec.field(default_factory=Consensus)
    previous: Previous | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Genesis:
        """Read the canonical bytes of a genesis and check all of it."""
        try:
            genesis = msgspec.convert(parse_canonical(raw, limit=16 << 20), cls)
        except (TransireError, msgspec.ValidationError) as error:
            raise GenesisInvalid(got=str(error)) from error
        genesis._check()
        return genesis

    @classmethod
    def of(
        cls,
        name: str,
        *,
        time: str,
        governors: list[str],
        registrars: list[str],
        validators: list[dict[str, Json]],
        members: list[dict[str, Json]],
        parameters: dict[str, int] | None = None,
        previous: dict[str, Json] | None = None,
    ) -> Genesis:
        """A new genesis from JSON values; `members` are bodies of `member.enrol`, made with `possession.enter_key`."""
        value: dict[str, Json] = {
            "name": name,
            "time": time,
            "governors": list(governors),
            "registrars": list(registrars),
            "validators": list(validators),
            "members": list(members),
            "parameters": dict(parameters or {}),
            "previous": previous,
        }
        try:
            genesis = msgspec.convert(value, cls)
        except msgspec.ValidationError as error:
            raise GenesisInvalid(got=str(error)) from error
        genesis._check()
        return genesis

    @property
    def raw(self) -> bytes:
        """The canonical bytes, as they are kept and hashed."""
        return canonical_bytes(cast("Json", msgspec.to_builtins(self)))

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over the domain and the canonical bytes."""
        return sha256(GENESIS_DOMAIN, self.raw)

    @property
    def network(self) -> str:
        """The network's name: the chain id of its headers, and in every action."""
        return f"{self.name}-{self.digest.hex()[:_DIGITS]}"

    @property
    def height(self) -> int:
        """The height of the state that the genesis makes; the first block comes after it.

        0, or one above the network that is continued: heights and places of both stay in one order.
        """
        return 0 if self.previous is None else self.previous.height + 1

    @property
    def start(self) -> chain.Time:
        """The time of the first block."""
        return chain.Time(seconds_of(self.time), 0)

    @property
    def validator_set(self) -> tuple[chain.Validator, ...]:
        """The validators of the first block, in their set's order."""
        return chain.sort_validators(
            chain.Validator(unb64url(validator.public, length=32), validator.power) for validator in self.validators
        )

    @property
    def consensus_hash(self) -> bytes:
        """What every header says about the consensus parameters."""
        limits = self.consensus
        return chain.consensus_hash(block_max_bytes=limits.block_max_bytes, block_max_gas=limits.block_max_gas)

    def rows(self) -> dict[str, Row]:
        """The state before block 1; refuses a genesis that contradicts itself."""
        if self.previous is not None:
            raise GenesisInvalid(got="a genesis that continues another one", expected="one that begins anew")
        for name in ("governors", "registrars", "members"):
            if not getattr(self, name):
                raise GenesisInvalid(got=f"no {name}", expected="at least one", where=f"/{name}")
        with _invalid_at("/time"):
            seconds_of(self.time)
        view = Changes(_Nothing())
        self._put_members(view)
        self._put_offices(view)
        self._put_validators(view)
        self._put_parameters(view)
        view.put(RULES_KEY, RulesRow(version=(Since(FIRST_HEIGHT, 1),)))
        return {key: row for key, row in view.rows.items() if row is not None}

    def rows_after(self, carried: View) -> dict[str, Row]:
        """What changes in the state that is carried over: the validators, and nothing else."""
        if self.previous is None:
            raise GenesisInvalid(got="a genesis that continues no network", expected="one that names the previous one")
        view = Changes(carried)
        self._retire_validators(view)
        self._put_validators(view)
        return {key: row for key, row in view.rows.items() if row is not None}

    def trust_root(self) -> dict[str, Json]:
        """`network.json`: what a verifier must know of the network, and nothing else."""
        return {
            "format": NETWORK_FORMAT,
            "network": self.network,
            "genesis": b64url(self.digest),
            "time": self.time,
            "validators": [
                {
                    "address": b64url(chain.validator_address(unb64url(validator.public, length=32))),
                    "operator": validator.operator,
                    "power": validator.power,
                    "public": validator.public,
                }
                for validator in self.validators
            ],
            "fingerprint": fingerprint(self.digest),
        }

    def _check(self) -> None:
        """Refuse a genesis that contradicts itself, as far as that shows without what it carries over."""
        if self.previous is None:
            self.rows()
            return
        with _invalid_at("/time"):
            seconds_of(self.time)
        for name in ("governors", "registrars", "members", "parameters"):
            if getattr(self, name):
                raise GenesisInvalid(got=f"{name} of its own", expected="those that are carried over", where=f"/{name}")
        self._addresses()

    def _addresses(self) -> list[str]:
        """The validators' addresses, each proved and there once."""
        addresses: list[str] = []
        for place, validator in enumerate(self.validators):
            with _invalid_at(f"/validators/{place}"):
                verify_validator(validator.operator, validator.public, validator.possession)
            address = b64url(chain.validator_address(unb64url(validator.public, length=32)))
            if address in addresses:
                raise GenesisInvalid(got="a validator twice", where=f"/validators/{place}")
            addresses.append(address)
        return addresses

    def _retire_validators(self, view: Changes) -> None:
        """Nobody validates on: whoever held an old key can sign nothing here, whatever became of that key."""
        office = view.find(office_key("validator"), Office)
        for address in () if office is None else office.holders[-1].value:
            row = view.find(validator_key(address), ValidatorRow)
            if row is not None:
                view.put(validator_key(address), structs.replace(row, power=extended(row.power, 0, self.height + 1)))

    def _put_members(self, view: Changes) -> None:
        # Two passes: custodians countersign for one another whatever their order, with keys of this same genesis.
        for place, member in enumerate(self.members):
            if view.get(member_key(member.did)) is not None:
                raise GenesisInvalid(got=f"{member.did} twice", where=f"/members/{place}")
            keys = member_keys(member.keys, by=GENESIS, starts=FIRST_HEIGHT)
            with _invalid_at(f"/members/{place}"):
                record = new_record(member, keys, registrar=GENESIS, starts=FIRST_HEIGHT)
            view.put(member_key(member.did), record)
        for place, member in enumerate(self.members):
            with _invalid_at(f"/members/{place}/keys"):
                check_keys(view, member.did, member.keys, height=FIRST_HEIGHT)

    def _put_offices(self, view: Changes) -> None:
        for office, holders in (("governor", self.governors), ("registrar", self.registrars)):
            if len(set(holders)) != len(holders):
                raise GenesisInvalid(got=f"a {office} twice", where=f"/{office}s")
            for holder in holders:
                _check_holder(view, office, holder)
            view.put(office_key(office), Office(holders=(Since(FIRST_HEIGHT, tuple(sorted(holders))),)))

    def _put_validators(self, view: Changes) -> None:
        starts, addresses = self.height + 1, self._addresses()
        for place, (address, validator) in enumerate(zip(addresses, self.validators, strict=True)):
            if view.get(member_key(validator.operator)) is None:
                raise GenesisInvalid(got=validator.operator, expected="a member", where=f"/validators/{place}/operator")
            if view.get(validator_key(address)) is not None:
                raise GenesisInvalid(got="a key of old", expected="a new key", where=f"/validators/{place}/public")
            row = ValidatorRow(
                public=validator.public, operator=validator.operator, power=(Since(starts, validator.power),)
            )
            view.put(validator_key(address), row)
        office = view.find(office_key("validator"), Office)
        history = () if office is None else office.holders
        holders = extended(history, tuple(sorted(addresses)), starts)
        view.put(office_key("validator"), Office(holders=holders))

    def _put_parameters(self, view: Changes) -> None:
        for name, value in sorted(self.parameters.items()):
            with _invalid_at(f"/parameters/{name}"):
                check_parameter(name, value, by_vote=False)
        for name, rule in sorted(PARAMETERS.items()):
            value = self.parameters.get(name, rule.default)
            view.put(parameter_key(name), ParameterRow(value=(Since(FIRST_HEIGHT, value),)))


def fingerprint(digest: bytes) -> str:
    """Forty decimal digits of a genesis digest, in groups: to be compared by telephone.

    >>> fingerprint(bytes(32))
    '00000 00000 00000 00000 00000 00000 00000 00000'
    """
    number = int.from_bytes(digest, "big") % 10 ** (_GROUP * _GROUPS)
    digits = f"{number:0{_GROUP * _GROUPS}d}"
    return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


class _Nothing(View):
    def get(self, key: str) -> Row | None:
        return None


@contextmanager
def _invalid_at(where: str) -> Iterator[None]:
    try:
        yield
    except (TransireError, ValueError) as error:
        raise GenesisInvalid(got=str(error), where=where) from error


def _check_holder(view: View, office: str, holder: str) -> None:
    record = view.find(member_key(holder), MemberRecord)
    if record is None:
        raise GenesisInvalid(got=holder, expected="a member", where=f"/{office}s")
    if office == "governor" and not record.keys_in_force("govern", FIRST_HEIGHT):
        raise GenesisInvalid(got=f"{holder} has no govern key", expected="one", where="/governors")
