"""What entry summaries refuse.

TransireError
├── EntryRefused          entry.refused            (carries the findings)
├── EntryUnknown          entry.unknown
├── InvoiceUnknown        entry.invoice-unknown
├── NoAuthority           entry.no-authority
├── LineUnknown           entry.line-unknown
├── PartUnknown           entry.part-unknown
├── LineWithoutClaim      entry.line-without-claim
├── ClaimsRefused         entry.claims-refused     (carries what is refused, claim by claim)
├── ClaimAcceptedAlready  entry.claim-accepted-already
├── ClaimFlagged          entry.claim-flagged
├── ClaimAskedAbout       entry.claim-asked-about
├── ClaimWithErrors       entry.claim-with-errors
├── EntryCorrectedSince   entry.corrected-since
├── NothingTicked         entry.nothing-ticked
├── WorkFilterUnsuitable  entry.work-filter
├── VersionUnknown        entry.version-unknown
├── RefundNotCovered      refund.no-certification
├── RefundOfNothing       refund.nothing-to-refund
├── RefundNotKnown        refund.not-known
├── RefundClaimedAlready  refund.claimed-already
├── NotTheFiler           entry.not-the-filer
├── FieldUnsuitable       entry.field-unsuitable
├── LineIncomplete        entry.line-incomplete
├── TooManyLines          entry.too-many-lines
├── PdfUnavailable        entry.pdf-unavailable
├── PackedLineUnknown     entry.packed-line-unknown
├── TooManyCertifications entry.too-many-certifications
├── RecordFieldUnsuitable entry.record-field
├── RecordTypeUnsuitable  entry.record-type
├── RecordDutyUnknown     entry.record-duty
├── AnswerUnreadable      entry.answer-unreadable
└── AnswerOfAnother       entry.answer-of-another
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


class PartUnknown(TransireError):
    """A part of a reading of an invoice that it does not have."""

    code = "entry.part-unknown"
    sentence = "The reading of this invoice has no such part."
    fix = "Go back to the reading and choose one of its parts."
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


class LineIncomplete(TransireError):
    """A line of a draft that lacks, or has unreadable, what its duty is worked out from."""

    code = "entry.line-incomplete"
    sentence = "The line lacks something that its duty is worked out from, so that its duty is not known yet."
    fix = "Fill in the tariff number, the country of origin and the entered value."
    status = 422


class TooManyLines(TransireError):
    """More invoice lines than one entry summary can declare."""

    code = "entry.too-many-lines"
    sentence = "One entry summary has at most 999 lines, and these invoices have more."
    fix = "Draft several entries, each of some of the invoices."
    status = 422


class PdfUnavailable(TransireError):
    """A form that was to be printed where the typesetter is not installed."""

    code = "entry.pdf-unavailable"
    sentence = "This installation cannot write PDF files: the typesetter is not installed."
    fix = "Install the extra `transire[pdf]`. The entry as a page and as JSON says the same."
    status = 501


class RefusedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim that is not accepted together with others, and why."""

    entry: str
    entry_number: str
    line: int
    problem: TransireError

    def as_json(self) -> dict[str, Any]:
        """The claim, and the refusal as data."""
        return {"entry": self.entry, "entry_number": self.entry_number, "line": self.line, **self.problem.as_problem()}


class ClaimsRefused(TransireError):
    """Claims that were to be accepted together; `refused` names those that cannot be, each with its reason."""

    code = "entry.claims-refused"
    sentence = "No claim was accepted: some of those that were ticked cannot be accepted together with others."
    fix = "Accept the others without those that are named; look at each of these on the page of its entry."
    status = 409

    def __init__(self, refused: Sequence[RefusedClaim]) -> None:
        self.refused = tuple(refused)
        codes = sorted({one.problem.code for one in refused})
        super().__init__(got=f"{len(self.refused)} claims refused ({', '.join(codes)})")

    def as_problem(self) -> dict[str, Any]:
        return {**super().as_problem(), "refused": [one.as_json() for one in self.refused]}


class ClaimAcceptedAlready(TransireError):
    code = "entry.claim-accepted-already"
    sentence = "The claim of this line was accepted already."
    fix = "Nothing is left to be done for it."
    status = 409


