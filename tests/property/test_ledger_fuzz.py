"""Whatever a member signs, the ledger answers with events or a code: nothing that is well formed stops the machine.

An exception out of `apply` would halt every node of the network at once, so this is the sharpest test of the rules.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_world import (
    AGENCY,
    BROKER,
    CHAMBER,
    CUSTOMS,
    IMPORTER,
    PRODUCER,
    World,
    action_id,
    agreement_key,
    digest,
    genesis,
    keys_of,
    public,
    signing_key,
)
from transire.crypto.did import did_key
from transire.errors import catalogue
from transire.ledger.bodies import ACTIONS
from transire.ledger.errors import ActionMalformed, Inadmissible, Refused
from transire.ledger.machine import Machine
from transire.ledger.possession import enter_key, prove_validator

CODES = {code for code, error in catalogue().items() if issubclass(error, Refused | Inadmissible)} | {""}
DRAWER = signing_key("drawer")
DIDS = st.sampled_from(
    [
        *(CUSTOMS, CHAMBER, AGENCY, PRODUCER, BROKER, IMPORTER),
        *("did:key:zNoKey", "did:key:z" + "1" * 180, did_key(signing_key("x").public), "did:web:a", "did:web:a:b:c"),
    ]
)
DIGESTS = st.sampled_from([digest("a"), digest("b"), "A" * 43])
PUBLICS = st.sampled_from([public(DRAWER), digest("no point"), "A" * 43, public(signing_key(f"{PRODUCER} act-1"))])
SIGNATURES = st.sampled_from(["A" * 86, prove_validator(CHAMBER, DRAWER)])
QUANTITIES = st.sampled_from(["0", "1", "0.000000001", "9" * 19 + "." + "9" * 9, "12.5"])
NAMES = st.sampled_from(["act-1", "own", "x", "a" * 32])
HEIGHTS = st.sampled_from([0, 1, 2, 5, 2**53 - 1])
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


KEYS = st.one_of(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "purpose": st.sampled_from(["act", "credential", "agree", "transport", "govern", "recover"]),
            "public": PUBLICS,
            "custodian": DIDS,
            "possession": SIGNATURES,
        },
        optional={"countersignature": st.fixed_dictionaries({"key": NAMES, "signature": SIGNATURES})},
    ),
    st.sampled_from(
        [
            *keys_of(PRODUCER, ["act"], "2"),
            *keys_of(IMPORTER),
            enter_key(PRODUCER, name="agree-1", purpose="agree", key=agreement_key("p")),
            enter_key(PRODUCER, name="act-4", purpose="act", key=signing_key("4"), custodian="did:key:zNoKey"),
        ]
    ),
    # A proof that holds, by a custodian whose did:key holds no key: the one that looked inside it stopped the machine.
    st.just(
        enter_key(
            PRODUCER,
            name="act-5",
            purpose="act",
            key=signing_key("5"),
            custodian="did:key:zNoKey",
            countersigner=("own", signing_key("x")),
        )
    ),
)
ROLES = st.lists(st.sampled_from(["producer", "broker", "customs"]), min_size=1, max_size=3)
CHANGES = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["appoint", "dismiss"]),
            "office": st.sampled_from(["governor", "registrar"]),
            "member": DIDS,
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("validator"),
            "public": PUBLICS,
            "power": st.sampled_from([0, 1, 2**40]),
            "operator": DIDS,
            "possession": SIGNATURES,
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("parameter"),
            "name": st.sampled_from(["actions_per_block", "fixed_validators", "proposal_days", "other"]),
            "value": HEIGHTS,
        }
    ),
    st.fixed_dictionaries(
        {"type": st.just("rules"), "version": st.sampled_from([1, 2, 2**31]), "height": st.just(2**53 - 1)}
    ),
)


def bodies(allowance: str, proposal: str) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """Every action's body as it may be spelled, true and false mixed."""
    allowances = st.sampled_from([allowance, digest("none")])
    drawers = st.lists(PUBLICS, min_size=1, max_size=3)
    opened = {"unit": st.just("kg"), "quantity": QUANTITIES, "keys": drawers, "releaser": DIDS}
    return {
        "witness/1": st.fixed_dictionaries({"pool": DIGESTS}),
        "document.end/1": st.fixed_dictionaries({"version": DIGESTS}, optional={"successor": DIGESTS}),
        "allowance.open/1": st.fixed_dictionaries(opened),
        "allowance.draw/1": st.fixed_dictionaries({"allowance": allowances, "quantity": QUANTITIES, "for": DIGESTS}),
        "allowance.return/1": st.fixed_dictionaries({"allowance": allowances, "for": DIGESTS}),
        "allowance.split/1": st.fixed_dictionaries(
            {"allowance": allowances, "quantity": QUANTITIES, "keys": drawers}, optional={"releaser": DIDS}
        ),
        "allowance.close/1": st.fixed_dictionaries({"allowance": allowances}),
        "member.enrol/1": st.fixed_dictionaries(
            {"did": DIDS, "name": TEXTS, "roles": ROLES, "keys": st.lists(KEYS, min_size=1, max_size=4)}
        ),
        "member.update/1": st.fixed_dictionaries(
            {"did": DIDS}, optional={"name": TEXTS, "roles": ROLES, "status": st.just("active")}
        ),
        "member.rotate_key/1": st.fixed_dictionaries(
            {"did": st.just(PRODUCER)},
            optional={
                "add": st.lists(KEYS, max_size=3),
                "retire": st.lists(NAMES, max_size=2),
                "distrust": st.lists(st.fixed_dictionaries({"key": NAMES, "height": HEIGHTS}), max_size=2),
            },
        ),
        "member.suspend/1": st.fixed_dictionaries({"did": DIDS}),
        "govern.propose/1": st.fixed_dictionaries({"change": CHANGES}),
        "govern.approve/1": st.fixed_dictionaries({"proposal": st.sampled_from([proposal, digest("none")])}),
    }


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_action_stops_the_machine(data: st.DataObject) -> None:
    world = World(genesis=genesis(validators=2))
    terms = {"unit": "kg", "quantity": "10", "keys": [public(DRAWER)], "releaser": CUSTOMS}
    opened = world.sign("allowance.open/1", terms, by=CHAMBER)
    change = {"type": "parameter", "name": "proposal_days", "value": 5}
    proposed = world.sign("govern.propose/1", {"change": change}, by=AGENCY)
    world.done(opened, proposed)
    strategies = bodies(action_id(opened), action_id(proposed))
    assert strategies.keys() == ACTIONS.keys()
    for _ in range(data.draw(st.integers(1, 5))):
        raws = [raw for _ in range(4) if (raw := drawn(world, data, strategies)) is not None]
        assert {result.code for result in world.block(*raws)} <= CODES
    assert Machine.open(world.store).root == world.machine.root


def drawn(world: World, data: st.DataObject, strategies: dict[str, st.SearchStrategy[dict[str, Any]]]) -> bytes | None:
    """An action that is well formed, by a member or by the drawing key."""
    name = data.draw(st.sampled_from(sorted(strategies)))
    body = data.draw(strategies[name])
    try:
        if name in ("allowance.draw/1", "allowance.split/1") and data.draw(st.booleans()):
            return world.draw(DRAWER, name, body)
        by = data.draw(st.sampled_from([CUSTOMS, CHAMBER, AGENCY, PRODUCER]))
        return world.sign(name, body, by=by)
    except ActionMalformed:
        return None  # a name that nobody may bear
