"""Governance: proposals, votes, and what a decision changes from which height on."""

from __future__ import annotations

import pytest

from ledger_world import (
    AGENCY,
    BROKER,
    CHAMBER,
    CUSTOMS,
    PRODUCER,
    World,
    action_id,
    genesis,
    public,
    signing_key,
)
from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.ledger.block import DecidedBlock, ValidatorUpdate
from transire.ledger.chain import Time, validator_address
from transire.ledger.errors import RulesUnknown
from transire.ledger.machine import RULES, Machine
from transire.ledger.members import holders
from transire.ledger.parameters import parameter
from transire.ledger.possession import prove_validator
from transire.ledger.state import Proposal, Since, ValidatorRow

SHARE: dict[str, Json] = {"type": "parameter", "name": "actions_per_block", "value": 7}


@pytest.fixture
def world() -> World:
    return World()


def propose(world: World, change: dict[str, Json], by: str = CUSTOMS) -> tuple[str, str]:
    """The answer to the proposal, and its id."""
    raw = world.sign("govern.propose/1", {"change": change}, by=by)
    return world.code(raw), action_id(raw)


def approve(world: World, proposal: str, by: str) -> str:
    return world.code(world.sign("govern.approve/1", {"proposal": proposal}, by=by))


def decide(world: World, change: dict[str, Json], governors: tuple[str, ...] = (CUSTOMS, CHAMBER, AGENCY)) -> int:
    """Carry a change through; returns the height that decided it."""
    code, proposal = propose(world, change, governors[0])
    assert code == ""
    for governor in governors[1:]:
        assert approve(world, proposal, governor) == ""
    row = world.machine.view.find(f"proposal/{proposal}", Proposal)
    assert row is not None
    assert row.decided == world.machine.height
    return world.machine.height


def test_more_than_two_thirds_decide(world: World) -> None:
    code, proposal = propose(world, SHARE)
    assert code == ""
    assert approve(world, proposal, CHAMBER) == ""  # two of three are two thirds, not more
    assert parameter(world.machine.view, "actions_per_block", world.machine.height + 1) == 500
    assert approve(world, proposal, AGENCY) == ""
    decided = world.machine.height
    assert parameter(world.machine.view, "actions_per_block", decided) == 500
    assert parameter(world.machine.view, "actions_per_block", decided + 1) == 7


def test_only_governors_propose_and_vote(world: World) -> None:
    world.done(world.sign("member.rotate_key/1", {"did": BROKER, "add": []}, by=BROKER))
    assert propose(world, SHARE, by=BROKER)[0] == "ledger.governor-only"
    _, proposal = propose(world, SHARE)
    assert approve(world, proposal, BROKER) == "ledger.governor-only"


def test_a_governor_votes_once(world: World) -> None:
    _, proposal = propose(world, SHARE)
    assert approve(world, proposal, CUSTOMS) == "ledger.voted-already"
    assert approve(world, proposal, CHAMBER) == ""
    assert approve(world, proposal, CHAMBER) == "ledger.voted-already"


def test_a_decided_or_unknown_proposal_takes_no_votes(world: World) -> None:
    _, proposal = propose(world, SHARE)
    assert approve(world, proposal, CHAMBER) == approve(world, proposal, AGENCY) == ""
    assert approve(world, proposal, AGENCY) == "ledger.proposal-unknown"
    assert approve(world, "A" * 43, AGENCY) == "ledger.proposal-unknown"


def test_a_proposal_lapses(world: World) -> None:
    _, proposal = propose(world, SHARE)
    world.time += 30 * 86_400 + 5
    assert approve(world, proposal, CHAMBER) == "ledger.proposal-unknown"


def test_a_governor_is_appointed_and_counts_from_the_next_height(world: World) -> None:
    decided = decide(world, {"type": "appoint", "office": "governor", "member": BROKER})
    assert BROKER not in holders(world.machine.view, "governor", decided)
    assert BROKER in holders(world.machine.view, "governor", decided + 1)
    _, proposal = propose(world, SHARE, by=BROKER)
    for governor in (CUSTOMS, CHAMBER):  # three of four are more than two thirds
        assert approve(world, proposal, governor) == ""
    assert parameter(world.machine.view, "actions_per_block", world.machine.height + 1) == 7


