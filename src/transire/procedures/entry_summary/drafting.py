"""Drafting an entry summary from the documents that are held: what they say is taken, what is left is asked for.

For each invoice line the certification is looked for that covers the good, the day and the importer best; where none
covers them all the closest is taken, so that the checks can say what is wrong with it. A line whose good no
certification names is drafted without a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk import drafts as desk
from transire.desk.drafts import Source
from transire.desk.particulars import read_particulars
from transire.desk.pointer import value_at, with_value
from transire.documents.authority import SCHEMA_ID as AUTHORITY
from transire.documents.authority import is_effective, read_power_of_attorney
from transire.documents.certification import CertifiedGood, covers_day, matching_goods, read_certification
from transire.documents.codes import entry_number
from transire.documents.entry import SCHEMA_ID as ENTRY
from transire.documents.invoice import InvoiceLine
from transire.documents.parties import is_same_party
from transire.documents.wire import as_wire
from transire.node.tenant import Tenant
from transire.origin.agreements import agreements
from transire.procedures.entry_summary.carriage import take_carriage
from transire.procedures.entry_summary.checks.case import HeldAuthority, HeldCertification, HeldInvoice
from transire.procedures.entry_summary.checks.fields import Drawn, draw_header, draw_line
from transire.procedures.entry_summary.errors import TooManyLines
from transire.procedures.entry_summary.gathering import held_particulars
from transire.procedures.entry_summary.pricing import CONSUMPTION
from transire.procedures.papers import Paper, deliveries_to, open_version
from transire.records.documents import DocumentFilter, every_document
from transire.tariff.case import MOST_LINES
from transire.tariff.programmes import programmes_of

CERTIFICATIONS = tuple(law.schema_id for law in agreements().values())
BOND = ("suretyNumber", "bondType")
CONTINUOUS = "8"
"""Bond type: continuous (CBP Form 7501 block 5)."""

Content = dict[str, Any]
Sources = dict[str, Source]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The credential subject in the making, and the source of each field that is filled in."""

    content: Content
    sources: Sources


class _Match(msgspec.Struct, frozen=True, kw_only=True):
    certification: HeldCertification
    good: CertifiedGood
    delivered: str | None


def draft_content(
    tenant: Tenant,
    tx: sa.Connection,
    *,
    importer_did: str,
    authority: HeldAuthority | None,
    invoices: Sequence[HeldInvoice],
    number: str | None,
) -> Draft:
    """The entry as far as the documents give it; who enters for itself is known from its own particulars."""
    content: Content = {
        "entryType": CONSUMPTION,
        "invoices": [invoice.document_id for invoice in invoices],
        "lines": [],
    }
    sources: Sources = {
        "/entryType": Source("computed", detail="consumption entry"),
        "/invoices": Source("computed", detail="the invoices that were chosen"),
    }
    if number is not None:
        content["entryNumber"] = number
        sources["/entryNumber"] = Source("computed", detail="the next number of the filer's sequence")
    if authority is not None:
        content["powerOfAttorney"] = authority.document_id
        sources["/powerOfAttorney"] = Source("computed", detail="the live power of attorney of the importer")
    elif importer_did == tenant.did:
        _take_own(content, sources, tenant, tx)
    count = sum(len(invoice.content.lines) for invoice in invoices)
    if count > MOST_LINES:
        raise TooManyLines(got=f"{count:,} lines", expected=f"at most {MOST_LINES}")
    _take(content, sources, draw_header(authority, invoices[0]))
    _take_bond(content, sources, tenant, tx)
    search = _Search(tenant, tx, importer_did)
    for invoice in invoices:
        for at in range(len(invoice.content.lines)):
            _add_line(search, content, sources, invoice, at)
    take_carriage(content, sources, tenant, tx, invoices)
    return Draft(content=with_total(content), sources=sources | {"/totalEnteredValue": TOTAL})


