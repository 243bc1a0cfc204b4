"""Reading and signing actions: one form, one signature, everything else refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_world import CUSTOMS, PRODUCER, World, digest, public, signing_key
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.ledger.action import MAX_ACTION_BYTES, parse_action, sign_action, verify_action
from transire.ledger.bodies import ACTIONS
from transire.ledger.errors import ActionMalformed, ActionTooLarge, SignatureWrong

WORLD = World()
WITNESS = WORLD.witness()


def changed(**members: Json) -> bytes:
    """A witness action with other members, canonical but not signed again; `...` removes one."""
    value: dict[str, Json] = json.loads(WITNESS)
    value |= {name: member for name, member in members.items() if member is not ...}
    return canonical_bytes({name: member for name, member in value.items() if members.get(name) is not ...})


def test_an_action_reads_as_it_was_signed() -> None:
    action = parse_action(WITNESS)
    assert (action.action, action.by, action.key) == ("witness/1", PRODUCER, "act-1")
    assert action.id == b64url(sha256(WITNESS))
    assert action.network == WORLD.genesis.network
    assert action.drawing_key is None
    verify_action(action, signing_key(f"{PRODUCER} act-1").public)


def test_what_is_signed_is_the_domain_and_the_canonical_json_without_signature() -> None:
    value = json.loads(WITNESS)
    del value["signature"]
    signed = b"transire/action/v1\n" + canonical_bytes(value)
    assert parse_action(WITNESS).signed == signed
    assert parse_action(WITNESS).consumed_id == sha256(signed)


def test_another_signature_over_the_same_is_another_id_but_the_same_consumed_id() -> None:
    other = changed(signature=b64url(bytes(64)))
    assert parse_action(other).id != parse_action(WITNESS).id
    assert parse_action(other).consumed_id == parse_action(WITNESS).consumed_id


def test_a_signature_by_another_key_is_refused() -> None:
    with pytest.raises(SignatureWrong, match="not of this action"):
        verify_action(parse_action(WITNESS), signing_key(f"{CUSTOMS} act-1").public)


def test_a_changed_action_is_refused() -> None:
    with pytest.raises(SignatureWrong):
        verify_action(parse_action(changed(body={"pool": digest("x")})), signing_key(f"{PRODUCER} act-1").public)


MALFORMED: dict[str, bytes] = {
    "not JSON": b"{",
    "not an object": b"[]",
    "empty": b"",
    "white space": WITNESS.replace(b":", b": ", 1),
    "unsorted": b'{"body":{},"action":"witness/1"}',
    "twice the same member": WITNESS.replace(b'{"action"', b'{"action":"witness/1","action"', 1),
    "a needless escape": WITNESS.replace(b"witness", b"\\u0077itness", 1),
    "an unknown member": changed(zzz=1),
    "a missing member": changed(nonce=...),
    "an unknown action": changed(action="witness/2"),
    "an action of another type": changed(action=1),
    "a body of another action": changed(body={"version": digest("v")}),
    "an unknown member of the body": changed(body={"pool": digest("p"), "memo": "x"}),
    "a null for an optional member": changed(action="document.end/1", body={"version": digest("v"), "successor": None}),
    "padding": changed(body={"pool": digest("p") + "="}),
    "stray trailing bits": changed(body={"pool": "A" * 42 + "B"}),
    "a digest too short": changed(body={"pool": "A" * 42}),
    "a line feed after a digest": changed(body={"pool": digest("p") + "\n"}),
    "a nonce too short": changed(nonce="A" * 21),
    "a signature too short": changed(signature="A" * 85),
    "a did of no known method": changed(by="did:ethr:abc"),
    "an upper-case host": changed(by="did:web:Producer.example"),
    "a time with a zone": changed(expires="2026-11-22T10:15:00+00:00"),
    "a time with a fraction": changed(expires="2026-11-22T10:15:00.0Z"),
    "a day that is not": changed(expires="2026-02-30T10:15:00Z"),
    "hour 24": changed(expires="2026-11-22T24:00:00Z"),
    "a leap second": changed(expires="2026-12-31T23:59:60Z"),
    "a key name in capitals": changed(key="Act-1"),
    "a key signer of a member's action": changed(by="key:" + public(signing_key("d")), key="own"),
    "a float": WITNESS.replace(b'"key":"act-1"', b'"key":1.5'),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_bytes_are_refused(name: str) -> None:
    with pytest.raises(ActionMalformed, match="not an action in the ledger's form"):
        parse_action(MALFORMED[name])


def test_an_action_of_more_than_64_kib_is_refused_before_it_is_read() -> None:
    with pytest.raises(ActionTooLarge, match="65537 bytes"):
        parse_action(b"x" * (MAX_ACTION_BYTES + 1))


BAD_BODIES: list[tuple[str, dict[str, Json]]] = [
    ("allowance.open/1", {"unit": "kg", "quantity": "1.50", "keys": [digest("k")], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "kg", "quantity": "-1", "keys": [digest("k")], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "kg", "quantity": "1e3", "keys": [digest("k")], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "kg", "quantity": "01", "keys": [digest("k")], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "kg", "quantity": 1, "keys": [digest("k")], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "kg", "quantity": "1", "keys": [], "releaser": CUSTOMS}),
    ("allowance.open/1", {"unit": "", "quantity": "1", "keys": [digest("k")], "releaser": CUSTOMS}),
    ("member.enrol/1", {"did": CUSTOMS, "name": "x", "roles": ["governor"], "keys": []}),
    ("member.update/1", {"did": CUSTOMS, "status": "suspended"}),
    ("member.update/1", {"did": CUSTOMS, "endpoint": "ftp://x"}),
    ("member.update/1", {"did": CUSTOMS, "name": "two\nlines"}),
    ("member.update/1", {"did": CUSTOMS, "name": "turned \u202e around"}),
    ("member.update/1", {"did": CUSTOMS, "name": ""}),
    ("govern.propose/1", {"change": {"type": "coup"}}),
    ("govern.propose/1", {"change": {"type": "parameter", "name": "x", "value": -1}}),
    ("govern.propose/1", {"change": {"type": "validator", "public": digest("k"), "power": 2**41}}),
]


@pytest.mark.parametrize(("action", "body"), BAD_BODIES)
def test_bodies_outside_their_schema_are_refused(action: str, body: dict[str, Json]) -> None:
    with pytest.raises(ActionMalformed, match="At /body"):
        parse_action(changed(action=action, body=body))


def test_whoever_signs_nonsense_learns_it_when_signing() -> None:
    with pytest.raises(ActionMalformed):
        sign_action(
            "witness/1",
            {},
            by=PRODUCER,
            key="act-1",
            network="n",
            expires="2026-11-22T10:15:00Z",
            nonce=bytes(16),
            signer=signing_key("x"),
        )


def test_every_action_has_a_versioned_name() -> None:
    assert all(name.rpartition("/")[2].isdigit() for name in ACTIONS)
    assert len(set(ACTIONS.values())) == len(ACTIONS)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with pytest.raises(ActionMalformed):
        parse_action(raw)


@given(st.data())
def test_one_changed_byte_never_verifies(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(WITNESS) - 1))
    flipped = bytearray(WITNESS)
    flipped[place] ^= data.draw(st.integers(1, 255))
    key = signing_key(f"{PRODUCER} act-1").public
    with pytest.raises((ActionMalformed, SignatureWrong)):
        verify_action(parse_action(bytes(flipped)), key)
