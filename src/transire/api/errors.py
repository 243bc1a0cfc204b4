"""What the API itself refuses, before any service is asked.

ApiError
├── AddressUnknown, MemberNotHosted, MethodRefused, MediaTypeRefused
├── DisclosureImpossible   the document has no form of which parts can be shown
├── FormNotIssued          the document was not issued in the form that was asked for
├── TypeNotFree            a procedure issues documents of this type
├── NotOwnDocument, DocumentEnded    only the issuer replaces or withdraws, and only what is in force
├── BearerMissing          no API token was sent
├── SignatureReplayed      a signed request came a second time
├── RequestInvalid         the request does not fit the contract; all faults at once
├── VersionStale           If-Match names a version that is no longer the present one
├── KeyUnsuitable, KeyReused, StillUnderWay, AnswerShown     the Idempotency-Key
├── ActRefused             the ledger refused what the member's node signed
├── ErrorCodeUnknown       there is no error of that code
└── Unexpected             our fault
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transire.errors import TransireError


class ApiError(TransireError):
    code = "api.error"
    sentence = "The request was refused."


class AddressUnknown(ApiError):
    code = "api.address-unknown"
    sentence = "There is nothing at this address."
    fix = "Look at the contract, /v1/openapi.json."
    status = 404


class DisclosureImpossible(ApiError):
    code = "api.disclosure-impossible"
    sentence = "This document was not issued in a form of which single parts can be shown."
    fix = "Show all of it, or ask its issuer for a new version."
    status = 409


class FormNotIssued(ApiError):
    code = "api.form-not-issued"
    sentence = "This document was not issued in the form that was asked for."
    fix = "Take the credential itself; documents of members with a did:web are issued as JWT too."
    status = 409


class TypeNotFree(ApiError):
    code = "api.type-not-free"
    sentence = "Documents of this type are not issued by a form of their own."
    fix = "Issue it where its procedure does: certifications, invoices and entries have their pages."
    status = 422


class NotOwnDocument(ApiError):
    code = "api.not-own-document"
    sentence = "Only the issuer of a document replaces or withdraws it."
    fix = "Ask the member that issued it."
    status = 403


class DocumentEnded(ApiError):
    code = "api.document-ended"
    sentence = "This document was withdrawn or replaced already."
    fix = "Issue a new one, or look at the version that took its place."
    status = 409


class MemberNotHosted(ApiError):
    code = "api.member-not-hosted"
    sentence = "This node does not host the member named in the address."
    fix = "Use the slug under which your node hosts you."
    status = 404


class MethodRefused(ApiError):
    code = "api.method-refused"
    sentence = "This address does not take that method."
    fix = "The answer's header Allow names those that it takes."
    status = 405


class MediaTypeRefused(ApiError):
    code = "api.media-type-refused"
    sentence = "The body is not of a media type that this operation takes."
    fix = "Send the media type that the contract names, in the header Content-Type."
    status = 415


class BearerMissing(ApiError):
    code = "api.bearer-missing"
    sentence = "No API token was sent."
    fix = "Send the header Authorization: Bearer, with a token that your administrator made for you."
    status = 401


class SignatureReplayed(ApiError):
    code = "api.signature-replayed"
    sentence = "A request with this signature came before."
    fix = "Sign each request anew, with a nonce of its own. If you did not send it twice, somebody overheard it."
    status = 401


class RequestInvalid(ApiError):
    """Every fault of the request; the first stands in `where` and `got` too."""

    code = "api.request-invalid"
    sentence = "The request does not fit the contract."
    fix = "Correct the places that are named."
    status = 422

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        where, said = faults[0]
        super().__init__(got=said, where=where)

    def as_problem(self) -> dict[str, Any]:
        faults = [{"where": where, "sentence": said} for where, said in self.faults]
        return super().as_problem() | {"faults": faults}


class VersionStale(ApiError):
    code = "api.version-stale"
    sentence = "This was changed since you read it."
    fix = "Read it again and repeat the change on the present version."
    status = 412


class KeyUnsuitable(ApiError):
    code = "api.idempotency-key-unsuitable"
    sentence = "The Idempotency-Key is empty, too long, or holds characters that it may not."
    fix = "Use 1 to 128 visible ASCII characters, such as a UUID."
    status = 400


class KeyReused(ApiError):
    code = "api.idempotency-key-reused"
    sentence = "This Idempotency-Key was used for another request."
    fix = "Use a new key for each new request, and the same only to repeat one."
    status = 422


class StillUnderWay(ApiError):
    code = "api.still-under-way"
    sentence = "A request with this Idempotency-Key began, and its outcome is not known yet."
    fix = "Wait and repeat it. If the node was stopped meanwhile, look whether it took effect, and then use a new key."
    status = 409


class AnswerShown(ApiError):
    code = "api.answer-shown"
    sentence = "This request was done, and its answer held a secret that is shown once."
    fix = "Use the answer that you have. If it is lost, revoke what was made, and make another with a new key."
    status = 409


class ActRefused(ApiError):
    code = "api.act-refused"
    sentence = "The ledger refused this."
    fix = "The code says why; look at the members and proposals as they stand now."
    status = 409


class ErrorCodeUnknown(ApiError):
    code = "api.error-code-unknown"
    sentence = "There is no error of this code."
    fix = "Look at the list, /v1/errors."
    status = 404


class Unexpected(ApiError):
    code = "api.unexpected"
    sentence = "Something went wrong on our side. Nothing was half done."
    fix = "Repeat the request with the same Idempotency-Key. If it fails again, tell whoever runs this node the number."
    status = 500
