"""How the documents room refuses.

TransireError
├── DocumentTypeUnknown       documents.type-unknown
├── DocumentInvalid           documents.invalid              (carries every Problem found)
├── IssuerUnfit               documents.issuer-unfit
├── EntryNumberMalformed      documents.entry-number
├── ImporterNumberMalformed   documents.importer-number
├── InBondNumberMalformed     documents.in-bond-number
├── ManufacturerUnsuitable    documents.manufacturer
├── DecimalMalformed          documents.decimal
├── TableRefused              documents.table-refused        (carries every TableProblem found)
├── RepresentationRefused     documents.representation
├── DocumentUnreadable        documents.unreadable
├── InterchangeUnreadable     documents.x12-unreadable
├── PdfUnreadable             documents.pdf-unreadable
├── PdfUnconfirmed            documents.pdf-unconfirmed
└── CommitmentMismatch        documents.commitment-mismatch
"""

from __future__ import annotations

from typing import Any

import msgspec

from transire.errors import TransireError

# A page of problems helps; a thousand lines of them hide the first. The count is always told in full.
SHOWN_PROBLEMS = 20


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a document: where (JSON pointer), what, what was found and what is needed."""

    where: str
    code: str
    sentence: str
    got: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        return f"{self.where or '/'}: {self.sentence}"


class TableProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a table: the row as a spreadsheet counts it (header = 1) and the column."""

    table: str
    row: int
    column: str | None
    code: str
    sentence: str
    fix: str
    got: str | None = None

    def __str__(self) -> str:
        place = f"{self.table}, row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.sentence} {self.fix}"


class DocumentTypeUnknown(TransireError):
    """A schema id, or a credential type, that is not in the catalogue of documents."""

    code = "documents.type-unknown"
    sentence = "This type of document is not known here."
    fix = "Use one of the schema ids that the reference of documents lists."


class IssuerUnfit(TransireError):
    """A member without any of the roles of which the issuer of such a document has one."""

    code = "documents.issuer-unfit"
    sentence = "A document of this type is not issued by a member with these roles."
    fix = "Have it issued by whoever the type is for; the reference of documents names the roles."
    status = 422


class DocumentInvalid(TransireError):
    """A document that its schema or the rules of its type refuse; `problems` holds all of them."""

    code = "documents.invalid"
    sentence = "The document does not have the form that its type requires."
    fix = "Mend every place that is listed and issue the document again."
    status = 422

    def __init__(self, schema_id: str, problems: tuple[Problem, ...]) -> None:
        self.schema_id = schema_id
        self.problems = problems
        shown = "; ".join(str(problem) for problem in problems[:SHOWN_PROBLEMS])
        super().__init__(got=f"{len(problems)} problems ({shown})", expected=f"a valid {schema_id}")

    def as_problem(self) -> dict[str, Any]:
        return {**super().as_problem(), "problems": msgspec.to_builtins(self.problems)}


class TableRefused(TransireError):
    """A CSV file that was not taken, none of it; `problems` holds every row and column to mend."""

    code = "documents.table-refused"
    sentence = "The table was not taken over; nothing of it was stored."
    fix = "Mend the rows that are listed and send the file again."
    status = 422

    def __init__(self, problems: tuple[TableProblem, ...]) -> None:
        self.problems = problems
        shown = "; ".join(str(problem) for problem in problems[:SHOWN_PROBLEMS])
        super().__init__(got=f"{len(problems)} problems ({shown})")

    def as_problem(self) -> dict[str, Any]:
        return {**super().as_problem(), "problems": msgspec.to_builtins(self.problems)}


class EntryNumberMalformed(TransireError):
    """An entry number whose form or check digit is wrong (19 CFR 142.3a)."""

    code = "documents.entry-number"
    sentence = "This is not a valid entry number."
    fix = "Write filer code, seven digits and check digit, for example B76-0324527-8."


class ImporterNumberMalformed(TransireError):
    """An importer number in none of the three forms of 19 CFR 24.5."""

    code = "documents.importer-number"
    sentence = "This is not an importer number."
    fix = "Write NN-NNNNNNNXX (employer number), NNN-NN-NNNN or the number assigned by customs, YYDDPP-NNNNN."


class InBondNumberMalformed(TransireError):
    """An in-bond number whose form or check digit is wrong."""

    code = "documents.in-bond-number"
    sentence = "This is not a valid in-bond (I.T.) number."
    fix = "Write the eight digits and the check digit, for example 823456782."


class ManufacturerUnsuitable(TransireError):
    """A name or an address of which no manufacturer's identification code can be made."""

    code = "documents.manufacturer"
    sentence = "No manufacturer identification code can be made of this name and address."
    fix = "Give the country, the name, the street line and the city as the invoice has them, in Latin letters."


class DecimalMalformed(TransireError):
    """A number that is not written as an exact decimal."""

    code = "documents.decimal"
    sentence = "This is not an exact decimal number."
    fix = "Write digits with a decimal point and no thousands separator, for example 1250.50."


class RepresentationRefused(TransireError):
    """A set of representations, a salt or an opening that a commitment cannot be made of."""

    code = "documents.representation"
    sentence = "The document cannot be committed to in this form."
    fix = "Give one representation for each media type, and the salt of the document as it was issued."


class DocumentUnreadable(TransireError):
    """A file that is no document: not JSON, or none at all."""

    code = "documents.unreadable"
    sentence = "This file is not a document in JSON."
    fix = "Hand in the credential, or its subject, as JSON."
    status = 422


class InterchangeUnreadable(TransireError):
    """A file of ASC X12 that is not what is asked for, or says what nothing here can hold."""

    code = "documents.x12-unreadable"
    sentence = "This file cannot be read as an X12 invoice (810)."
    fix = "Export the one invoice again as an 810 in production, or as a table (CSV)."
    status = 422


class PdfUnreadable(TransireError):
    """A PDF of which no text is taken: damaged, encrypted, too large, without text, or made to keep a reader busy."""

    code = "documents.pdf-unreadable"
    sentence = "No text can be taken from this PDF."
    fix = "Hand in the PDF as the seller's own system wrote it, or the same invoice as a table (CSV) or X12 810."
    status = 422


class PdfUnconfirmed(TransireError):
    """An invoice out of a PDF that nobody has confirmed: what was read there is a proposal and nothing more."""

    code = "documents.pdf-unconfirmed"
    sentence = "What is read from a PDF has to be confirmed field by field first."
    fix = "Hand the PDF in where its reading is shown, confirm or correct each field there, and issue the invoice then."
    status = 422


class CommitmentMismatch(TransireError):
    """Content that is not the one committed to."""

    code = "documents.commitment-mismatch"
    sentence = "The document is not the one that its issuer committed to on the ledger."
    fix = "It was altered, or belongs to another statement: ask its issuer to deliver it again."
    status = 422
