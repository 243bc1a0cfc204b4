"""Keys, a small valid credential, and the VC API in this process, for the tests that change one thing at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from transire.credentials.contexts import V2
from transire.credentials.issue import secure_credential
from transire.credentials.resolve import verification_method_of
from transire.crypto.ecdsa import P256, P384, EcdsaKey
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import Signer, public_key_of, write_multikey
from transire.vc_api.app import build_app
from transire.vc_api.issuers import STATUS, Issuers, new_key
from transire.vc_api.lists import StatusBook
from transire.vc_api.service import Service

KEYS: dict[str, Signer] = {
    "Ed25519": SigningKey.from_seed(b"c" * 32),
    "P-256": EcdsaKey.from_number(P256, 41),
    "P-384": EcdsaKey.from_number(P384, 42),
}
KIND_OF = {
    "eddsa-jcs-2022": "Ed25519",
    "eddsa-rdfc-2022": "Ed25519",
    "ecdsa-jcs-2019": "P-256",
    "ecdsa-rdfc-2019": "P-256",
    "ecdsa-sd-2023": "P-256",
}
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def did_of(key: Signer) -> str:
    return f"did:key:{write_multikey(public_key_of(key))}"


def method_of(key: Signer) -> str:
    return verification_method_of(did_of(key), key)


def unsigned(**changes: Any) -> dict[str, Any]:
    """A credential with everything but its issuer and its proof; a change to None takes a member away."""
    document: dict[str, Any] = {
        "@context": [V2, EXAMPLES],
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": ["VerifiableCredential", "ExampleCredential"],
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "name": "Nuez", "goods": {"weight": 5.5, "unit": "kg"}},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def issued(suite: str = "eddsa-jcs-2022", kind: str | None = None, **changes: Any) -> dict[str, Any]:
    """The credential, signed by the key that goes with the suite."""
    key = KEYS[kind or KIND_OF[suite]]
    return secure_credential({"issuer": did_of(key), **unsigned(**changes)}, key=key, cryptosuite=suite)


def altered(document: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A copy in which one thing was changed."""
    again = copy.deepcopy(document)
    change(again)
    return again


class VcApi:
    """A client of one instance, with what its tests ask for again and again."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client
        self.issuers = {each["name"]: each["id"] for each in client.get("/issuers").json()}

    def issue(self, credential: dict[str, Any], name: str = "", **options: Any) -> Any:
        path = f"/{name}/credentials/issue" if name else "/credentials/issue"
        body = {"credential": credential, **({"options": options} if options else {})}
        return self.client.post(path, json=body)

    def issued(self, name: str = "", **changes: Any) -> dict[str, Any]:
        answer = self.issue(unsigned(issuer=self.issuers[name or "eddsa-jcs-2022"], **changes), name)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def verify(self, credential: object, **options: Any) -> Any:
        return self.client.post("/credentials/verify", json={"verifiableCredential": credential, "options": options})

    def verify_presentation(self, presentation: object, **options: Any) -> Any:
        body = {"verifiablePresentation": presentation, "options": options}
        return self.client.post("/presentations/verify", json=body)


@pytest.fixture(scope="module")
def vc_api() -> VcApi:
    """One instance with keys of its own."""
    issuers = Issuers.made(new_key)
    service = Service(issuers, StatusBook(issuers.named(STATUS)), throwaway=True)
    return VcApi(TestClient(build_app(service), base_url="https://credentials.example"))
