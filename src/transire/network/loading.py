"""A bounded load on a network: signed actions at a steady rate, through every node in turn, each awaited to its end.

The actions are those of members that keep their own keys (`PUT /v1/actions/...`): a few are enrolled for the purpose,
and witness statements that nobody made. What is measured is what a member waits for: from submitting an action to the
answer that it is in a block, that the next block proves it, and so that a receipt can be made.
"""

from __future__ import annotations

import math
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from transire.client.connection import Connection, Credentials
from transire.client.errors import NodeRefused, NodeUnreachable
from transire.crypto.did import did_key
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.ledger.action import parse_action, sign_action
from transire.ledger.possession import enter_key
from transire.ledger.proof.trust import TrustRoot
from transire.network import processes
from transire.network.plan import Place, Plan

MEMBERS: Final = 4
"""Members that share the load, so that none reaches what one may put into a block."""
IN_FLIGHT: Final = 64
"""Actions that wait for their answer at the same time; above it the generator falls behind, and says so."""
VALID_FOR: Final = timedelta(minutes=5)
ACTION = "application/vnd.transire.action+json"


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the actions. Latencies are those of accepted ones, in milliseconds."""

    offered: int
    seconds: float
    accepted: int
    accepted_per_second: float
    refused: dict[str, int]
    p50_ms: int
    p95_ms: int
    p99_ms: int
    most_ms: int


@dataclass(frozen=True, slots=True)
class LoadMember:
    """A member that keeps its own key."""

    did: str
    key: SigningKey

    @classmethod
    def make(cls) -> LoadMember:
        key = SigningKey.from_seed(secrets.token_bytes(32))
        return cls(did_key(key.public), key)

    def enrolment(self) -> dict[str, object]:
        """The body by which a registrar enters it: one act key, kept by itself."""
        act = enter_key(self.did, name="act-1", purpose="act", key=self.key, custodian=self.did)
        return {"did": self.did, "name": "Load of a test", "roles": ["carrier"], "keys": [act]}

    def action(self, network: str) -> bytes:
        """A signed action that is like no other."""
        return sign_action(
            "witness/1",
            {"pool": b64url(secrets.token_bytes(32))},
            by=self.did,
            key="act-1",
            network=network,
            expires=(datetime.now(UTC) + VALID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ"),
            nonce=secrets.token_bytes(16),
            signer=self.key,
        )


def run_load(place: Place, plan: Plan, *, rate: int, seconds: int) -> Load:
    """Offer `rate` actions a second for so long, and wait for the last answer."""
    members = _enrolled(place, plan)
    nodes = [Connection(node.url) for node in plan.nodes if node.validates]
    try:
        network = _network(place)
        begun = time.monotonic()
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            answers: list[Future[tuple[str, float]]] = []
            for number in range(rate * seconds):
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
                if len(answers) >= IN_FLIGHT * 2:
                    answers[len(answers) - IN_FLIGHT].result()  # no more are queued than can be sent
                action = members[number % len(members)].action(network)
                first = number % len(nodes)
                answers.append(pool.submit(_submit, (*nodes[first:], *nodes[:first]), action))
            found = [answer.result() for answer in answers]
        return _summary(found, time.monotonic() - begun)
    finally:
        for node in nodes:
            node.close()


def _network(place: Place) -> str:
    return TrustRoot.parse(place.network.read_bytes()).network


def _enrolled(place: Place, plan: Plan) -> list[LoadMember]:
    registrars = [node for node in plan.nodes if node.registers]
    # One that is stopped, as they are to try a network out, is no reason to try nothing.
    registrar = next((node for node in registrars if processes.find(place, node)), registrars[0])
    members = [LoadMember.make() for _ in range(MEMBERS)]
    with Credentials.read(place.credentials(registrar.slug)).connect() as connection:
        for member in members:
            connection.post("/network/members", member.enrolment())
    return members


def _submit(nodes: Sequence[Connection], action: bytes) -> tuple[str, float]:
    """The code of the refusal, empty when it was accepted, and the seconds until the answer.

    A node that cannot be reached may have taken it all the same; the same bytes are one action, whoever is asked next.
    """
    begun = time.perf_counter()
    code = ""
    for node in nodes:
        try:
            outcome = node.call("PUT", f"/v1/actions/{parse_action(action).id}", raw=action, media_type=ACTION)
            code = str(outcome["code"])
        except NodeRefused as refusal:
            code = refusal.refusal or f"status {refusal.http_status}"
        except NodeUnreachable as error:
            code = error.code
            continue
        break
    return code, time.perf_counter() - begun


def _summary(found: list[tuple[str, float]], seconds: float) -> Load:
    took = sorted(duration for code, duration in found if not code)
    return Load(
        offered=len(found),
        seconds=round(seconds, 2),
        accepted=len(took),
        accepted_per_second=round(len(took) / seconds, 1),
        refused=dict(Counter(code for code, _ in found if code)),
        p50_ms=percentile(took, 50),
        p95_ms=percentile(took, 95),
        p99_ms=percentile(took, 99),
        most_ms=percentile(took, 100),
    )


def percentile(ordered: list[float], share: int) -> int:
    """The smallest of the values that is no less than that share of them, in milliseconds; 0 for none.

    >>> percentile([0.1, 0.2, 0.3, 0.4], 50)
    200
    """
    if not ordered:
        return 0
    return round(1000 * ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)])
