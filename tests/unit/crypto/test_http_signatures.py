"""Signed HTTP messages: the RFC's own example, and everything that must not be taken for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from http_message_signatures import HTTPMessageSigner
from hypothesis import given
from hypothesis import strategies as st

from transire.crypto.encoding import unb64url
from transire.crypto.errors import HttpSignatureInvalid, HttpSignatureMissing, HttpSignatureStale, KeyUnknown
from transire.crypto.http_signatures import (
    CLOCK_SKEW,
    LONGEST_LIFE,
    HttpRequest,
    _Ed25519,
    _Keys,
    content_digest,
    sign_answer,
    sign_request,
    verify_answer,
    verify_request,
)
from transire.crypto.keys import SigningKey

KEY = SigningKey.from_seed(bytes(range(32)))
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
URL = "https://node.example/v1/m/acme/invoices?limit=5"
BODY = b'{"hello": "world"}'


def find(key_id: str) -> bytes:
    if key_id != "k1":
        raise KeyUnknown(got=key_id)
    return KEY.public


def request(headers: dict[str, str] | None = None, *, method: str = "POST", url: str = URL) -> HttpRequest:
    return HttpRequest.of(method, url, headers if headers is not None else {"content-type": "application/json"})


def signed(body: bytes = BODY, **changed: object) -> dict[str, str]:
    asked = request()
    values = {"key_id": "k1", "key": KEY, "now": NOW} | changed
    headers = sign_request(asked, body, **values)  # type: ignore[arg-type]
    return {"content-type": "application/json", **headers}


def test_the_example_of_the_rfc_b_2_6() -> None:
    """RFC 9421 B.2.6: its key, its message, its signature, through the algorithm that all messages go through."""
    key = SigningKey.from_seed(unb64url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU", length=32))
    assert key.public == unb64url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs", length=32)
    asked = HttpRequest.of(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {"date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-type": "application/json", "content-length": "18"},
    )
    HTTPMessageSigner(signature_algorithm=_Ed25519, key_resolver=_Keys(key=key)).sign(
        asked,
        key_id="test-key-ed25519",
        created=datetime.fromtimestamp(1618884473, UTC),
        label="sig-b26",
        include_alg=False,
        covered_component_ids=("date", "@method", "@path", "@authority", "content-type", "content-length"),
    )
    assert asked.headers["signature"] == (
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )


def test_the_digest_of_rfc_9530() -> None:
    assert content_digest(BODY) == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"


def test_what_was_signed_holds() -> None:
    found = verify_request(request(signed()), find_key=find, now=NOW)
    found.check_body(BODY)
    assert (found.key_id, found.ends) == ("k1", NOW + timedelta(seconds=60))


ALTERED: dict[str, Callable[[dict[str, str]], HttpRequest]] = {
    "another method": lambda headers: request(headers, method="PUT"),
    "another address": lambda headers: request(headers, url=URL.replace("acme", "evil")),
    "another query": lambda headers: request(headers, url=URL + "0"),
    "another host": lambda headers: request(headers, url=URL.replace("node", "nose")),
    "plain http": lambda headers: request(headers, url=URL.replace("https", "http")),
    "another media type": lambda headers: request(headers | {"content-type": "text/csv"}),
    "another digest": lambda headers: request(headers | {"content-digest": content_digest(b"other")}),
    "an idempotency key that was not signed": lambda headers: request(headers | {"idempotency-key": "x" * 20}),
    "a condition that was not signed": lambda headers: request(headers | {"if-match": '"7"'}),
    "a network that was not signed": lambda headers: request(headers | {"transire-network": "other"}),
    "another nonce": lambda headers: request(
        headers | {"signature-input": headers["signature-input"].replace('nonce="', 'nonce="x')}
    ),
    "a longer life": lambda headers: request(
        headers | {"signature-input": headers["signature-input"].replace("expires=", "expires=1")}
    ),
    "no signature": lambda headers: request({name: headers[name] for name in headers if name != "signature"}),
    "no input": lambda headers: request({name: headers[name] for name in headers if name != "signature-input"}),
    "no structured field": lambda headers: request(headers | {"signature-input": "((((("}),
    "two signatures": lambda headers: request(
        headers
        | {
            "signature-input": f"{headers['signature-input']}, b={headers['signature-input'].partition('=')[2]}",
            "signature": f"{headers['signature']}, b={headers['signature'].partition('=')[2]}",
        }
    ),
    "another label's input": lambda headers: request(
        headers | {"signature-input": headers["signature-input"].replace("transire=", "other=", 1)}
    ),
    "another purpose": lambda headers: request(
        headers | {"signature-input": headers["signature-input"].replace('tag="transire"', 'tag="tls"')}
    ),
    "an algorithm that is none of ours": lambda headers: request(
        headers | {"signature-input": headers["signature-input"].replace("ed25519", "hmac-sha256")}
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_does_not_hold(name: str) -> None:
    with pytest.raises((HttpSignatureInvalid, HttpSignatureMissing, HttpSignatureStale)):
        verify_request(ALTERED[name](signed()), find_key=find, now=NOW)


def test_another_body_is_refused_once_it_is_read() -> None:
    found = verify_request(request(signed()), find_key=find, now=NOW)
    with pytest.raises(HttpSignatureInvalid, match="digest"):
        found.check_body(BODY + b" ")


def test_a_body_without_a_digest_is_refused() -> None:
    found = verify_request(request(signed(b"")), find_key=find, now=NOW)
    with pytest.raises(HttpSignatureInvalid, match="Content-Digest"):
        found.check_body(BODY)


@pytest.mark.parametrize(
    "when", [NOW - CLOCK_SKEW - timedelta(seconds=2), NOW + timedelta(seconds=60) + CLOCK_SKEW + timedelta(seconds=2)]
)
def test_a_signature_of_another_time_is_refused(when: datetime) -> None:
    with pytest.raises(HttpSignatureStale):
        verify_request(request(signed()), find_key=find, now=when)


def test_nobody_may_ask_that_a_nonce_is_kept_for_long() -> None:
    headers = signed(life=LONGEST_LIFE + timedelta(seconds=1))
    with pytest.raises(HttpSignatureStale, match="life"):
        verify_request(request(headers), find_key=find, now=NOW)


def test_the_refusal_of_an_unknown_key_is_the_key_s_own() -> None:
    with pytest.raises(KeyUnknown):
        verify_request(request(signed(key_id="k2")), find_key=find, now=NOW)


def test_another_key_did_not_sign_this() -> None:
    with pytest.raises(HttpSignatureInvalid, match="signature over POST"):
        verify_request(request(signed(key=SigningKey.from_seed(bytes(32)))), find_key=find, now=NOW)


class TestAnswers:
    asked = request(signed())
    given = sign_answer(asked, 200, b"taken", key_id="k1", key=KEY, now=NOW)

    def verify(
        self, *, asked: HttpRequest | None = None, status: int = 200, body: bytes = b"taken", **headers: str
    ) -> None:
        lines = [*(self.given | headers).items()]
        verify_answer(asked or self.asked, status, lines, body, find_key=find, now=NOW)

    def test_an_answer_holds_for_its_own_request(self) -> None:
        self.verify()

    def test_it_answers_no_other_request(self) -> None:
        """The same request signed again has another nonce: an answer that was overheard answers nothing."""
        with pytest.raises(HttpSignatureInvalid):
            self.verify(asked=request(signed()))

    @pytest.mark.parametrize("changed", [{"status": 201}, {"body": b"refused"}])
    def test_it_says_nothing_else(self, changed: dict[str, object]) -> None:
        with pytest.raises(HttpSignatureInvalid):
            self.verify(**changed)  # type: ignore[arg-type]


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_sent_as_a_signature_is_refused_and_no_accident(input_: str, signature: str) -> None:
    with pytest.raises((HttpSignatureInvalid, HttpSignatureStale, KeyUnknown)):
        verify_request(request({"signature-input": input_, "signature": signature}), find_key=find, now=NOW)
