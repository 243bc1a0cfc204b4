"""A network that continues another one: what is carried over, what is bound, and who can sign no more."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from ledger_world import AGENCY, BROKER, CUSTOMS, PRODUCER, World, action_id, digest, keys_of, public, signing_key
from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.ledger import chain
from transire.ledger.block import log_leaf_data
from transire.ledger.chain import validator_address
from transire.ledger.commit import verify_header
from transire.ledger.errors import ActionForAnotherNetwork, GenesisInvalid
from transire.ledger.fields import seconds_of
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.possession import prove_validator
from transire.ledger.proof.errors import HeaderMalformed
from transire.ledger.state import MemberRecord, Office, ValidatorRow, at
from transire.ledger.store import STATE, MemoryStore
from transire.ledger.tables import log_path, prove_state, read_height
from transire.merkle.sparse import verify_presence
from transire.merkle.tree import leaf_hash, verify_inclusion

DRAWER = signing_key("drawer")
ENDED = digest("a version")
USE = digest("a use")
NEXT_DAY = seconds_of("2026-01-06T00:00:00Z")


@pytest.fixture
def world() -> World:
    """A network with a past: an ending, a draw, a rotated key, a suspension, and a parameter by vote."""
    made = World()
    made.done(made.sign("document.end/1", {"version": ENDED}, by=PRODUCER))
    terms: dict[str, Any] = {"unit": "kg", "quantity": "10", "keys": [public(DRAWER)], "releaser": CUSTOMS}
    opened = made.sign("allowance.open/1", terms, by=AGENCY)
    made.done(opened)
    made.done(made.draw(DRAWER, "allowance.draw/1", {"allowance": action_id(opened), "quantity": "7", "for": USE}))
    rotation = {"did": PRODUCER, "add": keys_of(PRODUCER, ["act"], "2"), "retire": ["act-1"], "distrust": []}
    made.done(made.sign("member.rotate_key/1", rotation, by=PRODUCER))
    made.done(made.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS))
    made.block()
    return made


def continuation(world: World, *, key: str = "restored", **changes: Any) -> Genesis:
    """The genesis that continues this world."""
    validator = signing_key(key)
    previous = {
        "network": world.machine.network,
        "height": world.machine.height,
        "header_hash": digest("the last header"),
        "app_hash": b64url(world.machine.root),
    } | changes.pop("previous", {})
    values: dict[str, Any] = {
        "time": "2026-01-06T00:00:00Z",
        "governors": [],
        "registrars": [],
        "members": [],
        "validators": [
            {
                "operator": CUSTOMS,
                "possession": prove_validator(CUSTOMS, validator),
                "power": 10,
                "public": public(validator),
            }
        ],
        "previous": previous,
    }
    return Genesis.of("transire-test", **(values | changes))


@pytest.fixture
def restored(world: World) -> World:
    """The same world, going on under a new genesis."""
    machine = Machine.carry_on(world.store, continuation(world))
    other = World()
    other.machine, other.store, other.genesis = machine, world.store, machine.genesis
    other.time, other.nonce = machine.genesis.start.seconds, 1000
    return other


def test_a_continuation_reads_as_it_was_written(world: World) -> None:
    genesis = continuation(world)
    assert Genesis.parse(genesis.raw) == genesis
    assert genesis.network != world.machine.network


def test_heights_and_places_stay_in_one_order(world: World) -> None:
    last, size = world.machine.height, world.machine.roots.log_size
    machine = Machine.carry_on(world.store, continuation(world))
    assert (machine.height, machine.genesis.height) == (last + 1, last + 1)
    assert machine.roots.log_size == size


def test_what_had_ended_stays_ended(restored: World) -> None:
    again = restored.sign("document.end/1", {"version": ENDED}, by=PRODUCER, key="act-2")
    assert restored.code(again) == "ledger.already-ended"


def test_what_was_drawn_stays_drawn(restored: World) -> None:
    allowance = next(key for key, _ in restored.store.range(STATE, b"allowance/", b"allowance0")).decode()
    body = {"allowance": allowance.removeprefix("allowance/"), "quantity": "4", "for": digest("another use")}
    assert restored.code(restored.draw(DRAWER, "allowance.draw/1", body)) == "ledger.allowance-exceeded"
    assert restored.code(restored.draw(DRAWER, "allowance.draw/1", body | {"quantity": "3"})) == ""


def test_members_keep_their_keys_with_their_past(restored: World) -> None:
    record = restored.machine.view.find(f"member/{PRODUCER}", MemberRecord)
    assert record is not None
    assert [(key.name, key.retired_from is None) for key in record.keys if key.purpose == "act"] == [
        ("act-1", False),
        ("act-2", True),
    ]
    assert restored.machine.check(restored.witness(), restored.time).refusal is not None  # act-1 is retired
    restored.done(restored.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, key="act-2"))
    assert restored.machine.check(restored.witness(BROKER), restored.time).refusal is not None  # suspended


def test_actions_of_the_network_before_enter_no_block(world: World) -> None:
    late = world.sign("witness/1", {"pool": digest("late")}, by=CUSTOMS, expires=NEXT_DAY + 600)
    machine = Machine.carry_on(world.store, continuation(world))
    refusal = machine.check(late, machine.genesis.start.seconds).refusal
    assert isinstance(refusal, ActionForAnotherNetwork)


def test_the_replay_memory_goes_on(world: World) -> None:
    before = list(world.store.range(STATE, b"seen/", b"seen0"))
    Machine.carry_on(world.store, continuation(world))
    assert before
    assert list(world.store.range(STATE, b"seen/", b"seen0")) == before
    assert Machine.open(world.store).height == world.machine.height + 1


def test_the_log_grows_on_and_old_entries_are_proved_under_the_new_root(restored: World) -> None:
    restored.done(restored.witness(CUSTOMS))
    roots = restored.machine.roots
    with restored.store.reading() as reader:
        first, path = read_height(reader, 1), log_path(reader, 0, roots.log_size)
    assert first is not None
    result = first.result(0)
    leaf = leaf_hash(log_leaf_data(result.action_id, height=1, index=0, events=result.events))
    verify_inclusion(leaf, index=0, size=roots.log_size, path=path, root=roots.log_root)


def test_the_carried_state_is_proved_under_the_new_root(restored: World) -> None:
    restored.block()
    key = f"ended/{PRODUCER}/{ENDED}"
    with restored.store.reading() as reader:
        proof = prove_state(reader, key, restored.machine.height)
    assert proof.value_bytes is not None
    verify_presence(restored.machine.roots.map_root, sha256(key.encode()), sha256(proof.value_bytes), proof.proof)


def test_only_the_validators_change(world: World) -> None:
    before = dict(world.store.range(STATE))
    machine = Machine.carry_on(world.store, continuation(world))
    changed = {key.decode() for key, value in world.store.range(STATE) if before.get(key) != value}
    old, new = (b64url(validator_address(signing_key(name).public)) for name in ("validator 0", "restored"))
    assert changed == {f"validator/{old}", f"validator/{new}", "office/validator"}
    first = machine.height + 1
    row, office = machine.view.find(f"validator/{old}", ValidatorRow), machine.view.find("office/validator", Office)
    assert row is not None
    assert office is not None
    assert (at(row.power, first - 1), at(row.power, first)) == (10, 0)
    assert at(office.holders, first) == (new,)


def test_a_key_that_validated_before_never_validates_again(world: World) -> None:
    with pytest.raises(GenesisInvalid, match="a new key"):
        Machine.carry_on(world.store, continuation(world, key="validator 0"))


def test_an_operator_must_be_a_member(world: World) -> None:
    stranger = "did:web:stranger.example"
    key = signing_key("restored")
    validator = {
        "operator": stranger,
        "possession": prove_validator(stranger, key),
        "power": 1,
        "public": public(key),
    }
    with pytest.raises(GenesisInvalid, match="a member"):
        Machine.carry_on(world.store, continuation(world, validators=[validator]))


@pytest.mark.parametrize(
    ("name", "value"),
    [("network", "transire-test-" + "0" * 32), ("height", 5), ("app_hash", digest("another state"))],
)
def test_another_end_than_that_of_the_store_is_refused(world: World, name: str, value: Any) -> None:
    with pytest.raises(GenesisInvalid) as refused:
        Machine.carry_on(world.store, continuation(world, previous={name: value}))
    assert refused.value.where == f"/previous/{name}"
    assert Machine.open(world.store).network == world.machine.network


def test_time_goes_on(world: World) -> None:
    with pytest.raises(GenesisInvalid, match="after the last block"):
        Machine.carry_on(world.store, continuation(world, time="2026-01-05T10:00:01Z"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("governors", [CUSTOMS]), ("registrars", [CUSTOMS]), ("parameters", {"fixed_validators": 1})],
)
def test_a_continuation_names_nobody_but_validators(world: World, name: str, value: Any) -> None:
    with pytest.raises(GenesisInvalid, match="carried over"):
        continuation(world, **{name: value})


def test_a_beginning_and_a_continuation_are_not_taken_for_one_another(world: World) -> None:
    with pytest.raises(GenesisInvalid, match="begins anew"):
        Machine.create(MemoryStore(), continuation(world))
    with pytest.raises(GenesisInvalid, match="continues no network"):
        Machine.carry_on(world.store, world.genesis)


def test_a_continuation_with_a_flaw_is_refused_when_it_is_read(world: World) -> None:
    value = parse_canonical(continuation(world).raw)
    assert isinstance(value, dict)
    for change in ({"time": "2026-02-30T00:00:00Z"}, {"validators": value["validators"] * 2}):  # type: ignore[operator]
        with pytest.raises(GenesisInvalid):
            Genesis.parse(canonical_bytes(value | change))


def test_a_first_header_follows_no_block_and_shows_no_commit(world: World) -> None:
    header = chain.Header(
        chain_id="transire-test-" + "0" * 32,
        height=9,
        time=chain.Time(1, 0),
        last_block_id=chain.NO_BLOCK,
        last_commit_hash=chain.EMPTY_HASH,
        data_hash=chain.EMPTY_HASH,
        validators_hash=bytes(32),
        next_validators_hash=bytes(32),
        consensus_hash=bytes(32),
        app_hash=bytes(32),
        last_results_hash=chain.EMPTY_HASH,
        evidence_hash=chain.EMPTY_HASH,
        proposer_address=bytes(20),
    )
    verify_header(header)
    with pytest.raises(HeaderMalformed):
        verify_header(structs.replace(header, last_commit_hash=bytes(32)))
