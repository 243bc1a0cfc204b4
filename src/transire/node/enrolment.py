"""How a member that this node hosts gets its keys and enters the ledger (LEDGER 9 and 10).

The node is the custodian of these keys and countersigns each of them with a key of its own; a receipt says so, and says
when both parties of a dealing have the same custodian.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, cast

import msgspec

from transire.crypto.canonical import Json
from transire.crypto.did import check_did, did_key
from transire.crypto.ecdsa import P384
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.crypto.keystore import KeyStore
from transire.ledger.genesis import Genesis, Previous
from transire.ledger.possession import OUTSIDE_KEY, enter_key, prove_validator
from transire.node.errors import SettingsInvalid

CUSTODIAN_KEY = "custodian"
VALIDATOR_KEY = "validator-1"
VALIDATOR_NAME: Final = re.compile(r"validator-([0-9]{1,9})\Z")
POWER: Final = 10
"""What every validator weighs unless the governors vote otherwise."""

ACT, CREDENTIAL, AGREE, TRANSPORT, RECOVER, GOVERN = (
    "act-1",
    "credential-1",
    "agree-1",
    "transport-1",
    "recover-1",
    "govern-1",
)
EXCHANGE = "exchange-1"
"""No key of the ledger: by ES384, told in the member's did:web document. Later ones count on: exchange-2."""
EXCHANGE_NAME: Final = re.compile(r"exchange-([0-9]{1,9})\Z")
DESK = "desk-1"
"""No key of the ledger: what the member's desk derives the key of its secrets from."""

SIGNING_PURPOSES = {ACT: "act", CREDENTIAL: "credential", TRANSPORT: "transport", RECOVER: "recover", GOVERN: "govern"}


def make_member_keys(keys: KeyStore, *, governs: bool = False, did: str = "") -> str:
    """Make one key for each purpose; returns the member's DID: its did:web, or the did:key of its credential key.

    Under a did:web there is one more, for signatures that readers outside of the network ask for; the ledger has none.
    """
    for name in SIGNING_PURPOSES:
        if name != GOVERN or governs:
            keys.new_signing_key(name)
    keys.new_agreement_key(AGREE)
    keys.new_agreement_key(DESK)
    if did:
        keys.new_ecdsa_key(EXCHANGE, P384)
    return did_of(keys, did)


def did_of(keys: KeyStore, did: str = "") -> str:
    """The DID of a member with these keys: the did:web that was chosen for it, else its first credential key's own.

    A did:key is that one key for ever, to readers outside of the ledger too; a did:web outlives its keys.
    """
    if not did:
        return did_key(keys.signing_key(CREDENTIAL).public)
    if not did.startswith("did:web:"):
        raise SettingsInvalid(expected="did:web:host", got=did[:200], where="did")
    check_did(did)
    return did


def enrolment(
    keys: KeyStore, *, did: str, name: str, roles: Collection[str], custodian: SigningKey, endpoint: str = ""
) -> dict[str, Json]:
    """The body of `member.enrol/1`: every key with its proof of possession and the custodian's countersignature."""
    keeper, countersigner = did_key(custodian.public), (OUTSIDE_KEY, custodian)
    held = [name for name in (*SIGNING_PURPOSES, AGREE) if name in keys.names()]
    entries: list[Json] = [
        enter_key(
            did,
            name=key_name,
            purpose=SIGNING_PURPOSES.get(key_name, "agree"),
            key=keys.agreement_key(key_name) if key_name == AGREE else keys.signing_key(key_name),
            custodian=keeper,
            countersigner=countersigner,
        )
        for key_name in sorted(held)
    ]
    body: dict[str, Json] = {"did": did, "name": name, "roles": [*sorted(roles)], "keys": entries}
    return body | ({"endpoint": endpoint} if endpoint else {})


def found_network(name: str, *, founder: dict[str, Json], validator: SigningKey, now: datetime) -> Genesis:
    """A genesis in which one member governs, registers and validates alone: the embedded engine's beginning."""
    did = str(founder["did"])
    return Genesis.of(
        name,
        time=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        governors=[did],
        registrars=[did],
        validators=[validator_entry(did, validator)],
        members=[founder],
        parameters={"fixed_validators": 1},  # one local key signs; a vote for another could not be carried out
    )


def continued_network(ended: Genesis, end: Previous, *, validator: SigningKey, now: datetime) -> Genesis:
    """A genesis that continues a network of one validator under another key (LEDGER 6); the rest is carried over."""
    operator = ended.validators[0].operator
    return Genesis.of(
        ended.name,
        time=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        governors=[],
        registrars=[],
        validators=[validator_entry(operator, validator)],
        members=[],
        previous=cast("dict[str, Json]", msgspec.to_builtins(end)),
    )


def validator_entry(operator: str, key: SigningKey, *, power: int = POWER) -> dict[str, Json]:
    """A validator as a genesis and a vote name it, with the key's proof of possession."""
    return {
        "operator": operator,
        "possession": prove_validator(operator, key),
        "power": power,
        "public": b64url(key.public),
    }


def next_validator_key(keys: KeyStore) -> tuple[str, SigningKey]:
    """A further validator key in a node's key store, and its name there."""
    numbers = [int(found[1]) for name in keys.names() if (found := VALIDATOR_NAME.match(name))]
    name = f"validator-{max(numbers, default=0) + 1}"
    return name, keys.new_signing_key(name)
