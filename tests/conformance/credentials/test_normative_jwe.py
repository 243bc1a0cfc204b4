"""JWE for parties outside: the vectors of the RFCs, and every way in which a letter can be wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from transire.credentials.canonical import jcs
from transire.credentials.did_key import document_of
from transire.credentials.errors import JweMalformed, JweRecipientUnfit, JweUnopened
from transire.credentials.jwe import (
    MAX_RECIPIENTS,
    Recipient,
    _derived,
    open_letter,
    recipient_of,
    seal,
    thumbprint,
)
from transire.crypto.ecdh import KINDS, EcdhKey
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import JsonRefused, KeyInvalid
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import PublicKey, as_jwk, of_jwk, public_key_of, write_multikey

JWE, JWA, RFC8037 = "RFC 7516", "RFC 7518", "RFC 8037"
must = pytest.mark.must

KEYS = {kind: EcdhKey.generate(kind) for kind in KINDS}
TEXT = '{"price":"12.50 ñ"}'.encode()
each_kind = pytest.mark.parametrize("kind", KINDS)

# RFC 7518, appendix C: Alice's ephemeral key and Bob's, and what both derive for A128GCM.
ALICE = {
    "kty": "EC",
    "crv": "P-256",
    "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
    "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
}
BOB = {
    "kty": "EC",
    "crv": "P-256",
    "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
    "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
}


@must(JWA, "4.6.2", "the key is derived by Concat KDF from the shared secret and the names of both parties")
def test_the_key_of_rfc_7518_appendix_c() -> None:
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i"}
    for one, other in ((ALICE, BOB), (BOB, ALICE)):
        shared = EcdhKey.of_jwk(one).shared_with(EcdhKey.of_jwk(other).public_key)
        assert b64url(_derived(shared, header, "A128GCM", 16)) == "VqqN6vgjbSBcIijNcacQGg"


def test_the_agreement_of_rfc_7748_6_1() -> None:
    bob = EcdhKey.of_x25519(bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
    alice = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert bob.public.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    shared = bob.shared_with(PublicKey("X25519", alice))
    assert shared.hex() == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"


@must(JWE, "5.1", "each letter has a key of its own, wrapped for its recipient under a key of that letter alone")
@each_kind
def test_a_letter_is_opened_by_its_recipient_alone(kind: str) -> None:
    letter = seal(TEXT, [Recipient(KEYS[kind].public_key, "did:example:a#1")], cty="application/vc")
    opened = open_letter(letter + "\n", [EcdhKey.generate(kind), *KEYS.values()])
    assert opened.plaintext == TEXT
    assert (opened.header["alg"], opened.header["enc"]) == ("ECDH-ES+A256KW", "A256GCM")
    assert (opened.header["kid"], opened.header["cty"]) == ("did:example:a#1", "application/vc")
    assert letter != seal(TEXT, [Recipient(KEYS[kind].public_key, "did:example:a#1")], cty="application/vc")
    with pytest.raises(JweUnopened):
        open_letter(letter, [EcdhKey.generate(each) for each in KINDS])


def test_a_letter_for_several_is_opened_by_each() -> None:
    letter = seal(TEXT, [Recipient(key.public_key) for key in KEYS.values()])
    assert len(json.loads(letter)["recipients"]) == len(KINDS)
    for key in KEYS.values():
        assert open_letter(letter, [key]).plaintext == TEXT


@must(JWE, "5.2", "what was altered in any part is refused")
@each_kind
def test_no_character_of_a_letter_can_be_changed(kind: str) -> None:
    letter = seal(TEXT, [Recipient(KEYS[kind].public_key)])
    step = max(1, len(letter) // 60)
    for place in range(0, len(letter), step):
        other = "A" if letter[place] != "A" else "B"
        with pytest.raises((JweMalformed, JweUnopened, JsonRefused)):
            open_letter(letter[:place] + other + letter[place + 1 :], [KEYS[kind]])


def test_no_part_of_one_letter_fits_another() -> None:
    recipient = [Recipient(KEYS["P-256"].public_key)]
    first, second = (seal(TEXT, recipient).split(".") for _ in range(2))
    for place in range(5):
        mixed = [*first[:place], second[place], *first[place + 1 :]]
        with pytest.raises(JweUnopened):
            open_letter(".".join(mixed), [KEYS["P-256"]])


def changed(**changes: Any) -> str:
    """A letter whose protected header was written again."""
    first, *rest = seal(TEXT, [Recipient(KEYS["X25519"].public_key)]).split(".")
    header = {**json.loads(unb64url(first)), **changes}
    return ".".join((b64url(jcs({name: value for name, value in header.items() if value is not None})), *rest))


SMALL_ORDER = {"kty": "OKP", "crv": "X25519", "x": b64url(bytes(32))}
BAD_HEADERS: list[dict[str, Any]] = [
    *({"alg": name} for name in ("RSA-OAEP", "RSA1_5", "dir", "A256KW", "PBES2-HS256+A128KW", "none", None, 7, ["a"])),
    *({"enc": name} for name in ("A256CBC-HS512", "none", None, {})),
    {"zip": "DEF"},
    {"crit": ["exp"], "exp": 1},
    {"epk": None},
    {"epk": "X25519"},
    {"epk": {}},
    {"epk": SMALL_ORDER},
    {"epk": KEYS["X25519"].private_jwk()},
    {"epk": {**as_jwk(KEYS["P-256"].public_key), "y": as_jwk(KEYS["P-256"].public_key)["x"]}},
    {"epk": {"kty": "OKP", "crv": "X25519", "x": 7}},
    {"apu": 7},
    {"apu": "=="},
]


@must(JWE, "4.1.13", "critical extensions are refused, and so are compression, passwords and RSA")
@must(RFC8037, "3.2", "a point of small order is refused")
@pytest.mark.parametrize("change", BAD_HEADERS)
def test_a_header_that_asks_for_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(JweMalformed):
        open_letter(changed(**change), [KEYS["X25519"]])


@pytest.mark.parametrize(
    "change", [{"enc": "A128GCM"}, {"alg": "ECDH-ES"}, {"alg": "ECDH-ES+A128KW"}, {"cty": "a"}], ids=str
)
def test_what_the_header_says_is_bound(change: dict[str, Any]) -> None:
    with pytest.raises(JweUnopened):
        open_letter(changed(**change), [KEYS["X25519"]])


@must(JWE, "7.2.1", "no name stands in two headers of a letter")
def test_texts_that_are_no_letters() -> None:
    sealed = seal(TEXT, [Recipient(KEYS["X25519"].public_key)])
    several = json.loads(seal(TEXT, [Recipient(key.public_key) for key in KEYS.values()]))
    texts = [
        "",
        "a.b.c",
        "....",
        sealed + ".",
        sealed.replace(".", "..", 1),
        json.dumps({**several, "recipients": []}),
        json.dumps({**several, "recipients": [7]}),
        json.dumps({**several, "recipients": several["recipients"] * MAX_RECIPIENTS}),
        json.dumps({**several, "unprotected": {"enc": "A256GCM"}}),
        json.dumps({**several, "protected": b64url(b"{}"), "unprotected": {"enc": "A256GCM"}}),
        json.dumps({**several, "protected": b64url(b'{"enc":"A256GCM","enc":"A128GCM"}')}),
        json.dumps({**several, "iv": several["iv"] + "AAAA"}),
        json.dumps({**several, "tag": several["tag"][:-8]}),
        "{" + json.dumps(several)[1:-1] + ',"tag":"AAAA"}',
        "x" * 9_000_000,
    ]
    for text in texts:
        with pytest.raises((JweMalformed, JsonRefused)):
            open_letter(text, list(KEYS.values()))


@must(JWE, "5.2", "for several recipients it is enough to be one of them")
def test_a_recipient_of_another_kind_beside_ours_does_not_matter() -> None:
    body = json.loads(seal(TEXT, [Recipient(key.public_key) for key in KEYS.values()]))
    body["recipients"].insert(0, {"header": {"alg": "RSA-OAEP"}, "encrypted_key": "AAAA"})
    assert open_letter(json.dumps(body), [KEYS["P-384"]]).plaintext == TEXT


def test_for_whom_a_document_lets_others_seal() -> None:
    key = SigningKey.from_seed(b"j" * 32)
    name = write_multikey(public_key_of(key))
    document = document_of("did:web:bank.example", {name: public_key_of(key)})
    assert recipient_of(document).key.kind == "X25519"
    assert recipient_of(as_jwk(KEYS["P-384"].public_key)) == Recipient(KEYS["P-384"].public_key)
    for refused in (
        {**document, "keyAgreement": []},
        {"id": "did:web:bank.example"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        KEYS["P-256"].private_jwk(),
        as_jwk(public_key_of(key)),
    ):
        with pytest.raises(JweRecipientUnfit):
            recipient_of(refused)
    with pytest.raises(JweRecipientUnfit):
        seal(TEXT, [])
    with pytest.raises(JweRecipientUnfit):
        seal(TEXT, [Recipient(PublicKey("X25519", bytes(32)))])


@pytest.mark.parametrize(
    "change",
    [{"d": None}, {"d": "AAAA"}, {"d": b64url(bytes(32))}, {"crv": "secp256k1"}, {"x": BOB["x"]}, {"kty": "OKP"}],
    ids=str,
)
def test_a_private_key_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(KeyInvalid):
        EcdhKey.of_jwk({**ALICE, **change})


def test_the_thumbprint_of_rfc_8037_a_3() -> None:
    key = of_jwk({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
