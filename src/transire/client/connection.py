"""One program at one node: calls of the API, with a token, or each signed by the program's own key.

    with Connection("https://node.example", "acme", token=...) as node:
        node.get("/inbox")

What the node refuses is raised as `NodeRefused`, with the node's own code and words. Thread-safe.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from transire.client.errors import AnswerUnreadable, CredentialsUnfit, NodeRefused, NodeUnreachable
from transire.crypto.encoding import unb64url
from transire.crypto.http_signatures import HttpRequest, sign_request
from transire.crypto.keys import SigningKey
from transire.errors import TransireError

if TYPE_CHECKING:
    import httpx2

TIMEOUT_S = 60.0
LARGEST_ANSWER = 64 * 1024 * 1024


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a program acts, as it stands in a file that only its owner may read."""

    url: str
    member: str
    token: str = ""
    key_id: str = ""
    seed: str = ""
    """The Ed25519 private key, 32 bytes in base64url, whose public half stands in an API token of the member."""

    def __repr__(self) -> str:
        return f"<Credentials {self.member} at {self.url}>"

    @classmethod
    def read(cls, path: Path) -> Credentials:
        """The file of a program."""
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise CredentialsUnfit(got=str(error)[:200], where=str(path)) from error
        if bool(found.token) == bool(found.key_id and found.seed):
            raise CredentialsUnfit(expected="token, or key_id and seed", where=str(path))
        return found

    def connect(self) -> Connection:
        """A connection that acts so."""
        key = SigningKey.from_seed(unb64url(self.seed, length=32)) if self.seed else None
        return Connection(self.url, self.member, token=self.token, key_id=self.key_id, key=key)


class Connection:
    """Calls of one node's API; paths are below `/v1/m/<member>` where they begin with a slash and no `/v1`."""

    def __init__(
        self,
        url: str,
        member: str = "",
        *,
        token: str = "",
        key_id: str = "",
        key: SigningKey | None = None,
        timeout: float = TIMEOUT_S,
    ) -> None:
        import httpx2

        self.url = url.rstrip("/")
        self.member = member
        self._token, self._key_id, self._key = token, key_id, key
        self._http = httpx2.Client(timeout=timeout, trust_env=False, follow_redirects=False)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Read something; the answer's JSON."""
        return self.call("GET", path, query={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Any = None, *, files: Mapping[str, bytes] | None = None) -> Any:
        """Do something once: repeated after a lost answer, it is not done again."""
        return self.call("POST", path, body=body, files=files)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Mapping[str, bytes] | None = None,
        query: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        media_type: str = "application/json",
    ) -> Any:
        """Any call; None for an answer without content, bytes for one that is no JSON."""
        status, answered_as, content = self.send(
            method, path, body=body, files=files, query=query, raw=raw, media_type=media_type
        )
        if status >= 400:
            raise NodeRefused(status, _problem(content))
        if not content:
            return None
        return _json(content) if answered_as.endswith("json") else content

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Mapping[str, bytes] | None = None,
        query: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        media_type: str = "application/json",
    ) -> tuple[int, str, bytes]:
        """Status, media type and content of whatever is answered."""
        import httpx2

        request = self._request(method, path, body, files, query, raw, media_type)
        try:
            answer = self._http.send(request, stream=True)
            try:
                content = _content(answer)
            finally:
                answer.close()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise NodeUnreachable(got=type(error).__name__, where=self.url) from error
        return answer.status_code, answer.headers.get("content-type", "").partition(";")[0], content

    def _request(
        self,
        method: str,
        path: str,
        body: Any,
        files: Mapping[str, bytes] | None,
        query: Mapping[str, Any] | None,
        raw: bytes | None,
        media_type: str,
    ) -> httpx2.Request:
        url = self.url + (path if path.startswith("/v1/") else f"/v1/m/{self.member}{path}")
        headers = {"accept": "*/*"}
        if method == "POST":
            headers["idempotency-key"] = secrets.token_urlsafe(16)
        sent: dict[str, Any] = {}
        if files is not None:
            sent = {"files": {name: (name, content) for name, content in files.items()}, "data": body or {}}
        elif raw is not None or body is not None:
            sent = {"content": raw if raw is not None else msgspec.json.encode(body)}
            headers["content-type"] = media_type
        request = self._http.build_request(method, url, params=dict(query or {}) or None, headers=headers, **sent)
        self._authorize(request)
        return request

    def _authorize(self, request: httpx2.Request) -> None:
        if self._token:
            request.headers["authorization"] = f"Bearer {self._token}"
        elif self._key is not None:
            asked = HttpRequest.of(request.method, str(request.url), request.headers.multi_items())
            content = request.read()
            request.headers.update(
                sign_request(asked, content, key_id=self._key_id, key=self._key, now=datetime.now(UTC))
            )


def _content(answer: httpx2.Response) -> bytes:
    """The body of an answer. Whoever answers may be anybody, so it is not read beyond what a node would say."""
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > LARGEST_ANSWER:
            raise AnswerUnreadable(got=f"more than {LARGEST_ANSWER} bytes")
    return bytes(content)


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise AnswerUnreadable(got=str(error)[:200]) from error


def _problem(content: bytes) -> Mapping[str, Any]:
    try:
        found = _json(content)
    except TransireError:
        return {}
    return found if isinstance(found, dict) else {}
