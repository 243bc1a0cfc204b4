"""What the VC API does, without HTTP: bodies in, documents out, refusals raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from transire.credentials.contexts import pinned_contexts
from transire.credentials.did_key import Resolution, document_of, resolve_did
from transire.credentials.did_web import WebLookup, WebReader, resolve_did_web
from transire.credentials.envelope import sign_envelope, wrap, wrap_sd_jwt
from transire.credentials.errors import DidUnresolved, StatusNotRetrieved
from transire.credentials.examine import Finding, Verifier, require
from transire.credentials.issue import check_unsigned, secure_credential, stamp
from transire.credentials.proofs import sign_document
from transire.credentials.resolve import DocumentResolver
from transire.credentials.structure_v1 import is_v1, with_proof_context
from transire.credentials.suites import SUITES
from transire.crypto.multikey import public_key_of, write_multikey
from transire.vc_api.errors import IssuerForeign, RequestMalformed
from transire.vc_api.issuers import ENVELOPE, SD_JWT, Issuer, Issuers
from transire.vc_api.lists import StatusBook

# The names of checks as callers write them, and the ones that must hold when nothing is asked for.
_CHECKS: Final = {
    "proof": ("form", "terms", "proof"),
    "issuer": ("issuer",),
    "validity": ("validity",),
    "expiration": ("validity",),
    "status": ("status",),
    "credentialStatus": ("status",),
}
_USUAL: Final = ("form", "terms", "proof", "validity")
_OF_PRESENTATION: Final = ("form", "terms", "proof", "holder", "credentials")


@dataclass(frozen=True, slots=True)
class Request:
    """A body and where it came in: the origin under which the caller knows this service."""

    body: Mapping[str, Any]
    origin: str

    def part(self, name: str) -> dict[str, Any]:
        """A member that must be an object."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise RequestMalformed(expected=f"an object {name}", got=repr(value)[:60], where=f"/{name}")
        return value

    @property
    def options(self) -> Mapping[str, Any]:
        """The options, which may be absent."""
        return self.part("options") if self.body.get("options") is not None else {}

    def option(self, name: str, kind: type, default: Any = None) -> Any:
        """An option of a type, or the default."""
        value = self.options.get(name, default)
        if value is not None and not isinstance(value, kind):
            raise RequestMalformed(expected=kind.__name__, got=repr(value)[:60], where=f"/options/{name}")
        return value


