"""The trust root: `network.json`, the one file that a verifier must have got from somebody it trusts.

It says which network, by which validators, operated by whom. Everything else in a receipt is proved from it. Its
fingerprint is what two people compare by telephone.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from transire.crypto.canonical import parse_json
from transire.errors import TransireError
from transire.ledger import chain
from transire.ledger.chain import Validator
from transire.ledger.chain_json import Address, ChainId, Form, octets_of
from transire.ledger.commit import verify_validators
from transire.ledger.fields import Did, Digest, Moment, PublicKey
from transire.ledger.genesis import fingerprint
from transire.ledger.proof.errors import TrustRootInvalid

MAX_TRUST_ROOT_BYTES: Final = 1024 * 1024
_DIGITS: Final = 32


class _ValidatorForm(Form, frozen=True):
    address: Address
    operator: Did
    power: Annotated[int, Meta(ge=1, le=2**40)]
    public: PublicKey


class _TrustRootForm(Form, frozen=True):
    format: Literal["transire/network/1"]
    network: ChainId
    genesis: Digest
    time: Moment
    validators: Annotated[tuple[_ValidatorForm, ...], Meta(min_length=1, max_length=200)]
    fingerprint: str


class TrustRoot(msgspec.Struct, frozen=True, kw_only=True):
    """A network as its verifier trusts it. `operators` says who operates the validator of an address."""

    network: str
    genesis: bytes
    time: str
    validators: tuple[Validator, ...]
    validators_hash: bytes
    operators: dict[bytes, str]
    fingerprint: str

    @classmethod
    def parse(cls, raw: bytes) -> TrustRoot:
        """Read a network file; one that contradicts itself is refused."""
        try:
            form = msgspec.convert(parse_json(raw, limit=MAX_TRUST_ROOT_BYTES), _TrustRootForm)
        except TransireError as error:
            raise TrustRootInvalid(got=error.reason()) from error
        except msgspec.ValidationError as error:
            raise TrustRootInvalid(got=str(error)) from error
        genesis = octets_of(form.genesis)
        digits = form.network.rpartition("-")[2]
        _require(digits == genesis.hex()[:_DIGITS], "network", digits, genesis.hex()[:_DIGITS])
        expected = fingerprint(genesis)
        _require(form.fingerprint == expected, "fingerprint", form.fingerprint, expected)
        validators = _read_set(form.validators)
        return cls(
            network=form.network,
            genesis=genesis,
            time=form.time,
            validators=validators,
            validators_hash=chain.validators_hash(validators),
            operators={octets_of(one.address): one.operator for one in form.validators},
            fingerprint=expected,
        )


def _read_set(forms: tuple[_ValidatorForm, ...]) -> tuple[Validator, ...]:
    for place, form in enumerate(forms):
        address = chain.validator_address(octets_of(form.public))
        _require(octets_of(form.address) == address, f"validators/{place}", form.address, address.hex())
    validators = chain.sort_validators(Validator(octets_of(form.public), form.power) for form in forms)
    try:
        verify_validators(validators)
    except TransireError as error:
        raise TrustRootInvalid(got=str(error), where="validators") from error
    return validators


def _require(holds: bool, where: str, got: object, expected: object) -> None:
    if not holds:
        raise TrustRootInvalid(got=got, expected=expected, where=where)
