"""The entry on a look-alike of CBP Form 7501: its blocks by their numbers, its lines, its totals, where to verify it.

What is printed is what the entry or the draft says, and the duty as the schedule at hand gives it; a figure that is not
known is printed as not known. It is marked on every page as not an official form: no certified filer made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

import msgspec
import segno

from transire.procedures.entry_summary.errors import PdfUnavailable
from transire.procedures.typesetting import can_typeset, typeset
from transire.tariff.answer import CaseAnswer, Charge, LineAnswer

MULTI: Final = "MULTI"
"""What blocks 10 and 13 say where the lines differ (CBP Form 7501 instructions); the lines then say it themselves."""
UNKNOWN: Final = "not known"


class Block(msgspec.Struct, frozen=True):
    """One numbered block of the form."""

    number: str
    label: str
    value: str


class FormLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line (blocks 27 to 34). `charges` are the duty on each number: number, rate, formula, amount."""

    number: str
    description: str
    notes: tuple[str, ...]
    tariff_number: str
    gross_weight: str
    quantities: tuple[str, ...]
    value: str
    charges_of_import: str
    relationship: str
    charges: tuple[tuple[str, str, str], ...]


class Form7501(msgspec.Struct, frozen=True, kw_only=True):
    """All that the form prints."""

    title: str
    entry_number: str
    is_draft: bool
    blocks: tuple[Block, ...]
    parties: tuple[Block, ...]
    lines: tuple[FormLine, ...]
    fees: tuple[tuple[str, str, str, str], ...]
    totals: tuple[Block, ...]
    declared_by: tuple[Block, ...]
    notices: tuple[str, ...]
    verify_at: str
    proof: tuple[Block, ...]
    at: datetime | None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Where a filing is verified: the page, the statement to ask a receipt for, the commitment of the version."""

    page: str
    statement: str
    commitment: str
    accepted_at: datetime

    @property
    def address(self) -> str:
        """The verify page; the statement stands behind the hash, which no server is sent."""
        return f"{self.page}#{self.statement}"


def form_of(
    content: Mapping[str, Any], duty: CaseAnswer, *, proof: Proof | None, at: datetime | None = None
) -> Form7501:
    """The form of an entry as the wire writes it; a draft has no proof and says that it is one."""
    lines: Sequence[Mapping[str, Any]] = content.get("lines") or ()
    number = _said(content, "entryNumber") or UNKNOWN
    return Form7501(
        title=f"Entry summary {number}",
        entry_number=number,
        is_draft=proof is None,
        blocks=tuple(_blocks(content, lines)),
        parties=(
            Block("25", "Ultimate Consignee Name and Address", _party(content.get("consignee") or {})),
            Block("26", "Importer of Record Name and Address", _party(content.get("importer") or {})),
        ),
        lines=tuple(_line(line, answer, lines) for line, answer in zip(lines, duty.lines, strict=True)),
        fees=tuple((fee.code, fee.title, fee.formula, _money(fee.amount)) for fee in duty.fees),
        totals=tuple(_totals(content, duty)),
        declared_by=(
            Block("41", "Declarant", "the signature is that of the credential" if proof else ""),
            Block("42", "Broker/Filer Information", _party(content.get("broker") or {})),
            Block("43", "Broker/Importer File No.", _said(content, "referenceNumber")),
        ),
        notices=tuple(_notices(duty)),
        verify_at="" if proof is None else proof.address,
        proof=() if proof is None else _proof(proof),
        at=at if proof is None else proof.accepted_at,
    )


def form_pdf(form: Form7501) -> bytes:
    """The form as a tagged PDF; refused where the typesetter is not installed."""
    if not can_typeset():
        raise PdfUnavailable
    source = (files(__package__) / "form7501.typ").read_bytes()
    code = segno.make(form.verify_at, error="m").svg_inline(border=0) if form.verify_at else ""
    content = msgspec.json.encode(form, order="deterministic")
    return typeset(source, "form", content, form.at, pictures={"code": code})


def file_name(form: Form7501) -> str:
    """The name under which the form is kept: of letters, digits and dashes alone, whatever a draft says."""
    number = re.sub(r"[^A-Za-z0-9-]", "_", form.entry_number)[:40]
    return f"{number}.7501{'.draft' if form.is_draft else ''}.pdf"


def _proof(proof: Proof) -> tuple[Block, ...]:
    return (
        Block("", "Filed on the ledger", f"{proof.accepted_at:%Y-%m-%d %H:%M:%S} UTC"),
        Block("", "Statement (ask for its receipt)", proof.statement),
        Block("", "Commitment of this version", proof.commitment),
        Block("", "Verify at", proof.page),
    )


def _blocks(content: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    for number, label, name in _HEADER:
        yield Block(number, label, _said(content, name))
        if number == "9":
            yield Block("10", "Country of Origin", _common(lines, "countryOfOrigin"))
        if number == "12":
            yield Block("13", "Manufacturer ID", _common(lines, "manufacturerId"))


_HEADER: Final = (
    ("1", "Filer Code/Entry No.", "entryNumber"),
    ("2", "Entry Type", "entryType"),
    ("3", "Summary Date", "summaryDate"),
    ("4", "Surety No.", "suretyNumber"),
    ("5", "Bond Type", "bondType"),
    ("6", "Port Code", "portOfEntry"),
    ("7", "Entry Date", "entryDate"),
    ("8", "Importing Carrier", "carrier"),
    ("9", "Mode of Transport", "modeOfTransport"),
    ("11", "Import Date", "importDate"),
    ("12", "B/L or AWB No.", "transportDocument"),
    ("14", "Exporting Country", "exportingCountry"),
    ("15", "Export Date", "exportDate"),
    ("16", "I.T. No.", "inTransitNumber"),
    ("17", "I.T. Date", "inTransitDate"),
    ("18", "Missing Docs", "missingDocuments"),
    ("19", "Foreign Port of Lading", "ladingPort"),
    ("20", "U.S. Port of Unlading", "unladingPort"),
    ("21", "Location of Goods/G.O. No.", "locationOfGoods"),
    ("22", "Consignee No.", "consigneeNumber"),
    ("23", "Importer No.", "importerNumber"),
    ("24", "Reference No.", "referenceNumber"),
)


def _said(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    return "" if value is None else str(value)


def _common(lines: Sequence[Mapping[str, Any]], name: str) -> str:
    """What all lines say with one voice; else that they differ."""
    said = {_said(line, name) for line in lines}
    return said.pop() if len(said) == 1 else MULTI if said else ""


def _party(party: Mapping[str, Any]) -> str:
    address = party.get("address") or {}
    place = " ".join(_said(address, name) for name in ("city", "region", "postalCode", "country") if address.get(name))
    return "\n".join(part for part in (_said(party, "name"), _said(address, "street"), place) if part)


def _line(line: Mapping[str, Any], answer: LineAnswer, lines: Sequence[Mapping[str, Any]]) -> FormLine:
    claim = line.get("claim") or {}
    related = line.get("relatedParties")
    return FormLine(
        number=f"{answer.line:03}",
        description=_said(line, "description"),
        notes=tuple(_line_notes(line, answer, lines)),
        tariff_number=" ".join(part for part in (_said(claim, "programme"), _said(line, "tariffNumber")) if part),
        gross_weight=f"{_said(line, 'grossWeight')} kg" if line.get("grossWeight") else "",
        quantities=tuple(f"{_said(one, 'quantity')} {_said(one, 'unit')}" for one in line.get("quantities") or ()),
        value=_said(line, "enteredValue") or UNKNOWN,
        charges_of_import=_said(line, "importCharges"),
        relationship="" if related is None else "related" if related else "not related",
        charges=tuple((charge.rate, charge.formula, _money(charge.amount)) for charge in answer.charges)
        or (("", answer.problems[0].sentence if answer.problems else "", UNKNOWN),),
    )


def _line_notes(line: Mapping[str, Any], answer: LineAnswer, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What stands under the description: what differs between the lines, the invoice, the reason of an exemption."""
    for label, name in (("O", "countryOfOrigin"), ("MID", "manufacturerId")):
        if _common(lines, name) == MULTI and line.get(name):
            yield f"{label} {line[name]}"
    invoice = line.get("invoice") or {}
    if invoice:
        yield f"Invoice {_said(invoice, 'invoiceNumber')}, line {_said(invoice, 'lineNumber')}"
    if answer.exemption:
        yield f"Fee 499 exempt: {answer.exemption}"


def _totals(content: Mapping[str, Any], duty: CaseAnswer) -> Iterator[Block]:
    totals = duty.totals
    yield Block("35", "Total Entered Value", f"$ {_said(content, 'totalEnteredValue') or UNKNOWN}")
    yield Block("37", "Duty", _dollars(totals.duty))
    yield Block("38", "Tax", "not computed")
    yield Block("39", "Other", _dollars(totals.fees))
    yield Block("40", "Total", _dollars(totals.total))


def _notices(duty: CaseAnswer) -> Iterator[str]:
    """The editions and the fees that the figures rest on: each once."""
    charges: list[Charge] = [*(charge for line in duty.lines for charge in line.charges), *duty.fees]
    yield from dict.fromkeys(f"{one.citation.rsplit(', ', 1)[0]} ({one.as_of})" for one in charges)


def _money(amount: Decimal) -> str:
    return f"{amount:,}"


def _dollars(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else f"$ {amount:,}"
