"""Members, keys, custodians, registrars (LEDGER.md 9 and 10)."""

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
    agreement_key,
    digest,
    enrolment,
    keys_of,
    signing_key,
)
from transire.crypto.canonical import Json
from transire.crypto.did import did_key
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.ledger.possession import enter_key
from transire.ledger.state import MemberRecord


@pytest.fixture
def world() -> World:
    return World()


def record(world: World, did: str) -> MemberRecord:
    found = world.machine.view.find(f"member/{did}", MemberRecord)
    assert found is not None
    return found


def enrol(world: World, by: str = CUSTOMS, **change: Json) -> str:
    return world.code(world.sign("member.enrol/1", enrolment(IMPORTER, ["importer"]) | change, by=by))


def update(world: World, by: str, did: str, **change: Json) -> str:
    return world.code(world.sign("member.update/1", {"did": did, **change}, by=by))


def rotate(world: World, by: str, did: str, **change: Json) -> str:
    return world.code(world.sign("member.rotate_key/1", {"did": did, **change}, by=by))


def test_a_registrar_enrols_and_the_record_names_it(world: World) -> None:
    assert enrol(world, endpoint="https://importer.example/transire") == ""
    made = record(world, IMPORTER)
    starts = world.machine.height + 1
    assert (made.registrar, made.roles_at(starts), made.is_active(starts)) == (CUSTOMS, ("importer",), True)
    assert not made.is_active(starts - 1)
    assert [(key.name, key.purpose, key.custodian, key.entered_by, key.valid_from) for key in made.keys] == [
        (f"{purpose}-1", purpose, IMPORTER, CUSTOMS, starts) for purpose in ("act", "govern", "recover")
    ]


def test_nobody_else_enrols(world: World) -> None:
    assert enrol(world, by=AGENCY) == "ledger.registrar-only"


def test_a_member_is_enrolled_once(world: World) -> None:
    assert enrol(world) == ""
    assert enrol(world, by=CHAMBER) == "ledger.member-exists"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"keys": [*keys_of(IMPORTER, ["recover"])]}, "ledger.member-malformed"),
        ({"keys": [*keys_of(BROKER, ["act"])]}, "ledger.possession-unproved"),
        ({"keys": [*keys_of(IMPORTER, ["act"]), *keys_of(IMPORTER, ["act"])]}, "ledger.key-taken"),
        ({"roles": ["importer", "importer"]}, "ledger.member-malformed"),
        ({"did": "did:key:z6MkNotAKey"}, "ledger.possession-unproved"),
    ],
)
def test_a_member_that_cannot_be_is_not_enrolled(world: World, change: dict[str, Json], code: str) -> None:
    assert enrol(world, **change) == code


def test_a_did_key_must_hold_a_key(world: World) -> None:
    did = "did:key:z6MkNotAKey"
    assert enrol(world, did=did, keys=[*keys_of(did)]) == "ledger.member-malformed"


def test_one_key_cannot_serve_two_purposes(world: World) -> None:
    same = signing_key("same")
    keys: list[Json] = [enter_key(IMPORTER, name=purpose, purpose=purpose, key=same) for purpose in ("act", "recover")]
    assert enrol(world, keys=keys) == "ledger.key-taken"


def test_a_small_order_key_is_refused(world: World) -> None:
    entry = enter_key(IMPORTER, name="act-1", purpose="act", key=signing_key("x")) | {"public": b64url(bytes(32))}
    assert enrol(world, keys=[entry]) == "ledger.possession-unproved"


def test_an_agreement_key_proves_possession_too(world: World) -> None:
    agree = enter_key(IMPORTER, name="agree-1", purpose="agree", key=agreement_key("a"))
    assert enrol(world, keys=[*keys_of(IMPORTER, ["act"]), agree]) == ""
    stolen = enter_key(IMPORTER, name="agree-2", purpose="agree", key=agreement_key("mine"))
    stolen["public"] = b64url(agreement_key("theirs").public)
    assert rotate(world, CUSTOMS, IMPORTER, add=[stolen]) == "ledger.possession-unproved"


def kept(by: str, countersigner: tuple[str, SigningKey] | None, name: str = "act-2") -> dict[str, Json]:
    key = signing_key(f"kept {name}")
    return enter_key(PRODUCER, name=name, purpose="act", key=key, custodian=by, countersigner=countersigner)


def test_a_custodian_that_is_a_member_countersigns_with_its_act_key(world: World) -> None:
    good = kept(BROKER, ("act-1", signing_key(f"{BROKER} act-1")))
    assert rotate(world, PRODUCER, PRODUCER, add=[good]) == ""
    key = record(world, PRODUCER).key("act-2")
    assert key is not None
    assert (key.custodian, key.entered_by) == (BROKER, PRODUCER)


