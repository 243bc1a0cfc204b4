"""Bodies that nobody should send: every one gets 4xx with a problem, and none takes long."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from credential_world import VcApi, issued, unsigned, vc_api  # noqa: F401 - a fixture
from transire.credentials.contexts import V2
from transire.credentials.status import decode_bits
from transire.vc_api.app import build_app
from transire.vc_api.issuers import STATUS, Issuers, new_key
from transire.vc_api.lists import StatusBook
from transire.vc_api.service import Service, did_web_of

PATHS = [
    "/credentials/issue",
    "/credentials/verify",
    "/presentations/verify",
    "/credentials/derive",
    "/credentials/status",
]


def post(vc_api: VcApi, path: str, raw: bytes) -> Any:  # noqa: F811
    return vc_api.client.post(path, content=raw, headers={"Content-Type": "application/json"})


BODIES = {
    "empty": b"",
    "torn": b'{"credential":',
    "not an object": b"[]",
    "not UTF-8": b'{"credential":"\xff"}',
    "a member twice": b'{"credential":{"issuer":"a","issuer":"b"}}',
    "not a number": b'{"credential":NaN}',
    "a number too large": b'{"credential":1e999}',
    "an integer too large": b'{"credential":90071992547409931}',
    "half a character": b'{"credential":"\\ud800"}',
    "very deep": b'{"credential":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "options no object": b'{"credential":{},"verifiableCredential":{},"verifiablePresentation":{},"options":[]}',
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", BODIES)
def test_every_bad_body_is_a_problem(vc_api: VcApi, path: str, body: str) -> None:  # noqa: F811
    answer = post(vc_api, path, BODIES[body])
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


@pytest.mark.parametrize("path", PATHS)
def test_ten_megabytes_are_too_much(vc_api: VcApi, path: str) -> None:  # noqa: F811
    started = time.monotonic()
    answer = post(vc_api, path, b'{"credential":"' + b"a" * 10_000_000 + b'"}')
    assert answer.status_code == 413
    assert answer.json()["code"] == "crypto.json-too-large"
    assert time.monotonic() - started < 5


def cycle(size: int) -> dict[str, Any]:
    """Things without names that all look alike: canonicalisation would take size! steps."""
    things = [{"type": "Thing", "to": [{"type": "Thing", "to": []} for _ in range(size)]} for _ in range(size)]
    return unsigned(credentialSubject={"goods": things})


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "ecdsa-sd-2023"])
def test_a_graph_that_would_take_for_ever_is_refused_in_time(vc_api: VcApi, suite: str) -> None:  # noqa: F811
    started = time.monotonic()
    answer = vc_api.issue(cycle(9), suite)
    assert time.monotonic() - started < 10
    assert (answer.status_code, answer.json()["code"]) == (400, "credentials.graph-too-complex")


def test_a_document_of_very_many_statements_is_refused(vc_api: VcApi) -> None:  # noqa: F811
    goods = [{"name": f"good {number}", "unit": "kg"} for number in range(9_000)]
    answer = vc_api.issue(unsigned(credentialSubject={"goods": goods}), "eddsa-rdfc-2022")
    assert answer.status_code == 400
    assert answer.json()["check"] in ("form", "terms")


def test_deep_documents_are_refused(vc_api: VcApi) -> None:  # noqa: F811
    deep: dict[str, Any] = {"name": "x"}
    for _ in range(60):
        deep = {"inner": deep}
    assert vc_api.issue(unsigned(credentialSubject=deep)).status_code == 400
    assert vc_api.verify({**issued(), "credentialSubject": deep}).status_code == 400


def test_a_context_that_is_not_pinned_is_never_fetched(vc_api: VcApi) -> None:  # noqa: F811
    answer = vc_api.issue(unsigned(**{"@context": [V2, "https://127.0.0.1:1/context.jsonld"]}))
    assert answer.json()["code"] == "credentials.context-not-pinned"


def test_addresses_and_methods_that_are_not_there(vc_api: VcApi) -> None:  # noqa: F811
    assert vc_api.client.get("/nowhere").status_code == 404
    assert vc_api.client.get("/credentials/verify").status_code == 405
    assert vc_api.client.post("/no-such-issuer/credentials/issue", json={"credential": unsigned()}).status_code == 404
    assert vc_api.client.get("/status/lists/2").status_code == 404
    body = {"credentialId": "urn:uuid:unknown", "credentialStatus": {}}
    assert vc_api.client.post("/credentials/status", json=body).status_code == 404


def test_an_issuer_whose_key_is_kept_signs_for_nobody_else(tmp_path: Any) -> None:
    issuers = Issuers.made(new_key)
    book = StatusBook(issuers.named(STATUS), tmp_path / "status.json")
    client = TestClient(build_app(Service(issuers, book, throwaway=False), public_url="https://vc.producer.example"))
    refused = client.post("/credentials/issue", json={"credential": unsigned(issuer="did:example:other")})
    assert refused.json()["code"] == "vc-api.issuer-foreign"
    web = did_web_of("https://vc.producer.example")
    signed = client.post("/credentials/issue", json={"credential": unsigned(issuer=web)}).json()
    assert signed["proof"]["verificationMethod"].startswith(f"{web}#z6Mk")
    assert client.post("/credentials/verify", json={"verifiableCredential": signed}).status_code == 200
    document = client.get("/.well-known/did.json").json()
    assert signed["proof"]["verificationMethod"] in document["assertionMethod"]
    assert document["service"][0]["type"] == "TraceabilityAPI"


def test_the_status_book_survives_its_process(tmp_path: Any) -> None:
    issuer = Issuers.made(new_key).named(STATUS)
    book = StatusBook(issuer, tmp_path / "status.json")
    entry = book.enter("urn:uuid:1", "https://vc.example")
    book.set("urn:uuid:1", True)
    again = StatusBook(issuer, tmp_path / "status.json")
    published = again.published("1", "https://vc.example")
    place = int(entry["statusListIndex"])
    bits = decode_bits(published["credentialSubject"]["encodedList"])
    assert bits[place >> 3] & (0x80 >> (place & 7))
    assert sum(byte.bit_count() for byte in bits) == 1
    assert json.loads((tmp_path / "status.json").read_text())["ended"] == [place]
