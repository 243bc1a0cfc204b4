"""An action: one signed transaction of the ledger (LEDGER.md 4, `spec/action.md`).

Reading is strict: the bytes are the one canonical form, every member is present and nothing else, every value has its
one spelling. What is signed are the bytes without `signature`, so nobody can make a second action of a signed one by
spelling it differently. Who may sign, and when, is decided in `ledger.admission`; what it does, in `ledger.machine`.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import Final, Generic, TypeVar, cast

import msgspec
from msgspec import structs

from transire.crypto.canonical import Json, canonical_bytes, parse_canonical, typed_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey, verify_signature
from transire.errors import TransireError
from transire.ledger.bodies import ACTIONS, Body
from transire.ledger.errors import ActionMalformed, ActionTooLarge, SignatureWrong
from transire.ledger.fields import Moment, Name, Nonce, SignatureText, Signer, moment_of, seconds_of

__all__ = [
    "ACTIONS",
    "MAX_ACTION_BYTES",
    "Action",
    "parse_action",
    "parse_known_action",
    "read_terms",
    "sign_action",
    "verify_action",
    "window_seconds",
]

SIGNING_DOMAIN: Final = b"transire/action/v1\n"
MAX_ACTION_BYTES: Final = 64 * 1024
WINDOW_SECONDS: Final = 15 * 60
"""How far ahead an action may expire: the replay memory holds this much."""
GOVERNANCE_WINDOW_SECONDS: Final = 24 * 60 * 60
"""Governors sign offline and by several hands."""
KEY_SIGNER: Final = "key:"
"""`by` of an action that is signed by an allowance's own key and names no member."""
OWN_KEY: Final = "own"
"""`key` of such an action."""
# `signature` sorts last and has one length, so the signed bytes are the action's bytes up to here, closed again.
_SIGNATURE_TAIL: Final = len(',"signature":"') + 86 + len('"}')


B = TypeVar("B", dict[str, object], Body)


class _Envelope(msgspec.Struct, Generic[B], frozen=True, forbid_unknown_fields=True):
    action: str
    body: B
    by: Signer
    expires: Moment
    key: Name
    network: str
    nonce: Nonce
    signature: SignatureText


_DECODERS: Final = {
    name.encode(): msgspec.json.Decoder(cast("type[_Envelope[Body]]", _Envelope[terms]))  # type: ignore[valid-type]
    for name, terms in ACTIONS.items()
}
"""Readers of actions whose name is known beforehand: the values need not be made twice."""
_NAME_AT: Final = len('{"action":"')


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """An action as it was read; `terms` is its body as a typed value."""

    action: str
    terms: Body
    by: str
    expires: str
    expires_at: int
    key: str
    network: str
    nonce: str
    signature: bytes
    raw: bytes
    digest: bytes
    consumed_id: bytes

    @property
    def body(self) -> dict[str, Json]:
        """The JSON that was signed."""
        body: dict[str, Json] = msgspec.json.decode(self.raw)["body"]
        return body

    @property
    def id(self) -> str:
        """SHA-256 of the whole bytes, as it is written on the wire."""
        return b64url(self.digest)

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return signed_bytes(self.raw)

    @property
    def drawing_key(self) -> str | None:
        """The public key of an action that is signed by an allowance's key, None for a member's action."""
        return self.by[len(KEY_SIGNER) :] if self.by.startswith(KEY_SIGNER) else None


def parse_action(raw: bytes, *, value: Json = None, digest: bytes | None = None) -> Action:
    """Read the bytes of an action; everything about it but who signed it is checked here.

    `value` is the JSON that `raw` was written from, where that was read strictly before; `digest` its SHA-256, where
    somebody has it.
    """
    if len(raw) > MAX_ACTION_BYTES:
        raise ActionTooLarge(got=f"{len(raw)} bytes", expected=f"at most {MAX_ACTION_BYTES}")
    envelope = (_read_known(raw) if value is None else None) or _read_any(raw, value)
    try:
        expires_at = seconds_of(envelope.expires)
    except ValueError as error:
        raise ActionMalformed(got=str(error)) from error
    _check_key_signer(envelope)
    return Action(
        action=envelope.action,
        terms=envelope.body,
        by=envelope.by,
        expires=envelope.expires,
        expires_at=expires_at,
        key=envelope.key,
        network=envelope.network,
        nonce=envelope.nonce,
        signature=urlsafe_b64decode(envelope.signature + "=="),  # its one spelling was checked above
        raw=raw,
        digest=digest or sha256(raw),
        consumed_id=sha256(signed_bytes(raw)),
    )


