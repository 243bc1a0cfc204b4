"""Validity and replay (LEDGER.md 4): which actions may enter a block, judged on the state before it."""

from __future__ import annotations

import pytest

from ledger_world import (
    AGENCY,
    BROKER,
    CHAMBER,
    CUSTOMS,
    IMPORTER,
    PRODUCER,
    World,
    action_id,
    digest,
    enrolment,
    genesis,
    keys_of,
    public,
    signing_key,
)
from transire.crypto.keys import SigningKey
from transire.ledger.action import parse_action
from transire.ledger.admission import VerifiedActions
from transire.ledger.block import DecidedBlock
from transire.ledger.chain import Time
from transire.ledger.errors import ActionSeen, SignatureWrong, SignerUnknown


@pytest.fixture
def world() -> World:
    return World()


def verdict(world: World, raw: bytes) -> str:
    return world.machine.check(raw, world.time).code


def test_an_action_in_order_is_admitted(world: World) -> None:
    raw = world.witness()
    assert world.machine.check(raw, world.time).admitted().raw == raw


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (0, "ledger.action-expired"),
        (-1, "ledger.action-expired"),
        (1, ""),
        (900, ""),
        (901, "ledger.action-too-early"),
    ],
)
def test_an_action_expires_within_the_next_15_minutes(world: World, seconds: int, code: str) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=world.time + seconds)
    assert verdict(world, raw) == code


@pytest.mark.parametrize(("seconds", "code"), [(86_400, ""), (86_401, "ledger.action-too-early")])
def test_governance_has_24_hours(world: World, seconds: int, code: str) -> None:
    change = {"type": "parameter", "name": "proposal_days", "value": 5}
    raw = world.sign("govern.propose/1", {"change": change}, by=CUSTOMS, expires=world.time + seconds)
    assert verdict(world, raw) == code


def test_an_action_for_another_network_is_not_admitted(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, network="transire-test-other")
    assert verdict(world, raw) == "ledger.other-network"


def test_an_unknown_member_is_not_admitted(world: World) -> None:
    assert verdict(world, world.sign("witness/1", {"pool": digest("p")}, by=IMPORTER)) == "ledger.signer-unknown"


def test_an_unknown_key_is_not_admitted(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, key="act-9")
    assert verdict(world, raw) == "ledger.signer-unknown"


def test_a_forged_signature_is_not_admitted(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, signer=signing_key("thief"))
    assert verdict(world, raw) == "ledger.signature-wrong"


@pytest.mark.parametrize("key", ["govern-1", "recover-1"])
def test_a_key_of_another_purpose_is_not_admitted(world: World, key: str) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=CUSTOMS, key=key)
    assert verdict(world, raw) == "ledger.signer-unknown"


def test_an_act_key_neither_governs_nor_changes_its_own_keys(world: World) -> None:
    change = {"type": "parameter", "name": "proposal_days", "value": 5}
    vote = world.sign("govern.propose/1", {"change": change}, by=CUSTOMS, key="act-1")
    rotation = world.sign("member.rotate_key/1", {"did": CUSTOMS, "retire": ["act-1"]}, by=CUSTOMS, key="act-1")
    assert [verdict(world, vote), verdict(world, rotation)] == ["ledger.signer-unknown"] * 2


def test_a_member_acts_from_the_height_after_its_enrolment(world: World) -> None:
    enrol = world.sign("member.enrol/1", enrolment(IMPORTER, ["importer"]), by=CUSTOMS)
    first = world.sign("witness/1", {"pool": digest("p")}, by=IMPORTER)
    assert [result.code for result in world.block(enrol, first)] == ["", "ledger.signer-unknown"]
    assert world.code(first) == ""


def test_a_suspended_member_acts_until_the_end_of_the_block(world: World) -> None:
    suspend = world.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS)
    assert [result.code for result in world.block(suspend, world.witness(BROKER))] == ["", ""]
    assert verdict(world, world.witness(BROKER)) == "ledger.signer-unknown"


