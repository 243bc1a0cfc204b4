"""What the checks look at: an entry summary beside everything that its claims rest on, gathered by whoever checks.

The same case is put together by the filer before filing and by customs on receipt, each from the documents and
statements that it holds itself; the same functions then run over it. A case is a value: it reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

import msgspec

from transire.documents.authority import PowerOfAttorney
from transire.documents.certification import Certification, CertifiedGood, find_good, matching_goods
from transire.documents.customs_determination import CustomsDetermination
from transire.documents.entry import Claim, EntryLine, EntrySummary, Source, sources_by_field
from transire.documents.invoice import Invoice, InvoiceLine
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.tariff.answer import CaseAnswer

CUSTOMS_DAY_ENDS_AFTER = timedelta(hours=10)
"""A day of the customs territory (19 USC 1202 GN 2) ends last in Hawaii, ten hours after it ended at Greenwich."""


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and its place in the log; without a place it is not (yet) on the ledger.

    `version`: the commitment of the version of a document that it speaks of.
    """

    statement: str
    kind: str
    by: str
    version: str = ""
    log_index: int | None = None
    accepted_at: datetime | None = None

    def is_before(self, later: Anchored | None) -> bool:
        """Whether the ledger ordered it before the other; statements of one pool are simultaneous (LEDGER.md 3).

        None stands for a statement still to be made: everything that is on the ledger is before it.
        """
        if self.log_index is None:
            return False
        return later is None or (later.log_index is not None and self.log_index < later.log_index)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """That a version was withdrawn, or replaced by a successor, and where the ledger put that."""

    log_index: int
    at: datetime
    successor: str | None = None

    def is_before(self, claim: Anchored | None) -> bool:
        """Whether it had ended when the claim was made; None: the claim is still to be made."""
        return claim is None or claim.log_index is None or self.log_index < claim.log_index


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """A document as this member holds it. `issued_by` is the issuer's statement, `stated` the
    commitment in it, `computed` the one that the content gives."""

    document_id: str
    version: str
    issuer: str
    issued_by: str = ""
    issuer_roles: frozenset[str] = frozenset()
    stated: str = ""
    computed: str = ""
    ended: Ended | None = None


class HeldCertification(_Held, frozen=True, kw_only=True):
    content: Certification


class HeldInvoice(_Held, frozen=True, kw_only=True):
    content: Invoice


class HeldAuthority(_Held, frozen=True, kw_only=True):
    content: PowerOfAttorney


class DeterminedByCustoms(msgspec.Struct, frozen=True, kw_only=True):
    """What customs has determined of a good of one of the certifiers, in the order of the log."""

    document_id: str
    log_index: int
    content: CustomsDetermination


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice line that another entry of the same importer has declared already."""

    entry_number: str
    invoice: str
    line_number: int
    entered_value: Decimal


class StatedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim as the statement of filing names it; the document must say the same."""

    line: int
    certification: str
    version: str
    issued: str
    delivered: str | None = None


