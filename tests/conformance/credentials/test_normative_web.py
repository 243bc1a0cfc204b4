"""did:web and what is fetched: bounded, kept, never led into a private network, never believed without its checks."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from credential_world import KEYS, unsigned
from transire.credentials.did_key import document_of
from transire.credentials.did_web import MOST_FETCHES, WebReader, address_of, resolve_did_web
from transire.credentials.envelope import sign_envelope, wrap
from transire.credentials.errors import DidUnresolved, KeyUnresolved, StatusNotFetched, WebRefused
from transire.credentials.examine import Verifier, require
from transire.credentials.status import encode_bits, status_entry
from transire.credentials.web import WebRules, fetch
from transire.crypto.multikey import public_key_of, write_multikey
from web_world import LocalHost, answer, trickled

WEB, CID = "did:web", "Controlled Identifiers 1.0"
must = pytest.mark.must

KEY = KEYS["P-384"]
NAME = write_multikey(public_key_of(KEY))
JSON = frozenset({"application/json"})
CHECKS = ["form", "terms", "proof", "issuer", "validity", "status"]


@pytest.fixture(scope="module")
def host() -> Iterator[LocalHost]:
    made = LocalHost()
    yield made
    made.close()


def reader(host: LocalHost, **rules: Any) -> WebReader:
    return WebReader(WebRules(plain_hosts=frozenset({host.authority}), **rules))


def document(did: str, **changes: Any) -> dict[str, Any]:
    return {**document_of(did, {NAME: public_key_of(KEY)}, "JsonWebKey"), **changes}


def issued(did: str, **changes: Any) -> dict[str, Any]:
    """A vc+jwt by ES384 under a did:web, in its envelope."""
    return wrap(sign_envelope({**unsigned(**changes), "issuer": did}, key=KEY, kid=f"{did}#{NAME}"))


def found(credential: dict[str, Any], web: WebReader) -> dict[str, str]:
    lookup = web.lookup()
    verifier = Verifier(resolve=lookup, at=datetime.now(UTC), status_lists=lookup.status_list)
    return {finding.name: finding.outcome for finding in verifier.credential(credential)}


@must(WEB, "2.5.2", "the document of a did:web is read from its host over https, a folder or .well-known at the end")
def test_a_credential_under_did_web_is_verified_and_its_document_kept(host: LocalHost) -> None:
    did = host.did("issuer")
    host.serve("/issuer/did.json", document(did), "application/did+json; charset=utf-8")
    host.asked.clear()
    web = reader(host)
    for _ in range(3):
        assert set(found(issued(did), web).values()) == {"holds"}
    assert host.asked == ["/issuer/did.json"]
    assert resolve_did_web(did, web.lookup().did_document).body["didDocument"]["id"] == did
    assert resolve_did_web(f"{did}#{NAME}", web.lookup().did_document).body["didDocument"]["controller"] == did
    assert resolve_did_web(f"{did}#other", web.lookup().did_document).status == 404


def test_a_document_is_asked_for_again_when_its_time_is_over(host: LocalHost) -> None:
    did, clock = host.did("kept"), [0.0]
    web = WebReader(WebRules(plain_hosts=frozenset({host.authority})), clock=lambda: clock[0])
    with pytest.raises(DidUnresolved):
        web.lookup().did_document(did)
    host.serve("/kept/did.json", document(did))
    with pytest.raises(DidUnresolved):  # the refusal is kept as well, for a shorter time
        web.lookup().did_document(did)
    clock[0] = 31
    assert web.lookup().did_document(did)["id"] == did
    host.answers.clear()
    clock[0] = 330
    assert web.lookup().did_document(did)["id"] == did
    clock[0] = 332
    with pytest.raises(DidUnresolved):
        web.lookup().did_document(did)


@must(WEB, "2.5.2", "the id of the document is the DID that was asked for")
@must(CID, "3.3", "a key counts for the purposes that its document lists it for")
@pytest.mark.parametrize(
    "change",
    [
        {"assertionMethod": []},
        {"assertionMethod": [f"#{NAME}x"]},
        {"verificationMethod": []},
        {"verificationMethod": "none"},
        {"verificationMethod": [{"id": ["a"], "controller": {}}], "assertionMethod": [{"id": {}}, None, 7]},
        {"verificationMethod": [{"id": f"#{NAME}"}] * 300},
        {"id": "did:web:somebody.example"},
        {"id": None},
    ],
    ids=str,
)
def test_a_key_counts_only_as_its_document_lists_it(host: LocalHost, change: dict[str, Any]) -> None:
    did = host.did("changed")
    host.serve("/changed/did.json", {**document(did), **change})
    assert found(issued(did), reader(host))["proof"] == "fails"


@must(CID, "2.2", "a key counts for its controller, and not after it expired or was revoked")
@pytest.mark.parametrize(
    "member",
    [
        {"controller": "did:web:somebody.example"},
        {"revoked": "2026-01-01T00:00:00Z"},
        {"expires": "2026-01-01T00:00:00Z"},
        {"revoked": "soon"},
        {"publicKeyJwk": {"kty": "EC", "crv": "P-384", "x": 7, "y": []}},
        {"publicKeyJwk": None},
    ],
    ids=str,
)
def test_a_key_that_is_not_fit_is_refused(host: LocalHost, member: dict[str, Any]) -> None:
    did = host.did("unfit")
    changed = document(did)
    changed["verificationMethod"][0] |= member
    host.serve("/unfit/did.json", changed)
    assert found(issued(did), reader(host))["proof"] == "fails"


@must(CID, "2.2.1", "a method may be named relative to its document, or stand in the list of its purpose")
def test_a_relative_name_and_a_method_inside_of_its_list_count(host: LocalHost) -> None:
    did = host.did("relative")
    method = document(did)["verificationMethod"][0] | {"id": f"#{NAME}"}
    for parts in (
        {"verificationMethod": [method], "assertionMethod": [f"#{NAME}"]},
        {"assertionMethod": [method]},
        {"verificationMethod": [method], "assertionMethod": [f"{did}#{NAME}"]},
    ):
        host.serve("/relative/did.json", {"id": did, **parts})
        assert found(issued(did), reader(host))["proof"] == "holds"


BAD = {
    "a redirect": lambda request: answer(request, b"", status=302, headers={"Location": "/secret"}),
    "not found": lambda request: answer(request, b"{}", status=404),
    "a page": lambda request: answer(request, b"<html>", "text/html"),
    "no media type": lambda request: answer(request, b"{}", ""),
    "compressed": lambda request: answer(request, b"{}", headers={"Content-Encoding": "gzip"}),
    "too long": lambda request: answer(request, b" " * 5_000 + b"{}"),
    "longer than announced": lambda request: answer(request, b'{"id":' + b" " * 5_000, length=10**12),
    "cut short": lambda request: answer(request, b"{}", length=50),
    "a member twice": lambda request: answer(request, b'{"id":"a","id":"b"}'),
    "a list": lambda request: answer(request, b"[]"),
    "very deep": lambda request: answer(request, b"[" * 2_000 + b"]" * 2_000),
    "no HTTP": lambda request: request.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
    "a drop at a time": trickled,
}


@must(WEB, "3", "a redirect, another media type and an answer without end are refused")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_refused_in_time(host: LocalHost, name: str) -> None:
    did = host.did("bad")
    host.answers["/bad/did.json"] = BAD[name]
    host.asked.clear()
    started = time.monotonic()
    with pytest.raises(DidUnresolved):
        reader(host, seconds=0.3, most_bytes=4_096).lookup().did_document(did)
    assert time.monotonic() - started < 2
    assert host.asked == ["/bad/did.json"]


def test_one_verification_has_a_budget(host: LocalHost) -> None:
    lookup = reader(host).lookup()
    for number in range(MOST_FETCHES):
        host.serve(f"/{number}/did.json", document(host.did(str(number))))
        lookup.did_document(host.did(str(number)))
    lookup.did_document(host.did("0"))  # kept: costs nothing
    with pytest.raises(DidUnresolved, match="one verification"):
        lookup.did_document(host.did("one-more"))


@must(WEB, "2.1", "a host is a DNS name; an address is none")
@pytest.mark.parametrize(
    "did",
    [
        "did:web:localhost",
        "did:web:127.0.0.1",
        "did:web:0x7f.1",
        "did:web:printer.lan",
        "did:web:producer.example:..:secret",
        "did:web:producer.example%2F..",
        "did:web:PRODUCER.example",
        "did:web:producer.example%3A0",
        "did:web:",
    ],
)
def test_names_that_no_host_of_the_internet_has_are_not_asked(did: str) -> None:
    with pytest.raises(DidUnresolved):
        address_of(did)
    assert (
        resolve_did_web(did, WebReader().lookup().did_document).body["didResolutionMetadata"]["error"] == "invalidDid"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://producer.example/list",
        "https://localhost/list",
        "https://[::1]/list",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "https://user@producer.example/",
        "https://producer.example:99999/",
        "https://producer.example/a b",
        "https://producer.example/\r\nHost: a",
        "https://pröducer.example/",
        "file:///etc/passwd",
        "https://producer.example/#part",
    ],
)
def test_addresses_that_are_not_fit_are_not_asked(url: str) -> None:
    with pytest.raises(StatusNotFetched):
        WebReader().lookup().status_list(url)


@must(WEB, "3", "a name that leads into a private network is not followed")
@pytest.mark.parametrize(
    "inside", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "64:ff9b::a00:1"]
)
def test_a_public_name_at_a_private_address_is_refused_before_a_connection(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def of_the_dns(name: str, port: int, **_: Any) -> list[Any]:
        asked.append(name)
        return [(2, 1, 6, "", (each, port)) for each in ("93.184.215.14", inside)]

    def connected(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket, "getaddrinfo", of_the_dns)
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(WebRefused, match="public Internet"):
        fetch("https://producer.example/list", media_types=JSON, rules=WebRules())
    assert asked == ["producer.example"]  # once: a second answer could be another


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[Any] = []

    def connected(address: Any, **_: Any) -> None:
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda name, port, **_: [(2, 1, 6, "", ("93.184.215.14", port))])
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(WebRefused):
        fetch("https://producer.example/list", media_types=JSON, rules=WebRules())
    assert went == [("93.184.215.14", 443)]


def test_the_dns_has_no_longer_than_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(0.8) or [])
    started = time.monotonic()
    with pytest.raises(WebRefused):
        fetch("https://producer.example/list", media_types=JSON, rules=WebRules(seconds=0.2))
    assert time.monotonic() - started < 0.7


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate that signs itself, for one name, and the context of a server that has it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(IPv4Address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, folder / "key.pem")
    return chain, context


@must(WEB, "3", "the host proves its name by TLS")
@pytest.mark.parametrize(
    ("name", "known", "holds"), [("localhost", True, True), ("localhost", False, False), ("other", True, False)]
)
def test_the_host_must_be_the_one_that_its_certificate_names(
    tmp_path: Path, name: str, known: bool, holds: bool
) -> None:
    chain, context = certificate(tmp_path, name)
    host = LocalHost(context)
    try:
        host.serve("/list", {"a": 1})
        rules = WebRules(private_hosts=frozenset({host.authority}), ca_file=str(chain) if known else None, seconds=2)
        if holds:
            assert fetch(host.url("/list"), media_types=JSON, rules=rules).body == b'{"a": 1}'
        else:
            with pytest.raises(WebRefused, match="certificate"):
                fetch(host.url("/list"), media_types=JSON, rules=rules)
            assert host.asked == []
    finally:
        host.close()


@pytest.mark.parametrize("enveloped", [True, False])
def test_a_status_list_is_fetched_and_its_signature_counts(host: LocalHost, enveloped: bool) -> None:
    did, url = host.did("status"), host.url("/status/1")
    host.serve("/status/did.json", document(did))
    subject = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encode_bits([9])}
    types = ["VerifiableCredential", "BitstringStatusListCredential"]
    published = unsigned(id=url, type=types, credentialSubject=subject) | {"issuer": did}
    if enveloped:
        text = sign_envelope(published, key=KEY, kid=f"{did}#{NAME}")
        host.serve("/status/1", text.encode(), "application/vc+jwt")
    else:
        from transire.credentials.issue import secure_credential

        signed = secure_credential(published, key=KEY, cryptosuite="ecdsa-jcs-2019")
        host.serve("/status/1", signed, "application/vc")
    web = reader(host)
    assert found(issued(did, credentialStatus=status_entry(url, 8)), web)["status"] == "holds"
    assert found(issued(did, credentialStatus=status_entry(url, 9)), web)["status"] == "fails"
    other = host.did("issuer")
    host.serve("/issuer/did.json", document(other))
    assert found(issued(other, credentialStatus=status_entry(url, 8)), web)["status"] == "fails"
    missing = issued(did, credentialStatus=status_entry(host.url("/status/2"), 8))
    assert found(missing, web)["status"] == "not shown"


@must(CID, "3.3", "a key for authentication signs no credential")
def test_a_key_for_authentication_signs_no_credential(host: LocalHost) -> None:
    did = host.did("purpose")
    host.serve("/purpose/did.json", document(did, assertionMethod=[]))
    lookup = reader(host).lookup()
    with pytest.raises(KeyUnresolved, match="assertionMethod"):
        lookup.for_purpose("assertionMethod")(did, NAME)
    assert lookup.for_purpose("authentication")(did, NAME) == public_key_of(KEY)
    finding = Verifier(resolve=lookup).credential(issued(did))
    with pytest.raises(KeyUnresolved):
        require(finding, ["proof"])
