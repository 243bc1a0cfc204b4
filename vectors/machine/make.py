"""Writes corpus-1.jsonl: a network's whole life in blocks, with what each came to. Run once; the file is frozen.

    .venv/bin/python vectors/machine/make.py

A corpus is never written anew: released rules are never edited (spec/machine.md). New rules get a new corpus.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ledger_world import (  # noqa: E402
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
    enrolment,
    genesis,
    keys_of,
    public,
    signing_key,
)
from transire.crypto import xeddsa  # noqa: E402
from transire.crypto.did import did_key  # noqa: E402
from transire.crypto.encoding import b64url  # noqa: E402
from transire.crypto.keys import SigningKey  # noqa: E402
from transire.ledger.block import DecidedBlock, Misbehaviour  # noqa: E402
from transire.ledger.chain import Time  # noqa: E402
from transire.ledger.possession import enter_key, prove_validator  # noqa: E402

OUT = HERE / "corpus-1.jsonl"
MEMBERS = (CUSTOMS, CHAMBER, AGENCY, PRODUCER, BROKER, IMPORTER)
DRAWERS = [signing_key(f"drawer {n}") for n in range(4)]
RANDOM_BLOCKS = 150


class Scribe(World):
    """A world that writes down every block and what it came to."""

    lines: list[dict[str, Any]]

    def record(
        self, *actions: bytes, seconds: int = 7, nanos: int = 0, misbehaviour: tuple[Misbehaviour, ...] = ()
    ) -> None:
        self.time += seconds
        height = self.machine.height + 1
        time = Time(self.time, nanos)
        results = self.machine.apply(DecidedBlock(height=height, time=time, actions=actions, misbehaviour=misbehaviour))
        updates = [[b64url(update.public_key), update.power] for update in self.machine.validator_updates]
        self.machine.commit()
        line: dict[str, Any] = {
            "height": height,
            "time": [time.seconds, time.nanos],
            "actions": [b64url(raw) for raw in actions],
            "results": [[result.code, result.log_index] for result in results],
            "app_hash": b64url(self.machine.root),
        }
        if misbehaviour:
            line["misbehaviour"] = [
                [one.kind, b64url(one.address), one.height, [one.time.seconds, one.time.nanos], one.total_power]
                for one in misbehaviour
            ]
        if updates:
            line["validator_updates"] = updates
        self.lines.append(line)


def begun() -> Scribe:
    world = Scribe(genesis=genesis(actions_per_block=6))
    world.lines = []
    return world


def tell_members(world: Scribe) -> None:
    """Enrolment, custody, rotation, distrust, suspension, and every way of doing them wrongly."""
    enrol = world.sign(
        "member.enrol/1", enrolment(IMPORTER, ["importer"], endpoint="https://importer.example"), by=CUSTOMS
    )
    world.record(world.witness(IMPORTER), enrol)
    world.record(
        world.witness(IMPORTER),
        world.sign("member.enrol/1", enrolment(IMPORTER, ["importer"]), by=CHAMBER),
        world.sign("member.enrol/1", enrolment("did:web:x.example", ["broker"]), by=AGENCY),
        world.sign("member.enrol/1", enrolment("did:web:x.example", ["broker", "broker"]), by=CUSTOMS),
        world.sign(
            "member.enrol/1", {**enrolment("did:web:x.example", ["broker"]), "keys": keys_of(BROKER)}, by=CUSTOMS
        ),
    )
    node = signing_key("node")
    kept = enter_key(
        PRODUCER,
        name="act-2",
        purpose="act",
        key=signing_key("kept"),
        custodian=did_key(node.public),
        countersigner=("own", node),
    )
    hosted = enter_key(
        PRODUCER,
        name="credential-1",
        purpose="credential",
        key=signing_key("hosted"),
        custodian=BROKER,
        countersigner=("act-1", signing_key(f"{BROKER} act-1")),
    )
    unkept = enter_key(PRODUCER, name="act-3", purpose="act", key=signing_key("unkept"), custodian=BROKER)
    agree = enter_key(PRODUCER, name="agree-1", purpose="agree", key=agreement_key("producer"))
    world.record(
        world.sign("member.rotate_key/1", {"did": PRODUCER, "add": [kept, hosted, agree]}, by=PRODUCER),
        world.sign("member.rotate_key/1", {"did": PRODUCER, "add": [unkept]}, by=PRODUCER),
        world.sign("member.rotate_key/1", {"did": PRODUCER, "add": [kept]}, by=PRODUCER),
        world.sign("member.rotate_key/1", {"did": PRODUCER, "retire": ["act-9"]}, by=PRODUCER),
        world.sign("member.rotate_key/1", {"did": AGENCY, "retire": ["act-1"]}, by=CUSTOMS),
    )
    world.record(
        world.sign(
            "member.rotate_key/1",
            {"did": BROKER, "add": [*keys_of(BROKER, ["act"], "2")], "retire": ["act-1"]},
            by=CUSTOMS,
        ),
        world.sign("member.rotate_key/1", {"did": PRODUCER, "distrust": [{"key": "act-1", "height": 3}]}, by=PRODUCER),
        world.witness(PRODUCER),
        world.sign(
            "member.update/1", {"did": IMPORTER, "name": "Renamed", "roles": ["broker", "importer"]}, by=CUSTOMS
        ),
        world.sign("member.update/1", {"did": BROKER, "endpoint": "https://broker.example/"}, by=BROKER),
        world.sign("member.update/1", {"did": "did:web:nobody.example", "name": "x"}, by=CUSTOMS),
    )
    world.record(
        world.witness(PRODUCER),
        world.sign(
            "witness/1", {"pool": digest("by the new key")}, by=PRODUCER, key="act-2", signer=signing_key("kept")
        ),
        world.sign("member.suspend/1", {"did": IMPORTER}, by=CUSTOMS),
    )
    world.record(
        world.witness(IMPORTER), world.sign("member.update/1", {"did": IMPORTER, "status": "active"}, by=CUSTOMS)
    )


def tell_replay(world: Scribe) -> None:
    """Everything that cannot enter a block, and the pruning of what has passed."""
    again = world.witness(CUSTOMS)
    world.record(again, nanos=500_000_000)
    world.record(again)
    late = world.sign("witness/1", {"pool": digest("late")}, by=CUSTOMS, expires=world.time)
    early = world.sign("witness/1", {"pool": digest("early")}, by=CUSTOMS, expires=world.time + 100_000)
    other = world.sign("witness/1", {"pool": digest("other")}, by=CUSTOMS, network="transire-test-other")
    forged = world.sign("witness/1", {"pool": digest("forged")}, by=CUSTOMS, signer=signing_key("thief"))
    world.record(late, early, other, forged, b"{}", b"x" * 65_537)
    world.record(*(world.witness(CUSTOMS) for _ in range(8)))
    world.record(seconds=4000)
    world.record(world.witness(CUSTOMS), world.witness(CHAMBER))
    world.record()


def tell_endings(world: Scribe) -> None:
    body = {"version": digest("v1"), "successor": digest("v2")}
    world.record(
        world.sign("document.end/1", body, by=CHAMBER),
        world.sign("document.end/1", body, by=CHAMBER),
        world.sign("document.end/1", body, by=AGENCY),
        world.sign("document.end/1", {"version": digest("v3"), "successor": digest("v3")}, by=AGENCY),
    )


def tell_allowances(world: Scribe) -> None:
    terms = {"unit": "kg", "quantity": "10.5", "keys": [public(key) for key in DRAWERS[:2]], "releaser": CUSTOMS}
    opened = world.sign("allowance.open/1", terms, by=CHAMBER)
    allowance = action_id(opened)
    world.record(opened, world.sign("allowance.open/1", terms | {"quantity": "0"}, by=CHAMBER))

    def draw(key: SigningKey, quantity: str, use: str) -> bytes:
        return world.draw(key, "allowance.draw/1", {"allowance": allowance, "quantity": quantity, "for": digest(use)})

    part = {"allowance": allowance, "quantity": "2", "keys": [public(DRAWERS[2])]}
    split = world.draw(DRAWERS[0], "allowance.split/1", part)
    back = {"allowance": allowance, "for": digest("a")}
    world.record(
        draw(DRAWERS[0], "4", "a"),
        draw(DRAWERS[1], "4.25", "b"),
        draw(DRAWERS[1], "1", "a"),
        draw(DRAWERS[0], "3", "c"),
    )
    world.record(
        split,
        world.draw(DRAWERS[1], "allowance.split/1", part | {"releaser": PRODUCER}),
        world.sign("allowance.return/1", back, by=CHAMBER),
        world.sign("allowance.return/1", back, by=CUSTOMS),
        world.sign("allowance.return/1", back, by=CUSTOMS),
        world.sign("allowance.return/1", back | {"allowance": digest("none")}, by=CUSTOMS),
    )
    world.record(
        draw(DRAWERS[3], "1", "stranger"),
        world.draw(
            DRAWERS[2], "allowance.draw/1", {"allowance": action_id(split), "quantity": "2", "for": digest("d")}
        ),
        world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER),
        draw(DRAWERS[0], "1", "after the closing"),
    )
    world.record(draw(DRAWERS[0], "1", "later"), world.sign("allowance.close/1", {"allowance": allowance}, by=CHAMBER))


def tell_votes(world: Scribe) -> None:
    def vote(change: dict[str, Any], by: str = CUSTOMS) -> bytes:
        return world.sign("govern.propose/1", {"change": change}, by=by)

    def decide(change: dict[str, Any]) -> None:
        proposal = vote(change)
        world.record(proposal)
        for governor in (CHAMBER, AGENCY):
            world.record(world.sign("govern.approve/1", {"proposal": action_id(proposal)}, by=governor))

    new = signing_key("validator 1")
    seat = {
        "type": "validator",
        "public": public(new),
        "power": 5,
        "operator": CHAMBER,
        "possession": prove_validator(CHAMBER, new),
    }
    decide(seat)
    decide({"type": "appoint", "office": "registrar", "member": AGENCY})
    decide({"type": "dismiss", "office": "registrar", "member": AGENCY})
    decide({"type": "parameter", "name": "proposal_days", "value": 5})
    decide(seat | {"power": 7})
    decide(seat | {"power": 0})
    open_one = vote({"type": "appoint", "office": "governor", "member": BROKER})
    world.record(open_one)
    world.record(world.sign("govern.approve/1", {"proposal": action_id(open_one)}, by=CHAMBER))
    world.record(world.sign("govern.approve/1", {"proposal": action_id(open_one)}, by=CHAMBER))
    world.record(
        vote(seat | {"power": 0}),
        vote(seat, by=PRODUCER),
        vote({"type": "parameter", "name": "unheard", "value": 1}),
        vote({"type": "rules", "version": 1, "height": 10_000}),
    )
    approval = {"proposal": action_id(open_one)}
    world.record(
        world.sign("govern.approve/1", approval, by=CUSTOMS),
        world.sign("govern.approve/1", {"proposal": digest("none")}, by=CHAMBER),
        seconds=6 * 86_400,
    )
    world.record(world.sign("govern.approve/1", approval, by=AGENCY))
    world.record(misbehaviour=(Misbehaviour("duplicate-vote", b"\x07" * 20, 9, Time(world.time, 5), 10),))


def tell_daily_life(world: Scribe) -> None:
    """Blocks of anything by anybody, as chance would have it: the same chance in every run."""
    chance = random.Random(1)  # noqa: S311 - it only has to be the same in every run
    for _ in range(RANDOM_BLOCKS):
        actions = []
        for _ in range(chance.randrange(7)):
            by = chance.choice(MEMBERS[:3])
            if chance.random() < 0.7:
                actions.append(world.witness(by))
            else:
                version = digest(f"daily {chance.randrange(60)}")
                actions.append(world.sign("document.end/1", {"version": version}, by=by))
        world.record(*actions, seconds=chance.randrange(1, 90), nanos=chance.randrange(10**9))


def main() -> None:
    xeddsa.secrets.token_bytes = lambda count=None: bytes(count or 0)  # type: ignore[method-assign, assignment]
    world = begun()
    for tell in (tell_members, tell_replay, tell_endings, tell_allowances, tell_votes, tell_daily_life):
        tell(world)
    with OUT.open("x", encoding="ascii") as out:
        for line in ({"genesis": world.genesis.raw.decode()}, *world.lines):
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
    codes = sorted({code for line in world.lines for code, _ in line["results"]})
    print(f"{len(world.lines)} blocks, {sum(len(line['actions']) for line in world.lines)} actions, codes {codes}")


if __name__ == "__main__":
    main()