def test_a_retired_key_signs_until_the_end_of_the_block(world: World) -> None:
    new = keys_of(PRODUCER, ["act"], suffix="2")
    rotate = world.sign("member.rotate_key/1", {"did": PRODUCER, "add": [*new], "retire": ["act-1"]}, by=PRODUCER)
    assert [result.code for result in world.block(rotate, world.witness())] == ["", ""]
    assert verdict(world, world.witness()) == "ledger.signer-unknown"
    assert verdict(world, world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, key="act-2")) == ""


def test_the_same_bytes_are_consumed_once(world: World) -> None:
    raw = world.witness()
    assert world.code(raw) == ""
    assert verdict(world, raw) == "ledger.action-seen"
    assert world.code(raw) == "ledger.action-seen"


def test_a_refused_action_is_consumed_as_well(world: World) -> None:
    raw = world.sign("member.suspend/1", {"did": BROKER}, by=PRODUCER)
    assert world.code(raw) == "ledger.registrar-only"
    assert verdict(world, raw) == "ledger.action-seen"


def test_what_was_not_admitted_is_not_consumed(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=world.time + 905)
    assert world.code(raw) == "ledger.action-too-early"
    root = world.machine.root
    world.time += 10
    assert verdict(world, raw) == ""
    assert world.machine.root == root
    assert world.code(raw) == ""


def test_twice_in_one_block_counts_once(world: World) -> None:
    raw = world.witness()
    assert [result.code for result in world.block(raw, raw)] == ["", "ledger.action-seen"]


def test_the_replay_memory_outlives_a_restart(world: World) -> None:
    raw = world.witness()
    world.done(raw)
    world.machine = type(world.machine).open(world.store)
    assert verdict(world, raw) == "ledger.action-seen"


def test_buckets_are_pruned_by_a_block_with_actions_once_their_minute_has_passed(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=world.time + 90)
    key = f"seen/{(world.time + 90) // 60}"
    world.done(raw)
    world.block(seconds=300)
    assert world.machine.view.get(key) is not None
    world.done(world.witness())
    assert world.machine.view.get(key) is None
    # Long expired, so that forgetting it lets nothing in again.
    assert verdict(world, raw) == "ledger.action-expired"


def test_a_bucket_stays_while_any_of_its_minute_may_still_come(world: World) -> None:
    minute_end = (world.time // 60 + 2) * 60
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=minute_end - 1)
    world.done(raw)
    world.time = minute_end - 3
    world.done(world.witness())
    assert verdict(world, raw) == "ledger.action-seen"


def test_no_signer_takes_more_than_its_share_of_a_block() -> None:
    world = World(genesis=genesis(actions_per_block=2))
    actions = [world.witness() for _ in range(3)] + [world.witness(BROKER)]
    codes = [result.code for result in world.block(*actions)]
    assert codes == ["", "", "ledger.too-many-actions", ""]
    assert world.code(actions[2]) == ""


def test_the_proposer_leaves_out_what_judge_refuses(world: World) -> None:
    good, forged = world.witness(), world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, signer=signing_key("x"))
    verdicts = world.machine.judge([good, forged, good, b"{}"], Time(world.time, 0))
    assert [verdict.code for verdict in verdicts] == [
        "",
        "ledger.signature-wrong",
        "ledger.action-seen",
        "ledger.action-malformed",
    ]


def test_an_inadmissible_action_in_a_decided_block_does_nothing(world: World) -> None:
    """Only a faulty majority could decide such a block; then at least all come to the same state."""
    root = world.machine.root
    world.block(b"{}", world.sign("witness/1", {"pool": digest("p")}, by=IMPORTER))
    assert world.machine.root == root


def test_a_verified_signature_is_not_verified_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = world.witness()
    world.machine.check(raw, world.time)
    monkeypatch.setattr("transire.ledger.action.verify_signature", _never)
    assert verdict(world, raw) == ""


def _never(public_key: bytes, message: bytes, signature: bytes) -> None:
    raise AssertionError("verified twice")


