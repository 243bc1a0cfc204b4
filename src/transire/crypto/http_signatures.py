"""HTTP requests and answers that are signed with Ed25519: RFC 9421 signatures over an RFC 9530 digest of the body.

A signature covers the method, the whole address, every header that a node acts on (`HEADERS_ACTED_ON`) and, through
`content-digest`, the body. It carries when it was made, until when it holds (at most `LONGEST_LIFE`), a nonce and the
tag `transire`; who checks it keeps the nonce until then, so that a request that was overheard is good for nothing.
An answer's signature covers its status, its digest and the request's own signature: it answers that request and no
other. `spec/http-signatures.md` is the page for other implementations.

The syntax is `http_message_signatures`'; what is accepted, and the one Ed25519 library, are decided here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import HTTPSignatureAlgorithm
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature
from http_message_signatures.structures import VerifyResult

from transire.crypto.encoding import b64url
from transire.crypto.errors import HttpSignatureInvalid, HttpSignatureMissing, HttpSignatureStale, SignatureInvalid
from transire.crypto.keys import SigningKey, verify_signature
from transire.errors import TransireError

TAG: Final = "transire"
LABEL: Final = "transire"
NONCE_BYTES: Final = 16
LONGEST_NONCE: Final = 128
LIFE: Final = timedelta(seconds=60)
"""How long our own signatures hold: a request is sent at once or signed anew."""
LONGEST_LIFE: Final = timedelta(minutes=5)
"""Nonces are kept this long; nobody may ask for more."""
CLOCK_SKEW: Final = timedelta(seconds=60)
"""How far two clocks may differ. A node's clock is kept by NTP; ledger time has nothing to do with this."""

REQUEST_COVERS: Final = ("@method", "@target-uri")
HEADERS_ACTED_ON: Final = ("content-type", "content-digest", "idempotency-key", "if-match", "transire-network")
"""Headers that change what a request does: where one is sent, the signature covers it."""
ANSWER_COVERS: Final = ("@status", "content-digest", '"signature";req')
HEADERS: Final = ("signature", "signature-input")

FindKey = Callable[[str], bytes]
"""The public key of a key id; raises a refusal of its own where there is none."""

Lines = Sequence[tuple[str, str]]
"""Header lines in the order in which they came."""


class _Lines(MutableMapping[str, str]):
    """Header lines as the library wants to see them."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self._lines = [(name.lower(), value) for name, value in lines]

    def items(self) -> Any:
        return self._lines

    def __getitem__(self, name: str) -> str:
        found = [value for each, value in self._lines if each == name.lower()]
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __setitem__(self, name: str, value: str) -> None:
        self._lines = [*(line for line in self._lines if line[0] != name.lower()), (name.lower(), value)]

    def __delitem__(self, name: str) -> None:
        self._lines = [line for line in self._lines if line[0] != name.lower()]

    def __iter__(self) -> Any:
        return iter(dict.fromkeys(name for name, _ in self._lines))

    def __len__(self) -> int:
        return len({name for name, _ in self._lines})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it is signed: the address is the one that its sender wrote, whatever proxy stood between."""

    method: str
    url: str
    headers: _Lines

    @classmethod
    def of(cls, method: str, url: str, headers: Lines | Mapping[str, str] = ()) -> HttpRequest:
        lines = headers.items() if isinstance(headers, Mapping) else headers
        return cls(method.upper(), url, _Lines(lines))

    def has(self, name: str) -> bool:
        return name in self.headers


@dataclass(frozen=True, slots=True)
class _Answer:
    status_code: int
    headers: _Lines
    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that held: by which key, and the nonce that must be noted until `ends`."""

    key_id: str
    nonce: str
    ends: datetime
    _results: tuple[VerifyResult, ...]
    _message: HttpRequest | _Answer

    def check_body(self, body: bytes) -> None:
        """Refuse a body that is not the one whose digest was signed."""
        try:
            _Verifier.plain().verify_body(self._message, self._results, body)
        except HTTPMessageSignaturesException as error:
            raise HttpSignatureInvalid(got=str(error), where="content-digest") from error


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request carries a signature at all."""
    return any(name in headers for name in HEADERS)


def sign_request(
    request: HttpRequest, body: bytes, *, key_id: str, key: SigningKey, now: datetime, life: timedelta = LIFE
) -> dict[str, str]:
    """The headers to be sent beside those of the request: digest and signature.

    >>> request = HttpRequest.of("GET", "https://node.example/v1/members")
    >>> key = SigningKey.from_seed(bytes(32))
    >>> now = datetime(2026, 11, 28, tzinfo=UTC)
    >>> headers = sign_request(request, b"", key_id="did:web:a.example#transport-1", key=key, now=now)
    >>> sorted(headers)
    ['signature', 'signature-input']
    """
    covered = [*REQUEST_COVERS, *(name for name in HEADERS_ACTED_ON if request.has(name))]
    _sign(request, body or None, covered, key_id=key_id, key=key, now=now, life=life)
    return {name: value for name, value in request.headers.items() if name in (*HEADERS, "content-digest")}


def verify_request(request: HttpRequest, *, find_key: FindKey, now: datetime) -> Signed:
    """Refuse a request whose signature does not hold; nothing of its body need be read yet."""
    required = [*REQUEST_COVERS, *(name for name in HEADERS_ACTED_ON if request.has(name))]
    return _verify(request, required, find_key, now)