parse_known_action = lru_cache(maxsize=32)(parse_action)
"""The same for whoever reads one action again and again, as for all receipts of one pool. Nobody may change it."""


def sign_action(
    action: str,
    body: dict[str, Json],
    *,
    by: str,
    key: str,
    network: str,
    expires: str | int,
    nonce: bytes,
    signer: SigningKey,
) -> bytes:
    """The bytes of a signed action. `expires` is an RFC 3339 time in whole seconds, or seconds since 1970.

    The nonce (16 bytes) is the caller's: two actions that say the same thing at the same time are two actions.
    """
    unsigned: dict[str, Json] = {
        "action": action,
        "body": body,
        "by": by,
        "expires": expires if isinstance(expires, str) else moment_of(expires),
        "key": key,
        "network": network,
        "nonce": b64url(nonce),
    }
    signature = signer.sign(SIGNING_DOMAIN + canonical_bytes(unsigned))
    raw = canonical_bytes(unsigned | {"signature": b64url(signature)})
    parse_action(raw)  # whoever signs nonsense learns it here, not from the network
    return raw


def verify_action(action: Action, public: bytes) -> None:
    """Refuse unless `public` made the action's signature (PyNaCl, the one Ed25519 of the ledger)."""
    try:
        verify_signature(public, action.signed, action.signature)
    except TransireError as error:
        raise SignatureWrong(got=action.id) from error


def signed_bytes(raw: bytes) -> bytes:
    """The domain and the canonical JSON without `signature`, of the canonical bytes of an action."""
    return SIGNING_DOMAIN + raw[:-_SIGNATURE_TAIL] + b"}"


def window_seconds(action: str) -> int:
    """How many seconds after the block's time an action of this name may expire at most."""
    return GOVERNANCE_WINDOW_SECONDS if action.startswith("govern.") else WINDOW_SECONDS


def _read_known(raw: bytes) -> _Envelope[Body] | None:
    """Read canonical bytes straight into the values that their action has; None leaves them to `_read_any`.

    Sorted, written again, they are the same bytes: so none was spelled in another way, and all that canonical JSON
    forbids besides (floats, depth, keys beyond the BMP) no body has a place for.
    """
    decoder = _DECODERS.get(raw[_NAME_AT : raw.find(b'"', _NAME_AT)])
    if decoder is None:
        return None
    try:
        envelope = decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return envelope if typed_bytes(envelope) == raw else None


def _read_any(raw: bytes, value: Json) -> _Envelope[Body]:
    """Read by way of JSON, and say what is wrong with it. What `_read_known` reads, this reads alike."""
    try:
        envelope = msgspec.convert(_read_canonical(raw) if value is None else value, _Envelope[dict[str, object]])
    except (msgspec.ValidationError, ValueError) as error:
        raise ActionMalformed(got=str(error)) from error
    return _Envelope(**structs.asdict(envelope) | {"body": read_terms(envelope.action, envelope.body)})


def _read_canonical(raw: bytes) -> Json:
    try:
        return parse_canonical(raw, limit=MAX_ACTION_BYTES)
    except TransireError as error:
        raise ActionMalformed(got=str(error)) from error


def read_terms(name: str, body: dict[str, object]) -> Body:
    """The body of an action of that name as a typed value."""
    terms = ACTIONS.get(name)
    if terms is None:
        raise ActionMalformed(got=f"action {name}", expected="an action that this version knows")
    try:
        return msgspec.convert(body, terms)
    except msgspec.ValidationError as error:
        raise ActionMalformed(got=str(error), where="/body") from error


def _check_key_signer(envelope: _Envelope[Body]) -> None:
    """`key:` signs draws and splits only, and names its key nowhere else."""
    if not envelope.by.startswith(KEY_SIGNER):
        return
    if envelope.key != OWN_KEY or envelope.action not in ("allowance.draw/1", "allowance.split/1"):
        raise ActionMalformed(got=f"{envelope.action} by an allowance's key", where="/by")
