"""A refusal of the VC API on the wire: problem details (RFC 9457) by the types that the specifications name.

VC Data Model 2.0 section 7.2, VC Data Integrity 1.0 section 4.7, Bitstring Status List 1.0 section 3.5. Beside the
type the body names the check that failed and the JSON pointer to what failed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from transire.credentials import errors
from transire.crypto.errors import DuplicateKey, JsonRefused
from transire.errors import TransireError

MEDIA_TYPE: Final = "application/problem+json"
_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
_INTEGRITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
_OWN: Final = "https://w3id.org/transire/errors#"

# Most special first: check and problem type by the class of a refusal.
_KINDS: Final[tuple[tuple[type[TransireError], str, str], ...]] = (
    (errors.StatusNotRetrieved, "status", f"{_STATUS}STATUS_RETRIEVAL_ERROR"),
    (errors.StatusOutOfRange, "status", f"{_MODEL}RANGE_ERROR"),
    (errors.StatusListTooShort, "status", f"{_STATUS}STATUS_LIST_LENGTH_ERROR"),
    (errors.StatusListMalformed, "status", f"{_MODEL}MALFORMED_VALUE_ERROR"),
    (errors.StatusRefused, "status", f"{_STATUS}STATUS_VERIFICATION_ERROR"),
    (errors.DataLoss, "terms", f"{_INTEGRITY}DATA_LOSS_DETECTION_ERROR"),
    (errors.TermNotMapped, "terms", f"{_INTEGRITY}DATA_LOSS_DETECTION_ERROR"),
    (errors.TypeNotMapped, "terms", f"{_INTEGRITY}DATA_LOSS_DETECTION_ERROR"),
    (errors.TermRedefined, "terms", f"{_MODEL}MALFORMED_VALUE_ERROR"),
    (errors.GraphTooComplex, "terms", f"{_INTEGRITY}PROOF_TRANSFORMATION_ERROR"),
    (errors.PointerUnmatched, "disclosure", f"{_INTEGRITY}PROOF_GENERATION_ERROR"),
    (errors.NothingDisclosed, "disclosure", f"{_INTEGRITY}PROOF_GENERATION_ERROR"),
    (errors.ProofAudienceDiffers, "proof", f"{_INTEGRITY}INVALID_CHALLENGE_ERROR"),
    (errors.ProofRefused, "proof", f"{_INTEGRITY}PROOF_VERIFICATION_ERROR"),
    (errors.KeyUnresolved, "proof", f"{_INTEGRITY}INVALID_VERIFICATION_METHOD"),
    (errors.IssuerNotKeyHolder, "issuer", f"{_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR"),
    (errors.NotYetValid, "validity", f"{_MODEL}RANGE_ERROR"),
    (errors.Expired, "validity", f"{_MODEL}RANGE_ERROR"),
    (errors.CredentialMalformed, "form", f"{_MODEL}MALFORMED_VALUE_ERROR"),
    (DuplicateKey, "form", f"{_MODEL}PARSING_ERROR"),
    (JsonRefused, "form", f"{_MODEL}PARSING_ERROR"),
)


def problem_of(
    error: TransireError, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a refusal."""
    check, kind = next(
        ((check, kind) for of, check, kind in _KINDS if isinstance(error, of)), ("request", f"{_OWN}{error.code}")
    )
    number = status or (error.status if 400 <= error.status < 500 else 400)
    body = {
        "type": kind,
        "title": error.sentence,
        "status": number,
        "detail": error.explain(),
        "check": check,
        **error.as_problem(),
        "errors": [error.explain()],
    }
    return Response(msgspec.json.encode(body), number, dict(headers or {}), MEDIA_TYPE)
