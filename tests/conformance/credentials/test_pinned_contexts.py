"""The table of terms against the context files as W3C publishes them."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

from transire.credentials.abridge import abridge
from transire.credentials.contexts import OWN_CONTEXT, pinned_contexts
from transire.crypto.digests import sha256

FILES = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.jsonld",
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    "https://www.w3.org/2018/credentials/v1": "credentials-v1.jsonld",
    "https://w3id.org/security/data-integrity/v1": "w3id-org-security-data-integrity-v1.jsonld",
    "https://w3id.org/security/data-integrity/v2": "w3id-org-security-data-integrity-v2.jsonld",
    "https://w3id.org/security/multikey/v1": "w3id-org-security-multikey-v1.jsonld",
    "https://www.w3.org/ns/did/v1": "www-w3-org-ns-did-v1.jsonld",
}


def listed() -> dict[str, dict[str, object]]:
    raw = files("transire.credentials").joinpath("terms.json").read_bytes()
    found: dict[str, dict[str, object]] = json.loads(raw)
    return found


def test_every_w3c_context_has_its_digest_and_its_terms(shared_data: Path) -> None:
    for url, name in FILES.items():
        raw = (shared_data / "contexts" / name).read_bytes()
        entry = dict(listed()[url])
        assert entry.pop("sha256") == sha256(raw).hex(), url
        assert entry.pop("sha384") == hashlib.sha384(raw).hexdigest(), url
        assert entry == abridge(json.loads(raw)["@context"]), url


def test_the_list_is_these_and_the_houses_own() -> None:
    assert set(listed()) == {*FILES, OWN_CONTEXT}
    assert set(pinned_contexts().digests) == {*FILES, OWN_CONTEXT}


def test_the_own_context_uses_no_vocab() -> None:
    # With @vocab nothing would ever be undefined, and the term check would check nothing.
    assert "@vocab" not in files("transire.documents").joinpath("context.jsonld").read_text(encoding="utf-8")