class ClaimFlagged(TransireError):
    code = "entry.claim-flagged"
    sentence = "The certification of this claim has ended since, or the determination behind its good has turned."
    fix = "Look at the claim on the page of its entry: its filer has to correct it, or to say on what it rests now."
    status = 409


class ClaimAskedAbout(TransireError):
    code = "entry.claim-asked-about"
    sentence = "A question about this line is open."
    fix = "Close the question first."
    status = 409


class ClaimWithErrors(TransireError):
    code = "entry.claim-with-errors"
    sentence = "The checks found errors in this line, or in the entry as a whole."
    fix = "Look at the findings on the page of the entry, and accept the claim there if they do not stand in its way."
    status = 409


class EntryCorrectedSince(TransireError):
    code = "entry.corrected-since"
    sentence = "The entry was corrected after this list was shown."
    fix = "Look at what was changed before you accept its claims."
    status = 409


class NothingTicked(TransireError):
    code = "entry.nothing-ticked"
    sentence = "So many claims cannot be accepted at once."
    fix = "Tick at least one claim, and at most a page of them."
    status = 422


class WorkFilterUnsuitable(TransireError):
    code = "entry.work-filter"
    sentence = "The list cannot be filtered so."
    fix = "Correct the field that is named, or leave it empty."
    status = 422


class VersionUnknown(TransireError):
    code = "entry.version-unknown"
    sentence = "This member holds no such version of the entry."
    fix = "Choose two of the versions that the page of the entry lists."
    status = 404


class RefundNotCovered(TransireError):
    code = "refund.no-certification"
    sentence = "No certification that is held covers this good."
    fix = "Ask the producer or exporter for a certification whose period holds the day of importation."
    status = 422


class RefundOfNothing(TransireError):
    code = "refund.nothing-to-refund"
    sentence = "The duty of this line is the same with the preference and without it."
    fix = "Nothing is left to be claimed, unless the processing fee of the entry falls with the claim."
    status = 422


class RefundNotKnown(TransireError):
    code = "refund.not-known"
    sentence = "What this line would be refunded cannot be worked out here."
    fix = "Import the edition of the tariff schedule of the day of entry, or work it out by hand."
    status = 422


class RefundClaimedAlready(TransireError):
    """A line for which preference was claimed after importation."""

    code = "refund.claimed-already"
    sentence = "Preference was claimed for this line after importation; customs has the claim."
    fix = "See what became of it on the page of the verification."
    status = 409


class PackedLineUnknown(TransireError):
    """A row of a packing list that packs what the draft does not declare."""

    code = "entry.packed-line-unknown"
    sentence = "The packing list packs a line that this entry does not declare."
    fix = "Correct the invoice number and line of this row, or draft the entry with that invoice too."
    status = 422


class TooManyCertifications(TransireError):
    """Claims on more certifications than one statement of filing can name."""

    code = "entry.too-many-certifications"
    sentence = "The claims of this entry rest on more certifications than one filing can name."
    fix = "Draft several entries, each of some of the invoices."
    status = 422


class RecordFieldUnsuitable(TransireError):
    """Text that does not fit into the field of a record, or that no record takes."""

    code = "entry.record-field"
    sentence = "This cannot stand in the field of the record."
    fix = "Shorten it, or write it in the letters and signs that the field takes; then write the records again."
    status = 422


class RecordTypeUnsuitable(TransireError):
    code = "entry.record-type"
    sentence = "Records are not written here for entries of this type."
    fix = "Enter it with the software of a certified filer."
    status = 422


class RecordDutyUnknown(TransireError):
    code = "entry.record-duty"
    sentence = "The records need every figure of the entry, and one of them is not known."
    fix = "See the duty sheet for what is missing; import the edition of the schedule of the day of entry."
    status = 422


class AnswerUnreadable(TransireError):
    code = "entry.answer-unreadable"
    sentence = "This is not an answer of the customs system to an entry (records AX)."
    fix = "Hand in the file as it was received: one record of eighty columns a line."
    status = 422


class AnswerOfAnother(TransireError):
    """An answer that speaks of other entries than this one."""

    code = "entry.answer-of-another"
    sentence = "This answer speaks of another entry."
    fix = "Open the entry whose number stands in the answer, and hand it in there."
    status = 422
