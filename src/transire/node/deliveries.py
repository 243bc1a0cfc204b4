"""The delivery between nodes, both its ends: what is sent over HTTP and how it is answered (`spec/delivery.md`).

A delivery is a PUT to the recipient's endpoint: envelopes, one a line, signed by the transport key of the member who
brings them (RFC 9421, `crypto.http_signatures`). The answer has one line of JSON for each envelope, and is signed by
the recipient's transport key: whoever stands between can make neither up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from transire.crypto.encoding import unb64url
from transire.node.errors import AnswerUnfit, BringerUnknown, DeliveryMalformed
from transire.node.post import Reply
from transire.vault.envelope import MAX_ENVELOPE_BYTES

if TYPE_CHECKING:
    from transire.engines.base import Engine

MEDIA_TYPE: Final = "application/vnd.transire.envelopes"
NETWORK_HEADER: Final = "transire-network"
MOST_ENVELOPES: Final = 32
MOST_BYTES: Final = MAX_ENVELOPE_BYTES + 1
"""One envelope of the largest size with its line end, or many small ones."""
LARGEST_ANSWER: Final = 64 * 1024
TRANSPORT: Final = "transport"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What became of one envelope."""

    outcome: Literal["taken", "refused", "not_yet"]
    code: str | UnsetType = UNSET

    @classmethod
    def of(cls, reply: Reply) -> Line:
        if reply.refused_with is not None:
            return cls("refused", reply.refused_with)
        return cls("taken") if reply.not_yet is None else cls("not_yet", reply.not_yet)

    @property
    def reply(self) -> Reply:
        code = None if self.code is UNSET else self.code
        if self.outcome == "taken":
            return Reply()
        if code is None:
            raise AnswerUnfit(got=f"{self.outcome} without a code")
        return Reply(refused_with=code) if self.outcome == "refused" else Reply(not_yet=code)


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a delivery, in the order of its envelopes."""

    answers: tuple[Line, ...]


class Promise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a member that asks for all of it again."""

    envelopes: int


def path_of(did: str) -> str:
    """Where a member's node takes deliveries for it, below its endpoint."""
    return f"/v1/deliveries/{quote(did, safe=':')}"


def again_path(did: str) -> str:
    """Where a member is asked to bring again what it ever brought."""
    return f"{path_of(did)}/again"


def loads(envelopes: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The envelopes in as few deliveries as their number and size allow, in order."""
    load: list[bytes] = []
    size = 0
    for envelope in envelopes:
        if load and (len(load) == MOST_ENVELOPES or size + len(envelope) + 1 > MOST_BYTES):
            yield load
            load, size = [], 0
        load.append(envelope)
        size += len(envelope) + 1
    if load:
        yield load


def write_delivery(envelopes: Sequence[bytes]) -> bytes:
    """Canonical JSON has no line end in it, so a line end ends an envelope."""
    return b"".join(envelope + b"\n" for envelope in envelopes)


def read_delivery(body: bytes) -> list[bytes]:
    """The envelopes of a delivery; none of them has been looked into."""
    lines = body.split(b"\n")
    if len(lines) < 2 or lines[-1] or not all(lines[:-1]):
        raise DeliveryMalformed(expected="envelopes, each with a line end behind it")
    if len(lines) - 1 > MOST_ENVELOPES:
        raise DeliveryMalformed(got=f"{len(lines) - 1} envelopes", expected=f"at most {MOST_ENVELOPES}")
    return lines[:-1]


def write_answers(replies: Sequence[Reply]) -> bytes:
    """The body of the answer."""
    return msgspec.json.encode(Answers(tuple(Line.of(reply) for reply in replies)))


def read_answers(body: bytes, envelopes: int) -> list[Reply]:
    """The replies that an answer holds, one for each envelope that was brought."""
    try:
        found = msgspec.json.decode(body, type=Answers)
    except msgspec.DecodeError as error:
        raise AnswerUnfit(got=str(error)[:200]) from error
    if len(found.answers) != envelopes:
        raise AnswerUnfit(got=f"{len(found.answers)} answers", expected=f"{envelopes}")
    return [line.reply for line in found.answers]


def read_promise(body: bytes) -> int:
    """How many envelopes a member says that it will bring again."""
    try:
        return msgspec.json.decode(body, type=Promise).envelopes
    except msgspec.DecodeError as error:
        raise AnswerUnfit(got=str(error)[:200]) from error


def transport_key(engine: Engine, key_id: str, *, of: str | None = None) -> bytes:
    """The public key of `did#name`: a transport key in force of an active member, on this node's own replica."""
    did, _, name = key_id.partition("#")
    height = engine.height + 1
    record = engine.member(did)
    if record is None or not record.is_active(height) or (of is not None and of != did):
        raise BringerUnknown(got=key_id[:200], expected=of)
    for key in record.keys_in_force(TRANSPORT, height):
        if key.name == name:
            return unb64url(key.public, length=32)
    raise BringerUnknown(got=key_id[:200])


def key_id_of(did: str, name: str) -> str:
    """How a signature names a member's key."""
    return f"{did}#{name}"
