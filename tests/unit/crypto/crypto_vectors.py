"""Makes the vectors of canonical JSON, keys and sealing with *other* implementations than ours.

rfc8785 writes canonical JSON, OpenSSL (through cryptography) signs, pyhpke wraps, and the small-order table follows
from the definition in ZIP 215. Published values are written out with their source. To write the files again:

    .venv/bin/python tests/unit/crypto/crypto_vectors.py
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKeyPair

FOLDER = Path(__file__).resolve().parents[3] / "vectors"

ACCEPTED: list[tuple[str, Any]] = [
    ("empty object", {}),
    ("null", None),
    ("nested and sorted", {"b": [True, False, None], "a": {"z": 1, "A": 2, "": 3}}),
    ("largest integers", [2**53 - 1, -(2**53 - 1), 0]),
    ("decimals are strings", {"quantity": "12.50", "rate": "0.00"}),
    ("controls are escaped", {"text": "\x00\x01\x08\t\n\x0b\x0c\r\x1f\x7f\x80\u2028"}),
    ("solidus and quotes", ['"', "\\", "/", "</script>"]),
    # The sample of RFC 8785 3.2.3 without its key beyond the BMP.
    ("keys in order of UTF-16", {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\x80": 5, "\u00f6": 6}),
    ("astral characters in values", {"smiley": "\U0001f600", "\ud7ff\ue000\uffff": "\U0010ffff"}),
    # RFC 8785 3.1: Unicode normalisation is not applied, A with ring stays two characters.
    ("not normalised", {"Unnormalized Unicode": "A\u030a", "normalised": "\u00c5"}),
    ("sixteen levels", json.loads("[" * 16 + "]" * 16)),
    ("brackets in text are no levels", ["[{" * 40]),
    ("text that looks like a float", [":1.5", "[2.0", ",3e8"]),
]

# name, bytes, code of parse_canonical, code of parse_json (None: accepted)
REFUSED: list[tuple[str, bytes, str, str | None]] = [
    ("white space", b'{"a": 1}', "crypto.not-canonical", None),
    ("line end", b'{"a":1}\n', "crypto.not-canonical", None),
    ("keys out of order", b'{"b":1,"a":2}', "crypto.not-canonical", None),
    ("needless escape", b'"\\u0041"', "crypto.not-canonical", None),
    ("escaped solidus", b'"\\/"', "crypto.not-canonical", None),
    ("escape in capitals", b'"\\u001F"', "crypto.not-canonical", None),
    ("long escape of a short one", b'"\\u000a"', "crypto.not-canonical", None),
    ("surrogate pair", b'"\\ud83d\\ude00"', "crypto.not-canonical", None),
    ("negative zero", b"-0", "crypto.not-canonical", None),
    ("duplicate key", b'{"a":1,"a":2}', "crypto.duplicate-key", "crypto.duplicate-key"),
    ("duplicate key, same value", b'{"a":1,"a":1}', "crypto.duplicate-key", "crypto.duplicate-key"),
    ("duplicate key, escaped", b'{"a":1,"\\u0061":1}', "crypto.duplicate-key", "crypto.duplicate-key"),
    ("duplicate key, deep", b'[{"x":{"a":1,"a":1}}]', "crypto.duplicate-key", "crypto.duplicate-key"),
    ("float", b"[1.5]", "crypto.json-refused", "crypto.json-refused"),
    ("whole float", b"1.0", "crypto.json-refused", "crypto.json-refused"),
    ("exponent", b"1e2", "crypto.json-refused", "crypto.json-refused"),
    ("float of zero", b'{"a":-0.0}', "crypto.json-refused", "crypto.json-refused"),
    ("not a number", b"NaN", "crypto.json-refused", "crypto.json-refused"),
    ("infinity", b"-Infinity", "crypto.json-refused", "crypto.json-refused"),
    ("integer of 2^53", b"9007199254740992", "crypto.json-refused", "crypto.json-refused"),
    ("integer of -2^53", b"-9007199254740992", "crypto.json-refused", "crypto.json-refused"),
    ("integer of 2^64", b"18446744073709551616", "crypto.json-refused", "crypto.json-refused"),
    ("integer of 400 digits", b"9" * 400, "crypto.json-refused", "crypto.json-refused"),
    ("leading zero", b"01", "crypto.json-refused", "crypto.json-refused"),
    ("seventeen levels", b"[" * 17 + b"]" * 17, "crypto.json-refused", "crypto.json-refused"),
    ("seventeen levels of objects", b'{"a":' * 17 + b"1" + b"}" * 17, "crypto.json-refused", "crypto.json-refused"),
    ("eleven hundred levels", b"[" * 1100 + b"]" * 1100, "crypto.json-refused", "crypto.json-refused"),
    ("key beyond the BMP", '{"\U0001f600":1}'.encode(), "crypto.json-refused", "crypto.json-refused"),
    ("deep key beyond the BMP", '[{"a":{"\U0001f600":1}}]'.encode(), "crypto.json-refused", "crypto.json-refused"),
    ("invalid UTF-8", b'"\xff"', "crypto.json-refused", "crypto.json-refused"),
    ("surrogate in UTF-8", b'"\xed\xa0\x80"', "crypto.json-refused", "crypto.json-refused"),
    ("overlong UTF-8", b'"\xc1\x81"', "crypto.json-refused", "crypto.json-refused"),
    ("lone surrogate", b'"\\ud800"', "crypto.json-refused", "crypto.json-refused"),
    ("lone surrogate as key", b'{"\\udfff":1}', "crypto.json-refused", "crypto.json-refused"),
    ("byte order mark", b"\xef\xbb\xbf{}", "crypto.json-refused", "crypto.json-refused"),
    ("control in text", b'"\x01"', "crypto.json-refused", "crypto.json-refused"),
    ("trailing comma", b"[1,]", "crypto.json-refused", "crypto.json-refused"),
    ("two values", b"1 2", "crypto.json-refused", "crypto.json-refused"),
    ("nothing", b"", "crypto.json-refused", "crypto.json-refused"),
    ("single quotes", b"{'a':1}", "crypto.json-refused", "crypto.json-refused"),
    ("UTF-16", '{"a":1}'.encode("utf-16"), "crypto.json-refused", "crypto.json-refused"),
]

# RFC 8032 7.1: seed, public key, message, signature of TEST 1 to TEST 3.
RFC8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

# "Taming the many EdDSAs" (doi 10.1007/978-3-030-64357-7_4), vectors 0 to 11 of its table 6 (repository
# novifinancial/ed25519-speccheck, cases.txt), with the verdicts published there for Zebra (ZIP 215) and libsodium.
SPECCHECK = [
    (
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
    (
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
    ),
    (
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
    ),
    (
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
    ),
    (
        "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
    (
        "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
]
ZEBRA = "VVVVVVXXXVVV"
LIBSODIUM = "XXXVXXXXXXXX"

P = 2**255 - 19


def canonical() -> dict[str, object]:
    accepted = [
        {"name": name, "canonical": rfc8785.dumps(value).decode(), "loose": json.dumps(value, indent=1)}
        for name, value in ACCEPTED
    ]
    refused = [
        {"name": name, "hex": raw.hex(), "parse_canonical": strict, "parse_json": loose}
        for name, raw, strict, loose in REFUSED
    ]
    return {"canonical/accepted.json": accepted, "canonical/refused.json": refused}


def small_order_encodings() -> list[str]:
    """All 14 encodings that ZIP 215 decodes to a point of small order, from the curve equation alone.

    y of order 1, 2 and 4 is 1, -1 and 0. Points of order 8 double to (±sqrt(-1), 0), so y^2 = -x^2, and the curve
    gives d y^4 + 2 y^2 - 1 = 0. An encoding may also write y + p where that fits 255 bits (y < 19), and either sign.
    """
    d = -121665 * pow(121666, -1, P) % P
    root = square_root((1 + d) % P)
    eighths = [y2 for y2 in ((root - 1) * pow(d, -1, P) % P, (-root - 1) * pow(d, -1, P) % P) if is_square(y2)]
    ys = [0, 1, P - 1] + [sign % P for y2 in eighths for sign in (square_root(y2), -square_root(y2))]
    found = set()
    for y in ys:
        for written in (y, y + P):
            for sign in (0, 1):
                if written < 2**255:
                    found.add((written | sign << 255).to_bytes(32, "little").hex())
    return sorted(found)


def is_square(number: int) -> bool:
    return pow(number, (P - 1) // 2, P) in (0, 1)


def square_root(number: int) -> int:
    candidate = pow(number, (P + 3) // 8, P)
    return candidate if candidate * candidate % P == number else candidate * pow(2, (P - 1) // 4, P) % P


def keys() -> dict[str, object]:
    signed = [
        {"seed": seed, "public": public, "message": message, "signature": signature}
        for seed, public, message, signature in RFC8032
    ]
    speccheck = [
        {"case": case, "message": m, "public": a, "signature": s, "zip215": z == "V", "pynacl": n == "V"}
        for case, ((m, a, s), z, n) in enumerate(zip(SPECCHECK, ZEBRA, LIBSODIUM, strict=True))
    ]
    small = {"message": b"Zcash".hex(), "encodings": small_order_encodings(), "zip215": True, "pynacl": False}
    return {
        "keys/ed25519.json": signed,
        "keys/ed25519-edge-cases.json": speccheck,
        "keys/small-order.json": small,
        "keys/did.json": dids(),
    }


def dids() -> dict[str, object]:
    seeds = [hashlib.sha256(name.encode()).digest() for name in ("producer", "importer", "customs")]
    keys = [Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() for seed in seeds]
    return {
        "did_key": [{"public": key.hex(), "did": "did:key:z" + base58(b"\xed\x01" + key)} for key in keys],
        "accepted": [
            "did:web:producer.example",
            "did:web:customs.example:members:agency-4",
            "did:web:node.example%3A8443",
            "did:web:node.example%3A8443:m:Broker_1.2",
            "did:web:xn--bcher-kva.example",
        ],
        "local": ["did:web:localhost", "did:web:localhost%3A8000:a", "did:web:127.0.0.1", "did:web:node"],
        "refused": [
            "", "did:web:", "did:web:Producer.example", "did:web:producer.example:", "did:web:producer.example/",
            "did:web:producer.example#key", "did:web:producer..example", "did:web:-producer.example",
            "did:web:producer.example:..", "did:web:producer.example:8443%2F", "did:web:producer.example%3A0",
            "did:web:producer.example%3A65536", "did:web:producer.example%3a8443", "did:web:producer.example.",
            "did:web:user@producer.example", "did:web:[::1]", "did:web:b\u00fccher.example", "did:WEB:producer.example",
            "did:web:producer.example\n", "did:web:" + "a" * 64 + ".example", "did:web:" + "a." * 130 + "example",
            "did:key:", "did:key:z6Mk", "did:key:u6Mk", "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc",
            "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp#x", "did:ion:abc", "https://producer.example",
        ],
        "refused_as_local": [
            "did:web:10.0.0.1", "did:web:127.1", "did:web:0x7f.0x1", "did:web:customs.local", "did:web:a.localhost",
            "did:web:metadata.internal", "did:web:1.0.0.127.in-addr.arpa", "did:web:intranet",
        ],
    }  # fmt: skip


def base58(data: bytes) -> str:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(data, "big"), ""
    while number:
        text = alphabet[number % 58] + text
        number //= 58
    return text


def sealing() -> dict[str, object]:
    return {
        "sealing/hpke.json": {"rfc9180_a_1_1": RFC9180_A_1_1, "wrapped": [wrapped(number) for number in range(3)]},
        "sealing/content.json": [content(text) for text in (b"", b"certification", bytes(range(256)))],
        "sealing/hkdf.json": RFC5869,
        "sealing/hybrid.json": [wrapped_hybrid(number) for number in range(3)],
    }


def wrapped_hybrid(number: int) -> dict[str, str]:
    """A content key wrapped for a hybrid key: HPKE written out from its parts, and not by the library's HPKE."""
    private = hashlib.shake_256(f"hybrid {number}".encode()).digest(96)
    key, info = hashlib.sha256(f"key {number}".encode()).digest(), f"grant {number}".encode()
    lattice = MLKEM768PrivateKey.from_seed_bytes(private[:64])
    agreement = X25519PrivateKey.from_private_bytes(private[64:]).public_key()
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(f"ephemeral {number}".encode()).digest())
    lattice_sealed = encapsulated(number) or lattice.public_key().encapsulate()[1]
    lattice_secret = lattice.decapsulate(lattice_sealed)
    sealed = lattice_sealed + ephemeral.public_key().public_bytes_raw()
    secret = x_wing(lattice_secret, ephemeral.exchange(agreement), sealed, agreement.public_bytes_raw())
    return {
        "recipient_private": private.hex(),
        "recipient_public": (lattice.public_key().public_bytes_raw() + agreement.public_bytes_raw()).hex(),
        "info": info.hex(),
        "key": key.hex(),
        "wrapped": (sealed + hybrid_cipher(secret, info, key, opens=False)).hex(),
    }