@pytest.mark.parametrize(
    "countersigner",
    [
        None,
        ("act-1", signing_key("somebody")),
        ("act-9", signing_key(f"{BROKER} act-1")),
        ("recover-1", signing_key(f"{BROKER} recover-1")),
        ("own", signing_key(f"{BROKER} act-1")),
    ],
)
def test_a_custodian_that_did_not_countersign_keeps_nothing(
    world: World, countersigner: tuple[str, SigningKey] | None
) -> None:
    assert rotate(world, PRODUCER, PRODUCER, add=[kept(BROKER, countersigner)]) == "ledger.custody-unproved"


def test_a_suspended_custodian_cannot_countersign(world: World) -> None:
    world.done(world.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS))
    good = kept(BROKER, ("act-1", signing_key(f"{BROKER} act-1")))
    assert rotate(world, PRODUCER, PRODUCER, add=[good]) == "ledger.custody-unproved"


def test_a_custodian_outside_is_known_by_its_did_key(world: World) -> None:
    node = signing_key("node")
    good, forged = kept(did_key(node.public), ("own", node)), kept(did_key(node.public), ("own", signing_key("x")))
    assert rotate(world, PRODUCER, PRODUCER, add=[forged]) == "ledger.custody-unproved"
    assert rotate(world, PRODUCER, PRODUCER, add=[good]) == ""


def test_a_custodian_whose_did_key_holds_no_key_keeps_nothing(world: World) -> None:
    """Looking for the key inside once raised out of the machine: one action would have stopped every node."""
    entry = kept("did:key:zNoKey", ("own", signing_key("x")))
    assert rotate(world, PRODUCER, PRODUCER, add=[entry]) == "ledger.custody-unproved"


def test_a_custodian_that_nobody_knows_keeps_nothing(world: World) -> None:
    entry = kept("did:web:nobody.example", ("act-1", signing_key("x")))
    assert rotate(world, PRODUCER, PRODUCER, add=[entry]) == "ledger.custody-unproved"


def test_a_registrar_updates_and_the_past_stays(world: World) -> None:
    assert update(world, CUSTOMS, BROKER, name="New", roles=["broker", "importer"]) == ""
    changed, starts = record(world, BROKER), world.machine.height + 1
    assert [since.value for since in changed.name] == ["Broker", "New"]
    assert (changed.roles_at(starts - 1), changed.roles_at(starts)) == (("broker",), ("broker", "importer"))


def test_two_changes_in_one_block_leave_one_entry(world: World) -> None:
    bodies: list[dict[str, Json]] = [{"did": BROKER, "name": name} for name in ("A", "B")]
    world.done(*(world.sign("member.update/1", body, by=CUSTOMS) for body in bodies))
    assert [since.value for since in record(world, BROKER).name] == ["Broker", "B"]


def test_a_member_changes_its_own_endpoint_and_nothing_else(world: World) -> None:
    assert update(world, BROKER, BROKER, endpoint="https://broker.example/") == ""
    assert update(world, BROKER, BROKER, name="Customs") == "ledger.registrar-only"
    assert update(world, BROKER, PRODUCER, endpoint="https://broker.example/") == "ledger.registrar-only"


def test_a_member_of_another_registrar_is_beyond_reach(world: World) -> None:
    assert enrol(world, by=CHAMBER) == ""
    assert update(world, CUSTOMS, IMPORTER, name="x") == "ledger.registrar-only"
    assert world.code(world.sign("member.suspend/1", {"did": IMPORTER}, by=CUSTOMS)) == "ledger.registrar-only"
    assert update(world, CHAMBER, IMPORTER, name="x") == ""


def test_who_holds_an_office_is_beyond_the_registrars(world: World) -> None:
    for did, registrar in ((AGENCY, CUSTOMS), (CHAMBER, CUSTOMS), (CUSTOMS, CHAMBER)):
        assert world.code(world.sign("member.suspend/1", {"did": did}, by=registrar)) == "ledger.registrar-only"
        assert rotate(world, registrar, did, retire=["act-1"]) == "ledger.registrar-only"


def test_an_unknown_member_cannot_be_changed(world: World) -> None:
    assert update(world, CUSTOMS, IMPORTER, name="x") == "ledger.member-unknown"


def test_a_suspended_member_is_reinstated_by_an_update(world: World) -> None:
    world.done(world.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS))
    assert not record(world, BROKER).is_active(world.machine.height + 1)
    assert update(world, CUSTOMS, BROKER, status="active") == ""
    assert [since.value for since in record(world, BROKER).status] == ["active", "suspended", "active"]


