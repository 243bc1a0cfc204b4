"""How a network begins, and what its name binds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ledger_world import BROKER, CUSTOMS, PRODUCER, enrolment, genesis, keys_of, public, signing_key
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.chain import validator_address
from transire.ledger.errors import GenesisInvalid
from transire.ledger.genesis import Genesis, _Nothing, fingerprint
from transire.ledger.possession import enter_key, prove_validator
from transire.ledger.state import Changes


def with_change(**change: Any) -> bytes:
    value: dict[str, Any] = msgspec.to_builtins(genesis())
    return canonical_bytes(value | change)


def test_the_network_ends_in_the_digest_of_its_genesis() -> None:
    made = genesis()
    assert made.network == f"transire-test-{sha256(b'transire/genesis/v1' + bytes([10]), made.raw).hex()[:32]}"
    assert len(made.network) <= 50


def test_a_genesis_reads_as_it_was_written() -> None:
    assert Genesis.parse(genesis().raw) == genesis()


def test_any_change_gives_another_network() -> None:
    assert Genesis.parse(with_change(time="2026-01-05T10:00:01Z")).network != genesis().network
    assert genesis(actions_per_block=9).network != genesis().network


def test_the_trust_root_names_validators_operators_and_a_fingerprint() -> None:
    made = genesis()
    (validator,) = [dict(one) for one in made.trust_root()["validators"]]  # type: ignore[union-attr, arg-type]
    key = signing_key("validator 0").public
    assert validator == {
        "address": b64url(validator_address(key)),
        "operator": CUSTOMS,
        "power": 10,
        "public": b64url(key),
    }
    assert made.trust_root()["fingerprint"] == fingerprint(unb64url(str(made.trust_root()["genesis"])))
    assert made.trust_root()["network"] == made.network


def test_the_state_before_block_1_holds_members_offices_validators_and_parameters() -> None:
    rows = genesis(actions_per_block=9).rows()
    assert {key.partition("/")[0] for key in rows} == {"member", "office", "validator", "parameter", "rules"}
    assert [key for key in rows if key.startswith("office/")] == [
        "office/governor",
        "office/registrar",
        "office/validator",
    ]


def foreign_validator() -> dict[str, Json]:
    key = signing_key("v")
    return {"operator": "did:web:x.example", "power": 1, "public": public(key), "possession": prove_validator("x", key)}


def twice(validators: list[dict[str, Json]]) -> list[dict[str, Json]]:
    return validators * 2


BROKEN: dict[str, bytes] = {
    "no governor": with_change(governors=[]),
    "a governor who is no member": with_change(governors=["did:web:nobody.example"]),
    "a governor twice": with_change(governors=[CUSTOMS, CUSTOMS]),
    "a registrar who is no member": with_change(registrars=["did:web:nobody.example"]),
    "a member twice": with_change(members=[enrolment(CUSTOMS, ["customs"])] * 2),
    "a member with somebody else's keys": with_change(
        members=[enrolment(CUSTOMS, ["customs"]) | {"keys": keys_of(PRODUCER)}]
    ),
    "a governor without govern key": with_change(
        governors=[BROKER],
        members=[enrolment(CUSTOMS, ["customs"]), enrolment(BROKER, ["broker"]) | {"keys": keys_of(BROKER, ["act"])}],
        registrars=[CUSTOMS],
    ),
    "an unproved validator": with_change(validators=[foreign_validator()]),
    "an operator who is no member": with_change(
        validators=[
            foreign_validator() | {"possession": prove_validator("did:web:x.example", signing_key("v"))},
        ]
    ),
    "a validator twice": with_change(validators=twice(msgspec.to_builtins(genesis().validators))),
    "an unknown parameter": with_change(parameters={"colour": 1}),
    "a parameter out of bounds": with_change(parameters={"actions_per_block": 0}),
    "a name too long": with_change(name="transire-test-long"),
    "a name with capitals": with_change(name="Transire"),
    "a day that is not": with_change(time="2026-02-30T00:00:00Z"),
    "an unknown field": with_change(colour="blue"),
    "another format": with_change(format="transire/genesis/2"),
    "not canonical": b" " + genesis().raw,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_genesis_that_contradicts_itself_is_refused(name: str) -> None:
    with pytest.raises(GenesisInvalid, match="No network can begin"):
        Genesis.parse(BROKEN[name])


def test_custodians_countersign_for_one_another_whatever_their_order() -> None:
    def kept(did: str, keeper: str) -> dict[str, Json]:
        own = signing_key(f"{did} own")
        entry = enter_key(
            did,
            name="act-1",
            purpose="act",
            key=own,
            custodian=keeper,
            countersigner=("act-1", signing_key(f"{keeper} own")),
        )
        return enrolment(did, ["broker"]) | {"keys": [entry, *keys_of(did, ["govern"])]}

    members = [kept(BROKER, CUSTOMS), kept(CUSTOMS, BROKER)]
    made = Genesis.parse(with_change(members=members, governors=[CUSTOMS], registrars=[CUSTOMS]))
    assert len(made.members) == 2


def test_a_fingerprint_is_eight_groups_of_five_digits() -> None:
    assert [len(group) for group in fingerprint(sha256(b"x")).split()] == [5] * 8


def test_a_genesis_of_json_that_is_none_is_refused() -> None:
    with pytest.raises(GenesisInvalid):
        Genesis.of("x", time="now", governors=[], registrars=[], validators=[], members=[])


def test_a_genesis_that_begins_anew_carries_nothing_over() -> None:
    with pytest.raises(GenesisInvalid, match="continues no network"):
        genesis().rows_after(Changes(_Nothing()))
