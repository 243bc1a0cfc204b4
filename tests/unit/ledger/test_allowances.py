"""Allowances: what can be spent only once is spent only once."""

from __future__ import annotations

import pytest

from ledger_world import AGENCY, CHAMBER, CUSTOMS, PRODUCER, World, action_id, digest, public, signing_key
from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.ledger.allowances import available
from transire.ledger.fields import unscaled
from transire.ledger.state import Allowance

FIRST, SECOND = signing_key("drawer 1"), signing_key("drawer 2")


@pytest.fixture
def world() -> World:
    return World()


def opening(quantity: str = "10", **more: Json) -> dict[str, Json]:
    body: dict[str, Json] = {"unit": "kg", "quantity": quantity, "keys": [public(FIRST), public(SECOND)]}
    return body | {"releaser": CUSTOMS} | more


def opened(world: World, quantity: str = "10") -> str:
    raw = world.sign("allowance.open/1", opening(quantity), by=CHAMBER)
    world.done(raw)
    return action_id(raw)


def drawing(allowance: str, quantity: str, use: str = "use") -> dict[str, Json]:
    return {"allowance": allowance, "quantity": quantity, "for": digest(use)}


def left(world: World, allowance: str) -> str:
    row = world.machine.view.find(f"allowance/{allowance}", Allowance)
    assert row is not None
    return unscaled(available(row))


def test_its_id_is_the_id_of_the_action_that_opened_it(world: World) -> None:
    allowance = opened(world)
    row = world.machine.view.find(f"allowance/{allowance}", Allowance)
    assert row is not None
    assert (row.opener, row.unit, row.quantity, row.releaser) == (CHAMBER, "kg", "10", CUSTOMS)
    assert row.keys == tuple(sorted([public(FIRST), public(SECOND)]))


def test_draws_from_two_nodes_at_once_succeed_exactly_as_far_as_they_fit(world: World) -> None:
    allowance = opened(world, "10")
    draws = [
        world.draw(key, "allowance.draw/1", drawing(allowance, quantity, f"use {n}"))
        for n, (key, quantity) in enumerate([(FIRST, "6"), (SECOND, "5"), (SECOND, "4"), (FIRST, "0.000000001")])
    ]
    codes = [result.code for result in world.block(*draws)]
    assert codes == ["", "ledger.allowance-exceeded", "", "ledger.allowance-exceeded"]
    assert left(world, allowance) == "0"


def test_quantities_are_exact(world: World) -> None:
    allowance = opened(world, "0.3")
    for n in range(3):
        world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "0.1", f"use {n}")))
    assert left(world, allowance) == "0"


def test_a_use_is_drawn_for_once(world: World) -> None:
    allowance = opened(world)
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "1")))
    assert world.code(world.draw(SECOND, "allowance.draw/1", drawing(allowance, "1"))) == "ledger.use-taken"


def test_a_draw_of_nothing_is_refused(world: World) -> None:
    allowance = opened(world)
    assert world.code(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "0"))) == "ledger.allowance-malformed"


def test_only_the_releaser_returns_a_draw(world: World) -> None:
    allowance = opened(world)
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4")))
    body: dict[str, Json] = {"allowance": allowance, "for": digest("use")}
    for other in (CHAMBER, AGENCY, PRODUCER):
        assert world.code(world.sign("allowance.return/1", body, by=other)) == "ledger.allowance-not-theirs"
    world.done(world.sign("allowance.return/1", body, by=CUSTOMS))
    assert left(world, allowance) == "10"
    assert world.machine.view.get(f"return/{allowance}/{digest('use')}") is not None


def test_a_draw_is_returned_once_and_only_if_it_was_made(world: World) -> None:
    allowance = opened(world)
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4")))
    body: dict[str, Json] = {"allowance": allowance, "for": digest("use")}
    world.done(world.sign("allowance.return/1", body, by=CUSTOMS))
    assert world.code(world.sign("allowance.return/1", body, by=CUSTOMS)) == "ledger.nothing-drawn"
    never: dict[str, Json] = {"allowance": allowance, "for": digest("never")}
    assert world.code(world.sign("allowance.return/1", never, by=CUSTOMS)) == "ledger.nothing-drawn"
    unknown: dict[str, Json] = {"allowance": digest("no"), "for": digest("use")}
    assert world.code(world.sign("allowance.return/1", unknown, by=CUSTOMS)) == "ledger.allowance-unknown"