STATED = "stated by"
"""How the source of every field begins that was taken from a table that nobody signed."""
TOTAL = Source("computed", detail="the sum of the entered values")


def is_shaped(content: Content) -> bool:
    """Whether a content still has the shape of an entry: lines of fields, invoices by id, parties as objects."""
    lines, invoices = content.get("lines"), content.get("invoices")
    return (
        isinstance(lines, list)
        and all(isinstance(line, dict) for line in lines)
        and isinstance(invoices, list)
        and all(isinstance(invoice, str) for invoice in invoices)
        and isinstance(content.get("importer") or {}, dict)
    )


def with_total(content: Content) -> Content:
    """The content with block 35 worked out again; a value that is no whole number is left to the checks."""
    values = [str(line.get("enteredValue", "0")) for line in content["lines"]]
    if not all(value.isdecimal() for value in values):
        return content
    return {**content, "totalEnteredValue": str(sum(int(value) for value in values))}


def with_former(drafted: Draft, former: Paper) -> Draft:
    """A draft that corrects an entry: its number, and what persons had keyed into it, are taken from there."""
    content, sources = dict(drafted.content), dict(drafted.sources)
    for name, value in former.subject.items():
        if (name not in content or name in BOND) and name not in ("sources", "summaryDate"):
            content[name] = value
            pointer = f"/credentialSubject/{name}"
            sources[f"/{name}"] = Source("document", document_id=former.document_id, pointer=pointer)
    number = Source("document", document_id=former.document_id, pointer="/credentialSubject/entryNumber")
    content["lines"] = list(_with_former_lines(content["lines"], sources, former))
    return Draft(content=content, sources=sources | {"/entryNumber": number})


_KEPT_OF_A_LINE = ("additionalNumbers", "parts", "statedFees", "grossWeight", "importCharges", "relatedParties")
"""What the filer says of a line beside its documents. A claim is not among it: it follows from what is held now."""


def _with_former_lines(lines: Sequence[Content], sources: Sources, former: Paper) -> Iterator[Content]:
    """The lines with what was said of the same lines of the invoices in the entry that is corrected."""
    places = {_invoice_line(line): place for place, line in enumerate(former.subject["lines"])}
    for at, line in enumerate(lines):
        place = places.get(_invoice_line(line))
        said = {} if place is None else former.subject["lines"][place]
        kept = {name: said[name] for name in _KEPT_OF_A_LINE if name in said and name not in line}
        for name in kept:
            pointer = f"/credentialSubject/lines/{place}/{name}"
            sources[f"/lines/{at}/{name}"] = Source("document", document_id=former.document_id, pointer=pointer)
        yield line | kept


def _invoice_line(line: Content) -> tuple[str, int]:
    return line["invoice"]["document"], line["invoice"]["lineNumber"]


def with_typed(drafted: Draft, former: desk.Draft) -> Draft:
    """A draft made anew in which what persons had typed, or stated of the transport, stands as it was.

    What was typed into a line stands as long as the line declares the same line of the same invoice.
    """
    content, sources = drafted.content, dict(drafted.sources)
    for pointer in (where for where, source in sorted(former.sources.items()) if _is_the_filers(source)):
        if _declared_by(former.content, pointer) != _declared_by(content, pointer):
            continue
        content = with_value(content, pointer, value_at(former.content, pointer))
        sources[pointer] = former.sources[pointer]
    return Draft(content=with_total(content), sources=sources)


def _is_the_filers(source: Source) -> bool:
    """Whether the filer says the field itself: by typing it, or by a table that it states."""
    return source.origin == "keyed" or (source.origin == "computed" and (source.detail or "").startswith(STATED))


def _declared_by(content: Content, pointer: str) -> Any:
    """What the line of a pointer declares; None where the field is not one of a line."""
    parts = pointer.split("/")[1:]
    if parts[0] != "lines" or len(parts) < 2 or not parts[1].isdecimal():
        return None
    lines = content["lines"]
    return lines[int(parts[1])].get("invoice") if int(parts[1]) < len(lines) else "no such line"