def sign_answer(
    request: HttpRequest, status: int, body: bytes, *, key_id: str, key: SigningKey, now: datetime
) -> dict[str, str]:
    """The headers by which an answer shows who gave it, and to which signed request."""
    answer = _Answer(status, _Lines(()), request)
    _sign(answer, body, ANSWER_COVERS, key_id=key_id, key=key, now=now, life=LIFE)
    return dict(answer.headers.items())


def verify_answer(
    request: HttpRequest, status: int, headers: Lines, body: bytes, *, find_key: FindKey, now: datetime
) -> Signed:
    """Refuse an answer that was not given, by that key, to this very request."""
    signed = _verify(_Answer(status, _Lines(headers), request), ANSWER_COVERS, find_key, now)
    signed.check_body(body)
    return signed


class _Ed25519(HTTPSignatureAlgorithm):
    """The library's place for an algorithm, filled with ours."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: bytes | None = None, private_key: SigningKey | None = None) -> None:
        self._public, self._private = public_key, private_key

    def sign(self, message: bytes) -> bytes:
        assert self._private is not None
        return self._private.sign(message)

    def verify(self, signature: bytes, message: bytes) -> None:
        assert self._public is not None
        verify_signature(self._public, message, signature)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, *, find: FindKey | None = None, key: SigningKey | None = None) -> None:
        self._find, self._key = find, key

    def resolve_public_key(self, key_id: str) -> Any:
        assert self._find is not None
        return self._find(key_id)

    def resolve_private_key(self, key_id: str) -> Any:
        return self._key


class _Verifier(HTTPMessageVerifier):
    """Judges the time by the clock that it is given, and asks for an end and a nonce."""

    def __init__(self, find_key: FindKey, now: datetime) -> None:
        super().__init__(signature_algorithm=_Ed25519, key_resolver=_Keys(find=find_key))
        self._now = now

    @classmethod
    def plain(cls) -> HTTPMessageVerifier:
        return HTTPMessageVerifier(signature_algorithm=_Ed25519, key_resolver=_Keys())

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        params = sig_input.params
        for name in ("created", "expires", "nonce", "keyid"):
            if name not in params:
                raise HttpSignatureInvalid(got=f"a signature without {name}")
        if not NONCE_BYTES <= len(str(params["nonce"])) <= LONGEST_NONCE:
            raise HttpSignatureInvalid(expected=f"a nonce of {NONCE_BYTES} to {LONGEST_NONCE} characters")
        created, ends = _moment(params["created"]), _moment(params["expires"])
        if not timedelta(0) < ends - created <= LONGEST_LIFE:
            raise HttpSignatureStale(got=f"{ends - created}", expected=f"a life of at most {LONGEST_LIFE}")
        if created > self._now + CLOCK_SKEW or ends <= self._now - CLOCK_SKEW:
            raise HttpSignatureStale(got=f"{created:%H:%M:%S} to {ends:%H:%M:%S}", expected=f"{self._now:%H:%M:%S} UTC")


def _sign(
    message: HttpRequest | _Answer,
    body: bytes | None,
    covered: Sequence[str],
    *,
    key_id: str,
    key: SigningKey,
    now: datetime,
    life: timedelta,
) -> None:
    signer = HTTPMessageSigner(signature_algorithm=_Ed25519, key_resolver=_Keys(key=key))
    signer.sign(
        message,
        key_id=key_id,
        created=now,
        expires=now + life,
        nonce=b64url(secrets.token_bytes(NONCE_BYTES)),
        label=LABEL,
        tag=TAG,
        covered_component_ids=[name for name in covered if name != "content-digest"],
        body=body,
    )


def _verify(message: HttpRequest | _Answer, required: Sequence[str], find_key: FindKey, now: datetime) -> Signed:
    if not all(name in message.headers for name in HEADERS):
        raise HttpSignatureMissing
    try:
        results = _Verifier(find_key, now).verify(message, max_age=None, expect_tag=TAG, require_components=required)
    except TransireError:
        raise
    except (HTTPMessageSignaturesException, InvalidSignature) as error:
        if isinstance(error.__cause__, SignatureInvalid):
            signed = message if isinstance(message, HttpRequest) else message.request
            raise HttpSignatureInvalid(expected=f"a signature over {signed.method} {signed.url}") from error
        if isinstance(error.__cause__, TransireError):
            raise error.__cause__ from None
        raise HttpSignatureInvalid(got=str(error)[:200]) from error
    except (ValueError, TypeError, UnicodeError) as error:
        # The library parses what anybody may send: whatever it stumbles over refuses the request.
        raise HttpSignatureInvalid(got=str(error)[:200]) from error
    if len(results) != 1:
        raise HttpSignatureInvalid(got=f"{len(results)} signatures", expected=f"one with the tag {TAG}")
    params = results[0].parameters
    ends = datetime.fromtimestamp(int(params["expires"]), UTC)
    return Signed(str(params["keyid"]), str(params["nonce"]), ends, tuple(results), message)


def _moment(seconds: object) -> datetime:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise HttpSignatureInvalid(got=f"time {seconds}", expected="seconds since 1970") from error


def content_digest(body: bytes) -> str:
    """The RFC 9530 digest of a body.

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return str(ContentDigest.create(body))
