"""Programs that sign their requests (RFC 9421) instead of sending a secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from api_world import Told
from starlette.testclient import TestClient

from transire.crypto.encoding import b64url
from transire.crypto.errors import KeyInvalid
from transire.crypto.http_signatures import HttpRequest, sign_request
from transire.crypto.keys import SigningKey
from transire.desk.api_tokens import create_api_token, revoke_api_token

KEY = SigningKey.from_seed(bytes(range(32)))


class Signer:
    """A program with a key of its own."""

    def __init__(self, told: Told, slug: str, *scopes: str) -> None:
        actor = told.world.actors[slug]
        self.tenant, now = actor.tenant, actor.tenant.now()
        with self.tenant.transaction() as tx:
            made = create_api_token(
                tx,
                actor.person.id,
                name="signing program",
                scopes=scopes,
                ends_at=now + timedelta(days=1),
                now=now,
                public_key=b64url(KEY.public),
            )
        assert made.token is None
        self.key_id, self.key, self.slug = made.row.id, KEY, slug
        self.origin = told.world.node.settings.origin
        self.client = TestClient(told.app, base_url=self.origin)

    def headers(self, method: str, path: str, body: bytes = b"", **more: str) -> dict[str, str]:
        asked = HttpRequest.of(method, self.origin + path, more)
        return more | sign_request(asked, body, key_id=self.key_id, key=self.key, now=datetime.now(UTC))

    def send(self, method: str, path: str, body: bytes = b"", **more: str) -> tuple[int, str]:
        path = f"/v1/m/{self.slug}{path}"
        return self.sent(method, path, body, self.headers(method, path, body, **more))

    def sent(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        answer = self.client.request(method, path, content=body, headers=headers)
        return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


@pytest.fixture(scope="module")
def signer(told: Told) -> Signer:
    return Signer(told, "riogrande", "inbox.read", "documents.read", "notes.write")


def test_a_signed_request_acts_within_the_scopes_of_its_token(signer: Signer) -> None:
    assert signer.send("GET", "/inbox") == (200, "")
    assert signer.send("GET", "/documents?limit=2") == (200, "")
    assert signer.send("GET", "/persons") == (403, "desk.scope-missing")


def test_a_signed_request_is_good_once(signer: Signer) -> None:
    path = "/v1/m/riogrande/inbox"
    headers = signer.headers("GET", path)
    assert signer.sent("GET", path, b"", headers) == (200, "")
    assert signer.sent("GET", path, b"", headers) == (401, "api.signature-replayed")


def test_it_holds_at_this_member_s_address_alone(signer: Signer) -> None:
    headers = signer.headers("GET", "/v1/m/riogrande/inbox")
    assert signer.sent("GET", "/v1/m/gateway/inbox", b"", headers) == (401, "desk.token-refused")
    assert signer.sent("GET", "/v1/m/riogrande/outbox", b"", headers) == (401, "crypto.http-signature-invalid")


def test_a_body_that_was_not_signed_does_nothing(signer: Signer) -> None:
    path = "/v1/m/riogrande/me"
    headers = signer.headers("POST", path, b'{"text":"a"}', **{"content-type": "application/json"})
    status, _ = signer.sent("POST", path, b'{"text":"b"}', headers)
    assert status in (401, 405)


def test_an_idempotency_key_is_signed_too(signer: Signer) -> None:
    path = "/v1/m/riogrande/products/import"
    headers = signer.headers("POST", path, b"{}", **{"content-type": "application/json"})
    assert (
        signer.sent("POST", path, b"{}", headers | {"idempotency-key": "x" * 20})[1] == "crypto.http-signature-invalid"
    )


def test_the_key_of_another_program_is_refused(told: Told, signer: Signer) -> None:
    other = Signer(told, "riogrande", "inbox.read")
    other.key = SigningKey.generate()
    assert other.send("GET", "/inbox") == (401, "crypto.http-signature-invalid")
    other.key_id = "nobody"
    assert other.send("GET", "/inbox") == (401, "desk.token-refused")


def test_a_token_that_was_ended_signs_nothing(told: Told) -> None:
    ended = Signer(told, "riogrande", "inbox.read")
    assert ended.send("GET", "/inbox") == (200, "")
    with ended.tenant.transaction() as tx:
        revoke_api_token(tx, ended.key_id, now=ended.tenant.now())
    assert ended.send("GET", "/inbox") == (401, "desk.token-refused")


def test_the_id_of_a_token_with_a_key_is_no_secret_to_send(signer: Signer) -> None:
    answer = signer.client.get("/v1/m/riogrande/inbox", headers={"authorization": f"Bearer {signer.key_id}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "desk.token-refused")


def test_a_token_is_made_with_a_public_key_and_shows_no_secret(told: Told) -> None:
    caller = told.caller("riogrande")
    me = caller.read("/me")["person"]["id"]
    wanted = {
        "name": "signs",
        "person_id": me,
        "scopes": ["inbox.read"],
        "until": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}",
        "public_key": b64url(KEY.public),
    }
    answer = caller.post(caller.at("/tokens"), json=wanted)
    assert answer.status_code == 201, answer.text
    assert "token" not in answer.json()
    assert answer.json()["public_key"] == wanted["public_key"]
    small = caller.post(caller.at("/tokens"), json=wanted | {"public_key": b64url(bytes(32))})
    assert (small.status_code, small.json()["code"]) == (400, KeyInvalid.code)
