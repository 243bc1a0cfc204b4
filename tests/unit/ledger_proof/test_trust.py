"""The trust root: a network file that contradicts itself is refused, and operators are counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger_world import CHAMBER, CUSTOMS
from receipt_world import OPERATORS, network
from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url
from transire.ledger.chain import Validator
from transire.ledger.proof.errors import TrustRootInvalid
from transire.ledger.proof.operators import UNKNOWN, concentration
from transire.ledger.proof.trust import TrustRoot


def root() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(canonical_bytes(network(OPERATORS).trust_root()))
    return value


def test_it_names_network_validators_and_operators() -> None:
    genesis = network(OPERATORS)
    trust = TrustRoot.parse(canonical_bytes(genesis.trust_root()))
    assert trust.network == genesis.network
    assert trust.genesis == genesis.digest
    assert trust.validators == genesis.validator_set
    assert sorted(trust.operators.values()) == sorted(OPERATORS)
    assert trust.fingerprint == root()["fingerprint"]


def test_any_formatting_is_read() -> None:
    assert TrustRoot.parse(json.dumps(root(), indent=4).encode()).network == root()["network"]


def changed(**members: Any) -> bytes:
    return canonical_bytes({**root(), **members})


def first_validator(**members: Any) -> bytes:
    first, *rest = root()["validators"]
    return changed(validators=[{**first, **members}, *rest])


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", None),
        (b"[]", None),
        (changed(note="x"), None),
        (changed(format="transire/network/2"), None),
        (changed(validators=[]), None),
        (changed(network="transire-test-00000000000000000000000000000000"), "network"),
        (changed(genesis=b64url(bytes(32))), "network"),
        (changed(fingerprint="00000 " * 7 + "00000"), "fingerprint"),
        (first_validator(address=b64url(bytes(20))), "validators/0"),
        (first_validator(public=b64url(bytes(32))), "validators/0"),
        (first_validator(power=0), None),
        (changed(validators=[root()["validators"][0]] * 2), "validators"),
    ],
)
def test_one_that_contradicts_itself_is_refused(raw: bytes, where: str | None) -> None:
    with pytest.raises(TrustRootInvalid) as refused:
        TrustRoot.parse(raw)
    assert refused.value.where == where
    assert "compare its fingerprint by telephone" in str(refused.value)


def test_the_smallest_sets_of_operators() -> None:
    validators = [Validator(bytes([place]) * 32, power) for place, power in enumerate((50, 20, 15, 15))]
    names = {one.address: f"operator {place}" for place, one in enumerate(validators)}
    found = concentration(validators, names)
    assert found.third == ("operator 0",)
    assert found.two_thirds == ("operator 0", "operator 1")


def test_exactly_two_thirds_is_not_above() -> None:
    validators = [Validator(bytes([place]) * 32, 10) for place in range(3)]
    names = {one.address: f"operator {place}" for place, one in enumerate(validators)}
    assert len(concentration(validators, names).two_thirds) == 3
    assert len(concentration(validators, names).third) == 2


def test_unknown_operators_count_as_one() -> None:
    validators = [Validator(bytes([place]) * 32, 10) for place in range(4)]
    found = concentration(validators, {validators[0].address: CUSTOMS, validators[1].address: CHAMBER})
    assert found.third == (UNKNOWN,)
    assert found.two_thirds == (UNKNOWN, CHAMBER)