def test_the_vote_of_a_dismissed_governor_no_longer_counts(world: World) -> None:
    _, proposal = propose(world, SHARE, by=AGENCY)
    decide(world, {"type": "dismiss", "office": "governor", "member": AGENCY})
    assert approve(world, proposal, CUSTOMS) == ""  # one of two
    assert parameter(world.machine.view, "actions_per_block", world.machine.height + 1) == 500
    assert approve(world, proposal, CHAMBER) == ""
    assert parameter(world.machine.view, "actions_per_block", world.machine.height + 1) == 7


def test_a_registrar_is_appointed_and_dismissed(world: World) -> None:
    decide(world, {"type": "appoint", "office": "registrar", "member": BROKER})
    world.done(world.sign("member.suspend/1", {"did": PRODUCER}, by=BROKER))
    decide(world, {"type": "dismiss", "office": "registrar", "member": BROKER})
    body: dict[str, Json] = {"did": PRODUCER, "status": "active"}
    assert world.code(world.sign("member.update/1", body, by=BROKER)) == "ledger.registrar-only"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "appoint", "office": "governor", "member": CUSTOMS}, "ledger.change-refused"),
        ({"type": "appoint", "office": "registrar", "member": "did:web:nobody.example"}, "ledger.member-unknown"),
        ({"type": "dismiss", "office": "governor", "member": BROKER}, "ledger.change-refused"),
        ({"type": "parameter", "name": "unheard", "value": 1}, "ledger.parameter-refused"),
        ({"type": "parameter", "name": "actions_per_block", "value": 0}, "ledger.parameter-refused"),
        ({"type": "parameter", "name": "fixed_validators", "value": 1}, "ledger.parameter-refused"),
        ({"type": "rules", "version": 1, "height": 100}, "ledger.change-refused"),
        ({"type": "rules", "version": 2, "height": 2}, "ledger.change-refused"),
    ],
)
def test_a_change_that_cannot_be_made_cannot_be_proposed(world: World, change: dict[str, Json], code: str) -> None:
    assert propose(world, change)[0] == code


def test_a_governor_needs_a_govern_key(world: World) -> None:
    world.done(world.sign("member.rotate_key/1", {"did": BROKER, "retire": ["govern-1"]}, by=BROKER))
    appoint: dict[str, Json] = {"type": "appoint", "office": "governor", "member": BROKER}
    assert propose(world, appoint)[0] == "ledger.change-refused"


def test_the_last_registrar_and_governor_cannot_be_dismissed(world: World) -> None:
    decide(world, {"type": "dismiss", "office": "registrar", "member": CHAMBER})
    assert propose(world, {"type": "dismiss", "office": "registrar", "member": CUSTOMS})[0] == "ledger.change-refused"


def test_a_change_that_became_impossible_is_not_made(world: World) -> None:
    _, first = propose(world, {"type": "dismiss", "office": "registrar", "member": CHAMBER})
    _, second = propose(world, {"type": "dismiss", "office": "registrar", "member": CUSTOMS})
    for proposal in (first, second):
        assert approve(world, proposal, CHAMBER) == ""
    assert approve(world, first, AGENCY) == ""
    assert approve(world, second, AGENCY) == "ledger.change-refused"


def seat(name: str, power: int, operator: str = CHAMBER) -> dict[str, Json]:
    key = signing_key(name)
    proof = prove_validator(operator, key)
    return {"type": "validator", "public": public(key), "power": power, "operator": operator, "possession": proof}


def test_a_validator_is_in_force_two_heights_later_and_told_to_the_engine(world: World) -> None:
    _, proposal = propose(world, seat("new", 5))
    assert approve(world, proposal, CHAMBER) == ""
    last = world.sign("govern.approve/1", {"proposal": proposal}, by=AGENCY)
    height = world.machine.height + 1
    world.machine.apply(DecidedBlock(height=height, time=Time(world.time, 0), actions=(last,)))
    (update,) = world.machine.validator_updates
    assert (update.public_key, update.power) == (signing_key("new").public, 5)
    world.machine.commit()
    address = b64url(validator_address(signing_key("new").public))
    row = world.machine.view.find(f"validator/{address}", ValidatorRow)
    assert row is not None
    assert (row.operator, [(since.height, since.value) for since in row.power]) == (CHAMBER, [(height + 2, 5)])