def next_number(filer_code: str | None, sequence: int) -> str | None:
    """The entry number of a filer; None where the filer code is not known, and a person has to give the number."""
    return None if filer_code is None else entry_number(filer_code, sequence)


def find_authority(tenant: Tenant, tx: sa.Connection, importer_did: str) -> HeldAuthority | None:
    """The power of attorney of this importer for this member: a live one, else the latest that was."""
    fields = {"principal/id": importer_did, "agent/id": tenant.did}
    today, latest = tenant.now().date(), None
    for line in every_document(tx, DocumentFilter(schema_ids=(AUTHORITY,), fields=fields, issuers=(importer_did,))):
        paper = open_version(tenant, tx, line.commitment)
        if paper is None:
            continue
        content = read_power_of_attorney(paper.credential)
        held = HeldAuthority(content=content, **held_particulars(tenant, tx, paper))
        if held.ended is None and is_effective(content, today):
            return held
        latest = latest or held
    return latest


def _take_own(content: Content, sources: Sources, tenant: Tenant, tx: sa.Connection) -> None:
    own = read_particulars(tx)
    content["importer"] = as_wire(msgspec.structs.replace(own.party, did=tenant.did))
    sources["/importer"] = Source("member")
    if own.importer_number is not None:
        content["importerNumber"] = own.importer_number
        sources["/importerNumber"] = Source("member")


def _take_bond(content: Content, sources: Sources, tenant: Tenant, tx: sa.Connection) -> None:
    """The continuous bond of the importer, as this member's last entry for it says; a single bond is for one entry."""
    wanted = DocumentFilter(
        schema_ids=(ENTRY,),
        issuers=(tenant.did,),
        fields={"importerNumber": str(content.get("importerNumber", ""))},
        latest_version=True,
    )
    line = next(iter(every_document(tx, wanted)), None)
    paper = None if line is None else open_version(tenant, tx, line.commitment)
    if paper is None or paper.subject.get("bondType") != CONTINUOUS:
        return
    for name in BOND:
        if name in paper.subject:
            content[name] = paper.subject[name]
            pointer = f"/credentialSubject/{name}"
            sources[f"/{name}"] = Source("document", document_id=paper.document_id, pointer=pointer)


def _add_line(search: _Search, content: Content, sources: Sources, invoice: HeldInvoice, at: int) -> None:
    said = invoice.content.lines[at]
    number = len(content["lines"]) + 1
    base = f"/lines/{number - 1}"
    reference = {
        "document": invoice.document_id,
        "invoiceNumber": invoice.content.invoice_number,
        "lineNumber": said.line_number,
    }
    content["lines"].append({"lineNumber": number, "invoice": reference})
    sources[f"{base}/lineNumber"] = Source("computed", detail="counted")
    place = f"/credentialSubject/lines/{at}"
    sources[f"{base}/invoice"] = Source("document", document_id=invoice.document_id, pointer=place)
    match = search.best_match(invoice, said)
    certification, good = (match.certification, match.good) if match else (None, None)
    _take(content, sources, draw_line(base, invoice, at, certification, good))
    if match is not None:
        content["lines"][-1]["claim"] = _claim(match, said.country_of_origin)
        sources[f"{base}/claim"] = _claim_source(match)


def _claim(match: _Match, country: str) -> Content:
    held, law = match.certification, match.certification.content.law
    claim: Content = {
        "agreement": law.id,
        "programme": (programmes_of(law.id, country=country) or programmes_of(law.id))[0],
        "certification": held.document_id,
        "certificationGood": match.good.good_number,
        "issuedStatement": held.issued_by,
    }
    return claim | ({"deliveredStatement": match.delivered} if match.delivered else {})


