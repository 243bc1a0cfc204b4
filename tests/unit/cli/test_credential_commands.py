"""`transire credential` as a person uses it: issue, verify, show, present, with keys that are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from transire.cli import cli
from transire.cli.vc_api import kept_issuers
from transire.credentials.did_key import document_of
from transire.credentials.envelope import sign_envelope
from transire.credentials.errors import ContextMalformed, JweUnopened, PointerUnmatched
from transire.credentials.status import encode_bits, status_entry
from transire.crypto.encoding import b64url
from transire.crypto.keystore import KeyStore
from transire.crypto.multikey import public_key_of, write_multikey
from transire.documents.commitment import commitment_of
from transire.documents.errors import CommitmentMismatch
from transire.vc_api.issuers import PLANS
from web_world import LocalHost

INVOICE: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/transire/v1"],
    "id": "urn:uuid:6f1b36d2-2bd1-4d0f-a9c9-0d3dff1e7b52",
    "type": ["VerifiableCredential", "CommercialInvoice"],
    "validFrom": "2026-11-28T00:00:00Z",
    "credentialSubject": {
        "invoiceNumber": "A-1",
        "buyer": {"name": "Importadora\u202e del Norte", "country": "US"},
        "goods": [{"text": "Nuts", "unitPrice": "1.20"}],
    },
}
SECRET = b"a secret that is long enough"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    (folder / "secret").write_bytes(SECRET + b"\n")
    KeyStore.create(folder / "issuers.json", SECRET, profile="test")
    kept_issuers(folder / "issuers.json", folder / "secret")
    return folder


@pytest.fixture
def folder(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("issuers.json", "secret"):
        (tmp_path / name).write_bytes((store / name).read_bytes())
    (tmp_path / "invoice.json").write_text(json.dumps(INVOICE))
    return tmp_path


def run(*words: str) -> Result:
    result = CliRunner().invoke(cli, ["credential", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit | Exception)
    return result


def issue(out: str, *words: str) -> None:
    keys = ["--keys", "issuers.json", "--secret-file", "secret"]
    assert run("issue", "invoice.json", *keys, "--out", out, *words).exit_code == 0


def test_keys_that_are_kept_are_the_same_again(store: Path) -> None:
    again = kept_issuers(store / "issuers.json", store / "secret")
    once_more = kept_issuers(store / "issuers.json", store / "secret")
    assert [issuer.did for issuer in again] == [issuer.did for issuer in once_more]
    assert len({issuer.did for issuer in again}) == len(PLANS)


OUTSIDE = "did:web:producer.example"


def bundled(folder: Path, *words: str) -> Path:
    """A bundle of the invoice, and the DID document that tells its keys to those outside."""
    issuers = kept_issuers(folder / "issuers.json", folder / "secret")
    keys = {public_key_of(issuer.key): issuer for issuer in issuers}
    (folder / "did.json").write_text(json.dumps(document_of(OUTSIDE, {write_multikey(key): key for key in keys})))
    issue("bundle", "--as", "bundle", *words)
    return folder / "bundle"


def test_a_bundle_is_every_form_of_one_document_under_one_commitment(folder: Path) -> None:
    bundle = bundled(folder, "--issuer", OUTSIDE)
    names = {path.name for path in bundle.iterdir()}
    assert names == {"credential.json", "credential.jwt", "credential.sd-jwt", "commitment.json"}
    told = run("compare", "bundle", "--did", "did.json")
    assert told.exit_code == 0, told.output
    assert told.output.count("holds") == 3
    for name in ("credential.json", "credential.jwt"):
        assert run("verify", f"bundle/{name}", "--did", "did.json").exit_code == 0, name
    show = ["--show", "/credentialSubject/invoiceNumber", "--out", "shown.sd-jwt"]
    assert run("present", "bundle", *show).exit_code == 0
    assert run("verify", "shown.sd-jwt", "--did", "did.json").exit_code == 0
    said = run("show", "shown.sd-jwt").output
    assert "A-1" in said
    assert "unitPrice" not in said
    assert isinstance(run("present", "bundle", "--show", "/issuer").exception, PointerUnmatched)


def test_a_did_key_tells_of_no_key_for_es384(folder: Path) -> None:
    bundle = bundled(folder)
    assert not (bundle / "credential.jwt").exists()
    assert run("compare", "bundle").exit_code == 0


def test_forms_that_were_exchanged_or_left_out_are_refused(folder: Path) -> None:
    bundle = bundled(folder, "--issuer", OUTSIDE)
    other = json.loads((folder / "invoice.json").read_text())
    other["credentialSubject"]["goods"][0]["unitPrice"] = "9.20"
    (folder / "invoice.json").write_text(json.dumps(other))
    issue("second", "--as", "bundle", "--issuer", OUTSIDE)
    first = (bundle / "credential.jwt").read_bytes()
    (bundle / "credential.jwt").write_bytes((folder / "second" / "credential.jwt").read_bytes())
    assert isinstance(run("compare", "bundle", "--did", "did.json").exception, CommitmentMismatch)
    representations = {
        "application/vc": (bundle / "credential.json").read_bytes(),
        "application/vc+jwt": (bundle / "credential.jwt").read_bytes(),
        "application/vc+sd-jwt": (bundle / "credential.sd-jwt").read_bytes(),
    }
    salt = bytes(32)
    forged = {"commitment": b64url(commitment_of(representations, salt)), "salt": b64url(salt)}
    kept = (bundle / "commitment.json").read_bytes()
    (bundle / "commitment.json").write_text(json.dumps(forged))  # an issuer that commits to two contents
    assert run("compare", "bundle", "--did", "did.json").exception is not None
    (bundle / "commitment.json").write_bytes(kept)
    (bundle / "credential.jwt").write_bytes(first)
    assert run("compare", "bundle", "--did", "did.json").exit_code == 0
    (bundle / "credential.jwt").unlink()
    assert isinstance(run("compare", "bundle", "--did", "did.json").exception, CommitmentMismatch)
    (bundle / "commitment.json").unlink()
    assert run("compare", "bundle").exit_code == 2


@pytest.mark.parametrize(
    "way", ["eddsa-jcs-2022", "ecdsa-jcs-2019-p384", "ecdsa-rdfc-2019", "vc-jwt-es384", "vc-jwt-eddsa", "sd-jwt"]
)
def test_what_is_issued_verifies(folder: Path, way: str) -> None:
    issue("signed", "--as", way)
    result = run("verify", "signed")
    assert result.exit_code == 0, result.output
    assert "All checks hold." in result.output
    told = json.loads(run("verify", "signed", "--json").output)
    assert told["holds"] is True
    assert [check["name"] for check in told["checks"]] == ["form", "terms", "proof", "issuer", "validity", "status"]


def test_what_was_altered_is_refused(folder: Path) -> None:
    issue("signed.json")
    document = json.loads((folder / "signed.json").read_text())
    document["credentialSubject"]["goods"][0]["unitPrice"] = "0.20"
    (folder / "signed.json").write_text(json.dumps(document))
    result = run("verify", "signed.json")
    assert result.exit_code == 1
    assert "Refused: proof; not shown: issuer, validity, status." in result.output
    assert "credentials.proof-invalid" in result.output


@pytest.mark.parametrize(("way", "name"), [("ecdsa-sd-2023", "sd.json"), ("sd-jwt", "signed.sd-jwt")])
def test_a_part_is_shown_and_the_rest_is_not_there(folder: Path, way: str, name: str) -> None:
    issue(name, "--as", way)
    assert run("present", name, "--show", "/credentialSubject/buyer", "--out", "shown").exit_code == 0
    assert run("verify", "shown").exit_code == 0
    said = run("show", "shown").output
    assert "country: US" in said
    assert "\u202e" not in said  # A name must not turn the writing of a terminal around.
    assert "Nuts" not in said
    assert "1.20" not in (folder / "shown").read_text()


def test_the_holder_s_credential_is_not_for_others(folder: Path) -> None:
    issue("sd.json", "--as", "ecdsa-sd-2023")
    result = run("verify", "sd.json")
    assert result.exit_code == 1
    assert "credentials.proof-for-holder" in result.output


def test_a_did_web_issuer_needs_its_document(folder: Path) -> None:
    issue("signed.jwt", "--as", "vc-jwt-es384", "--issuer", "did:web:producer.example")
    result = run("verify", "signed.jwt")
    assert result.exit_code == 1
    assert "Refused: proof" in result.output
    issuer = kept_issuers(Path("issuers.json"), Path("secret")).named("vc-jwt-es384")
    method = issuer.method("did:web:producer.example")
    document = {
        "id": "did:web:producer.example",
        "assertionMethod": [method],
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": "did:web:producer.example"}
            | {"publicKeyMultibase": method.partition("#")[2]}
        ],
    }
    (folder / "did.json").write_text(json.dumps(document))
    assert run("verify", "signed.jwt", "--did", "did.json").exit_code == 0
    (folder / "did.json").write_text(json.dumps({**document, "assertionMethod": []}))
    assert run("verify", "signed.jwt", "--did", "did.json").exit_code == 1


def test_a_status_can_be_demanded(folder: Path) -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://producer.example/status/1",
    }
    (folder / "invoice.json").write_text(json.dumps({**INVOICE, "credentialStatus": entry}))
    issue("signed.json")
    assert "not shown: status" in run("verify", "signed.json").output
    assert run("verify", "signed.json").exit_code == 0
    assert run("verify", "signed.json", "--require", "status").exit_code == 1


@pytest.mark.parametrize("content", [b"hello", b"a.b.c", b"\xff\xfe", b"a~b~"])
def test_what_is_no_credential_is_told_by_its_exit_code(folder: Path, content: bytes) -> None:
    (folder / "odd").write_bytes(content)
    assert run("verify", "odd").exit_code == 2


def test_a_did_web_issuer_and_its_list_are_fetched_when_asked_for(folder: Path) -> None:
    issuers = kept_issuers(Path("issuers.json"), Path("secret"))
    issuer, host = issuers.named("vc-jwt-es384"), LocalHost()
    try:
        did, url = host.did(), host.url("/status/1")
        keys = {issuer.method(did).partition("#")[2]: public_key_of(issuer.key)}
        host.serve("/.well-known/did.json", document_of(did, keys, "JsonWebKey"), "application/did+json")
        listed = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encode_bits([7])}
        published = {**INVOICE, "id": url, "issuer": did, "credentialSubject": listed}
        published["type"] = ["VerifiableCredential", "BitstringStatusListCredential"]
        text = sign_envelope(published, key=issuer.key, kid=issuer.method(did))
        host.serve("/status/1", text.encode(), "application/vc+jwt")
        for place, holds in ((3, True), (7, False)):
            (folder / "invoice.json").write_text(json.dumps({**INVOICE, "credentialStatus": status_entry(url, place)}))
            issue("signed.jwt", "--as", "vc-jwt-es384", "--issuer", did)
            assert run("verify", "signed.jwt").exit_code == 1
            told = run("verify", "signed.jwt", "--online", "--plain-host", host.authority, "--require", "status")
            assert told.exit_code == (0 if holds else 1), told.output
            assert ("All checks hold." in told.output) is holds
        refused = run("verify", "signed.jwt", "--online")
        assert "credentials.did-unresolved" in refused.output  # not a name of the Internet, so not asked
        assert run("verify", "signed.jwt", "--plain-host", host.authority).exit_code == 2
    finally:
        host.close()


def test_a_context_is_taken_from_a_file_and_else_hides_no_signature(folder: Path) -> None:
    url = "https://vocabulary.example/passport/v1"
    (folder / "context.json").write_text(json.dumps({"@context": {"hue": "https://vocabulary.example/#hue"}}))
    issuer = kept_issuers(Path("issuers.json"), Path("secret")).named("vc-jwt-es384")
    said = {**INVOICE, "@context": [INVOICE["@context"][0], url], "issuer": issuer.did}
    said |= {"type": ["VerifiableCredential"], "credentialSubject": {"hue": "green"}}
    (folder / "signed.jwt").write_text(sign_envelope(said, key=issuer.key, kid=issuer.method()))
    told = run("verify", "signed.jwt")
    assert told.exit_code == 1
    assert "credentials.context-not-pinned" in told.output
    assert "holds      proof" in told.output
    assert run("verify", "signed.jwt", "--context", url, "context.json").exit_code == 0
    pinned = INVOICE["@context"][0]
    assert isinstance(run("verify", "signed.jwt", "--context", pinned, "context.json").exception, ContextMalformed)


def test_a_file_is_sealed_for_one_who_has_no_node(folder: Path) -> None:
    issue("signed.json")
    (folder / "public.jwk").write_text(run("new-key", "--out", "private.jwk").output)
    assert (folder / "private.jwk").stat().st_mode & 0o077 == 0
    assert run("new-key", "--out", "private.jwk").exit_code == 2
    words = ["--to", "public.jwk", "--media-type", "application/vc", "--out", "sealed.jwe"]
    assert run("seal", "signed.json", *words).exit_code == 0
    assert "Nuts" not in (folder / "sealed.jwe").read_text()
    assert run("open", "sealed.jwe", "--key", "private.jwk", "--out", "opened.json").exit_code == 0
    assert (folder / "opened.json").read_bytes() == (folder / "signed.json").read_bytes()
    assert run("new-key", "--kind", "P-256", "--out", "other.jwk").exit_code == 0
    assert isinstance(run("open", "sealed.jwe", "--key", "other.jwk").exception, JweUnopened)
    did = kept_issuers(Path("issuers.json"), Path("secret")).named("eddsa-jcs-2022").did
    assert run("seal", "signed.json", "--to", did).exit_code == 0
    assert run("seal", "signed.json", "--to", "did:web:bank.example").exit_code == 2
    assert run("seal", "signed.json", "--to", "nobody").exit_code == 2