class LineOfCase(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the entry, its place, and what is held of the documents that it names.

    `invoice_at` is the place of the invoice line in its invoice, from 0.
    """

    at: int
    line: EntryLine
    claim: Claim | None
    certification: HeldCertification | None
    good: CertifiedGood | None
    invoice: HeldInvoice | None
    invoice_line: InvoiceLine | None
    invoice_at: int | None = None

    def where(self, field: str = "") -> str:
        """The JSON pointer of a field of this line."""
        return f"/lines/{self.at}/{field}" if field else f"/lines/{self.at}"


class CaseFile(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The whole case. `filed` is None before filing; `now` is then the moment of the check, else of the filing."""

    entry: EntrySummary
    filer: str
    now: datetime
    filed: Anchored | None = None
    stated_claims: tuple[StatedClaim, ...] | None = None
    certifications: tuple[HeldCertification, ...] = ()
    invoices: Mapping[str, HeldInvoice] = {}
    authorities: Mapping[str, HeldAuthority] = {}
    statements: Mapping[str, Anchored] = {}
    declared: tuple[Declared, ...] = ()
    determined: tuple[DeterminedByCustoms, ...] = ()
    entry_numbers_used: frozenset[str] = frozenset()

    @property
    def claimed_on(self) -> date:
        """The day on which the entry says that its claims are made: block 3, else block 7 of CBP Form 7501."""
        return self.entry.summary_date or self.entry.entry_date

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Where the fields of the entry came from, by their pointer."""
        return sources_by_field(self.entry.sources)

    @cached_property
    def duty(self) -> CaseAnswer:
        """Duty and fees of the entry, worked out once."""
        return duty_of(self.entry)

    def lines(self) -> tuple[LineOfCase, ...]:
        """Every line with what it names."""
        return self._lines

    @cached_property
    def _lines(self) -> tuple[LineOfCase, ...]:
        """Put together once: every check goes through them."""
        return tuple(self._with_documents(at, line) for at, line in enumerate(self.entry.lines))

    @cached_property
    def _invoice_lines(self) -> dict[tuple[str, int], tuple[int, InvoiceLine]]:
        """The lines of the invoices with their places; of two of one number the first."""
        found: dict[tuple[str, int], tuple[int, InvoiceLine]] = {}
        for document, held in self.invoices.items():
            for at, line in enumerate(held.content.lines):
                found.setdefault((document, line.line_number), (at, line))
        return found

    @cached_property
    def _certification_by_claim(self) -> dict[tuple[str | None, str | None], HeldCertification | None]:
        return {}

    def claims(self) -> tuple[tuple[LineOfCase, Claim], ...]:
        """Every line that claims a preference, with its claim."""
        return self._claims

    @cached_property
    def _claims(self) -> tuple[tuple[LineOfCase, Claim], ...]:
        return tuple((line, line.claim) for line in self.lines() if line.claim is not None)

    def certified(self) -> tuple[tuple[LineOfCase, Claim, HeldCertification], ...]:
        """Every claim whose certification is at hand."""
        return self._certified

    @cached_property
    def _certified(self) -> tuple[tuple[LineOfCase, Claim, HeldCertification], ...]:
        claimed = self.claims()
        return tuple((line, claim, line.certification) for line, claim in claimed if line.certification is not None)

    def certification_of(self, claim: Claim) -> HeldCertification | None:
        """The version that the claim's statement of issue speaks of; else the last one held of that document."""
        key = (claim.certification, claim.issued_statement)
        if key not in self._certification_by_claim:
            self._certification_by_claim[key] = self._find_certification(claim)
        return self._certification_by_claim[key]

    def _find_certification(self, claim: Claim) -> HeldCertification | None:
        held = [one for one in self.certifications if one.document_id == claim.certification]
        issued = self.statements.get(claim.issued_statement or "")
        stated = [one for one in held if issued is not None and one.version == issued.version]
        return next(iter([*stated, *reversed(held)]), None)

    def _with_documents(self, at: int, line: EntryLine) -> LineOfCase:
        claim = line.claim
        certification = self.certification_of(claim) if claim else None
        said = self._invoice_lines.get((line.invoice.document, line.invoice.line_number))
        return LineOfCase(
            at=at,
            line=line,
            claim=claim,
            certification=certification,
            good=covered_good(line, certification.content) if certification else None,
            invoice=self.invoices.get(line.invoice.document),
            invoice_line=said[1] if said else None,
            invoice_at=said[0] if said else None,
        )


def covered_good(line: EntryLine, certification: Certification) -> CertifiedGood | None:
    """The good of the certification that the line means: the one it names, if that matches; else the one that does."""
    matching = matching_goods(
        certification,
        product_number=line.product_number,
        description=line.description,
        tariff_number=line.tariff_number,
    )
    if line.claim is not None and line.claim.certification_good is not None:
        named = find_good(certification, line.claim.certification_good)
        return named if named in matching else None
    return matching[0] if matching else None


def earliest_day(moment: datetime) -> date:
    """The day of that moment where the customs territory is latest: nobody is held late for living in Honolulu."""
    return (moment - CUSTOMS_DAY_ENDS_AFTER).date()
