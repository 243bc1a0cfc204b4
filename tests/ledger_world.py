"""A small network with known keys, for every test that needs a ledger: deterministic down to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.crypto.keys import AgreementKey, SigningKey
from transire.ledger.action import parse_action, sign_action
from transire.ledger.block import DecidedBlock, Result
from transire.ledger.chain import Time
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.possession import enter_key, prove_validator
from transire.ledger.store import MemoryStore, Store

START = "2026-01-05T10:00:00Z"
START_SECONDS = 1767607200

CUSTOMS = "did:web:customs.example"
CHAMBER = "did:web:chamber.example"
AGENCY = "did:web:agency.example"
PRODUCER = "did:web:producer.example"
BROKER = "did:web:broker.example"
IMPORTER = "did:web:importer.example"

ROLES = {
    CUSTOMS: ["customs"],
    CHAMBER: ["chamber", "association"],
    AGENCY: ["agency"],
    PRODUCER: ["producer", "exporter"],
    BROKER: ["broker"],
}
GOVERNORS = [CUSTOMS, CHAMBER, AGENCY]
REGISTRARS = [CUSTOMS, CHAMBER]


def digest(text: str) -> str:
    """32 bytes that stand for something, as they are written."""
    return b64url(sha256(text.encode()).digest())


def signing_key(name: str) -> SigningKey:
    """The key of that name, the same in every run."""
    return SigningKey.from_seed(sha256(f"key {name}".encode()).digest())


def agreement_key(name: str) -> AgreementKey:
    return AgreementKey.from_private(sha256(f"agree {name}".encode()).digest())


def public(key: SigningKey) -> str:
    return b64url(key.public)


def keys_of(
    did: str, purposes: Sequence[str] = ("act", "govern", "recover"), suffix: str = "1"
) -> list[dict[str, Json]]:
    """Keys of a member that keeps them itself, one a purpose, named after it."""
    return [
        enter_key(did, name=f"{purpose}-{suffix}", purpose=purpose, key=signing_key(f"{did} {purpose}-{suffix}"))
        for purpose in purposes
    ]


def enrolment(did: str, roles: Sequence[str], **more: Json) -> dict[str, Json]:
    """The body of `member.enrol`."""
    name = did.removeprefix("did:web:").removesuffix(".example").title()
    return {"did": did, "name": name, "roles": list(roles), "keys": list(keys_of(did)), **more}


def genesis(validators: int = 1, **parameters: int) -> Genesis:
    """A network of five members, of which three govern and two register."""
    return Genesis.of(
        "transire-test",
        time=START,
        governors=GOVERNORS,
        registrars=REGISTRARS,
        validators=[
            {
                "operator": CUSTOMS,
                "possession": prove_validator(CUSTOMS, signing_key(f"validator {i}")),
                "power": 10,
                "public": public(signing_key(f"validator {i}")),
            }
            for i in range(validators)
        ],
        members=[enrolment(did, roles) for did, roles in ROLES.items()],
        parameters=parameters,
    )


@dataclass
class World:
    """A machine, its clock in whole seconds, and everybody's keys."""

    genesis: Genesis = field(default_factory=genesis)
    store: Store = field(default_factory=MemoryStore)
    time: int = START_SECONDS
    nonce: int = 0

    def __post_init__(self) -> None:
        self.machine = Machine.create(self.store, self.genesis)

    def sign(
        self,
        action: str,
        body: dict[str, Json],
        *,
        by: str,
        key: str | None = None,
        expires: int | None = None,
        network: str | None = None,
        signer: SigningKey | None = None,
    ) -> bytes:
        """A signed action; the key has the purpose that the action asks for, unless another is named."""
        self.nonce += 1
        name = key or f"{_purpose(action, by, body)}-1"
        return sign_action(
            action,
            body,
            by=by,
            key="own" if by.startswith("key:") else name,
            network=network or self.genesis.network,
            expires=self.time + 600 if expires is None else expires,
            nonce=self.nonce.to_bytes(16, "big"),
            signer=signer or signing_key(f"{by} {name}"),
        )

    def draw(self, key: SigningKey, action: str, body: dict[str, Json]) -> bytes:
        """An action signed by an allowance's own key."""
        return self.sign(action, body, by=f"key:{public(key)}", signer=key)

    def witness(self, by: str = PRODUCER, text: str = "pool") -> bytes:
        return self.sign("witness/1", {"pool": digest(f"{text} {self.nonce}")}, by=by)

    def block(self, *actions: bytes, seconds: int = 1) -> tuple[Result, ...]:
        """Apply and commit the next block, some seconds after the last."""
        self.time += seconds
        block = DecidedBlock(height=self.machine.height + 1, time=Time(self.time, 0), actions=actions)
        results = self.machine.apply(block)
        self.machine.commit()
        return results

    def done(self, *actions: bytes) -> tuple[Result, ...]:
        """A block of which every action must be accepted."""
        results = self.block(*actions)
        assert [result.code for result in results] == [""] * len(actions)
        return results

    def code(self, action: bytes) -> str:
        """What the ledger answers to this action in a block of its own."""
        return self.block(action)[0].code


def action_id(raw: bytes) -> str:
    return parse_action(raw).id


def _purpose(action: str, by: str, body: dict[str, Json]) -> str:
    if action.startswith("govern."):
        return "govern"
    return "recover" if action == "member.rotate_key/1" and body["did"] == by else "act"
