"""Credentials and the world outside: a member's did:web document, and the page that checks what others issued."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credential_world import KEYS, altered, did_of, issued, method_of, unsigned
from transire.credentials.envelope import open_jws, sign_envelope
from transire.credentials.exchange import exchange_token
from transire.credentials.issue import secure_credential
from transire.credentials.jwe import open_letter, recipient_of, seal
from transire.credentials.resolve import document_resolver
from transire.credentials.sd_jwt import issue_sd_jwt, show_sd_jwt
from transire.credentials.verify import verify_credential
from transire.crypto.ecdh import EcdhKey
from transire.vault import tables as vault

HARBOR = "did:web:harbor.example"


def told(browser: Any, address: str, host: str = "testserver") -> Any:
    return browser.get(address, headers={"host": host})


def test_a_member_s_did_web_document_is_where_its_did_says(browser, node) -> None:
    answer = told(browser, "/.well-known/did.json", "harbor.example")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/did+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    assert document == told(browser, "/m/harbor/did.json").json()
    assert document["id"] == HARBOR
    assert len(document["assertionMethod"]) == 2
    assert "authentication" not in document
    resolve = document_resolver([document])
    harbor = node.tenant("harbor")
    said = {**unsigned(), "issuer": HARBOR}
    signed = secure_credential(said, key=harbor.keys.signing_key(harbor.credential_key_name))
    assert verify_credential(signed, resolve=resolve).issuer == HARBOR
    (key,) = harbor.exchange_keys()
    assert open_jws((exchange_token(signed, key) or b"").decode(), resolve).document == said
    letter = seal(b"price", [recipient_of(document)])
    own = EcdhKey.of_x25519(harbor.keys.agreement_key("agree-1").private)
    assert open_letter(letter, [own]).plaintext == b"price"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("/.well-known/did.json", "elsewhere.example"),
        ("/folder/did.json", "harbor.example"),
        ("/m/taller/did.json", "harbor.example"),  # its DID is a did:key
        ("/m/nobody/did.json", "harbor.example"),
        ("/.well-known/did.json", "harbor.example:8443"),
    ],
)
def test_no_document_is_served_for_a_name_that_no_member_has(browser, address: str, host: str) -> None:
    assert told(browser, address, host).status_code == 404


def checked(browser: Any, file: bytes | str, **more: Any) -> str:
    """The page that answers."""
    raw = file.encode() if isinstance(file, str) else file
    token = browser.get("/m/taller/check").text.partition('name="form_token" value="')[2].partition('"')[0]
    others = {name: (name, content) for name, content in more.items() if isinstance(content, bytes)}
    fields = {name: content for name, content in more.items() if isinstance(content, str)}
    files = {"file": ("file", raw), **others}
    answer = browser.post("/m/taller/check", data={"form_token": token, **fields}, files=files)
    assert answer.status_code < 500, answer.text
    return str(answer.text)


GOOD, BAD = "Every check that must hold does", "It is not to be relied on"


def sd_jwt() -> str:
    key = KEYS["P-384"]
    text = issue_sd_jwt(
        {**unsigned(), "issuer": did_of(key)}, key=key, kid=method_of(key), pointers=["/credentialSubject/goods"]
    )
    return show_sd_jwt(text, ["/credentialSubject/goods/unit"])


def jwt() -> str:
    key = KEYS["P-384"]
    return sign_envelope({**unsigned(), "issuer": did_of(key)}, key=key, kid=method_of(key))


@pytest.fixture
def reader(browser) -> Any:
    browser.sign_in("taller", "auditor@taller.example")
    return browser


MADE = {"jcs": issued, "rdfc": lambda: issued("ecdsa-rdfc-2019"), "jwt": jwt, "sd-jwt": sd_jwt}


@pytest.mark.parametrize("form", MADE)
def test_what_others_issued_is_checked_in_every_form_and_not_kept(reader, node, form: str) -> None:
    tenant = node.tenant("taller")
    with tenant.database.reading() as view:
        before = view.execute(vault.statements.select()).all()
    made = MADE[form]()
    page = checked(reader, made if isinstance(made, str) else json.dumps(made))
    assert GOOD in page
    assert page.count('aria-label="holds"') == 6
    assert "Nuez" in page
    with tenant.database.reading() as view:
        assert view.execute(vault.statements.select()).all() == before


def test_what_was_altered_fails_by_name_and_code(reader) -> None:
    page = checked(reader, json.dumps(altered(issued(), lambda it: it["credentialSubject"].update(name="Almendra"))))
    assert BAD in page
    assert "credentials.proof-invalid" in page
    assert "It was signed, and not changed since" in page
    assert "Almendra" in page


def test_a_member_s_keys_are_those_on_the_ledger_whatever_a_file_says(reader, node) -> None:
    harbor, stranger = node.tenant("harbor"), KEYS["Ed25519"]
    said = {**unsigned(), "issuer": HARBOR}
    own = secure_credential(said, key=harbor.keys.signing_key(harbor.credential_key_name))
    assert GOOD in checked(reader, json.dumps(own))
    forged = secure_credential(said, key=stranger)
    name = method_of(stranger).partition("#")[2]
    method = {"id": f"{HARBOR}#{name}", "controller": HARBOR, "type": "Multikey", "publicKeyMultibase": name}
    document = {"id": HARBOR, "verificationMethod": [method], "assertionMethod": [method["id"]]}
    assert BAD in checked(reader, json.dumps(forged), did_document=json.dumps(document).encode())
    outside = {**document, "id": "did:web:outside.example"}
    text = json.dumps(outside).replace(HARBOR, "did:web:outside.example")
    theirs = secure_credential({**unsigned(), "issuer": "did:web:outside.example"}, key=stranger)
    assert "credentials.did-unresolved" in checked(reader, json.dumps(theirs))
    assert GOOD in checked(reader, json.dumps(theirs), did_document=text.encode())


def test_a_context_that_is_not_known_hides_no_signature(reader) -> None:
    key = KEYS["P-384"]
    said = unsigned(issuer=did_of(key))
    said["@context"] = [said["@context"][0], "https://vocabulary.example/passport/v1"]
    page = checked(reader, sign_envelope(said, key=key, kid=method_of(key)))
    assert BAD in page
    assert "credentials.context-not-pinned" in page
    assert page.count('aria-label="holds"') == 5


@pytest.mark.parametrize(
    "file",
    [b"", b"\xff\xfe", b"{", b"[]", b"a.b.c", b"{}~", b'{"receipt":"statement/1","network":"elsewhere"}', b"a~b~"],
)
def test_a_file_that_is_none_is_refused_on_the_same_page(reader, file: bytes) -> None:
    page = checked(reader, file)
    assert "Check a credential" in page
    assert GOOD not in page


def test_markup_in_a_credential_stays_text(reader) -> None:
    page = checked(
        reader, json.dumps(issued(name="<script>alert(1)</script>", credentialSubject={"name": "<img src=x>"}))
    )
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