def test_a_returned_use_is_not_drawn_for_again(world: World) -> None:
    allowance = opened(world)
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4")))
    world.done(world.sign("allowance.return/1", {"allowance": allowance, "for": digest("use")}, by=CUSTOMS))
    assert world.code(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4"))) == "ledger.use-taken"


def part(allowance: str, quantity: str, **more: Json) -> dict[str, Json]:
    return {"allowance": allowance, "quantity": quantity, "keys": [public(signing_key("part"))], **more}


def test_a_part_split_off_is_an_allowance_by_itself(world: World) -> None:
    allowance = opened(world, "10")
    raw = world.draw(FIRST, "allowance.split/1", part(allowance, "4"))
    world.done(raw)
    child = action_id(raw)
    assert (left(world, allowance), left(world, child)) == ("6", "4")
    row = world.machine.view.find(f"allowance/{child}", Allowance)
    assert row is not None
    assert (row.opener, row.releaser, row.parent, row.unit) == (CHAMBER, CUSTOMS, allowance, "kg")
    key = signing_key("part")
    assert world.code(world.draw(key, "allowance.draw/1", drawing(child, "5"))) == "ledger.allowance-exceeded"
    world.done(world.draw(key, "allowance.draw/1", drawing(child, "4")))


def test_a_part_outlives_its_parent(world: World) -> None:
    allowance = opened(world, "10")
    raw = world.draw(FIRST, "allowance.split/1", part(allowance, "4"))
    world.done(raw)
    world.done(world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER))
    world.done(world.draw(signing_key("part"), "allowance.draw/1", drawing(action_id(raw), "4")))


def test_more_than_is_left_cannot_be_split_off(world: World) -> None:
    allowance = opened(world, "10")
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "7")))
    assert world.code(world.draw(FIRST, "allowance.split/1", part(allowance, "4"))) == "ledger.allowance-exceeded"


def test_a_drawing_key_cannot_name_another_releaser(world: World) -> None:
    """Else it would name itself, return its draws, and draw twice."""
    allowance = opened(world)
    body = part(allowance, "4", releaser=PRODUCER)
    assert world.code(world.draw(FIRST, "allowance.split/1", body)) == "ledger.allowance-not-theirs"
    world.done(world.draw(FIRST, "allowance.split/1", part(allowance, "1", releaser=CUSTOMS)))


def test_the_opener_can_split_with_another_releaser(world: World) -> None:
    """A carnet's item in another country is released by that country's customs."""
    allowance = opened(world)
    raw = world.sign("allowance.split/1", part(allowance, "4", releaser=AGENCY), by=CHAMBER)
    world.done(raw)
    row = world.machine.view.find(f"allowance/{action_id(raw)}", Allowance)
    assert row is not None
    assert row.releaser == AGENCY


def test_a_stranger_cannot_split(world: World) -> None:
    allowance = opened(world)
    assert (
        world.code(world.sign("allowance.split/1", part(allowance, "4"), by=PRODUCER)) == "ledger.allowance-not-theirs"
    )


def test_only_the_opener_closes_and_takes_only_the_undrawn(world: World) -> None:
    allowance = opened(world, "10")
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4")))
    body: dict[str, Json] = {"allowance": allowance}
    assert world.code(world.sign("allowance.close/1", body, by=CUSTOMS)) == "ledger.allowance-not-theirs"
    (result,) = world.done(world.sign("allowance.close/1", body, by=CHAMBER))
    assert result.events[0]["quantity"] == "6"
    assert world.code(world.sign("allowance.close/1", body, by=CHAMBER)) == "ledger.allowance-closed"
    row = world.machine.view.find(f"allowance/{allowance}", Allowance)
    assert row is not None
    assert row.drawn == "4"


def test_a_draw_in_the_block_of_the_closing_is_refused(world: World) -> None:
    allowance = opened(world)
    close = world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER)
    codes = [
        result.code for result in world.block(close, world.draw(FIRST, "allowance.draw/1", drawing(allowance, "1")))
    ]
    assert codes == ["", "ledger.allowance-closed"]


def test_a_draw_of_a_closed_allowance_can_still_be_returned(world: World) -> None:
    allowance = opened(world)
    world.done(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "4")))
    world.done(world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER))
    world.done(world.sign("allowance.return/1", {"allowance": allowance, "for": digest("use")}, by=CUSTOMS))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "ledger.allowance-malformed"),
        ({"keys": [public(FIRST), public(FIRST)]}, "ledger.allowance-malformed"),
        ({"keys": [b64url(bytes(32))]}, "ledger.allowance-malformed"),
        ({"releaser": "did:web:nobody.example"}, "ledger.member-unknown"),
    ],
)
def test_an_allowance_that_cannot_work_is_not_opened(world: World, change: dict[str, Json], code: str) -> None:
    assert world.code(world.sign("allowance.open/1", opening() | change, by=CHAMBER)) == code


def test_a_refused_action_changes_nothing_but_the_replay_memory(world: World) -> None:
    allowance = opened(world)
    before = world.machine.view.get(f"allowance/{allowance}")
    log_size = world.machine.roots.log_size
    assert world.code(world.draw(FIRST, "allowance.draw/1", drawing(allowance, "11"))) == "ledger.allowance-exceeded"
    assert world.machine.view.get(f"allowance/{allowance}") == before
    assert world.machine.roots.log_size == log_size
