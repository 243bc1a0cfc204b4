"""What entry summaries refuse.

TransireError
├── EntryRefused          entry.refused            (carries the findings)
├── EntryUnknown          entry.unknown
├── InvoiceUnknown        entry.invoice-unknown
├── NoAuthority           entry.no-authority
├── LineUnknown           entry.line-unknown
├── LineWithoutClaim      entry.line-without-claim
└── NotTheFiler           entry.not-the-filer
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from transire.errors import TransireError
from transire.procedures.findings import Finding


class EntryRefused(TransireError):
    """An entry that is not filed because the checks found errors; `findings` holds all that they found."""

    code = "entry.refused"
    sentence = "The entry was not filed: the checks found errors."
    fix = "Mend every error that is listed; warnings do not stop the filing."
    status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in findings if finding.severity == "error"]
        super().__init__(got=f"{len(errors)} errors ({', '.join(sorted({finding.code for finding in errors}))})")

    def as_problem(self) -> dict[str, Any]:
        return {**super().as_problem(), "findings": msgspec.to_builtins(self.findings)}


class EntryUnknown(TransireError):
    code = "entry.unknown"
    sentence = "This member holds no such entry summary."
    fix = "Look at the list of entries."
    status = 404


class InvoiceUnknown(TransireError):
    code = "entry.invoice-unknown"
    sentence = "This member holds no such commercial invoice."
    fix = "Look at the list of invoices; the seller issues it to the importer, whose node gives it to its broker."
    status = 404


class NoAuthority(TransireError):
    code = "entry.no-authority"
    sentence = "This importer has not given this member a power of attorney."
    fix = "Ask the importer to grant one for entry summaries and documents."
    status = 403


class LineUnknown(TransireError):
    code = "entry.line-unknown"
    sentence = "The entry has no line of this number."
    fix = "Use a line number that stands on the entry."
    status = 404


class LineWithoutClaim(TransireError):
    code = "entry.line-without-claim"
    sentence = "This line claims no preference, so that there is no claim to accept."
    fix = "Choose a line with a claim."
    status = 422


class NotTheFiler(TransireError):
    code = "entry.not-the-filer"
    sentence = "Only the member that filed an entry can correct it."
    fix = "Ask its filer; its name stands on the entry."
    status = 403


class FieldUnsuitable(TransireError):
    code = "entry.field-unsuitable"
    sentence = "This part of the entry cannot be set as one field."
    fix = "Set the fields of a line or a party one by one; to change the invoices, draft the entry again."
    status = 422
