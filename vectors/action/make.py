"""Writes the vectors of this folder: actions with what is derived from them, and bytes that no reader may accept.

    .venv/bin/python vectors/action/make.py

All keys, nonces and times are fixed: a run writes the same bytes until a format changes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ledger_world import BROKER, CUSTOMS, PRODUCER, digest, enrolment, public, signing_key  # noqa: E402
from transire.crypto.canonical import Json, canonical_bytes  # noqa: E402
from transire.crypto.encoding import b64url  # noqa: E402
from transire.ledger.action import parse_action, sign_action  # noqa: E402
from transire.ledger.errors import Inadmissible  # noqa: E402

NETWORK = "transire-demo-3f9a5c2e71b04d68a1c5770b2e94d3f0"
DRAWER = signing_key("drawer")
GOVERNANCE = "govern.propose/1"

BODIES: dict[str, dict[str, Json]] = {
    "witness/1": {"pool": digest("pool")},
    "document.end/1": {"version": digest("v1"), "successor": digest("v2")},
    "allowance.open/1": {"unit": "kg", "quantity": "12.5", "keys": [public(DRAWER)], "releaser": CUSTOMS},
    "allowance.draw/1": {"allowance": digest("a"), "quantity": "0.000000001", "for": digest("use")},
    "allowance.return/1": {"allowance": digest("a"), "for": digest("use")},
    "allowance.split/1": {"allowance": digest("a"), "quantity": "4", "keys": [public(DRAWER)], "releaser": BROKER},
    "allowance.close/1": {"allowance": digest("a")},
    "member.enrol/1": enrolment(PRODUCER, ["exporter", "producer"], endpoint="https://producer.example/"),
    "member.update/1": {"did": PRODUCER, "name": "Productora Ñandú S.A.", "roles": ["producer"], "status": "active"},
    "member.rotate_key/1": {"did": PRODUCER, "retire": ["act-1"], "distrust": [{"key": "act-1", "height": 7}]},
    "member.suspend/1": {"did": PRODUCER},
    GOVERNANCE: {"change": {"type": "parameter", "name": "actions_per_block", "value": 7}},
    "govern.approve/1": {"proposal": digest("proposal")},
}


def signed(name: str, body: dict[str, Json]) -> tuple[bytes, str]:
    """The bytes of an action and the public key that verifies it."""
    drawn = name == "allowance.draw/1"
    key = DRAWER if drawn else signing_key(f"{BROKER} act-1")
    raw = sign_action(
        name,
        body,
        by=f"key:{public(DRAWER)}" if drawn else BROKER,
        key="own" if drawn else "act-1",
        network=NETWORK,
        expires="2026-11-22T10:15:00Z",
        nonce=bytes(range(16)),
        signer=key,
    )
    return raw, public(key)


def accepted() -> list[dict[str, Any]]:
    found = []
    for name, body in BODIES.items():
        raw, key = signed(name, body)
        action = parse_action(raw)
        found.append(
            {
                "action": raw.decode(),
                "public": key,
                "signed": b64url(action.signed),
                "id": action.id,
                "consumed_id": b64url(action.consumed_id),
            }
        )
    return found


def refused() -> list[dict[str, str]]:
    raw, _ = signed("witness/1", BODIES["witness/1"])
    value: dict[str, Json] = json.loads(raw)

    def other(**members: Json) -> bytes:
        return canonical_bytes(value | members)

    cases = {
        "cut off": raw[:-1],
        "white space before the end": raw[:-1] + b" }",
        "a line feed after the end": raw + b"\n",
        "members out of order": json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode(),
        "a member twice": raw.replace(b'{"action"', b'{"action":"witness/1","action"', 1),
        "a needless escape": raw.replace(b"witness", b"w\\u0069tness", 1),
        "an unknown member": other(memo="x"),
        "an unknown action": other(action="witness/2"),
        "the body of another action": other(body=BODIES["document.end/1"]),
        "an unknown member of the body": other(body={"pool": digest("pool"), "memo": "x"}),
        "null for what may be left out": other(
            action="document.end/1", body={"version": digest("v"), "successor": None}
        ),
        "stray bits at the end of a digest": other(body={"pool": "A" * 42 + "B"}),
        "padding": other(body={"pool": digest("pool") + "="}),
        "a quantity with a needless zero": other(
            action="allowance.draw/1", body=BODIES["allowance.draw/1"] | {"quantity": "1.0"}
        ),
        "a quantity as a number": other(action="allowance.draw/1", body=BODIES["allowance.draw/1"] | {"quantity": 1}),
        "a key signer of a witness": other(by=f"key:{public(DRAWER)}", key="own"),
        "a key signer with a named key": other(
            action="allowance.draw/1", body=BODIES["allowance.draw/1"], by=f"key:{public(DRAWER)}"
        ),
        "an upper-case host": other(by="did:web:Broker.example"),
        "a time with an offset": other(expires="2026-11-22T10:15:00+00:00"),
        "a day that is not": other(expires="2026-02-30T10:15:00Z"),
        "hour 24": other(expires="2026-11-22T24:00:00Z"),
        "more than 64 KiB": other(network="x" * 65_536),
    }
    return [{"case": name, "action": b64url(bad), "code": code_of(bad)} for name, bad in cases.items()]


def code_of(raw: bytes) -> str:
    try:
        parse_action(raw)
    except Inadmissible as refusal:
        return refusal.code
    raise AssertionError(raw)


def write(name: str, cases: list[Any]) -> None:
    (HERE / name).write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("accepted.json", accepted())
    write("refused.json", refused())