class Service:
    """One instance: its issuers, its status list, and whether its keys are made for this run alone.

    Without a `web` reader nothing is ever fetched: then did:key and this service's own did:web are all it knows.
    """

    def __init__(self, issuers: Issuers, book: StatusBook, *, throwaway: bool, web: WebReader | None = None) -> None:
        self.issuers = issuers
        self.book = book
        self._throwaway = throwaway
        self._web = web

    def issue(self, issuer: Issuer, request: Request) -> dict[str, Any]:
        """Secure a credential in the issuer's way. Only what securing needs is added to it."""
        credential = self._named(issuer, request.part("credential"), request.origin)
        if is_v1(credential):
            credential = with_proof_context(credential)
        if issuer.plan.status and "credentialStatus" not in credential:
            check_unsigned(credential)
            place = self.book.enter(credential.get("id"), request.origin)
            credential = {**credential, "credentialStatus": place}
        if issuer.plan.way == ENVELOPE:
            check_unsigned(credential)
            did = _id_of(credential["issuer"])
            return wrap(sign_envelope(credential, key=issuer.key, kid=issuer.method(did)))
        if issuer.plan.way == SD_JWT:
            return self._sd_jwt(issuer, credential, request)
        return secure_credential(
            credential,
            key=issuer.key,
            cryptosuite=issuer.plan.way,
            mandatory=request.option("mandatoryPointers", list),
        )

    def verify(self, request: Request) -> dict[str, Any]:
        """The findings on a credential of which every check asked for holds; a refusal else."""
        asked = request.option("checks", list)
        unknown = [name for name in asked or () if name not in _CHECKS]
        if unknown:
            raise RequestMalformed(expected=", ".join(_CHECKS), got=repr(unknown)[:80], where="/options/checks")
        verifier = self._verifier(request, request.option("expectedProofPurpose", str, "assertionMethod"))
        findings = verifier.credential(request.part("verifiableCredential"))
        _require(findings, "/verifiableCredential", [step for name in asked or () for step in _CHECKS[name]] or _USUAL)
        withdrawn = [finding for finding in findings if finding.name == "status" and finding.outcome == "fails"]
        if not asked and withdrawn:
            require(withdrawn, ["status"])
        return _said(findings)

    def verify_presentation(self, request: Request) -> dict[str, Any]:
        """The findings on a presentation that holds together with the credentials in it."""
        verifier = self._verifier(request, request.option("expectedProofPurpose", str, "authentication"))
        findings = verifier.presentation(request.part("verifiablePresentation"))
        _require(findings, "/verifiablePresentation", _OF_PRESENTATION)
        return _said(findings)

    def derive(self, request: Request) -> dict[str, Any]:
        """The parts of a selectively disclosable credential that a holder chooses to show."""
        from transire.credentials.selective import base_proof_of, derive

        credential = request.part("verifiableCredential")
        chosen = request.option("selectivePointers", list, [])
        return derive(credential, base_proof_of(credential), chosen, pinned_contexts())

    def present(self, issuer: Issuer, request: Request) -> dict[str, Any]:
        """Sign a presentation with the key of this path, for a domain and a challenge."""
        presentation = request.part("presentation")
        holder = presentation.get("holder")
        if holder is not None and _id_of(holder) != issuer.did:
            raise IssuerForeign(expected=issuer.did, got=str(_id_of(holder))[:120], where="/presentation/holder")
        audience = {name: request.option(name, str) for name in ("domain", "challenge") if name in request.options}
        if issuer.plan.way == ENVELOPE:
            claims = {"iss": issuer.did, **_renamed(audience)}
            signed = sign_envelope(presentation, key=issuer.key, kid=issuer.method(), claims=claims)
            return wrap(signed, "EnvelopedVerifiablePresentation")
        if issuer.plan.way not in SUITES:
            raise RequestMalformed(expected=f"an issuer that signs by {', '.join(SUITES)}", got=issuer.plan.name)
        return sign_document(
            presentation,
            key=issuer.key,
            verification_method=issuer.method(),
            created=stamp(datetime.now(UTC)),
            purpose="authentication",
            cryptosuite=issuer.plan.way,
            extra=audience,
        )

    def update_status(self, request: Request) -> dict[str, Any]:
        """Set or clear the bit of a credential that was issued here with a status."""
        credential_id = request.body.get("credentialId")
        entry = request.part("credentialStatus")
        status = request.body.get("status", entry.get("status", True))
        if not isinstance(credential_id, str) or not isinstance(status, bool):
            raise RequestMalformed(
                expected="credentialId as text, status as true or false", got=repr(request.body)[:80]
            )
        if entry.get("statusPurpose", "revocation") != "revocation":
            found = repr(entry["statusPurpose"])[:60]
            raise RequestMalformed(expected="revocation", got=found, where="/credentialStatus/statusPurpose")
        self.book.set(credential_id, status)
        return {"credentialId": credential_id, "status": status}

    def did_web(self, origin: str) -> dict[str, Any]:
        """The document of this service's did:web: every key, and where the service is found."""
        did = did_web_of(origin)
        keys = {write_multikey(public_key_of(issuer.key)): public_key_of(issuer.key) for issuer in self.issuers}
        service = {"id": f"{did}#vc-api", "type": "TraceabilityAPI", "serviceEndpoint": origin}
        return {**document_of(did, keys), "service": [service]}

    def listed(self, origin: str) -> list[dict[str, str]]:
        """The issuers: name, DID, key, way of signing, and where each issues."""
        return [
            {
                "name": issuer.plan.name,
                "id": issuer.did,
                "verificationMethod": issuer.method(),
                "way": issuer.plan.way,
                "keyType": issuer.plan.kind,
                "issue": f"{origin}/{issuer.plan.name}/credentials/issue",
            }
            for issuer in self.issuers
        ]

    def _named(self, issuer: Issuer, credential: dict[str, Any], origin: str) -> dict[str, Any]:
        """The credential with its issuer: named if it was not, refused if it is somebody whose key is not here."""
        if "issuer" not in credential:
            return {**credential, "issuer": issuer.did}
        named = credential["issuer"]
        if isinstance(named, dict) and "id" not in named:
            return {**credential, "issuer": {"id": issuer.did, **named}}
        did = _id_of(named)
        # A key made for this run speaks for nobody, so a tester may put any name above it.
        if did not in (issuer.did, did_web_of(origin)) and not self._throwaway:
            raise IssuerForeign(expected=issuer.did, got=str(did)[:120], where="/credential/issuer")
        return credential

    def _sd_jwt(self, issuer: Issuer, credential: dict[str, Any], request: Request) -> dict[str, Any]:
        from transire.credentials.sd_jwt import disclosable_of, issue_sd_jwt

        check_unsigned(credential)
        pointers = request.option("selectivePointers", list)
        text = issue_sd_jwt(
            credential,
            key=issuer.key,
            kid=issuer.method(_id_of(credential["issuer"])),
            pointers=disclosable_of(credential) if pointers is None else pointers,
        )
        return wrap_sd_jwt(text)

    def resolve(self, text: str, options: Mapping[str, str], origin: str) -> Resolution:
        """Resolve a DID or dereference a DID URL; did:web where this service may fetch, or where it is its own."""
        if text.startswith("did:web:"):
            own = re.split("[/?#]", text, maxsplit=1)[0] == did_web_of(origin)
            if own or self._web is not None:
                return resolve_did_web(text, _Known(self, origin, self._lookup()).did_document)
        return resolve_did(
            text,
            format=options.get("publicKeyFormat", "Multikey"),
            experimental=options.get("enableExperimentalPublicKeyTypes") == "true",
        )

    def _lookup(self) -> WebLookup | None:
        return None if self._web is None else self._web.lookup()

    def _verifier(self, request: Request, purpose: str) -> Verifier:
        known = _Known(self, request.origin, self._lookup())
        return Verifier(
            resolve=DocumentResolver(known.did_document),
            at=datetime.now(UTC),
            purpose=purpose,
            domain=request.option("domain", str),
            challenge=request.option("challenge", str),
            status_lists=known.status_list,
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """What one verification may look up: this service's own document and list, and of others what may be fetched."""

    service: Service
    origin: str
    lookup: WebLookup | None

    def did_document(self, did: str) -> Mapping[str, Any]:
        """The DID document of the signer."""
        if did == did_web_of(self.origin):
            return self.service.did_web(self.origin)
        if self.lookup is None:
            raise DidUnresolved(expected="did:key, or did:web where this service may fetch", got=did[:120])
        return self.lookup.did_document(did)

    def status_list(self, url: str) -> Mapping[str, Any]:
        """The list that a credential names."""
        start, path, name = url.rpartition("/status/lists/")
        book = self.service.book
        if path and (start == self.origin or book.is_own(url)):
            return book.published(name, start)
        if self.lookup is None:
            raise StatusNotRetrieved(got=url[:200])
        return self.lookup.status_list(url)


def did_web_of(origin: str) -> str:
    """The did:web of a host; a port is part of its name (did:web 3.2).

    >>> did_web_of("https://producer.example:8443")
    'did:web:producer.example%3A8443'
    """
    return f"did:web:{quote(urlsplit(origin).netloc.lower(), safe='.-')}"


def _require(findings: list[Finding], prefix: str, names: Any) -> None:
    """Refuse for the first check that does not hold, with the place of it in the whole request."""
    from transire.errors import TransireError

    try:
        require(findings, names)
    except TransireError as error:
        raise type(error)(got=error.got, expected=error.expected, where=prefix + (error.where or "")) from error


def _said(findings: list[Finding]) -> dict[str, Any]:
    shown = [{"check": one.name, "outcome": one.outcome, "found": one.found} for one in findings]
    warnings = [one.error.as_problem() | {"check": one.name} for one in findings if one.error is not None]
    return {"verified": True, "checks": shown, "warnings": warnings}


def _renamed(audience: Mapping[str, Any]) -> dict[str, Any]:
    names = {"domain": "aud", "challenge": "nonce"}
    return {names[name]: value for name, value in audience.items()}


def _id_of(party: Any) -> Any:
    return party.get("id") if isinstance(party, dict) else party