def test_a_remembered_signature_counts_for_the_key_that_made_it_only(world: World) -> None:
    action = parse_action(world.witness())
    verified = VerifiedActions()
    verified.verify(action, signing_key(f"{PRODUCER} act-1").public)
    with pytest.raises(SignatureWrong):
        verified.verify(action, signing_key(f"{BROKER} act-1").public)


def test_signatures_are_remembered_up_to_a_limit(world: World) -> None:
    verified = VerifiedActions(limit=2)
    actions = [parse_action(world.witness()) for _ in range(3)]
    for action in actions:
        verified.verify(action, signing_key(f"{PRODUCER} act-1").public)
    assert [verified.read(action.raw) is action for action in actions] == [False, True, True]
    verified.forget([actions[1].digest])
    assert verified.read(actions[1].raw) is actions[1], "a mempool looks once more at what has been decided"
    verified.forget([])
    assert verified.read(actions[1].raw) is not actions[1]


def opened_allowance(world: World, key: SigningKey) -> str:
    body = {"unit": "kg", "quantity": "5", "keys": [public(key)], "releaser": CUSTOMS}
    raw = world.sign("allowance.open/1", body, by=CHAMBER)
    world.done(raw)
    return action_id(raw)


def test_a_drawing_key_signs_for_its_own_open_allowance_only(world: World) -> None:
    key, stranger = signing_key("d1"), signing_key("d2")
    allowance = opened_allowance(world, key)
    draw = {"allowance": allowance, "quantity": "1", "for": digest("u")}
    assert verdict(world, world.draw(key, "allowance.draw/1", draw)) == ""
    assert verdict(world, world.draw(stranger, "allowance.draw/1", draw)) == "ledger.signer-unknown"
    elsewhere = draw | {"allowance": digest("other")}
    assert verdict(world, world.draw(key, "allowance.draw/1", elsewhere)) == "ledger.signer-unknown"
    world.done(world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER))
    assert verdict(world, world.draw(key, "allowance.draw/1", draw)) == "ledger.signer-unknown"


def test_a_member_cannot_draw_with_its_act_key(world: World) -> None:
    allowance = opened_allowance(world, signing_key("d1"))
    draw = {"allowance": allowance, "quantity": "1", "for": digest("u")}
    assert world.code(world.sign("allowance.draw/1", draw, by=CHAMBER)) == "ledger.allowance-not-theirs"


def test_a_refusal_carries_its_error(world: World) -> None:
    raw = world.witness()
    world.done(raw)
    with pytest.raises(ActionSeen, match="had this action already"):
        world.machine.check(raw, world.time).admitted()
    with pytest.raises(SignerUnknown):
        world.machine.check(world.witness(AGENCY.replace("agency", "nobody")), world.time).admitted()


def test_the_time_of_a_block_is_judged_in_whole_seconds(world: World) -> None:
    raw = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=world.time + 10)
    block = DecidedBlock(height=1, time=Time(world.time + 9, 999_999_999), actions=(raw,))
    assert world.machine.apply(block)[0].code == ""
    block = DecidedBlock(height=1, time=Time(world.time + 10, 0), actions=(raw,))
    assert world.machine.apply(block)[0].code == "ledger.action-expired"


def test_a_block_is_judged_anew_unless_it_is_the_proposal_on_the_same_state(world: World) -> None:
    """What was said of a proposal counts for that block alone: not at another time, not after another block."""
    machine, raw = world.machine, world.witness()
    late = parse_action(raw).expires_at
    assert machine.judge([raw], Time(world.time, 0))[0].refusal is None
    (result,) = machine.apply(DecidedBlock(height=machine.height + 1, time=Time(late, 0), actions=(raw,)))
    assert result.code == "ledger.action-expired"
    block = DecidedBlock(height=machine.height + 1, time=Time(world.time, 0), actions=(raw,))
    assert machine.judge(block.actions, block.time)[0].refusal is None
    assert machine.apply(block)[0].accepted
    machine.commit()
    again = DecidedBlock(height=machine.height + 1, time=block.time, actions=(raw,))
    assert machine.apply(again)[0].code == "ledger.action-seen"