def test_rotation_keeps_the_old_key_for_its_heights(world: World) -> None:
    before = world.machine.height
    new = keys_of(PRODUCER, ["act"], suffix="2")
    assert rotate(world, PRODUCER, PRODUCER, add=[*new], retire=["act-1"]) == ""
    made, starts = record(world, PRODUCER), world.machine.height + 1
    assert made.key_in_force("act-1", "act", before) is None  # the genesis rules from height 1
    assert made.key_in_force("act-1", "act", starts - 1) is not None
    assert made.key_in_force("act-1", "act", starts) is None
    assert [key.name for key in made.keys_in_force("act", starts)] == ["act-2"]


def test_key_names_and_keys_are_used_once(world: World) -> None:
    again = enter_key(PRODUCER, name="act-1", purpose="act", key=signing_key("other"))
    renamed = enter_key(PRODUCER, name="act-9", purpose="act", key=signing_key(f"{PRODUCER} act-1"))
    assert rotate(world, PRODUCER, PRODUCER, add=[again]) == "ledger.key-taken"
    assert rotate(world, PRODUCER, PRODUCER, add=[renamed]) == "ledger.key-taken"


def test_what_is_not_in_force_cannot_be_retired(world: World) -> None:
    assert rotate(world, PRODUCER, PRODUCER, retire=["act-9"]) == "ledger.key-unknown"
    assert rotate(world, PRODUCER, PRODUCER, retire=["act-1"]) == ""
    assert rotate(world, PRODUCER, PRODUCER, retire=["act-1"]) == "ledger.key-unknown"


def test_a_compromised_key_is_distrusted_from_a_height_in_the_past(world: World) -> None:
    for _ in range(4):
        world.done(world.witness())
    assert rotate(world, PRODUCER, PRODUCER, distrust=[{"key": "act-1", "height": 3}]) == ""
    key = record(world, PRODUCER).key("act-1")
    assert key is not None
    assert (key.distrusted_from, key.distrust_stated) == (3, world.machine.height)
    assert (key.in_force(2), key.in_force(3)) == (True, False)
    assert world.machine.check(world.witness(), world.time).code == "ledger.signer-unknown"


def test_distrust_only_grows(world: World) -> None:
    for _ in range(4):
        world.done(world.witness())
    assert rotate(world, PRODUCER, PRODUCER, distrust=[{"key": "act-1", "height": 3}]) == ""
    stated = world.machine.height
    assert rotate(world, PRODUCER, PRODUCER, distrust=[{"key": "act-1", "height": 5}]) == ""
    key = record(world, PRODUCER).key("act-1")
    assert key is not None
    assert (key.distrusted_from, key.distrust_stated) == (3, stated)


@pytest.mark.parametrize(("key", "height"), [("act-9", 1), ("act-1", 99), ("act-1", 0)])
def test_distrust_needs_a_key_and_a_height_of_its_life(world: World, key: str, height: int) -> None:
    assert rotate(world, PRODUCER, PRODUCER, distrust=[{"key": key, "height": height}]) == "ledger.key-unknown"


def test_the_registrar_can_bring_back_a_member_that_lost_all_keys(world: World) -> None:
    new = keys_of(PRODUCER, ["act", "recover"], suffix="2")
    assert rotate(world, CUSTOMS, PRODUCER, add=[*new], retire=["act-1", "recover-1"]) == ""
    assert {key.entered_by for key in record(world, PRODUCER).keys} == {"genesis", CUSTOMS}


def test_a_member_has_a_bounded_number_of_keys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transire.ledger.members.MAX_KEYS", 4)
    new = keys_of(PRODUCER, ["act", "recover"], suffix="2")
    assert rotate(world, PRODUCER, PRODUCER, add=[*new]) == "ledger.member-malformed"


def test_ended_versions(world: World) -> None:
    body: dict[str, Json] = {"version": digest("v1"), "successor": digest("v2")}
    world.done(world.sign("document.end/1", body, by=PRODUCER))
    assert world.code(world.sign("document.end/1", body, by=PRODUCER)) == "ledger.already-ended"
    # A foreign `by` ends nothing: it writes under its own name.
    world.done(world.sign("document.end/1", {"version": digest("v3")}, by=BROKER))
    assert world.machine.view.get(f"ended/{PRODUCER}/{digest('v3')}") is None
    itself: dict[str, Json] = {"version": digest("v4"), "successor": digest("v4")}
    assert world.code(world.sign("document.end/1", itself, by=PRODUCER)) == "ledger.successor-itself"


def test_only_the_first_of_two_endings_in_a_block_counts(world: World) -> None:
    first: dict[str, Json] = {"version": digest("v1"), "successor": digest("v2")}
    second: dict[str, Json] = {"version": digest("v1"), "successor": digest("v3")}
    ends = [world.sign("document.end/1", body, by=PRODUCER) for body in (first, second)]
    assert [result.code for result in world.block(*ends)] == ["", "ledger.already-ended"]