def test_a_validator_is_taken_out_but_never_the_last(world: World) -> None:
    assert propose(world, seat("validator 0", 0, CUSTOMS))[0] == "ledger.change-refused"
    decide(world, seat("new", 5))
    decide(world, seat("validator 0", 0, CUSTOMS))
    assert len(holders(world.machine.view, "validator", world.machine.height + 2)) == 1


def test_a_validator_that_one_block_lets_in_and_removes_is_never_told_to_the_engine(world: World) -> None:
    """CometBFT halts when it is told to remove a validator that it does not have."""
    _, enter = propose(world, seat("new", 5))
    assert approve(world, enter, CHAMBER) == ""
    leave = world.sign("govern.propose/1", {"change": seat("new", 0)}, by=CUSTOMS)
    votes = [world.sign("govern.approve/1", {"proposal": action_id(leave)}, by=by) for by in (CHAMBER, AGENCY)]
    raws = (world.sign("govern.approve/1", {"proposal": enter}, by=AGENCY), leave, *votes)
    block = DecidedBlock(height=world.machine.height + 1, time=Time(world.time, 0), actions=raws)
    assert [result.code for result in world.machine.apply(block)] == [""] * 4
    assert world.machine.validator_updates == ()
    world.machine.commit()
    assert [update.power for update in updates_of_removal(world)] == [0]


def updates_of_removal(world: World) -> tuple[ValidatorUpdate, ...]:
    """What the engine is told in the block that removes a validator who is there."""
    decide(world, seat("new", 5))
    _, leave = propose(world, seat("new", 0))
    assert approve(world, leave, CHAMBER) == ""
    last = world.sign("govern.approve/1", {"proposal": leave}, by=AGENCY)
    height = world.machine.height + 1
    world.machine.apply(DecidedBlock(height=height, time=Time(world.time, 0), actions=(last,)))
    updates = world.machine.validator_updates
    world.machine.commit()
    return updates


@pytest.mark.parametrize("change", [{"power": 0}, {"operator": PRODUCER}, {"possession": "A" * 86}])
def test_a_validator_that_is_not_proved_or_not_there_is_refused(world: World, change: dict[str, Json]) -> None:
    code = propose(world, seat("new", 5) | change)[0]
    assert code in ("ledger.change-refused", "ledger.possession-unproved")


def test_where_the_genesis_fixes_the_validators_nobody_votes_on_them() -> None:
    world = World(genesis=genesis(fixed_validators=1))
    assert propose(world, seat("new", 5))[0] == "ledger.change-refused"


def test_a_rules_upgrade_begins_at_its_height_and_stops_who_does_not_know_it(world: World) -> None:
    decided = decide(world, {"type": "rules", "version": 2, "height": 6})
    assert decided == 3
    assert world.machine.missing_rules == Since(6, 2)
    world.block()
    world.block()
    with pytest.raises(RulesUnknown, match="Install the version"):
        world.block()
    assert world.machine.height == 5


def test_a_node_with_the_new_rules_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(world, {"type": "rules", "version": 2, "height": 5})
    monkeypatch.setitem(RULES, 2, {name: rule for name, rule in RULES[1].items() if name != "document.end/1"})
    world.block()
    world.done(world.witness())
    assert world.machine.missing_rules is None
    end = world.sign("document.end/1", {"version": "A" * 43}, by=PRODUCER)
    assert world.code(end) == "ledger.action-unknown"


def test_an_upgrade_that_has_not_begun_is_replaced_by_a_later_decision(world: World) -> None:
    decide(world, {"type": "rules", "version": 3, "height": 50})
    assert world.machine.missing_rules == Since(50, 3)
    decide(world, {"type": "rules", "version": 2, "height": 60})
    assert world.machine.missing_rules == Since(60, 2)
    world.machine = Machine.open(world.store)
    for _ in range(50):
        world.block()
    assert world.machine.height > 50


def test_a_single_governor_decides_by_proposing() -> None:
    world = World()
    for governor in (AGENCY, CHAMBER):
        remaining = tuple(g for g in (CUSTOMS, CHAMBER, AGENCY) if g in holders(world.machine.view, "governor", 10**6))
        decide(world, {"type": "dismiss", "office": "governor", "member": governor}, remaining)
    decide(world, SHARE, (CUSTOMS,))


def test_a_network_has_a_bounded_number_of_validators(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transire.ledger.governance.MAX_VALIDATORS", 1)
    assert propose(world, seat("new", 5))[0] == "ledger.change-refused"
