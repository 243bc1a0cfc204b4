"""Credentials issued and verified, by each way of securing them, beside libraries of npm in the same run.

    python -m benchmarks.credentials

Goals: 4,000 verifications a second a core with eddsa-jcs-2022 at 2 kB, and ahead of the JavaScript libraries
in every profile. CPU time counts, ours and theirs; an invoice of the house with more or fewer lines. Theirs are Digital
Bazaar's Data Integrity libraries, jose and @sd-jwt/core. Ours check every word and the issuer as well, theirs of jose
and SD-JWT the signature alone. Letters are JWE for one recipient, theirs by jose.

Besides: a content key wrapped for 100 recipients with the statement of each grant, without the database (goal
50 ms), the same for hybrid keys (ML-KEM-768 beside X25519), and the status of 10,000 credentials of one list, which is
verified once (goal 1 s).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from credential_world import KEYS, did_of, method_of
from npm_world import Partner, partner
from transire.credentials.contexts import OWN_CONTEXT, V2, pinned_contexts
from transire.credentials.envelope import open_jws, open_sd_jwt, sign_envelope
from transire.credentials.issue import secure_credential
from transire.credentials.jwe import Recipient, open_letter, seal
from transire.credentials.resolve import resolve_did_key
from transire.credentials.sd_jwt import disclosable_of, issue_sd_jwt
from transire.credentials.selective import derive
from transire.credentials.status import VerifiedLists, build_status_list, status_entry
from transire.credentials.verify import verify_credential
from transire.crypto.ecdh import EcdhKey
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.multikey import as_jwk, public_key_of
from transire.crypto.sealing import wrap_key
from transire.ledger.statement import make_statement, statement_bytes

LINES = {"2 kB": 14, "6 kB": 55, "50 kB": 520}
"""Goods lines that make an invoice of about this size."""
SUITES = {
    "eddsa-jcs-2022": "Ed25519",
    "eddsa-rdfc-2022": "Ed25519",
    "ecdsa-jcs-2019": "P-256",
    "ecdsa-rdfc-2019": "P-256",
}
SECONDS = 0.2
SALT = bytes(32)
MULTIKEY = "https://w3id.org/security/multikey/v1"


def invoice(lines: int) -> dict[str, Any]:
    """An invoice with this many lines."""
    listed = [
        {"lineNumber": n + 1, "text": f"Steel fitting {n}", "quantity": str(n), "unit": "PCE", "amount": f"{n}.50"}
        for n in range(lines)
    ]
    buyer = {"name": "Importadora del Norte", "country": "US"}
    return {
        "@context": [V2, OWN_CONTEXT],
        "id": "urn:uuid:6f1b36d2-2bd1-4d0f-a9c9-0d3dff1e7b52",
        "type": ["VerifiableCredential", "CommercialInvoice"],
        "validFrom": "2026-11-28T00:00:00Z",
        "credentialSubject": {"buyer": buyer, "lines": listed, "currency": "USD"},
    }


def main() -> None:
    """Print every figure; each is calls a second of one core."""
    with partner() as others:
        give_contexts(others)
        for size, lines in LINES.items():
            for what, ours, theirs in measured(others, invoice(lines)):
                print(f"{what}, {size}: {ours:,.0f}/s; npm {theirs:,.0f}/s", flush=True)
    print(f"100 grants of one document: {1000 / rate(grants, recipients(100)):,.1f} ms")
    print(f"100 grants of one document, hybrid keys: {1000 / rate(grants, hybrid_recipients(100)):,.1f} ms")
    entries, published = statuses(10_000)
    print(f"status of 10,000 credentials of one list: {1 / rate(check_statuses, entries, published):,.3f} s")


def give_contexts(others: Partner) -> None:
    """Theirs know the W3C contexts; ours, and a Multikey context that is enough for keys, they are given."""
    own = json.loads(files("transire").joinpath("documents/context.jsonld").read_text(encoding="utf-8"))
    others.ask("contexts", documents={OWN_CONTEXT: own, MULTIKEY: {"@context": {}}})


def measured(others: Partner, document: dict[str, Any]) -> Any:
    """What is measured for one document: name, ours, theirs."""
    for suite, kind in SUITES.items():
        key = KEYS[kind]
        mine = {**document, "issuer": did_of(key)}
        signed = secure_credential(mine, key=key, cryptosuite=suite)
        issue = {"operation": "issue", "credential": document, "suite": suite, "kind": kind}
        yield (
            f"issue {suite}",
            rate(secure_credential, mine, key=key, cryptosuite=suite),
            rate_of(others, issue),
        )
        verify = {"operation": "verify", "document": signed}
        yield f"verify {suite}", rate(verify_credential, signed), rate_of(others, verify)
    yield from selective(others, document)
    yield from enveloped(others, document)
    yield from letters(others, document)


def selective(others: Partner, document: dict[str, Any]) -> Any:
    """ecdsa-sd-2023: a signature a statement at issue, and one a statement that is shown."""
    key, contexts = KEYS["P-256"], pinned_contexts()
    mine = {**document, "issuer": did_of(key)}
    signed = secure_credential(mine, key=key, cryptosuite="ecdsa-sd-2023", mandatory=["/issuer"])
    shown = ["/credentialSubject/buyer"]
    derived = derive(signed, signed["proof"], shown, contexts)
    issue = {"operation": "issue", "credential": document, "suite": "ecdsa-sd-2023", "kind": "P-256"}
    issue["mandatoryPointers"] = ["/issuer"]
    suite = {"cryptosuite": "ecdsa-sd-2023", "mandatory": ["/issuer"]}
    yield "issue ecdsa-sd-2023", rate(secure_credential, mine, key=key, **suite), rate_of(others, issue)
    request = {"operation": "derive", "document": signed, "selectivePointers": shown}
    yield "derive ecdsa-sd-2023", rate(derive, signed, signed["proof"], shown, contexts), rate_of(others, request)
    verify = {"operation": "verify", "document": derived}
    yield "verify ecdsa-sd-2023", rate(verify_credential, derived), rate_of(others, verify)


def enveloped(others: Partner, document: dict[str, Any]) -> Any:
    """vc+jwt and SD-JWT with ES384."""
    key = KEYS["P-384"]
    mine, kid = {**document, "issuer": did_of(key)}, method_of(key)
    jwk = {**as_jwk(public_key_of(key)), "alg": "ES384"}
    text = sign_envelope(mine, key=key, kid=kid)
    at = datetime.now(UTC)
    sign = {"operation": "signJws", "payload": mine, "header": {"alg": "ES384"}}
    yield "issue vc+jwt ES384", rate(sign_envelope, mine, key=key, kid=kid), rate_of(others, sign)
    verify = {"operation": "verifyJws", "text": text, "jwk": jwk}
    yield "verify vc+jwt ES384", rate(open_jws, text, resolve_did_key, at=at), rate_of(others, verify)
    pointers = disclosable_of(mine)
    sd_jwt = issue_sd_jwt(mine, key=key, kid=kid, pointers=pointers)
    frame = {"credentialSubject": {"_sd": ["buyer", "lines", "currency"]}}
    issue = {"operation": "issueSdJwt", "payload": mine, "frame": frame, "header": {"typ": "vc+sd-jwt"}}
    yield (
        "issue SD-JWT ES384",
        rate(issue_sd_jwt, mine, key=key, kid=kid, pointers=pointers),
        rate_of(others, issue),
    )
    verify = {"operation": "verifySdJwt", "text": sd_jwt, "jwk": jwk}
    yield "verify SD-JWT ES384", rate(open_sd_jwt, sd_jwt, resolve_did_key, at=at), rate_of(others, verify)


def letters(others: Partner, document: dict[str, Any]) -> Any:
    """JWE by ECDH-ES+A256KW over X25519."""
    key, text = EcdhKey.generate("X25519"), json.dumps(document)
    recipient, plain = [Recipient(key.public_key)], text.encode()
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
    sealing = {"operation": "sealJwe", "text": text, "jwks": [as_jwk(key.public_key)], "header": header}
    yield "seal a letter", rate(seal, plain, recipient), rate_of(others, sealing)
    letter = seal(plain, recipient)
    opening = {"operation": "openJwe", "text": letter, "jwk": key.private_jwk()}
    yield "open a letter", rate(open_letter, letter, [key]), rate_of(others, opening)


def recipients(count: int) -> list[bytes]:
    """Public keys of members."""
    return [AgreementKey.generate().public for _ in range(count)]


def hybrid_recipients(count: int) -> list[bytes]:
    """Public keys of members that withstand quantum computers."""
    return [HybridKey.beside(AgreementKey.generate()).public for _ in range(count)]


def grants(publics: list[bytes]) -> None:
    """What a grant costs for each recipient but the database: the statement, its bytes, and the wrapped key."""
    content_key, document, by = bytes(range(32)), "A" * 43, "did:web:a.example"
    for number, public in enumerate(publics):
        body = {"document": document, "recipient": f"did:web:r{number}.example", "purpose": "audit"}
        statement_bytes(make_statement("document.granted/2", body, about=[document], by=by, actor="x", salt=SALT))
        wrap_key(content_key, recipient_public=public, info=b"A" * 200)


def statuses(count: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Entries of as many credentials, and the list that they name."""
    url, key = "https://producer.example/status/1", KEYS["Ed25519"]
    published = build_status_list(
        [100_000], list_url=url, issuer_did=did_of(key), key=key, valid_from=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return [status_entry(url, index) for index in range(count)], published


def check_statuses(entries: list[dict[str, Any]], published: dict[str, Any]) -> None:
    """Each of them, with the list verified once."""
    lists, issuer = VerifiedLists(lambda url: published), did_of(KEYS["Ed25519"])
    for entry in entries:
        lists.check(entry, issuer)


def rate(work: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """Calls a second of CPU: the best of three stretches."""
    work(*arguments, **options)
    return max(_stretch(lambda: work(*arguments, **options)) for _ in range(3))


def _stretch(work: Callable[[], object]) -> float:
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS / 3:
        work()
        count += 1
    return count / spent


def rate_of(others: Partner, request: dict[str, Any]) -> float:
    """The same of theirs, warmed up."""
    for _ in range(6):
        others.ask(**request)
    return float(others.ask("time", request=request, seconds=SECONDS)["perSecond"])


if __name__ == "__main__":
    main()