def _claim_source(match: _Match) -> Source:
    at = match.certification.content.goods.index(match.good)
    pointer = f"/credentialSubject/goods/{at}"
    return Source("document", document_id=match.certification.document_id, pointer=pointer)


class _Search:
    """The search for the certification that fits a line; a paper is opened once, whatever lines it may fit."""

    def __init__(self, tenant: Tenant, tx: sa.Connection, importer_did: str) -> None:
        self.tenant, self.tx, self.importer_did = tenant, tx, importer_did
        self._opened: dict[str, HeldCertification | None] = {}
        self._listed: dict[str | None, list[str]] = {}
        self._possessed: dict[str, str | None] = {}

    def best_match(self, invoice: HeldInvoice, said: InvoiceLine) -> _Match | None:
        """The certification that fits this line best; of several that fit alike the latest."""
        day = invoice.content.export_date or invoice.content.invoice_date
        best: tuple[tuple[bool, ...], HeldCertification, CertifiedGood] | None = None
        for held in self._candidates(said.product_number or None):
            for good in _goods(held, said):
                rank = _fit(held, invoice, self.importer_did, day)
                if best is None or rank > best[0]:
                    best = (rank, held, good)
        if best is None:
            return None
        return _Match(certification=best[1], good=best[2], delivered=self._possession(best[1]))

    def _candidates(self, product_number: str | None) -> Iterator[HeldCertification]:
        """The certifications that name this product, the latest first; without a number, all of them."""
        if product_number not in self._listed:
            fields = {"goods/productNumber": product_number} if product_number else {}
            wanted = DocumentFilter(schema_ids=CERTIFICATIONS, fields=fields, status="current", latest_version=True)
            self._listed[product_number] = [line.commitment for line in every_document(self.tx, wanted)]
        return (held for version in self._listed[product_number] if (held := self._open(version)) is not None)

    def _open(self, version: str) -> HeldCertification | None:
        if version not in self._opened:
            paper = open_version(self.tenant, self.tx, version)
            self._opened[version] = None if paper is None else _held(self.tenant, self.tx, paper)
        return self._opened[version]

    def _possession(self, held: HeldCertification) -> str | None:
        """The statement that the importer holds it: its first delivery; its own issue, where it certifies itself."""
        if held.issuer == self.importer_did:
            return held.issued_by
        if held.version not in self._possessed:
            found = deliveries_to(self.tx, held.document_id, held.version, self.importer_did)
            self._possessed[held.version] = found[0].statement.id if found else None
        return self._possessed[held.version]


def _held(tenant: Tenant, tx: sa.Connection, paper: Paper) -> HeldCertification:
    return HeldCertification(content=paper.read_as(read_certification), **held_particulars(tenant, tx, paper))


def _goods(held: HeldCertification, said: InvoiceLine) -> tuple[CertifiedGood, ...]:
    return matching_goods(
        held.content,
        product_number=said.product_number,
        description=said.description,
        tariff_number=said.tariff_number,
    )


def _fit(held: HeldCertification, invoice: HeldInvoice, importer_did: str, day: date) -> tuple[bool, ...]:
    """How well it fits, the weightiest first: the agreement of the day, the importer, the period, the seller."""
    content = held.content
    return (
        content.law.is_in_force(day),
        not content.importers or any(party.did in (None, importer_did) for party in content.importers),
        covers_day(content, day),
        is_same_party(content.certifier, invoice.content.seller),
    )


def _take(content: Content, sources: Sources, drawn: Mapping[str, Drawn]) -> None:
    """Put what was drawn into the content; the pointers lead to the header or to a line that is there already."""
    for pointer, found in drawn.items():
        parts = pointer.split("/")[1:]
        target = content if len(parts) == 1 else content["lines"][int(parts[1])]
        target[parts[-1]] = found.value
        detail = found.computed or None
        sources[pointer] = Source("document", document_id=found.document, pointer=found.pointer, detail=detail)
