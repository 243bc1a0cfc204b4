"""did:web: the document of a DID lies on the host that the DID names (did:web method, W3C CCG, 2.5).

A reader keeps what it fetched for some minutes, whether it was a document or a refusal, so that neither a popular
issuer nor a broken one is asked at every credential. A lookup is what one verification may ask for: whoever writes a
presentation of many credentials cannot make us knock at as many doors.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any, Final
from urllib.parse import unquote

from transire.credentials.canonical import read_object
from transire.credentials.did_key import Resolution, resolution_of
from transire.credentials.envelope import wrap
from transire.credentials.errors import DidUnresolved, StatusNotFetched, WebRefused
from transire.credentials.resolve import SIGNING, DocumentResolver, methods_of
from transire.credentials.web import Fetched, WebRules, fetch
from transire.crypto.did import check_did
from transire.crypto.errors import DidInvalid, JsonRefused
from transire.crypto.multikey import PublicKey

DID_MEDIA: Final = frozenset(
    {"application/did+json", "application/did+ld+json", "application/did", "application/json", "application/ld+json"}
)
LIST_MEDIA: Final = frozenset(
    {"application/vc", "application/vc+ld+json", "application/json", "application/ld+json", "application/vc+jwt"}
)
MOST_METHODS: Final = 256
"""Keys of one DID document."""
MOST_FETCHES: Final = 16
"""What one verification may fetch."""
MOST_KEPT: Final = 256
_KEPT_S: Final = 300.0
_REFUSAL_KEPT_S: Final = 30.0
_MOST_AT_ONCE: Final = 8

_Fetch = Callable[..., Fetched]


def address_of(did: str, *, allow_local: bool = False) -> str:
    """Where the document of a did:web lies; refused where the name is no public one.

    >>> address_of("did:web:producer.example"), address_of("did:web:customs.example%3A8443:members:agency-4")
    ('https://producer.example/.well-known/did.json', 'https://customs.example:8443/members/agency-4/did.json')
    """
    try:
        check_did(did, allow_local=allow_local)
    except DidInvalid as error:
        raise DidUnresolved(expected=error.expected, got=error.got) from error
    host, *folders = did.removeprefix("did:web:").split(":")
    return f"https://{unquote(host)}/{'/'.join(folders) or '.well-known'}/did.json"


def check_document(document: Mapping[str, Any], did: str) -> None:
    """Refuse a document that is another DID's (did:web 2.5.2 step 6), or that nobody could read to its end."""
    if document.get("id") != did:
        raise DidUnresolved(expected=did, got=repr(document.get("id"))[:160], where="/id")
    methods = document.get("verificationMethod", [])
    if not isinstance(methods, list) or len(methods) > MOST_METHODS:
        raise DidUnresolved(
            expected=f"at most {MOST_METHODS} keys", got=repr(methods)[:60], where="/verificationMethod"
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What came of an address, and until when it counts."""

    until: float
    found: Mapping[str, Any] | WebRefused


class WebReader:
    """Fetches DID documents and status lists, and keeps them for a while. Thread-safe."""

    def __init__(
        self, rules: WebRules | None = None, *, fetch: _Fetch = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rules = rules or WebRules()
        self._fetch = fetch
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()
        self._doors = BoundedSemaphore(_MOST_AT_ONCE)

    def lookup(self, most: int = MOST_FETCHES) -> WebLookup:
        """What one verification may ask for."""
        return WebLookup(self, most)

    def read(self, url: str, media_types: frozenset[str], before: Callable[[], None]) -> Mapping[str, Any]:
        """The JSON at an address, or the JWT there in its envelope; `before` is called when it must be fetched."""
        with self._lock:
            kept = self._kept.get(url)
            if kept is None or kept.until <= self._clock():
                kept = None
                before()
        if kept is None:
            kept = self._asked(url, media_types)
        if isinstance(kept.found, WebRefused):
            refusal = kept.found
            raise WebRefused(expected=refusal.expected, got=refusal.got, where=refusal.where)
        return kept.found

    def _asked(self, url: str, media_types: frozenset[str]) -> _Kept:
        if not self._doors.acquire(timeout=self.rules.seconds):
            raise WebRefused(expected=f"at most {_MOST_AT_ONCE} hosts asked at once", got="more", where=url)
        try:
            found: Mapping[str, Any] | WebRefused = _parsed(self._fetch(url, media_types=media_types, rules=self.rules))
        except WebRefused as refusal:
            found = refusal
        except JsonRefused as refusal:
            found = WebRefused(expected="a JSON object", got=str(refusal)[:160], where=url)
        finally:
            self._doors.release()
        lasts = _REFUSAL_KEPT_S if isinstance(found, WebRefused) else _KEPT_S
        kept = _Kept(self._clock() + lasts, found)
        with self._lock:
            self._kept[url] = kept
            self._kept.move_to_end(url)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept


class WebLookup:
    """A resolver of did:web and did:key, and a source of status lists, that fetches no more than its budget."""

    def __init__(self, reader: WebReader, most: int, purposes: Sequence[str] = SIGNING) -> None:
        self._reader = reader
        self._left = most
        self._keys = DocumentResolver(self.did_document, purposes)

    def __call__(self, did: str, fragment: str, /) -> PublicKey:
        return self._keys(did, fragment)

    def for_purpose(self, purpose: str) -> DocumentResolver:
        """The same for keys that are listed for this purpose alone, out of the same budget."""
        return self._keys.for_purpose(purpose)

    def did_document(self, did: str) -> Mapping[str, Any]:
        """The document of a did:web."""
        if not did.startswith("did:web:"):
            raise DidUnresolved(expected="did:web or did:key", got=did[:120])
        url = address_of(did, allow_local=bool(self._reader.rules.plain_hosts or self._reader.rules.private_hosts))
        try:
            document = self._reader.read(url, DID_MEDIA, self._spend)
        except WebRefused as error:
            raise DidUnresolved(expected=error.expected, got=error.got, where=url) from error
        check_document(document, did)
        return document

    def status_list(self, url: str) -> Mapping[str, Any]:
        """The list credential at an address."""
        try:
            return self._reader.read(url, LIST_MEDIA, self._spend)
        except WebRefused as error:
            raise StatusNotFetched(expected=error.expected, got=error.got, where=url) from error

    def _spend(self) -> None:
        if self._left <= 0:
            raise WebRefused(expected=f"at most {MOST_FETCHES} documents fetched for one verification", got="one more")
        self._left -= 1


def resolve_did_web(text: str, find: Callable[[str], Mapping[str, Any]]) -> Resolution:
    """The document of a did:web, or the verification method or service that a DID URL names.

    >>> document = {"id": "did:web:a.example", "service": [{"id": "#node", "type": "TransireNode"}]}
    >>> resolve_did_web("did:web:a.example#node", lambda did: document).body["didDocument"]["type"]
    'TransireNode'
    """
    did, sign, fragment = text.partition("#")
    if any(other in did for other in "/?"):
        return resolution_of({}, is_url=True, error="notFound")
    try:
        document = find(did)
    except DidUnresolved as error:
        code = "invalidDid" if isinstance(error.__cause__, DidInvalid) else "notFound"
        return resolution_of({}, is_url=bool(sign), error=code, message=error.explain())
    if not sign:
        return resolution_of(dict(document), is_url=False)
    parts = [method for method, _ in methods_of(document, (*SIGNING, "keyAgreement"))]
    services = document.get("service", [])
    parts += [one for one in services if isinstance(one, Mapping)] if isinstance(services, list) else []
    for part in parts:
        if part.get("id") in (text, f"#{fragment}"):
            return resolution_of(dict(part), is_url=True)
    return resolution_of({}, is_url=True, error="notFound")


def _parsed(fetched: Fetched) -> Mapping[str, Any]:
    if fetched.media_type == "application/vc+jwt":
        return wrap(fetched.body.decode("ascii", "replace").strip())
    return read_object(fetched.body, limit=len(fetched.body))