def encapsulated(number: int) -> bytes | None:
    """The ML-KEM ciphertext that is in the file already: no library makes the same twice."""
    file = FOLDER / "sealing/hybrid.json"
    return bytes.fromhex(json.loads(file.read_text())[number]["wrapped"])[:1088] if file.exists() else None


def unwrapped_hybrid(wrapped: bytes, private: bytes, info: bytes) -> bytes:
    """The same way back."""
    lattice = MLKEM768PrivateKey.from_seed_bytes(private[:64])
    agreement = X25519PrivateKey.from_private_bytes(private[64:])
    shared = agreement.exchange(X25519PublicKey.from_public_bytes(wrapped[1088:1120]))
    public = agreement.public_key().public_bytes_raw()
    secret = x_wing(lattice.decapsulate(wrapped[:1088]), shared, wrapped[:1120], public)
    return hybrid_cipher(secret, info, wrapped[1120:], opens=True)


def x_wing(lattice_secret: bytes, shared: bytes, sealed: bytes, public: bytes) -> bytes:
    """draft-connolly-cfrg-xwing-kem 5.3: both secrets, the X25519 part of what was sent, the X25519 key, a label."""
    return hashlib.sha3_256(lattice_secret + shared + sealed[1088:] + public + bytes.fromhex("5c2e2f2f5e5c")).digest()


