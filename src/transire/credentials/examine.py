"""Examine a credential or presentation from outside, whatever way it is secured, and say of each check what was found.

The checks are separate and named: that a proof holds, that the issuer's own key made it, that it is valid now, and that
it was not withdrawn are four questions. Who asks decides which of them must hold. Used by the command and the VC API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from transire.credentials.contexts import ContextRegistry, pinned_contexts
from transire.credentials.envelope import Opened, check_audience, kind_of_envelope, open_envelope
from transire.credentials.errors import (
    ContextNotPinned,
    CredentialMalformed,
    EnvelopeMalformed,
    Expired,
    IssuerNotKeyHolder,
    JwsMalformed,
    NotYetValid,
    ProofMissing,
    StatusNotRetrieved,
)
from transire.credentials.proofs import Expectation, VerifiedProof, verify_proofs
from transire.credentials.resolve import KeyResolver, for_purpose, resolve_did_key
from transire.credentials.status import VerifiedLists, entries_of
from transire.credentials.structure import check_credential, check_presentation, issuer_of
from transire.credentials.structure_v1 import check_credential_v1, is_v1
from transire.credentials.terms import check_terms
from transire.credentials.verify import check_signed_by, check_validity
from transire.crypto.errors import JsonRefused
from transire.errors import TransireError

CHECKS: Final = ("form", "terms", "proof", "issuer", "validity", "status")
MAX_HELD: Final = 64
"""Credentials in one presentation."""

_OF_FORM: Final = (CredentialMalformed, EnvelopeMalformed, JwsMalformed, JsonRefused)
_OF_TIME: Final = (Expired, NotYetValid)

StatusLists = Callable[[str], Mapping[str, Any]]
"""Gives the list credential behind a URL, or raises `StatusNotRetrieved`."""


def no_status_lists(url: str) -> Mapping[str, Any]:
    """For whoever has no list at hand: nothing is ever fetched here."""
    raise StatusNotRetrieved(got=url[:200])


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `outcome` is holds, fails or not shown; `error` says why it fails or what is missing."""

    name: str
    outcome: str
    found: str = ""
    error: TransireError | None = None


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who verifies: which keys and contexts it knows, at what moment, and where it gets status lists from."""

    resolve: KeyResolver = resolve_did_key
    contexts: ContextRegistry = field(default_factory=pinned_contexts)
    at: datetime | None = None
    purpose: str = "assertionMethod"
    domain: str | None = None
    challenge: str | None = None
    status_lists: StatusLists = no_status_lists
    _lists: VerifiedLists = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lists = VerifiedLists(self.status_lists, resolve=for_purpose(self.resolve, "assertionMethod"), at=self.at)
        object.__setattr__(self, "_lists", lists)

    def credential(self, document: object) -> list[Finding]:
        """Every check of a credential; after one that all others rest on fails, the rest is not shown."""
        return self._examine(document, self._credential_steps)

    def presentation(self, document: object) -> list[Finding]:
        """The checks of a presentation: its own, and that each credential in it has a proof that holds."""
        return self._examine(document, self._presentation_steps)

    def _examine(self, document: object, steps_of: Callable[[_Case], Iterable[_Step]]) -> list[Finding]:
        case = _Case(document)
        findings: list[Finding] = []
        stopped = False
        for step in steps_of(case):
            if stopped:
                reason = case.failed.get(step.name)
                findings.append(Finding(step.name, "fails" if reason else "not shown", error=reason))
                continue
            try:
                findings.append(Finding(step.name, "holds", step.run() or ""))
            except StatusNotRetrieved as error:
                findings.append(Finding(step.name, "not shown", error=error))
            except ContextNotPinned as error:
                # What a word means cannot be judged; whose signature it is can, unless it is one over the meaning.
                findings.append(Finding(step.name, "not shown", error=error))
                stopped = step.name != "terms"
            except TransireError as error:
                if step.name == "form" and case.enveloped and not isinstance(error, _OF_FORM):
                    # An envelope is opened before anything in it can be read: then the proof failed, not the form.
                    findings.append(Finding("form", "not shown"))
                    case.failed = {"validity" if isinstance(error, _OF_TIME) else "proof": error}
                else:
                    findings.append(Finding(step.name, "fails", error=error))
                stopped = step.carries_others
        return findings

    def _credential_steps(self, case: _Case) -> Iterable[_Step]:
        return (
            _Step("form", lambda: self._form(case), True),
            _Step("terms", lambda: check_terms(case.document, self.contexts), True),
            _Step("proof", lambda: self._proof(case), True),
            _Step("issuer", lambda: check_signed_by(issuer_of(case.document), case.proofs, "/issuer")),
            _Step("validity", lambda: self._validity(case)),
            _Step("status", lambda: self._status(case)),
        )

    def _presentation_steps(self, case: _Case) -> Iterable[_Step]:
        return (
            _Step("form", lambda: self._form_of_presentation(case), True),
            _Step("terms", lambda: check_terms(case.document, self.contexts), True),
            _Step("proof", lambda: self._proof_of_presentation(case), True),
            _Step("holder", lambda: _check_holder(case)),
            _Step("credentials", lambda: self._held(case)),
        )

    def _form(self, case: _Case) -> str | None:
        self._unwrap(case)
        if is_v1(case.document):
            check_credential_v1(case.document, self.contexts)
            return "data model 1.1"
        check_credential(case.document, self.contexts)
        return "data model 2.0"

    def _form_of_presentation(self, case: _Case) -> None:
        self._unwrap(case)
        check_presentation(case.document, self.contexts)

    def _unwrap(self, case: _Case) -> None:
        """Replace an envelope by what is in it; its signature is part of its form, since nothing is read before."""
        if not isinstance(case.document, Mapping):
            raise CredentialMalformed(expected="a JSON object", got=type(case.document).__name__)
        if kind_of_envelope(case.document) is not None:
            case.enveloped = True
            case.opened = open_envelope(case.document, for_purpose(self.resolve, self.purpose), at=self.at)
            case.document = case.opened.document

    def _proof(self, case: _Case) -> str:
        if case.opened is None:
            expect = Expectation(purpose=self.purpose, domain=self.domain, challenge=self.challenge, at=self.at)
            resolve = for_purpose(self.resolve, self.purpose)
            case.proofs = verify_proofs(case.document, resolve=resolve, expect=expect, contexts=self.contexts)
        else:
            case.proofs = (_proof_of(case.opened, self.purpose),)
        return ", ".join(f"{proof.cryptosuite} by {proof.verification_method}" for proof in case.proofs)

    def _proof_of_presentation(self, case: _Case) -> str:
        found = self._proof(case)
        if case.opened is not None:
            check_audience(case.opened, domain=self.domain, challenge=self.challenge)
        return found

    def _validity(self, case: _Case) -> str | None:
        document = case.document
        if is_v1(document):
            names = {"validFrom": "issuanceDate", "validUntil": "expirationDate"}
            document = {new: document[old] for new, old in names.items() if old in document}
        check_validity(document, self.at)
        return None if self.at is None else f"at {self.at.isoformat()}"

    def _status(self, case: _Case) -> str:
        entries = entries_of(case.document)
        for entry, where in entries:
            self._lists.check(entry, issuer_of(case.document), where)
        return f"{len(entries)} entries" if entries else "names none"

    def _held(self, case: _Case) -> str:
        """The proof of each credential; whether its issuer is to be believed is asked of each by itself."""
        held = case.document.get("verifiableCredential", [])
        held = held if isinstance(held, list) else [held]
        if len(held) > MAX_HELD:
            raise CredentialMalformed(expected=f"at most {MAX_HELD} credentials", got=len(held))
        alone = Verifier(self.resolve, self.contexts, self.at)
        for index, credential in enumerate(held):
            where = f"/verifiableCredential/{index}"
            if _is_bare(credential):
                self._self_asserted(case, credential, where)
                continue
            for finding in alone.credential(credential):
                if finding.error is not None and finding.name in ("form", "terms", "proof", "validity"):
                    raise _moved(finding.error, where)
        return f"{len(held)} credentials"

    def _self_asserted(self, case: _Case, credential: Mapping[str, Any], where: str) -> None:
        """A credential that the presentation alone secures: then its issuer is the holder (VCDM 2.0, 4.13.4)."""
        holder = case.document.get("holder")
        if holder is None:
            raise ProofMissing(expected="a proof, or a holder who says it of itself", where=f"{where}/proof")
        try:
            check_credential(credential, self.contexts)
            check_validity(credential, self.at)
        except TransireError as error:
            raise _moved(error, where) from error
        if issuer_of(credential) != _party(holder):
            raise IssuerNotKeyHolder(expected=_party(holder), got=issuer_of(credential), where=f"{where}/issuer")


def _is_bare(credential: object) -> bool:
    """Whether a credential has neither a proof nor an envelope."""
    if not isinstance(credential, Mapping) or credential.get("proof") is not None:
        return False
    return kind_of_envelope(credential) is None


def _party(party: Any) -> str:
    return str(party["id"] if isinstance(party, Mapping) else party)


@dataclass(slots=True)
class _Case:
    """What is examined, as far as it is known by now."""

    document: Any
    enveloped: bool = False
    opened: Opened | None = None
    failed: Mapping[str, TransireError] = field(default_factory=dict)
    proofs: tuple[VerifiedProof, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    run: Callable[[], str | None]
    carries_others: bool = False


def require(findings: Iterable[Finding], names: Iterable[str]) -> None:
    """Raise the refusal of the first of these checks that does not hold."""
    wanted = set(names)
    lacking = [finding for finding in findings if finding.name in wanted and finding.outcome != "holds"]
    for finding in sorted(lacking, key=lambda finding: finding.error is None):
        raise finding.error or ProofMissing(where=f"/{finding.name}")


def _check_holder(case: _Case) -> None:
    holder = case.document.get("holder")
    if holder is not None:
        check_signed_by(_party(holder), case.proofs, "/holder")


def _proof_of(opened: Opened, purpose: str) -> VerifiedProof:
    return VerifiedProof(
        controller=opened.controller,
        public=opened.key.raw,
        cryptosuite=f"JWS with {opened.key.kind}",
        verification_method=opened.method,
        purpose=purpose,
        created=None,
        id=None,
    )


def _moved(error: TransireError, prefix: str) -> TransireError:
    return type(error)(got=error.got, expected=error.expected, where=prefix + (error.where or ""))