def hybrid_cipher(secret: bytes, info: bytes, data: bytes, *, opens: bool) -> bytes:
    """RFC 9180 5.1, base mode, for KEM 0x647a, HKDF-SHA256, AES-256-GCM; the first and only message."""
    suite = b"HPKE" + bytes.fromhex("647a00010002")

    def extract(salt: bytes, label: bytes, given: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + given, "sha256")

    def expand(label: bytes, length: int) -> bytes:
        text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(found, text + b"\x01", "sha256")[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    found = extract(secret, b"secret", b"")
    cipher, nonce = AESGCM(expand(b"key", 32)), expand(b"base_nonce", 12)
    return cipher.decrypt(nonce, data, b"") if opens else cipher.encrypt(nonce, data, b"")


# RFC 9180 A.1.1: the same KEM and KDF with AES-128-GCM, first encryption. It shows that the oracle is right.
RFC9180_A_1_1 = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "skEm": "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
    "skRm": "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
    "pkRm": "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    "enc": "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    "aad": "436f756e742d30",
    "pt": "4265617574792069732074727574682c20747275746820626561757479",
    "ct": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
}

# RFC 5869 A.1 to A.3.
RFC5869 = [
    {
        "secret": "0b" * 22,
        "salt": "000102030405060708090a0b0c",
        "info": "f0f1f2f3f4f5f6f7f8f9",
        "output": "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    },
    {
        "secret": bytes(range(0x50)).hex(),
        "salt": bytes(range(0x60, 0xB0)).hex(),
        "info": bytes(range(0xB0, 0x100)).hex(),
        "output": "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    },
    {
        "secret": "0b" * 22,
        "salt": "",
        "info": "",
        "output": "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    },
]


def oracle(private: bytes, aead: AEADId = AEADId.AES256_GCM) -> tuple[CipherSuite, Any, Any]:
    """The suite of pyhpke, and a key pair as it wants it."""
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, aead)
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return suite, suite.kem.deserialize_private_key(private), suite.kem.deserialize_public_key(public)


def wrapped(number: int) -> dict[str, str]:
    recipient = hashlib.sha256(b"recipient %d" % number).digest()
    ephemeral = hashlib.sha256(b"ephemeral %d" % number).digest()
    key, info = hashlib.sha256(b"content key %d" % number).digest(), b"grant %d" % number
    suite, _, public = oracle(recipient)
    _, private, own = oracle(ephemeral)
    encapsulated, context = suite.create_sender_context(public, info=info, eks=KEMKeyPair(private, own))
    return {
        "recipient_private": recipient.hex(),
        "info": info.hex(),
        "key": key.hex(),
        "wrapped": (encapsulated + context.seal(key)).hex(),
    }


def content(plaintext: bytes) -> dict[str, str]:
    key = hashlib.sha256(b"key" + plaintext).digest()
    nonce, aad = hashlib.sha256(b"nonce" + plaintext).digest()[:12], b"document 7"
    ciphertext = nonce + AESGCM(key).encrypt(nonce, plaintext, aad)
    return {"key": key.hex(), "aad": aad.hex(), "plaintext": plaintext.hex(), "ciphertext": ciphertext.hex()}


def files() -> dict[str, object]:
    """Every file of vectors by its path below `vectors/`."""
    return {**canonical(), **keys(), **sealing()}


if __name__ == "__main__":
    for path, value in files().items():
        (FOLDER / path).write_text(json.dumps(value, indent=1) + "\n")
